"""Conditions on a row that several places of a statement ask for, worked out once for each row.

Whether a field may be read on a row is decided by looks into tables. A row of which five fields hang on the same grant would be looked into five
times, and PostgreSQL would prepare fifteen looks each time that it runs the statement (docs/performance.md). So such a condition stands beside
its row, as a column of `LATERAL (SELECT … OFFSET 0)`, which the planner does not write back into each of its places.

While the statement is made nobody knows yet how often a condition will be asked for, so places and rows are marked, and written at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

__all__ = ["SharedConditions"]

_PLACE = re.compile("\x03([0-9]+)\x04")
_ROW = re.compile("\x05(t[0-9]+)\x06")


@dataclass(slots=True)
class SharedConditions:
    """The conditions of one statement, by the alias of their row."""

    _asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def place(self, alias: str, condition: str) -> str:
        """What to write where `condition` on the row `alias` is asked for. What looks into no table is asked in place."""
        if "SELECT" not in condition:
            return condition
        pair = (alias, condition)
        if pair not in self._asked:
            self._asked.append(pair)
        return f"\x03{self._asked.index(pair)}\x04"

    @staticmethod
    def row(source: str, alias: str) -> str:
        """The row `alias` in a FROM, with room for its conditions."""
        return f"{source} AS {alias}\x05{alias}\x06"

    def written(self, sql: str) -> str:
        """The statement with its conditions: beside their row where there are several places, in place otherwise."""
        uses = Counter(int(number) for number in _PLACE.findall(sql))
        often = [number for number in sorted(uses) if uses[number] > 1]

        def place(found: re.Match[str]) -> str:
            number = int(found[1])
            alias, condition = self._asked[number]
            return f"{alias}c.c{number}" if uses[number] > 1 else condition

        def row(found: re.Match[str]) -> str:
            columns = [
                f"({self._asked[number][1]}) AS c{number}" for number in often if self._asked[number][0] == found[1]
            ]
            return f" CROSS JOIN LATERAL (SELECT {', '.join(columns)} OFFSET 0) AS {found[1]}c" if columns else ""

        return _ROW.sub(row, _PLACE.sub(place, sql))
