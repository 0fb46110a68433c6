"""The Zorgleveringsregister as a system of its own: what `registers serve zorglevering` starts."""

from __future__ import annotations

from pathlib import Path

from registers.common.definition import RegisterDefinition
from registers.zorglevering.schema import SCHEMA
from registers.zorglevering.tables import MAPPING

__all__ = ["REGISTER"]

REGISTER = RegisterDefinition("zorglevering", SCHEMA, MAPPING, Path(__file__).parent)
