"""Limits on a document, counted before any work that could grow with what a sender wrote.

Counting walks the AST once; a fragment's counts are computed once and added where it is spread, so a fragment bomb costs as
many steps as it has characters (security cases D01, D05).
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["Limits", "check_limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """`max_source` in characters; the others are counts. `max_fields`, `max_aliases` count after expansion of fragments."""

    max_source: int = 100_000
    max_tokens: int = 4_000
    max_depth: int = 24
    max_fields: int = 3_000
    max_aliases: int = 200
    max_root_fields: int = 20
    max_repeated_keys: int = 100
    """How often one response key may be written in one selection set, before merging."""


@dataclass(frozen=True, slots=True)
class _Count:
    fields: int = 0
    aliases: int = 0
    depth: int = 0

    def __add__(self, other: _Count) -> _Count:
        return _Count(self.fields + other.fields, self.aliases + other.aliases, max(self.depth, other.depth))


def check_limits(document: DocumentNode, operation: OperationDefinitionNode, limits: Limits) -> None:
    """Raise GatewayError QUERY_TOO_COMPLEX when the operation, its fragments expanded, passes a limit."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    counter = _Counter(fragments, limits)
    total = counter.selection_set(operation.selection_set)
    if total.fields > limits.max_fields:
        raise _too_complex(f"The operation selects more than {limits.max_fields} fields.")
    if total.aliases > limits.max_aliases:
        raise _too_complex(f"The operation uses more than {limits.max_aliases} aliases.")
    if total.depth > limits.max_depth:
        raise _too_complex(f"The operation is nested deeper than {limits.max_depth} levels.")
    if len(operation.selection_set.selections) > limits.max_root_fields:
        raise _too_complex(f"The operation has more than {limits.max_root_fields} root fields.")


class _Counter:
    def __init__(self, fragments: dict[str, FragmentDefinitionNode], limits: Limits) -> None:
        self._fragments = fragments
        self._limits = limits
        self._known: dict[str, _Count] = {}
        self._open: set[str] = set()

    def selection_set(self, node: SelectionSetNode) -> _Count:
        total = _Count()
        keys: dict[str, int] = {}
        for selection in node.selections:
            if isinstance(selection, FieldNode):
                key = selection.alias.value if selection.alias else selection.name.value
                keys[key] = keys.get(key, 0) + 1
                total += self._field(selection)
            elif isinstance(selection, InlineFragmentNode):
                total += self.selection_set(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                total += self._fragment(selection.name.value)
        if keys and max(keys.values()) > self._limits.max_repeated_keys:
            raise _too_complex(f"A response key is repeated more than {self._limits.max_repeated_keys} times.")
        return total

    def _field(self, node: FieldNode) -> _Count:
        inner = self.selection_set(node.selection_set) if node.selection_set else _Count()
        return _Count(inner.fields + 1, inner.aliases + bool(node.alias), inner.depth + 1)

    def _fragment(self, name: str) -> _Count:
        if name in self._known:
            return self._known[name]
        definition = self._fragments.get(name)
        if definition is None or name in self._open:
            return _Count()  # unknown fragments and cycles are validation's to report
        self._open.add(name)
        count = self._known[name] = self.selection_set(definition.selection_set)
        self._open.discard(name)
        return count


def _too_complex(message: str) -> GatewayError:
    return GatewayError(GraphQLIssue(message, Code.QUERY_TOO_COMPLEX))
