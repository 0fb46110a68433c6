"""The compiler against PostgreSQL: the query above, the whole answer below."""

from __future__ import annotations

from tests.registers.common.conftest import EVA, JAN, Asker, make_id


def ids(*numbers: int) -> list[str]:
    return [str(make_id(number)) for number in numbers]


async def test_nested_lists_and_to_one_relations_come_from_one_statement(ask: Asker) -> None:
    answer = await ask("""
        { huis { naam __typename bewoner { naam profiel { bsn } } kamers(order: {naam: DESC}) { n: naam naam nummer
          gebouwd gemeten oppervlak kleur { naam } } straat { straatID } } }
    """)
    assert answer["data"] == {
        "huis": [
            {
                "naam": "Berk",
                "__typename": "Huis",
                "bewoner": {"naam": "Jan", "profiel": {"bsn": JAN}},
                "kamers": [
                    {
                        "n": "Zolder",
                        "naam": "Zolder",
                        "nummer": None,
                        "gebouwd": None,
                        "gemeten": None,
                        "oppervlak": None,
                        "kleur": None,
                    },
                    {
                        "n": "Keuken",
                        "naam": "Keuken",
                        "nummer": 1,
                        "gebouwd": "2001-02-03",
                        "gemeten": "2020-02-09T13:47:16+01:00",
                        "oppervlak": 12.5,
                        "kleur": {"naam": "rood"},
                    },
                ],
                "straat": {"straatID": str(make_id(91))},
            },
            {
                "naam": "Eik",
                "__typename": "Huis",
                "bewoner": {"naam": None, "profiel": {"bsn": EVA}},
                "kamers": [
                    {
                        "n": "keuken",
                        "naam": "keuken",
                        "nummer": 3,
                        "gebouwd": "2010-01-01",
                        "gemeten": "2021-07-01T00:00:00+02:00",
                        "oppervlak": 8,
                        "kleur": {"naam": "blauw"},
                    },
                    {
                        "n": "100%_é",
                        "naam": "100%_é",
                        "nummer": 2,
                        "gebouwd": None,
                        "gemeten": None,
                        "oppervlak": None,
                        "kleur": None,
                    },
                ],
                "straat": {"straatID": str(make_id(91))},
            },
            {
                "naam": "Leeg",
                "__typename": "Huis",
                "bewoner": {"naam": None, "profiel": {"bsn": EVA}},
                "kamers": [],
                "straat": {"straatID": str(make_id(92))},
            },
        ]
    }


async def test_entities_of_several_types_stay_in_place(ask: Asker) -> None:
    answer = await ask(
        """
        query ($r: [_Any!]!) {
          _entities(representations: $r) {
            __typename
            ... on Huis { naam }
            ... on Straat { straatID huizen(order: {naam: DESC}) { naam } }
            ... on Persoon { bsn huizen { naam } }
          }
          ander: _entities(representations: [{__typename: "Huis", huisID: "00000000-0000-4000-8000-000000000021"}]) {
            ... on Huis { bewoner { bsn } }
          }
        }
        """,
        {
            "r": [
                {"__typename": "Persoon", "bsn": EVA},
                {"__typename": "Huis", "huisID": str(make_id(22))},
                {"__typename": "Onbekend", "id": 1},
                {"__typename": "Huis", "huisID": str(make_id(404))},
                {"__typename": "Huis", "huisID": "geen uuid"},
                {"__typename": ["Huis"]},
                "tekst",
                {"__typename": "Straat", "straatID": str(make_id(91))},
                {"__typename": "Huis", "huisID": str(make_id(21)), "naam": "genegeerd"},
            ]
        },
    )
    assert answer["data"] == {
        "_entities": [
            {"__typename": "Persoon", "bsn": EVA, "huizen": [{"naam": "Eik"}, {"naam": "Leeg"}]},
            {"__typename": "Huis", "naam": "Eik"},
            None,
            None,
            None,
            None,
            None,
            {"__typename": "Straat", "straatID": str(make_id(91)), "huizen": [{"naam": "Eik"}, {"naam": "Berk"}]},
            {"__typename": "Huis", "naam": "Berk"},
        ],
        "ander": [{"bewoner": {"bsn": JAN}}],
    }


async def test_more_keys_than_a_function_takes_arguments_and_keys_longer_than_a_name(ask: Asker) -> None:
    long = "k" * 200
    keys = [f"{long}_{number}" for number in range(120)]
    answer = await ask('{ huis(where: {naam: {eq: "Berk"}}) { ' + " ".join(f"{key}: naam" for key in keys) + " } }")
    assert answer["data"] == {"huis": [dict.fromkeys(keys, "Berk")]}


async def test_fields_are_merged_and_fragments_and_directives_followed(ask: Asker) -> None:
    answer = await ask(
        """
        query ($ja: Boolean!, $nee: Boolean = false) {
          huis(where: {naam: {eq: "Berk"}}) { ...A ... on Huis { kamers(where: {nummer: {eq: 1}}) { nummer } } }
        }
        fragment A on Huis { kamers(where: {nummer: {eq: 1}}) { naam kleur @include(if: $nee) { naam } id @skip(if: $ja) } }
        """,
        {"ja": True},
    )
    assert answer["data"] == {"huis": [{"kamers": [{"naam": "Keuken", "nummer": 1}]}]}


async def test_to_one_conditions(ask: Asker) -> None:
    nullable = await ask('{ kamer(where: {nummer: {eq: 1}}) { naam kleur(where: {naam: {eq: "blauw"}}) { naam } } }')
    assert nullable == {"data": {"kamer": [{"naam": "Keuken", "kleur": None}]}}

    non_null = await ask('{ a: kamer { naam huis(where: {naam: {eq: "Berk"}}) { naam } } b: kamer { nummer } }')
    assert non_null == {
        "data": {"a": None, "b": [{"nummer": 1}, {"nummer": None}, {"nummer": 3}, {"nummer": 2}]},
        "errors": [
            {
                "message": "There is nothing to show at this place.",
                "path": ["a", 2, "huis"],
                "extensions": {"code": "NOT_FOUND"},
            }
        ],
    }

    everything = await ask(
        '{ huis(where: {naam: {eq: "Eik"}}) { kamers { huis(where: {naam: {eq: "Berk"}}) { naam } } } }'
    )
    assert everything["data"] == {"huis": [{"kamers": None}]}
    assert everything["errors"][0]["path"] == ["huis", 0, "kamers", 0, "huis"]


async def test_filters_across_relations(ask: Asker) -> None:
    async def found(where: str) -> list[str]:
        answer = await ask("{ huis(where: " + where + ") { naam } }")
        return [row["naam"] for row in answer["data"]["huis"]]

    assert await found("{kamers: {some: {nummer: {gte: 2}}}}") == ["Eik"]
    assert await found("{kamers: {all: {nummer: {gte: 2}}}}") == ["Eik", "Leeg"]
    assert await found("{kamers: {none: {nummer: {gte: 2}}}}") == ["Berk", "Leeg"]
    assert await found("{kamers: {any: false}}") == ["Leeg"]
    assert await found('{kamers: {any: true, none: {kleur: {naam: {eq: "rood"}}}}}') == ["Eik"]
    assert await found('{bewoner: {naam: {eq: "Jan"}}}') == ["Berk"]
    assert await found('{bewoner: {kamer: {some: {naam: {eq: "keuken"}}}}}') == ["Eik", "Leeg"]
    assert await found('{or: {naam: {startsWith: "L"}}, bewoner: {naam: {eq: null}}}') == ["Leeg"]
    assert await found('{kamers: {some: {bewoner: {naam: {eq: "Jan"}}}}}') == ["Berk"]
    assert await found("{or: []}") == []
    assert await found('{agbCode: {eq: "iemand"}}') == []
    assert await found('{peildatum: "2020-01-01"}') == ["Berk", "Eik", "Leeg"]


async def test_order(ask: Asker) -> None:
    answer = await ask(
        """
        query ($o: [HuisSortInput!]) {
          a: huis(where: {kamers: {any: true}}) { kamers(order: [{kleur: {naam: DESC}}, {nummer: ASC}]) { kamerID } }
          b: huis { kamers(order: {huis: {naam: ASC}, gebouwd: DESC}) { kamerID } }
          c: huis(order: $o) { huisID }
        }
    """,
        {"o": [{"naam": "DESC"}]},
    )
    listed = {key: [[kamer["kamerID"] for kamer in huis["kamers"]] for huis in answer["data"][key]] for key in "ab"}
    assert listed == {
        # Nulls are the largest: a room without a colour comes first when descending.
        "a": [ids(32, 31), ids(34, 33)],
        "b": [ids(32, 31), ids(34, 33), []],
    }
    assert [huis["huisID"] for huis in answer["data"]["c"]] == ids(23, 22, 21)


async def test_variables_null_and_absent(ask: Asker) -> None:
    query = "query ($n: Int, $w: [KamerFilterInput!]) { kamer(where: {nummer: {eq: $n}, or: $w}) { kamerID } }"

    async def found(variables: dict[str, object]) -> list[str]:
        return [row["kamerID"] for row in (await ask(query, variables))["data"]["kamer"]]

    assert await found({}) == ids(31, 32, 33, 34)
    assert await found({"n": None}) == ids(32)
    assert await found({"n": 3}) == ids(33)
    assert await found({"w": {"naam": {"contains": "%_"}}}) == ids(34)
    assert await found({"w": [{"naam": {"in": ["Keuken", None]}}, {"gebouwd": {"in": [None, "2010-01-01"]}}]}) == ids(
        31, 32, 33, 34
    )
