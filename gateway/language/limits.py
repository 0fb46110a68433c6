"""Limits on a document, counted before any work that could grow with what a sender wrote.

Three steps. Each definition is read once and gives its own counts and the fragments it spreads. Totals are then added up
from the leaves of the spread graph, so a fragment bomb costs as many steps as it has characters, and a long chain of
fragments no stack (security cases D01, D02, D05). Only a document whose totals are within limits is walked in its
expanded form, to count how often a response key is written at one place: that number is what validation and
normalization grow with (D03).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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

__all__ = ["Limits", "check_limits", "too_complex"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may hold. `max_source` is in characters; the others are counts.

    All counts are taken after expansion of fragments. `max_fields` is over all operations of the document together, and a
    spread counts as a field; root fields are counted by response key.
    """

    max_source: int = 100_000
    max_tokens: int = 4_000
    max_comments: int = 1_000
    max_depth: int = 24
    max_fields: int = 3_000
    max_aliases: int = 200
    max_root_fields: int = 20
    max_repeated_keys: int = 100
    """How often one response key may be written at one place of the response."""
    max_comparisons: int = 40_000
    """Work that validation may spend on comparing fields of one response key, in units of graphql-core's own budget."""
    single_operation: bool = False
    """Whether a document with several operations is refused, also where one of them is named."""
    reserved_key: str | None = None
    """A response key that no document may have: the gateway's own."""


@dataclass(slots=True)
class _Counts:
    fields: int = 0
    aliases: int = 0
    depth: int = 0
    spreads: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    """(fragment, depth at which it is spread; 0 is the level of the definition itself)"""


def check_limits(document: DocumentNode, limits: Limits) -> None:
    """Raise GatewayError QUERY_TOO_COMPLEX when a definition, its fragments expanded, passes a limit; and
    GRAPHQL_VALIDATION_FAILED when fragments spread themselves, since such a document has no expanded form.
    """
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    totals: dict[str, _Counts] = {}
    counts = {name: _own(node.selection_set) for name, node in fragments.items()}
    for name in _leaves_first(counts):
        totals[name] = _total(counts[name], totals)
    spread = {name for one in counts.values() for name, _ in one.spreads}
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    fields = 0
    for operation in operations:
        own = _own(operation.selection_set)
        spread.update(name for name, _ in own.spreads)
        total = _total(own, totals)
        fields += total.fields
        _check(total, limits)
    starts: list[OperationDefinitionNode | FragmentDefinitionNode] = [*operations]
    for name in fragments.keys() - spread:  # validation reads fragments that nobody uses as well
        fields += totals[name].fields
        _check(totals[name], limits)
        starts.append(fragments[name])
    if fields > limits.max_fields:
        raise too_complex(f"The document selects more than {limits.max_fields} fields.")
    for start in starts:
        roots = _check_repetition(start.selection_set, fragments, limits.max_repeated_keys)
        if isinstance(start, OperationDefinitionNode) and roots > limits.max_root_fields:
            raise too_complex(f"The operation has more than {limits.max_root_fields} root fields.")


def too_complex(message: str) -> GatewayError:
    return GatewayError(GraphQLIssue(message, Code.QUERY_TOO_COMPLEX))


def _check(total: _Counts, limits: Limits) -> None:
    if total.fields > limits.max_fields:
        raise too_complex(f"The document selects more than {limits.max_fields} fields.")
    if total.aliases > limits.max_aliases:
        raise too_complex(f"The operation uses more than {limits.max_aliases} aliases.")
    if total.depth > limits.max_depth:
        raise too_complex(f"The operation is nested deeper than {limits.max_depth} levels.")


def _own(selection_set: SelectionSetNode) -> _Counts:
    """What a definition holds by itself."""
    counts = _Counts()
    stack: list[tuple[SelectionSetNode, int]] = [(selection_set, 0)]
    while stack:
        node, depth = stack.pop()
        for selection in node.selections:
            counts.fields += 1
            if isinstance(selection, FragmentSpreadNode):
                counts.spreads.append((selection.name.value, depth))
            elif isinstance(selection, InlineFragmentNode):
                stack.append((selection.selection_set, depth))
            elif isinstance(selection, FieldNode):
                counts.aliases += selection.alias is not None
                counts.depth = max(counts.depth, depth + 1)
                if selection.selection_set is not None:
                    stack.append((selection.selection_set, depth + 1))
    return counts


def _total(own: _Counts, totals: Mapping[str, _Counts]) -> _Counts:
    """A definition with its fragments; unknown fragments are validation's to report."""
    total = _Counts(own.fields, own.aliases, own.depth)
    for name, depth in own.spreads:
        inner = totals.get(name)
        if inner is not None:
            total.fields += inner.fields
            total.aliases += inner.aliases
            total.depth = max(total.depth, depth + inner.depth)
    return total


def _leaves_first(counts: Mapping[str, _Counts]) -> Iterator[str]:
    """Fragment names in an order in which each comes after those that it spreads. Raises on a cycle."""
    done: set[str] = set()
    for start in counts:
        path: list[tuple[str, Iterator[tuple[str, int]]]] = []
        on_path: set[str] = set()
        if start not in done:
            path.append((start, iter(counts[start].spreads)))
            on_path.add(start)
        while path:
            name, spreads = path[-1]
            following = next((s for s, _ in spreads if s in counts and s not in done), None)
            if following is None:
                path.pop()
                on_path.discard(name)
                done.add(name)
                yield name
            elif following in on_path:
                message = f"Cannot spread fragment '{following}' within itself."
                raise GatewayError(GraphQLIssue(message, Code.GRAPHQL_VALIDATION_FAILED))
            else:
                path.append((following, iter(counts[following].spreads)))
                on_path.add(following)


def _check_repetition(
    selection_set: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], limit: int
) -> int:
    """Walk the expanded form place by place (a place is a path of response keys); return the number of root keys."""
    places: list[Sequence[SelectionSetNode]] = [[selection_set]]
    roots = -1
    while places:
        written: dict[str, int] = {}
        below: dict[str, list[SelectionSetNode]] = {}
        stack = [*places.pop()]
        while stack:
            for selection in stack.pop().selections:
                if isinstance(selection, InlineFragmentNode):
                    stack.append(selection.selection_set)
                elif isinstance(selection, FragmentSpreadNode):
                    definition = fragments.get(selection.name.value)
                    if definition is not None:
                        stack.append(definition.selection_set)
                elif isinstance(selection, FieldNode):
                    key = selection.alias.value if selection.alias is not None else selection.name.value
                    written[key] = written.get(key, 0) + 1
                    if written[key] > limit:
                        raise too_complex(f"A response key is written more than {limit} times at one place.")
                    if selection.selection_set is not None:
                        below.setdefault(key, []).append(selection.selection_set)
        places += below.values()
        roots = len(written) if roots < 0 else roots
    return roots
