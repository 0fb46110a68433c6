from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    execute_sync,
    get_named_type,
    is_composite_type,
    parse,
    validate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.language.operation import Condition, Field, Fragment
from tests.gateway.language.harness import SCHEMA, normalized, text


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{ word }", "query { word }"),
        ("query Name { word }", "query Name { word }"),
        ("{ w: word word word: word }", "query { w: word word }"),
        ("{ person { id } person { name } }", "query { person { id name } }"),
        (
            "{ person { ...A } } fragment A on Person { id ...B } fragment B on Named { name ... { i: id } }",
            "query { person { id name i: id } }",
        ),
        ("{ node { ... on Node { id } ... on Person { name } } }", "query { node { id ... on Person { name } } }"),
        ("{ named { ... on Node { id } } }", "query { named { id } }"),
        ("{ pet { ... on Node { id } } }", "query { pet { ... on Node { id } } }"),
        ("{ person { ... on Node { ... on Dog { barks } } id } }", "query { person { id } }"),
        ("{ word @skip(if: true) person { id name @include(if: false) } }", "query { person { id } }"),
        ("{ person { id @skip(if: true) } }", "query { person { __typename @skip(if: true) } }"),
        ("{ pet { ... on Dog { id @skip(if: true) } ... on Stone { id } } }", "query { pet { ... on Stone { id } } }"),
        (
            "query ($a: Boolean!) { word @include(if: $a) word @skip(if: false) @include(if: $a) }",
            "query($a: Boolean!) { word @include(if: $a) }",
        ),
        (
            "query ($a: Boolean!) { word @include(if: $a) @skip(if: $a) node { id } }",
            "query { node { id } }",
        ),
        (
            "query ($a: Boolean!) { person @include(if: $a) { id @include(if: $a) name @skip(if: $a) } }",
            "query($a: Boolean!) { person @include(if: $a) { id } }",
        ),
        (
            "query ($a: Boolean!) { ... @include(if: $a) { person { id } } person { name } }",
            "query($a: Boolean!) { person @include(if: $a) { id } person { name } }",
        ),
        (
            "query ($a: Boolean!) { word ... @include(if: $a) { word } }",
            "query { word }",
        ),
        (
            "{ person(where: { name: \"x\", age: 3 }) { id } person(where: { age: 3, name: \"x\" }) { name } }",
            "query { person(where: { name: \"x\", age: 3 }) { id name } }",
        ),
        ("{ people { age(unit: YEARS) } }", "query { people { age(unit: YEARS) } }"),
        ("{ __typename __schema { types { name } } }", "query { __typename __schema { types { name } } }"),
        ("mutation { first { id } second(x: 1) { id } }", "mutation { first { id } second(x: 1) { id } }"),
    ],
)  # fmt: skip
def test_spellings_of_one_operation(written: str, expected: str):
    assert text(written) == expected


def test_fragments_on_one_type_are_joined_only_where_nothing_comes_between():
    assert text("{ pet { ... on Dog { id } ... on Stone { id } ... on Dog { name } } }") == (
        "query { pet { ... on Dog { id name } ... on Stone { id } } }"
    )
    assert text("{ node { ... on Dog { barks } id ... on Dog { name } } }") == (
        "query { node { ... on Dog { barks } id ... on Dog { name } } }"
    )
    nothing = "... on Person { ... on Node @skip(if: true) { id } }"
    assert text(f"{{ node {{ ... on Named {{ id }} {nothing} ... on Named {{ name }} }} }}") == (
        "query { node { ... on Named { id name } } }"
    )


def test_fields_know_the_type_they_were_selected_on():
    operation = normalized("query ($a: Boolean!) { node { ...P @include(if: $a) } } fragment P on Person { n: name }")
    (node,) = operation.selections
    assert isinstance(node, Field)
    assert (node.key, node.parent, str(node.type)) == ("node", "Query", "Node")
    (fragment,) = node.selections
    assert isinstance(fragment, Fragment)
    assert (fragment.condition, fragment.conditions) == ("Person", (Condition("a", wanted=True),))
    (name,) = fragment.selections
    assert isinstance(name, Field)
    assert (name.key, name.name, name.parent, str(name.type)) == ("n", "name", "Person", "String")


def test_hash_tells_literals_names_and_types_apart():
    queries = [
        "{ person(id: 1) { id } }",
        "{ person(id: 2) { id } }",
        "query A { person(id: 1) { id } }",
        "query ($x: ID) { person(id: $x) { id } }",
        "query ($x: ID!) { person(id: $x) { id } }",
        "query ($x: ID = 1) { person(id: $x) { id } }",
    ]
    assert len({normalized(query).hash for query in queries}) == len(queries)


def test_a_long_chain_of_fragments_takes_no_stack():
    chain = "".join(f" fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(1500))
    query = "{ ...F0 }" + chain + " fragment F1500 on Query { word }"
    # graphql-core's own rules recurse, so such a document is refused, not answered; what counts is the coded refusal.
    with pytest.raises(GatewayError) as refused:
        normalized(query, max_tokens=100_000, max_fields=100_000)
    assert refused.value.issues[0].code.name == "QUERY_TOO_COMPLEX"


# -- meaning ---------------------------------------------------------------------------------------------------------


@dataclass
class _Draft:
    """Writes random valid documents: fields with aliases, fragments of both kinds, conditions."""

    draw: st.DrawFn
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)

    def conditions(self) -> str:
        return self.draw(
            st.sampled_from(["", "", "", "@include(if: $a)", "@skip(if: $b)", "@skip(if: true)", "@include(if: true)"])
        )

    def selections(self, type_: Any, depth: int) -> str:
        count = self.draw(st.integers(1, 4))
        return "{ " + " ".join(self.selection(type_, depth) for _ in range(count)) + " }"

    def selection(self, type_: Any, depth: int) -> str:
        kind = self.draw(st.integers(0, 5))
        if kind <= 1 and depth > 0:
            target = self.draw(st.sampled_from(self._targets(type_)))
            inner = self.selections(target, depth - 1)
            if kind == 0:
                return f"... on {target.name} {self.conditions()} {inner}"
            name = f"F{len(self.fragments)}"
            self.fragments[name] = (target.name, inner)
            return f"...{name} {self.conditions()}"
        return self.field(type_, depth)

    def field(self, type_: Any, depth: int) -> str:
        fields = {} if isinstance(type_, GraphQLUnionType) else type_.fields
        names = [n for n, f in fields.items() if depth > 0 or not is_composite_type(get_named_type(f.type))]
        name = self.draw(st.sampled_from(["__typename", *names]))
        # One alias always stands for one field and one argument, so that any two selections can be merged.
        alias = self.draw(st.sampled_from(["", f"x_{name}:"]))
        argument = "(unit: MONTHS)" if name == "age" else "(first: $n)" if name == "people" else ""
        target = get_named_type(fields[name].type) if name in fields else None
        inner = self.selections(target, depth - 1) if is_composite_type(target) else ""
        return f"{alias}{name}{argument} {self.conditions()} {inner}"

    def _targets(self, type_: Any) -> list[Any]:
        possible = set(SCHEMA.get_possible_types(type_)) if not isinstance(type_, GraphQLObjectType) else {type_}
        composite = [t for t in SCHEMA.type_map.values() if is_composite_type(t) and not t.name.startswith("__")]
        return [
            t
            for t in composite
            if t is type_
            or (not isinstance(t, GraphQLObjectType) and possible & set(SCHEMA.get_possible_types(t)))
            or t in possible
        ]


@st.composite
def documents(draw: st.DrawFn) -> str:
    draft = _Draft(draw)
    body = draft.selections(SCHEMA.query_type, 4)
    spread = "".join(f" fragment {name} on {target} {inner}" for name, (target, inner) in draft.fragments.items())
    return f"query Q($a: Boolean!, $b: Boolean!, $n: Int) {body}{spread}"


def _resolve(_source: Any, info: Any, **arguments: Any) -> Any:
    """Invent a value that depends on path and arguments only."""
    named = get_named_type(info.return_type)
    path = [key for key in info.path.as_list() if isinstance(key, str)]
    seed = sum(ord(c) for key in path for c in key.removeprefix("x_")) + len(str(arguments))
    if isinstance(named, GraphQLObjectType):
        value: Any = {"__typename": named.name}
    elif isinstance(named, (GraphQLInterfaceType, GraphQLUnionType)):
        members = sorted(t.name for t in SCHEMA.get_possible_types(named))
        value = {"__typename": members[seed % len(members)]}
    else:
        value = {"Boolean": seed % 2 == 0, "Int": seed, "Float": seed / 2}.get(named.name, str(seed))
    return [value, value] if str(info.return_type).startswith("[") else value


def _answer(document: str, variables: dict[str, Any]) -> Any:
    result = execute_sync(
        SCHEMA,
        parse(document),
        variable_values=variables,
        field_resolver=_resolve,
        type_resolver=lambda value, *_: value["__typename"],
    )
    assert not result.errors
    return result.data


def _ordered(value: Any) -> Any:
    """Objects as lists of pairs, so that the order of keys counts."""
    if isinstance(value, dict):
        return [(key, _ordered(inner)) for key, inner in value.items()]
    return [_ordered(inner) for inner in value] if isinstance(value, list) else value


@given(document=documents(), a=st.booleans(), b=st.booleans())
@settings(max_examples=150, deadline=None)
def test_normalization_keeps_the_meaning(document: str, a: bool, b: bool):
    if validate(SCHEMA, parse(document)):
        return  # two selections that cannot be merged
    operation = normalized(document, max_tokens=100_000, max_fields=100_000, max_repeated_keys=10_000)
    assert validate(SCHEMA, parse(operation.text)) == []
    variables = {"a": a, "b": b, "n": 3}
    assert _ordered(_answer(operation.text, variables)) == _ordered(_answer(document, variables))
    again = normalized(operation.text, max_tokens=100_000, max_fields=100_000, max_repeated_keys=10_000)
    assert again.text == operation.text


def test_a_field_between_two_mentions_keeps_its_place():
    document = "query Q($b: Boolean!) { people @skip(if: $b) { name } people { self { name } } people @skip(if: $b) { x: name } }"
    operation = normalized(document)
    assert operation.text == (
        "query Q($b: Boolean!) { people @skip(if: $b) { name } people { self { name } } people @skip(if: $b) { x: name } }"
    )
