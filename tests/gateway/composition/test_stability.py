"""§1 Output: byte-identical for equal input, whatever the hash seed; the client's schema the same in whatever order subgraphs come."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import subprocess
import sys

from graphql import lexicographic_sort_schema, print_schema
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.composition.compose import SubgraphInput, compose
from gateway.supergraph.reader import read_supergraph
from tests.gateway.composition.harness import LINK

SUBGRAPHS = (
    """
    type Query { t: T u: U @tag(name: "q") n(filter: In, unit: Unit = M): [N!]! }
    type T implements N @key(fields: "id") @key(fields: "k l") { id: ID! k: ID! l: ID! v: V @shareable x: Int @tag(name: "x") }
    interface N @key(fields: "id") { id: ID! }
    type V @shareable { a: Int b: String! }
    union U = T | V
    enum Unit { M CM }
    input In { a: Int b: [Unit!] c: String }
    directive @note(text: String) repeatable on FIELD | QUERY
    """,
    """
    type Query { other(filter: In): T }
    type T @key(fields: "id") { id: ID! v: V @shareable x: Int @external y(unit: Unit): Int @requires(fields: "x") @cost(weight: 2) }
    type V @shareable { a: Int b: String }
    union U = V | W
    type W { w: Int @authenticated hidden: Int @inaccessible }
    enum Unit { M CM }
    input In { a: Int! b: [Unit!] }
    directive @note(text: String, more: Int) repeatable on FIELD
    """,
    """
    type N @interfaceObject @key(fields: "id") { id: ID! extra: Int @requiresScopes(scopes: [["s", "t"], ["u"]]) }
    type T2 @key(fields: "id") { id: ID! old: Int }
    type Query { t2: T2 }
    enum Unit { M CM }
    directive @note(text: String) repeatable on FIELD
    """,
)


def made(names: tuple[str, ...]) -> str:
    result = compose([SubgraphInput(n, f"http://{n}", LINK + sdl) for n, sdl in zip(names, SUBGRAPHS, strict=True)])
    assert result.supergraph_sdl is not None, result.errors
    return result.supergraph_sdl


def api(sdl: str) -> str:
    return print_schema(lexicographic_sort_schema(read_supergraph(sdl).api))


def test_whoever_comes_first_the_client_sees_the_same():
    assert len({api(made(names)) for names in itertools.permutations("abc")}) == 1


@settings(max_examples=20, deadline=None)
@given(
    st.permutations([0, 1, 2]),
    st.lists(st.from_regex(r"[a-z]{1,3}", fullmatch=True), min_size=3, max_size=3, unique=True),
)
def test_order_and_repetition_change_no_byte(order: list[int], names: list[str]):
    subgraphs = [SubgraphInput(name, "", LINK + sdl) for name, sdl in zip(names, SUBGRAPHS, strict=True)]
    first = compose(subgraphs)
    again = compose([subgraphs[number] for number in order])
    assert first.supergraph_sdl is not None
    assert (again.supergraph_sdl, again.hints) == (first.supergraph_sdl, first.hints)


def test_the_hash_seed_changes_no_byte():
    subgraphs = [{"name": n, "url": "", "sdl": LINK + sdl} for n, sdl in zip("abc", SUBGRAPHS, strict=True)]
    found: set[str] = set()
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "compose-batch"],
            input=json.dumps({"id": "x", "subgraphs": subgraphs}) + "\n",
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        answer = json.loads(done.stdout)
        assert answer["ok"], answer["errors"]
        found.add(hashlib.sha256(done.stdout.encode()).hexdigest())
    assert len(found) == 1
