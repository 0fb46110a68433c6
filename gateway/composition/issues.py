"""What composition has to say: errors and hints, each with a code of the catalogue and the place it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.composition.codes import ERRORS, HINTS

__all__ = ["Issue", "error", "hint", "line_of"]


@dataclass(frozen=True, slots=True)
class Issue:
    """`code` is a contract; `subgraph` and `line` (1-based, in that subgraph's SDL) say where, when one place can be named."""

    code: str
    message: str
    subgraph: str | None = None
    line: int | None = None
    is_hint: bool = False

    def __str__(self) -> str:
        place = f"[{self.subgraph}] " if self.subgraph else ""
        line = f" (line {self.line})" if self.line else ""
        return f"{self.code}: {place}{self.message}{line}"


def error(code: str, message: str, subgraph: str | None = None, node: Any = None) -> Issue:
    """An error that refuses the composition."""
    assert code in ERRORS, code
    return Issue(code, message, subgraph, line_of(node))


def hint(code: str, message: str, subgraph: str | None = None, node: Any = None) -> Issue:
    """A remark that does not."""
    assert code in HINTS, code
    return Issue(code, message, subgraph, line_of(node), is_hint=True)


def line_of(node: Any) -> int | None:
    location = getattr(node, "loc", None)
    return location.start_token.line if location is not None else None
