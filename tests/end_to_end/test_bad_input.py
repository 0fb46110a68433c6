"""What is no proper request, at the shipped gateway and at a shipped register: status, code and sentence of each.

Documents that cannot be run are in `test_bad_documents.py`, credentials that do not count in `test_credentials.py`, what a
caller may not have in `test_refusals.py`.
"""

from __future__ import annotations

import json
import socket
from urllib.parse import quote, urlsplit

import pytest

from tests.end_to_end.sending import GRAPHQL, PLACES, REGISTER, Answer, Sent, only_error, send
from tests.harness import GATEWAY_AUDIENCE, Network, register_audience, request

BAD, INVALID = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"
NOT_JSON = ((400, BAD, "The body is not valid JSON in UTF-8."), (400, BAD, "The body is no JSON."))
NO_QUERY = (400, BAD, "The body must be a JSON object with the member query.")
OTHER_TYPE = (
    (415, "UNSUPPORTED_MEDIA_TYPE", "The body must be announced as Content-Type: application/json, in UTF-8."),
    (415, "UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json."),
)
OTHER_ACCEPT = ((406, "NOT_ACCEPTABLE", f"Accept must contain {GRAPHQL} or application/json."), None)

REQUESTS = [
    Sent("no JSON", *NOT_JSON, body=b'{"query": '),
    Sent("no UTF-8", *NOT_JSON, body=b'{"query": "\xe9"}'),
    Sent("nothing", *NOT_JSON, body=b""),
    Sent("a string", (400, BAD, "The body must be a JSON object."), NO_QUERY, body=b'"{ __typename }"'),
    Sent("a number", (400, BAD, "The body must be a JSON object."), NO_QUERY, body=b"1"),
    Sent(
        "a batch",
        (400, BAD, "Batching is not supported: send one operation a request."),
        NO_QUERY,
        body=b'[{"query": "{ __typename }"}]',
    ),
    Sent("no query", (400, BAD, "The parameter query is missing."), NO_QUERY, body=b'{"variables": {}}'),
    Sent("query null", (400, BAD, "The parameter query is missing."), NO_QUERY, body=b'{"query": null}'),
    Sent("query a number", (400, BAD, "The parameter query must be a string."), NO_QUERY, body=b'{"query": 1}'),
    Sent(
        "operationName a number",
        (400, BAD, "The parameter operationName must be a string."),
        (400, BAD, "operationName must be a string."),
        body=b'{"query": "{ __typename }", "operationName": 1}',
    ),
    Sent(
        "variables a list",
        (400, BAD, "The parameter variables must be an object."),
        (400, BAD, "variables must be an object."),
        body=b'{"query": "{ __typename }", "variables": []}',
    ),
    Sent("text", *OTHER_TYPE, headers={"Content-Type": "text/plain"}),
    Sent("a form", *OTHER_TYPE, headers={"Content-Type": "application/x-www-form-urlencoded"}),
    Sent("no media type", *OTHER_TYPE, headers={"Content-Type": None}),
    Sent("another encoding", *OTHER_TYPE, headers={"Content-Type": "application/json; charset=iso-8859-1"}),
    Sent("only HTML accepted", *OTHER_ACCEPT, headers={"Accept": "text/html"}),
    Sent("nothing accepted", *OTHER_ACCEPT, headers={"Accept": "*/*;q=0"}),
]


@pytest.mark.parametrize("sent", REQUESTS, ids=lambda sent: sent.id)
@pytest.mark.parametrize("at", PLACES)
def test_a_request_that_is_none(at: str, sent: Sent, net: Network) -> None:
    reply = send(net, at, sent.body, sent.headers)
    assert only_error(reply) == sent.answer(at)
    assert reply.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"


TYPE_NAME = b'{"query": "{ __typename }"}'


def test_under_plain_json_what_the_graph_answers_has_status_200(net: Network) -> None:
    plain = {"Accept": "application/json"}
    reply = send(net, "gateway", b'{"query": "{ naam }"}', plain)
    assert (reply.status, reply.codes) == (200, [INVALID])
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    # What is refused before the graph is asked keeps its status.
    assert send(net, "gateway", b"{", plain).status == 400
    assert send(net, "gateway", TYPE_NAME, {**plain, "Authorization": None}).status == 401


def test_without_a_wish_the_answer_is_a_graphql_response(net: Network) -> None:
    for at in PLACES:
        for accept in (None, "*/*", "application/*", f"application/json;q=0.5, {GRAPHQL}"):
            reply = send(net, at, TYPE_NAME, {"Accept": accept})
            assert (reply.status, reply.json()) == (200, {"data": {"__typename": "Query"}})
            assert reply.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


# --- methods --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method(method: str, net: Network) -> None:
    for at, allowed, sentence in (
        ("gateway", "GET, POST", f"The method {method} is not supported here."),
        (REGISTER, "POST", "Send queries by POST."),
    ):
        reply = send(net, at, TYPE_NAME, method=method)
        assert only_error(reply) == (405, "METHOD_NOT_ALLOWED", sentence)
        assert reply.headers["allow"] == allowed


ASK_TYPE = "?query=" + quote("{ __typename }")
BARE: dict[str, str | None] = {"Content-Type": None}
PREFLIGHT = {**BARE, "GraphQL-Require-Preflight": "1"}


def test_a_get_answers_queries(net: Network) -> None:
    search = (
        "?query="
        + quote("query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { bemiddelingID } }")
        + "&variables="
        + quote('{"id": "00000000-0000-4000-8000-000000000000"}')
    )
    reply = send(net, "gateway", None, PREFLIGHT, method="GET", search=search)
    assert (reply.status, reply.json()) == (200, {"data": {"bemiddeling": []}})


@pytest.mark.parametrize(
    ("headers", "search", "expected"),
    [
        (
            BARE,
            ASK_TYPE,
            (
                400,
                "CSRF_PREVENTION",
                "A GET needs the header GraphQL-Require-Preflight, so that no page of another origin can send it.",
            ),
        ),
        (
            {"Content-Type": "text/plain"},
            ASK_TYPE,
            (415, "UNSUPPORTED_MEDIA_TYPE", "A GET has no body, or one of application/json."),
        ),
        (PREFLIGHT, "", (400, BAD, "The parameter query is missing.")),
        (PREFLIGHT, ASK_TYPE + "&query=x", (400, BAD, "The parameter query may be given once.")),
        (PREFLIGHT, ASK_TYPE + "&variables=x", (400, BAD, "The parameter variables must be an object in JSON.")),
        (PREFLIGHT, "?query=%ff", (400, BAD, "The query string cannot be read.")),
    ],
    ids=["any page could send it", "text", "no query", "two queries", "variables no JSON", "no UTF-8"],
)
def test_a_get_that_is_none(headers: dict[str, str | None], search: str, expected: Answer, net: Network) -> None:
    reply = send(net, "gateway", None, headers, method="GET", search=search)
    assert only_error(reply) == expected


def test_a_register_has_no_get(net: Network) -> None:
    reply = send(net, REGISTER, None, PREFLIGHT, method="GET", search=ASK_TYPE)
    assert (only_error(reply), reply.headers["allow"]) == (
        (405, "METHOD_NOT_ALLOWED", "Send queries by POST."),
        "POST",
    )


# --- size -----------------------------------------------------------------------------------------------------------

LIMITS = {
    "gateway": (1024 * 1024, "The request is larger than 1048576 bytes."),
    REGISTER: (4 * 1024 * 1024, "The request is too large."),
}


def _exchange(net: Network, at: str, head: str, chunks: list[bytes]) -> bytes:
    """What comes back on a connection on which all of this is sent, or as much as the other side takes."""
    parts = urlsplit(net.url(at))
    token = net.token("uzovi:5050", GATEWAY_AUDIENCE if at == "gateway" else register_audience(at))
    lines = f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=10) as connection:
        connection.sendall(f"{lines}{head}\r\n\r\n".encode())
        for chunk in chunks:
            connection.sendall(chunk)
        found = b""
        while b"}]}" not in found:
            part = connection.recv(65536)
            if not part:
                break
            found += part
        return found


@pytest.mark.parametrize("at", PLACES)
def test_a_body_that_announces_too_much_is_not_read(at: str, net: Network) -> None:
    limit, sentence = LIMITS[at]
    found = _exchange(net, at, f"Content-Length: {limit + 1}", [])
    assert found.startswith(b"HTTP/1.1 413 ")
    assert json.loads(found.partition(b"\r\n\r\n")[2]) == {
        "errors": [{"message": sentence, "extensions": {"code": "PAYLOAD_TOO_LARGE"}}]
    }


@pytest.mark.parametrize("at", PLACES)
def test_a_body_that_grows_too_much_is_cut_off(at: str, net: Network) -> None:
    limit, sentence = LIMITS[at]
    piece = b" " * 65536
    chunks = [b"%x\r\n%s\r\n" % (len(piece), piece)] * (limit // len(piece)) + [b"1\r\n{\r\n"]
    found = _exchange(net, at, "Transfer-Encoding: chunked", chunks)
    assert found.startswith(b"HTTP/1.1 413 ")
    assert sentence.encode() in found


def test_nothing_else_is_there(net: Network) -> None:
    for at, sentence in (("gateway", "There is nothing here."), (REGISTER, "Nothing here.")):
        reply = request(net.url(at) + "/graphq", body=TYPE_NAME)
        assert only_error(reply) == (404, "NOT_FOUND", sentence)
