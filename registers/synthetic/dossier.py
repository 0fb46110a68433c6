"""The rows of one client over all registers, as they come into being.

A row is a dictionary from column to value; columns are the published field names, foreign keys carry the name of the key
they point to. Each writer gives every column of its table, null or not, so that all rows of a table have the same columns.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from registers.synthetic.stream import Stream
from registers.synthetic.tables import REGISTERS

__all__ = ["Dossier", "Row"]


Row = dict[str, Any]


class Dossier:
    """What the registers know of one client.

    `today` is the day on which the network is looked at: nothing that depends on the calendar is decided by the clock.
    """

    __slots__ = ("bsn", "client_key", "index", "stream", "tables", "today")

    def __init__(self, index: int, bsn: str, client_key: UUID, stream: Stream, today: date) -> None:
        self.index = index
        self.bsn = bsn
        self.client_key = client_key
        self.stream = stream
        self.today = today
        self.tables: dict[str, dict[str, list[Row]]] = {register: {} for register in REGISTERS}

    def add(self, register: str, table: str, row: Row) -> Row:
        """Add a row to a table of a register, under this client's key."""
        row["client_key"] = self.client_key
        self.tables[register].setdefault(table, []).append(row)
        return row

    def rows(self, register: str, table: str) -> list[Row]:
        return self.tables[register].get(table, [])
