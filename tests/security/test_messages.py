"""Error texts: nothing of values, of hidden parts of the schema, or of what is behind."""

from __future__ import annotations

import pytest

from registers.synthetic.edge_cases import CASES
from tests.harness import Network
from tests.security.parties import OFFICE, PROVIDER, audience, forged

BSN = "999990007"


@pytest.mark.parametrize(
    ("query", "hidden"),
    [
        ("{ overdracht }", "Overdracht"),
        ("{ bemiddeling { overdracht } }", "Overdracht"),
        ("{ bemiddeling { overdracht { nergens } } }", "Overdracht"),
        ("{ bemiddeling { overdracht { overdrachtspecificatie { nergens } } } }", "Overdracht"),
        ("{ overdracht(where: 1) { overdrachtID } }", "OverdrachtFilterInput"),
        ("{ overdracht(where: {nergens: 1}) { overdrachtID } }", "OverdrachtFilterInput"),
        ("{ bemiddeling(where: {overdracht: 1}) { bemiddelingID } }", "OverdrachtFilterInput"),
        ("query ($v: Int) { overdracht(where: $v) { overdrachtID } }", "OverdrachtFilterInput"),
        ("{ bemiddelingspecificatie { pgbPercentage { x } } }", "'Int'"),
    ],
)
def test_what_is_wrong_with_a_document_is_said_in_words_of_the_callers_schema(
    query: str, hidden: str, net: Network
) -> None:
    """A provider has no grant on anything of a transfer: no message may name a type that it did not write."""
    reply = net.ask(query, token=net.token(PROVIDER))
    assert (reply.status, set(reply.codes)) == (400, {"GRAPHQL_VALIDATION_FAILED"})
    assert hidden not in " ".join(error["message"] for error in reply.json()["errors"])
    said = net.ask(query, token=net.token(OFFICE)).json()["errors"]
    assert hidden in " ".join(error["message"] for error in said)


def test_two_callers_do_not_share_what_is_wrong_with_a_document(net: Network) -> None:
    query = "{ bemiddeling { overdracht { x } } }"
    texts = [net.ask(query, token=net.token(party)).body for party in (OFFICE, PROVIDER, OFFICE, PROVIDER)]
    assert (texts[0], texts[1]) == (texts[2], texts[3])
    assert texts[0] != texts[1]


@pytest.mark.parametrize("at", ["gateway", "bemiddeling"])
@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (f"{{ client(where: {{bsn: {{eq: {BSN}}}}}) {{ bsn }} }}", {}),
        (f'{{ client(where: {{bsn: {{eq: ["{BSN}"]}}}}) {{ bsn }} }}', {}),
        (f'{{ client(where: {{bsn: {{eq: {{is: "{BSN}"}}}}}}) {{ bsn }} }}', {}),
        (f'{{ client(where: "{BSN}") {{ bsn }} }}', {}),
        (f'{{ client(where: {{bsn: {{eq: "1" "{BSN}"}}}}) {{ bsn }} }}', {}),
        (f'{{ client {{ bsn @skip(if: "{BSN}") }} }}', {}),
        (f'query ($v: Int = "{BSN}") {{ client(where: {{bsn: {{eq: $v}}}}) {{ bsn }} }}', {}),
        (f'{{ bemiddeling(where: {{bemiddelingID: {{eq: "{BSN}"}}}}) {{ bemiddelingID }} }}', {}),
        (f'{{ bemiddeling(where: {{verantwoordelijkheidIngangsdatum: {{eq: "{BSN}"}}}}) {{ bemiddelingID }} }}', {}),
        (f"{{ bemiddelingspecificatie(where: {{percentage: {{eq: {BSN * 3}}}}}) {{ instelling }} }}", {}),
        (f"{{ client {{ bsn }} }} {BSN}", {}),
        (f'"""{BSN}""" 1', {}),
        ("query ($v: String) { client(where: {bsn: {eq: $v}}) { bsn } }", {"v": int(BSN)}),
        ("query ($v: String) { client(where: {bsn: {eq: $v}}) { bsn } }", {"v": [BSN]}),
        ("query ($v: String) { client(where: {bsn: {eq: $v}}) { bsn } }", {"v": BSN + "\x00"}),
        ("query ($w: ClientFilterInput) { client(where: $w) { bsn } }", {"w": {BSN: {"eq": BSN}}}),
        ("query ($w: ClientFilterInput) { client(where: $w) { bsn } }", {"w": {"bsn": {"eq": {"eq": BSN}}}}),
        ("query ($v: UUID) { bemiddeling(where: {bemiddelingID: {eq: $v}}) { bemiddelingID } }", {"v": {"a": BSN}}),
    ],
)
def test_no_message_repeats_a_value(at: str, query: str, variables: dict[str, object], net: Network) -> None:
    reply = net.ask(query, variables, token=forged(net, at), at=at)
    assert reply.status == 400
    assert BSN.encode() not in reply.body


@pytest.mark.parametrize("at", ["gateway", "bemiddeling"])
@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2024-06-30T23:59:60Z",
        "2024-01-01T00:00:00",
        "infinity",
        "now()",
        "'; SELECT 1; --",
        "\ud83d\ude00",
        "",
    ],
)
def test_a_moment_that_is_none_is_the_clients_mistake(at: str, value: str, net: Network) -> None:
    query = "query ($v: DateTime) { bemiddelingspecificatie(where: {vaststellingMoment: {gt: $v}}) { instelling } }"
    reply = net.ask(query, {"v": value}, token=forged(net, at), at=at)
    assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"])
    for word in (b"SELECT", b"postgres", b"asyncpg", b"/", b"Traceback"):
        assert word not in reply.json()["errors"][0]["message"].encode()


@pytest.mark.parametrize("at", ["gateway", "bemiddeling"])
def test_text_with_signs_of_sql_is_text(at: str, net: Network) -> None:
    query = (
        "query ($v: String, $w: [String]) { client(where: {or: [{taal: {contains: $v}}, {bsn: {in: $w}}]}) { bsn } }"
    )
    for sign in ("%", "_", "'", "\\", "''; DROP TABLE client; --", "$1", "{row}", "\x01 1\x02", "a" * 100_000):
        reply = net.ask(query, {"v": sign, "w": [sign, None]}, token=forged(net, at), at=at)
        assert (reply.status, reply.json()) == (200, {"data": {"client": []}}), sign[:20]


def test_a_response_key_is_a_key(net: Network) -> None:
    """Names of the client stand in the SQL of a register, and in the code that the gateway makes."""
    case = str(CASES["full_file"].ids["bemiddeling"])
    keys = ["__class__", "_entities", "representations", "client_key", "t1", "r", "self", "None", "x" * 5000]
    fields = " ".join(f"{key}: bemiddelingID" for key in keys)
    query = f'{{ bemiddeling(where: {{bemiddelingID: {{eq: "{case}"}}}}) {{ {fields} }} }}'
    assert net.ask(query, token=net.token(OFFICE)).json() == {"data": {"bemiddeling": [dict.fromkeys(keys, case)]}}


def test_a_document_for_one_register_says_nothing_of_its_sql(net: Network) -> None:
    for query in ("{ bemiddeling { " + " ".join(f"a{n}: bemiddelingID" for n in range(120)) + " } }",):
        reply = net.ask(query, token=net.token(OFFICE, audience("bemiddeling")), at="bemiddeling")
        assert reply.status == 200
        assert set(reply.json()["data"]["bemiddeling"][0]) == {f"a{n}" for n in range(120)}
