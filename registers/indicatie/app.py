"""The Indicatieregister as a system of its own: what `registers serve indicatie` starts."""

from __future__ import annotations

from pathlib import Path

from registers.common.definition import RegisterDefinition
from registers.common.shell import RegisterApp, Settings, register_app
from registers.indicatie.schema import SCHEMA
from registers.indicatie.tables import MAPPING

__all__ = ["REGISTER", "create_app"]

REGISTER = RegisterDefinition("indicatie", SCHEMA, MAPPING, Path(__file__).parent)


def create_app(settings: Settings) -> RegisterApp:
    """The ASGI application; its database opens with the lifespan."""
    return register_app(REGISTER, settings)
