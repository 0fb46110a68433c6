"""A graph without queries cannot be asked anything."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context

__all__ = ["check"]


def check(context: Context) -> Iterator[Issue]:
    if not any(found.fields for found in context.defining("Query").values()):
        yield error("NO_QUERIES", "No subgraph has a query field.")
