"""Entity fetches of several parts without those of which there is nothing to ask.

A part may be empty because its fields stand below a field that is skipped. Its selections are then not asked for: a subgraph decides by them too, and
would refuse what the client left out. Each set of parts has a document of its own, made when it is first asked for.
"""

from __future__ import annotations

from graphql import OperationDefinitionNode, VariableNode, Visitor, parse, visit

from gateway.planning.documents import entity_text
from gateway.planning.nodes import EntityFetch

__all__ = ["Narrowing"]

_KEPT = 64
"""Documents of one fetch; beyond that they are made each time."""


class Narrowing:
    """The documents of one fetch. `of` takes the aliases of the parts that are asked for."""

    def __init__(self, fetch: EntityFetch) -> None:
        self._fetch = fetch
        self._known: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}

    def of(self, aliases: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        """The document and the names of the client's variables in it."""
        found = self._known.get(aliases)
        if found is None:
            found = self._made(aliases)
            if len(self._known) < _KEPT:
                self._known[aliases] = found
        return found

    def _made(self, aliases: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        fetch = self._fetch
        parts = tuple(part for part in fetch.parts if part.alias in aliases)
        names = _used(entity_text(fetch.variables, parts))
        variables = tuple(known for known in fetch.variables if known.name in names)
        return entity_text(variables, parts), tuple(known.name for known in variables)


def _used(text: str) -> set[str]:
    """The variables in the selections of a document of one operation."""
    names: set[str] = set()

    class Reader(Visitor):
        def enter_variable(self, node: VariableNode, *_: object) -> None:
            names.add(node.name.value)

    operation = parse(text, no_location=True).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    visit(operation.selection_set, Reader())
    return names
