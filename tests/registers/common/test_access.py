"""What a caller may read: plain, under a condition, refused; and what anchored grants open."""

from __future__ import annotations

import pytest

from registers.common.access import PLAIN, REFUSED, Access, AccessRules, Anchor, both
from registers.common.errors import RegisterError
from tests.registers.common import example
from tests.registers.common.conftest import Asker, make_id

FIELDS = example.fields_file()
STUBS = frozenset({"Straat.straatID", "Persoon.bsn"})
AGENT = FIELDS.rules("MAKELAAR", frozenset({"huizen:read"}), STUBS)


def test_alternatives_count_when_their_scope_is_held() -> None:
    assert AGENT.field("Kamer", "naam") == PLAIN
    assert AGENT.field("Kamer", "oppervlak") == Access(groups=(("{row}.nummer > 1",),))
    assert AGENT.field("Kamer", "oppervlak").condition("t3") == "((t3.nummer > 1))"
    assert AGENT.field("Kamer", "gebouwd") == REFUSED
    assert AGENT.field("Bewoner", "bsn") == REFUSED
    assert AGENT.field("Onbekend", "iets") == REFUSED
    assert AGENT.field("Straat", "straatID") == PLAIN
    wide = FIELDS.rules("MAKELAAR", frozenset({"huizen:read", "kleuren:read"}))
    assert wide.field("Kamer", "kleur") == PLAIN


def test_an_unknown_role_and_a_missing_scope_read_nothing() -> None:
    for rules in (FIELDS.rules(None, frozenset({"huizen:read"}), STUBS), FIELDS.rules("MAKELAAR", frozenset())):
        assert rules.field("Huis", "naam") == REFUSED
        assert not rules.any("Huis")
    assert not FIELDS.rules(None, frozenset(), STUBS).any("Straat")


def test_inputs_that_nobody_described_are_refused() -> None:
    assert AGENT.input("HuisFilterInput", "naam") == ("Huis.naam",)
    assert AGENT.input("HuisFilterInput", "and") == ()
    assert AGENT.input("HuisFilterInput", "agbCode") == ()
    assert AGENT.input("HuisFilterInput", "nieuw") is None


def test_several_coordinates_have_to_be_readable_together() -> None:
    first, second = Access(groups=(("a", "b"),)), Access(groups=(("c",),))
    assert both(first, second).condition("t1") == "((a) OR (b)) AND ((c))"
    assert both(first, first) == first
    assert both(first, REFUSED) == REFUSED


async def test_a_refused_field_of_a_visible_row_is_null_with_its_path(ask: Asker) -> None:
    answer = await ask("{ kamer(where: {nummer: {in: [1, 3]}}) { naam oppervlak kleur { naam } } }", rules=AGENT)
    message = "Not allowed to read this field here."
    assert answer == {
        "data": {
            "kamer": [
                {"naam": "Keuken", "oppervlak": None, "kleur": None},
                {"naam": "keuken", "oppervlak": 8, "kleur": {"naam": "blauw"}},
            ]
        },
        "errors": [
            {"message": message, "path": ["kamer", 0, "oppervlak"], "extensions": {"code": "FORBIDDEN"}},
            {"message": message, "path": ["kamer", 0, "kleur"], "extensions": {"code": "FORBIDDEN"}},
        ],
    }


async def test_filters_and_orders_read_a_refused_field_as_null(ask: Asker) -> None:
    async def found(arguments: str) -> list[str]:
        answer = await ask("{ huis(where: {kamers: {any: true}}) { kamers(" + arguments + ") { naam } } }", rules=AGENT)
        return [room["naam"] for huis in answer["data"]["huis"] for room in huis["kamers"]]

    assert await found("where: {oppervlak: {gt: 1}}") == ["keuken"]
    assert await found("where: {oppervlak: {eq: null}}") == ["Keuken", "Zolder", "100%_é"]
    assert await found('where: {kleur: {naam: {neq: "geel"}}}') == ["keuken"]
    assert await found("order: {kleur: {naam: ASC}}") == ["Keuken", "Zolder", "keuken", "100%_é"]


@pytest.mark.parametrize(
    ("query", "coordinates"),
    [
        ("{ kamer { gebouwd naam } huis { bewoner { bsn naam } } }", ["Kamer.gebouwd", "Bewoner.bsn"]),
        ("{ kamer(where: {gebouwd: {eq: null}}) { naam } }", ["Kamer.gebouwd"]),
        # The key of an entity elsewhere is a copy of a field that is refused.
        ("{ huis { bewoner { profiel { bsn } } straat { straatID } } }", ["Bewoner.bsn"]),
        ("{ huis { kamers(order: {gebouwd: ASC}) { naam } } }", ["Kamer.gebouwd"]),
        ('{ huis(where: {kamers: {some: {or: [{gebouwd: {gt: "2020-01-01"}}]}}}) { naam } }', ["Kamer.gebouwd"]),
        ("{ huis(where: {bewoner: {kamer: {any: true}}}) { naam } }", ["BewonerFilterInput.kamer"]),
        ("{ _entities(representations: []) { ... on Kamer { gebouwd } } }", ["Kamer.gebouwd"]),
    ],
)
async def test_what_no_grant_allows_refuses_the_operation(ask: Asker, query: str, coordinates: list[str]) -> None:
    with pytest.raises(RegisterError) as raised:
        await ask(query, rules=AGENT)
    assert raised.value.status == 403
    assert [issue.extensions["coordinate"] for issue in raised.value.issues] == coordinates


async def test_a_type_without_grants_is_not_reached_for_its_name_alone(ask: Asker) -> None:
    rules = AccessRules(
        {"Huis": {"naam": [{"grant": "A", "when": None}], "kamers": [{"grant": "A", "when": None}]}}, {}, frozenset()
    )
    with pytest.raises(RegisterError) as raised:
        await ask("{ kamer { __typename } huis { kamers { __typename } } }", rules=rules)
    assert [issue.extensions["coordinate"] for issue in raised.value.issues] == ["Query.kamer", "Huis.kamers"]
    representations = '[{__typename: "Kamer", kamerID: "' + str(make_id(31)) + '"}]'
    answer = await ask("{ _entities(representations: " + representations + ") { __typename } }", rules=rules)
    assert answer == {"data": {"_entities": [None]}}


BEHIND = {"HuisFilterInput.kamers": ["Huis.kamers"], "ListFilterInputTypeOfKamerFilterInput.any": "combinator"}


async def test_a_type_without_grants_is_not_counted_in_a_filter(ask: Asker) -> None:
    plain = [{"grant": "A", "when": None}]
    rules = AccessRules({"Huis": {"naam": plain, "kamers": plain}}, BEHIND, frozenset())
    with pytest.raises(RegisterError) as raised:
        await ask("{ huis(where: {kamers: {any: true}}) { naam } }", rules=rules)
    assert [issue.extensions["coordinate"] for issue in raised.value.issues] == ["Huis.kamers"]


async def test_a_sort_through_a_row_in_between_stops_where_that_row_refuses_the_way(ask: Asker) -> None:
    plain = [{"grant": "A", "when": None}]
    inputs = {"KamerSortInput.bewoner": ["Kamer.huis", "Huis.bewoner"], "BewonerSortInput.naam": ["Bewoner.naam"]}

    async def sorted_under(when: str | None) -> list[str]:
        rules = AccessRules(
            {
                "Kamer": {"naam": plain, "huis": plain},
                "Huis": {"naam": plain, "bewoner": [{"grant": "A", "when": when}]},
                "Bewoner": {"naam": plain},
            },
            inputs,
            frozenset(),
        )
        answer = await ask("{ huis { naam } kamer(order: [{bewoner: {naam: DESC}}]) { naam } }", rules=rules)
        return [room["naam"] for room in answer["data"]["kamer"]]

    # Eva has no name, so her rooms come first in descending order; where her name may not be read of Jan's house either, all are alike.
    assert await sorted_under(None) == ["keuken", "100%_é", "Keuken", "Zolder"]
    assert await sorted_under("{row}.naam <> 'Berk'") == ["Keuken", "Zolder", "keuken", "100%_é"]


ANCHORED = {
    "Huis": {name: [{"grant": "A", "when": None}] for name in ("naam", "kamers")},
    "Kamer": {"naam": [{"grant": "B", "when": None}], "huis": [{"grant": "B", "when": None}]},
}
INPUTS = {
    "HuisFilterInput.naam": ["Huis.naam"],
    "HuisFilterInput.and": "combinator",
    "HuisFilterInput.or": "combinator",
    "KamerFilterInput.huis": ["Kamer.huis"],
}


@pytest.mark.parametrize(
    ("query", "only", "anchored"),
    [
        ('{ huis(where: {naam: {eq: "Berk"}}) { naam } }', False, ""),
        ('{ huis(where: {naam: {eq: "Berk"}}) { naam } }', True, " A "),
        ("{ kamer { huis { naam } } }", False, ""),
        ('{ a: huis(where: {naam: {eq: "A"}}) { naam } b: huis(where: {naam: {eq: "B"}}) { naam } }', True, " A "),
    ],
)
async def test_an_anchored_grant_counts(ask: Asker, query: str, only: bool, anchored: str) -> None:
    anchors = {"Huis": (Anchor("A", ("naam",), only),)}
    await ask(query, rules=AccessRules(ANCHORED, INPUTS, frozenset(), anchors))
    assert ask.statement is not None
    assert ask.statement.anchored == anchored


@pytest.mark.parametrize(
    ("query", "only"),
    [
        ("{ huis { naam } }", False),
        ('{ huis(where: {naam: {neq: "Berk"}}) { naam } }', False),
        ("{ huis(where: {naam: {eq: null}}) { naam } }", False),
        ('{ huis(where: {or: [{naam: {eq: "Berk"}}]}) { naam } }', False),
        # The gateway looks at the top of a filter, and does not know which word joins conditions.
        ('{ huis(where: {and: [{naam: {eq: "Berk"}}]}) { naam } }', False),
        ('{ a: huis(where: {naam: {eq: "A"}}) { naam } b: huis { naam } }', True),
        ("{ kamer { huis { naam } } }", True),
        ('{ huis(where: {naam: {eq: "A"}}) { naam kamers { huis { naam } } } }', True),
    ],
)
async def test_an_anchored_grant_does_not_count(ask: Asker, query: str, only: bool) -> None:
    rules = AccessRules(ANCHORED, INPUTS, frozenset(), {"Huis": (Anchor("A", ("naam",), only),)})
    with pytest.raises(RegisterError) as raised:
        await ask(query, rules=rules)
    assert raised.value.status == 403


ROOT, KEY = (Anchor("A", ("naam",)), Anchor("K", ("naam",), only=True))


def anchored(anchor: Anchor) -> AccessRules:
    """Houses that stand open to all, and those that an anchored grant shows beside them."""
    grants = (("A" if anchor is ROOT else "K", "{row}.naam <> 'Leeg'"), ("P", "{row}.naam = 'Leeg'"))
    return AccessRules(
        {
            "Huis": {
                name: [{"grant": grant, "when": None} for grant, _ in grants] for name in ("huisID", "naam", "kamers")
            },
            "Kamer": {name: [{"grant": "B", "when": None}] for name in ("naam", "huis")},
        },
        INPUTS | {"KamerFilterInput.huis": ["Kamer.huis"]},
        frozenset(),
        {"Huis": (anchor,)},
        conditions={"Huis": [{"grant": grant, "scopes": None, "when": when} for grant, when in grants]},
    )


@pytest.mark.parametrize("anchor", [ROOT, KEY])
async def test_a_root_without_its_pin_lists_what_needs_none_beside_one_that_has_it(ask: Asker, anchor: Anchor) -> None:
    answer = await ask('{ a: huis(where: {naam: {eq: "Berk"}}) { naam } b: huis { naam } }', rules=anchored(anchor))
    assert answer == {"data": {"a": [{"naam": "Berk"}], "b": [{"naam": "Leeg"}]}}


async def test_along_an_edge_a_grant_counts_without_a_pin_unless_it_is_for_roots_only(ask: Asker) -> None:
    query = '{ kamer(where: {huis: {naam: {eq: "Berk"}}}) { naam } huis(where: {naam: {eq: "Eik"}}) { kamers { huis { naam } } } }'
    behind = [{"huis": {"naam": "Eik"}}, {"huis": {"naam": "Eik"}}]
    answer = await ask(query, rules=anchored(ROOT))
    assert answer == {"data": {"kamer": [{"naam": "Keuken"}, {"naam": "Zolder"}], "huis": [{"kamers": behind}]}}
    answer = await ask(query.replace("huis { naam } } }", "naam } }"), rules=anchored(KEY))
    assert answer == {"data": {"kamer": [], "huis": [{"kamers": [{"naam": "keuken"}, {"naam": "100%_é"}]}]}}


ENTRIES = AccessRules(
    {
        "Huis": {name: [{"grant": "A", "when": None}] for name in ("huisID", "naam", "kamers")},
        "Kamer": {name: [{"grant": "A", "when": None}] for name in ("kamerID", "naam")}
        | {"nummer": [{"grant": "B", "when": "{row}.nummer > 1"}]},
    },
    INPUTS
    | {f"HuisFilterInput.{name}": [f"Huis.{name}"] for name in ("huisID", "kamers")}
    | {f"KamerFilterInput.{name}": [f"Kamer.{name}"] for name in ("kamerID", "nummer")},
    frozenset(),
    entries={"Huis": "{row}.client_key IN (SELECT client_key FROM bewoner WHERE naam = 'Jan')"},
)
ENTRY = "t1.client_key IN (SELECT client_key FROM bewoner WHERE naam = 'Jan')"


@pytest.mark.parametrize(
    ("query", "enters"),
    [
        ("{ huis { naam } }", True),
        ("query($where: HuisFilterInput) { huis(where: $where) { naam } }", True),
        ('{ huis(where: {naam: {eq: "Berk"}}) { naam } }', True),
        (f'{{ huis(where: {{huisID: {{neq: "{make_id(21)}"}}}}) {{ naam }} }}', True),
        (f'{{ huis(where: {{or: [{{huisID: {{eq: "{make_id(21)}"}}}}]}}) {{ naam }} }}', True),
        (f'{{ huis(where: {{huisID: {{in: ["{make_id(21)}", null]}}}}) {{ naam }} }}', True),
        (f'{{ huis(where: {{kamers: {{none: {{kamerID: {{eq: "{make_id(31)}"}}}}}}}}) {{ naam }} }}', True),
        (f'{{ huis(where: {{kamers: {{some: {{kamerID: {{eq: "{make_id(31)}"}}}}}}}}) {{ naam }} }}', True),
        # An index finds these rows already.
        (f'{{ huis(where: {{huisID: {{eq: "{make_id(21)}"}}}}) {{ naam }} }}', False),
        (f'{{ huis(where: {{and: [{{huisID: {{in: ["{make_id(21)}"]}}}}]}}) {{ naam }} }}', False),
    ],
)
async def test_a_root_list_that_names_nothing_starts_at_the_callers_code(ask: Asker, query: str, enters: bool) -> None:
    await ask(query, rules=ENTRIES)
    assert ask.statement is not None
    assert (ENTRY in ask.statement.sql) == enters


async def test_only_root_lists_have_an_entry(ask: Asker) -> None:
    await ask("{ kamer { naam } }", rules=ENTRIES)
    assert ask.statement is not None
    assert "IN (SELECT" not in ask.statement.sql


async def test_equality_on_a_guarded_column_is_said_plainly_too(ask: Asker) -> None:
    async def condition(where: str) -> str:
        await ask("{ kamer(where: {nummer: " + where + "}) { naam } }", rules=ENTRIES)
        assert ask.statement is not None
        return ask.statement.sql.partition(" WHERE ")[2].removesuffix(")))")

    guarded = '(CASE WHEN ((t1.nummer > 1)) THEN t1."nummer" END)'
    assert await condition("{eq: 3}") == f'(t1."nummer" = $1::int4 AND {guarded} = $2::int4)'
    assert await condition("{eq: null}") == f"{guarded} IS NULL"
    assert await condition("{neq: 3}") == f"{guarded} IS DISTINCT FROM $1::int4"
    assert await condition("{nin: [3]}") == f"(({guarded} = ANY($1::int4[])) IS NOT TRUE)"


IN_EIK = """EXISTS (SELECT FROM huis h WHERE h."huisID" = {row}."huisID" AND h.naam = 'Eik')"""
ROOMS_OF_EIK = AccessRules(
    {
        "Huis": {name: [{"grant": "A", "when": None}] for name in ("naam", "kamers")},
        "Kamer": {
            "naam": [{"grant": "A", "when": None}],
            **{name: [{"grant": "B", "when": IN_EIK}] for name in ("nummer", "oppervlak", "kleur")},
        },
        "Kleur": {"naam": [{"grant": "A", "when": None}]},
    },
    {
        "KamerFilterInput.nummer": ["Kamer.nummer"],
        "KamerFilterInput.oppervlak": ["Kamer.oppervlak"],
        "KamerSortInput.nummer": ["Kamer.nummer"],
    },
    frozenset(),
)


@pytest.mark.parametrize(
    ("arguments", "rooms"),
    [
        ("", ["Keuken: None None", "Zolder: None None", "keuken: 3 8", "100%_é: 2 None"]),
        ("where: {nummer: {in: [1, 2, 3]}}, order: {nummer: ASC}", ["100%_é: 2 None", "keuken: 3 8"]),
        ("where: {oppervlak: {eq: null}}", ["Keuken: None None", "Zolder: None None", "100%_é: 2 None"]),
        ("order: {nummer: DESC}", ["Keuken: None None", "Zolder: None None", "keuken: 3 8", "100%_é: 2 None"]),
    ],
)
async def test_a_condition_that_several_fields_hang_on_is_worked_out_once_for_each_row(
    ask: Asker, arguments: str, rooms: list[str]
) -> None:
    """Of a root, of rows behind a relation, and of entities: with the same answer as if each field asked for itself."""
    fields = "naam nummer oppervlak kleur { naam }"
    written = f"({arguments})" if arguments else ""
    answer = await ask("{ kamer" + written + " { " + fields + " } }", rules=ROOMS_OF_EIK)
    assert [f"{row['naam']}: {row['nummer']} {row['oppervlak']}" for row in answer["data"]["kamer"]] == rooms
    assert (ask.sql.count("h.naam = 'Eik'"), ask.sql.count(" CROSS JOIN LATERAL ")) == (1, 1)
    nested = await ask("{ huis { kamers" + written + " { " + fields + " } } }", rules=ROOMS_OF_EIK)
    found = [row for house in nested["data"]["huis"] for row in house["kamers"]]
    by_name = {row["naam"]: row for row in answer["data"]["kamer"]}
    assert {row["naam"]: row for row in found} == by_name
    assert (ask.sql.count("h.naam = 'Eik'"), ask.sql.count(" CROSS JOIN LATERAL ")) == (1, 1)
    ids = ", ".join(f'{{__typename: "Kamer", kamerID: "{make_id(number)}"}}' for number in (31, 33))
    query = "{ _entities(representations: [" + ids + "]) { ... on Kamer { " + fields + " } } }"
    entities = await ask(query, rules=ROOMS_OF_EIK)
    assert [row["nummer"] for row in entities["data"]["_entities"]] == [None, 3]
    assert [error["path"] for error in entities["errors"]] == [
        ["_entities", 0, name] for name in ("nummer", "oppervlak", "kleur")
    ]
    assert (ask.sql.count("h.naam = 'Eik'"), ask.sql.count(" CROSS JOIN LATERAL ")) == (1, 1)


async def test_a_condition_that_is_asked_for_once_stands_in_its_place(ask: Asker) -> None:
    answer = await ask("{ kamer { naam nummer } huis { kamers { nummer } } }", rules=ROOMS_OF_EIK)
    assert [row["nummer"] for row in answer["data"]["kamer"]] == [None, None, 3, 2]
    assert (ask.sql.count("h.naam = 'Eik'"), ask.sql.count(" LATERAL ")) == (2, 0)
    # What looks into no table costs nothing to ask twice.
    await ask("{ kamer { oppervlak kleur { naam } } }", rules=AGENT)
    assert (ask.sql.count("t1.nummer > 1"), ask.sql.count(" LATERAL ")) == (2, 0)
