"""Invented splits of one schema over subgraphs, invented data, invented operations: the answer is the monolith's.

Every fetch is validated by the subgraph that receives it (see the harness), so this also shows that no plan asks a
subgraph for a field that it does not have.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from graphql import build_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.gateway.execution.harness import Federation, World
from tests.gateway.planning.harness import plan

FIELDS: dict[str, dict[str, str]] = {
    "Query": {"a": "A", "list": "[A]", "node": "Node", "nodes": "[Node!]", "any": "[Any]", "b": "B!"},
    "A": {"s": "String", "n": "Int!", "b": "B", "bs": "[B!]", "v": "V", "vs": "[[V]]", "node": "Node", "f(x: Int = 2)": "Int"},
    "B": {"s": "String", "t": "String!", "a": "A", "any": "Any", "as": "[A]", "v": "V"},
    "C": {"s": "String", "u": "Float", "nodes": "[Node]"},
}
VALUE = "type V { x: Int y: V z: String! k: Kind } enum Kind { ONE TWO }"
ENTITIES = ("A", "B", "C")
SUBGRAPHS = ("s0", "s1", "s2")


def monolith_sdl() -> str:
    types = [
        f"type {name}{' implements Node' if name != 'Query' else ''} {{ "
        f"{'id: ID! ' if name != 'Query' else ''}{' '.join(f'{field}: {type_}' for field, type_ in fields.items())} }}"
        for name, fields in FIELDS.items()
    ]
    return "\n".join([*types, VALUE, "interface Node { id: ID! s: String }", "union Any = A | B | C"])


@st.composite
def splits(draw: st.DrawFn) -> dict[str, str]:
    """Each field in one or more subgraphs; the interface has `s` where every entity has it."""
    some = st.sets(st.sampled_from(SUBGRAPHS), min_size=1)
    where = {(name, field): draw(some) for name, fields in FIELDS.items() for field in fields}
    found: dict[str, str] = {}
    for subgraph in SUBGRAPHS:
        parts = [VALUE.replace("type V", "type V @shareable"), "union Any = A | B | C"]
        for name, fields in FIELDS.items():
            own = [f"{field}: {type_}" for field, type_ in fields.items() if subgraph in where[name, field]]
            if name == "Query":
                parts.append(f"type Query {{ {' '.join([*own, f'only_{subgraph}: Int'])} }}")
            else:
                parts.append(f'type {name} implements Node @key(fields: "id") {{ id: ID! {" ".join(own)} }}')
        has_s = all(subgraph in where[name, "s"] for name in ENTITIES)
        parts.append(f"interface Node {{ id: ID!{' s: String' if has_s else ''} }}")
        found[subgraph] = "\n".join(parts)
    # The client's interface has `s` as soon as one subgraph's has; otherwise nobody can ask for it on Node.
    if not any("interface Node { id: ID! s: String }" in sdl for sdl in found.values()):
        found["s0"] = found["s0"].replace("interface Node { id: ID! }", "interface Node { id: ID! s: String }")
        for name in ENTITIES:
            if "s" not in [part.split(":")[0] for part in _body(found["s0"], name)]:
                found["s0"] = found["s0"].replace(
                    f'type {name} implements Node @key(fields: "id") {{ id: ID! ',
                    f'type {name} implements Node @key(fields: "id") {{ id: ID! s: String ',
                )
    return found


def _body(sdl: str, name: str) -> list[str]:
    line = next(line for line in sdl.split("\n") if line.startswith(f"type {name} "))
    return line.split("{", 1)[1].replace("}", "").split()


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Objects that point at each other, with nulls where they may be, and sometimes where they may not."""
    choose = draw(st.randoms(use_true_random=False))
    pool: list[dict[str, Any]] = [
        {"__typename": name, "id": f"{name}{number}"} for name in ENTITIES for number in range(3)
    ]
    of = {name: [entity for entity in pool if entity["__typename"] == name] for name in ENTITIES}
    value: Any = None
    for depth in range(3):
        value = {"x": depth, "y": value, "z": "z" if choose.random() < 0.9 else None, "k": choose.choice(["ONE", "TWO"])}

    def one(type_: str) -> Any:
        required = type_.endswith("!")
        type_ = type_.removesuffix("!")
        if choose.random() < (0.02 if required else 0.15):
            return None
        if not required and choose.random() < 0.05 and not type_.startswith("["):
            return ValueError("told to nobody")
        if type_.startswith("["):
            items = [one(type_[1:-1]) for _ in range(choose.randrange(4))]
            return [None if isinstance(item, ValueError) else item for item in items]
        plain = {"String": "text", "Int": 7, "Float": 1.5, "V": value}
        if type_ in plain:
            return plain[type_]
        return choose.choice(pool if type_ in ("Node", "Any") else of[type_])

    for entity in pool:
        for field, type_ in FIELDS[entity["__typename"]].items():
            entity[field.split("(")[0]] = one(type_)
        if "f" in entity:
            entity["f"] = lambda _owner, x=2: x * 2 if x is not None else None
    roots = {field: one(type_) for field, type_ in FIELDS["Query"].items()}
    return World(roots, of)



@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(split=splits(), world=worlds(), query=queries(build_schema(monolith_sdl())))
def test_the_gateway_answers_as_one_schema_would(split: dict[str, str], world: World, query: str) -> None:
    federation = Federation(split, world)
    expected, paths = federation.monolith(query)
    result = asyncio.run(federation.run(query))
    assert json.dumps(result.data) == json.dumps(expected)
    assert bool(result.errors) == bool(paths)
    # Where a null moved up, siblings may or may not have run in either; otherwise every path is told, and no other.
    required = any("non-nullable" in issue.message for issue in result.errors)
    if not required and not _moved_up(expected, paths):
        assert sorted({issue.path for issue in result.errors if issue.path}, key=str) == sorted(set(paths), key=str)


def _moved_up(data: Any, paths: list[tuple[Any, ...]]) -> bool:
    """Whether some error's own place is gone, because the null stands above it."""
    for path in paths:
        found = data
        for part in path[:-1]:
            found = found[part] if found is not None else None
        if found is None:
            return True
    return False


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(split=splits(), query=queries(build_schema(monolith_sdl())))
def test_planning_twice_gives_equal_plans(split: dict[str, str], query: str) -> None:
    supergraph = Federation(split, World({})).supergraph
    assert plan(supergraph, query) == plan(supergraph, query)
