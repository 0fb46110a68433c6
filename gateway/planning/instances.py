"""Subgraphs that run as several instances: which of them a fetch has to ask.

In the network each office runs its own part of a register. They share one schema, so composition and search see one
subgraph; what differs is where a fetch goes, its *target*. Owners are found, in this order, from

1. an argument of a root field that names them (`where.verantwoordelijkZorgkantoor.eq`);
2. a field of an entity's key, where the key itself names the owner;
3. a locator: another subgraph that tells who has an entity.

What none of them answers goes to all instances, and the lists that come back are joined (`execution/instances.py`). Root
fields of different owners never share a fetch. Nothing here knows an address: an owner is a value, and which instance
serves it is configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graphql import (
    BooleanValueNode,
    EnumValueNode,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
)

from gateway.language.operation import Field

__all__ = ["EntityTarget", "InstanceRules", "Located", "OwnerSource", "RootTarget", "entity_target", "root_target"]

ArgumentPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstanceRules:
    """How owners are found in one subgraph with instances.

    `arguments`: root field (`Query.loans`) → paths into its arguments (`("where", "branch", "eq")`), the first that has a
    value counts. `keys`: entity type → the field of its key that names the owner. `located`: entity types that the locator
    knows.
    """

    arguments: Mapping[str, tuple[ArgumentPath, ...]] = field(default_factory=dict[str, tuple[ArgumentPath, ...]])
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    located: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OwnerSource:
    """Where owners stand in a request: written out (`values`), or in a variable, below `path`."""

    values: tuple[str, ...] = ()
    variable: str = ""
    path: ArgumentPath = ()

    def __str__(self) -> str:
        return ".".join((f"${self.variable}", *self.path)) if self.variable else "|".join(self.values)


@dataclass(frozen=True, slots=True)
class RootTarget:
    """The instances of a root fetch: the owners of the first of `sources` that has a value, all when none has."""

    sources: tuple[tuple[OwnerSource, ...], ...] = ()
    """Each of several sources is one argument path; what stands there may be a list of literals and variables."""

    def __str__(self) -> str:
        words = (" + ".join(map(str, source)) for source in self.sources)
        return f"owner of {' or '.join(words)}" if self.sources else "all"


@dataclass(frozen=True, slots=True)
class Located:
    """How the owner of one entity type is found: from the key field `key`, or (`key` empty) by the locator."""

    type: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.type} by {self.key or 'locator'}"


@dataclass(frozen=True, slots=True)
class EntityTarget:
    """The instances of an entity fetch, found for each representation; types that are not listed go to all."""

    types: tuple[Located, ...] = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self.types)) or "all"


def root_target(rules: InstanceRules, root_type: str, asked: Field) -> RootTarget:
    """Where a root field goes. Fields with equal targets may share a fetch."""
    paths = rules.arguments.get(f"{root_type}.{asked.name}", ())
    found = (_sources(asked, path) for path in paths)
    return RootTarget(tuple(sources for sources in found if sources))


def entity_target(rules: InstanceRules, types: Iterable[str]) -> EntityTarget:
    """Where representations of these types go."""
    found: list[Located] = []
    for name in sorted(set(types)):
        if name in rules.keys:
            found.append(Located(name, rules.keys[name]))
        elif name in rules.located:
            found.append(Located(name))
    return EntityTarget(tuple(found))


def _sources(asked: Field, path: ArgumentPath) -> tuple[OwnerSource, ...]:
    argument = next((argument for argument in asked.arguments if argument.name == path[0]), None)
    return tuple(_below(argument.value, path[1:])) if argument is not None else ()


def _below(value: ValueNode, path: ArgumentPath) -> Iterable[OwnerSource]:
    """What stands at `path` inside a value as it was written."""
    if isinstance(value, VariableNode):
        yield OwnerSource(variable=value.name.value, path=path)
    elif path:
        inner = _member(value, path[0])
        if inner is not None:
            yield from _below(inner, path[1:])
    elif isinstance(value, ListValueNode):
        for item in value.values:
            yield from _below(item, ())
    elif isinstance(value, (StringValueNode, IntValueNode, EnumValueNode, BooleanValueNode)):
        yield OwnerSource(values=(str(value.value),))


def _member(value: ValueNode, name: str) -> ValueNode | None:
    if not isinstance(value, ObjectValueNode):
        return None
    return next((entry.value for entry in value.fields if entry.name.value == name), None)
