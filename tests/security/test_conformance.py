"""Conformance cases of the access rules at the shipped processes: the network as `network up` starts it.

Windows are tried on both sides of their last day: the register is asked on its socket, with a decision context for that day. The rows are
the named edge cases of the synthetic network. Where published queries, refusals and credentials are tried stand the tests of other
cases; `docs/security.md` lists them all.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

import tests.gateway.library
from network.database import database_url
from registers.synthetic.edge_cases import CASES, EdgeCase
from tests.gateway.library import GRANTS, token
from tests.harness import REPOSITORY, Network, request
from tests.security.parties import CIZ, OFFICE, PROVIDER, lines, refused
from tests.security.sealed import asked_on, shown_on
from tests.security.stand import stand

FILE = """query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) {
  regiehouder { regiehouderID }
  bemiddelingspecificatie { bemiddelingspecificatieID }
  client { contactgegevens { clientContactgegevensID } }
} }"""
BOTH = pytest.mark.parametrize("party", [PROVIDER, OFFICE])


def seen(net: Network, case: EdgeCase, today: date, party: str) -> dict[str, set[str]]:
    """Which records of a case's mediation a party sees on a day, by the names that the case has for them."""
    (found,) = shown_on(net, today, "bemiddeling", party, FILE, {"id": case["bemiddeling"]})["bemiddeling"]
    names = {str(key): name for name, key in case.ids.items()}

    def named(rows: list[dict[str, str]]) -> set[str]:
        return {names.get(key, key) for row in rows for key in row.values()}

    return {
        "specificaties": named(found["bemiddelingspecificatie"]),
        "regiehouders": named(found["regiehouder"]),
        "contact": named(found["client"]["contactgegevens"]),
    }


def fetches(net: Network) -> dict[str, int]:
    """How often the gateway has asked each register."""
    page = request(net.url("gateway") + "/metrics", method="GET").body.decode()
    found = re.findall(r'^gateway_subgraph_fetches_total\{.*subgraph="(\w+)".*\} (\d+)$', page, re.MULTILINE)
    return {name: int(count) for name, count in found}


def test_c03_what_a_role_never_gets_refuses_and_what_hangs_on_the_row_is_null(net: Network) -> None:
    for field, coordinate in [
        ("pgbPercentage", "Bemiddelingspecificatie.pgbPercentage"),
        ("bemiddeling { overdracht { overdrachtDatum } }", "Bemiddeling.overdracht"),
    ]:
        where = f'(where: {{bemiddelingspecificatieID: {{eq: "{CASES["full_file"]["pgb"]}"}}}})'
        query = f"{{ bemiddelingspecificatie{where} {{ leveringsvorm {field} }} }}"
        assert refused(net.ask(query, token=net.token(PROVIDER)))[0] == coordinate
        assert len(lines(net.ask(query, token=net.token(OFFICE)), "bemiddelingspecificatie")) == 1
    query = "query ($id: UUID) { levering(where: {leveringID: {eq: $id}}) { leveringID verzoeken { verzoekID } } }"
    of_another = str(CASES["request_to_other"]["levering"])
    reply = net.ask(query, {"id": of_another}, token=net.token(PROVIDER))
    assert (reply.status, reply.json()) == (
        200,
        {
            "errors": [
                {
                    "message": "This caller may not read this field here.",
                    "path": ["levering", 0, "verzoeken"],
                    "extensions": {"code": "FORBIDDEN"},
                }
            ],
            "data": {"levering": [{"leveringID": of_another, "verzoeken": None}]},
        },
    )
    own = CASES["full_file"]
    (found,) = lines(net.ask(query, {"id": str(own["levering"])}, token=net.token(PROVIDER)), "levering")
    assert found["verzoeken"] == [{"verzoekID": str(own["verzoek"])}]


@BOTH
def test_c04_what_overlaps_an_ended_allocation_is_seen_until_31_may(party: str, net: Network) -> None:
    case = CASES["windows_ended"]
    last, after = (seen(net, case, day, party) for day in (date(2026, 5, 31), date(2026, 6, 1)))
    assert (last["specificaties"], last["regiehouders"]) == ({"eigen", "overlappend"}, {"regiehouder"})
    assert (after["specificaties"], after["regiehouders"]) == ({"eigen"}, set())


@BOTH
def test_c05_contact_data_is_seen_for_two_years(party: str, net: Network) -> None:
    case = CASES["windows_ended"]
    assert seen(net, case, date(2027, 7, 15), party)["contact"] == {"contact"}
    assert seen(net, case, date(2027, 7, 16), party)["contact"] == set()


@BOTH
def test_c06_an_allocation_without_end_has_no_window(party: str, net: Network) -> None:
    assert seen(net, CASES["open_end"], date(2045, 1, 1), party) == {
        "specificaties": {"eigen", "overlappend"},
        "regiehouders": {"regiehouder"},
        "contact": {"contact"},
    }


@BOTH
def test_c07_an_allocation_overlaps_from_the_moment_that_it_was_recorded(party: str, net: Network) -> None:
    case = CASES["recorded_before_start"]
    assert seen(net, case, date(2024, 5, 1), party)["specificaties"] == {"eigen", "overlappend"}
    case = CASES["recorded_at_midnight"]
    assert seen(net, case, date(2024, 5, 1), party)["specificaties"] == {"eigen"}


@pytest.fixture
def new_office_only(net: Network) -> Iterator[EdgeCase]:
    """The office that took over has nothing else with this client: its own new mediation is another's for a while."""
    case = CASES["transfer_done"]
    admin = json.loads((net.state / "run.json").read_text())["database_url"]

    async def hand(code: str) -> None:
        connection = await asyncpg.connect(database_url(admin, "bemiddeling"))
        await connection.execute(
            'UPDATE bemiddeling SET "verantwoordelijkZorgkantoor" = $2 WHERE "bemiddelingID" = $1',
            case["bemiddeling_nieuw"],
            code,
        )
        await connection.execute(
            'UPDATE bemiddelingspecificatie SET "uitvoerendZorgkantoor" = $2 WHERE "bemiddelingspecificatieID" = $1',
            case["eigen_nieuw"],
            code,
        )
        await connection.close()

    asyncio.run(hand("5505"))
    yield case
    asyncio.run(hand("5050"))


def test_c08_a_transfer_carries_what_had_not_ended_the_day_before(new_office_only: EdgeCase, net: Network) -> None:
    assert seen(net, new_office_only, date(2025, 6, 1), OFFICE) == {
        "specificaties": {"verbonden", "lopend"},
        "regiehouders": {"regiehouder"},
        "contact": {"contact", "contact_2025_03_01"},
    }


def test_c09_an_own_id_beside_that_of_another_opens_nothing(net: Network) -> None:
    query = """query ($own: UUID, $other: UUID) {
      leveringperiode(where: {leveringperiodeID: {eq: $other}}) {
        ingangsdatum levering(where: {bemiddelingspecificatieID: {eq: $own}}) { leveringID }
      }
      levering(where: {bemiddelingspecificatieID: {eq: $own}}) {
        leveringID leveringperiodes(where: {leveringperiodeID: {eq: $other}}) { ingangsdatum }
      }
    }"""
    own, other = CASES["windows_ended"], CASES["request_to_other"]["leveringperiode"]
    answers = [
        net.ask(query, {"own": str(own["eigen"]), "other": str(asked)}, token=net.token(PROVIDER))
        for asked in (other, uuid.uuid4())
    ]
    nothing = {"leveringperiode": [], "levering": [{"leveringID": str(own["levering"]), "leveringperiodes": []}]}
    assert [(reply.status, reply.json()) for reply in answers] == [(200, {"data": nothing})] * 2
    found = net.ask(query, {"own": str(own["eigen"]), "other": str(own["leveringperiode"])}, token=net.token(PROVIDER))
    assert len(lines(found, "leveringperiode")) == 1


@pytest.mark.parametrize(("office", "mediation"), [("5050", "bemiddeling"), ("5505", "bemiddeling_elders")])
def test_c10_by_client_an_office_sees_its_own_mediation_only(office: str, mediation: str, net: Network) -> None:
    case = CASES["two_offices"]
    query = "query ($bsn: String) { client(where: {bsn: {eq: $bsn}}) { bemiddeling { bemiddelingID } } }"
    reply = net.ask(query, {"bsn": case.bsn}, token=net.token(f"uzovi:{office}"))
    assert lines(reply, "client") == [{"bemiddeling": [{"bemiddelingID": str(case[mediation])}]}]


def test_c11_filtering_on_a_field_is_reading_it(net: Network) -> None:
    mediation = str(CASES["full_file"]["bemiddeling"])
    before = fetches(net)
    of_client = f'{{ bemiddeling(where: {{wlzIndicatieID: {{eq: "{mediation}"}}, client: {{bsn: {{eq: "1"}}}}}}) {{ bemiddelingID }} }}'
    assert refused(net.ask(of_client, token=net.token(CIZ))) == ["Bemiddeling.client", "BemiddelingClient.bsn"]
    transfer = '{ bemiddeling(where: {overdracht: {overdrachtDatum: {gt: "2025-01-01"}}}) { bemiddelingID } }'
    assert refused(net.ask(transfer, token=net.token(PROVIDER))) == [
        "Bemiddeling.overdracht",
        "Overdracht.overdrachtDatum",
    ]
    assert fetches(net) == before
    assert lines(net.ask(transfer, token=net.token(OFFICE)), "bemiddeling") != []


def test_c12_a_representation_opens_no_field_either(net: Network) -> None:
    query = """query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Bemiddelingspecificatie { instelling pgbPercentage @include(if: true) }
    } }"""
    of = {
        "of": [{"__typename": "Bemiddelingspecificatie", "bemiddelingspecificatieID": str(CASES["full_file"]["eigen"])}]
    }
    today = date(2026, 1, 1)
    assert refused(asked_on(net, today, "bemiddeling", PROVIDER, query, of)) == [
        "Bemiddelingspecificatie.pgbPercentage"
    ]
    allowed = shown_on(net, today, "bemiddeling", OFFICE, query, of)["_entities"]
    assert [row["instelling"] for row in allowed] == ["51510101"]


def test_c15_an_inner_token_that_is_changed_breaks_the_outer_signature(net: Network) -> None:
    head, payload, signature = net.token(PROVIDER).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    inner = base64.urlsafe_b64encode(json.dumps({"agb": "66600011"}).encode()).rstrip(b"=").decode()
    changed = {**claims, "_claim_names": {"agb": "x"}, "_claim_sources": {"x": {"jwt": f"e30.{inner}.x"}}}
    changed.pop("agb", None)
    body = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    reply = net.ask("{ levering { leveringID } }", token=f"{head}.{body}.{signature}")
    assert (reply.status, reply.codes) == (401, ["UNAUTHENTICATED"])
    assert net.ask("{ levering { leveringID } }", token=f"{head}.{payload}.{signature}").status == 200


def test_c17_a_new_field_is_closed_until_a_grant_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`gateway check` names it, which ends the build (`tests/gateway/authorization/test_network_grants.py`); nobody can select it."""
    config: dict[str, Any] = yaml.safe_load((REPOSITORY / "network" / "supergraph.yaml").read_text())
    for name, entry in config["subgraphs"].items():
        sdl = (REPOSITORY / "registers" / name / "schema.graphql").read_text()
        if name == "indicatie":
            sdl = re.sub(r"(type Grondslag [^{]*\{)", r"\1 nieuw: String", sdl)
        entry["schema"]["file"] = f"{name}.graphql"
        (tmp_path / f"{name}.graphql").write_text(sdl)
    (tmp_path / "supergraph.yaml").write_text(yaml.safe_dump(config))
    command = [sys.executable, "-m", "gateway", "check", "--config", str(tmp_path / "supergraph.yaml")]
    command += ["--grants", str(REPOSITORY / "network" / "grants.yaml")]
    checked = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert "indicatie.Grondslag.nieuw: neither a grant nor a `never` names it; nobody can read it." in checked.stdout

    unnamed = GRANTS.replace("fields: [loanID, reader, book]", "fields: [loanID, book]")
    monkeypatch.setattr(tests.gateway.library, "GRANTS", unnamed)
    (tmp_path / "desk").mkdir()
    with stand(tmp_path / "desk", tls=False) as desk:
        assert refused(desk.ask(token("CLERK"), query="{ loans { loanID reader } }")) == ["Loan.reader"]
        assert desk.subgraph.seen == []
        shown = desk.ask(token("CLERK"), query='{ __type(name: "Loan") { fields { name } } }').json()
        assert {field["name"] for field in shown["data"]["__type"]["fields"]} == {"loanID", "book"}


def test_c18_a_long_list_costs_as_many_fetches_as_one_row(net: Network) -> None:
    query = """query ($where: LeveringFilterInput) { levering(where: $where) {
      leveringID client { profiel { bsn } } bemiddelingspecificatie { instelling bemiddeling { wlzIndicatie { besluitnummer } } }
    } }"""
    own = {"leveringID": {"eq": str(CASES["full_file"]["levering"])}}

    def counted(where: Any) -> tuple[int, dict[str, int]]:
        before = fetches(net)
        found = lines(net.ask(query, {"where": where}, token=net.token(OFFICE)), "levering")
        after = fetches(net)
        return len(found), {name: count - before.get(name, 0) for name, count in after.items()}

    (one, few), (many, more) = counted(own), counted(None)
    assert (one, more) == (1, few)
    assert many > 20
