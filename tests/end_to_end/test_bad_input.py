"""What is no proper request, at the shipped gateway and at a shipped register: status, code and sentence of each.

The sentences never repeat a value that a client sent: it may be a BSN. Credentials that do not count are in
`test_credentials.py`, what a caller may not have in `test_refusals.py`.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.harness import GATEWAY_AUDIENCE, Network, Reply, register_audience, request

GRAPHQL = "application/graphql-response+json"
REGISTER = "bemiddeling"
BSN = "999990019"
PLACES = ("gateway", REGISTER)


Answer = tuple[int, str, str]
"""Status, code and sentence."""


@dataclass(frozen=True)
class Sent:
    """One request, what the gateway answers, and what a register answers (None: the same)."""

    id: str
    gateway: Answer
    register: Answer | None
    body: bytes = b'{"query": "{ __typename }"}'
    headers: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    def answer(self, at: str) -> Answer:
        return self.gateway if at == "gateway" or self.register is None else self.register


def _sent(
    net: Network, at: str, body: bytes | None, headers: Mapping[str, str | None] | None = None, **more: Any
) -> Reply:
    audience = GATEWAY_AUDIENCE if at == "gateway" else register_audience(at)
    lines: dict[str, str | None] = {
        "Content-Type": "application/json",
        "Accept": GRAPHQL,
        "Authorization": f"Bearer {net.token('uzovi:5050', audience)}",
        **(headers or {}),
    }
    kept = {name: value for name, value in lines.items() if value is not None}
    return request(net.url(at) + "/graphql" + more.pop("search", ""), body=body, headers=kept, **more)


def _only_error(reply: Reply) -> Answer:
    """Status, code and sentence of a refusal with one error and without data."""
    content = reply.json()
    assert content.get("data") is None, content
    (error,) = content["errors"]
    assert set(error) <= {"message", "locations", "path", "extensions"}
    assert error["extensions"] == {"code": error["extensions"]["code"]}
    return reply.status, error["extensions"]["code"], error["message"]


BAD, INVALID, COMPLEX = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"
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
    reply = _sent(net, at, sent.body, sent.headers)
    assert _only_error(reply) == sent.answer(at)
    assert reply.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"


def _query(query: str, variables: dict[str, Any] | None = None, **more: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables or {}, **more}).encode()


BY_BSN = "query ($bsn: String!) { client(where: {bsn: {eq: $bsn}}) { bsn } }"
BY_ID = "query ($id: UUID!) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { bemiddelingID } }"
BY_FILTER = "query ($where: ClientFilterInput) { client(where: $where) { bsn } }"
DEEP = "{ bemiddeling " + "{ client { bemiddeling " * 12 + "{ bemiddelingID }" + "}}" * 12 + "}"
LONG = "{ " + " ".join(f"a{number}: bemiddeling {{ bemiddelingID }}" for number in range(1000)) + " }"
LITERAL = (400, INVALID, "A literal in the document has no valid value for its type.")
VARIABLE = (400, BAD, "A variable has no valid value.")
TOO_MUCH = (400, COMPLEX, "The operation asks too much at once: fewer fields, or less deep.")
REFUSED_INPUT = (400, BAD, "A subgraph refused an input value of this field.")
PARSE = (400, "GRAPHQL_PARSE_FAILED", "The document is no GraphQL at this place.")

DOCUMENTS = [
    Sent(
        "no GraphQL",
        (400, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found <EOF>."),
        PARSE,
        _query("{ bemiddeling { "),
    ),
    Sent(
        "a BSN in the wrong place",
        (400, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found String."),
        PARSE,
        _query(f'{{ client(where: {{bsn: {{eq: "1" "{BSN}"}}}}) {{ bsn }} }}'),
    ),
    Sent(
        "nothing selected",
        (400, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found '}'."),
        PARSE,
        _query("{ bemiddeling { } }"),
    ),
    Sent(
        "unknown field",
        (400, INVALID, "Cannot query field 'naam' on type 'Bemiddeling'."),
        None,
        _query("{ bemiddeling { bemiddelingID naam } }"),
    ),
    Sent(
        "unknown root",
        (400, INVALID, "Cannot query field 'indicaties' on type 'Query'."),
        None,
        _query("{ indicaties { id } }"),
    ),
    Sent(
        "unknown argument",
        (400, INVALID, "Unknown argument 'first' on field 'Query.bemiddeling'."),
        None,
        _query("{ bemiddeling(first: 10) { bemiddelingID } }"),
    ),
    Sent(
        "unknown filter",
        (400, INVALID, "Expected value of type 'BemiddelingFilterInput' not to include unknown field 'bsn'."),
        LITERAL,
        _query(f'{{ bemiddeling(where: {{bsn: {{eq: "{BSN}"}}}}) {{ bemiddelingID }} }}'),
    ),
    Sent(
        "unknown filter in a variable",
        (400, BAD, "The variable `$where` does not fit its declared type."),
        VARIABLE,
        _query(BY_FILTER, {"where": {"burgerservicenummer": {"eq": BSN}}}),
    ),
    Sent(
        "a number for a text",
        (400, BAD, "The variable `$bsn` does not fit its declared type."),
        VARIABLE,
        _query(BY_BSN, {"bsn": int(BSN)}),
    ),
    Sent(
        "a number for a text, written out",
        (400, INVALID, "String cannot represent a non string value."),
        LITERAL,
        _query(f"{{ client(where: {{bsn: {{eq: {BSN}}}}}) {{ bsn }} }}"),
    ),
    # What a UUID is, a gateway does not know: the register says it.
    Sent("a BSN for a UUID", REFUSED_INPUT, VARIABLE, _query(BY_ID, {"id": BSN})),
    Sent(
        "a BSN for a UUID, written out",
        REFUSED_INPUT,
        (400, BAD, "Value is not a UUID."),
        _query(f'{{ bemiddeling(where: {{bemiddelingID: {{eq: "{BSN}"}}}}) {{ bemiddelingID }} }}'),
    ),
    Sent(
        "U+0000",
        REFUSED_INPUT,
        (400, BAD, "Text may not hold the character U+0000."),
        _query(BY_BSN, {"bsn": BSN + "\x00"}),
    ),
    Sent(
        "no value for a variable",
        (400, BAD, "The variable `$bsn` does not fit its declared type."),
        VARIABLE,
        _query(BY_BSN),
    ),
    Sent(
        "null for a variable",
        (400, BAD, "The variable `$bsn` does not fit its declared type."),
        VARIABLE,
        _query(BY_BSN, {"bsn": None}),
    ),
    Sent(
        "a variable that is not declared",
        (400, INVALID, "Variable '$bsn' is not defined."),
        None,
        _query("{ client(where: {bsn: {eq: $bsn}}) { bsn } }", {"bsn": BSN}),
    ),
    Sent(
        "several operations",
        (400, BAD, "The document has several operations; say which one in `operationName`."),
        (400, BAD, "The document holds several operations: send operationName."),
        _query("query A { __typename } query B { __typename }"),
    ),
    Sent(
        "another operation",
        (400, BAD, "The document has no operation with this `operationName`."),
        (400, BAD, "The document holds no operation of that name."),
        _query("query A { __typename } query B { __typename }", operationName="C"),
    ),
    Sent(
        "a mutation",
        (400, INVALID, "The mutation operation is not supported by the schema."),
        None,
        _query("mutation { verwijder }"),
    ),
    Sent(
        "too deep",
        (400, COMPLEX, "The operation is nested deeper than 24 levels."),
        TOO_MUCH,
        _query(DEEP),
    ),
    Sent(
        "too many tokens",
        (400, COMPLEX, "The document has more than 4000 tokens."),
        (400, COMPLEX, "The document is too long or too deep."),
        _query(LONG),
    ),
    Sent(
        "too many roots",
        (400, COMPLEX, "The operation has more than 20 root fields."),
        TOO_MUCH,
        _query("{ " + " ".join(f"a{number}: bemiddeling {{ bemiddelingID }}" for number in range(60)) + " }"),
    ),
]


@pytest.mark.parametrize("sent", DOCUMENTS, ids=lambda sent: sent.id)
@pytest.mark.parametrize("at", PLACES)
def test_a_document_that_cannot_be_run(at: str, sent: Sent, net: Network) -> None:
    reply = _sent(net, at, sent.body)
    assert _only_error(reply) == sent.answer(at)
    assert BSN not in reply.body.decode()


def test_all_errors_of_a_document_are_named_with_their_places(net: Network) -> None:
    for at in PLACES:
        reply = _sent(net, at, _query("{ bemiddeling { naam }\n  overdracht(first: 1) { overdrachtID } }"))
        assert (reply.status, reply.json()) == (
            400,
            {
                "errors": [
                    {
                        "message": "Cannot query field 'naam' on type 'Bemiddeling'.",
                        "locations": [{"line": 1, "column": 17}],
                        "extensions": {"code": INVALID},
                    },
                    {
                        "message": "Unknown argument 'first' on field 'Query.overdracht'.",
                        "locations": [{"line": 2, "column": 14}],
                        "extensions": {"code": INVALID},
                    },
                ]
            },
        )


def test_under_plain_json_what_the_graph_answers_has_status_200(net: Network) -> None:
    plain = {"Accept": "application/json"}
    reply = _sent(net, "gateway", _query("{ naam }"), plain)
    assert (reply.status, reply.codes) == (200, [INVALID])
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    # What is refused before the graph is asked keeps its status.
    assert _sent(net, "gateway", b"{", plain).status == 400
    assert _sent(net, "gateway", _query("{ __typename }"), {**plain, "Authorization": None}).status == 401


def test_without_a_wish_the_answer_is_a_graphql_response(net: Network) -> None:
    for at in PLACES:
        for accept in (None, "*/*", "application/*", f"application/json;q=0.5, {GRAPHQL}"):
            reply = _sent(net, at, _query("{ __typename }"), {"Accept": accept})
            assert (reply.status, reply.json()) == (200, {"data": {"__typename": "Query"}})
            assert reply.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"


# --- methods --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method(method: str, net: Network) -> None:
    for at, allowed, sentence in (
        ("gateway", "GET, POST", f"The method {method} is not supported here."),
        (REGISTER, "POST", "Send queries by POST."),
    ):
        reply = _sent(net, at, _query("{ __typename }"), method=method)
        assert _only_error(reply) == (405, "METHOD_NOT_ALLOWED", sentence)
        assert reply.headers["allow"] == allowed


ASK_TYPE = "?query=" + quote("{ __typename }")
BARE: dict[str, str | None] = {"Content-Type": None}
PREFLIGHT = {**BARE, "GraphQL-Require-Preflight": "1"}


def test_a_get_answers_queries(net: Network) -> None:
    search = "?query=" + quote(BY_ID) + "&variables=" + quote('{"id": "00000000-0000-4000-8000-000000000000"}')
    reply = _sent(net, "gateway", None, PREFLIGHT, method="GET", search=search)
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
    reply = _sent(net, "gateway", None, headers, method="GET", search=search)
    assert _only_error(reply) == expected


def test_a_register_has_no_get(net: Network) -> None:
    reply = _sent(net, REGISTER, None, PREFLIGHT, method="GET", search=ASK_TYPE)
    assert (_only_error(reply), reply.headers["allow"]) == (
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
        reply = request(net.url(at) + "/graphq", body=_query("{ __typename }"))
        assert _only_error(reply) == (404, "NOT_FOUND", sentence)
