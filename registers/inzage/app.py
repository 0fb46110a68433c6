"""The register of inzagen as a system of its own: what `registers serve inzage` starts."""

from __future__ import annotations

from pathlib import Path

from registers.common.definition import RegisterDefinition
from registers.common.shell import RegisterApp, Settings, register_app
from registers.inzage.schema import SCHEMA
from registers.inzage.tables import MAPPING

__all__ = ["REGISTER", "create_app"]

REGISTER = RegisterDefinition("inzage", SCHEMA, MAPPING, Path(__file__).parent)


def create_app(settings: Settings) -> RegisterApp:
    """The ASGI application; its database opens with the lifespan."""
    return register_app(REGISTER, settings)
