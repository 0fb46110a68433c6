"""From `subgraphs.NAME.instances` and `.owners` to what planning and execution need; checked against the supergraph.

A mistake here would send a question to the wrong party, or to none, so every name is looked up when the gateway starts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType, get_named_type

from gateway.execution.owners import Instances, Locator
from gateway.planning.instances import InstanceRules
from gateway.settings import InstanceSettings, OwnerSettings, Settings, SettingsError, SubgraphSettings
from gateway.supergraph.model import Supergraph

__all__ = ["Served", "endpoint_name", "opened_to", "places", "served"]


@dataclass(frozen=True, slots=True)
class Served:
    """Of every subgraph with instances: how owners are found (`rules`), and who they are (`instances`).

    `audiences`: endpoint → the name under which its instance takes decision contexts; for all subgraphs that have one.
    """

    rules: Mapping[str, InstanceRules] = field(default_factory=dict[str, InstanceRules])
    instances: Mapping[str, Instances] = field(default_factory=dict[str, Instances])
    audiences: Mapping[str, str] = field(default_factory=dict[str, str])

    def subgraph_of(self, endpoint: str) -> str:
        """The subgraph that an endpoint serves (a part of)."""
        subgraph = endpoint.rpartition("/")[0]
        return subgraph if subgraph in self.instances else endpoint

    def endpoints_of(self, subgraph: str) -> tuple[str, ...]:
        """All endpoints that serve (a part of) a subgraph."""
        found = self.instances.get(subgraph)
        return found.endpoints if found is not None else (subgraph,)


def endpoint_name(subgraph: str, instance: str) -> str:
    return f"{subgraph}/{instance}"


def places(name: str, entry: SubgraphSettings | None) -> Iterator[tuple[str, InstanceSettings | None]]:
    """The endpoints of a subgraph: one under its own name, or one for each instance."""
    if entry is None or not entry.instances:
        yield name, None
        return
    for instance, found in entry.instances.items():
        yield endpoint_name(name, instance), found


def served(settings: Settings, supergraph: Supergraph) -> Served:
    """Read and check the instances of all subgraphs. Raises `SettingsError` with the key that is wrong."""
    several = {name: entry for name, entry in settings.subgraphs.items() if entry.instances}
    for name, entry in settings.subgraphs.items():
        if entry.owners != OwnerSettings() and not entry.instances:
            raise _wrong(f"subgraphs.{name}.owners", "expected `instances` as well, because owners are found for them")
    audiences = {
        endpoint: audience
        for name, entry in settings.subgraphs.items()
        for endpoint, instance in places(name, entry)
        if (audience := (instance.audience if instance else None) or entry.audience)
    }
    return Served(
        rules={name: _rules(name, entry.owners, supergraph) for name, entry in several.items()},
        instances={name: _instances(name, entry) for name, entry in several.items()},
        audiences=audiences,
    )


def opened_to(settings: Settings) -> frozenset[str]:
    """The subgraphs that open keys to the record. Raises `SettingsError` for one that would not be told that there is one."""
    found = frozenset(name for name, entry in settings.subgraphs.items() if entry.record_keys)
    for name in found:
        entry = settings.subgraphs[name]
        heard = all((instance.audience if instance else None) or entry.audience for _, instance in places(name, entry))
        if not heard or settings.decision_context is None or settings.grants is None:
            needed = "`audience`, `decision_context` and `grants` as well, because a decision context asks for keys"
            raise _wrong(f"subgraphs.{name}.record_keys", f"expected {needed}")
    return found


def _instances(name: str, entry: SubgraphSettings) -> Instances:
    owners: dict[str, str] = {}
    for instance, found in entry.instances.items():
        for owner in found.owners or (instance,):
            if owner in owners:
                raise _wrong(f"subgraphs.{name}.instances.{instance}.owners", f"`{owner}` belongs to another instance")
            owners[owner] = endpoint_name(name, instance)
    locator = entry.owners.locator
    return Instances(
        endpoints=tuple(endpoint_name(name, instance) for instance in entry.instances),
        owners=owners,
        locator=Locator(locator.subgraph, locator.field, locator.type_argument, locator.keys_argument)
        if locator is not None
        else None,
    )


def _rules(name: str, owners: OwnerSettings, supergraph: Supergraph) -> InstanceRules:
    where = f"subgraphs.{name}.owners"
    for type_name, key in owners.keys.items():
        if key not in _key_fields(supergraph, type_name, name):
            raise _wrong(f"{where}.keys.{type_name}", f"`{key}` is no field of every key of `{type_name}` in `{name}`")
    if owners.locator is not None:
        _check_locator(f"{where}.locator", owners, name, supergraph)
    return InstanceRules(
        arguments={
            coordinate: tuple(_path(f"{where}.arguments.{coordinate}", coordinate, path, supergraph) for path in paths)
            for coordinate, paths in owners.arguments.items()
        },
        keys=owners.keys,
        located=frozenset(owners.locator.types if owners.locator is not None else ()),
    )


def _key_fields(supergraph: Supergraph, type_name: str, subgraph: str) -> set[str]:
    """The fields that every resolvable key of an entity has at its top."""
    known = supergraph.types.get(type_name)
    join = known.joins.get(subgraph) if known is not None else None
    keys = [set(key.fields.split()) for key in (join.keys if join is not None else ()) if key.resolvable]
    return set.intersection(*keys) if keys else set()


def _check_locator(where: str, owners: OwnerSettings, name: str, supergraph: Supergraph) -> None:
    locator = owners.locator
    assert locator is not None
    if locator.subgraph not in supergraph.subgraphs or locator.subgraph == name:
        raise _wrong(f"{where}.subgraph", f"`{locator.subgraph}` is no other subgraph of this supergraph")
    root = supergraph.schema.query_type
    found = root.fields.get(locator.field) if root is not None else None
    if found is None or not {locator.type_argument, locator.keys_argument} <= found.args.keys():
        arguments = f"`{locator.type_argument}` and `{locator.keys_argument}`"
        raise _wrong(f"{where}.field", f"there is no query field `{locator.field}` with the arguments {arguments}")
    for type_name in locator.types:
        if not _key_fields(supergraph, type_name, name):
            raise _wrong(f"{where}.types", f"`{type_name}` is no entity of `{name}`")
        if type_name in owners.keys:
            raise _wrong(f"{where}.types", f"the owner of `{type_name}` stands in its key already")


def _path(where: str, coordinate: str, text: str, supergraph: Supergraph) -> tuple[str, ...]:
    """`where.branch.eq` as steps, each of which the schema has."""
    type_name, _, field_name = coordinate.partition(".")
    owner = supergraph.schema.type_map.get(type_name)
    found = owner.fields.get(field_name) if isinstance(owner, GraphQLObjectType) else None
    if found is None or owner not in (
        supergraph.schema.query_type,
        supergraph.schema.mutation_type,
        supergraph.schema.subscription_type,
    ):
        raise _wrong(where, "there is no such root field")
    steps = tuple(text.split("."))
    argument = found.args.get(steps[0])
    type_ = argument.type if argument is not None else None
    for step in steps[1:]:
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        member = inner.fields.get(step) if isinstance(inner, GraphQLInputObjectType) else None
        type_ = member.type if member is not None else None
    if type_ is None or isinstance(get_named_type(type_), GraphQLInputObjectType):
        raise _wrong(where, f"`{text}` leads to no value of this field")
    return steps


def _wrong(key: str, problem: str) -> SettingsError:
    return SettingsError("CONFIG_INVALID", f"{key}: {problem}.")
