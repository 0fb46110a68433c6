"""A person sees who looked at its data, and so does who represents it; nobody else sees anything, at the shipped processes."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from iwlz.identifiers import bsn_from_index
from iwlz.participants import DEMO_CLIENTS
from network.database import database_url
from tests.harness import REPOSITORY, Network, Reply, register_audience

OFFICE, CIZ = "uzovi:5050", "kvk:62253778"
LIST = "{ inzagen { inzageID moment hoedanigheid partijcode partijnaam doel wijze vraag { registers gegevens grondslag } } }"
PAGE = "query ($n: Int, $na: UUID) { inzagen(pagina: {eerste: $n, na: $na}) { inzageID moment } }"

Rows = list[dict[str, Any]]


def trace() -> dict[str, str]:
    return {"X-B3-TraceId": uuid.uuid4().hex, "X-B3-SpanId": "0020000000000001"}


def listed(net: Network, bsn: str, query: str = LIST, **variables: Any) -> Rows:
    reply = net.ask(query, variables, token=net.token(f"bsn:{bsn}"))
    assert (reply.status, list(reply.json())) == (200, ["data"]), reply.body
    return reply.json()["data"]["inzagen"]


def until(found: Callable[[], Rows]) -> Rows:
    """What is found as soon as the journal was shipped."""
    deadline = time.monotonic() + 20
    while not (rows := found()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert rows
    return rows


def looked(net: Network, query: str, party: str = OFFICE, doel: str | None = None) -> str:
    """Let a party look, for a purpose that is told apart; returns the purpose."""
    doel = doel or f"doel-{uuid.uuid4().hex[:6]}x"
    reply = net.ask(query, token=net.token(party), headers={**trace(), "X-Purpose": doel})
    assert (reply.status, list(reply.json())) == (200, ["data"]), reply.body
    return doel


def command(net: Network, *words: str | Path, stdin: str = "") -> str:
    place = json.loads((net.state / "run.json").read_text())["database_url"]
    done = subprocess.run(
        [sys.executable, "-m", "registers", "inzage", *map(str, words)],
        capture_output=True, text=True, cwd=REPOSITORY, input=stdin, check=False, env={"IWLZ_DATABASE_URL": place},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.strip()


def mandate(
    net: Network, client: str, representative: str, since: date, until: date | None, *, parties: bool = True
) -> str:
    words = ["mandate", "--persons", "-", "--since", since.isoformat(), "--parties" if parties else "--no-parties"]
    words += ["--until", until.isoformat()] if until else []
    secret = net.state / "gateway" / "audit-secret"
    return command(net, *words, "--journal-secret", secret, stdin=f"{client}\n{representative}\n")


@pytest.fixture(scope="module")
def client(net: Network) -> str:
    """A client of the office who can log in."""
    rows = net.ask("{ client { bsn } }", token=net.token(OFFICE)).json()["data"]["client"]
    return next(bsn for bsn in DEMO_CLIENTS if {"bsn": bsn} in rows)


@pytest.fixture(scope="module")
def other(client: str) -> str:
    """Somebody else."""
    return next(bsn for bsn in DEMO_CLIENTS if bsn != client)


def test_who_looked_is_seen_with_when_why_and_at_what(net: Network, client: str) -> None:
    doel = looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ clientID bsn }} }}')
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    assert row.pop("inzageID")
    assert row.pop("moment")[:10] >= (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011 - a day is enough
    assert row == {
        "hoedanigheid": "ZORGKANTOOR",
        "partijcode": "uzovi:5050",
        "partijnaam": "Zorgkantoor Demonstratie",
        "doel": doel,
        "wijze": "RAADPLEGING",
        "vraag": {
            "registers": ["bemiddeling"],
            "gegevens": ["BemiddelingClient.bsn", "BemiddelingClient.clientID"],
            "grondslag": ["BR-Client"],
        },
    }


def test_an_answer_that_names_no_person_is_seen_by_the_person_it_was_about(net: Network, client: str) -> None:
    doel = looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ taal }} }}')
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    assert row["vraag"]["gegevens"] == ["BemiddelingClient.bsn", "BemiddelingClient.taal"]


ALLOCATIONS = """query ($bsn: String) {
  client(where: {bsn: {eq: $bsn}}) { bemiddeling { bemiddelingspecificatie { bemiddelingspecificatieID } } }
}"""


def test_an_answer_that_names_no_record_is_seen_by_the_person_it_was_about(
    net: Network, client: str, other: str
) -> None:
    found = net.ask(ALLOCATIONS, {"bsn": client}, token=net.token(OFFICE)).json()["data"]["client"][0]["bemiddeling"]
    one = found[0]["bemiddelingspecificatie"][0]["bemiddelingspecificatieID"]
    where = f'where: {{bemiddelingspecificatieID: {{eq: "{one}"}}}}'
    doel = looked(net, f"{{ bemiddelingspecificatie({where}) {{ instelling }} }}")
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    asked = ["Bemiddelingspecificatie.bemiddelingspecificatieID", "Bemiddelingspecificatie.instelling"]
    assert row["vraag"]["gegevens"] == asked
    assert not [row for row in listed(net, other) if row["doel"] == doel]


async def _at_the_register(net: Network, statement: str, *values: object) -> int:
    """How many rows of the database of inzagen a statement gives."""
    place = json.loads((net.state / "run.json").read_text())["database_url"]
    connection = await asyncpg.connect(database_url(place, "inzage"))
    try:
        return len(await connection.fetch(statement, *values))
    finally:
        await connection.close()


def test_what_was_shipped_before_the_register_knew_whose_it_is_is_seen_when_it_learns(
    net: Network, client: str
) -> None:
    found = net.ask(ALLOCATIONS, {"bsn": client}, token=net.token(OFFICE)).json()["data"]["client"][0]["bemiddeling"]
    one = found[0]["bemiddelingspecificatie"][0]["bemiddelingspecificatieID"]
    forgotten = "DELETE FROM vindplaats WHERE record_id = $1 RETURNING 1"
    assert asyncio.run(_at_the_register(net, forgotten, uuid.UUID(one))) == 1
    doel = looked(net, f'{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {{eq: "{one}"}}}}) {{ instelling }} }}')  # fmt: skip
    shipped = "SELECT 1 FROM audit_record WHERE kind = 'request' AND line LIKE '%' || $1 || '%'"
    deadline = time.monotonic() + 20
    while not asyncio.run(_at_the_register(net, shipped, doel)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [row for row in listed(net, client) if row["doel"] == doel] == []

    secret = net.state / "gateway" / "audit-secret"
    for new in ("1 records", "0 records"):
        assert command(net, "locate", "--journal-secret", secret).startswith(f"{new}, ")
        assert [row["hoedanigheid"] for row in listed(net, client) if row["doel"] == doel] == ["ZORGKANTOOR"]


def test_who_may_not_read_which_record_it_is_leaves_an_inzage_as_well(net: Network, client: str) -> None:
    """CIZ is opened who carries out the care, and no key of the allocation."""
    refused = net.ask("{ bemiddelingspecificatie { bemiddelingspecificatieID } }", token=net.token(CIZ))
    assert refused.status == 403
    doel = looked(net, "{ bemiddelingspecificatie { uitvoerendZorgkantoor } }", CIZ)
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    assert (row["hoedanigheid"], row["partijcode"], row["vraag"]) == (
        "CIZ",
        CIZ,
        {
            "registers": ["bemiddeling"],
            "gegevens": ["Bemiddelingspecificatie.uitvoerendZorgkantoor"],
            "grondslag": ["BR-BS-CIZ"],
        },
    )


@pytest.mark.parametrize(
    "field", ["uitvoerendZorgkantoor @skip(if: true)", "... @skip(if: $alles) { uitvoerendZorgkantoor }"]
)
def test_who_skips_all_that_it_asks_of_a_record_and_counts_leaves_an_inzage_as_well(
    net: Network, client: str, field: str
) -> None:
    doel = looked(
        net,
        f"query ($alles: Boolean! = true) {{ bemiddelingspecificatie {{ {field} }} __typename @skip(if: $alles) }}",
        CIZ,
    )
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    assert (row["hoedanigheid"], row["vraag"]["registers"]) == ("CIZ", ["bemiddeling"])


@pytest.mark.parametrize("party", [OFFICE, CIZ, "agb:51510101"])
def test_what_is_read_for_the_record_is_nobody_s_to_ask(net: Network, party: str) -> None:
    query = "{ bemiddelingspecificatie { ...F } } fragment F on Bemiddelingspecificatie { __key: bemiddelingspecificatieID }"
    reply = net.ask(query, token=net.token(party))
    assert (reply.status, [error["extensions"]["code"] for error in reply.json()["errors"]]) == (
        400,
        ["RESERVED_RESPONSE_KEY"],
    )
    # At the register itself, with a token of its own, the alias is an alias.
    audience = register_audience("bemiddeling")
    reply = net.ask(query, token=net.token(CIZ, audience), at="bemiddeling")
    assert reply.status == 403
    assert reply.json()["errors"][0]["extensions"]["coordinate"] == "Bemiddelingspecificatie.bemiddelingspecificatieID"


def test_somebody_else_sees_nothing_of_it(net: Network, client: str, other: str) -> None:
    doel = looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ bsn }} }}')
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    assert not [found for found in listed(net, other) if found["doel"] == doel]
    there, nowhere = row["inzageID"], str(uuid.uuid4())
    for query in (
        "query ($id: UUID) { inzagen(where: {inzageID: {eq: $id}}) { moment } }",
        "query ($id: UUID) { inzagen(pagina: {na: $id}) { moment } }",
    ):
        answers = [net.ask(query, {"id": id}, token=net.token(f"bsn:{other}")) for id in (there, nowhere)]
        assert [(answer.status, answer.body) for answer in answers] == [(200, b'{"data":{"inzagen":[]}}')] * 2


def test_another_bsn_is_no_way_in(net: Network, client: str, other: str) -> None:
    query = "query ($bsn: String) { clientprofiel(where: {bsn: {eq: $bsn}}) { inzagen { moment } } }"
    nobody = bsn_from_index(4_000_000)
    answers = [net.ask(query, {"bsn": bsn}, token=net.token(f"bsn:{other}")) for bsn in (client, nobody)]
    assert [(answer.status, answer.body) for answer in answers] == [(200, b'{"data":{"clientprofiel":[]}}')] * 2
    (own,) = net.ask(query, {"bsn": client}, token=net.token(f"bsn:{client}")).json()["data"]["clientprofiel"]
    assert own["inzagen"]


@pytest.mark.parametrize("party", [OFFICE, "agb:51510101", "kvk:62253778"])
def test_parties_have_no_business_here(net: Network, party: str) -> None:
    reply = net.ask(LIST, token=net.token(party))
    assert reply.status == 403
    assert {error["extensions"]["code"] for error in reply.json()["errors"]} == {"FORBIDDEN"}


def test_the_newest_is_first_and_pages_follow_each_other(net: Network, client: str) -> None:
    for _ in range(3):
        looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ bsn }} }}')
    everything = until(lambda: rows if len(rows := listed(net, client)) > 4 else [])
    moments = [row["moment"] for row in everything]
    assert moments == sorted(moments, reverse=True)
    # The page after is asked for by the last one's id, so what came in meanwhile moves nothing.
    found: Rows = listed(net, client, PAGE, n=2, na=everything[0]["inzageID"])
    found += listed(net, client, PAGE, n=2, na=found[-1]["inzageID"])
    assert [row["inzageID"] for row in found] == [row["inzageID"] for row in everything[1:5]]
    assert listed(net, client, PAGE, n=0) == []


@pytest.mark.parametrize(
    "page",
    [
        {"n": -1}, {"n": -(2**31)}, {"n": 2**31}, {"n": 1.5}, {"n": "5"}, {"n": True},
        {"na": ""}, {"na": "A" * 900_000}, {"na": 5}, {"na": ["00000000-0000-4000-8000-000000000001"]},
        {"na": "00000000000040008000000000000001"}, {"na": "{00000000-0000-4000-8000-000000000001}"},
        {"na": "00000000-0000-4000-8000-00000000000g"}, {"na": "00000000-0000-4000-8000-000000000001\0"},
        {"na": "\uff10\uff10000000-0000-4000-8000-000000000001"}, {"na": "MDAwMDAwMDAtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAx"},
    ],
    ids=lambda page: f"{page}"[:40],
)  # fmt: skip
def test_a_page_that_is_none_is_an_input_that_is_not_accepted(net: Network, client: str, page: dict[str, Any]) -> None:
    reply = net.ask(PAGE, page, token=net.token(f"bsn:{client}"))
    assert (reply.status, reply.codes, reply.json().get("data")) == (400, ["BAD_USER_INPUT"], None)
    assert len(reply.body) < 500


def test_the_largest_page_and_no_page_are_pages(net: Network, client: str) -> None:
    usual = [row["inzageID"] for row in until(lambda: listed(net, client))]
    most = [row["inzageID"] for row in listed(net, client, PAGE, n=2**31 - 1)]
    start = most.index(usual[0])  # what was asked just now is before it
    assert most[start : start + len(usual)] == usual
    assert listed(net, client, PAGE, n=None, na=None)


def test_a_time_can_be_asked_for(net: Network, client: str) -> None:
    query = "query ($from: DateTime) { inzagen(where: {moment: {gte: $from}}) { inzageID moment } }"
    all_ = listed(net, client)
    middle = all_[len(all_) // 2]["moment"]
    found = listed(net, client, query, **{"from": middle})
    assert {row["inzageID"] for row in all_ if row["moment"] >= middle} <= {row["inzageID"] for row in found}
    assert min(row["moment"] for row in found) == middle
    assert listed(net, client, query, **{"from": "2999-01-01T00:00:00Z"}) == []


TODAY = date.today()  # noqa: DTZ011 - days around it are days away
DAY = timedelta(days=2)


def test_a_representative_sees_the_same(net: Network, client: str, other: str) -> None:
    doel = looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ bsn }} }}')
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    given = mandate(net, client, other, TODAY - DAY, TODAY + DAY)
    assert [found for found in listed(net, other) if found["doel"] == doel] == [row]
    # Looking at who looked is looking too, and is seen by the person whose it is.
    until(lambda: [row for row in listed(net, client) if row["hoedanigheid"] == "VERTEGENWOORDIGER"])
    command(net, "revoke", given)
    assert not [found for found in listed(net, other) if found["doel"] == doel]


def test_a_page_that_began_under_a_mandate_goes_on_under_none(net: Network, client: str, other: str) -> None:
    """What follows an inzage that may not be seen any more is what follows one that never was."""
    doel = looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ bsn }} }}')
    (row,) = until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    looked(net, "{ clientprofiel { bsn } }", f"bsn:{other}")
    until(lambda: listed(net, other))
    given = mandate(net, client, other, TODAY - DAY, TODAY + DAY)
    cursor = {"n": 1000, "na": row["inzageID"]}
    assert listed(net, other, PAGE, **cursor)
    command(net, "revoke", given)
    token = net.token(f"bsn:{other}")
    gone, never = (net.ask(PAGE, {**cursor, "na": na}, token=token) for na in (row["inzageID"], str(uuid.uuid4())))
    assert [(reply.status, reply.body) for reply in (gone, never)] == [(200, b'{"data":{"inzagen":[]}}')] * 2
    # From the beginning its own are there.
    assert listed(net, other, PAGE, n=1)


@pytest.mark.parametrize(
    ("since", "end"),
    [(TODAY - 4 * DAY, TODAY - DAY), (TODAY + DAY, None)],
    ids=["expired", "not yet begun"],
)
def test_a_mandate_counts_in_its_period(net: Network, client: str, other: str, since: date, end: date | None) -> None:
    before = [row["inzageID"] for row in listed(net, other)]
    given = mandate(net, client, other, since, end)
    try:
        mine = {row["inzageID"] for row in listed(net, client)}
        assert mine
        assert not mine & {row["inzageID"] for row in listed(net, other)} - set(before)
    finally:
        command(net, "revoke", given)


def test_a_mandate_goes_one_way(net: Network, client: str, other: str) -> None:
    given = mandate(net, client, other, TODAY - DAY, None)
    try:
        doel = looked(net, f'{{ clientprofiel(where: {{bsn: {{eq: "{other}"}}}}) {{ bsn }} }}', f"bsn:{other}")
        until(lambda: [row for row in listed(net, other) if row["doel"] == doel])
        assert not [row for row in listed(net, client) if row["doel"] == doel]
    finally:
        command(net, "revoke", given)


def test_with_a_secret_address_a_representative_does_not_learn_who_cares(net: Network, client: str, other: str) -> None:
    """Where a party works says where a client lives."""
    doel = looked(net, f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ bsn }} }}')
    until(lambda: [row for row in listed(net, client) if row["doel"] == doel])
    given = mandate(net, client, other, TODAY - DAY, None, parties=False)
    try:
        query = (
            "query ($doel: String) { inzagen(where: {doel: {eq: $doel}}) { hoedanigheid partijcode partijnaam doel } }"
        )
        reply = net.ask(query, {"doel": doel}, token=net.token(f"bsn:{other}"))
        assert reply.json()["data"] == {
            "inzagen": [{"hoedanigheid": "ZORGKANTOOR", "partijcode": None, "partijnaam": None, "doel": doel}]
        }
        assert [(error["path"], error["extensions"]["code"]) for error in reply.json()["errors"]] == [
            (["inzagen", 0, name], "FORBIDDEN") for name in ("partijcode", "partijnaam")
        ]
        # What may not be read may not be searched either.
        search = "query ($doel: String, $code: String) { inzagen(where: {doel: {eq: $doel}, partijcode: {eq: $code}}) { moment } }"
        asked = [{"doel": doel, "code": code} for code in (OFFICE, "uzovi:0001")]
        answers = [net.ask(search, variables, token=net.token(f"bsn:{other}")) for variables in asked]
        assert {(answer.status, answer.body) for answer in answers} == {(200, b'{"data":{"inzagen":[]}}')}
        assert [len(listed(net, client, search, **variables)) for variables in asked] == [1, 0]
    finally:
        command(net, "revoke", given)


def test_no_content_and_no_number_of_a_person_is_kept(net: Network, client: str) -> None:
    answers: list[Reply] = [net.ask(LIST, token=net.token(f"bsn:{client}"))]
    assert not any(client.encode() in answer.body for answer in answers)
