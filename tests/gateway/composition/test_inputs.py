"""§1 Inputs and arguments by intersection, enums by use: what is left out must agree all the same."""

from __future__ import annotations

import pytest

from tests.gateway.composition.harness import codes, composed, hints, text, types

A = "type Query {{ q(i: In): Int }} input In {{ {} y: Int }}"
B = "type Query {{ r(i: In): Int }} input In {{ {} y: Int }}"
LACKING = "type Query { s(i: In): Int } input In { y: Int }"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("x: Int", "x: String", "FIELD_TYPE_MISMATCH"),
        ("x: Int = 1", "x: Int = 2", "INPUT_FIELD_DEFAULT_MISMATCH"),
        ("x: Int!", "x: Int", "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"),
    ],
)
def test_who_has_an_input_field_must_agree_on_it_even_where_it_is_left_out(one: str, other: str, expected: str):
    assert codes(a=A.format(one), b=B.format(other), c=LACKING) == [expected]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("x: Int", "x: Int", []),
        ("x: Int! = 1", "x: Int = 1", ["INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"]),
        ("x: Int = 1", "x: Int", ["INCONSISTENT_DEFAULT_VALUE_PRESENCE"]),
        ('"one" x: Int', '"other" x: Int', ["INCONSISTENT_DESCRIPTION"]),
        # Directives are joined on what the graph has.
        ('x: Int @deprecated(reason: "one")', 'x: Int @deprecated(reason: "other")', []),
    ],
)
def test_hints_on_an_input_field_that_is_left_out(one: str, other: str, expected: list[str]):
    found = hints(a=A.format(one), b=B.format(other), c=LACKING)
    assert found == sorted([*expected, "INCONSISTENT_INPUT_OBJECT_FIELD"])


def test_hints_on_an_enum_value_that_is_left_out():
    assert hints(
        a='type Query { q(e: E): Int } enum E { "one" A @tag(name: "t") B }',
        b='type Query { r(e: E): Int } enum E { "other" A B }',
        c="type Query { s(e: E): Int } enum E { B }",
    ) == ["INCONSISTENT_DESCRIPTION", "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("x: Int", "x: String", []),  # an argument that is left out is not looked at
        ("x: Int!", "x: Int", ["REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"]),
    ],
)
def test_an_argument_that_is_left_out(one: str, other: str, expected: list[str]):
    field = "type Query {{ q({}): Int @shareable }}"
    assert codes(a=field.format(one), b=field.format(other), c="type Query { q: Int @shareable }") == expected


def test_defaults_of_input_objects_may_leave_out_a_required_field():
    result = composed(a="type Query { q(i: In = {}): Int } input In { x: Int! }")
    assert result.errors == ()


def test_a_deprecated_field_of_an_implementation():
    assert types(a="type Query { i: I } interface I { x: Int } type T implements I { x: Int @deprecated }") == text(
        """
        interface I
          @join__type(graph: A)
        {
          x: Int
        }

        type Query
          @join__type(graph: A)
        {
          i: I
        }

        type T implements I
          @join__implements(graph: A, interface: "I")
          @join__type(graph: A)
        {
          x: Int @deprecated
        }
        """
    )
