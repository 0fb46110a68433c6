"""Every query that the graph allows can be answered; where not, the error shows one that cannot."""

from __future__ import annotations

import pytest

from gateway.composition import satisfiability
from tests.gateway.composition.harness import codes, composed

T = 'type Query { t: T } type T @key(fields: "id") { id: ID! }'

ANSWERABLE = {
    "by key": {"a": T, "b": 'type T @key(fields: "id") { id: ID! x: Int }'},
    "by a key of a third subgraph": {
        "a": T,
        "b": 'type T @key(fields: "id") @key(fields: "k") { id: ID! k: ID! }',
        "c": 'type T @key(fields: "k") { k: ID! x: Int }',
    },
    "by a key inside another entity": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! o: O! } type O @key(fields: "id") { id: ID! }',
        "b": 'type O @key(fields: "id") { id: ID! code: ID! @shareable }',
        "c": 'type T @key(fields: "o { code }") { o: O! @external x: Int } type O { code: ID! @shareable }',
    },
    "what a field requires comes from elsewhere": {
        "a": T,
        "b": 'type T @key(fields: "id") { id: ID! w: Int }',
        "c": 'type T @key(fields: "id") { id: ID! w: Int @external x: Int @requires(fields: "w") }',
    },
    "a chain of requirements": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! a: Int }',
        "b": 'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }',
        "c": 'type T @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") }',
    },
    "provided on one path, by key on the other": {
        "a": 'type Query { t: T @provides(fields: "x") u: T } type T @key(fields: "id") { id: ID! x: Int @external }',
        "b": 'type T @key(fields: "id") { id: ID! x: Int @shareable }',
    },
    "nested provision": {
        "a": 'type Query { t: T @provides(fields: "o { x }") } type T { o: O } type O @key(fields: "id") { id: ID! x: Int @external }',
        "b": 'type O @key(fields: "id") { id: ID! x: Int @shareable }',
    },
    "a value type that both know whole": {
        "a": "type Query { t: V } type V @shareable { x: Int y: Int }",
        "b": "type Query { u: V } type V @shareable { x: Int y: Int }",
    },
    "a value type filled by another way to the same field": {
        "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! v: V @shareable } type V @shareable { x: Int }',
        "b": 'type T @key(fields: "id") { id: ID! v: V @shareable } type V @shareable { x: Int y: Int }',
    },
    "a root that is reached again": {
        "a": "type Query { q: Int } type Mutation { m: Payload } type Payload { query: Query }",
        "b": "type Query { r: Int }",
    },
    "members of an interface in different subgraphs": {
        "a": 'type Query { n: N } interface N { id: ID! } type T implements N @key(fields: "id") { id: ID! }',
        "b": 'interface N { id: ID! } type T implements N @key(fields: "id") { id: ID! x: Int } type U implements N @key(fields: "id") { id: ID! y: Int }',
    },
    "an interface object, entered by the interface's key": {
        "a": 'type Query { n: N } interface N @key(fields: "id") { id: ID! } type T implements N @key(fields: "id") { id: ID! }',
        "b": 'type N @interfaceObject @key(fields: "id") { id: ID! x: Int }',
    },
    "an interface object, and from there to the interface": {
        "a": 'interface N @key(fields: "id") { id: ID! } type T implements N @key(fields: "id") { id: ID! z: Int }',
        "b": 'type Query { n: N } type N @interfaceObject @key(fields: "id") { id: ID! x: Int }',
    },
    "a recursive key": {
        "a": 'type Query { t: T } type T @key(fields: "parent { id } id") { id: ID! parent: T }',
        "b": 'type T @key(fields: "parent { id } id") { id: ID! parent: T x: Int }',
    },
    "hidden fields need no way": {
        "a": "type Query { t: V } type V @shareable { x: Int }",
        "b": "type Query { u: V } type V @shareable { x: Int y: Int @inaccessible }",
    },
    "a requirement beside a key that lets nobody in": {
        "a": 'type Query { q: Int } type T @key(fields: "id") { id: ID! w: Int }',
        "b": 'type Query { t: T } type T @key(fields: "id", resolvable: false) { id: ID! w: Int @external x: Int @requires(fields: "w") }',
    },
    "a shared mutation, by one of those that have it": {
        "a": "type Query { q: Int } type Mutation { m: V @shareable } type V @shareable { x: Int }",
        "b": "type Mutation { m: V @shareable } type V @shareable { x: Int y: Int }",
    },
    "an interface object, and from the interface to a third subgraph": {
        "a": 'interface N @key(fields: "id") { id: ID! } type T implements N @key(fields: "id") @key(fields: "k") { id: ID! k: ID! }',
        "b": 'type Query { n: N } type N @interfaceObject @key(fields: "id") { id: ID! x: Int }',
        "c": 'type T @key(fields: "k") { k: ID! z: Int }',
    },
    "an argument from a context of an interface, further up": {
        "a": 'type Query { i: I } interface I @context(name: "c") { p: String } type T implements I { p: String v: V } type V { u: U } type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { p }")): Int }',
    },
    "a mutation and its payload": {
        "a": T + " type Mutation { m: T }",
        "b": 'type T @key(fields: "id") { id: ID! x: Int }',
    },
}

UNANSWERABLE = {
    "no key": (
        {"a": T, "b": 'type T @key(fields: "k") { k: ID! x: Int }'},
        "The query { t { k } } cannot be answered:\n- from a: it has no T.k\n  - b cannot be entered: no key can be read: \"k\"",
    ),
    "a key that does not resolve": (
        {"a": T, "b": 'type T @key(fields: "id", resolvable: false) { id: ID! x: Int }'},
        "The query { t { x } } cannot be answered:\n- from a: it has no T.x\n  - b cannot be entered: it has no key for T",
    ),
    "a value type of which one subgraph knows more": (
        {"a": "type Query { t: V } type V @shareable { x: Int }", "b": "type Query { u: V } type V @shareable { x: Int y: Int }"},
        "The query { t { y } } cannot be answered:\n- from a: it has no V.y\n  - b cannot be entered: it has no key for V",
    ),
    "through a mutation": (
        {"a": "type Query { q: Int } type Mutation { m: V } type V @shareable { x: Int }", "b": "type Query { u: V } type V @shareable { x: Int y: Int }"},
        "The mutation { m { y } } cannot be answered:\n- from a: it has no V.y\n  - b cannot be entered: it has no key for V",
    ),
    "on one member of an interface": (
        {
            "a": 'type Query { n: N } interface N { id: ID! } type T implements N { id: ID! @shareable }',
            "b": 'type Query { t: T } type T { id: ID! @shareable x: Int }',
        },
        "The query { n { ... on T { x } } } cannot be answered:\n- from a: it has no T.x\n  - b cannot be entered: it has no key for T",
    ),
    "an interface object of which nobody knows the type": (
        {
            "a": 'type Query { q: N } interface N @key(fields: "id", resolvable: false) { id: ID! } type T implements N @key(fields: "id", resolvable: false) { id: ID! }',
            "b": 'type Query { n: N } type N @interfaceObject @key(fields: "id") { id: ID! }',
        },
        "The query { n { ... on T { __typename } } } cannot be answered:\n- from b: it knows N as an @interfaceObject, and not the type of its objects\n  - a cannot be entered: it has no key for T",
    ),
    "an interface object of which nobody knows the type, although the type has a key": (
        {
            "a": 'type Query { q: Int } interface N @key(fields: "id", resolvable: false) { id: ID! } type T implements N @key(fields: "id") { id: ID! }',
            "b": 'type Query { n: N } type N @interfaceObject @key(fields: "id") { id: ID! }',
        },
        None,
    ),
    "a shared mutation, of which nobody knows all": (
        {"a": "type Query { q: Int } type Mutation { m: V @shareable } type V { x: Int }", "b": "type Mutation { m: V @shareable } type V { y: Int }"},
        ("Mutation.m is called in one subgraph only, and from none of them all can be answered.\n"
        "From a: The mutation { m { y } } cannot be answered:\n- from a: it has no V.y\n  - b cannot be entered: it has no key for V\n"
        "From b: The mutation { m { x } } cannot be answered:\n- from b: it has no V.x\n  - a cannot be entered: it has no key for V"),
    ),
    "an argument from a context that one of two ways does not set": (
        {
            "a": 'type Query { t: T u: U } type T @context(name: "c") { p: String u: U } type U @key(fields: "id") { id: ID! f(x: String @fromContext(field: "$c { p }")): Int }',
        },
        "The query { u { f } } cannot be answered:\n- from a: no type on the way sets the context that U.f reads",
    ),
    "an argument from a context that only the object itself sets": (
        {
            "a": 'type Query { u: U } type U @key(fields: "id") @context(name: "c") { id: ID! p: String f(x: String @fromContext(field: "$c { p }")): Int }',
        },
        "The query { u { f } } cannot be answered:\n- from a: no type on the way sets the context that U.f reads",
    ),
    "a requirement that cannot be read": (
        {
            "a": T,
            "b": 'type Query { s: T } type T @key(fields: "k") { k: ID! w: Int }',
            "c": 'type T @key(fields: "id") { id: ID! w: Int @external x: Int @requires(fields: "w") }',
        },
        None,
    ),
    "a requirement that could be read before, and not from the subgraph that has it": (
        {
            "a": 'type Query { t: T } type T @key(fields: "id", resolvable: false) { id: ID! g: Int }',
            "b": 'type T @key(fields: "id") { id: ID! g: Int @external x: Int @requires(fields: "g") }',
        },
        None,
    ),
    "a cycle of requirements": (
        {
            "a": T,
            "b": 'type T @key(fields: "id") { id: ID! b: Int @external a: Int @requires(fields: "b") }',
            "c": 'type T @key(fields: "id") { id: ID! a: Int @external b: Int @requires(fields: "a") }',
        },
        None,
    ),
    "only while a label is on": (
        {
            "a": "type Query { t: V @shareable } type V @shareable { x: Int }",
            "b": 'type Query { t: V @override(from: "a", label: "l") } type V @shareable { x: Int y: Int }',
        },
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("subgraphs", ANSWERABLE.values(), ids=ANSWERABLE)
def test_answerable(subgraphs: dict[str, str]):
    assert [str(issue) for issue in composed(**subgraphs).errors] == []


@pytest.mark.parametrize(("subgraphs", "message"), UNANSWERABLE.values(), ids=UNANSWERABLE)
def test_unanswerable(subgraphs: dict[str, str], message: str | None):
    assert codes(**subgraphs) == ["SATISFIABILITY_ERROR"]
    if message is not None:
        assert message in [issue.message for issue in composed(**subgraphs).errors]


def test_the_walk_is_bounded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(satisfiability, "_MAX_STATES", 0)
    assert codes(a=T) == ["MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED"]
