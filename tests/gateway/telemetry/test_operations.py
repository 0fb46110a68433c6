"""What is counted for each operation, within bounds, and how it is shown."""

from __future__ import annotations

import hashlib

import pytest
from graphql import GraphQLSchema, build_schema

from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Operation
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.operations import OTHER, Operations
from tests.gateway.telemetry.exposition import parse

SCHEMA: GraphQLSchema = build_schema(
    "type Query { book(id: ID): Book n: Int } type Mutation { add: Book } type Book { title: String author: Book }"
)


def operation(text: str) -> Operation:
    found = parse_operation(SCHEMA, text, None, Limits())
    assert isinstance(found, Operation)
    return found


def numbered(count: int) -> list[Operation]:
    """Operations that differ in their hash alone."""
    return [operation(f"{{ a{number}: n }}") for number in range(count)]


def ask(table: Operations, asked: Operation, times: int = 1, caller: str = "CLERK", *, failed: bool = False) -> None:
    for _ in range(times):
        table.count(asked, caller, 0.5, failed=failed)


def shown(table: Operations) -> dict[tuple[str, str], int]:
    return {(hash, kind): numbers[0] for hash, kind, numbers in table.series()}


def test_an_operation_has_its_requests_failures_and_seconds():
    table = Operations()
    query, mutation = operation("{ n }"), operation("mutation { add { title } }")
    ask(table, query, 3)
    ask(table, query, 1, failed=True)
    ask(table, mutation)
    assert sorted(table.series()) == sorted(
        [(query.signature[:16], "query", (4, 1, 2.0)), (mutation.signature[:16], "mutation", (1, 0, 0.5))]
    )


def test_the_rest_is_shown_together_and_no_series_ever_falls():
    table = Operations(shown=2)
    a, b, c = numbered(3)
    for asked, times in ((a, 5), (b, 4), (c, 3)):
        ask(table, asked, times)
    names = [asked.signature[:16] for asked in (a, b, c)]
    assert shown(table) == {(names[0], "query"): 5, (names[1], "query"): 4, (OTHER, "query"): 3}
    # C is asked most by now, but the places are taken by operations that are still asked.
    ask(table, c, 100)
    ask(table, a)
    ask(table, b)
    assert shown(table) == {(names[0], "query"): 6, (names[1], "query"): 5, (OTHER, "query"): 103}
    # B rests: its place is free, and C begins at what it had not been shown for.
    ask(table, c, 10)
    ask(table, a)
    assert shown(table) == {(names[0], "query"): 7, (names[2], "query"): 10, (OTHER, "query"): 103}
    # B is back among the rest.
    ask(table, c)
    ask(table, a)
    ask(table, b, 2)
    assert shown(table) == {(names[0], "query"): 8, (names[2], "query"): 11, (OTHER, "query"): 105}


def test_values_that_a_client_wrote_name_no_operation():
    """The hash of an identifier gives it away to whoever tries them all."""
    table = Operations()
    ask(table, operation('{ book(id: "999990019") { title } }'))
    ask(table, operation('{ book(id: "999990020") { title } }'))
    masked = hashlib.sha256(b'query { book(id: "") { title } }').hexdigest()
    assert shown(table) == {(masked[:16], "query"): 2}


def test_the_page_shows_the_series():
    metrics = Metrics()
    ask(metrics.operations, operation("{ n }"), 2)
    page = parse(metrics.text())
    hash = operation("{ n }").signature[:16]
    assert page["gateway_operation_requests_total"][hash, "query"] == 2
    assert page["gateway_operation_failures_total"][hash, "query"] == 0
    assert page["gateway_operation_seconds_total"][hash, "query"] == 1.0


def test_fields_are_counted_once_a_request_by_class_of_callers():
    table = Operations()
    ask(table, operation("query ($id: ID) { book(id: $id) { title x: title author { title } } }"), 2)
    ask(table, operation("{ book { title } n }"), 1, caller="READER")
    assert table.fields() == {
        "Book.author": {"CLERK": 2},
        "Book.title": {"CLERK": 2, "READER": 1},
        "Query.book": {"CLERK": 2, "READER": 1},
        "Query.n": {"READER": 1},
    }


@pytest.mark.parametrize("shown", [1, 100])
def test_whatever_clients_make_up_the_table_is_bounded_and_nothing_is_lost(shown: int):
    table = Operations(shown=shown, kept=10, classes=3)
    hot = operation("{ book { title } }")
    totals: list[int] = []
    for number, asked in enumerate(numbered(100)):
        ask(table, asked, caller=f"class {number}")
        ask(table, hot, 2)
        totals.append(sum(numbers[0] for _, _, numbers in table.series() if number % 7 == 0))
    assert len(table) == 10
    assert table.asked(hot.signature) == 200
    fields = table.fields()
    assert fields["Book.title"] == {"CLERK": 200}
    assert set(fields["Query.n"]) == {"class 0", "class 1", OTHER}
    assert sum(fields["Query.n"].values()) == 100
    others = {hash: numbers[0] for hash, _, numbers in table.series()}
    assert others[hot.signature[:16]] == 200


def test_the_sum_of_all_series_never_loses_a_request_that_other_has():
    """`other` only grows, through every promotion, rest and departure."""
    table = Operations(shown=3, kept=6)
    asked = numbered(20)
    before = 0
    for turn in range(60):
        for step in range(5):
            ask(table, asked[(turn * 7 + step * step) % 20], 1 + step)
        now = {hash: numbers[0] for hash, _, numbers in table.series()}.get(OTHER, 0)
        assert now >= before
        before = now
