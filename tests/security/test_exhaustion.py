"""What one request can cost is settled before the work begins: at the gateway, and at a register for its own tokens."""

from __future__ import annotations

import json

import pytest

from tests.harness import Network, Reply, request
from tests.security.parties import OFFICE, audience

PLACES = ("gateway", "bemiddeling")
INSIDE = {"gateway": "BemiddelingClient", "bemiddeling": "Client"}
COMPLEX = (400, ["QUERY_TOO_COMPLEX"])
BY_FILTER = b'"query ($w: BemiddelingFilterInput) { bemiddeling(where: $w) { bemiddelingID } }"'


def _raw(net: Network, at: str, body: bytes) -> Reply:
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    headers["Authorization"] = f"Bearer {net.token(OFFICE, audience(at))}"
    return request(net.url(at) + "/graphql", body=body, headers=headers)


def _asked(net: Network, at: str, query: str) -> Reply:
    return net.ask(query, token=net.token(OFFICE, audience(at)), at=at)


# --- what went wrong once ---------------------------------------------------------------------------------------------


def test_roots_in_a_fragment_count_as_roots(net: Network) -> None:
    roots = " ".join(f"a{number}: bemiddeling {{ bemiddelingID }}" for number in range(60))
    reply = _asked(net, "gateway", f"{{ ...F }} fragment F on Query {{ {roots} }}")
    assert (reply.status, reply.codes) == COMPLEX


@pytest.mark.parametrize("at", PLACES)
def test_fields_that_are_compared_again_and_again_hold_nobody_up(at: str, net: Network) -> None:
    field = "bemiddeling { bemiddelingspecificatie { instelling } }"
    fragments = "".join(f" fragment F{n} on {INSIDE[at]} {{ {field * 60} }}" for n in range(8))
    documents = [
        "{ client { " + " ".join(f"...F{n}" for n in range(8)) + " } }" + fragments,
        "{ client { " + "... { bemiddeling { bemiddelingID } } " * 480 + "} }",
        "{ client { " + ("bemiddeling { " + "bemiddelingspecificatie { instelling } " * 20 + "} ") * 20 + "} }",
    ]
    for document in documents:
        reply = _asked(net, at, document)
        # Refused before the comparing, which took 1.0 to 1.7 s on the event loop; what the refusal itself costs is counted
        # in tests/gateway/language/test_limits.py.
        assert (reply.status, reply.codes) == COMPLEX


# --- what did not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize(
    "document",
    [
        "{ ...F0 }"
        + "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(25))
        + " fragment F25 on Query { bemiddeling { bemiddelingID } }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ bemiddeling { " + "client { bemiddeling { " * 14 + "bemiddelingID" + " } }" * 14 + " } }",
        "{ client(where: {bsn: {in: " + "[" * 3000 + "]" * 3000 + "}}) { bsn } }",
        "{ bemiddeling(where: " + "{and: " * 900 + "{}" + "}" * 900 + ") { bemiddelingID } }",
        "#\n" * 100_000 + "{ bemiddeling { bemiddelingID } }",
        "{ bemiddelingspecificatie(where: {percentage: {eq: " + "9" * 100_000 + "}}) { instelling } }",
    ],
    ids=["bomb", "cycle", "deep", "list", "object", "comments", "number"],
)
def test_a_document_that_is_too_much(at: str, document: str, net: Network) -> None:
    reply = _asked(net, at, document)
    assert reply.status == 400
    assert len(reply.body) < 2000


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("depth", [500, 100_000])
def test_a_deep_variable_is_the_clients_mistake(at: str, depth: int, net: Network) -> None:
    deep = b'{"and":[' * depth + b"{}" + b"]}" * depth
    reply = _raw(net, at, b'{"query":%b,"variables":{"w":%b}}' % (BY_FILTER, deep))
    assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("value", [b"1e999", b"NaN", b'"\\ud800"', b"1" + b"0" * 400])
def test_a_value_that_is_no_json(at: str, value: bytes, net: Network) -> None:
    query = json.dumps("query ($v: Int) { bemiddelingspecificatie(where: {percentage: {eq: $v}}) { instelling } }")
    reply = _raw(net, at, b'{"query":' + query.encode() + b',"variables":{"v":' + value + b"}}")
    assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"])


@pytest.mark.parametrize(
    "body",
    [
        b'{"query":"{ bemiddeling { bemiddelingID } }","query":"{ overdracht { overdrachtID } }"}',
        b'{"query":%b,"variables":{"w":{},"w":{"overdracht":{}}}}' % BY_FILTER,
        b'{"query":%b,"variables":{"w":{"\\u006fverdracht":{}}}}' % BY_FILTER,
    ],
    ids=["query", "variable", "escaped"],
)
def test_of_two_members_with_one_name_one_is_decided_on_and_the_same_is_run(body: bytes, net: Network) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {net.token('agb:51510101')}"}
    reply = request(net.url("gateway") + "/graphql", body=body, headers=headers)
    assert reply.codes[0] == "FORBIDDEN"
