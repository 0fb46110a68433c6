"""The Indicatieregister as a system of its own: what `registers serve indicatie` starts."""

from __future__ import annotations

from pathlib import Path

from registers.common.definition import RegisterDefinition
from registers.indicatie.schema import SCHEMA
from registers.indicatie.tables import MAPPING

__all__ = ["REGISTER"]

REGISTER = RegisterDefinition("indicatie", SCHEMA, MAPPING, Path(__file__).parent)
