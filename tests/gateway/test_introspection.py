"""What a caller sees of the schema: the whole of it, or what its role and scopes open."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, get_introspection_query, print_schema, validate_schema

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Anchored, Grants, Reach, load_grants
from gateway.authorization.language.model import Inputs
from gateway.errors import GatewayError
from gateway.introspection import Introspection
from gateway.language.documents import Limits, parse_operation
from gateway.visible import visible_schema
from tests.gateway.library import GRANTS, supergraph

ZOO = build_schema("""
type Query { animals(where: AnimalFilter, first: Int): [Animal!] home: Home keeper(id: ID!): Keeper mammals: [Mammal!] any: Any }
type Mutation { feed: Animal }
interface Mammal { id: ID! weight: Int }
type Animal implements Mammal { id: ID! weight: Int secret: String home: Home keeper: Keeper }
type Bat implements Mammal { id: ID! weight: Int wings: Int }
type Home { place: String kind: HomeKind }
type Keeper { name: String animals: [Animal!] }
union Any = Animal | Keeper
enum HomeKind { CAVE SEA }
enum Unused { A }
input AnimalFilter { and: [AnimalFilter!] id: TextFilter secret: TextFilter kind: HomeKind }
input TextFilter { eq: String weird: String }
""")


def inputs() -> Inputs:
    return load_grants(GRANTS, supergraph()).inputs


def zoo_inputs() -> Inputs:
    book = inputs()
    [filter_type] = [entry for name, entry in book.types.items() if name == "BookFilter"]
    from dataclasses import replace

    animal = replace(
        filter_type,
        name="AnimalFilter",
        reads=replace(filter_type.reads, name="Animal"),
        overrides={"kind": ("Home.kind",)},
    )
    return Inputs(book.equality, {"TextFilter": frozenset({"eq"})}, {"AnimalFilter": animal})


def seen(*allowed: str, types: str, anchors: dict[str, tuple[Anchored, ...]] | None = None) -> GraphQLSchema:
    reach = Reach(frozenset(allowed), frozenset(types.split()), {}, anchors or {}, {})
    return visible_schema(ZOO, (reach, zoo_inputs()))


def test_only_what_a_grant_opens_is_there():
    schema = seen("Animal.id", "Animal.home", "Home.place", types="Animal Home")
    assert validate_schema(schema) == []
    assert print_schema(schema) == (
        "type Query {\n  animals(where: AnimalFilter): [Animal!]\n  home: Home\n  any: Any\n}\n\n"
        "type Animal {\n  id: ID!\n  home: Home\n}\n\n"
        "type Home {\n  place: String\n}\n\n"
        "input AnimalFilter {\n  and: [AnimalFilter!]\n  id: TextFilter\n}\n\n"
        "input TextFilter {\n  eq: String\n}\n\n"
        "union Any = Animal"
    )


def test_an_interface_field_needs_every_type_that_may_stand_there():
    some = seen("Animal.id", "Animal.weight", "Bat.id", types="Animal Bat")
    assert print_schema(some).count("weight") == 1
    assert "interface Mammal {\n  id: ID!\n}" in print_schema(some)
    assert "type Animal implements Mammal {\n  id: ID!\n  weight: Int\n}" in print_schema(some)


def test_an_enum_comes_with_the_field_that_has_it():
    assert "HomeKind" in print_schema(seen("Home.kind", types="Home"))
    assert "HomeKind" not in print_schema(seen("Home.place", types="Home"))


def test_a_type_without_a_grant_at_its_home_is_not_reached_by_an_edge():
    schema = seen("Animal.id", "Animal.home", "Home.place", types="Animal")
    assert "Home" not in print_schema(schema)


def test_a_field_whose_needed_argument_is_closed_is_gone():
    assert "keeper(" not in print_schema(seen("Keeper.name", types="Keeper"))


def test_an_anchored_grant_shows_what_it_can_open():
    anchor = Anchored("G", ("id",), frozenset({"Animal.id"}))
    assert "type Animal {\n  id: ID!\n}" in print_schema(seen(types="", anchors={"Animal": (anchor,)}))


def test_a_mutation_is_there_when_it_is_granted():
    assert "Mutation" not in print_schema(seen("Animal.id", types="Animal"))
    assert "type Mutation {\n  feed: Animal\n}" in print_schema(seen("Animal.id", "Mutation.feed", types="Animal"))


def test_who_may_nothing_sees_a_query_type_without_fields():
    assert print_schema(seen(types="")) == "type Query"


# -- questions ---------------------------------------------------------------------------------------------------------


@cache
def grants() -> Grants:
    return load_grants(GRANTS, supergraph())


def answer(
    query: str, role: str | None = None, variables: dict[str, Any] | None = None, **options: Any
) -> dict[str, Any]:
    api = supergraph().api
    asked = Introspection(api, grants() if role else None, **options)
    caller = Caller(role, {}, frozenset({"stock:read", "reviews:read", "other"})) if role else None
    return asked.answer(parse_operation(api, query, None, Limits()), variables or {}, caller)


def test_tools_get_the_whole_schema_without_grants():
    [(key, schema)] = answer(get_introspection_query()).items()
    assert key == "__schema"
    assert {"Book", "Loan", "Review"} < {type_["name"] for type_ in schema["types"]}


def test_data_roots_are_left_to_others():
    assert answer("{ books { title } t: __typename }") == {}


def test_aliases_variables_conditions_and_fragments_are_kept():
    query = """
        query($name: String! = "Book", $yes: Boolean!, $no: Boolean!) {
          a: __type(name: $name) { ...F kind @skip(if: $no) fields(includeDeprecated: $yes) { n: name } }
          b: __type(name: "Loan") @include(if: $no) { name }
        }
        fragment F on __Type { name }
    """
    assert answer(query, variables={"name": "Review", "yes": True, "no": False}) == {
        "a": {"name": "Review", "kind": "OBJECT", "fields": [{"n": "stars"}]}
    }


def test_scopes_that_no_grant_knows_do_not_make_another_schema():
    asked = Introspection(supergraph().api, grants())
    scopes = frozenset({"stock:read"})
    first = asked.schema_for(Caller("READER", {"card": "ann"}, scopes))
    assert asked.schema_for(Caller("READER", {"card": "bob"}, scopes | {"other"})) is first
    assert asked.schema_for(Caller("CLERK", {"branch": "1"}, scopes)) is not first


def test_a_caller_sees_its_own_part():
    query = '{ __type(name: "Query") { fields { name args { name } } } }'
    assert answer(query, "READER") == {
        "__type": {
            "fields": [
                {"name": "books", "args": [{"name": "where"}, {"name": "order"}]},
                {"name": "featured", "args": []},
            ]
        }
    }


def test_introspection_can_be_off():
    with pytest.raises(GatewayError, match="switched off"):
        answer("{ __schema { queryType { name } } }", enabled=False)
    assert answer("{ __typename }", enabled=False) == {}
