"""§1 `extend type` and `@extends`: what the join directives say of it, and which key fields it has at hand."""

from __future__ import annotations

import pytest

from tests.gateway.composition.harness import composed, hints

BASE = 'type Query { t: T } type T @key(fields: "id") @key(fields: "k") { id: ID! k: ID! x: Int }'


def joins(type_name: str, **subgraphs: str) -> list[str]:
    """The `@join__type` lines of a type."""
    result = composed(**subgraphs)
    assert result.supergraph_sdl is not None, result.errors
    block = next(b for b in result.supergraph_sdl.split("\n\n") if b.startswith(f"type {type_name}\n"))
    return [line.strip() for line in block.split("\n") if line.startswith("  @join__type(graph: B")]


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        (
            'extend type T @key(fields: "id") { id: ID! @external y: Int }',
            ['@join__type(graph: B, key: "id", extension: true)'],
        ),
        (
            'type T @extends @key(fields: "id") { id: ID! @external y: Int }',
            ['@join__type(graph: B, key: "id", extension: true)'],
        ),
        ('type T @key(fields: "id") { id: ID! } extend type T { y: Int }', ['@join__type(graph: B, key: "id")']),
        (
            'type T @key(fields: "id") { id: ID! } extend type T @key(fields: "k") { k: ID! }',
            ['@join__type(graph: B, key: "id")', '@join__type(graph: B, key: "k", extension: true)'],
        ),
    ],
)
def test_each_key_says_whether_it_stands_on_an_extension(sdl: str, expected: list[str]):
    assert joins("T", a=BASE, b=sdl) == expected


def test_an_extension_without_a_key_is_nothing_special():
    value = "type V @shareable { x: Int }"
    assert joins("V", a=f"type Query {{ v: V }} {value}", b=f"type Query {{ w: V }} extend {value}") == [
        "@join__type(graph: B)"
    ]


NESTED = 'type Query { t: T } type T @key(fields: "o { id }") { o: O x: Int } type O @shareable { id: ID! q: Int }'


def test_an_extension_has_all_fields_of_its_keys_at_hand():
    sdl = composed(
        a=NESTED, b='extend type T @key(fields: "o { id }") { o: O y: Int } type O { id: ID! @external }'
    ).supergraph_sdl
    assert sdl is not None
    assert "  id: ID!\n  q: Int @join__field(graph: A)\n" in sdl


def test_a_subgraph_that_resolves_nothing_of_a_value_type_lacks_no_field_of_it():
    assert (
        hints(
            a=NESTED.replace("o: O ", "o: O @shareable "),
            b='type T @key(fields: "o { id }") { o: O @external y: Int } type O { id: ID! @external }',
        )
        == []
    )
