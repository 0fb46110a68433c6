"""What arguments read, and what they hold to one value, however they are written."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from gateway.authorization.language.model import Inputs, InputType, TypeName
from gateway.authorization.language.problems import Position
from gateway.authorization.reads import Read, pinned_fields, read_coordinates
from gateway.language.operation import Field
from tests.gateway.authorization.harness import operation

HERE = Position(1, 1)
SCHEMA = build_schema("""
type Query { loans(where: Filter, needed: Filter!, any: [Filter!], odd: Odd, first: Int): [Loan!] thing: Thing }
interface Thing { loans(where: Filter, first: Int): [Loan!] }
type Book implements Thing { loans(where: Filter, first: Int): [Loan!] }
type Loan { id: ID! reader: String }
input Filter { and: [Filter!] book: Filter id: Text reader: Text code: Text both: Text me: Text nothing: Text odd: Odd }
input Text { eq: String in: [String!] gt: String odd: Odd }
input Odd { x: String y: String }
""")
INPUTS = Inputs(
    equality=frozenset({"eq"}),
    transparent={"Text": frozenset({"eq", "in", "gt"})},
    types={
        "Filter": InputType(
            name="Filter",
            reads=TypeName("stock", "Loan", HERE),
            combinators=frozenset({"and"}),
            claims={"me": "card"},
            ignored=frozenset({"nothing"}),
            overrides={"code": ("Loan.secret",), "both": ("Loan.id", "Loan.reader")},
            position=HERE,
        )
    },
)


def asked(arguments: str, variables: str = "") -> Field:
    (found,) = operation(SCHEMA, f"query {variables} {{ loans({arguments}) {{ id }} }}").selections
    assert isinstance(found, Field)
    return found


def read(arguments: str, declared: str = "", **variables: Any) -> list[tuple[str, bool]]:
    return [(found.coordinate, found.known) for found in reads_of(asked(arguments, declared), **variables)]


def reads_of(field: Field, **variables: Any) -> list[Read]:
    return list(read_coordinates(INPUTS, SCHEMA, field, variables))


def pinned(arguments: str, declared: str = "", **variables: Any) -> set[str]:
    return set(pinned_fields(INPUTS, SCHEMA, asked(arguments, declared), variables))


ID, READER, SECRET = ("Loan.id", True), ("Loan.reader", True), ("Loan.secret", True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("where: {}", []),
        ('where: {id: {eq: "1"}}', [ID]),
        ('where: {reader: {gt: "1"}, id: {in: ["1"]}}', [READER, ID]),
        ('where: {code: {eq: "1"}}', [SECRET]),
        ('where: {both: {eq: "1"}}', [ID, READER]),
        ('where: {me: {eq: "1"}, nothing: {eq: "1"}}', []),
        ("where: {and: [{id: {}}, {and: {reader: {}}}]}", [ID, READER]),
        ("where: {id: {eq: $a}}", [ID]),
        ("any: [{id: {}}, {reader: {}}]", [ID, READER]),
        ("where: null, any: null", []),
        # Of what nobody said what it reads, and what comes after it.
        ('where: {odd: {x: "1"}, id: {}}', [("Loan.odd", True), ("Odd.x", False), ID]),
        ('odd: {x: "1", y: "1"}', [("Odd.x", False), ("Odd.y", False)]),
        ('odd: {x: "1"}, where: {id: {}}', [("Odd.x", False), ID]),
        ('where: {id: {odd: {x: "1"}, eq: "1"}, reader: {}}', [ID, ("Text.odd", False), READER]),
        ("first: 1, where: {id: {}}", [("Query.loans(first:)", False), ID]),
        ("first: null", [("Query.loans(first:)", False)]),
        ("first: $a", []),
        ("where: $a, any: $a, odd: $a", []),
        ("where: {id: $a}", []),
        # What the schema does not have, it does not read.
        ("other: 1", []),
    ],
)
def test_every_input_field_is_a_coordinate_that_is_read(arguments: str, expected: list[tuple[str, bool]]):
    assert read(arguments, "($a: String)") == expected


@pytest.mark.parametrize(
    ("arguments", "value", "expected"),
    [
        ("where: $v", {"id": {"eq": "1"}, "me": {}}, [ID]),
        ("where: $v", {"and": [{"id": {}}, {"reader": {}}]}, [ID, READER]),
        ("any: $v", [{"id": {}}, {"odd": {"x": 1}}], [ID, ("Loan.odd", True), ("Odd.x", False)]),
        ("any: $v", ({"id": {}},), [ID]),
        ("any: [$v]", {"id": {}}, [ID]),
        ("where: {id: $v, reader: {}}", {"eq": "1"}, [ID, READER]),
        ("where: {id: {eq: $v}}", None, [ID]),
        ("where: $v", None, []),
        ("first: $v", None, [("Query.loans(first:)", False)]),
        ("first: $v", 0, [("Query.loans(first:)", False)]),
    ],
)
def test_a_variable_is_read_by_its_value(arguments: str, value: Any, expected: list[tuple[str, bool]]):
    assert read(arguments, "($v: Filter)", v=value) == expected


def test_what_is_read_of_rows_behind_an_edge_is_told_apart():
    found = reads_of(asked('where: {and: [{id: {eq: "1"}}], book: {and: [{reader: {eq: "x"}}]}}'))
    assert [(read.coordinate, read.behind) for read in found] == [
        ("Loan.id", False),
        ("Loan.book", False),
        ("Loan.reader", True),
    ]


def test_arguments_of_a_field_of_an_interface_are_read_as_well():
    query = '{ thing { loans(where: {id: {eq: "1"}}, first: 1) { id } } }'
    (thing,) = operation(SCHEMA, query).selections
    assert isinstance(thing, Field)
    (found,) = thing.selections
    assert isinstance(found, Field)
    assert reads_of(found) == [Read("Loan.id", known=True), Read("Thing.loans(first:)", known=False)]
    assert pinned_fields(INPUTS, SCHEMA, found, {}) == {"Loan.id"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ('where: {id: {eq: "1"}}', {"Loan.id"}),
        ('needed: {id: {eq: "1"}}', {"Loan.id"}),
        ('where: {reader: {gt: "1"}, id: {eq: "1"}}', {"Loan.id"}),
        ('where: {id: {gt: "1", eq: "1"}}', {"Loan.id"}),
        ('where: {id: {eq: "1"}, reader: {eq: "1"}}', {"Loan.id", "Loan.reader"}),
        ('where: {code: {eq: "1"}}', {"Loan.secret"}),
        ('where: {nothing: {eq: "1"}, me: {eq: "1"}, both: {eq: "1"}, and: {eq: "1"}, id: {eq: "1"}}', {"Loan.id"}),
        ('odd: {x: "1"}, where: {id: {eq: "1"}}', {"Loan.id"}),
        ('first: 1, where: {id: {eq: "1"}}', {"Loan.id"}),
        # Nothing is held to one value by these.
        ('where: {nothing: {eq: "1"}}', set()),
        ('where: {me: {eq: "1"}}', set()),
        ('where: {both: {eq: "1"}}', set()),
        ('where: {and: [{eq: "1"}]}', set()),
        ('where: {and: [{id: {eq: "1"}}]}', set()),
        ('any: [{id: {eq: "1"}}]', set()),
        ('any: {id: {eq: "1"}}', set()),
        ('any: [{id: {eq: "1"}}], where: {reader: {eq: "1"}}', {"Loan.reader"}),
        ('odd: {x: "1"}', set()),
        ('where: {id: {in: ["1"]}}', set()),
        ("where: {id: {eq: null}}", set()),
        ("where: {id: null}", set()),
        ("where: {id: {eq: $v}}", set()),
        ("where: {id: $v}", set()),
        ("where: $v", set()),
        ("first: 1", set()),
    ],
)
def test_what_is_held_to_one_value(arguments: str, expected: set[str]):
    assert pinned(arguments, "($v: String)") == expected


def test_a_value_in_a_variable_holds_as_well_and_null_does_not():
    assert pinned("where: {id: {eq: $v}}", "($v: String)", v="1") == {"Loan.id"}
    assert pinned("where: {id: {eq: $v}}", "($v: String)", v=None) == set()
    assert pinned("where: $v", "($v: Filter)", v={"id": {"eq": "1"}, "reader": {"eq": None}}) == {"Loan.id"}
