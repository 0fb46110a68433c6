"""Reads the section `inputs`: what each filter and sort input field reads, so that filtering counts as reading.

By name, a field of an input type reads the field of that name on the type it `reads`. A field that is none of that is
refused, so a filter added to a schema is closed until somebody says what it reads.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.authorization.language.model import Inputs, InputType
from gateway.authorization.language.source import Entry
from gateway.authorization.language.typenames import read_type

__all__ = ["read_inputs"]

_TYPE = ("reads", "combinators", "claims", "ignored", "fields")


def read_inputs(section: Entry) -> Inputs:
    parts = section.entries(("equality", "transparent", "types"))
    return Inputs(
        equality=frozenset(parts["equality"].words()) if "equality" in parts else frozenset(),
        transparent=_transparent(parts.get("transparent")),
        types=_types(parts.get("types")),
    )


def _transparent(section: Entry | None) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for item in section.items() if section else ():
        parts = item.entries(("types", "fields"), required=("types", "fields"))
        if len(parts) == 2:
            found.update(dict.fromkeys(parts["types"].words(), frozenset(parts["fields"].words())))
    return found


def _types(section: Entry | None) -> Mapping[str, InputType]:
    found: dict[str, InputType] = {}
    for name, entry in (section.entries() if section else {}).items():
        made = _type(entry)
        if made is not None:
            found[name] = made
    return found


def _type(entry: Entry) -> InputType | None:
    parts = entry.entries(_TYPE, required=("reads",))
    reads = read_type(parts.get("reads"))
    if reads is None:
        return None
    claims = parts["claims"].entries() if "claims" in parts else {}
    overrides = parts["fields"].entries() if "fields" in parts else {}
    for override in overrides.values():
        for item in override.items():
            if item.word().count(".") != 1:
                item.problem("a coordinate is written Type.field")
    return InputType(
        name=entry.key,
        reads=reads,
        combinators=frozenset(parts["combinators"].words()) if "combinators" in parts else frozenset(),
        claims={name: value.word() for name, value in claims.items()},
        ignored=frozenset(parts["ignored"].words()) if "ignored" in parts else frozenset(),
        overrides={name: tuple(value.words()) for name, value in overrides.items()},
        position=entry.key_position,
    )
