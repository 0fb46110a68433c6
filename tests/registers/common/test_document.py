"""Limits, validation and coercion of a document."""

from __future__ import annotations

import pytest

from registers.common.errors import RegisterError
from registers.common.sql.document import Document, Limits, load_document
from tests.registers.common.example import SCHEMA


def load(text: str, name: str | None = None, limits: Limits | None = None) -> Document:
    return load_document(SCHEMA._schema, text, name, limits or Limits())


def refusal(text: str, name: str | None = None, limits: Limits | None = None) -> str:
    with pytest.raises(RegisterError) as raised:
        load(text, name, limits)
    return raised.value.issues[0].code


def nested(depth: int) -> str:
    return "{ huis { " + "kamers { huis { " * depth + "naam" + " } }" * depth + " } }"


def doubling(levels: int) -> str:
    """Each fragment spreads the next one twice: a short text for many fields."""
    fragments = [
        f"fragment F{n} on Huis {{ a: kamers {{ huis {{ ...F{n + 1} }} }} b: kamers {{ huis {{ ...F{n + 1} }} }} }}"
        for n in range(levels)
    ]
    return "{ huis { ...F0 } } " + " ".join([*fragments, f"fragment F{levels} on Huis {{ naam }}"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ huis { nergens } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ huis { ...A } } fragment A on Huis { ...A }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment A on Huis { naam }", "GRAPHQL_VALIDATION_FAILED"),
        ("mutation { huis { naam } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + "a " * 5000 + "}", "QUERY_TOO_COMPLEX"),
        (nested(20), "QUERY_TOO_COMPLEX"),
        (nested(900), "QUERY_TOO_COMPLEX"),
        (doubling(10), "QUERY_TOO_COMPLEX"),
        ("{ " + " ".join(f"a{n}: huis {{ naam }}" for n in range(60)) + " }", "QUERY_TOO_COMPLEX"),
    ],
)
def test_documents_that_are_not_served(text: str, code: str) -> None:
    assert refusal(text) == code


def test_an_operation_is_chosen_by_name() -> None:
    text = "query A { huis { naam } } query B { kamer { naam } }"
    assert load(text, "B").root_names == {"kamer"}
    assert refusal(text) == refusal(text, "C") == "BAD_USER_INPUT"
    assert load("query A { huis { naam } }").root_names == {"huis"}


def test_a_variable_that_is_not_used_is_no_mistake() -> None:
    assert load("query ($ongebruikt: UUID!) { huis { naam } }").variable_types[0][0] == "ongebruikt"


def test_coercion_keeps_the_order_of_the_client_and_wraps_single_objects() -> None:
    document = load(
        """query ($o: [KamerSortInput!], $w: KamerFilterInput, $d: Int = 3, $x: Int) {
             huis { kamers(order: $o, where: $w) { naam } }
             kamer(where: {nummer: {gt: $d, lt: $x}}) { naam } }"""
    )
    coerced = document.variables(
        SCHEMA._schema, {"o": {"nummer": "DESC", "naam": "ASC"}, "w": {"or": {"naam": {"in": "a"}}}, "onbekend": 1}
    )
    assert list(coerced["o"][0]) == ["nummer", "naam"]
    assert coerced["w"] == {"or": [{"naam": {"in": ["a"]}}]}
    assert (coerced["d"], "x" in coerced) == (3, False)


def test_the_shape_tells_apart_what_a_statement_depends_on() -> None:
    document = load("query ($i: Boolean!, $w: KamerFilterInput) { kamer(where: $w) { naam nummer @include(if: $i) } }")

    def shape(include: bool, where: object) -> object:
        return document.shape(document.variables(SCHEMA._schema, {"i": include, "w": where}))

    same = {"naam": {"eq": "a", "in": ["x"]}}
    assert shape(True, same) == shape(True, {"naam": {"eq": "b", "in": ["y", "z"]}})
    others = [
        shape(False, same),
        shape(True, {"naam": {"eq": None, "in": ["x"]}}),
        shape(True, {"naam": {"eq": "a", "in": [None]}}),
        shape(True, {"naam": {"eq": "a", "nin": ["x"]}}),
        shape(True, None),
        shape(True, {"naam": None}),
        shape(True, {}),
    ]
    assert len({*others, shape(True, same)}) == len(others) + 1


@pytest.mark.parametrize(
    "value", [{"naam": 1}, {"nergens": {}}, [], "x", {"nummer": {"eq": 2**40}}, {"gebouwd": {"eq": "2020-02-30"}}]
)
def test_variables_of_another_type_are_refused_without_their_value(value: object) -> None:
    document = load("query ($w: KamerFilterInput) { kamer(where: $w) { naam } }")
    with pytest.raises(RegisterError) as raised:
        document.variables(SCHEMA._schema, {"w": value})
    assert {(issue.code, issue.message) for issue in raised.value.issues} == {
        ("BAD_USER_INPUT", "A variable has no valid value.")
    }
