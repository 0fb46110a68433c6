from __future__ import annotations

from typing import Any

import pytest

from gateway.composition.compose import SubgraphInput, compose
from gateway.composition.merge.directives import all_of
from tests.gateway.composition.harness import types


@pytest.mark.parametrize(
    ("demands", "joined"),
    [
        ([[["a", "b"], ["c"]], [["b"], ["d"]]], [["a", "b"], ["b", "c"], ["c", "d"]]),
        ([[["a"]], [["a"]]], [["a"]]),
        ([[["a"], ["b"]], [["b"]]], [["b"]]),
        ([[["a"]], [["b"]], [["c"]]], [["a", "b", "c"]]),
    ],
)
def test_a05_demands_join_with_and_in_normal_form(demands: Any, joined: Any):
    assert all_of(demands) == joined


def test_deprecated_without_a_reason_given_as_null_deprecates_nothing():
    sdl = types(
        a="type Query { a(x: E @deprecated(reason: null)): Int @deprecated(reason: null) } enum E { A @deprecated }"
    )
    assert "a(x: E): Int\n" in sdl
    assert "A @join__enumValue(graph: A) @deprecated\n" in sdl


def test_a_scalar_of_a_specification_that_is_linked_by_itself_is_a_type_of_the_subgraph():
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.6") '
    link += '@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: ["@requiresScopes"]) '
    [a] = [SubgraphInput("a", "", link + 'type Query { a: Int @requiresScopes(scopes: [["s"]]) }')]
    sdl = compose([a]).supergraph_sdl
    assert sdl is not None
    assert "scalar requiresScopes__Scope\n  @join__type(graph: A)\n" in sdl


@pytest.mark.parametrize(("applied", "count"), [(" @oneOf", 1), ("", 0)])
def test_one_of_comes_with_its_definition_for_readers_that_lack_it(applied: str, count: int):
    sdl = compose(
        [SubgraphInput("a", "", f"type Query {{ q(i: I): Int }} input I{applied} {{ x: Int }}")]
    ).supergraph_sdl
    assert sdl is not None
    assert sdl.count("\ndirective @oneOf on INPUT_OBJECT\n") == count
