"""Schema and mapping say the same: what is served can be read, and what is mapped is served or marked hidden."""

from __future__ import annotations

import re

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
)

from registers.common.access import load_fields
from registers.common.definition import RegisterDefinition
from registers.common.entities import entity_keys
from registers.common.mapping import Mapping, Table
from registers.graph import REGISTERS, register
from tests.registers.listing import served

SCALARS = {
    "uuid": "UUID",
    "text": "String",
    "int": "Int",
    "float": "Float",
    "date": "Date",
    "datetime": "DateTime",
    "texts": "[String!]",
}
COMBINATORS = {"and", "or"}
QUANTIFIERS = {"all", "none", "some", "any"}


@pytest.fixture(scope="module", params=REGISTERS)
def definition(request: pytest.FixtureRequest) -> RegisterDefinition:
    return register(request.param)


@pytest.fixture(scope="module")
def mapping(definition: RegisterDefinition) -> Mapping:
    return definition.mapping


@pytest.fixture(scope="module")
def schema(definition: RegisterDefinition) -> GraphQLSchema:
    return served(definition.schema)


def object_types(schema: GraphQLSchema) -> dict[str, GraphQLObjectType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLObjectType) and name != "Query" and not name.startswith("_")
    }


def filters_and_sorts(schema: GraphQLSchema) -> dict[str, GraphQLInputObjectType]:
    return {
        name: type_
        for name, type_ in schema.type_map.items()
        if isinstance(type_, GraphQLInputObjectType) and not name.endswith("OperationFilterInput")
    }


def test_every_type_has_its_table(mapping: Mapping, schema: GraphQLSchema) -> None:
    assert {table.type for table in mapping.tables if not table.hidden} == set(object_types(schema))


def test_every_field_is_mapped_as_it_is_served(mapping: Mapping, schema: GraphQLSchema) -> None:
    for name, type_ in object_types(schema).items():
        # The mapping leaves out whether items may be null: two published lists say so, and no item ever is.
        shown = {n: str(f.type).replace("]", "!]").replace("!!]", "!]") for n, f in type_.fields.items()}
        assert shown == mapped_fields(mapping.table(name))


def mapped_fields(table: Table) -> dict[str, str]:
    fields = {
        column.name: SCALARS[column.kind] + ("" if column.nullable else "!")
        for column in table.columns
        if not column.hidden
    }
    for relation in table.relations:
        if not relation.hidden:
            shown = f"[{relation.target}!]" if relation.many else relation.target
            fields[relation.name] = shown + ("" if relation.nullable else "!")
    return fields


def test_roots_are_served(mapping: Mapping, schema: GraphQLSchema) -> None:
    assert schema.query_type is not None
    fields = schema.query_type.fields
    assert {root.field: root.type for root in mapping.roots} == {
        name: get_named_type(field.type).name for name, field in fields.items() if not name.startswith("_")
    }


def test_relations_join_columns_that_exist(mapping: Mapping) -> None:
    for table in mapping.tables:
        for relation in table.relations:
            target = mapping.table(relation.target)
            if relation.through:
                assert relation.hidden
                assert not relation.on
                assert walk(mapping, table, relation.through) == (target.type, relation.many)
            for local, remote in relation.on:
                assert local in {column.column for column in table.columns}, (table.type, relation.name)
                assert remote in {column.column for column in target.columns}, (table.type, relation.name)
            knows_person = not (table.stub or target.stub) or "key" in {
                column.kind for column in (*table.columns, *target.columns)
            }
            assert relation.same_client == knows_person, (table.type, relation.name)


def walk(mapping: Mapping, table: Table, steps: tuple[str, str]) -> tuple[str, bool]:
    many = False
    for step in steps:
        relation = table.relation(step)
        assert relation is not None
        many = many or relation.many
        table = mapping.table(relation.target)
    return table.type, many


def test_every_input_is_mapped(mapping: Mapping, schema: GraphQLSchema) -> None:
    assert set(mapping.filters) | set(mapping.pages) == set(filters_and_sorts(schema))


def test_every_input_field_means_something(mapping: Mapping, schema: GraphQLSchema) -> None:
    for name, input_type in filters_and_sorts(schema).items():
        if name in mapping.pages:
            assert {field: str(part.type) for field, part in input_type.fields.items()} == {
                "eerste": "Int",
                "na": "UUID",
            }
            continue
        table = mapping.table(mapping.filters[name])
        for field, definition in input_type.fields.items():
            assert not isinstance(definition.type, GraphQLNonNull)
            assert understood(mapping, table, name, field, str(definition.type)), f"{name}.{field}"


def understood(mapping: Mapping, table: Table, input_name: str, field: str, shown: str) -> bool:
    if field in COMBINATORS:
        return shown == f"[{input_name}!]"
    if input_name.startswith("ListFilterInputTypeOf"):
        element = input_name.removeprefix("ListFilterInputTypeOf")
        return field in QUANTIFIERS and shown == ("Boolean" if field == "any" else element)
    coordinate = f"{input_name}.{field}"
    if coordinate in mapping.identity:
        return shown == "StringOperationFilterInput" and table.column(field) is None
    if coordinate in mapping.ignored:
        return table.column(field) is None
    if column := table.column(field):
        kind = SCALARS[column.kind].replace("UUID", "Uuid")
        return shown == "SortEnumType" if input_name.endswith("SortInput") else shown in {
            f"{kind}OperationFilterInput", *PUBLISHED_OTHERWISE.get(coordinate, ()),
        }  # fmt: skip
    relation = table.relation(field)
    if relation is None:
        return False
    if relation.many and not shown.startswith("ListFilterInputTypeOf"):
        return False
    return mapping.filters[shown] == relation.target


PUBLISHED_OTHERWISE = {
    # An Int that is published with a filter over Float.
    "VerzoekAanbiederFilterInput.toewijzingPercentage": ("FloatOperationFilterInput",),
}


def test_lists_take_the_filter_and_the_order_of_their_type(mapping: Mapping, schema: GraphQLSchema) -> None:
    for type_ in (*object_types(schema).values(), schema.query_type):
        assert type_ is not None
        for name, field in type_.fields.items():
            for argument, definition in field.args.items():
                if name.startswith("_"):
                    continue
                nullable = get_nullable_type(definition.type)
                if argument == "pagina":
                    assert mapping.pages[get_named_type(nullable).name] == get_named_type(field.type).name
                    continue
                assert argument == ("order" if isinstance(nullable, GraphQLList) else "where")
                assert mapping.filters[get_named_type(nullable).name] == get_named_type(field.type).name


def test_identity_and_ignored_fields_are_the_ones_of_the_production_template() -> None:
    identity = {name: dict(register(name).mapping.identity) for name in REGISTERS}
    ignored = {name: set(register(name).mapping.ignored) for name in REGISTERS}
    assert identity == {
        "indicatie": {
            "WlzIndicatieFilterInput.agbCodeInstelling": "agb",
            "WlzIndicatieFilterInput.uzoviCodeZorgkantoor": "uzovi",
        },
        "bemiddeling": {},
        "zorglevering": {},
        "client": {},
        "inzage": {},
    }
    assert ignored == {
        "indicatie": {"WlzIndicatieFilterInput.raadpleegDatum"},
        "bemiddeling": set(),
        "zorglevering": set(),
        "client": set(),
        "inzage": set(),
    }


def test_unknown_register() -> None:
    with pytest.raises(KeyError):
        register("netwerkpunt")


def test_who_reads_rows_of_an_entity_at_all_reads_its_keys_in_the_database(definition: RegisterDefinition) -> None:
    """A gateway that keeps records asks for them, also where no field of the grants is a key (docs/audit.md)."""
    policies = (definition.policies / "policies.sql").read_text()
    granted = re.findall(r'^GRANT SELECT \((.+)\) ON public\."(\w+)" TO (\S+);$', policies, re.MULTILINE)
    assert granted
    keys = entity_keys(definition.schema, definition.mapping)
    for table in definition.mapping.tables:
        for columns, name, role in granted:
            if name == table.table:
                assert set(keys.get(table.type, ())) <= set(re.findall(r'"(\w+)"', columns)), (table.type, role)


def test_an_input_that_reads_nothing_pins_nothing(definition: RegisterDefinition) -> None:
    """A root is pinned by an input that reads one field: what a register only compares with the caller, or leaves unread, must not count as such."""
    fields = load_fields(definition.policies / "fields.json")
    assert fields is not None
    inputs = [*definition.mapping.ignored, *definition.mapping.identity]
    assert {name for name in inputs if isinstance(reads := fields.inputs[name], list) and reads} == set()
