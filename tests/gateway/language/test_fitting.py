"""Values that plainly fit are values that coercion accepts, and what requests usually hold plainly fits."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import OperationDefinitionNode, build_schema, parse
from graphql.execution.values import get_variable_values
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.language.fitting import Fitting
from tests.proof import examples

SCHEMA = build_schema(
    """
    type Query { find(where: Where, one: One): Int }
    input Where {
      name: String! = "x" age: Int weight: Float done: Boolean id: ID unit: Unit day: Day and: [Where!] not: Where lists: [[Int]!]
      page: Page
    }
    input Page { number: Int! size: Int! = 10 }
    input One @oneOf { a: Int b: String }
    enum Unit { YEARS MONTHS }
    scalar Day
    """
)
FITTING = Fitting(SCHEMA)


def declared(type_: str) -> Any:
    """The node of a variable `$x` of this type."""
    definition = parse(f"query ($x: {type_}) {{ find }}").definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return next(iter(definition.variable_definitions or ()))


def accepted(type_: str, value: Any) -> bool:
    return not isinstance(get_variable_values(SCHEMA, [declared(type_)], {"x": value}), list)


def fits(type_: str, value: Any) -> bool:
    return FITTING.fits(declared(type_).type, value)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("Int", 2**31 - 1),
        ("Float!", 1.5),
        ("Float", 1),
        ("ID!", "a"),
        ("Boolean", False),
        ("String", None),
        ("[String!]!", ["a", "b"]),
        ("[[Int]]", [[1, None], None]),
        ("Unit", "YEARS"),
        ("Day!", "2026-11-26"),
        ("Page!", {"number": 1}),
        ("Where", {"name": "x", "and": [{"age": 3, "not": {"page": {"number": 1, "size": 2}}}], "lists": [[1], []]}),
        ("Where", {"unit": "MONTHS", "day": 5, "not": None, "age": None}),
    ],
)
def test_what_requests_hold_plainly_fits(type_: str, value: Any):
    assert accepted(type_, value)
    assert fits(type_, value)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("Int", 2**31),
        ("Int", True),
        ("Int!", None),
        ("Boolean", 1),
        ("Float", float("inf")),
        ("Unit", "DAYS"),
        ("[Int!]", [None]),
        ("Page", {}),
        ("Page", {"number": None}),
        ("Page", {"number": 1, "size": None}),
        ("Page", {"number": 1, "other": 2}),
        ("Page", [1]),
        ("Where", {"and": [None]}),
        ("Where", {"lists": [None]}),
        ("Where", {"not": {"not": {"page": {"number": "1"}}}}),
        ("Query", {}),
        ("Nothing", 1),
    ],
)
def test_what_does_not_fit_does_not_pass(type_: str, value: Any):
    assert not fits(type_, value)


def test_what_coercion_puts_right_goes_the_long_way():
    for type_, value in (("[Int]", 1), ("Int", 1.0), ("ID", 7), ("One", {"a": 1})):
        assert accepted(type_, value)
        assert not fits(type_, value)


def test_what_is_nested_deep_goes_the_long_way():
    value: dict[str, Any] = {}
    for _ in range(5000):
        value = {"not": value}
    assert not fits("Where", value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**33), 2**33) | st.floats() | st.sampled_from(["", "x", "YEARS", "DAYS"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["name", "age", "weight", "done", "id", "unit", "day", "and", "not", "lists", "page", "number", "size", "a", "b", "no"]),
        inner,
        max_size=4,
    ),
    max_leaves=8,
)  # fmt: skip
NAMED = st.sampled_from(["Int", "Float", "String", "ID", "Boolean", "Unit", "Day", "Where", "Page", "One"])
TYPES = st.builds(
    lambda name, form: form.format(name), NAMED, st.sampled_from(["{}", "{}!", "[{}]", "[{}!]!", "[[{}]!]"])
)


@settings(max_examples=examples(300), deadline=None)
@given(TYPES, VALUES)
def test_nothing_fits_that_coercion_refuses(type_: str, value: Any):
    assert not fits(type_, value) or accepted(type_, value)
