"""What a known caller may not have: the whole operation is refused by name before anything is fetched; and the trace id.

Provider 51510101 is never granted `pgbPercentage` (open point 8 of the grants) nor anything of a transfer.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from tests.end_to_end.forge import take_apart
from tests.harness import GATEWAY_AUDIENCE, SCOPES, Network, Reply, register_audience, request

PROVIDER, OFFICE, CIZ = "agb:51510101", "uzovi:5050", "kvk:62253778"
REGISTER = "bemiddeling"


def _fetches(net: Network) -> dict[str, int]:
    """How often the gateway has asked each register."""
    page = request(net.url("gateway") + "/metrics", method="GET").body.decode()
    found: dict[str, int] = {}
    for name, count in re.findall(r'^gateway_subgraph_fetches_total\{subgraph="(\w+)".*\} (\d+)$', page, re.MULTILINE):
        found[name] = found.get(name, 0) + int(count)
    return found


def _refused(reply: Reply) -> list[tuple[str, str]]:
    """(sentence, coordinate) of each error of a refusal that names no scope."""
    content = reply.json()
    assert (reply.status, list(content)) == (403, ["errors"])
    assert "www-authenticate" not in reply.headers
    for error in content["errors"]:
        assert error["extensions"]["code"] == "FORBIDDEN"
    return [(error["message"], error["extensions"]["coordinate"]) for error in content["errors"]]


def _not_granted(*coordinates: str) -> list[tuple[str, str]]:
    return [(f"{coordinate} is not granted to this caller.", coordinate) for coordinate in coordinates]


# --- scopes -----------------------------------------------------------------------------------------------------------


def test_c13_a_missing_scope_is_named(net: Network) -> None:
    before = _fetches(net)
    reply = net.ask(
        "{ bemiddeling { bemiddelingID wlzIndicatie { besluitnummer } } }",
        token=net.token(OFFICE, scope=SCOPES["bemiddeling"]),
    )
    assert (reply.status, reply.json()) == (
        403,
        {
            "errors": [
                {
                    "message": f"WlzIndicatie.besluitnummer needs the scope {SCOPES['indicatie']}.",
                    "extensions": {
                        "code": "FORBIDDEN",
                        "coordinate": "WlzIndicatie.besluitnummer",
                        "missingScope": SCOPES["indicatie"],
                    },
                }
            ]
        },
    )
    assert reply.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{SCOPES["indicatie"]}"'
    assert _fetches(net) == before


def test_c13_all_missing_scopes_are_named(net: Network) -> None:
    query = "{ levering { leveringID } clientprofiel { taal } bemiddeling { bemiddelingID } }"
    reply = net.ask(query, token=net.token(OFFICE, scope=SCOPES["bemiddeling"]))
    assert reply.status == 403
    assert [error["extensions"]["coordinate"] for error in reply.json()["errors"]] == [
        "Levering.leveringID",
        "Clientprofiel.taal",
    ]
    scopes = f"{SCOPES['zorglevering']} {SCOPES['client']}"
    assert reply.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{scopes}"'


def test_a_scope_that_only_resembles_does_not_count(net: Network) -> None:
    """The scope of one register is not that of another, and the issuer gives no others."""
    reply = net.ask("{ bemiddeling { bemiddelingID } }", token=net.token(OFFICE, scope=SCOPES["client"]))
    assert (reply.status, reply.codes) == (403, ["FORBIDDEN"])


def test_a_register_names_the_missing_scope_too(net: Network) -> None:
    token = net.token(OFFICE, register_audience(REGISTER), SCOPES["indicatie"])
    reply = net.ask("{ bemiddeling { bemiddelingID } }", token=token, at=REGISTER)
    scope = SCOPES[REGISTER]
    assert (reply.status, reply.json()) == (
        403,
        {
            "errors": [
                {
                    "message": f"{coordinate} needs the scope {scope}.",
                    "extensions": {"code": "FORBIDDEN", "coordinate": coordinate, "missingScope": scope},
                }
                for coordinate in ("Query.bemiddeling", "Bemiddeling.bemiddelingID")
            ]
        },
    )
    assert reply.headers["www-authenticate"] == f'Bearer error="insufficient_scope", scope="{scope}"'


# --- roles ------------------------------------------------------------------------------------------------------------


def _operator(net: Network, audience: str) -> str:
    """A participant whose role no grant names, with every scope; the issuer itself would give it none."""
    forge = take_apart(net, OFFICE, audience)
    return forge.sign(uzovi=None, kvk="99000001", instantie_type="Onderneming", scopes=list(SCOPES.values()))


def test_a_role_without_grants_reads_nothing(net: Network) -> None:
    before = _fetches(net)
    operator = _operator(net, GATEWAY_AUDIENCE)
    query = "{ bemiddeling { bemiddelingID } wlzIndicatie { bsn } levering { leveringID } clientprofiel { bsn } }"
    assert _refused(net.ask(query, token=operator)) == _not_granted(
        "Bemiddeling.bemiddelingID", "WlzIndicatie.bsn", "Levering.leveringID", "Clientprofiel.bsn"
    )
    assert _fetches(net) == before


def test_a_role_without_grants_reads_nothing_at_a_register(net: Network) -> None:
    operator = _operator(net, register_audience(REGISTER))
    reply = net.ask("{ bemiddeling { bemiddelingID } }", token=operator, at=REGISTER)
    assert _refused(reply) == [
        ("Not allowed to read Query.bemiddeling.", "Query.bemiddeling"),
        ("Not allowed to read Bemiddeling.bemiddelingID.", "Bemiddeling.bemiddelingID"),
    ]


def test_ciz_has_to_say_of_which_indication(net: Network) -> None:
    before = _fetches(net)
    reply = net.ask("{ bemiddeling { bemiddelingID } }", token=net.token(CIZ))
    sentence = "Query.bemiddeling may only be asked with wlzIndicatieID equal to a value."
    assert _refused(reply) == [(sentence, "Query.bemiddeling")]
    assert _fetches(net) == before


# --- fields -----------------------------------------------------------------------------------------------------------

PGB = "Bemiddelingspecificatie.pgbPercentage"
# How one refused field can be written; the verdict is the same for all.
SPELLINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("{ bemiddelingspecificatie { bemiddelingspecificatieID pgbPercentage } }", {}),
    "alias": ("{ s: bemiddelingspecificatie { percentage: pgbPercentage } }", {}),
    "fragment": (
        "{ bemiddelingspecificatie { ...F } } fragment F on Bemiddelingspecificatie { pgbPercentage }",
        {},
    ),
    "fragment in a fragment": (
        """{ bemiddeling { ...A } } fragment A on Bemiddeling { bemiddelingspecificatie { ...F } }
        fragment F on Bemiddelingspecificatie { pgbPercentage }""",
        {},
    ),
    "inline fragment": (
        "{ bemiddelingspecificatie { ... { ... on Bemiddelingspecificatie { pgbPercentage } } } }",
        {},
    ),
    "include": (
        "query ($x: Boolean!) { bemiddelingspecificatie { pgbPercentage @include(if: $x) } }",
        {"x": True},
    ),
    "skip": ("query ($x: Boolean = false) { bemiddelingspecificatie { pgbPercentage @skip(if: $x) } }", {}),
    "twice": (
        "{ a: bemiddelingspecificatie { pgbPercentage } b: bemiddelingspecificatie { pgbPercentage } }",
        {},
    ),
    "behind links": ("{ levering { bemiddelingspecificatie { pgbPercentage } } }", {}),
    "filter": (
        "{ bemiddelingspecificatie(where: {pgbPercentage: {eq: 50}}) { bemiddelingspecificatieID } }",
        {},
    ),
    "filter in a variable": (
        "query ($w: BemiddelingspecificatieFilterInput) { bemiddelingspecificatie(where: $w) { leveringsvorm } }",
        {"w": {"or": [{"and": [{"pgbPercentage": {"gt": 0}}]}]}},
    ),
    "default of a variable": (
        """query ($w: BemiddelingspecificatieFilterInput = {pgbPercentage: {gt: 0}})
        { bemiddelingspecificatie(where: $w) { leveringsvorm } }""",
        {},
    ),
    "filter over a relation": (
        "{ bemiddeling(where: {bemiddelingspecificatie: {some: {pgbPercentage: {gt: 0}}}}) { bemiddelingID } }",
        {},
    ),
    "sort": (
        "{ bemiddeling { bemiddelingspecificatie(order: [{pgbPercentage: ASC}]) { bemiddelingspecificatieID } } }",
        {},
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_c12_a_refused_field_however_it_is_written(spelling: str, net: Network) -> None:
    before = _fetches(net)
    query, variables = SPELLINGS[spelling]
    assert _refused(net.ask(query, variables, token=net.token(PROVIDER))) == _not_granted(PGB)
    assert _fetches(net) == before


@pytest.mark.parametrize("spelling", [name for name in SPELLINGS if name != "behind links"])
def test_c12_a_register_refuses_it_as_well(spelling: str, net: Network) -> None:
    query, variables = SPELLINGS[spelling]
    token = net.token(PROVIDER, register_audience(REGISTER))
    reply = net.ask(query, variables, token=token, at=REGISTER)
    assert _refused(reply) == [(f"Not allowed to read {PGB}.", PGB)]


def test_a_field_that_is_left_out_is_not_refused(net: Network) -> None:
    query = "query ($x: Boolean!) { bemiddelingspecificatie { leveringsvorm pgbPercentage @include(if: $x) } }"
    plain = net.ask("{ bemiddelingspecificatie { leveringsvorm } }", token=net.token(PROVIDER))
    reply = net.ask(query, {"x": False}, token=net.token(PROVIDER))
    assert (reply.status, reply.body) == (200, plain.body)


def test_every_refused_coordinate_is_named(net: Network) -> None:
    before = _fetches(net)
    query = """{
      bemiddeling(where: {overdracht: {verhuisDatum: {neq: null}}}) { bemiddelingID overdracht { overdrachtID } }
      bemiddelingspecificatie { pgbPercentage zzpCode }
    }"""
    reply = net.ask(query, token=net.token(PROVIDER))
    assert sorted(_refused(reply)) == sorted(
        _not_granted("Bemiddeling.overdracht", "Overdracht.verhuisDatum", "Overdracht.overdrachtID", PGB)
    )
    assert _fetches(net) == before


def test_who_may_read_it_gets_it(net: Network) -> None:
    reply = net.ask(SPELLINGS["plain"][0], token=net.token(OFFICE))
    assert reply.status == 200
    assert {row["pgbPercentage"] for row in reply.json()["data"]["bemiddelingspecificatie"]} > {None}


# --- the trace id -------------------------------------------------------------------------------------------------------

TRACE = "463ac35c9f6413ad48485a3953bb6124"
ACROSS = "{ bemiddeling { bemiddelingID wlzIndicatie { besluitnummer } } }"


def _logged(net: Network, name: str, trace: str) -> list[dict[str, Any]]:
    """The lines of a process's log for a trace; a register writes its line after it has answered."""
    deadline = time.monotonic() + 5
    while True:
        lines = (net.state / "log" / f"{name}.log").read_text().splitlines()
        found = [json.loads(line) for line in lines if trace in line]
        if found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def test_a_trace_id_goes_to_every_register_and_comes_back(net: Network) -> None:
    reply = net.ask(ACROSS, token=net.token(OFFICE), headers={"X-B3-TraceId": TRACE})
    assert (reply.status, reply.headers["x-b3-traceid"]) == (200, TRACE)
    (line,) = _logged(net, "gateway", TRACE)
    assert (line["event"], line["status"], line["role"]) == ("request", 200, "ZORGKANTOOR")
    spans: set[str] = set()
    for register in ("bemiddeling", "indicatie"):
        (line,) = _logged(net, register, TRACE)
        assert (line["trace"], line["status"], line["credential"]) == (TRACE, 200, "context")
        spans.add(line["span"])
    assert len(spans) == 2


@pytest.mark.parametrize(
    "given",
    [None, "", "0" * 32, TRACE.upper(), TRACE[:16], TRACE + "0", "x" * 32, f"{TRACE}, {TRACE}"],
    ids=["none", "empty", "zero", "upper case", "short", "long", "no hex", "two"],
)
def test_a_trace_id_that_is_none_is_replaced(given: str | None, net: Network) -> None:
    headers = {} if given is None else {"X-B3-TraceId": given}
    for at, audience in (("gateway", GATEWAY_AUDIENCE), (REGISTER, register_audience(REGISTER))):
        query = '{ bemiddeling(where: {verantwoordelijkZorgkantoor: {eq: "0000"}}) { bemiddelingID } }'
        reply = net.ask(query, token=net.token(OFFICE, audience), headers=headers, at=at)
        made = reply.headers["x-b3-traceid"]
        assert re.fullmatch("(?!0{32})[0-9a-f]{32}", made)
        assert made != given
        # What was made is what went on.
        assert [line["trace"] for line in _logged(net, REGISTER, made)] == [made]


def test_a_refusal_has_its_trace_id_too(net: Network) -> None:
    headers = {"X-B3-TraceId": TRACE}
    for at in ("gateway", REGISTER):
        reply = net.ask(ACROSS, at=at, headers=headers)
        assert (reply.status, reply.headers["x-b3-traceid"]) == (401, TRACE)
        reply = request(net.url(at) + "/graphql", body=b"{", headers=headers)
        assert (reply.status, reply.headers["x-b3-traceid"]) == (415, TRACE)


def test_logs_hold_no_personal_data(net: Network) -> None:
    bsn = "999990019"
    token = net.token(OFFICE)
    trace = "a" * 32
    query = "query ($bsn: String!) { client(where: {bsn: {eq: $bsn}}) { bsn profiel { taal } } }"
    assert net.ask(query, {"bsn": bsn}, token=token, headers={"X-B3-TraceId": trace}).status == 200
    assert net.ask(f'{{ client(where: {{bsn: {{eq: "{bsn}" }}, x: 1}}) {{ bsn }} }}', token=token).status == 400
    _logged(net, REGISTER, trace)
    for log in (net.state / "log").iterdir():
        text = log.read_text()
        assert bsn not in text
        assert token.split(".")[2] not in text
