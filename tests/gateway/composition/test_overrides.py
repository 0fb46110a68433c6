"""§1 Composition: `@override` and `@external`: what they collide with, and which external fields are of no use."""

from __future__ import annotations

import pytest

from tests.gateway.composition.harness import codes, composed

# -- @override -------------------------------------------------------------------------------------------------------

OVERRIDDEN = 'type T @key(fields: "id") { id: ID! g: Int @shareable f: Int }'


@pytest.mark.parametrize(
    ("source", "marks", "expected"),
    [
        ("c", '@override(from: "c") @external', ["OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"]),
        ("c", '@override(from: "c", label: "two words")', ["OVERRIDE_LABEL_INVALID"]),
        # Where there is nothing to be overridden, there is nothing to collide with.
        ("c", '@override(from: "a") @external', []),
        ("c", '@override(from: "nobody") @external', []),
        ("x", '@override(from: "c") @external', ["EXTERNAL_MISSING_ON_BASE"]),
        ("x", '@override(from: "c", label: "two words")', []),
    ],
)
def test_override_collides_with_the_field_that_it_overrides(source: str, marks: str, expected: list[str]):
    c = OVERRIDDEN if source == "c" else "type C { x: Int }"
    use = 'h: Int @requires(fields: "f")' if "@external" in marks else ""
    b = f'type T @key(fields: "id") {{ id: ID! f: Int {marks} {use} }}'
    assert codes(a='type Query { t: T } type T @key(fields: "id") { id: ID! }', b=b, c=c) == expected


def test_a_label_cannot_fall_back_on_a_field_that_is_external():
    c = 'type T @key(fields: "id") { id: ID! f: Int @external h: Int @requires(fields: "f") }'
    b = 'type T @key(fields: "id") { id: ID! f: Int @override(from: "c", label: "percent(5)") }'
    assert codes(a='type Query { t: T } type T @key(fields: "id") { id: ID! }', b=b, c=c) == ["SATISFIABILITY_ERROR"]


# -- @external -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "unused"),
    [
        ("f", []),
        ("f nope", []),
        ("nope f", ["T.f"]),
        ("g(x: 1) f", []),
        ("k: f", []),
        ("... on Nope { f }", ["T.f"]),
        ("f {", ["T.f"]),
    ],
)
def test_what_an_invalid_selection_names_is_used_up_to_the_first_unknown_name(fields: str, unused: list[str]):
    b = f'type T @key(fields: "id") {{ id: ID! g: Int @shareable f: Int @external r: Int @requires(fields: "{fields}") }}'
    errors = composed(a=f"type Query {{ t: T }} {OVERRIDDEN}", b=b).errors
    found = [issue.message for issue in errors if issue.code == "EXTERNAL_UNUSED"]
    assert found == [f"{name} is @external, but nothing uses it." for name in unused]


# -- @requires -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "own", "fields", "expected"),
    [
        ("f(x: Int!): Int", "f(x: Int): Int @external", "f", ["T.f needs the argument x, which is required in a."]),
        ("f(x: Int!): Int", "f(x: Int): Int @external", "f(x: 1)", []),
        ("f(x: Int! = 3): Int", "f(x: Int = 3): Int @external", "f", []),
        ("o: O", "o: O @external", "o { p }", ["O.p needs the argument x, which is required in a."]),
        ("o: O", "o: O @external", "o { ... on O { p } }", ["O.p needs the argument x, which is required in a."]),
    ],
)
def test_a_requirement_gives_the_arguments_that_other_subgraphs_require(
    base: str, own: str, fields: str, expected: list[str]
):
    errors = composed(
        a=f'type Query {{ t: T o: O }} type T @key(fields: "id") {{ id: ID! {base} }} type O {{ p(x: Int!): Int @shareable }}',
        b=f'type T @key(fields: "id") {{ id: ID! {own} g: Int @requires(fields: "{fields}") }} type O {{ p(x: Int): Int @shareable }}',
    ).errors
    start = "REQUIRES_INVALID_FIELDS: [b] The fields of @requires on T.g: "
    assert [str(issue) for issue in errors] == [f"{start}{reason} (line 6)" for reason in expected]
