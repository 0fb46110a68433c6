"""A running network, and a gateway in this process before its registers: the same code, with a day of our choosing."""

from __future__ import annotations

from tests.end_to_end.conftest import net, schema, today, world

__all__ = ["net", "schema", "today", "world"]
