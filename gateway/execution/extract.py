"""Reading the store: the objects at a path, and the representation that an object is asked by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gateway.execution.state import Mark, Store
from gateway.planning.nodes import KeyField, KeySelection, Requirement

__all__ = ["Extractor", "Walker", "extractor", "walker"]

Walker = Callable[[Store], list[Store]]
Extractor = Callable[[Store], dict[str, Any] | None]


def walker(steps: Sequence[tuple[str, frozenset[str] | None]], typename_key: str, *, judged: bool) -> Walker:
    """A function from the store to the objects at a path, lists walked through. Objects without existence are left out."""

    def walk(store: Store) -> list[Store]:
        level = [store]
        for key, types in steps:
            found: list[Store] = []
            for owner in level:
                if types is not None and owner.get(typename_key) not in types:
                    continue
                value: Any = owner.get(key)
                if value.__class__ is dict:
                    found.append(value)
                elif value.__class__ is list:
                    _gather(value, found)
            level = [owner for owner in found if Mark not in owner] if judged else found
        return level

    return walk


def _gather(values: list[Any], found: list[Store]) -> None:
    for value in values:
        if value.__class__ is dict:
            found.append(value)
        elif value.__class__ is list:
            _gather(value, found)


def extractor(requirement: Requirement) -> Extractor:
    """A function from an object to its representation; None when something that is needed is missing."""
    inner = _object_extractor(requirement.selections)

    def extract(owner: Store) -> dict[str, Any] | None:
        found = inner(owner)
        return None if found is None else {"__typename": requirement.entity, **found}

    return extract


def _object_extractor(selections: Sequence[KeySelection]) -> Extractor:
    fields = [
        (key.name, key.source, key.needed, _object_extractor(key.selections) if key.selections else None)
        for key in selections
        if isinstance(key, KeyField)
    ]
    fragments = [
        (frozenset(key.types), _object_extractor(key.selections)) for key in selections if not isinstance(key, KeyField)
    ]
    typename = next((key.source for key in selections if isinstance(key, KeyField) and key.name == "__typename"), "")

    def extract(owner: Store) -> dict[str, Any] | None:
        found: dict[str, Any] = {}
        for name, source, needed, below in fields:
            value = owner.get(source, Mark)
            if value is Mark:
                return None
            if value is not None and below is not None:
                value = _below(value, below)
                if value is Mark:
                    return None
            if value is None and needed:
                return None
            found[name] = value
        for types, below in fragments:
            if owner.get(typename) in types:
                more = below(owner)
                if more is None:
                    return None
                found.update(more)
        return found

    return extract


def _below(value: Any, extract: Extractor) -> Any:
    """A composite of a representation; Mark when something that is needed is missing inside."""
    if value.__class__ is dict:
        found = extract(value)
        return Mark if found is None else found
    if value.__class__ is list:
        items = [_below(item, extract) if item is not None else None for item in value]
        return Mark if any(item is Mark for item in items) else items
    return Mark
