"""§1 Composition: subgraphs of Federation 1 (no `@link`): what is translated, and what cannot be."""

from __future__ import annotations

import pytest

from gateway.composition.compose import SubgraphInput, compose
from tests.gateway.composition.harness import LINK, codes, text, types

A = 'type Query { t: T } type T @key(fields: "id") { id: ID! f: Int }'
S = "extend type S { y: Int @external } type W { s: S }"
BASE = "type S { y: Int } type Z { s: S }"


def errors(**subgraphs: str) -> list[str]:
    return [str(issue) for issue in compose([SubgraphInput(name, "", sdl) for name, sdl in subgraphs.items()]).errors]


# -- types of nothing but unused external fields ---------------------------------------------------------------------

EMPTIED = "TYPE_WITH_ONLY_UNUSED_EXTERNAL: [b] {} has only external fields, and nothing uses them. (line 1)"


@pytest.mark.parametrize(
    ("old", "emptied"),
    [
        (S, ["S"]),
        ("union U = S | T2 type T2 { x: Int } extend type S { y: Int @external } type Query { u: U }", ["S"]),
        ("extend type S { y: S @external }", ["S"]),
        ("extend type S { y: Int @external } extend type Mutation { m: Int @external }", ["Mutation"]),
        (f"{S} extend type Z {{ s: S @external }} type W2 {{ z: Z }}", ["S", "Z"]),
        # Nothing returns it, an interface uses its field, or it is the query root.
        ("extend type S { y: Int @external }", []),
        ("interface I { y: Int } extend type S implements I { y: Int @external } type W { i: S }", []),
        ("extend type Query { t: Int @external }", []),
    ],
)
def test_a_type_that_is_returned_and_has_only_unused_external_fields(old: str, emptied: list[str]):
    found = errors(a=f"{A} type Mutation {{ m: Int }}", b=old, c=BASE)
    assert [e for e in found if "SATISFIABILITY" not in e] == [EMPTIED.format(name) for name in emptied]


def test_an_entity_of_only_its_key_is_none_of_those():
    old = 'extend type S @key(fields: "y") { y: Int @external } type W { s: S }'
    assert errors(a=A, b=old, c='type S @key(fields: "y") { y: Int } type Z { s: S }') == []


def test_what_cannot_be_translated_is_said_beside_the_errors_of_other_subgraphs():
    assert errors(a=f'{A} type K @key(fields: "nope") {{ id: ID! }}', b=f"{S} extend type MM {{ x: Int }}", c=BASE) == [
        "EXTENSION_WITH_NO_BASE: [b] MM is extended, but defined nowhere. (line 1)",
        EMPTIED.format("S"),
        "KEY_INVALID_FIELDS: [a] The fields of @key on K: K has no field nope. (line 1)",
    ]


# -- extensions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subgraphs", "expected"),
    [
        ({"a": A, "b": "extend type MM { x: Int } type T { f: String }"}, ["EXTENSION_WITH_NO_BASE"]),
        ({"a": "type T { x: Int }", "b": "extend type MM { x: Int }"}, ["EXTENSION_WITH_NO_BASE"]),
        ({"a": A, "b": "type MM @extends { x: Int }"}, ["EXTENSION_WITH_NO_BASE"]),
        ({"a": A, "b": "extend type MM { x: Int }", "c": f"{LINK} type MM @shareable {{ x: Int }}"}, []),
        ({"a": A, "b": "extend type MM { x: Int }", "c": "interface MM { x: Int }"}, ["TYPE_KIND_MISMATCH"]),
        ({"a": "extend type Query { q: Int }", "b": "extend type Mutation { m: Int }"}, []),
    ],
)
def test_an_extension_needs_a_base_before_anything_is_merged(subgraphs: dict[str, str], expected: list[str]):
    assert codes(link="", **subgraphs) == expected


@pytest.mark.parametrize(
    ("sdl", "expected"),
    [
        ('extend type T @key(fields: "id") { id: ID! @external y: Int }', '@join__type(graph: B, key: "id")'),
        (
            'type T @extends @key(fields: "id") { id: ID! @external y: Int }',
            '@join__type(graph: B, key: "id", extension: true)',
        ),
    ],
)
def test_an_extension_becomes_a_definition(sdl: str, expected: str):
    assert types(link="", a=A, b=sdl).endswith(
        text(
            f"""
            type T
              @join__type(graph: A, key: "id")
              {expected}
            {{
              id: ID!
              f: Int @join__field(graph: A)
              y: Int @join__field(graph: B)
            }}
            """
        )
    )


def test_an_extension_without_a_key_has_the_first_key_of_others_at_hand_and_lets_nobody_in():
    found = errors(a=A, b="type Query { u: T } extend type T { id: ID! @external y: Int }")
    assert found == [
        (
            "SATISFIABILITY_ERROR: The query { t { y } } cannot be answered:\n"
            "- from a: it has no T.y\n"
            "  - b cannot be entered: it has no key for T"
        )
    ]


def test_only_own_fields_of_a_key_lose_external():
    nested = 'type Query { t: T } type T @key(fields: "o { id }") { o: O x: Int } type O { id: ID! }'
    ext = 'extend type T @key(fields: "o { id }") { o: O @external y: Int } extend type O { id: ID! @external }'
    assert text(
        """
        type O
          @join__type(graph: A)
          @join__type(graph: B)
        {
          id: ID! @join__field(graph: A) @join__field(graph: B, external: true)
        }
        """
    ) in types(link="", a=nested, b=ext)


# -- habits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fields", ['"id"', "id", '["id"]', "[id]"])
def test_fields_may_be_written_as_names_and_lists(fields: str):
    sdl = types(link="", a=f"type Query {{ t: T }} type T @key(fields: {fields}) {{ id: ID! }}")
    assert sdl == text(
        """
        type Query
          @join__type(graph: A)
        {
          t: T
        }

        type T
          @join__type(graph: A, key: "id")
        {
          id: ID!
        }
        """
    )


@pytest.mark.parametrize(("fields", "at_hand"), [('"id"', True), ("id", False), ('["id"]', False)])
def test_only_a_key_that_is_text_says_that_an_extension_has_its_external_fields(fields: str, at_hand: bool):
    sdl = types(link="", a=A, b=f"extend type T @key(fields: {fields}) {{ id: ID! @external g: Int }}")
    external = "id: ID! @join__field(graph: A) @join__field(graph: B, external: true)"
    assert (external not in sdl, "  id: ID!\n" in sdl) == (at_hand, at_hand)


@pytest.mark.parametrize("fields", ["x", '["x"]', '"x"'])
def test_a_requirement_may_be_written_as_a_name_or_a_list(fields: str):
    b = f'extend type T @key(fields: "id") {{ id: ID! @external x: Int @external z: Int @requires(fields: {fields}) }}'
    sdl = types(link="", a='type Query { t: T } type T @key(fields: "id") { id: ID! x: Int }', b=b)
    assert 'z: Int @join__field(graph: B, requires: "x")' in sdl


def test_requires_and_provides_lose_what_is_at_hand():
    sdl = types(
        link="",
        a='type Query { t: T } type T @key(fields: "id") { id: ID! f: Int g: Int }',
        b=text(
            """
            extend type T @key(fields: "id") {
              id: ID! @external
              f: Int @external
              h: Int
              x: Int @requires(fields: "f h")
              y: Int @requires(fields: "h")
            }
            """
        ),
    )
    assert sdl == text(
        """
        type Query
          @join__type(graph: A)
          @join__type(graph: B)
        {
          t: T @join__field(graph: A)
        }

        type T
          @join__type(graph: A, key: "id")
          @join__type(graph: B, key: "id")
        {
          id: ID!
          f: Int @join__field(graph: A) @join__field(graph: B, external: true)
          g: Int @join__field(graph: A)
          h: Int @join__field(graph: B)
          x: Int @join__field(graph: B, requires: "f")
          y: Int @join__field(graph: B)
        }
        """
    )


def test_tags_repeated_on_an_external_field_are_dropped():
    old = 'extend type T @key(fields: "id") { id: ID! @external f: Int @external @tag(name: "%s") x: Int @requires(fields: "f") }'
    base = A.replace("f: Int", 'f: Int @tag(name: "t")')
    assert codes(link="", a=base, b=old % "t") == []
    assert errors(a=base, b=old % "other") == [
        "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: [b] T.f is @external, where @tag has no effect. (line 1)"
    ]
