"""§1 Composition: `@context` and `@fromContext`: what a contextual argument may read, and where it may stand."""

from __future__ import annotations

import pytest

from gateway.composition.compose import SubgraphInput, compose
from tests.gateway.composition.harness import text

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.8", import: ["@key", "@context", "@fromContext"])'
)


def errors(sdl: str) -> list[str]:
    return [str(issue) for issue in compose([SubgraphInput("a", "", f"{LINK}{sdl}")]).errors]


def selected(selection: str, argument: str = "String") -> list[str]:
    """The reasons why a selection cannot fill an argument of a field two levels below `T`, which sets the context."""
    sdl = f"""
      type Query {{ t: T }}
      type T @key(fields: "id") @context(name: "c") {{
        id: ID! p: String! l: [String!]! e: E o: O! os: [O!] i: I un: UN arg(a: Int): String u: U
      }}
      type O {{ x: String! l: [String] }}
      interface I {{ x: String! }}
      type OI implements I {{ x: String! }}
      union UN = O | OI
      enum E {{ A }}
      type U @key(fields: "id") {{ id: ID! f(a: {argument} @fromContext(field: "{selection}")): Int }}
    """
    where = "CONTEXT_INVALID_SELECTION: [a] The selection of U.f(a:) is not possible: "
    return [error.replace(where, "").removesuffix(" (line 10)") for error in errors(text(sdl))]


@pytest.mark.parametrize(
    ("selection", "argument"),
    [
        ("$c { p }", "String"),
        (" $ c{p}", "String"),
        ("$c p", "String"),
        ("$c { id }", "ID"),
        ("$c { e }", "E"),
        ("$c { __typename }", "String"),
        ("$c { arg(a: 1) }", "String"),
        ("$c { o { x } }", "String"),
        ("$c { i { x } }", "String"),
        ("$c { l }", "[String]"),
        ("$c { os { x } }", "[String]"),
        ("$c { os { l } }", "[[String]]"),
        ("$c { ... on T { p } }", "String"),
    ],
)
def test_a_selection_of_one_value_of_the_type_of_the_argument(selection: str, argument: str):
    assert selected(selection, argument) == []


@pytest.mark.parametrize(
    ("selection", "argument", "reason"),
    [
        ("$c { p }", "String!", "it finds String or null on T, and the argument is String!."),
        ("$c { p }", "Int", "it finds String or null on T, and the argument is Int."),
        ("$c { p }", "[String]", "it finds String or null on T, and the argument is [String]."),
        ("$c { l }", "[String!]", "it finds [String] or null on T, and the argument is [String!]."),
        ("$c { os { x } }", "String", "it finds [String] or null on T, and the argument is String."),
        ("$c { p id }", "String", "it selects more than one value."),
        ("$c { o { x l } }", "String", "it selects more than one value."),
        ("$c { un { ... on O { x } } }", "String", "it selects more than one value."),
        ("$c { ... on T { p } id }", "String", "it selects more than one value."),
        ("$c { o }", "String", "T.o is an object, so fields of it must be selected."),
        ("$c { nope }", "String", "T has no field nope."),
        ("$c { q: p }", "String", "p cannot have an alias."),
        ("$c { p @skip(if: true) }", "String", "directives are not allowed in it."),
        ("$c { ... { p } }", "String", "a fragment is not on an object type."),
        ("$c { ... on I { x } }", "String", "a fragment is not on an object type."),
        ("$c { ... on Nope { p } }", "String", "a fragment is not on an object type."),
        ("$c { ... on O { x } }", "String", "no fragment is on T."),
        ("$c { ... on T { p } ... on T { p } }", "String", "two fragments are on T."),
        ("$c { ... on T { p } ... on O { x } }", "String", "nothing sets the context on O."),
        ("$c {", "String", "Syntax Error: Expected Name, found <EOF>."),
    ],
)
def test_a_selection_of_something_else(selection: str, argument: str, reason: str):
    assert selected(selection, argument) == [reason]


@pytest.mark.parametrize("selection", ["{ p }", "p", "", "$c", "$1 { p }"])
def test_a_selection_starts_with_its_context(selection: str):
    assert selected(selection) == [
        "NO_CONTEXT_IN_SELECTION: [a] The selection of U.f(a:) names no context.",
    ]


BASE = 'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! p: String! u: U }'
FROM = '@fromContext(field: "$c { p }")'
KEYED = 'type U @key(fields: "id") { id: ID!'


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        (
            f"{KEYED} f(a: String = null {FROM}): Int }}",
            ["CONTEXT_NOT_SET: [a] U.f(a:) cannot come from context: it has a default. (line 1)"],
        ),
        (
            f"directive @z(a: String {FROM}) on FIELD {KEYED} }}",
            ["CONTEXT_NOT_SET: [a] @z(a:) is of a directive and cannot come from context. (line 1)"],
        ),
        (
            f"interface J {{ f(a: String): Int }} {KEYED.replace('U', 'U implements J')} f(a: String {FROM}): Int }}",
            ["CONTEXT_NOT_SET: [a] U.f(a:) cannot come from context: the interface J has the field too. (line 1)"],
        ),
        (
            f"interface J {{ g(a: String {FROM}): Int }} {KEYED} }}",
            ["CONTEXT_NOT_SET: [a] J.g(a:) cannot come from context: J is an interface. (line 1)"],
        ),
        (
            f'{KEYED} f(a: String @fromContext(field: "$other {{ p }}")): Int }}',
            ["CONTEXT_NOT_SET: [a] No type sets the context other of U.f(a:). (line 1)"],
        ),
        (
            f"type U {{ id: ID! f(a: String {FROM}): Int }}",
            ["CONTEXT_NO_RESOLVABLE_KEY: [a] U has an argument from context and needs a resolvable @key. (line 1)"],
        ),
        (
            f'type U @key(fields: "id", resolvable: false) {{ id: ID! f(a: String {FROM}): Int }}',
            ["CONTEXT_NO_RESOLVABLE_KEY: [a] U has an argument from context and needs a resolvable @key. (line 1)"],
        ),
    ],
)
def test_where_an_argument_from_context_may_stand(sdl: str, expected: list[str]):
    assert errors(f"{BASE} {sdl}") == expected


@pytest.mark.parametrize(
    ("setters", "selection", "expected"),
    [
        ('union S @context(name: "c") = A | B', "$c { ... on A { p } }", []),
        ('union S @context(name: "c") = A | B', "$c { ... on A { p } ... on B { q } }", []),
        ('union S @context(name: "c") = A | B', "$c { p }", ["S has no field p"]),
        ('interface S @context(name: "c") { u: U } extend type A implements S', "$c { ... on A { p } }", []),
        ('union S = A | B extend type A @context(name: "c") extend type B @context(name: "c")', "$c { ... on A { p } }", ["no fragment is on B"]),
        ('union S = A | B extend type A @context(name: "c") extend type B @context(name: "c")', "$c { ... on A { p } ... on B { q } }", []),
        ('union S = A | B extend type A @context(name: "c") extend type B @context(name: "c")', "$c { p }", ["B has no field p"]),
    ],
)  # fmt: skip
def test_a_context_that_several_types_set(setters: str, selection: str, expected: list[str]):
    sdl = f"""type Query {{ s: S }} {setters} {KEYED} f(a: String @fromContext(field: "{selection}")): Int }}
      type A {{ p: String u: U }} type B {{ q: String u: U }}"""
    where = "CONTEXT_INVALID_SELECTION: [a] The selection of U.f(a:) is not possible: "
    assert errors(sdl) == [f"{where}{reason}. (line 1)" for reason in expected]


@pytest.mark.parametrize("name", ["a_b", "_c", "1c", "", "c-d", "é", "c "])
def test_a_context_has_a_plain_name(name: str):
    assert errors(f'type Query @context(name: "{name}") {{ q: Int }}') == [
        f"CONTEXT_NAME_INVALID: [a] The context name {name!r} on Query is not made of letters and digits. (line 1)"
    ]


# -- a context is set on every way to the field ----------------------------------------------------------------------

READS = f"{KEYED} f(a: String {FROM}): Int g: Int }}"


@pytest.mark.parametrize(
    ("sdl", "query"),
    [
        ("type Query { t: T }", None),
        ("type Query { t: T } extend type T { m: M } type M { us: [U] }", None),
        ("type Query { t: T } extend type T { u2: U }", None),
        ("type Query { t: T u: U }", "{ u { f } }"),
        ("type Query { t: T m: M } type M { us: [U] }", "{ m { us { f } } }"),
    ],
)
def test_a_field_is_reached_only_below_types_that_set_its_context(sdl: str, query: str | None):
    t = BASE.removeprefix("type Query { t: T } ")
    reason = "- from a: no type on the way sets the context that U.f reads"
    expected = [f"SATISFIABILITY_ERROR: The query {query} cannot be answered:\n{reason}"] if query else []
    assert errors(f"{sdl} {t} {READS}") == expected


def test_a_type_does_not_set_a_context_for_itself():
    sdl = f'type Query {{ t: T }} type T @key(fields: "id") @context(name: "c") {{ id: ID! p: String f(a: String {FROM}): Int }}'
    reason = "- from a: no type on the way sets the context that T.f reads"
    assert errors(sdl) == [f"SATISFIABILITY_ERROR: The query {{ t {{ f }} }} cannot be answered:\n{reason}"]
