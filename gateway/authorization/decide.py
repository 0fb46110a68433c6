"""Say what of an operation a caller may not have, before anything is planned.

Works on the normalized operation: each selected coordinate, and each coordinate that a filter or sort input reads, is looked
up in what the caller's role and scopes can reach. Filtering on a field is reading it; what the input of a mutation stands for is
written, and needs grants for that. Fragments and aliases are gone by now,
so a field is found under exactly one type. What follows from a refusal (refuse all, or prune) is the pipeline's choice.

The walk touches each selection and each input value once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Anchored, Grants, Reach
from gateway.authorization.language.model import Mutation
from gateway.authorization.reads import Read, pinned_fields, read_coordinates
from gateway.language.operation import Condition, Field, Fragment, Operation, OperationKind, Selection

__all__ = ["Decision", "Reason", "Refusal", "decide", "shape"]

_SCALAR = "."


class Reason(Enum):
    SCOPE = "scope"
    """A scope is missing."""
    ROLE = "role"
    """No grant gives this to the caller's role."""
    ANCHOR = "anchor"
    """This role may ask for it, with fields pinned that are not."""
    INPUT = "input"
    """An input field of which nobody has said what it reads."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One coordinate that the caller wrote and may not have. `needs` lists fields to pin (reason ANCHOR)."""

    coordinate: str
    reason: Reason
    scope: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome: `refused` in the order of the operation, each coordinate once; `coordinates` is everything asked for.

    `places` are the fields of the operation (by `id`) that would have to go for the rest to be allowed: those refused, and those whose
    arguments or type are.
    """

    refused: tuple[Refusal, ...] = ()
    missing_scopes: tuple[str, ...] = ()
    coordinates: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()

    @property
    def allowed(self) -> bool:
        return not self.refused


def decide(operation: Operation, variables: Mapping[str, Any], grants: Grants, caller: Caller) -> Decision:
    """Return the coordinates of `operation` that no grant of `caller` could allow, each with its reason.

    `variables` are the coerced values by name; a variable that is absent counts as not given.
    """
    walk = _Walk(grants, caller, grants.reach(caller.role, caller.scopes), variables)
    walk.roots(operation)
    refused = tuple(walk.refused.values())
    missing = dict.fromkeys(refusal.scope for refusal in refused if refusal.scope)
    return Decision(refused, tuple(missing), frozenset(walk.asked), frozenset(walk.places))


def shape(value: Any) -> Any:
    """What a decision can depend on in variables: which keys are there, what is null, what is true or false.

    The values of filters never decide (rows are judged at the source), so that two requests that differ in an id share one decision.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return tuple((name, shape(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return ("[]", frozenset(map(shape, value)))
    return _SCALAR


@dataclass(slots=True)
class _Walk:
    grants: Grants
    caller: Caller
    reach: Reach
    variables: Mapping[str, Any]
    refused: dict[str, Refusal] = field(default_factory=dict[str, Refusal])
    asked: set[str] = field(default_factory=set[str])
    places: set[int] = field(default_factory=set[int])

    def roots(self, operation: Operation) -> None:
        free = operation.kind is OperationKind.QUERY
        for selection in self._included(operation.selections):
            if isinstance(selection, Fragment):
                continue  # a root type has no subtypes
            if selection.name.startswith("__"):
                continue
            mutation = None if free else self.grants.file.mutations.get(selection.name)
            if mutation is not None:
                self._write(selection, mutation)
                self._beneath(selection)
                continue
            if not free:
                self._ask(selection)
            opened = self._opened_at_root(selection)
            self._inputs(selection, opened)
            self._beneath(selection, opened)

    def _write(self, root: Field, mutation: Mutation) -> None:
        """A mutation, and each coordinate that its input stands for: writing a field needs a grant as reading it does."""
        asked = f"{root.parent}.{root.name}"
        self.asked.add(asked)
        writable = self.reach.writes.get(mutation.name)
        if writable is None:
            scope = self.grants.write_scope(self.caller.role, mutation, None, self.caller.scopes)
            self._put(root, Refusal(asked, Reason.SCOPE if scope else Reason.ROLE, scope))
            return
        schema: GraphQLSchema = self.grants.supergraph.schema
        keys = {f"{asked}({name}:)" for name in mutation.keys}
        for coordinate, known, _ in read_coordinates(self.grants.inputs, schema, root, self.variables):
            if coordinate in keys:
                continue
            self.asked.add(coordinate)
            if not known:
                self._put(root, Refusal(coordinate, Reason.INPUT))
            elif coordinate not in writable:
                scope = self.grants.write_scope(self.caller.role, mutation, coordinate, self.caller.scopes)
                self._put(root, Refusal(coordinate, Reason.SCOPE if scope else Reason.ROLE, scope))

    def _opened_at_root(self, root: Field) -> frozenset[str]:
        """What is open of the type that a root gives.

        A root that opens nothing is refused as such. What it would open, were it pinned, is not refused as well.
        """
        name = get_named_type(root.type).name
        anchors: Sequence[Anchored] | None = self.reach.anchors.get(name)
        if anchors is None:
            return self.reach.allowed
        plain = self.reach.plain_roots[name]
        pinned = pinned_fields(self.grants.inputs, self.grants.supergraph.schema, root, self.variables)
        satisfied = [anchor for anchor in anchors if pinned.issuperset(f"{name}.{f}" for f in anchor.fields)]
        if not plain and not satisfied:
            self._refuse_unanchored(root, anchors)
            satisfied = anchors
        return plain.union(*(anchor.coordinates for anchor in satisfied))

    def _refuse_unanchored(self, root: Field, anchors: Iterable[Anchored]) -> None:
        coordinate = f"{root.parent}.{root.name}"
        needs = min((anchor.fields for anchor in anchors), key=len)
        self._put(root, Refusal(coordinate, Reason.ANCHOR, needs=needs))

    def _beneath(self, owner: Field, opened: frozenset[str] | None = None) -> None:
        """Judge what is selected under a field; when nothing under it is refused, the type itself must be reachable.

        `opened`: under a root, what is open there.
        """
        if not is_composite_type(get_named_type(owner.type)):
            return
        before = len(self.places)
        self._selections(owner.selections, opened)
        if opened is None or get_named_type(owner.type).name not in self.reach.anchors:
            self._type(owner, silent=len(self.places) != before, at_root=opened is not None)

    def _selections(self, selections: Iterable[Selection], opened: frozenset[str] | None) -> None:
        for selection in self._included(selections):
            if isinstance(selection, Fragment):
                self._selections(selection.selections, opened)
            elif not selection.name.startswith("__"):
                self._ask(selection, opened)
                self._inputs(selection)
                self._beneath(selection)

    def _type(self, owner: Field, *, silent: bool, at_root: bool) -> None:
        """A type that this caller has no grant for at all is not reached, be it only for `__typename`. What is refused under it
        says that already (`silent`).
        """
        named = get_named_type(owner.type)
        if self._reached(named):
            return
        self.places.add(id(owner))
        if not silent:
            names = self._objects(named)
            coordinate = f"{owner.parent}.{owner.name}"
            self._refuse(owner, coordinate, names[0] if names else named.name, at_root=at_root)

    def _reached(self, named: GraphQLNamedType) -> bool:
        return any(name in self.reach.types for name in self._objects(named))

    def _objects(self, named: GraphQLNamedType) -> list[str]:
        return self._possible(named) if is_abstract_type(named) else [named.name]

    def _ask(self, asked: Field, opened: frozenset[str] | None = None) -> None:
        """A field asked through an abstract type is asked of all types that may stand there (security case A01)."""
        named = self.grants.supergraph.schema.type_map.get(asked.parent)
        owners = self._possible(named) if named is not None and is_abstract_type(named) else [asked.parent]
        for owner in owners:
            coordinate = f"{owner}.{asked.name}"
            self.asked.add(coordinate)
            if coordinate not in (self.reach.allowed if opened is None else opened):
                self._refuse(asked, coordinate, at_root=opened is not None)

    def _inputs(self, selection: Field, opened: frozenset[str] | None = None) -> None:
        schema: GraphQLSchema = self.grants.supergraph.schema
        anchored = f"{get_named_type(selection.type).name}."
        reads = list(read_coordinates(self.grants.inputs, schema, selection, self.variables))
        for coordinate, known, behind in reads:
            self.asked.add(coordinate)
            at_root = opened is not None and not behind and coordinate.startswith(anchored)
            if not known:
                self._put(selection, Refusal(coordinate, Reason.INPUT))
            elif coordinate not in (opened if at_root and opened is not None else self.reach.allowed):
                self._refuse(selection, coordinate, at_root=at_root)
            else:
                self._filtered(selection, coordinate, reads)

    def _filtered(self, selection: Field, edge: str, reads: Iterable[Read]) -> None:
        """A filter through an edge counts rows behind it: also one that reads no field of theirs needs a grant on their type."""
        owner, _, name = edge.partition(".")
        named = get_named_type(getattr(self.grants.supergraph.schema.type_map[owner], "fields", {})[name].type)
        if not is_composite_type(named) or self._reached(named):
            return
        if not any(read.coordinate.startswith(f"{named.name}.") for read in reads):
            self._refuse(selection, edge, named.name, at_root=False)

    def _refuse(self, place: Field, coordinate: str, type_name: str | None = None, *, at_root: bool) -> None:
        needs = self._needs(coordinate) if at_root else None
        if needs is not None:
            self._put(place, Refusal(coordinate, Reason.ANCHOR, needs=needs))
            return
        scope = self._scope(coordinate, type_name, at_root=at_root) if coordinate not in self.refused else None
        self._put(place, Refusal(coordinate, Reason.SCOPE if scope else Reason.ROLE, scope))

    def _needs(self, coordinate: str) -> tuple[str, ...] | None:
        """What a root has to pin to open a coordinate; None when no anchor opens it to this caller."""
        anchors = self.reach.anchors.get(coordinate.partition(".")[0], ())
        return next((anchor.fields for anchor in anchors if coordinate in anchor.coordinates), None)

    def _put(self, place: Field, refusal: Refusal) -> None:
        self.places.add(id(place))
        self.refused.setdefault(refusal.coordinate, refusal)

    def _scope(self, coordinate: str, type_name: str | None, *, at_root: bool) -> str | None:
        """The scope that is missing, when a scope is what is missing."""
        role, held = self.caller.role, self.caller.scopes
        owner = type_name or coordinate.partition(".")[0]
        scope = "" if type_name else self.grants.scope_for(role, coordinate, held, at_root=at_root)
        # Lacking none where the field is: then at the home of what it is a field of.
        return self._home_scope(owner, at_root=at_root) if scope == "" else scope

    def _home_scope(self, type_name: str, *, at_root: bool) -> str | None:
        home = self.grants.homes.get(type_name)
        for grant in self.grants.of_role(self.caller.role, at_root=at_root):
            if grant.type.name == type_name and home in {None, grant.type.register}:
                return None if self.caller.scopes & set(grant.scopes) else grant.scopes[0]
        return None

    def _possible(self, named: Any) -> list[str]:
        abstract: GraphQLAbstractType = named
        return [type_.name for type_ in self.grants.supergraph.schema.get_possible_types(abstract)]

    def _included(self, selections: Iterable[Selection]) -> Iterable[Selection]:
        return (selection for selection in selections if all(map(self._holds, selection.conditions)))

    def _holds(self, condition: Condition) -> bool:
        """`@skip` and `@include` as this request's variables say; without a value the field counts as asked for."""
        value = self.variables.get(condition.variable)
        return value is None or bool(value) is condition.wanted
