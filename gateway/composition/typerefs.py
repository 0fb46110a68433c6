"""Comparing and merging type references such as `[Product!]`.

Output positions are covariant, so the widest reference serves every subgraph's answers; input positions are contravariant
and take the narrowest.
Source: https://spec.graphql.org/draft/#IsValidImplementationFieldType()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

__all__ = ["is_subtype", "merge_types"]

_Names = Callable[[str, str], bool]


def is_subtype(narrow: str, wide: str, names: _Names) -> bool:
    """Whether every value of the reference `narrow` is one of `wide`; `names(a, b)` answers that for named types."""
    if wide.endswith("!"):
        return narrow.endswith("!") and is_subtype(narrow[:-1], wide[:-1], names)
    if narrow.endswith("!"):
        return is_subtype(narrow[:-1], wide, names)
    if wide.startswith("["):
        return narrow.startswith("[") and is_subtype(narrow[1:-1], wide[1:-1], names)
    return not narrow.startswith("[") and names(narrow, wide)


def merge_types(references: Sequence[str], names: _Names, *, narrowest: bool) -> str | None:
    """The reference that is widest (or narrowest) among the given ones, or None when two of them are unrelated."""
    chosen = references[0]
    for reference in references[1:]:
        if is_subtype(reference, chosen, names):
            chosen = reference if narrowest else chosen
        elif is_subtype(chosen, reference, names):
            chosen = chosen if narrowest else reference
        else:
            return None
    return chosen
