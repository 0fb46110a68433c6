"""The Cliëntregister as a system of its own: what `registers serve client` starts."""

from __future__ import annotations

from pathlib import Path

from registers.client.schema import SCHEMA
from registers.client.tables import MAPPING
from registers.common.definition import RegisterDefinition

__all__ = ["REGISTER"]

REGISTER = RegisterDefinition("client", SCHEMA, MAPPING, Path(__file__).parent)
