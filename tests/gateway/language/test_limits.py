"""Security cases D01–D05: what a document may cost before anybody has looked at its meaning."""

from __future__ import annotations

import pytest
from graphql import parse

from gateway.language.limits import Limits, check_limits
from tests.gateway.language.harness import calls, normalized, refusal


def _bomb(levels: int, spread: str) -> str:
    fragments = "".join(
        f" fragment F{n} on Person {{ {spread.format(n=n + 1)} {spread.format(n=n + 1)} }}" for n in range(levels)
    )
    return "{ person { ...F0 } }" + fragments + f" fragment F{levels} on Person {{ id }}"


@pytest.mark.parametrize("spread", ["...F{n}", "friend {{ ...F{n} }}", "a{n}: friend {{ ...F{n} }}"])
def test_d01_fragment_bomb_costs_linear_work(spread: str):
    assert refusal(_bomb(25, spread)) == [("QUERY_TOO_COMPLEX", "The document selects more than 3000 fields.")]
    assert calls(lambda: refusal(_bomb(50, spread))) < 2.2 * calls(lambda: refusal(_bomb(25, spread)))


def test_d01_bomb_in_a_fragment_that_nobody_uses():
    assert refusal("{ word }" + _bomb(25, "...F{n}").removeprefix("{ person { ...F0 } }"))[0][0] == "QUERY_TOO_COMPLEX"


@pytest.mark.parametrize(
    "query",
    [
        "{ person { ...A } } fragment A on Person { id ...B } fragment B on Person { name ...A }",
        "query ($x: Boolean!) { person { ...A } } fragment A on Person { id ... @include(if: $x) { friend { ...A } } }",
        "{ person { id } } fragment A on Person { ...A }",
    ],
)
def test_d02_fragment_cycle(query: str):
    ((code, message),) = refusal(query)
    assert code == "GRAPHQL_VALIDATION_FAILED"
    assert message.startswith("Cannot spread fragment ")


def test_d02_a_chain_of_5000_fragments_is_no_recursion_error():
    chain = "".join(f" fragment F{n} on Query {{ word ...F{n + 1} }}" for n in range(5000))
    query = "{ ...F0 }" + chain + " fragment F5000 on Query { word }"
    assert refusal(query, max_source=10**6)[0][0] == "QUERY_TOO_COMPLEX"
    check_limits(parse(query), Limits(max_fields=20_000, max_repeated_keys=6_000))


def test_d03_a_repeated_key_is_refused_before_validation():
    query = "{ person { " + "friend { friend { id name } } " * 150 + "} }"
    assert refusal(query) == [("QUERY_TOO_COMPLEX", "A response key is written more than 100 times at one place.")]


def test_d03_a_key_repeated_below_a_repeated_key():
    query = "{ person { " + ("friend { " + "friend { id } " * 12 + "} ") * 12 + "} }"
    assert refusal(query)[0] == ("QUERY_TOO_COMPLEX", "A response key is written more than 100 times at one place.")


def test_d03_a_key_repeated_through_fragments():
    query = "{ person { " + "...F " * 101 + "} } fragment F on Person { id }"
    assert refusal(query)[0][0] == "QUERY_TOO_COMPLEX"


def test_d03_comparing_fields_has_a_budget():
    query = "{ person { " + "friend { friend { friend { id name } } } " * 90 + "} }"
    assert refusal(query) == [("QUERY_TOO_COMPLEX", "The document takes too much work to validate.")]
    assert calls(lambda: refusal(query)) < 400_000


@pytest.mark.parametrize(
    "query",
    [
        "{ person { "
        + " ".join(f"...F{n}" for n in range(8))
        + " } }"
        + "".join(f" fragment F{n} on Person {{ {'friend { friend { name } } ' * 60} }}" for n in range(8)),
        "{ person { " + "... { friend { id } } " * 480 + "} }",
        "{ person { " + ("friend { " + "friend { name } " * 20 + "} ") * 20 + "} }",
    ],
)
def test_d03_fields_that_are_compared_again_and_again_are_refused_before_they_are(query: str):
    assert refusal(query) == [("QUERY_TOO_COMPLEX", "A response key is written more than 100 times at one place.")]
    assert calls(lambda: refusal(query)) < 150_000


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ word }" + "#" * 100_000, "QUERY_TOO_COMPLEX"),
        ("{ word }" + "\n#" * 2_000, "QUERY_TOO_COMPLEX"),
        ("{ word " + "word " * 5_000 + "}", "QUERY_TOO_COMPLEX"),
        ("{ person(where: " + "[" * 300 + "]" * 300 + ") { id } }", "QUERY_TOO_COMPLEX"),
        ("{ person(where: { age: " + "9" * 9_000 + " }) { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + "w" * 50_000 + " }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ }", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_d04_padding_and_monsters(query: str, code: str):
    refused = refusal(query)
    assert refused[0][0] == code
    assert all(len(message) <= 500 for _, message in refused)


def test_d05_aliases_are_counted_after_expansion():
    fragment = " fragment F on Person { " + " ".join(f"a{n}: id" for n in range(50)) + " }"
    query = "{ " + " ".join(f"p{n}: person {{ ...F }}" for n in range(5)) + " }"
    assert refusal(query + fragment) == [("QUERY_TOO_COMPLEX", "The operation uses more than 200 aliases.")]


def test_depth_counts_fields_not_fragments():
    assert normalized("{ person { ... { ... { ... { id } } } } }", max_depth=2)
    assert refusal("{ person { friend { id } } }", max_depth=2) == [
        ("QUERY_TOO_COMPLEX", "The operation is nested deeper than 2 levels.")
    ]


def test_root_fields_are_counted_by_response_key():
    assert normalized("{ word word word ...F } fragment F on Query { word }", max_root_fields=1)
    assert refusal("{ a: word ...F } fragment F on Query { b: word c: word }", max_root_fields=2) == [
        ("QUERY_TOO_COMPLEX", "The operation has more than 2 root fields.")
    ]


def test_all_operations_of_a_document_count():
    query = " ".join(f"query Q{n} {{ ...F }}" for n in range(100)) + " fragment F on Query { word word word word }"
    assert refusal(query, "Q1", max_fields=300)[0][0] == "QUERY_TOO_COMPLEX"
