"""Reading the store: the objects at a path, and the representation that an object is asked by.

What runs for every object of every answer is written as Python code, once a plan: nested loops instead of a level at a
time, names instead of look-ups (measured: a third of the time). What is unusual — keys that are objects, values that are
neither string nor integer — is read by plain functions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from gateway.execution.state import Mark, Store
from gateway.execution.writing import Writer
from gateway.planning.nodes import KeyField, KeySelection, PathStep, Requirement

__all__ = ["Extractor", "Placer", "Walker", "extractor", "placer", "walker"]

Walker = Callable[[Store], list[Store]]
Extractor = Callable[[Store], dict[str, Any] | None]
Placer = Callable[[Sequence[Store], dict[Any, int], list[dict[str, Any]], Callable[[Store], int]], list[int]]
"""Finds the place of each object's representation: objects, places known by mark, representations so far, and what finds
the place of an object whose key is no plain value."""


def walker(steps: Sequence[PathStep], typename_key: str, *, judged: Collection[int] = ()) -> Walker:
    """A function from the store to the objects at a path, lists walked through. At the steps `judged` objects without existence are left out.

    For the path `users.@.reviews.@.product`, written out:

        found = []
        add = found.append
        v0 = store.get('users')
        if v0.__class__ is list:
            for o0 in v0:
                if o0.__class__ is dict:
                    v1 = o0.get('reviews')
                    …
    """
    writer = Writer("store", {"M": Mark})
    writer.line("found = []")
    writer.line("add = found.append")
    owner = "store"
    for number, step in enumerate(steps):
        if step.types:
            types = writer.bind(frozenset(step.types))
            writer.line(f"t = {owner}.get({typename_key!r})")
            writer.line(f"if t.__class__ is str and t in {types}:")
            writer.indent += 1
        writer.line(f"v{number} = {owner}.get({step.key!r})")
        value = f"v{number}"
        for depth in range(step.lists):
            writer.line(f"if {value}.__class__ is list:")
            writer.indent += 1
            item = f"i{number}_{depth}"
            writer.line(f"for {item} in {value}:")
            writer.indent += 1
            value = item
        existing = f" and M not in {value}" if number in judged else ""
        writer.line(f"if {value}.__class__ is dict{existing}:")
        writer.indent += 1
        owner = value
    writer.line(f"add({owner})")
    writer.indent = 1
    writer.line("return found")
    return writer.function("walk")


def placer(requirement: Requirement) -> Placer | None:
    """A function that asks objects by fields that are plain; None when a field is composite.

    Strings, integers and nulls are their own mark. Anything else — true equals 1, and 1.0 does — goes to the careful way.
    """
    fields = [key for key in requirement.selections if isinstance(key, KeyField) and not key.selections]
    if not fields or len(fields) < len(requirement.selections) or len({key.name for key in fields}) < len(fields):
        return None
    writer = Writer("owners, known, representations, place", {"M": Mark})
    writer.line("places = []")
    writer.line("add = places.append")
    writer.line("for owner in owners:")
    writer.indent += 1
    names = [f"v{number}" for number in range(len(fields))]
    for name, key in zip(names, fields, strict=True):
        writer.line(f"{name} = owner.get({key.source!r}, M)")
    tests = (
        f"({name}.__class__ is str or {name}.__class__ is int{'' if key.needed else f' or {name} is None'})"
        for name, key in zip(names, fields, strict=True)
    )
    writer.line(f"if not ({' and '.join(tests)}):")
    writer.line("    add(place(owner))")
    writer.line("    continue")
    mark = names[0] if len(names) == 1 else f"({', '.join(names)})"
    writer.line(f"mark = {mark}")
    writer.line("found = known.get(mark)")
    writer.line("if found is None:")
    writer.line("    found = known[mark] = len(representations)")
    inside = ", ".join(f"{key.name!r}: {name}" for name, key in zip(names, fields, strict=True))
    writer.line(f"    representations.append({{'__typename': {requirement.entity!r}, {inside}}})")
    writer.line("add(found)")
    writer.indent -= 1
    writer.line("return places")
    return writer.function("representations")


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
            type_name = owner.get(typename)
            if type_name.__class__ is str and type_name in types:
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
