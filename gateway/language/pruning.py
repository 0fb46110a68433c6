"""Takes out of an operation what a caller does not get, and remembers where it stood.

Two operations come of one: *asked* is what is planned and fetched, without the refused fields and without the variables that only
they mentioned (security case A14). *shown* is what the client wrote, with the refused fields marked, for the answer: each becomes null with an
error at its path.

A selection set of which nothing is left asks for `__typename` instead, so that its object is still found, or not found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLNonNull, GraphQLString, get_named_type

from gateway.language.normalize import used_variables
from gateway.language.operation import Field, Operation, OperationKind, Selection
from gateway.language.printing import operation_text

__all__ = ["Pruned", "is_refused_somewhere", "prune", "refused_paths"]

_STRING = GraphQLNonNull(GraphQLString)


@dataclass(frozen=True, slots=True)
class Pruned:
    """`nothing` says that no field of the client's is left (of a mutation: no root field)."""

    asked: Operation
    shown: Operation
    nothing: bool


def prune(operation: Operation, refused: Callable[[Field], bool]) -> Pruned | None:
    """Split an operation into what is asked and what is shown; None when nothing of it is refused."""
    shown = tuple(_marked(selection, refused) for selection in operation.selections)
    if not is_refused_somewhere(shown):
        return None
    asked = _without(shown, operation.root_type)
    nothing = not any(_left(selection, operation.kind) for selection in shown)
    variables = tuple(v for v in operation.variables if v.name in frozenset(used_variables(asked)))
    text = operation_text(operation.kind, operation.name, variables, asked)
    # Two callers whose plans or answers differ share neither (security case A19): both texts together say what was taken out.
    digest = hashlib.sha256(f"{operation.text}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    narrowed = replace(operation, selections=asked, variables=variables, text=text, hash=digest)
    return Pruned(narrowed, replace(operation, selections=shown), nothing)


def is_refused_somewhere(selections: Iterable[Selection]) -> bool:
    """Whether a field is marked."""
    return any(
        (isinstance(selection, Field) and selection.refused) or is_refused_somewhere(selection.selections)
        for selection in selections
    )


def refused_paths(
    selections: Iterable[Selection], variables: Mapping[str, Any], above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """The places of marked fields that `variables` include, by response keys: for an answer without any object."""
    for selection in selections:
        if not all((variables.get(c.variable) is True) is c.wanted for c in selection.conditions):
            continue
        if not isinstance(selection, Field):
            yield from refused_paths(selection.selections, variables, above)
        elif selection.refused:
            yield (*above, selection.key)
        else:
            yield from refused_paths(selection.selections, variables, (*above, selection.key))


def _left(selection: Selection, kind: OperationKind) -> bool:
    """Whether something is left to ask. A mutation runs for what it does, whatever is left of its payload."""
    if isinstance(selection, Field) and selection.refused:
        return False
    if kind is OperationKind.MUTATION or not selection.selections:
        return True
    return any(_left(below, kind) for below in selection.selections)


def _marked(selection: Selection, refused: Callable[[Field], bool]) -> Selection:
    if isinstance(selection, Field) and refused(selection):
        return replace(selection, refused=True)
    if not selection.selections:
        return selection
    below = tuple(_marked(inner, refused) for inner in selection.selections)
    unchanged = all(one is other for one, other in zip(below, selection.selections, strict=True))
    return selection if unchanged else replace(selection, selections=below)


def _without(selections: Iterable[Selection], type_name: str) -> tuple[Selection, ...]:
    """`selections`, which stand on the type `type_name`, without the marked ones."""
    found: list[Selection] = []
    for selection in selections:
        if isinstance(selection, Field) and selection.refused:
            continue
        inner = get_named_type(selection.type).name if isinstance(selection, Field) else selection.condition
        below = _without(selection.selections, inner) if selection.selections else ()
        found.append(replace(selection, selections=below))
    return tuple(found) or (Field("__typename", "__typename", type_name, _STRING),)
