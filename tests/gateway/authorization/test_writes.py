"""Writing grants: the language, the static decision, and what the input decides by itself."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gateway.authorization.caller import Caller
from gateway.authorization.command import compile_command
from gateway.authorization.given import Given, decided
from gateway.authorization.grants import load_grants
from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.expressions import parse_expression
from gateway.authorization.language.problems import GrantsError, Position
from gateway.authorization.language.source import Text
from gateway.authorization.rowpolicies import compile_policies
from gateway.authorization.tables import read_mapping
from gateway.authorization.writes import Writes, check_write, compile_writes
from gateway.composition.compose import SubgraphInput, compose
from tests.gateway.authorization.gallery import GALLERY, GRANTS, MAPPING, gallery, grants
from tests.gateway.authorization.harness import caller, decision, refused

TODAY = date(2026, 3, 1)
BOTH = "gallery:read gallery:write"
KEEPER, DIRECTOR = caller("KEEPER", BOTH), caller("DIRECTOR", BOTH)


def problems(text: str) -> list[str]:
    """What is wrong with a file, when it is loaded or else when it is compiled."""
    with pytest.raises(GrantsError) as caught:
        compile_policies(load_grants(text, gallery()).file, MAPPING, gallery())
    return [str(problem) for problem in caught.value.problems]


def line_of(part: str, text: str = GRANTS) -> int:
    return text[: text.index(part)].count("\n") + 1


# --- the language ---


@pytest.mark.parametrize(
    ("was", "becomes", "column", "message"),
    [
        ("hang: {action: registreren,", "hang: {action: lezen,", 18, "the action of a mutation is 'registreren', 'wijzigen' or 'verwijderen'"),
        ("hang: {action: registreren,", "hangs: {action: registreren,", 3, "there is no mutation 'hangs' in the graph; did you mean 'hang'?"),
        ("change: {action: wijzigen, type: g.Painting, input: change, keys: paintingID}", "change: {action: wijzigen, type: g.Painting, keys: paintingID}", 11, "'input' is missing: which argument has the new values?"),
        ("input: painting,", "input: paintings,", 3, "hang has no argument 'paintings'; did you mean 'painting'?"),
        ("stored: g.Room", "stored: g.Roon", 74, "g has no type 'Roon'"),
        ("stored: g.Room", "stored: Room", 74, "a type is written register.Type"),
        ("sell: {action: verwijderen, type: g.Painting, keys: [paintingID]}", "sell: {action: verwijderen, type: g.Painting, input: paintingID, keys: [id]}", 3, "sell(paintingID:) is no input object"),
        ("    PaintingInput:\n      reads: g.Painting\n", "    RoomInput:\n      reads: g.Painting\n", 0, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_mutation_is_said_where_it_stands(was: str, becomes: str, column: int, message: str):
    text = GRANTS.replace(was, becomes)
    found = problems(text)
    if column:
        assert f"{line_of(becomes, text)}:{column}: {message}" in found
    else:
        assert (
            f"{line_of('  hang:', text)}:3: say under `inputs` which fields those of PaintingInput stand for" in found
        )


@pytest.mark.parametrize(
    ("was", "becomes", "place", "message"),
    [
        ("    when: mine(X)\n", "    when: mine(Y)\n", "mine(Y)", "'Y' is not known here"),
        ("modest(input.price)", "modest(input.prize)", "input.prize", "input has no value 'prize'; did you mean 'price'?"),
        ("modest(input.price)", "modest(input.title)", "modest(input.title)", "'modest' does not take (text); it takes (price: int)"),
        ("modest(input.price)", "input.size <= 3", "input.size", "'size' is a nested input; name one of its values: 'width' or 'height'"),
        ("modest(input.price)", "input.size.depth <= 3", "input.size.depth", "input.size has no value 'depth'"),
        ("modest(input.price)", "input.tags == 'a'", "input.tags", "input has no value 'tags'"),
        ("input.hung <= today", "input.hung <= X.keeper", "input.hung", "a date cannot be compared with a text"),
        ("input.price >= X.price", "input.price >= X.prize", "X.prize", "Painting has no column 'prize'; did you mean 'price'?"),
        ("X.owner == caller.keeper or (", "input.owner == caller.keeper or (", "input", "'input' is not known here; rows are 'X'"),
        ("when: X.price is not None", "when: input.price is not None", "input", "'input' is not known here; rows are 'X'"),
    ],
)  # fmt: skip
def test_predicates_are_typed_against_the_input_and_the_stored_row(was: str, becomes: str, place: str, message: str):
    text = GRANTS.replace(was, becomes, 1)
    (found,) = problems(text)
    assert found.partition(": ")[0].startswith(f"{line_of(becomes, text)}:")
    assert found.partition(": ")[2].startswith(message)


def test_the_column_of_a_wrong_value_is_that_of_the_value():
    text = GRANTS.replace("modest(input.price)", "modest(input.prize)")
    (found,) = problems(text)
    written = text.splitlines()[line_of("input.prize", text) - 1]
    assert found.startswith(f"{line_of('input.prize', text)}:{written.index('input.prize') + 1}: ")


def test_a_registration_that_is_added_to_nothing_has_no_stored_row():
    text = GRANTS.replace(", stored: g.Room", "")
    (found,) = problems(text)
    assert found.endswith("'X' is not known here; there is no stored row")


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ("    type: g.Painting\n    when: X.owner ==", "    type: g.Painting\n    fields: [title]\n    when: X.owner ==", "who ends a row writes no field of it; leave `fields` out"),
        ("    fields: [title, hung]\n", "", "'fields' is missing"),
        ("    fields: [title, hung]\n    when: mine(X)\n", "    fields: [title]\n    part_of: Room\n    path: paintings\n", "`part_of` is for reading; say in `when` on which rows this may be done"),
        ("    fields: [title, hung]\n", "    fields: [title, hang]\n", "g.Painting has no field 'hang'; did you mean 'hung'?"),
        ("  sell: {action: verwijderen, type: g.Painting, keys: [paintingID]}\n", "", "no mutation of the section `mutations` does this (verwijderen of g.Painting)"),
    ],
)  # fmt: skip
def test_a_writing_grant_has_the_shape_of_its_action(was: str, becomes: str, message: str):
    assert any(found.endswith(f": {message}") for found in problems(GRANTS.replace(was, becomes, 1)))


def test_policies_for_mutations_are_not_made_without_the_graph():
    with pytest.raises(GrantsError) as caught:
        compile_policies(parse_grants(GRANTS), MAPPING)
    assert [(p.line, p.message) for p in caught.value.problems] == [
        (line_of("  hang:"), "the inputs of mutations are typed against the graph: give --supergraph")
    ]


def test_the_command_reads_the_graph_that_types_the_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mapping, file, graph, output = (
        tmp_path / name for name in ("map.json", "grants.yaml", "graph.graphql", "policies")
    )
    mapping.write_text(json.dumps(MAPPING))
    file.write_text(GRANTS)
    composed = compose([SubgraphInput("g", "http://g", GALLERY)])
    assert composed.supergraph_sdl is not None
    graph.write_text(composed.supergraph_sdl)
    assert compile_command(mapping, file, output, check=False) == 1
    place = f"{file}:{line_of('  hang:')}:3"
    assert (
        capsys.readouterr().err == f"{place}: the inputs of mutations are typed against the graph: give --supergraph\n"
    )
    assert compile_command(mapping, file, output, check=False, supergraph=graph) == 0
    assert set(json.loads((output / "fields.json").read_text())["writes"]) == {"hang", "change", "sell"}
    graph.write_text("type Query {")
    assert compile_command(mapping, file, output, check=False, supergraph=graph) == 1
    assert capsys.readouterr().err.startswith(f"{graph}: ")


# --- the static decision ---


@pytest.mark.parametrize(
    ("who", "query"),
    [
        (KEEPER, 'mutation { hang(painting: {title: "a", price: 3, roomID: "r"}) { title } }'),
        (KEEPER, 'mutation { change(paintingID: "p", change: {title: "a", hung: "2026-01-01", price: 1}) { title } }'),
        (KEEPER, 'mutation { sell(paintingID: "p") { __typename } }'),
        (DIRECTOR, "mutation { hang(painting: {size: {width: 1}}) { paintingID } }"),
    ],
)
def test_what_some_grant_lets_write_is_allowed(who: Caller, query: str):
    assert decision(grants(), who, query).allowed


@pytest.mark.parametrize(
    ("who", "query", "expected"),
    [
        (KEEPER, "mutation { hang(painting: {size: {width: 1}}) { title } }", ["Painting.size: role"]),
        (KEEPER, 'mutation { change(paintingID: "p", change: {owner: "a", title: "b"}) { title } }', ["Painting.owner: role"]),
        (KEEPER, 'mutation { change(paintingID: "p", change: {roomID: "r"}) { title } }', ["Painting.room: role"]),
        # Writing a field does not open reading it.
        (KEEPER, "mutation { hang(painting: {price: 1}) { price } }", ["Painting.price: role"]),
        (KEEPER, 'mutation { hang(painting: {title: "a"}, frame: {wood: "oak"}) { title } }', ["FrameInput.wood: input"]),
        (DIRECTOR, 'mutation { sell(paintingID: "p") { title } }', ["Mutation.sell: role"]),
        (DIRECTOR, 'mutation { change(paintingID: "p", change: {title: "a"}) { title } }', ["Mutation.change: role"]),
        (KEEPER, 'mutation { dust(paintingID: "p") { title } }', ["Mutation.dust: role", "Mutation.dust(paintingID:): input"]),
        (KEEPER, 'mutation { change(paintingID: "p", change: {title: "a"}, part: 1) { title } }', ["Mutation.change(part:): input"]),
        (caller(None, BOTH), 'mutation { sell(paintingID: "p") { __typename } }', ["Mutation.sell: role", "Mutation.sell: role"]),
        (caller("KEEPER", "gallery:read"), 'mutation { hang(painting: {title: "a"}) { title } }', ["Mutation.hang: scope"]),
        (caller("KEEPER", "gallery:write"), 'mutation { hang(painting: {title: "a"}) { title } }', ["Painting.title: scope"]),
    ],
)  # fmt: skip
def test_what_no_grant_lets_write_is_refused_by_name(who: Caller, query: str, expected: list[str]):
    assert refused(grants(), who, query) == list(dict.fromkeys(expected))


def test_variables_are_looked_into_and_the_missing_scope_is_named():
    query = "mutation ($p: PaintingInput!) { hang(painting: $p) { title } }"
    verdict = decision(grants(), KEEPER, query, {"p": {"title": "a", "size": {"width": 1}}})
    assert [r.coordinate for r in verdict.refused] == ["Painting.size"]
    scopeless = decision(grants(), caller("KEEPER", "gallery:read"), query, {"p": {"title": "a"}})
    assert scopeless.missing_scopes == ("gallery:write",)


# --- what the input decides by itself ---


@pytest.fixture(scope="module")
def writes() -> Writes:
    return compile_writes(grants().file, read_mapping(MAPPING), gallery())


def given(writes: Writes, mutation: str, input_: Any, today: date = TODAY) -> Given:
    file = grants().file
    return Given(input_, writes.kinds[mutation], {"keeper": "anna"}, today, file.timezone, file.functions)


SCOPES = frozenset(BOTH.split())


@pytest.mark.parametrize(
    ("input_", "written", "sql"),
    [
        # Above the bound, without a price, or hung tomorrow: no row can make that right.
        ({"price": 1001, "hung": "2026-03-01"}, ["Painting.price"], None),
        ({"hung": "2026-03-01"}, ["Painting.hung"], None),
        ({"price": None, "hung": "2026-03-01"}, ["Painting.hung"], None),
        ({"price": 1000, "hung": "2026-03-02"}, ["Painting.price"], None),
        ({"price": 1000, "hung": "2026-03-01"}, ["Painting.price", "Painting.hung"], "row"),
        # What cannot be read is for the register to refuse.
        ({"price": 1000, "hung": "tomorrow"}, ["Painting.price"], "row"),
    ],
)
def test_a_registration_that_the_input_forbids_reaches_no_row(
    writes: Writes, input_: Any, written: list[str], sql: Any
):
    rules = writes.rules["hang"]["KEEPER"]
    found = check_write(rules, "Painting", written, SCOPES, given(writes, "hang", input_))
    if sql is None:
        assert (found.refused, found.sql, found.grants) == (tuple(sorted(written)), "false", ())
    else:
        assert (found.refused, found.sql, found.grants) == ((), f"({rules[0].sql})", ("HANG",))


def test_a_grant_without_a_condition_leaves_nothing_to_ask(writes: Writes):
    rules = writes.rules["hang"]["DIRECTOR"]
    found = check_write(rules, "Painting", ["Painting.size"], SCOPES, given(writes, "hang", {"size": {"width": 1}}))
    assert (found.refused, found.sql, found.grants) == ((), "true", ("HANG-ANY",))


def test_each_field_needs_a_grant_that_lists_it_and_holds(writes: Writes):
    rules = writes.rules["change"]["KEEPER"]
    mine, own = (rule.sql for rule in rules)
    title = check_write(rules, "Painting", ["Painting.title"], SCOPES, given(writes, "change", {"title": "a"}))
    # PRICE asks for a price, which is not given: only MOVE is left.
    assert (title.sql, title.grants) == (f"({mine})", ("MOVE",))
    both = {"title": "a", "price": 5, "hung": "2026-01-01"}
    found = check_write(
        rules, "Painting", ["Painting.title", "Painting.price", "Painting.hung"], SCOPES, given(writes, "change", both)
    )
    assert found.sql == f"({mine}) AND ({own}) AND (({mine}) OR ({own}))"
    assert found.grants == ("MOVE", "PRICE")
    owner = check_write(rules, "Painting", ["Painting.owner"], SCOPES, given(writes, "change", {"owner": "a"}))
    assert (owner.refused, owner.sql) == (("Painting.owner",), "false")


def test_an_end_needs_a_grant_and_a_scope_opens_it(writes: Writes):
    rules = writes.rules["sell"]["KEEPER"]
    found = check_write(rules, "Painting", [], SCOPES, given(writes, "sell", {}))
    assert (found.refused, found.sql, found.grants) == ((), f"({rules[0].sql})", ("SELL",))
    without = check_write(rules, "Painting", [], frozenset({"gallery:read"}), given(writes, "sell", {}))
    assert (without.refused, without.sql) == (("Painting",), "false")


def test_what_the_register_reads_of_writes(writes: Writes):
    _, fields = compile_policies(grants().file, MAPPING, gallery())
    assert fields["writes"] == writes.as_json(grants().file)
    assert fields["writes"]["sell"] == {
        "action": "verwijderen",
        "type": "Painting",
        "input": "",
        "roles": {
            "KEEPER": [
                {
                    "grant": "SELL",
                    "scopes": ["gallery:write"],
                    "fields": [],
                    "when": writes.rules["sell"]["KEEPER"][0].sql,
                }
            ]
        },
    }
    assert [grant["when"] for grant in fields["writes"]["hang"]["roles"]["DIRECTOR"]] == [None]


def test_writing_grants_open_no_reading():
    """A role that may only write has no policy, no column and no field to read."""
    text = GRANTS.replace("role: [KEEPER, DIRECTOR]", "role: DIRECTOR")
    sql, fields = compile_policies(load_grants(text, gallery()).file, MAPPING, gallery())
    assert fields["roles"]["KEEPER"]["types"] == {}
    assert 'TO "{prefix}_keeper" USING' not in sql
    assert decision(load_grants(text, gallery()), KEEPER, "{ paintings { title } }").refused


def test_an_expression_keeps_its_meaning_without_functions():
    expression = parse_expression(Text("unknown(input.price) or 1 == 1", Position(1, 1)))
    assert decided(expression, Given({}, {}, {}, TODAY)) is True
