"""Operations that were recorded, decided again: by the grants before and by those after.

A record has no text and no values, only what its decision was about: coordinates, role, scopes. That is enough where no grant in question asks for
pinned fields. Where the text of the operation is at hand (a trusted document of the same signature) it is decided as it was, with a value for every
plain variable. Whatever cannot be decided as it was then is not guessed at: it comes back with the reason (`Unreplayed`).

Rows are not replayed: which of them a grant means, only a register can say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    type_from_ast,
)

from gateway.authorization.caller import Caller
from gateway.authorization.decide import Decision, decide
from gateway.authorization.grants import Grants, Reach
from gateway.language.operation import Operation

__all__ = ["Recorded", "Replayed", "Unreplayed", "replay"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """Requests that one decision was made for. `coordinates`: everything that was asked, filters included.

    `refused`: whether grants of the release `release` refused it; None where the record does not tell.
    """

    signature: str
    kind: str
    role: str | None
    scopes: frozenset[str]
    coordinates: frozenset[str]
    release: str | None
    refused: bool | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the two sets of grants refuse, in order; nothing where they allow. `by_text`: the operation itself was decided."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    by_text: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.before) != bool(self.after)


@dataclass(frozen=True, slots=True)
class Unreplayed:
    """Why not, in words that are the same for all requests of its kind."""

    reason: str


def replay(
    recorded: Recorded, before: Grants, after: Grants, operation: Operation | None = None
) -> Replayed | Unreplayed:
    """Decide again. Both grants are checked against one supergraph; `operation` has the signature that was recorded."""
    found = _by_text(recorded, before, after, operation) if operation is not None else None
    found = found or _by_coordinates(recorded, before, after)
    if isinstance(found, Unreplayed) or recorded.refused is None or recorded.release != before.release:
        return found
    # The grants before are those that decided then: what does not come to the same was decided on something that is not on record.
    if bool(found.before) is not recorded.refused:
        return Unreplayed(
            "decided then on more than is on record (a token's audience, a value, a fragment's condition)"
        )
    return found


# -- by the text of the operation --------------------------------------------------------------------------------------


def _by_text(recorded: Recorded, before: Grants, after: Grants, operation: Operation) -> Replayed | None:
    """None where the text does not ask what was recorded, whatever its variables were."""
    variables = _plain_values(operation, before.supergraph.api)
    if variables is None:
        return None
    caller = Caller(role=recorded.role, identifiers={}, scopes=recorded.scopes)
    first = decide(operation, variables, before, caller)
    if first.coordinates != recorded.coordinates:
        return None
    return Replayed(_refused(first), _refused(decide(operation, variables, after, caller)), by_text=True)


def _plain_values(operation: Operation, schema: GraphQLSchema) -> dict[str, Any] | None:
    """A value for each variable that cannot say more than that it is there; None where one could be a filter of any shape.

    A Boolean is left out: a condition without a value counts as fulfilled.
    """
    values: dict[str, Any] = {}
    declared = operation.definition.variable_definitions if operation.definition is not None else None
    for definition in declared or ():
        type_ = get_named_type(type_from_ast(schema, definition.type))
        if isinstance(type_, GraphQLInputObjectType) or type_ is None:
            return None
        if type_.name != "Boolean":
            values[definition.variable.name.value] = ""
    return values


def _refused(decision: Decision) -> tuple[str, ...]:
    return tuple(sorted(refusal.coordinate for refusal in decision.refused))


# -- by its coordinates ------------------------------------------------------------------------------------------------


def _by_coordinates(recorded: Recorded, before: Grants, after: Grants) -> Replayed | Unreplayed:
    asked = recorded.coordinates
    if not asked:
        return Unreplayed("asked for nothing but `__typename` and the schema")
    if any(coordinate not in before.owners for coordinate in asked):
        return Unreplayed("asked for something that this graph does not have, or used an input that was not open")
    reaches = [grants.reach(recorded.role, recorded.scopes) for grants in (before, after)]
    types = {name for coordinate in asked for name in _types(before, coordinate)}
    if any(types & reach.anchors.keys() for reach in reaches):
        return Unreplayed("a grant asks for pinned fields, and values are not on record (give the trusted documents)")
    first, second = (tuple(sorted(_closed(before, reach, asked))) for reach in reaches)
    return Replayed(first, second)


def _types(grants: Grants, coordinate: str) -> Iterable[str]:
    """The type that a coordinate stands on, and those that may stand in its place."""
    type_name, _, name = coordinate.partition(".")
    yield type_name
    returned = _returned(grants, type_name, name)
    if is_abstract_type(returned):
        yield from (type_.name for type_ in grants.supergraph.schema.get_possible_types(returned))
    elif is_composite_type(returned):
        yield returned.name


def _closed(grants: Grants, reach: Reach, asked: frozenset[str]) -> Iterable[str]:
    touched = {coordinate.partition(".")[0] for coordinate in asked}
    for coordinate in asked:
        if coordinate not in reach.allowed:
            yield coordinate
            continue
        leads_to = set(_types(grants, coordinate)) - {coordinate.partition(".")[0]}
        # Nothing of it was asked for but `__typename`, or it was only filtered on: the type itself has to be open.
        if leads_to and not leads_to & touched and not leads_to & reach.types:
            yield coordinate


def _returned(grants: Grants, type_name: str, name: str) -> Any:
    type_: Any = grants.supergraph.schema.type_map.get(type_name)
    field = getattr(type_, "fields", {}).get(name)
    return get_named_type(field.type) if field is not None else None
