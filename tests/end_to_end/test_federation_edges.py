"""Links from register to register where they end: nothing there, nothing to see there, or not all of it.

Records and ids are the named edge cases of the synthetic network.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from network.database import database_url
from registers.synthetic.edge_cases import CASES
from tests.harness import Network, Reply, request

OFFICE, PROVIDER = "uzovi:5050", "agb:51510101"
FULL, OFFICES, DANGLING = CASES["full_file"], CASES["two_offices"], CASES["dangling_indication"]
REQUEST, TRANSFER = CASES["request_to_other"], CASES["transfer_done"]
NOBODY = "00000000-0000-4000-8000-000000000000"
COORDINATOR = "42900037"
"""A provider that has nothing to do with the full file, until it is made its coordinator for a moment."""


def _ask(net: Network, party: str, query: str, **variables: Any) -> Reply:
    return net.ask(query, {name: str(value) for name, value in variables.items()}, token=net.token(party))


def _data(reply: Reply) -> Any:
    assert (reply.status, list(reply.json())) == (200, ["data"])
    return reply.json()["data"]


def _forbidden(*path: str | int) -> dict[str, Any]:
    message = "This caller may not read this field here."
    return {"message": message, "path": list(path), "extensions": {"code": "FORBIDDEN"}}


def _fetches(net: Network) -> dict[str, int]:
    page = request(net.url("gateway") + "/metrics", method="GET").body.decode()
    pattern = r'^gateway_subgraph_fetches_total\{subgraph="(\w+)",outcome="ok"\} (\d+)$'
    return {name: int(count) for name, count in re.findall(pattern, page, re.MULTILINE)}


# --- nothing there ----------------------------------------------------------------------------------------------------

INDICATION = """query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { wlzIndicatie { %s } } }"""
FIELDS = pytest.mark.parametrize("fields", ["wlzindicatieID", "besluitnummer wlzindicatieID", "besluitnummer"])


@FIELDS
def test_a_dangling_reference_is_null_without_an_error(fields: str, net: Network) -> None:
    reply = _ask(net, OFFICE, INDICATION % fields, id=DANGLING["bemiddeling"])
    assert _data(reply) == {"bemiddeling": [{"wlzIndicatie": None}]}
    # The reference itself is the mediation's own.
    own = "query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { wlzIndicatieID } }"
    reply = _ask(net, OFFICE, own, id=DANGLING["bemiddeling"])
    assert _data(reply) == {"bemiddeling": [{"wlzIndicatieID": str(DANGLING["indicatie_onbekend"])}]}


# --- nothing to see there ---------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(net: Network) -> Iterator[str]:
    """A provider that coordinates the full file and delivers nothing: it may read the mediation, not the indication."""
    admin = json.loads((net.state / "run.json").read_text())["database_url"]

    async def appoint(code: str) -> str:
        connection = await asyncpg.connect(database_url(admin, "bemiddeling"))
        try:
            return await connection.fetchval(
                'UPDATE regiehouder AS r SET instelling = $2 FROM regiehouder AS old WHERE r."regiehouderID" = $1 '
                'AND old."regiehouderID" = r."regiehouderID" RETURNING old.instelling',
                FULL["regiehouder"],
                code,
            )
        finally:
            await connection.close()

    before = asyncio.run(appoint(COORDINATOR))
    yield f"agb:{COORDINATOR}"
    asyncio.run(appoint(before))


@FIELDS
def test_a_hidden_indication_and_none_are_the_same_bytes_after_the_same_fetches(
    fields: str, net: Network, coordinator: str
) -> None:
    start = _fetches(net)
    hidden = _ask(net, coordinator, INDICATION % fields, id=FULL["bemiddeling"])
    between = _fetches(net)
    missing = _ask(net, OFFICE, INDICATION % fields, id=DANGLING["bemiddeling"])
    end = _fetches(net)
    assert hidden.body == missing.body == b'{"data":{"bemiddeling":[{"wlzIndicatie":null}]}}'
    assert _more(start, between) == _more(between, end) == {"bemiddeling": 1, "indicatie": 1}
    # Who may see it does.
    seen = _data(_ask(net, OFFICE, INDICATION % "wlzindicatieID", id=FULL["bemiddeling"]))
    assert seen == {"bemiddeling": [{"wlzIndicatie": {"wlzindicatieID": str(FULL["indicatie"])}}]}


def _more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    counts = {name: count - before.get(name, 0) for name, count in after.items()}
    return {name: count for name, count in counts.items() if count}


def test_what_lies_behind_a_hidden_indication_is_hidden_with_it(net: Network, coordinator: str) -> None:
    query = """query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) {
      bemiddelingID wlzIndicatie { bemiddeling { bemiddelingID } client { bsn } } client { bsn profiel { bsn taal } }
    } }"""
    assert _data(_ask(net, coordinator, query, id=FULL["bemiddeling"])) == {
        "bemiddeling": [
            {
                "bemiddelingID": str(FULL["bemiddeling"]),
                "wlzIndicatie": None,
                "client": {"bsn": FULL.bsn, "profiel": None},
            }
        ]
    }


BY_KEY = {
    "bemiddeling": ("bemiddelingID", OFFICES["bemiddeling_elders"]),
    "bemiddelingspecificatie": ("bemiddelingspecificatieID", OFFICES["elders"]),
    "wlzIndicatie": ("wlzindicatieID", OFFICES["indicatie_elders"]),
    "levering": ("leveringID", CASES["postponed"]["levering"]),
    "clientprofiel": ("clientprofielID", CASES["re_indicated"]["profiel"]),
}


@pytest.mark.parametrize("root", BY_KEY)
def test_a_hidden_row_and_none_are_the_same_bytes(root: str, net: Network) -> None:
    key, hidden = BY_KEY[root]
    query = f"query ($id: UUID) {{ {root}(where: {{{key}: {{eq: $id}}}}) {{ {key} }} }}"
    stranger = "uzovi:5507"
    assert (
        _ask(net, stranger, query, id=hidden).body
        == _ask(net, stranger, query, id=NOBODY).body
        == b'{"data":{"%s":[]}}' % root.encode()
    )


PROFILE = "query ($id: UUID) { levering(where: {leveringID: {eq: $id}}) { client { bsn profiel { %s } } } }"


@pytest.mark.parametrize("fields", ["bsn", "taal bsn"])
def test_a_hidden_profile_behind_a_visible_client(fields: str, net: Network) -> None:
    """The provider that is asked to join learns whom it is about, and nothing of how that person can be reached."""
    reply = _ask(net, PROVIDER, PROFILE % fields, id=REQUEST["levering"])
    assert _data(reply) == {"levering": [{"client": {"bsn": REQUEST.bsn, "profiel": None}}]}


# --- the hub ----------------------------------------------------------------------------------------------------------

HUB = """query ($bsn: String) {
  clientprofiel(where: {bsn: {eq: $bsn}}) {
    bsn
    indicaties { wlzindicatieID bemiddeling { bemiddelingID } }
    bemiddelingen {
      wlzIndicatie { wlzindicatieID }
      bemiddelingspecificatie { bemiddelingspecificatieID levering { leveringID } }
    }
    leveringen { leveringID bemiddelingspecificatie { bemiddeling { client { profiel { bsn } } } } }
  }
}"""


def test_from_a_person_to_everything_and_back(net: Network) -> None:
    allocations = {"eigen": "levering", "andere": "levering_andere", "bovenregionaal": "levering_bovenregionaal"}
    back = {"bemiddeling": {"client": {"profiel": {"bsn": FULL.bsn}}}}
    assert _data(_ask(net, OFFICE, HUB, bsn=FULL.bsn)) == {
        "clientprofiel": [
            {
                "bsn": FULL.bsn,
                "indicaties": [
                    {
                        "wlzindicatieID": str(FULL["indicatie"]),
                        "bemiddeling": [{"bemiddelingID": str(FULL["bemiddeling"])}],
                    }
                ],
                "bemiddelingen": [
                    {
                        "wlzIndicatie": {"wlzindicatieID": str(FULL["indicatie"])},
                        "bemiddelingspecificatie": [
                            *(
                                {
                                    "bemiddelingspecificatieID": str(FULL[name]),
                                    "levering": [{"leveringID": str(FULL[delivery])}],
                                }
                                for name, delivery in allocations.items()
                            ),
                            {"bemiddelingspecificatieID": str(FULL["pgb"]), "levering": []},
                        ],
                    }
                ],
                "leveringen": [
                    {"leveringID": str(FULL[delivery]), "bemiddelingspecificatie": back}
                    for delivery in allocations.values()
                ],
            }
        ]
    }


@pytest.mark.parametrize(
    ("office", "indication", "mediation"),
    [("5050", "indicatie", "bemiddeling"), ("5505", "indicatie_elders", "bemiddeling_elders")],
)
def test_each_office_sees_its_own_part_of_a_person(office: str, indication: str, mediation: str, net: Network) -> None:
    query = """query ($bsn: String) { clientprofiel(where: {bsn: {eq: $bsn}}) {
      indicaties { wlzindicatieID } bemiddelingen { bemiddelingID }
    } }"""
    assert _data(_ask(net, f"uzovi:{office}", query, bsn=OFFICES.bsn)) == {
        "clientprofiel": [
            {
                "indicaties": [{"wlzindicatieID": str(OFFICES[indication])}],
                "bemiddelingen": [{"bemiddelingID": str(OFFICES[mediation])}],
            }
        ]
    }


# --- not all of it ----------------------------------------------------------------------------------------------------


def test_a_field_that_is_refused_on_one_row_of_several(net: Network) -> None:
    """Office 5050 took the file over: of what the other office allocated it may not read the budget's percentage."""
    query = """query ($ids: [UUID!]) {
      bemiddelingspecificatie(where: {bemiddelingspecificatieID: {in: $ids}}) {
        bemiddelingspecificatieID percentage: pgbPercentage
      }
    }"""
    ids = [str(TRANSFER[name]) for name in ("verbonden", "eigen_nieuw")]
    reply = net.ask(query, {"ids": ids}, token=net.token(OFFICE))
    rows = reply.json()["data"]["bemiddelingspecificatie"]
    assert sorted(row["bemiddelingspecificatieID"] for row in rows) == sorted(ids)
    place = [row["bemiddelingspecificatieID"] for row in rows].index(ids[0])
    assert rows[place]["percentage"] is None
    assert (reply.status, reply.json()["errors"]) == (
        200,
        [_forbidden("bemiddelingspecificatie", place, "percentage")],
    )


def test_a_field_that_is_refused_behind_links(net: Network) -> None:
    """Office 5518 takes over in three weeks: it reads the allocations that go with the file, without percentages."""
    query = """query ($bsn: String) { persoon: clientprofiel(where: {bsn: {eq: $bsn}}) {
      dossiers: bemiddelingen { bemiddelingspecificatie { bemiddelingspecificatieID pgbPercentage } }
    } }"""
    allocations = [str(FULL[name]) for name in ("eigen", "andere", "bovenregionaal")]
    reply = _ask(net, "uzovi:5518", query, bsn=FULL.bsn)
    assert (reply.status, reply.json()) == (
        200,
        {
            "errors": [
                _forbidden("persoon", 0, "dossiers", 0, "bemiddelingspecificatie", place, "pgbPercentage")
                for place in range(len(allocations))
            ],
            "data": {
                "persoon": [
                    {
                        "dossiers": [
                            {
                                "bemiddelingspecificatie": [
                                    {"bemiddelingspecificatieID": allocation, "pgbPercentage": None}
                                    for allocation in allocations
                                ]
                            }
                        ]
                    }
                ]
            },
        },
    )


def test_a_delivery_of_which_only_the_id_is_known(net: Network) -> None:
    """LRA0006: who is asked to join sees that there is a delivery, and whose; its own deliveries it sees whole."""
    query = """query ($ids: [UUID!]) { levering(where: {leveringID: {in: $ids}}) {
      leveringID leveringperiodes { leveringperiodeID } bemiddelingspecificatie { bemiddelingspecificatieID } client { bsn }
    } }"""
    ids = [str(REQUEST["levering"]), str(FULL["levering"])]
    reply = net.ask(query, {"ids": ids}, token=net.token(PROVIDER))
    rows = {row["leveringID"]: row for row in reply.json()["data"]["levering"]}
    assert rows == {
        ids[0]: {
            "leveringID": ids[0],
            "leveringperiodes": None,
            "bemiddelingspecificatie": None,
            "client": {"bsn": REQUEST.bsn},
        },
        ids[1]: {
            "leveringID": ids[1],
            "leveringperiodes": [{"leveringperiodeID": str(FULL["leveringperiode"])}],
            "bemiddelingspecificatie": {"bemiddelingspecificatieID": str(FULL["eigen"])},
            "client": {"bsn": FULL.bsn},
        },
    }
    place = list(rows).index(ids[0])
    assert (reply.status, reply.json()["errors"]) == (
        200,
        [_forbidden("levering", place, name) for name in ("leveringperiodes", "bemiddelingspecificatie")],
    )


def test_a_refused_field_that_cannot_be_null_takes_its_list_along(net: Network) -> None:
    query = "query ($id: UUID) { levering(where: {leveringID: {eq: $id}}) { leveringID bemiddelingspecificatieID } }"
    reply = _ask(net, PROVIDER, query, id=REQUEST["levering"])
    assert (reply.status, reply.json()) == (
        200,
        {"errors": [_forbidden("levering", 0, "bemiddelingspecificatieID")], "data": {"levering": None}},
    )
