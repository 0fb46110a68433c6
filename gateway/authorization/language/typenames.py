"""Names of types as a grants file writes them: `register.Type`."""

from __future__ import annotations

from gateway.authorization.language.model import TypeName
from gateway.authorization.language.source import Source

__all__ = ["read_type", "split_type"]


def read_type(entry: Source | None) -> TypeName | None:
    """The type that an entry names, None where it is absent or has another form; the latter is a problem."""
    if entry is None:
        return None
    parts = split_type(entry.word())
    if parts is None:
        entry.problem("a type is written register.Type")
        return None
    return TypeName(*parts, entry.position)


def split_type(word: str) -> tuple[str, str] | None:
    register, _, name = word.partition(".")
    return (register, name) if register and name and "." not in name else None
