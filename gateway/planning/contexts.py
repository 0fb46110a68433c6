"""Arguments that come from an object above (`@context`, `@fromContext`), made plain before the search.

The operation is rewritten once: the nearest object above that sets the context is asked for the value, under a response
key that the client does not use, and the argument becomes a variable of the gateway's own. From there on the value is a
field like any other, and the variable only says in which object, and where in it, the executor finds the value.
Source: https://specs.apollo.dev/context/v0.1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from graphql import NameNode, VariableNode, get_named_type

from gateway.language.operation import Argument, Condition, Field, Fragment, Operation, Selection
from gateway.planning.budget import Meter
from gateway.planning.choices import joined
from gateway.planning.graph import QueryGraph
from gateway.planning.nodes import ContextArgument

__all__ = ["Contexts", "with_contexts"]


@dataclass(frozen=True, slots=True)
class Contexts:
    """The operation's selections with what contexts need; `arguments` by variable; `keys` hold the values."""

    selections: tuple[Selection, ...]
    arguments: Mapping[str, ContextArgument] = field(default_factory=dict[str, ContextArgument])
    keys: frozenset[str] = frozenset()

    def of(self, asked: Field) -> list[ContextArgument]:
        """The values that a field waits for."""
        names = (argument.text.removeprefix("$") for argument in asked.arguments) if self.arguments else ()
        return [self.arguments[name] for name in names if name in self.arguments]


def with_contexts(graph: QueryGraph, operation: Operation, meter: Meter) -> Contexts:
    """The selections of `operation`, rewritten where a field takes an argument from a context."""
    if not graph.has_contexts:
        return Contexts(operation.selections)
    rewriting = _Rewriting(graph, operation.text, meter)
    selections = rewriting.position(operation.selections, operation.root_type, ())
    return Contexts(selections, rewriting.arguments, frozenset(rewriting.keys))


@dataclass(frozen=True, slots=True)
class _Step:
    """A field on the way down: `added` collects what is asked of the object that it was selected on."""

    field: Field
    conditions: tuple[Condition, ...]
    added: dict[object, tuple[str, tuple[Selection, ...]]]


_Way = tuple[_Step, ...]


class _Rewriting:
    def __init__(self, graph: QueryGraph, text: str, meter: Meter) -> None:
        self._graph = graph
        self._meter = meter
        self._prefix = "contextualArgument"
        while self._prefix in text:
            self._prefix = f"_{self._prefix}"
        self.arguments: dict[str, ContextArgument] = {}
        self._variables: dict[object, str] = {}
        self._names: dict[object, str] = {}
        self.keys: set[str] = set()

    def position(self, selections: tuple[Selection, ...], type_name: str, way: _Way) -> tuple[Selection, ...]:
        """The selections on one object, before them what the context takes from it."""
        added: dict[object, tuple[str, tuple[Selection, ...]]] = {}
        rewritten = tuple(self._selections(selections, way, (), added))
        wanted = (
            selection
            for parent, found in added.values()
            for selection in (found if parent == type_name else (Fragment(parent, found),))
        )
        return (*wanted, *rewritten)

    def _selections(
        self,
        selections: Iterable[Selection],
        way: _Way,
        outer: tuple[Condition, ...],
        added: dict[object, tuple[str, tuple[Selection, ...]]],
    ) -> Iterator[Selection]:
        for selection in selections:
            self._meter.step()
            conditions = joined(outer, selection.conditions)
            if isinstance(selection, Fragment):
                inside = tuple(self._selections(selection.selections, way, conditions, added))
                yield replace(selection, selections=inside)
                continue
            arguments = tuple(self._taken(selection, conditions, way))
            below = selection.selections
            if below:
                step = _Step(selection, conditions, added)
                below = self.position(below, get_named_type(selection.type).name, (*way, step))
            yield replace(selection, arguments=(*selection.arguments, *arguments), selections=below)

    def _taken(self, asked: Field, conditions: tuple[Condition, ...], way: _Way) -> Iterator[Argument]:
        for name, type_text, context, text in self._graph.context_arguments(asked.parent, asked.name):
            for depth in range(len(way) - 1, -1, -1):
                if self._graph.sets_context(way[depth].field.parent, context):
                    variable = self._variable(type_text, text, depth, conditions, way)
                    yield Argument(name, VariableNode(name=NameNode(value=variable)), f"${variable}")
                    break

    def _variable(self, type_text: str, text: str, depth: int, conditions: tuple[Condition, ...], way: _Way) -> str:
        """The variable for a value, asked for under the conditions under which it is used."""
        setter = way[depth]
        for step in way[depth:]:
            conditions = joined(step.conditions, conditions)
        # One name for all branches of a response position: what the subgraph is asked there has to merge (GraphQL §5.3.2).
        where = (tuple(step.field.key for step in way[:depth]), text)
        key = self._names.setdefault(where, f"_{self._prefix}_{len(self._names)}")
        parent = setter.field.parent
        place = (key, parent, conditions)
        if place not in setter.added:
            inner = text.strip().removeprefix("{").removesuffix("}") if text.strip().startswith("{") else text
            found = tuple(self._keyed(self._graph.field_set(parent, inner), parent, key, conditions))
            setter.added[place] = (parent, found)
        variable = self._variables.setdefault((key, type_text), f"{self._prefix}_{len(self._variables)}")
        known = self.arguments[variable].sources if variable in self.arguments else ()
        sources = tuple(dict.fromkeys((*known, *_sources(setter.added[place][1]))))
        self.arguments[variable] = ContextArgument(variable, type_text, depth, sources)
        return variable

    def _keyed(
        self, selections: Iterable[Selection], parent: str, key: str, conditions: tuple[Condition, ...]
    ) -> Iterator[Selection]:
        """The selections with `key` in place of the response keys, without fragments that cannot apply to `parent`."""
        here = set(self._graph.implementations(parent))
        for number, selection in enumerate(selections):
            own = key if not number else f"{key}_{number}"
            self.keys.add(own)
            if isinstance(selection, Field):
                yield replace(selection, key=own, conditions=conditions)
            elif here & set(self._graph.implementations(selection.condition)):
                inside = tuple(self._keyed(selection.selections, selection.condition, own, conditions))
                yield from (
                    inside
                    if here <= set(self._graph.implementations(selection.condition))
                    else (replace(selection, selections=inside),)
                )


def _sources(selections: Iterable[Selection]) -> Iterator[tuple[str, ...]]:
    """The ways to every leaf."""
    for selection in selections:
        if isinstance(selection, Fragment):
            yield from _sources(selection.selections)
        elif not selection.selections:
            yield (selection.key,)
        else:
            yield from ((selection.key, *below) for below in _sources(selection.selections))
