"""Fetches under construction: the choices of the search laid out as selections per subgraph and place in the answer.

Walking a `Choice` fills *groups*. A group is one fetch-to-be: a subgraph, a path into the answer, selections, what its
representations need, and the groups that must have run before. `grouping.py` then merges and orders them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from graphql import GraphQLNonNull, get_named_type

from gateway.language.operation import Argument, Condition, Field, Fragment, Selection
from gateway.planning.budget import Meter
from gateway.planning.choices import TYPENAME, Choice, Jump, Local, Step, Typed, joined
from gateway.planning.contexts import Contexts
from gateway.planning.graph import QueryGraph, list_depth
from gateway.planning.instances import InstanceRules, RootTarget, root_target
from gateway.planning.nodes import KeyField, KeyFragment, KeySelection, Path, PathStep, Requirement
from gateway.planning.selections import Context, Entry, Selections

__all__ = ["Builder", "Group"]


@dataclass(eq=False, slots=True)
class Group:
    """One fetch-to-be. `entity` is false for root fetches; `after` holds the groups that it needs."""

    index: int
    subgraph: str
    entity: bool
    path: Path
    exact: str
    selections: Selections = field(default_factory=Selections)
    requires: dict[tuple[str, str], tuple[KeySelection, ...]] = field(
        default_factory=dict[tuple[str, str], tuple[KeySelection, ...]]
    )
    conditions: tuple[Condition, ...] = ()
    """Those under which its requirements (`@requires`) were fetched."""
    homes: set[str] = field(default_factory=set[str])
    target: RootTarget | None = None
    after: set[Group] = field(default_factory=set["Group"])

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return tuple(Requirement(type_, entity, keys) for (type_, entity), keys in sorted(self.requires.items()))

    def needs(self, other: Group) -> bool:
        """Whether this group runs after `other`, directly or not."""
        seen: set[int] = set()
        stack: list[Group] = [self]
        while stack:
            group = stack.pop()
            if group is other:
                return True
            if group.index not in seen:
                seen.add(group.index)
                stack.extend(group.after)
        return False


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the walk stands: `exact` is the type that the client's schema promises here, "" when it is abstract; `types`
    the runtime types that the current branch is for.
    """

    group: Group
    selections: Selections
    path: Path
    context: Context
    exact: str
    types: tuple[str, ...] = ()


class Builder:
    """Turns choices into groups. `instances` has the rules of each subgraph that runs as several."""

    def __init__(
        self,
        graph: QueryGraph,
        meter: Meter,
        typename_key: str,
        instances: Mapping[str, InstanceRules],
        contexts: Contexts,
    ) -> None:
        self._graph = graph
        self._meter = meter
        self._typename_key = typename_key
        self._instances = instances
        self._contexts = contexts
        self._values: dict[str, set[Group]] = {}
        """The groups that fetch the values of contexts, by response key."""
        self._places: dict[tuple[object, ...], list[Group]] = {}
        self.groups: list[Group] = []

    def build(self, choice: Choice, root_type: str, context: Context) -> None:
        """Lay out the choice made at the root of an operation."""
        nowhere = Group(-1, "", False, (), root_type)
        self._walk(choice, _Spot(nowhere, nowhere.selections, (), context, root_type), hidden=False)
        for group in self.groups:
            group.after.discard(nowhere)

    def _walk(self, choice: Choice, spot: _Spot, *, hidden: bool, conditions: tuple[Condition, ...] = ()) -> set[Group]:
        """Place all steps; return the groups that they went to."""
        touched = {spot.group}
        for step in self._in_order(choice):
            match step:
                case Local():
                    touched |= self._local(step, spot, hidden, conditions)
                case Typed():
                    touched |= self._typed(step, spot, hidden, conditions)
                case Jump():
                    touched |= self._jump(step, spot, hidden, conditions)
        return touched

    def _in_order(self, choice: Choice) -> Iterable[Step]:
        """What fetches the values of contexts comes before what waits for them."""
        if not self._contexts.keys:
            return choice.steps
        return sorted(choice.steps, key=lambda step: not self._has_value(step))

    def _has_value(self, step: Step) -> bool:
        if isinstance(step, Local):
            return step.field.key in self._contexts.keys
        return any(map(self._has_value, step.choice.steps))

    def _waits(self, choice: Choice) -> set[Group]:
        """The groups that fetch what fields of an entity take from contexts."""
        asked = (step.field for step in choice.steps if isinstance(step, Local))
        wanted = (source[0] for field in asked for context in self._contexts.of(field) for source in context.sources)
        return {group for key in wanted for group in self._values.get(key, ())}

    def _local(self, step: Local, spot: _Spot, hidden: bool, outer: tuple[Condition, ...]) -> set[Group]:
        asked = step.field
        key = spot.context.hidden_key(asked) if hidden else asked.key
        conditions = joined(outer, asked.conditions)
        if step.beside is not None:
            self._walk(step.beside, spot, hidden=True, conditions=conditions)
        entry = spot.selections.entries.get((key, conditions))
        if entry is None:
            self._meter.selection()
            composite = step.choice is not None
            context = spot.context.child(key) if composite else None
            entry = Entry(
                key,
                asked.name,
                self._arguments(step),
                conditions,
                step.edge.shape,
                Selections() if composite else None,
                context,
            )
            spot.selections.entries[key, conditions] = entry
        is_value = asked.key in self._contexts.keys
        if not hidden and not is_value:
            entry.hidden = False
        if step.choice is None or entry.below is None or entry.context is None:
            if is_value:
                self._values.setdefault(asked.key, set()).add(spot.group)
            return {spot.group}
        entry.context.groups.add(spot.group.index)
        # Below a field that is there anyway for another reason, its conditions have to be carried on.
        inherited = conditions if spot.context.varies(key) else ()
        touched = self._walk(step.choice, self._below(step, entry, spot), hidden=hidden, conditions=inherited)
        if is_value:
            self._values.setdefault(asked.key, set()).update(touched)
        return touched

    def _arguments(self, step: Local) -> tuple[Argument, ...]:
        """The arguments that the subgraph knows: those from a context are of one subgraph only."""
        given = {f"${context.variable}" for context in self._contexts.of(step.field)}
        if not given:
            return step.field.arguments
        return tuple(
            argument
            for argument in step.field.arguments
            if argument.text not in given or argument.name in step.edge.contexts
        )

    def _below(self, step: Local, entry: Entry, spot: _Spot) -> _Spot:
        assert entry.below is not None
        assert entry.context is not None
        declared = step.field.type
        type_name = get_named_type(declared).name
        abstract = self._graph.is_abstract(type_name)
        if abstract:
            # An interface object says the interface's name here: its real type is not known (yet).
            entry.below.add_typename(self._typename_key)
        path = (*spot.path, PathStep(entry.key, list_depth(declared), spot.types))
        return _Spot(spot.group, entry.below, path, entry.context, "" if abstract else type_name)

    def _typed(self, step: Typed, spot: _Spot, hidden: bool, conditions: tuple[Condition, ...]) -> set[Group]:
        inside = replace(
            spot,
            selections=spot.selections.fragment(step.condition),
            types=self._graph.implementations(step.condition),
        )
        return self._walk(step.choice, inside, hidden=hidden, conditions=conditions)

    def _jump(self, step: Jump, spot: _Spot, hidden: bool, outer: tuple[Condition, ...]) -> set[Group]:
        if step.root:
            return self._root(step, spot, hidden, outer)
        shared = () if step.home else _common(step.choice)
        conditions = joined(outer, shared)
        needed = self._walk(step.condition, spot, hidden=True, conditions=conditions) | self._waits(step.choice)
        interface_object = self._graph.is_abstract(step.type)
        exact = step.type if interface_object else spot.exact
        keys = (
            *self._keys(step.key, spot.context, step.type, alone=len(step.key) == 1),
            *self._keys(step.requires, spot.context, step.type),
        )
        group = self._group(step, spot.path, exact, needed, keys, conditions=conditions if step.requires else ())
        place = (step.type, step.entry)
        group.requires[place] = merged_keys((*group.requires.get(place, ()), *keys))
        if step.home:
            group.homes.add(step.type)
        inside = group.selections.fragment(step.entry)
        if interface_object and not self._graph.is_interface_object(step.entry, step.target):
            inside.add_typename(self._typename_key, conditions)
        target = replace(spot, group=group, selections=inside)
        return {spot.group} | self._walk(step.choice, target, hidden=hidden, conditions=outer)

    def _root(self, step: Jump, spot: _Spot, hidden: bool, conditions: tuple[Condition, ...]) -> set[Group]:
        touched: set[Group] = set()
        for target, choice in self._by_target(step):
            group = self._group(step, spot.path, step.type, {spot.group}, target=target)
            inside = replace(spot, group=group, selections=group.selections)
            touched |= self._walk(choice, inside, hidden=hidden, conditions=conditions)
        return touched

    def _by_target(self, step: Jump) -> Iterable[tuple[RootTarget | None, Choice]]:
        """Root fields by the instances that they go to; all together where a subgraph has only one."""
        rules = self._instances.get(step.target)
        if rules is None:
            return [(None, step.choice)]
        found: dict[RootTarget, list[Step]] = {}
        for inner in step.choice.steps:
            target = root_target(rules, step.type, inner.field) if isinstance(inner, Local) else RootTarget()
            found.setdefault(target, []).append(inner)
        return [(target, replace(step.choice, steps=tuple(steps))) for target, steps in found.items()]

    def _group(
        self,
        step: Jump,
        path: Path,
        exact: str,
        after: set[Group],
        keys: tuple[KeySelection, ...] = (),
        target: RootTarget | None = None,
        conditions: tuple[Condition, ...] = (),
    ) -> Group:
        """An open group of that subgraph at that path, or a new one: where what it would wait for waits for itself, where
        one field is to be handed over with two values (`@requires` with other arguments), or only under `conditions` that
        what else is asked there does not have.

        An object asked as the interface that it is there (`@interfaceObject`) shares no group with objects of other types:
        there all of them would be asked for the same.
        """
        asked = (step.type, step.entry)
        place = (step.target, path, exact, step.root, target, asked if step.entry != step.type else ())
        for group in self._places.get(place, ()):
            known = group.requires.get(asked, ())
            alike = group.conditions == conditions or (not group.conditions and merged_keys((*known, *keys)) == known)
            if alike and _agree(known, keys) and not any(needed.needs(group) for needed in after):
                group.after |= after
                return group
        group = Group(
            len(self.groups),
            step.target,
            not step.root,
            path,
            exact,
            conditions=conditions,
            target=target,
            after=set(after),
        )
        self.groups.append(group)
        self._meter.fetch_count(len(self.groups))
        self._places.setdefault(place, []).append(group)
        return group

    def _keys(
        self, selections: tuple[Selection, ...], context: Context, type_name: str, *, alone: bool = False
    ) -> Iterable[KeySelection]:
        """How a representation is read back from the assembled answer; a key of one field is needed, nullable or not."""
        for selection in selections:
            if isinstance(selection, Fragment):
                types = self._graph.implementations(selection.condition)
                below = tuple(self._keys(selection.selections, context, selection.condition))
                yield from below if type_name in types else (KeyFragment(types, below),)
                continue
            source = context.hidden_key(selection)
            needed = alone or isinstance(selection.type, GraphQLNonNull)
            yield KeyField(selection.name, source, self._keys_below(selection, context, source), needed)

    def _keys_below(self, selection: Field, context: Context, source: str) -> tuple[KeySelection, ...]:
        if not selection.selections:
            return ()
        type_name = get_named_type(selection.type).name
        below = tuple(self._keys(selection.selections, context.child(source), type_name))
        return (KeyField(TYPENAME, self._typename_key), *below) if self._graph.is_abstract(type_name) else below


def _agree(some: Iterable[KeySelection], others: Iterable[KeySelection]) -> bool:
    """Whether no field is read from two places."""
    known = {key.name: key for key in some if isinstance(key, KeyField)}
    narrow = {key.types: key for key in some if isinstance(key, KeyFragment)}
    for key in others:
        found = known.get(key.name) if isinstance(key, KeyField) else narrow.get(key.types)
        if found is None:
            continue
        if isinstance(found, KeyField) and isinstance(key, KeyField) and found.source != key.source:
            return False
        if not _agree(found.selections, key.selections):
            return False
    return True


def merged_keys(selections: Iterable[KeySelection]) -> tuple[KeySelection, ...]:
    """The same selections with equal fields merged, sorted as they came."""
    merged: dict[object, KeySelection] = {}
    for selection in selections:
        place = selection.name if isinstance(selection, KeyField) else selection.types
        known = merged.get(place)
        if known is None:
            merged[place] = selection
            continue
        below = merged_keys((*known.selections, *selection.selections))
        if isinstance(known, KeyField) and isinstance(selection, KeyField):
            merged[place] = replace(known, selections=below, needed=known.needed or selection.needed)
        else:
            merged[place] = replace(known, selections=below)
    return tuple(merged.values())


def _common(choice: Choice) -> tuple[Condition, ...]:
    """Conditions that hang on every field of a choice: where they fail, its requirements need not be fetched either."""
    lists = [step.field.conditions if isinstance(step, Local) else () for step in choice.steps]
    if not lists:
        return ()
    return tuple(condition for condition in lists[0] if all(condition in other for other in lists[1:]))
