"""Invented splits of one schema over subgraphs, invented data, invented operations: the answer is the monolith's.

Every fetch is validated by the subgraph that receives it (see the harness), so this also shows that no plan asks a
subgraph for a field that it does not have.
"""

from __future__ import annotations

import asyncio
import json
from random import Random
from typing import Any

from graphql import build_schema, parse, validate
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.gateway.execution.harness import Federation, World
from tests.gateway.planning.harness import plan

FIELDS: dict[str, dict[str, str]] = {
    "Query": {"a": "A", "list": "[A]", "node": "Node", "nodes": "[Node!]", "any": "[Any]", "b": "B!"},
    "A": {
        "s": "String",
        "n": "Int!",
        "b": "B",
        "bs": "[B!]",
        "v": "V",
        "vs": "[[V]]",
        "node": "Node",
        "f(x: Int = 2)": "Int",
    },
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


SCHEMA = build_schema(monolith_sdl())
SEEDS = st.integers(0, 2**32)
"""Inventions are drawn from a seed: hypothesis prefers the trivial, and trivial graphs are all alike."""
VARIABLES = {"yes": True, "no": False, "x": 5}


def split_of(seed: int) -> dict[str, str]:
    """Each field in one or more subgraphs; the interface has `s` where every entity has it."""
    choose = Random(seed)
    where = {
        (name, field): choose.sample(SUBGRAPHS, choose.choice((1, 1, 2, 3)))
        for name, fields in FIELDS.items()
        for field in fields
    }
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


def world_of(seed: int) -> World:
    """Objects that point at each other, with nulls where they may be, and sometimes where they may not."""
    choose = Random(seed)
    pool: list[dict[str, Any]] = [
        {"__typename": name, "id": f"{name}{number}"} for name in ENTITIES for number in range(3)
    ]
    of = {name: [entity for entity in pool if entity["__typename"] == name] for name in ENTITIES}
    value: Any = None
    for depth in range(3):
        value = {
            "x": depth,
            "y": value,
            "z": "z" if choose.random() < 0.9 else None,
            "k": choose.choice(["ONE", "TWO"]),
        }

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
            entity["f"] = _twice
    roots = {field: one(type_) for field, type_ in FIELDS["Query"].items()}
    return World(roots, of)


PLAIN = ("String", "Int", "Float")


def _twice(_owner: Any, x: int | None = 2) -> int | None:
    return None if x is None else x * 2


def query_of(seed: int) -> str:
    """Deeper than a generator over the schema alone gets: fragments, aliases, conditions, the same field twice."""
    choose = Random(seed)
    depth = choose.randrange(2, 7)

    def selections(type_: str, left: int) -> str:
        parts = [selection(type_, left) for _ in range(choose.randrange(1, 4))]
        return " ".join(["{", *parts, "}"])

    def directive() -> str:
        return choose.choice(["", "", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)"])

    def selection(type_: str, left: int) -> str:
        if type_ in ("Node", "Any"):
            if choose.random() < 0.3:
                return "__typename" if type_ == "Any" else choose.choice(["id", "s", "__typename"])
            member = choose.choice([*ENTITIES, "Node"])
            return f"... on {member}{directive()} {selections(member, left)}"
        fields = {"x": "Int", "y": "V", "z": "String", "k": "Kind"} if type_ == "V" else FIELDS[type_]
        name = choose.choice([*fields, "id"] if type_ in ENTITIES else list(fields))
        if choose.random() < 0.05:
            return "__typename"
        inner = fields.get(name, "ID").strip("[]!")
        bare = name.split("(")[0]
        composite = inner not in (*PLAIN, "ID", "Kind")
        if composite and left == 0:
            return "__typename"
        argument = choose.choice(["", "(x: 2)", "(x: $x)"]) if bare == "f" else ""
        alias = choose.choice(
            ["", "", f"{bare}_{len(argument)}: ", f"same_{fields.get(name, 'ID').translate(NAMES)}: "]
        )
        if argument and not alias:
            alias = f"{bare}_{len(argument)}: "
        return f"{alias}{bare}{argument}{directive()}{selections(inner, left - 1) if composite else ''}"

    body = selections("Query", depth)
    declared = [text for text in ("$yes: Boolean!", "$no: Boolean!", "$x: Int") if text.split(":")[0] in body]
    return "query" + (f"({', '.join(declared)}) " if declared else "") + body


NAMES = str.maketrans({"[": "l", "]": "l", "!": "r"})


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(split=SEEDS.map(split_of), world=SEEDS.map(world_of), query=queries(SCHEMA) | SEEDS.map(query_of))
def test_the_gateway_answers_as_one_schema_would(split: dict[str, str], world: World, query: str) -> None:
    assume(not validate(SCHEMA, parse(query)))
    agree(Federation(split, world), query)


def agree(federation: Federation, query: str) -> None:
    """Compare the answer of the gateway with that of the monolith."""
    used = {name: value for name, value in VARIABLES.items() if f"${name}:" in query}
    expected, paths = federation.monolith(query, used)
    result = asyncio.run(federation.run(query, used))
    assert result.data == expected
    if "..." not in query:
        # Normalization merges equal fragments, which may move a key of a later one forward.
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


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
@given(split=SEEDS.map(split_of), query=SEEDS.map(query_of))
def test_planning_twice_gives_equal_plans(split: dict[str, str], query: str) -> None:
    assume(not validate(SCHEMA, parse(query)))
    supergraph = Federation(split, World({})).supergraph
    assert plan(supergraph, query) == plan(supergraph, query)
