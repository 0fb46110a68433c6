"""How every command says what went wrong."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator
from typing import NoReturn

from gateway.settings import SettingsError

__all__ = ["plain_errors"]


@contextlib.contextmanager
def plain_errors(status: int = 1) -> Generator[None]:
    """What a person can mend is a sentence and an exit status; everything else is a fault of ours, with its trace."""
    from gateway.errors import OperatorError
    from gateway.server import ServeError

    try:
        yield
    except SettingsError as error:
        _fail(f"{error.code}: {error}", status)
    except (OperatorError, ServeError) as error:
        _fail(str(error), status)
    except OSError as error:
        _fail(f"{error.filename or 'A file'}: {error.strerror}.", status)


def _fail(sentence: str, status: int) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(status)
