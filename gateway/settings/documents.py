"""Which documents are answered."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from gateway.settings.base import Name

__all__ = ["DocumentSettings"]


class DocumentSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Trusted documents. `manifest` is a persisted-query manifest or a JSON object of hash to text. `mode`: `prefer` answers by
    id and by text, `only` answers nothing that is not in the manifest.
    """

    manifest: Name | None = None
    mode: Literal["off", "prefer", "only"] = "off"
