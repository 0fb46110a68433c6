"""A type that subgraphs extend is defined by one of them; root types need no definition."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context
from gateway.composition.model import ROOTS

__all__ = ["check"]


def check(context: Context) -> Iterator[Issue]:
    defined = {found.name for s in context.subgraphs for found in s.types.values() if not found.extension}
    for subgraph in context.subgraphs:
        for found in subgraph.types.values():
            # In Federation 2 a definition may carry `@extends` and be the base all the same.
            is_base = subgraph.version is not None and found.has("extends")
            if found.extension and not is_base and found.name not in defined and found.name not in ROOTS:
                message = f"{found.name} is extended, but defined nowhere."
                yield error("EXTENSION_WITH_NO_BASE", message, subgraph.name, found.node)
