"""Proves the lines in the audit database: that they are the ones that were signed, as a file is proven.

Each journal is walked from the first of its lines that is there, since an operator may have taken older ones away, and has to go through every head that was
signed. The last line that was signed has to be there, unless its process still ships.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from gateway.audit.anchors import Anchor
from gateway.audit.chain import ChainError, Head, beginning, follow, read_line
from gateway.audit.database import Row, row_of

__all__ = ["Copies"]


@dataclass(slots=True)
class _Copy:
    signed: dict[int, set[str]]
    head: Head | None = None
    problem: str = ""


class Copies:
    """`anchors` are those that were signed. Lines are given in the order of their journals and numbers."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self.lines = 0
        self._copies: dict[str, _Copy] = {}
        self._signed: dict[str, dict[int, set[str]]] = {}
        for anchor in anchors:
            heads = self._signed.setdefault(anchor.instance, {})
            heads.setdefault(anchor.head.sequence, set()).add(anchor.head.hash)

    def line(self, row: Row) -> None:
        """The next line that is there."""
        self.lines += 1
        copy = self._copies.get(row.instance)
        if copy is None:
            copy = self._copies[row.instance] = _Copy(signed=self._signed.get(row.instance, {}))
        if copy.problem:
            return
        try:
            copy.head = _next(copy.head, row)
        except ChainError as error:
            copy.problem = str(error)
        else:
            if copy.signed.get(row.sequence, {copy.head.hash}) != {copy.head.hash}:
                copy.problem = f"line {row.sequence} is not the one that was signed"

    def problems(self, alive: Container[str]) -> Mapping[str, str]:
        """A sentence for each journal of which the lines are not as they were signed. `alive` are those that are still written to."""
        return {
            instance: problem
            for instance, copy in self._copies.items()
            if (problem := copy.problem or ("" if instance in alive else _missing(copy)))
        }


def _next(before: Head | None, row: Row) -> Head:
    line = row.line.encode()
    found = read_line(line)
    if found.head.sequence != row.sequence:
        raise ChainError(f"line {found.head.sequence} stands in the place of line {row.sequence}")
    if before is None and row.sequence == 1:
        before = beginning(row.instance)
    # Of the first one that is there the line before may be gone.
    head = follow(before, found) if before is not None else found.head
    try:
        same = row_of(row.instance, row.sequence, line) == row
    except ValueError:
        same = False
    if not same:
        raise ChainError(f"what is searched for beside line {row.sequence} is not what it says")
    return head


def _missing(copy: _Copy) -> str:
    signed, last = max(copy.signed, default=0), copy.head.sequence if copy.head is not None else 0
    return f"the end is missing: there were {signed} lines, and they end with {last}" if signed > last else ""
