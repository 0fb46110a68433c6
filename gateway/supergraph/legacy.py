"""What join v0.1 leaves unsaid: the owner of an entity resolves every field that names no other subgraph.

A Federation 1 supergraph gives an entity one owner (`@join__owner`). Fields without `@join__field` belong to the owner;
the other subgraphs know only their own fields and the fields of their keys. A type without owner is a value type,
known whole by every subgraph.
Source: https://specs.apollo.dev/join/v0.1
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, TypeDefinitionNode, parse

from gateway.supergraph.features import Feature, argument_values
from gateway.supergraph.model import FieldJoin, Subgraph, SupergraphField, SupergraphType, TypeJoin

__all__ = ["with_owners"]


def with_owners(
    types: Mapping[str, SupergraphType], document: DocumentNode, join: Feature, graphs: Mapping[str, Subgraph]
) -> dict[str, SupergraphType]:
    """Return `types` with the joins of owned entities completed."""
    owners = _owners(document, join, graphs)
    return {name: _owned(found, owners[name]) if name in owners else found for name, found in types.items()}


def _owners(document: DocumentNode, join: Feature, graphs: Mapping[str, Subgraph]) -> dict[str, str]:
    directive = join.directive("owner")
    owners: dict[str, str] = {}
    for definition in document.definitions:
        if not isinstance(definition, TypeDefinitionNode):
            continue
        for applied in definition.directives or ():
            graph = argument_values(applied).get("graph") if applied.name.value == directive else None
            if isinstance(graph, str) and graph in graphs:
                owners[definition.name.value] = graphs[graph].name
    return owners


def _owned(found: SupergraphType, owner: str) -> SupergraphType:
    joins = {owner: found.joins.get(owner, TypeJoin(owner)), **found.joins}
    key_fields = {name: _top_fields(join) for name, join in joins.items()}
    fields = {name: _owned_field(field, joins, owner, key_fields) for name, field in found.fields.items()}
    return dataclasses.replace(found, joins=joins, fields=fields)


def _owned_field(
    field: SupergraphField, types: Mapping[str, TypeJoin], owner: str, key_fields: Mapping[str, frozenset[str]]
) -> SupergraphField:
    # A field that names no subgraph was given to all of them by the reader; here it is the owner's.
    explicit = len(field.joins) == 1 or any(join != FieldJoin(name) for name, join in field.joins.items())
    joins = dict(field.joins) if explicit else {owner: FieldJoin(owner)}
    for subgraph in types:
        if subgraph not in joins and field.name in key_fields[subgraph]:
            joins[subgraph] = FieldJoin(subgraph)
    return dataclasses.replace(field, joins=joins)


def _top_fields(join: TypeJoin) -> frozenset[str]:
    found: set[str] = set()
    for key in join.keys:
        definition = parse(f"{{ {key.fields} }}", no_location=True).definitions[0]
        assert isinstance(definition, OperationDefinitionNode)
        found.update(node.name.value for node in definition.selection_set.selections if isinstance(node, FieldNode))
    return frozenset(found)
