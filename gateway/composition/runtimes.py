"""A shared field that returns an interface or union should return the same types everywhere.

Whoever is asked decides what can come back. Where the subgraphs that can be asked at one point of a query know different types
that is worth a hint, and where they share none it is an error.
Source: https://www.apollographql.com/docs/graphos/reference/federation/hints, INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.composition.issues import Issue, error, hint

__all__ = ["compare_runtime_types"]


def compare_runtime_types(where: str, query: str, possible: Mapping[str, frozenset[str]]) -> Issue | None:
    """What to say of the types that each subgraph may return for the field `where` in an example query."""
    if len(set(possible.values())) <= 1:
        return None
    listed = "; ".join(f"{'/'.join(sorted(types)) or 'none'} in {name}" for name, types in sorted(possible.items()))
    if frozenset.intersection(*possible.values()):
        message = f"{where} may return different types in {query}: {listed}."
        return hint("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", message)
    message = f"{where} returns types that have nothing in common in {query}: {listed}."
    return error("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", message)
