"""A subscription runs in one subgraph: its root fields cannot be `@shareable`.

On the whole type the directive is harmless: it says nothing of a field that one subgraph has, and of one that several have the
planner takes one.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.composition.issues import Issue, error
from gateway.composition.merge.context import Context

__all__ = ["check"]


def check(context: Context) -> Iterator[Issue]:
    for subgraph, found in context.defining("Subscription").items():
        for field in found.fields.values():
            if field.has("shareable"):
                message = f"Subscription.{field.name} is a subscription and cannot be @shareable."
                yield error("INVALID_FIELD_SHARING", message, subgraph, field.node)
