from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema

from gateway.errors import GatewayError
from gateway.language.documents import Limits, coerce_variables, parse_operation
from tests.gateway.language.harness import SCHEMA, normalized, refusal


def coerced(query: str, variables: dict[str, Any]):
    return coerce_variables(SCHEMA, normalized(query), variables)


def refused(query: str, variables: dict[str, Any]):
    with pytest.raises(GatewayError) as error:
        coerced(query, variables)
    assert {issue.code.name for issue in error.value.issues} == {"BAD_USER_INPUT"}
    return [issue.message for issue in error.value.issues]


def test_the_operation_is_chosen_by_name():
    document = "query A { word } query B { a: word }"
    assert normalized(document, "B").text == "query B { a: word }"
    assert refusal(document)[0][0] == "BAD_USER_INPUT"
    assert refusal(document, "C")[0][0] == "BAD_USER_INPUT"
    assert refusal("fragment F on Query { word }")[0][0] == "BAD_USER_INPUT"


def test_what_does_not_parse_says_where():
    with pytest.raises(GatewayError) as error:
        normalized("{\n  word(\n}")
    (issue,) = error.value.issues
    assert (issue.code.name, list(issue.locations)) == ("GRAPHQL_PARSE_FAILED", [(3, 1)])


def test_a16_names_are_not_suggested():
    assert refusal("{ wort }") == [("GRAPHQL_VALIDATION_FAILED", "Cannot query field 'wort' on type 'Query'.")]
    assert refusal("{ person(idd: 1) { id } }") == [
        ("GRAPHQL_VALIDATION_FAILED", "Unknown argument 'idd' on field 'Query.person'.")
    ]


def test_errors_of_a_document_are_all_reported_up_to_a_limit():
    assert len(refusal("{ a b c }")) == 3
    assert len(refusal("{ person { " + " ".join(f"a{n}" for n in range(60)) + " } }")) == 20


def test_values_stay_as_the_client_sent_them():
    query = "query ($id: ID, $w: Where, $n: Int = 5, $u: Unit) { person(id: $id, where: $w) { age(unit: $u) } people(first: $n) { id } }"
    sent = {"id": 12, "w": {"name": "x", "and": {"age": 3}}, "u": "YEARS", "unknown": 1}
    assert coerced(query, sent) == {"id": 12, "w": {"name": "x", "and": {"age": 3}}, "u": "YEARS", "n": 5}


def test_null_and_absent_are_different():
    query = 'query ($id: ID, $w: Where = {name: "x"}) { person(id: $id, where: $w) { id } }'
    assert coerced(query, {"id": None}) == {"id": None, "w": {"name": "x"}}
    assert coerced(query, {"w": None}) == {"w": None}


def test_variables_that_do_not_fit_are_named_without_their_values():
    query = (
        "query ($w: Where, $n: Int!, $b: Boolean!) { person(where: $w) { id @skip(if: $b) } people(first: $n) { id } }"
    )
    assert refused(query, {"w": {"and": [{"age": "900184590"}]}, "n": "900184590"}) == [
        "The variable `$w` does not fit its declared type at and[0].age.",
        "The variable `$n` does not fit its declared type.",
        "The variable `$b` does not fit its declared type.",
    ]


@pytest.mark.parametrize(
    "value", [10**5000, float("inf"), [[]], "1" * 5000, {"a": 1}], ids=["long", "infinite", "list", "text", "object"]
)
def test_d04_monstrous_values(value: Any):
    assert refused("query ($n: Int) { people(first: $n) { id } }", {"n": value})


def test_d04_deeply_nested_variables():
    nested: dict = {}
    for _ in range(5000):
        nested = {"and": [nested]}
    assert refused("query ($w: Where) { person(where: $w) { id } }", {"w": nested})


@pytest.mark.parametrize(
    "query",
    [
        '{ people(first: "900184590") { id } }',
        '{ person(where: { nope: "900184590" }) { id } }',
        '{ person(where: "900184590") { id } }',
        '{ person(id: 1 "900184590") { id } }',
        "{ person(id: 1) { id } person(id: 900184590) { id } }",
    ],
)
def test_literals_are_not_repeated(query: str):
    assert all("900184590" not in message for _, message in refusal(query))


def test_a_value_of_a_scalar_of_its_own_is_nested_no_deeper_than_can_be_sent_on():
    """The schema says nothing of what is in it, and what is read deeper than it can be written would fail later (case D04)."""
    schema = build_schema("scalar JSON type Query { kept(value: JSON): Int }")
    operation = parse_operation(schema, "query ($v: JSON) { kept(value: $v) }", None, Limits())

    def nested(levels: int) -> Any:
        value: Any = 1
        for level in range(levels):
            value = [value] if level % 2 else {"a": value, "b": 1}
        return value

    assert coerce_variables(schema, operation, {"v": nested(200)}) == {"v": nested(200)}
    with pytest.raises(GatewayError) as error:
        coerce_variables(schema, operation, {"v": nested(201)})
    assert [issue.message for issue in error.value.issues] == ["The variable `$v` does not fit its declared type."]
