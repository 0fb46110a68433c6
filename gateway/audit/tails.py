"""What of a journal is not in the audit database yet: its next lines, and the statements about it that were signed.

A line goes there when it follows the last one that is there, by number and by hash. The first that does not, or that the database could not hold, is the
end of what is shipped of that journal, and of no other: somebody was at the file, or another journal of the same name was shipped. What it was is
the matter of `gateway audit verify`; here it is only said.
"""

from __future__ import annotations

import re
from pathlib import Path

from gateway.audit.chain import ChainError, Head, beginning, follow, read_line
from gateway.audit.database import Row, row_of
from gateway.audit.places import anchors_file, segments_of

__all__ = ["Tail"]

_LONGEST = 1 << 28
"""Bytes of a line that is read; a database holds no text of four times as many."""
_ANCHOR = re.compile(rb"[\w-]{1,1000}\.[\w-]{1,1000}\.[\w-]{1,200}", re.ASCII)
"""The form of an anchor. What else stands among them is not worth a row that nobody can take away again."""


class Tail:
    """What of `instance` comes after `shipped`, the last line that is there. `broken` is the number of the line that cannot come next, if any."""

    def __init__(self, folder: Path, instance: str, shipped: Head | None = None) -> None:
        self.instance = instance
        self.shipped = shipped or beginning(instance)
        self.broken: int | None = None
        self._folder = folder
        self._path: Path | None = None
        self._place = 0
        self._next: tuple[Path | None, int, Head] = (None, 0, self.shipped)
        self._anchor = b""
        self._next_anchor = b""

    def take(self, limit: int, end: int | None) -> list[Row]:
        """The next lines, at most `limit` and none after number `end`. Raises OSError."""
        self.broken = None
        segments = segments_of(self._folder, self.instance)
        current = [segment for segment in segments if segment.first <= self.shipped.sequence + 1][-1:]
        if not current:
            self.broken = self.shipped.sequence + 1 if segments else None
            return []
        path, head = current[0].path, self.shipped
        rows: list[Row] = []
        with path.open("rb") as file:
            place = file.seek(self._place if path == self._path else 0)
            while len(rows) < limit and (line := file.readline(_LONGEST)).endswith(b"\n"):
                try:
                    found = read_line(line[:-1])
                    if end is not None and found.head.sequence > end:
                        break
                    if found.head.sequence > self.shipped.sequence:
                        following = follow(head, found)
                        rows.append(row_of(self.instance, following.sequence, line[:-1]))
                        head = following
                except (ChainError, ValueError):
                    self.broken = head.sequence + 1
                    break
                place += len(line)
        self._next = (path, place, head)
        return rows

    def taken(self) -> None:
        """The lines that were taken are where they belong."""
        self._path, self._place, self.shipped = self._next

    def anchors(self) -> list[str]:
        """Those that were signed since the last ones that are there. Raises OSError."""
        try:
            lines = anchors_file(self._folder, self.instance).read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return []
        signed = [line for line in lines if _ANCHOR.fullmatch(line)]
        if self._anchor in signed:
            signed = signed[signed.index(self._anchor) + 1 :]
        # Otherwise the file is another one, in a folder that was away: what is there twice is there once.
        self._next_anchor = signed[-1] if signed else self._anchor
        return [line.decode("ascii") for line in signed]

    def anchored(self) -> None:
        """The anchors that were taken are where they belong."""
        self._anchor = self._next_anchor
