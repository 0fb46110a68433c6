"""The words that all settings are written in: kinds of values, and the error of a configuration that cannot be used."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from gateway.errors import OperatorError

__all__ = ["Name", "Port", "Positive", "Seconds", "SettingsError"]

Positive = Annotated[int, Meta(gt=0)]
Seconds = Annotated[float, Meta(gt=0)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Name = Annotated[str, Meta(min_length=1)]


class SettingsError(OperatorError):
    """A configuration that cannot be used. `code` is stable; the message names the file, the key and what it needs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
