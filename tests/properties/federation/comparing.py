"""When two answers say the same.

Data has to be equal, in every byte and in the order of its keys. Errors have to explain the same nulls: below a place that was
nulled, an executor may stop at the first error or report several (GraphQL §6.4.4), so each error counts for the null that it
ends in, and has to stand at a place where something really is wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from tests.properties.federation.running import Answer, Path

__all__ = ["difference"]


def difference(gateway: Answer, oracle: Answer, trouble: Callable[[], set[Path]], *, ordered: bool) -> str:
    """What differs, or nothing. `trouble` gives every place where a value is wrong; only looked at when there are errors.

    `ordered`: keys have to stand in the order of the oracle's.
    """
    if orjson.dumps(gateway.data) != orjson.dumps(oracle.data):
        if gateway.data != oracle.data:
            return "data differs"
        if ordered:
            return "the order of keys differs"
    if not gateway.errors and not oracle.errors:
        return ""
    ours, theirs = _nulls(gateway.data, gateway.errors), _nulls(oracle.data, oracle.errors)
    if ours != theirs:
        return f"errors: only the gateway explains {sorted(map(str, ours - theirs))}, only the oracle {sorted(map(str, theirs - ours))}"
    invented = set(gateway.errors) - trouble()
    if invented:
        return f"errors: nothing is wrong at {sorted(map(str, invented))}"
    twice = [path for path, count in Counter(gateway.errors).items() if count > 1]
    return f"errors: reported twice: {twice}" if twice else ""


def _nulls(data: Any, paths: Iterable[Path]) -> set[Path]:
    return {_null_above(data, path) for path in paths}


def _null_above(data: Any, path: Path) -> Path:
    """The place where the way to `path` ends in the answer."""
    for length, part in enumerate(path):
        if data is None:
            return path[:length]
        data = (
            data[part]
            if isinstance(part, int) and part < len(data)
            else data.get(part)
            if isinstance(data, dict)
            else None
        )
    return path
