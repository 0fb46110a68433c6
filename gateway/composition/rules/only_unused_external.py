"""A Federation 1 type of which nothing remains without its unused external fields, although fields still return it."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error
from gateway.composition.model import TypeDef, named_type

__all__ = ["check", "is_emptied"]

_ROOTS = frozenset({"Mutation", "Subscription"})


def check(facts: Facts) -> Iterator[Issue]:
    types = facts.subgraph.types.values()
    referenced = {named_type(field.type) for found in types for field in found.fields.values()}
    referenced |= {member for found in types for member in found.members} | _ROOTS
    for found in types:
        # Query is never empty: federation itself adds fields to it.
        if found.name != "Query" and found.name in referenced and is_emptied(facts, found):
            message = f"{found.name} has only external fields, and nothing uses them."
            yield error("TYPE_WITH_ONLY_UNUSED_EXTERNAL", message, facts.subgraph.name, found.node)


def is_emptied(facts: Facts, found: TypeDef) -> bool:
    """Whether all fields of a type are external and unused."""
    places = {(found.name, name) for name in found.fields}
    return bool(places) and places <= facts.external - facts.used
