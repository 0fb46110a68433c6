"""The rules that writing grants become: what is wrong with a mutation over several registers, how inputs are typed, what is left to ask."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

from gateway.authorization.given import Given
from gateway.authorization.grants import load_grants
from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.model import Mutation, TypeName
from gateway.authorization.language.problems import GrantsError, Position
from gateway.authorization.rowpolicies import compile_policies
from gateway.authorization.tables import read_mapping
from gateway.authorization.writes import WriteCheck, WriteRule, Writes, check_write, compile_writes, input_kinds
from gateway.supergraph.model import Supergraph
from tests.gateway.authorization.gallery import GALLERY, GRANTS, MAPPING
from tests.gateway.authorization.harness import supergraph

FRAMES = """
type Query { frames: [Frame] }
type Mutation { glue(frame: FrameInput): Frame }
type Frame { frameID: ID! wood: String }
type Painting { paintingID: UUID! frame: Frame }
input FrameInput { wood: String }
scalar UUID
"""
CHANGE = "change: {action: wijzigen, type: g.Painting, input: change, keys: paintingID}"
SELL = "sell: {action: verwijderen, type: g.Painting, keys: [paintingID]}"
PRICE = "when: X.owner == caller.keeper and input.price >= X.price"
SOLD = "when: X.owner == caller.keeper or (mine(X) and granted(X))"
READ = "    when: X.price is not None\n"


@cache
def both() -> Supergraph:
    return supergraph(g=GALLERY, h=FRAMES)


def edited(*edits: tuple[str, str]) -> str:
    text = GRANTS
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def told(text: str, graph: Supergraph) -> list[str]:
    with pytest.raises(GrantsError) as caught:
        load_grants(text, graph)
    return [f"{text.splitlines()[p.line - 1][p.column - 1 :]} | {p.message}" for p in caught.value.problems]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        ((CHANGE, CHANGE.replace("keys: paintingID", "keys: [paintingid, part, no]")), [
            f"{CHANGE.replace('keys: paintingID', 'keys: [paintingid, part, no]')} | change has no argument 'no'",
            f"{CHANGE.replace('keys: paintingID', 'keys: [paintingid, part, no]')} | change has no argument 'paintingid'; did you mean 'paintingID'?",
        ]),
        ((SELL, f"{SELL}\n  glue: {{action: wijzigen, type: g.Room, input: frame}}"), [
            "glue: {action: wijzigen, type: g.Room, input: frame} | glue is a mutation of h, not of g",
            "glue: {action: wijzigen, type: g.Room, input: frame} | say under `inputs` which fields those of FrameInput stand for",
        ]),
        ((SELL, f"{SELL[:-1]}, stored: h.Frame}}"), [
            "h.Frame} | a mutation stays within one register; this row is kept by h",
        ]),
        ((SELL, f"{SELL[:-1]}, stored: g.Frame}}"), ["g.Frame} | g has no type 'Frame'"]),
        ((SELL, f"{SELL[:-1]}, stored: g.Frames}}"), ["g.Frames} | g has no type 'Frames'"]),
        ((SELL, "sell: {action: verwijderen, type: h.Painting, keys: [paintingID]}"), [
            "sell: {action: verwijderen, type: h.Painting, keys: [paintingID]} | sell is a mutation of g, not of h",
            "SELL | no mutation of the section `mutations` does this (verwijderen of g.Painting)",
        ]),
        ((SELL, "sel: {action: verwijderen, type: g.Painting}"), [
            "sel: {action: verwijderen, type: g.Painting} | there is no mutation 'sel' in the graph; did you mean 'sell'?",
        ]),
    ],
)  # fmt: skip
def test_a_mutation_that_does_not_fit_the_graph(edit: tuple[str, str], expected: list[str]):
    assert told(edited(edit), both()) == expected


def test_a_graph_without_mutations():
    assert told(edited(), supergraph(g=GALLERY.replace("type Mutation", "type Changes")))[:1] == [
        "hang: {action: registreren, type: g.Painting, input: painting, stored: g.Room} | there is no mutation 'hang' in the graph"
    ]


def test_every_kind_of_value_that_an_input_may_have():
    graph = supergraph(
        g="""
        type Query { a: Int }
        type Mutation { put(it: It!, number: Int): Int }
        input It {
          id: ID! text: String int: Int float: Float flag: Boolean uuid: UUID! day: Date at: DateTime kind: Kind! other: Other
          many: [Int] nested: Nested! self: It
        }
        input Nested { width: Int! back: It empty: Empty deeper: Deeper }
        input Deeper { width: Int again: Nested }
        input Empty { other: Other }
        enum Kind { A }
        scalar UUID scalar Date scalar DateTime scalar Other
        """
    )
    place = Position(1, 1)

    def kinds(name: str, input_: str) -> Any:
        return input_kinds(
            graph, Mutation(name, "wijzigen", TypeName("g", "It", place), input_, None, frozenset(), place)
        )

    assert kinds("put", "it") == {
        "id": "text",
        "text": "text",
        "int": "int",
        "float": "float",
        "flag": "bool",
        "uuid": "uuid",
        "day": "date",
        "at": "datetime",
        "kind": "text",
        "nested": {"width": "int", "deeper": {"width": "int"}},
    }
    assert kinds("put", "number") == kinds("put", "nothing") == kinds("nothing", "it") == {}


# --- compiled ---


def compiled(text: str) -> Writes:
    return compile_writes(parse_grants(text), read_mapping(MAPPING), both())


def test_what_writing_predicates_read_of_stored_rows():
    keeper = {
        "painting": {"client_key", "paintingID", "owner", "price", "roomID"},
        "room": {"client_key", "roomID", "keeper"},
    }
    assert compiled(GRANTS).views == {"KEEPER": keeper, "DIRECTOR": {"room": {"roomID"}}}
    sql, fields = compile_policies(parse_grants(GRANTS), MAPPING, both())
    assert [line for line in sql.splitlines() if " ON policy." in line] == [
        'GRANT SELECT ON policy."painting" TO "{prefix}_keeper";',
        'GRANT SELECT ON policy."room" TO "{prefix}_keeper";',
        'GRANT SELECT ("roomID") ON policy."room" TO "{prefix}_director";',
    ]
    assert [*fields["writes"]] == ["change", "hang", "sell"]


def test_only_what_this_register_does_and_what_is_enabled_becomes_a_rule():
    glue = "  glue: {action: wijzigen, type: h.Frame, input: frame}\n"
    text = edited(
        (f"  {SELL}\n", f"  {SELL}\n{glue}"),
        ("    fields: [title, hung]\n", "    fields: [title, hung]\n    enabled: false\n"),
    )
    found = compiled(text)
    assert {name: {role: [rule.grant for rule in rules] for role, rules in roles.items()} for name, roles in found.rules.items()} == {
        "hang": {"KEEPER": ["HANG"], "DIRECTOR": ["HANG-ANY"]},
        "change": {"KEEPER": ["PRICE"]},
        "sell": {"KEEPER": ["SELL"]},
    }  # fmt: skip
    assert [*found.kinds] == ["hang", "change", "sell"]


def test_mutations_of_another_register_need_no_graph():
    start, end = GRANTS.index("mutations:\n"), GRANTS.index("  - id: HANG\n")
    reading = GRANTS[start:end].partition("grants:")[2]
    text = f"{GRANTS[:start]}mutations:\n  glue: {{action: wijzigen, type: h.Frame, input: frame}}\ngrants:{reading}"
    _, fields = compile_policies(parse_grants(text), MAPPING)
    assert "writes" not in fields


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        # Each role has its own identifiers.
        (
            [("role: DIRECTOR\n    action: registreren", "role: [KEEPER, DIRECTOR]\n    action: registreren"),
             ("fields: [title, owner, price, hung, room, size]", "fields: [title]\n    when: caller.no == 'a'")],
            ["caller.no == 'a' | this role has no identifier 'no'; it has caller.badge",
             "caller.no == 'a' | this role has no identifier 'no'; it has caller.keeper"],
        ),
        ([("stored: g.Room", "stored: g.Size")], ["g.Size} | g keeps no rows of 'Size'"]),
        ([("stored: g.Room", "stored: g.Stub")], ["g.Stub} | g keeps no rows of 'Stub'"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_tables(edits: list[tuple[str, str]], expected: list[str]):
    text = edited(*edits)
    mapping = {**MAPPING, "types": {**MAPPING["types"], "Stub": {**MAPPING["types"]["Room"], "table": ""}}}
    with pytest.raises(GrantsError) as caught:
        compile_writes(parse_grants(text), read_mapping(mapping), both())
    found = [f"{text.splitlines()[p.line - 1][p.column - 1 :]} | {p.message}" for p in caught.value.problems]
    assert found == expected


# --- decided ---


def checked(text: str, mutation: str, input_: Any, written: list[str]) -> tuple[WriteCheck, tuple[WriteRule, ...]]:
    found = compiled(text)
    known = Given(input_, found.kinds[mutation], {"keeper": "anna"}, date(2026, 3, 1))
    rules = found.rules[mutation]["KEEPER"]
    return check_write(rules, "Painting", written, frozenset({"gallery:write"}), known), rules


def test_one_grant_that_holds_is_enough_whatever_another_one_asks_of_the_row():
    text = edited((PRICE, "when: input.price == 1"))
    found, _ = checked(text, "change", {"price": 1}, ["Painting.title"])
    assert found == WriteCheck(refused=(), sql="true", grants=("MOVE", "PRICE"))
    found, rules = checked(text, "change", {"price": 2}, ["Painting.title"])
    assert found == WriteCheck(refused=(), sql=f"({rules[0].sql})", grants=("MOVE",))


@pytest.mark.parametrize(
    ("edits", "sql"),
    [
        # Who reads every row, and who reads none: the file says so, the input does not.
        ([(READ, ""), ("scope: read", "scope: write"), (SOLD, "when: granted(X)")], "true"),
        ([("role: [KEEPER, DIRECTOR]", "role: DIRECTOR"), (SOLD, "when: granted(X)")], "false"),
        ([("role: [KEEPER, DIRECTOR]", "role: DIRECTOR"), (SOLD, "when: granted(X) or X.price == 1")], '({row}."price" = 1)'),
    ],
)  # fmt: skip
def test_what_the_file_decides_of_every_row_is_not_asked(edits: list[tuple[str, str]], sql: str):
    found, _ = checked(edited(*edits), "sell", {}, [])
    assert found == WriteCheck(refused=(), sql=sql, grants=("SELL",))


# --- which scope is missing ---


def test_the_scope_that_is_missing_to_write():
    text = edited(
        ("  write: [gallery:write]", "  write: [gallery:write, gallery:old]\n  prices: [gallery:prices]"),
        (
            "id: PRICE\n    role: KEEPER\n    action: wijzigen\n    scope: write",
            "id: PRICE\n    role: KEEPER\n    action: wijzigen\n    scope: prices",
        ),
        ("    action: verwijderen\n", "    action: verwijderen\n    enabled: false\n"),
    )
    loaded = load_grants(text, both())
    change, sell = loaded.file.mutations["change"], loaded.file.mutations["sell"]

    def missing(coordinate: str | None, *held: str, role: str = "KEEPER") -> str | None:
        return loaded.write_scope(role, change, coordinate, frozenset(held))

    assert missing(None) == missing("Painting.title") == missing("Painting.hung") == "gallery:write"
    assert missing("Painting.price") == missing("Painting.price", "gallery:write") == "gallery:prices"
    # One of its scopes will do, and one of its grants.
    assert missing("Painting.hung", "gallery:old") is missing(None, "gallery:prices") is None
    assert missing("Painting.title", "gallery:prices") is missing("Painting.price", "gallery:prices") is None
    # No scope helps.
    assert missing("Painting.size") is missing(None, role="DIRECTOR") is None
    assert [grant.id for grant in loaded.writing("KEEPER", change)] == ["MOVE", "PRICE"]
    assert [*loaded.writing("KEEPER", sell)] == []
    assert loaded.write_scope("KEEPER", sell, None, frozenset()) is None
