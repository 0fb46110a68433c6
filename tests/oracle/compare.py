"""When two answers are equal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

__all__ = ["comparable"]


def comparable(value: Any) -> Any:
    """An answer with its moments as moments, so that two spellings of one instant are equal."""
    if isinstance(value, dict):
        return {key: comparable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    if isinstance(value, str) and len(value) > 18 and value[10:11] == "T":
        return datetime.fromisoformat(value)
    return value
