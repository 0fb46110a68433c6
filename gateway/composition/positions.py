"""Where objects can be read: subgraph positions, and the ways from one to the next (fields, keys, requirements).

Everything is asked of the supergraph's join directives. A field that is overridden under a label has a subgraph only once the
label is decided: on the way to it both answers are tried, and what a key or requirement reads beside it may not lean on either.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLUnionType,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    print_ast,
)

from gateway.composition.fieldsets import field_set
from gateway.composition.resolvers import Labels, Resolver, Resolvers
from gateway.supergraph.model import Supergraph, SupergraphType, TypeKind

__all__ = ["Labels", "Position", "Positions", "State"]


@dataclass(frozen=True, slots=True)
class Position:
    """Objects at hand in `subgraph`, where their type is called `type` (an interface, behind `@interfaceObject`).

    `provided` is the field set that a `@provides` on the way here made readable, or empty.
    """

    subgraph: str
    type: str
    provided: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """Objects of the client's type `type`, readable at any of `positions`, on a way that decided `labels`, below types
    that set `contexts`.
    """

    type: str
    positions: frozenset[Position]
    labels: Labels = frozenset()
    contexts: frozenset[str] = frozenset()

    def at(self, type_name: str, positions: frozenset[Position], contexts: frozenset[str] = frozenset()) -> State:
        """Other objects on the same way, below those of a type that sets `contexts`."""
        return State(type_name, positions, self.labels, self.contexts | contexts)


class Positions:
    """Answers where things can be read; remembers what it was asked."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.types
        self._schema = supergraph.schema
        schema = supergraph.schema
        found = (schema.query_type, schema.mutation_type, schema.subscription_type)
        self._roots = {root.name for root in found if root is not None}
        self._resolvers = Resolvers(supergraph)
        self._closed: dict[State, State] = {}
        self._met: dict[tuple[object, ...], bool] = {}
        self._places: dict[frozenset[Position], dict[tuple[str, str], list[Position]]] = {}
        self._keys: dict[str, list[tuple[Position, list[str], bool]]] = {}
        self._open: set[tuple[object, ...]] = set()
        self._cuts = 0
        self._contexts = _contexts(supergraph)

    def contexts(self, type_name: str) -> frozenset[str]:
        """The contexts that objects of a type set: by themselves, or as an interface or union says."""
        return self._contexts.get(type_name, frozenset())

    def roots(self, name: str) -> frozenset[Position]:
        """All subgraphs that have a root type."""
        return frozenset(Position(subgraph, name) for subgraph in self._types[name].joins)

    def undecided(self, state: State, field_name: str) -> list[str]:
        """The labels that decide who resolves a field, and that nothing on the way decided."""
        found: set[str] = set()
        for type_name in {position.type for position in state.positions}:
            found |= self._resolvers.labels(type_name, field_name)
        return sorted(found - {label for label, _ in state.labels}) if found else []

    # -- keys ----------------------------------------------------------------------------------------------------

    def closed(self, state: State) -> State:
        """The state with every position that keys lead to."""
        known = self._closed.get(state)
        if known is not None:
            return known
        if ("closed", state) in self._open:
            self._cuts += 1
            return state  # a key that needs itself: whatever else leads there is found by the outer walk
        cuts = self._cuts
        self._open.add(("closed", state))
        positions = set(state.positions)
        if state.type in self._roots:
            positions |= self.roots(state.type)
        while opened := self._opened(state, frozenset(positions)):
            positions |= opened
        self._open.discard(("closed", state))
        closed = state.at(state.type, frozenset(positions))
        if not self._open or cuts == self._cuts:  # a cut answer is good only where it was asked
            self._closed[state] = closed
        return closed

    def _opened(self, state: State, positions: frozenset[Position]) -> set[Position]:
        """What keys open from some positions, with all that is known to lie beyond."""
        if state.type not in self._keys:
            self._keys[state.type] = list(self._entries(state.type))
        here = state.at(state.type, positions)
        known = any(position.type == state.type for position in positions)
        read: dict[str, bool] = {}
        found: set[Position] = set()
        for target, keys, blind in self._keys[state.type]:
            if target in positions or target in found or not (known or blind):
                continue
            for key in keys:
                if key not in read:
                    read[key] = self._readable(here, field_set(key), here=True)
                if read[key]:
                    found.add(target)
                    beyond = self._closed.get(state.at(state.type, frozenset({target})))
                    found |= beyond.positions if beyond is not None else frozenset()
                    break
        return found - positions

    def _entries(self, type_name: str) -> Iterator[tuple[Position, list[str], bool]]:
        """Positions that keys can open for objects of a type, with the keys, and whether they do so *blind*: for objects of
        which only an interface is known, as behind `@interfaceObject`. A key of the type itself needs the type.
        """
        found = self._types[type_name]
        for name in (type_name, *self._interfaces(found)):
            for subgraph, join in self._types[name].joins.items():
                keys = [key.fields for key in join.keys if key.resolvable]
                if keys and (name == type_name or join.is_interface_object):
                    yield Position(subgraph, name), keys, name != type_name
                elif keys and subgraph in found.joins and name in found.joins[subgraph].implements:
                    yield Position(subgraph, type_name), keys, True

    def _interfaces(self, found: SupergraphType) -> list[str]:
        return list(
            dict.fromkeys(name for join in found.joins.values() for name in join.implements if name in self._types)
        )

    # -- fields --------------------------------------------------------------------------------------------------

    def step(self, state: State, field_name: str) -> frozenset[Position]:
        """The positions behind a field, from all positions of the state that resolve it; empty when none does."""
        return frozenset(self._ways(state, field_name))

    def _ways(self, state: State, field_name: str) -> Iterator[Position]:
        places = self._by_place(state.positions)
        for type_name in dict.fromkeys(type_name for type_name, _ in places):
            resolvers = self._resolvers.of(type_name, field_name)
            own = (
                [subgraph for kind, subgraph in places if kind == type_name]
                if len(places) < len(resolvers)
                else resolvers
            )
            for subgraph in own:
                if subgraph in resolvers:
                    for position in places.get((type_name, subgraph), ()):
                        reached = self._through(state, position, field_name, resolvers[subgraph])
                        if reached is not None:
                            yield reached

    def _by_place(self, positions: frozenset[Position]) -> dict[tuple[str, str], list[Position]]:
        """By type and subgraph: large sets of positions are asked for the few subgraphs that have a field."""
        known = self._places.get(positions)
        if known is None:
            known = self._places[positions] = {}
            for position in positions:
                known.setdefault((position.type, position.subgraph), []).append(position)
        return known

    def _through(self, state: State, position: Position, field_name: str, resolver: Resolver) -> Position | None:
        join = resolver.join
        provided = _nested(position.provided, field_name)
        if provided is None and not resolver.resolves(state.labels):
            return None
        if not resolver.contexts <= state.contexts:
            return None
        if join.requires is not None and not self._requirement_met(state, position, join.requires):
            return None
        sets = [text for text in (provided, join.provides) if text]
        return Position(position.subgraph, resolver.target, " ".join(sets))

    def _requirement_met(self, state: State, position: Position, requires: str) -> bool:
        """Whether the required fields can be read, and the objects handed back to the subgraph by a key that it has at hand.

        A key that is not resolvable will do: it says that others cannot come in by it, and the subgraph itself asks here.
        """
        place = ("requires", state.type, position, requires)
        if place in self._open:
            self._cuts += 1
            return False
        # What is required is asked for on behalf of the subgraph, from where its own objects are, and without contexts.
        state = State(state.type, frozenset({position}), state.labels)
        asked = (state, position, requires)
        if asked in self._met:
            return self._met[asked]
        self._open.add(place)
        cuts = self._cuts
        join = self._types[position.type].joins.get(position.subgraph)
        keys = [field_set(key.fields) for key in join.keys] if join is not None else []
        at_hand = any(self._at_hand(position.subgraph, position.type, key) for key in keys)
        met = at_hand and self._readable(state, field_set(requires))
        self._open.discard(place)
        if not self._open or cuts == self._cuts:
            self._met[asked] = met
        return met

    def _at_hand(self, subgraph: str, type_name: str, selection: SelectionSetNode) -> bool:
        """Whether a subgraph resolves every field of a selection, or says nothing to the contrary."""
        for node in selection.selections:
            if not isinstance(node, FieldNode):
                continue
            resolver = self._resolvers.of(type_name, node.name.value).get(subgraph)
            if resolver is None:
                continue
            inner = node.selection_set
            if resolver.join.external or (inner is not None and not self._at_hand(subgraph, resolver.target, inner)):
                return False
        return True

    # -- selections ----------------------------------------------------------------------------------------------

    def _readable(self, state: State, selection: SelectionSetNode, *, here: bool = False) -> bool:
        """Whether every field of a selection on the state's type can be read, from here or through keys; with `here` the
        fields of the type itself at its positions alone.
        """
        for node in selection.selections:
            if isinstance(node, InlineFragmentNode):
                if self._applies(state.type, node) and not self._readable(state, node.selection_set, here=here):
                    return False
            elif (
                isinstance(node, FieldNode)
                and node.name.value != "__typename"
                and not self._field_readable(state, node, here)
            ):
                return False
        return True

    def _field_readable(self, state: State, node: FieldNode, here: bool) -> bool:
        name = node.name.value
        if node.selection_set is None and next(self._ways(state, name), None) is not None:
            return True
        reached = self.step(state, name)
        if not reached and not here:
            wider = self.closed(state)
            reached = self.step(wider, name) if wider != state else reached
        if not reached:
            return False
        if node.selection_set is None:
            return True
        owner = self._schema.type_map[state.type].fields.get(name)  # type: ignore[attr-defined]
        target = get_named_type(owner.type) if owner is not None else None
        if target is None or not is_composite_type(target):
            return True
        if not isinstance(target, (GraphQLInterfaceType, GraphQLUnionType)):
            return self._readable(self.closed(state.at(target.name, reached)), node.selection_set)
        return all(
            self._readable(self.closed(state.at(member.name, narrowed)), node.selection_set)
            for member in self._schema.get_possible_types(target)
            if (narrowed := self.narrowed(member.name, reached))
        )

    def _applies(self, type_name: str, node: InlineFragmentNode) -> bool:
        condition = node.type_condition.name.value if node.type_condition is not None else type_name
        if condition == type_name:
            return True
        declared = self._types.get(condition)
        if declared is None:
            return False
        members = {member for join in declared.joins.values() for member in join.members}
        return type_name in members or condition in self._interfaces(self._types[type_name])

    def narrowed(self, member: str, positions: frozenset[Position]) -> frozenset[Position]:
        """The positions at which objects of an interface or union can be a `member`, seen as that."""
        found: set[Position] = set()
        for position in positions:
            join = self._types[position.type].joins.get(position.subgraph)
            if join is not None and join.is_interface_object:
                found.add(position)
            elif member in self.possible(position.type, position.subgraph):
                found.add(Position(position.subgraph, member, position.provided))
        return frozenset(found)

    def possible(self, type_name: str, subgraph: str) -> frozenset[str]:
        """The object types that a value of `type_name` may have in a subgraph."""
        found = self._types[type_name]
        join = found.joins.get(subgraph)
        if found.kind is TypeKind.UNION:
            return frozenset(join.members if join is not None else ())
        if found.kind is TypeKind.INTERFACE:
            return frozenset(
                name
                for name, other in self._types.items()
                if other.kind is TypeKind.OBJECT
                and subgraph in other.joins
                and type_name in other.joins[subgraph].implements
            )
        return frozenset({type_name})

    # -- messages ------------------------------------------------------------------------------------------------

    def reasons(self, state: State, field_name: str) -> Iterator[str]:
        """Why nobody can be asked for a field: for each subgraph at hand what is missing there, and where it cannot go on to."""
        for position in sorted(state.positions, key=lambda position: (position.subgraph, position.type)):
            yield f"- from {position.subgraph}: {self._reason(position, field_name)}"
            for subgraph, reason in self._no_ways(state, field_name):
                yield f"  - {subgraph} cannot be entered: {reason}"

    def _reason(self, position: Position, field_name: str) -> str:
        resolver = self._resolvers.of(position.type, field_name).get(position.subgraph)
        where = f"{position.type}.{field_name}"
        if field_name == "__typename":
            return f"it knows {position.type} as an @interfaceObject, and not the type of its objects"
        if resolver is None:
            return f"it has no {where}"
        join = resolver.join
        if join.external:
            return f"{where} is @external there"
        if join.context_arguments:
            return f"no type on the way sets the context that {where} reads"
        if join.requires is not None:
            return f"what {where} requires cannot be read: {join.requires}"
        return f"{where} is overridden there"

    def _no_ways(self, state: State, field_name: str) -> Iterator[tuple[str, str]]:
        at = {position.subgraph for position in state.positions}
        field = self._types[state.type].fields.get(field_name)
        for subgraph in field.joins if field is not None else self._types[state.type].joins:
            own = self._types[state.type].joins.get(subgraph)
            if subgraph in at or own is None:
                continue
            keys = [key.fields for key in own.keys if key.resolvable]
            listed = ", ".join(f'"{key}"' for key in keys)
            yield subgraph, f"it has no key for {state.type}" if not keys else f"no key can be read: {listed}"


def _contexts(supergraph: Supergraph) -> dict[str, frozenset[str]]:
    """By type: the contexts that `@context` sets on it, or on an interface or union of it."""
    own = {name: type_.contexts for name, type_ in supergraph.types.items() if type_.contexts}
    found = {name: set(contexts) for name, contexts in own.items()}
    for name, contexts in own.items():
        type_ = supergraph.schema.type_map[name]
        if isinstance(type_, (GraphQLInterfaceType, GraphQLUnionType)):
            for member in supergraph.schema.get_possible_types(type_):
                found.setdefault(member.name, set()).update(contexts)
    return {name: frozenset(contexts) for name, contexts in found.items()}


def _nested(provided: str, field_name: str) -> str | None:
    """What a provided field set says below a field; None when it does not have the field, empty for a leaf."""
    if not provided:
        return None
    found: str | None = None
    for node in _flat(field_set(provided)):
        if node.name.value == field_name:
            inner = node.selection_set
            found = " ".join(
                filter(None, (found, " ".join(print_ast(inner).split())[1:-1] if inner is not None else ""))
            )
    return found.strip() if found is not None else None


def _flat(selection: SelectionSetNode) -> Iterator[FieldNode]:
    for node in selection.selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            yield from _flat(node.selection_set)
