"""Where homes say whether an object exists, and which of it a fetch may go by.

What a fetch sends must not hang on which of two subgraphs was first: then the number of fetches would, and with it what can fail. So a fetch
leaves out the objects that a home found absent *before* it by the order of the plan; what a home says beside it, it does not look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.planning.nodes import EntityFetch, Parallel, Path, PlanNode, walk_fetches
from gateway.planning.nodes import Sequence as SequenceNode

__all__ = ["NOTHING", "Judged", "Places", "judged_in"]

Places = frozenset[tuple[str, ...]]
"""By response keys."""


def judged_in(node: PlanNode | None) -> Places:
    """The places at which a home is asked below `node`."""
    fetches = [fetch for fetch in walk_fetches(node) if isinstance(fetch, EntityFetch)]
    parts = [part for fetch in fetches for part in fetch.parts if part.homes]
    return frozenset(tuple(step.key for step in path) for part in parts for path in part.paths)


@dataclass(frozen=True, slots=True)
class Judged:
    """The places that are judged when a node begins, and those that may be while it runs."""

    before: Places
    beside: Places

    def certain(self, path: Path) -> frozenset[int]:
        """The steps of `path` at which an object that does not exist is known as such, whoever was first."""
        keys = tuple(step.key for step in path)
        places = self.before - self.beside
        return frozenset(number for number in range(len(keys)) if keys[: number + 1] in places)

    def below(self, node: SequenceNode | Parallel) -> Iterator[tuple[PlanNode, Judged]]:
        """The children of `node`, each with what is judged when it begins."""
        judged = [judged_in(child) for child in node.nodes]
        for number, child in enumerate(node.nodes):
            if isinstance(node, SequenceNode):
                yield child, Judged(self.before.union(*judged[:number]), self.beside)
            else:
                yield child, Judged(self.before, self.beside.union(*judged[:number], *judged[number + 1 :]))


NOTHING = Judged(frozenset(), frozenset())
