"""What travels and what does not (T13 to T16), and a register without its gateway (A22), at the shipped processes."""

from __future__ import annotations

import json
from collections.abc import Generator
from urllib.parse import quote

import pytest

from tests.gateway.library import token
from tests.harness import Network, Reply, request
from tests.security.stand import Stand, stand

QUERY = "{ books { title } }"
FORMS = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    headers = {"propagate": ["*"], "respond": ["Set-Cookie"]}
    with stand(tmp_path_factory.mktemp("transport"), tls=False, headers=headers) as found:
        yield found


def send(running: Stand, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
    sent = {"Authorization": f"Bearer {token()}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return request(f"http://127.0.0.1:{running.port}{path}", method=method, body=body, headers=sent)


# --- T13 ----------------------------------------------------------------------------------------------------------------


def test_t13_what_a_page_of_another_origin_can_send_is_not_answered(running: Stand) -> None:
    before = len(running.subgraph.seen)
    body = json.dumps({"query": QUERY}).encode()
    for form in FORMS:
        refused = send(running, "POST", "/graphql", body, Content_Type=form)
        assert (refused.status, refused.codes) == (415, ["UNSUPPORTED_MEDIA_TYPE"])
    assert send(running, "POST", "/graphql", body).status == 415
    asked = f"/graphql?query={quote(QUERY)}"
    assert send(running, "GET", asked).codes == ["CSRF_PREVENTION"]
    for form in FORMS:
        assert send(running, "GET", asked, Content_Type=form, GraphQL_Require_Preflight="1").status == 415
    assert len(running.subgraph.seen) == before
    assert send(running, "GET", asked, GraphQL_Require_Preflight="1").status == 200


def test_t13_a_mutation_never_over_get(running: Stand) -> None:
    before = len(running.subgraph.seen)
    asked = f"/graphql?query={quote('mutation { remove { title } }')}"
    refused = send(running, "GET", asked, GraphQL_Require_Preflight="1")
    assert (refused.status, refused.headers["allow"]) == (405, "POST")
    assert len(running.subgraph.seen) == before


# --- T14 ----------------------------------------------------------------------------------------------------------------

NEVER = {
    "Connection": "X-Mine",
    "X-Mine": "1",
    "Cookie": "session=1",
    "TE": "trailers",
    "Proxy-Authorization": "Basic eA==",
    "Forwarded": "for=192.0.2.7",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Host": "evil.example",
    "X-Real-IP": "192.0.2.7",
    "Sec-WebSocket-Key": "x",
    "Sec-Fetch-Site": "cross-site",
    "Origin": "https://evil.example",
    "Decision-Context": "a.b.c",
    "Via": "1.1 proxy",
}


def test_t14_what_never_travels_stays_here_though_a_rule_takes_everything(running: Stand) -> None:
    running.subgraph.seen.clear()
    assert running.ask(token(), headers={**NEVER, "X-Purpose": "care"}).status == 200
    (sent,) = running.subgraph.seen
    assert sent["x-purpose"] == "care"
    assert {name for name in sent if name in {header.lower() for header in NEVER}} == set()
    assert "authorization" not in sent
    assert not any(name.startswith(":") or "certificate" in name for name in sent)


def test_t14_several_cookies_survive(running: Stand) -> None:
    running.subgraph.extra = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/"), ("X-Secret", "s"), ("Server", "x")]
    connection = running.connect()
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token()}"}
        connection.request("POST", "/graphql", json.dumps({"query": QUERY}), headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.headers.get_all("set-cookie") == ["a=1", "b=2; Path=/"]
        assert answer.headers["x-secret"] is None
        assert answer.headers["server"] is None
    finally:
        connection.close()
        running.subgraph.extra = []


# --- T15 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_t15_a_redirect_is_an_error_and_no_credential_follows(status: int, running: Stand) -> None:
    running.subgraph.seen.clear()
    with Stand.elsewhere() as (place, arrived):
        running.subgraph.status, running.subgraph.extra = status, [("Location", place)]
        try:
            refused = running.ask(token())
        finally:
            running.subgraph.status, running.subgraph.extra = 200, []
        assert refused.codes == ["DOWNSTREAM_SERVICE_ERROR"]
        assert place not in refused.body.decode()
        assert len(running.subgraph.seen) == 1
        assert arrived == []


# --- T16 ----------------------------------------------------------------------------------------------------------------


def test_t16_a_flood_of_ranges_changes_nothing(running: Stand) -> None:
    whole = send(running, "GET", "/assets/boot.js")
    assert whole.status == 200
    # As many as fit into a request's headers.
    flood = "bytes=" + ",".join(f"{number}-{number}" for number in range(6000))
    flooded = send(running, "GET", "/assets/boot.js", Range=flood)
    assert (flooded.status, flooded.body) in [(200, whole.body), (431, flooded.body), (400, flooded.body)]
    few = send(running, "GET", "/assets/boot.js", Range="bytes=0-0,1-1,2-2")
    assert (few.status, few.body) == (200, whole.body)
    assert "content-range" not in few.headers


# --- A22 ----------------------------------------------------------------------------------------------------------------


def test_a22_a_register_without_the_gateway_and_what_clients_never_see(net: Network) -> None:
    entities = 'query { _entities(representations: [{__typename: "Bemiddeling", bemiddelingID: "x"}]) { __typename } }'
    for query in ("{ bemiddeling { bemiddelingID } }", entities, "{ _service { sdl } }"):
        assert net.ask(query, at="bemiddeling").status == 401
    # A party that is known may ask its rows, and nothing that is the gateway's.
    party = net.token("uzovi:5050", "https://netwerk.iwlz.example/registers/bemiddeling")
    assert net.ask("{ bemiddeling { bemiddelingID } }", token=party, at="bemiddeling").status == 200
    assert net.ask(entities, token=party, at="bemiddeling").status in {400, 401, 403}
    for query in (entities, "{ _service { sdl } }"):
        refused = net.ask(query, token=net.token("uzovi:5050"))
        assert (refused.status, refused.codes) == (400, ["GRAPHQL_VALIDATION_FAILED"])
