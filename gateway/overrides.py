"""Which labels of `@override` are on for a request: fields that move from one subgraph to another, a share of the requests at a time.

`percent(N)` says its share itself; a named label has the share that the settings give it, and is off without. A request is placed by its trace id, so
that all its parts agree, that a client who sends the same trace again gets the same plan, and that a request which has a label has every label of a
greater share: there are never more plans of an operation than labels and one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.supergraph.model import Supergraph

__all__ = ["Overrides"]

_PERCENT = re.compile(r"percent\((\d+(?:\.\d+)?)\)")
_NONE: frozenset[str] = frozenset()


class Overrides:
    """The labels of one supergraph. `shares`: percent of the requests (0 to 100) by label; it wins over what a label says itself."""

    def __init__(self, supergraph: Supergraph, shares: Mapping[str, float]) -> None:
        labels = {
            join.override_label
            for type_ in supergraph.types.values()
            for field in type_.fields.values()
            for join in field.joins.values()
            if join.override_label is not None
        }
        found = {label: shares.get(label, _own(label)) for label in labels}
        self._shares = tuple(sorted((share, label) for label, share in found.items() if share > 0))

    @property
    def usual(self) -> frozenset[str]:
        """Those that are on for more than half of the requests."""
        return self._above(50.0)

    def on(self, trace_id: str) -> frozenset[str]:
        """The labels that are on for a request. `trace_id`: its 16 or 32 hexadecimal digits."""
        if not self._shares:
            return _NONE
        return self._above(int(trace_id[-8:], 16) * 100 / 2**32)

    def _above(self, place: float) -> frozenset[str]:
        return frozenset(label for share, label in self._shares if share > place or share == 100)


def _own(label: str) -> float:
    found = _PERCENT.fullmatch(label)
    return float(found[1]) if found else 0.0
