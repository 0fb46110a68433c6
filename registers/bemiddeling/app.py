"""The Bemiddelingsregister as a system of its own: what `registers serve bemiddeling` starts."""

from __future__ import annotations

from pathlib import Path

from registers.bemiddeling.schema import SCHEMA
from registers.bemiddeling.tables import MAPPING
from registers.common.definition import RegisterDefinition
from registers.common.shell import RegisterApp, Settings, register_app

__all__ = ["REGISTER", "create_app"]

REGISTER = RegisterDefinition("bemiddeling", SCHEMA, MAPPING, Path(__file__).parent)


def create_app(settings: Settings) -> RegisterApp:
    """The ASGI application; its database opens with the lifespan."""
    return register_app(REGISTER, settings)
