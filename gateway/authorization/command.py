"""`gateway grants compile` writes, or checks, the policies of one register; `gateway grants matrix` prints who reads what."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.authorization.files import ChainError, parse_chain
from gateway.authorization.language.problems import GrantsError
from gateway.authorization.matrix import matrix
from gateway.authorization.rowpolicies import compile_policies
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.reader import read_supergraph

__all__ = ["FILES", "compile_command", "matrix_command"]

FILES: tuple[str, ...] = ("policies.sql", "fields.json")


def compile_command(mapping: Path, grants: Path, output: Path, check: bool, supergraph: Path | None = None) -> int:
    """Compile the grants for the register that `mapping` describes, into `output`. `supergraph` types the inputs of mutations.

    With `check` nothing is written; files that differ from what would be written are an error. Returns the exit status:
    0, or 1 with the reasons on standard error.
    """
    try:
        table_mapping: Any = json.loads(mapping.read_text("utf-8"))
        graph = read_supergraph(supergraph.read_text("utf-8")) if supergraph is not None else None
        sql, fields = compile_policies(parse_chain(grants), table_mapping, graph)
    except SupergraphError as error:
        return _complain(f"{supergraph}: {error}")
    except ChainError as error:
        return _complain(str(error))
    except GrantsError as error:
        return _complain(*(f"{grants}:{problem}" for problem in error.problems))
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    except (ValueError, KeyError, TypeError):
        return _complain(f"{mapping}: not a mapping; make it with `registers mapping NAME`")
    wanted = dict(
        zip(FILES, (sql, json.dumps(fields, indent=1, ensure_ascii=False, sort_keys=True) + "\n"), strict=True)
    )
    return _compare(output, wanted) if check else _write(output, wanted)


def matrix_command(grants: Path) -> int:
    """Print the matrix of a grants file. Returns the exit status: 0, or 1 with the reasons on standard error."""
    return _print(lambda: matrix(parse_chain(grants)))


def _print(make: Callable[[], str]) -> int:
    try:
        text = make()
    except ChainError as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    except UnicodeDecodeError:
        return _complain("a grants file is written in UTF-8")
    sys.stdout.write(text)
    return 0


def _compare(output: Path, wanted: dict[str, str]) -> int:
    stale = [name for name, text in wanted.items() if not _same(output / name, text)]
    if not stale:
        return 0
    return _complain(*(f"{output / name}: not what the grants say now; run `gateway grants compile`" for name in stale))


def _same(file: Path, text: str) -> bool:
    return file.is_file() and file.read_text("utf-8") == text


def _write(output: Path, wanted: dict[str, str]) -> int:
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in wanted.items():
            (output / name).write_text(text, "utf-8")
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    return 0


def _complain(*lines: str) -> int:
    sys.stderr.write("".join(f"{line}\n" for line in lines))
    return 1
