"""A small schema with interfaces, unions, inputs and every kind of field; and shorthand for parsing against it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from graphql import build_schema

from gateway.errors import GatewayError
from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Operation

SCHEMA = build_schema(
    """
    type Query {
      node: Node
      pet: Pet
      named: Named
      person(id: ID, where: Where): Person
      people(first: Int = 10): [Person!]!
      word: String
    }
    type Mutation { first: Person second(x: Int): Person }
    interface Node { id: ID! self: Node }
    interface Named implements Node { id: ID! self: Node name: String }
    type Person implements Named & Node { id: ID! self: Person name: String friend: Person pet: Pet age(unit: Unit): Int }
    type Dog implements Named & Node { id: ID! self: Dog name: String owner: Person barks: Boolean }
    type Stone implements Node { id: ID! self: Node weight: Float }
    union Pet = Dog | Stone
    enum Unit { YEARS MONTHS }
    input Where { name: String age: Int and: [Where!] }
    """
)


def normalized(query: str, name: str | None = None, **limits: Any) -> Operation:
    return parse_operation(SCHEMA, query, name, Limits(**limits))


def text(query: str) -> str:
    """The canonical text of a normalized operation."""
    return normalized(query).text


def refusal(query: str, name: str | None = None, **limits: Any) -> list[tuple[str, str]]:
    """(code, message) of each issue of the refusal."""
    try:
        normalized(query, name, **limits)
    except GatewayError as error:
        return [(issue.code.name, issue.message) for issue in error.issues]
    raise AssertionError("not refused")


def calls(work: Callable[[], object]) -> int:
    """How many calls of Python functions `work` makes: what it costs, whatever else the machine is doing."""
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count
