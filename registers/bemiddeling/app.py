"""The Bemiddelingsregister as a system of its own: what `registers serve bemiddeling` starts."""

from __future__ import annotations

from pathlib import Path

from registers.bemiddeling.schema import SCHEMA
from registers.bemiddeling.tables import MAPPING
from registers.common.definition import RegisterDefinition

__all__ = ["REGISTER"]

REGISTER = RegisterDefinition("bemiddeling", SCHEMA, MAPPING, Path(__file__).parent)
