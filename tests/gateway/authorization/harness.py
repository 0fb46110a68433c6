"""A supergraph from plain SDL, an operation from a query, and the whole graph of the four registers."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    build_ast_schema,
    parse,
    print_ast,
)

from gateway.authorization.caller import Caller
from gateway.authorization.decide import Decision, decide
from gateway.authorization.grants import Grants, load_grants
from gateway.language.operation import Argument, Condition, Field, Fragment, Operation, OperationKind, Selection
from gateway.supergraph.model import (
    FieldJoin,
    Subgraph,
    Supergraph,
    SupergraphField,
    SupergraphType,
    TypeJoin,
    TypeKind,
)

REPOSITORY = Path(__file__).parents[3]
GRANTS_FILE = REPOSITORY / "network" / "grants.yaml"
CARE_REGISTERS = ("indicatie", "bemiddeling", "zorglevering", "client")
REGISTERS = (*CARE_REGISTERS, "inzage")
_MACHINERY = {"_Service", "_Any", "_Entity", "link__Import", "federation__FieldSet"}
_KINDS = {
    "scalar_type_definition": TypeKind.SCALAR,
    "object_type_definition": TypeKind.OBJECT,
    "object_type_extension": TypeKind.OBJECT,
    "interface_type_definition": TypeKind.INTERFACE,
    "union_type_definition": TypeKind.UNION,
    "enum_type_definition": TypeKind.ENUM,
    "input_object_type_definition": TypeKind.INPUT,
}


def supergraph(**subgraphs: str) -> Supergraph:
    """The merge of subgraph schemas; federation machinery is left out. Enough for authorization, not for planning."""
    types: dict[str, dict[str, Any]] = {}
    merged: dict[str, Any] = {}
    for name, sdl in subgraphs.items():
        for node in parse(sdl).definitions:
            if node.kind not in _KINDS or node.name.value in _MACHINERY:  # type: ignore[union-attr]
                continue
            _merge(types, merged, name, node)
    document = DocumentNode(definitions=tuple(merged.values()))
    schema = build_ast_schema(document, assume_valid=True)
    return Supergraph(
        sdl="",
        hash="",
        subgraphs={name: Subgraph(name, name.upper(), f"http://{name}") for name in subgraphs},
        types={name: _type(name, entry) for name, entry in types.items()},
        schema=schema,
        api=schema,
    )


def _merge(types: dict[str, dict[str, Any]], merged: dict[str, Any], subgraph: str, node: Any) -> None:
    name = node.name.value
    entry = types.setdefault(name, {"kind": _KINDS[node.kind], "joins": {}, "fields": {}})
    entry["joins"][subgraph] = TypeJoin(subgraph)
    fields = [
        _changed(field, directives=())
        for field in getattr(node, "fields", None) or ()
        if field.name.value not in {"_service", "_entities"}
    ]
    for field in fields:
        entry["fields"].setdefault(field.name.value, {})[subgraph] = FieldJoin(subgraph)
    if entry["kind"] is TypeKind.OBJECT:
        known = merged.get(name)
        present = {field.name.value: field for field in known.fields or ()} if known else {}
        every = {**{field.name.value: field for field in fields}, **present}
        merged[name] = ObjectTypeDefinitionNode(
            name=node.name,
            interfaces=(node.interfaces or ()) or (known.interfaces if known else ()),
            fields=tuple(every.values()),
            directives=(),
        )
    elif fields:
        merged.setdefault(name, _changed(node, fields=tuple(fields), directives=()))
    else:
        merged.setdefault(name, _changed(node, directives=()))


def _changed(node: Any, **changes: Any) -> Any:
    return type(node)(**{key: getattr(node, key) for key in node.keys} | changes)


def _type(name: str, entry: Mapping[str, Any]) -> SupergraphType:
    fields = {field: SupergraphField(field, joins) for field, joins in entry["fields"].items()}
    return SupergraphType(name, entry["kind"], entry["joins"], fields)


@cache
def network() -> Grants:
    """The shipped grants over the registers as they declare themselves."""
    return load_grants(GRANTS_FILE.read_text("utf-8"), network_supergraph())


@cache
def network_supergraph() -> Supergraph:
    return supergraph(**{name: _sdl(name) for name in REGISTERS})


def _sdl(name: str) -> str:
    module = importlib.import_module(f"registers.{name}.schema")
    return module.SCHEMA.as_str()


def mapping_of(name: str) -> dict[str, Any]:
    return importlib.import_module(f"registers.{name}.tables").MAPPING.as_json()


# --- operations --------------------------------------------------------------------------------------------------------


def operation(schema: GraphQLSchema, query: str) -> Operation:
    """A query as normalization leaves it, as far as decisions look: fragments opened, aliases kept as keys only."""
    document = parse(query)
    definition = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    kind = OperationKind(definition.operation.value)
    root = schema.get_root_type(definition.operation)
    assert root is not None
    selections = _selections(schema, root.name, definition.selection_set, fragments, ())
    return Operation(kind, None, root.name, selections, (), query, query)


def _selections(
    schema: GraphQLSchema,
    parent: str,
    node: SelectionSetNode | None,
    fragments: Mapping[str, FragmentDefinitionNode],
    conditions: tuple[Condition, ...],
) -> tuple[Selection, ...]:
    found: list[Selection] = []
    for selection in node.selections if node else ():
        held = (*conditions, *map(_condition, selection.directives or ()))
        if isinstance(selection, FieldNode):
            found.append(_field(schema, parent, selection, fragments, held))
            continue
        fragment = fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
        assert isinstance(fragment, InlineFragmentNode | FragmentDefinitionNode)
        narrowed = fragment.type_condition.name.value if fragment.type_condition else parent
        inside = _selections(schema, narrowed, fragment.selection_set, fragments, held)
        if narrowed == parent:
            found += inside
        else:
            found.append(Fragment(narrowed, inside))
    return tuple(found)


def _field(
    schema: GraphQLSchema,
    parent: str,
    node: FieldNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    conditions: tuple[Condition, ...],
) -> Field:
    name = node.name.value
    owner: Any = schema.type_map[parent]
    field_type: Any = schema.type_map["String"] if name.startswith("__") else owner.fields[name].type
    named = field_type
    while hasattr(named, "of_type"):
        named = named.of_type
    return Field(
        key=(node.alias or node.name).value,
        name=name,
        parent=parent,
        type=field_type,
        arguments=tuple(Argument(a.name.value, a.value, print_ast(a.value)) for a in node.arguments or ()),
        selections=_selections(schema, named.name, node.selection_set, fragments, ())
        if isinstance(named, GraphQLObjectType) or node.selection_set
        else (),
        conditions=conditions,
    )


def _condition(node: DirectiveNode) -> Condition:
    arguments: Any = node.arguments
    value = arguments[0].value
    assert isinstance(value, VariableNode)
    return Condition(value.name.value, node.name.value == "include")


# --- decisions ---------------------------------------------------------------------------------------------------------

SCOPES = {
    "IR": "registers/wlzindicatieregister/indicaties/indicatie:read",
    "BR": "registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read",
    "LR": "registers/wlzleveringsregister/leveringen/levering:read",
    "CR": "registers/wlzclientregister/clienten/client:read",
}


def caller(role: str | None, scopes: str = "IR BR LR CR") -> Caller:
    return Caller(role=role, identifiers={}, scopes=frozenset(SCOPES.get(name, name) for name in scopes.split()))


def decision(grants: Grants, who: Caller, query: str, variables: Mapping[str, Any] | None = None) -> Decision:
    return decide(operation(grants.supergraph.schema, query), variables or {}, grants, who)


def refused(grants: Grants, who: Caller, query: str, variables: Mapping[str, Any] | None = None) -> list[str]:
    """`coordinate: reason`, in the order of the operation."""
    return [f"{r.coordinate}: {r.reason.value}" for r in decision(grants, who, query, variables).refused]
