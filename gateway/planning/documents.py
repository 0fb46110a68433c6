"""The documents that go to subgraphs: selections frozen, response keys made safe, variables trimmed, text printed.

Two branches of one selection set may use one response key for fields of different shape where the client's schema hides
the difference (`name: String!` here, `name: String` there). A subgraph would refuse that document (GraphQL §5.3.2), so
the second branch gets an alias on the wire, and the executor puts the value back under its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graphql import ListValueNode, ObjectValueNode, ValueNode, VariableNode

from gateway.language.operation import Condition, OperationKind, VariableDefinition
from gateway.planning.nodes import ContextArgument, EntityPart, FetchField, FetchFragment, FetchSelection
from gateway.planning.selections import Entry, Selections

__all__ = ["Variables", "entity_text", "freeze", "root_text"]


class Variables:
    """The client's variables, of which a fetch declares only those that its selections use."""

    def __init__(
        self, definitions: Sequence[VariableDefinition], contexts: Mapping[str, ContextArgument] | None = None
    ) -> None:
        self._definitions = definitions
        self._contexts = contexts or {}

    def contexts(self, selections: Selections) -> tuple[ContextArgument, ...]:
        """The variables of the gateway's own that the selections use."""
        if not self._contexts:
            return ()
        names: set[str] = set()
        _collect(selections, set(), names)
        return tuple(argument for name, argument in self._contexts.items() if name in names)

    def used(self, sets: Iterable[Selections], hoisted: Iterable[Condition] = ()) -> tuple[VariableDefinition, ...]:
        names: set[str] = set()
        for selections in sets:
            _collect(selections, set(hoisted), names)
        return tuple(definition for definition in self._definitions if definition.name in names)


def _collect(selections: Selections, hoisted: set[Condition], names: set[str], *, top: bool = True) -> None:
    for entry in _needed(selections):
        names.update(condition.variable for condition in entry.conditions if not (top and condition in hoisted))
        for argument in entry.arguments:
            _variables_in(argument.value, names)
        if entry.below is not None:
            _collect(entry.below, hoisted, names, top=False)
    for fragment in selections.fragments.values():
        _collect(fragment, hoisted, names, top=top)


def _variables_in(value: ValueNode, names: set[str]) -> None:
    if isinstance(value, VariableNode):
        names.add(value.name.value)
    elif isinstance(value, ListValueNode):
        for item in value.values:
            _variables_in(item, names)
    elif isinstance(value, ObjectValueNode):
        for field in value.fields:
            _variables_in(field.value, names)


def freeze(selections: Selections, hoisted: tuple[Condition, ...] = ()) -> tuple[FetchSelection, ...]:
    """The selections as plan values. `hoisted` conditions stand around the fetch already."""
    _set_aliases([selections])
    return _tested_once(_frozen(selections, hoisted), ())


def _frozen(selections: Selections, hoisted: tuple[Condition, ...] = ()) -> tuple[FetchSelection, ...]:
    frozen: list[FetchSelection] = []
    for entry in _needed(selections):
        conditions = tuple(condition for condition in entry.conditions if condition not in hoisted)
        field = FetchField(
            key=entry.key,
            name=entry.name,
            arguments=_arguments(entry),
            selections=_inside(entry.below) if entry.below is not None else (),
            conditions=conditions,
            alias=entry.alias,
            hidden=entry.hidden,
            shared=entry.context is not None and len(entry.context.groups) > 1,
        )
        frozen.append(_nested(field))
    for condition, fragment in selections.fragments.items():
        inside = _frozen(fragment, hoisted)
        if inside:
            frozen.append(FetchFragment(condition, inside))
    return tuple(frozen)


def _tested_once(selections: Iterable[FetchSelection], known: tuple[Condition, ...]) -> tuple[FetchSelection, ...]:
    """The selections without conditions that a field around them has already."""
    found: dict[FetchSelection, None] = {}
    for selection in selections:
        conditions = tuple(condition for condition in selection.conditions if condition not in known)
        inside = _tested_once(selection.selections, (*known, *conditions))
        if isinstance(selection, FetchFragment) and not (selection.condition or conditions):
            found.update(dict.fromkeys(inside))
        else:
            found[replace(selection, conditions=conditions, selections=inside)] = None
    return tuple(found)


def _needed(selections: Selections) -> Iterable[Entry]:
    """The entries without leaves that are asked for under conditions and, under the same key, unconditionally."""
    for entry in selections.entries.values():
        if not entry.conditions or entry.below is not None or (entry.key, ()) not in selections.entries:
            yield entry


def _nested(field: FetchField) -> FetchSelection:
    """A directive stands once at a field (GraphQL §5.7.3); further conditions go around it."""
    layers: list[list[Condition]] = []
    for condition in field.conditions:
        layer = next((found for found in layers if all(other.wanted != condition.wanted for other in found)), None)
        if layer is None:
            layers.append([condition])
        else:
            layer.append(condition)
    selection: FetchSelection = replace(field, conditions=tuple(layers[0]) if layers else ())
    for layer in layers[1:]:
        selection = FetchFragment("", (selection,), tuple(layer))
    return selection


def _inside(selections: Selections) -> tuple[FetchSelection, ...]:
    """A composite's selections; one of which nothing is left to ask still has to say that it exists."""
    return _frozen(selections) or (FetchField("__typename", "__typename", hidden=True),)


def _arguments(entry: Entry) -> str:
    if not entry.arguments:
        return ""
    return f"({', '.join(f'{argument.name}: {argument.text}' for argument in entry.arguments)})"


def _set_aliases(sets: list[Selections]) -> None:
    """Give entries of one response position that share a key, but not a shape, aliases of their own."""
    by_key: dict[str, dict[str, list[Entry]]] = {}
    for entry in (entry for selections in sets for entry in _entries(selections)):
        by_key.setdefault(entry.key, {}).setdefault(_shape(entry), []).append(entry)
    for key, shapes in by_key.items():
        for number, entries in enumerate(shapes.values()):
            if number:
                alias = _free_alias(key, number, by_key)
                for entry in entries:
                    entry.alias = alias
            below = [entry.below for entry in entries if entry.below is not None]
            if below:
                _set_aliases(below)


def _free_alias(key: str, number: int, taken: dict[str, dict[str, list[Entry]]]) -> str:
    alias = f"{key}__{number}"
    while alias in taken:
        alias += "_"
    return alias


def _entries(selections: Selections) -> Iterable[Entry]:
    yield from selections.entries.values()
    for fragment in selections.fragments.values():
        yield from _entries(fragment)


def _shape(entry: Entry) -> str:
    """What has to agree (GraphQL §5.3.2): the whole type of a leaf, lists and nullability of a composite."""
    return entry.shape if entry.below is None else "".join(letter for letter in entry.shape if letter in "[]!") + "{}"


# -- text ---------------------------------------------------------------------------------------------------------------


def root_text(
    kind: OperationKind, variables: Sequence[VariableDefinition], selections: Sequence[FetchSelection]
) -> str:
    """The document of a root fetch, on one line; anonymous, so that equal fetches are equal documents."""
    declared = _declared([f"${name}: {_typed(variable)}" for variable in variables for name in (variable.name,)])
    head = "" if kind is OperationKind.QUERY and not declared else f"{kind.value}{declared}"
    return head + block(selections)


def entity_text(variables: Sequence[VariableDefinition], parts: Sequence[EntityPart]) -> str:
    """The document of an entity fetch: one aliased `_entities` a part, a plain one when there is only one."""
    declared = [f"${part.variable}: [_Any!]!" for part in parts]
    contexts = {context.variable: context.type_text for part in parts for context in part.contexts}
    declared += [f"${variable.name}: {_typed(variable)}" for variable in variables]
    declared += [f"${name}: {type_text}" for name, type_text in contexts.items()]
    bodies = [
        f"{'' if part.alias == '_entities' else part.alias + ':'}_entities(representations:${part.variable})"
        f"{block(part.selections)}"
        for part in parts
    ]
    return f"query{_declared(declared)}{{{' '.join(bodies)}}}"


def _declared(declarations: Sequence[str]) -> str:
    return f"({','.join(declarations)})" if declarations else ""


def _typed(variable: VariableDefinition) -> str:
    return variable.type_text + (f"={variable.default_text}" if variable.default_text is not None else "")


def block(selections: Sequence[FetchSelection]) -> str:
    """A selection set on one line."""
    return "{" + " ".join(_selection(selection) for selection in selections) + "}"


def _selection(selection: FetchSelection) -> str:
    if isinstance(selection, FetchFragment):
        condition = f"on {selection.condition}" if selection.condition else ""
        return f"...{condition}{directives(selection.conditions)}{block(selection.selections)}"
    name = selection.name if selection.wire_key == selection.name else f"{selection.wire_key}:{selection.name}"
    below = block(selection.selections) if selection.selections else ""
    return f"{name}{selection.arguments}{directives(selection.conditions)}{below}"


def directives(conditions: Sequence[Condition]) -> str:
    """`@include` and `@skip` as they stand behind a field."""
    return "".join(
        f" @{'include' if condition.wanted else 'skip'}(if: ${condition.variable})" for condition in conditions
    )
