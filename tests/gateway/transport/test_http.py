"""GraphQL over HTTP: every method, media type and body that a client may come up with, and its status."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.answers import GraphQLResponse, refusal
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import LimitSettings
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.trace import Trace
from gateway.transport.http import GraphQLEndpoint
from tests.gateway.transport.harness import call, exchange, served

JSON = {"Content-Type": "application/json"}
QUERY = b'{"query":"{a}"}'
GRAPHQL = "application/graphql-response+json; charset=utf-8"


class Backend:
    """Stands for the pipeline: remembers what it was asked, and answers what it was told."""

    def __init__(self, answer: GraphQLResponse | None = None) -> None:
        self.answer = answer or GraphQLResponse(200, b'{"data":{}}', executed=True, operation="ab" * 32, role="CLERK")
        self.requests: list[GraphQLRequest] = []
        self.started = asyncio.Event()
        self.hang = False
        self.cancelled = False

    async def __call__(self, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace) -> GraphQLResponse:
        self.requests.append(request)
        self.started.set()
        if self.hang:
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        return self.answer


def endpoint(backend: Backend | None = None, **options: Any) -> GraphQLEndpoint:
    return GraphQLEndpoint(backend or Backend(), **options)


async def test_a_post_carries_the_four_parameters():
    backend = Backend()
    body = {"query": "query A{a}", "operationName": "A", "variables": {"x": [1]}, "extensions": {"y": 2}, "more": 3}
    reply = await call(endpoint(backend), headers=JSON, body=json.dumps(body).encode())
    assert (reply.status, reply.body) == (200, b'{"data":{}}')
    assert backend.requests == [GraphQLRequest("query A{a}", "A", {"x": [1]}, {"y": 2})]


async def test_an_answer_has_these_headers_and_no_others():
    reply = await call(endpoint(), headers={**JSON, "X-B3-TraceId": "463ac35c9f6413ad48485a3953bb6124"}, body=QUERY)
    assert reply.headers == {
        "content-type": GRAPHQL,
        "content-length": "11",
        "x-b3-traceid": "463ac35c9f6413ad48485a3953bb6124",
        "vary": "accept",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        (None, 200, GRAPHQL),
        ("", 200, GRAPHQL),
        ("*/*", 200, GRAPHQL),
        ("application/*", 200, GRAPHQL),
        ("application/graphql-response+json", 200, GRAPHQL),
        ("Application/GraphQL-Response+JSON; charset=UTF-8", 200, GRAPHQL),
        ("application/json", 200, "application/json; charset=utf-8"),
        ("application/json, */*;q=0.1", 200, "application/json; charset=utf-8"),
        ("application/json, application/graphql-response+json", 200, GRAPHQL),
        ("application/json;q=0.9, application/graphql-response+json;q=0.5", 200, "application/json; charset=utf-8"),
        ("application/graphql-response+json;q=0, */*", 200, "application/json; charset=utf-8"),
        ("text/html, multipart/mixed, application/json;q=0.2", 200, "application/json; charset=utf-8"),
        ("text/html", 406, GRAPHQL),
        ("application/json;q=0", 406, GRAPHQL),
        ("application/json; charset=latin-1", 406, GRAPHQL),
        ("application/json;q=x", 406, GRAPHQL),
    ],
)
async def test_the_client_chooses_the_media_type(accept: str | None, status: int, media_type: str):
    headers = {**JSON, **({"Accept": accept} if accept is not None else {})}
    reply = await call(endpoint(), headers=headers, body=QUERY)
    assert (reply.status, reply.headers["content-type"]) == (status, media_type)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "The body is not valid JSON in UTF-8."),
        (b"{", "The body is not valid JSON in UTF-8."),
        (b'{"query":"\xff"}', "The body is not valid JSON in UTF-8."),
        (b'{"query":"{a}","variables":{"x":NaN}}', "The body is not valid JSON in UTF-8."),
        (b"[" * 5000, "The body is not valid JSON in UTF-8."),
        (b'"{a}"', "The body must be a JSON object."),
        (b'[{"query":"{a}"}]', "Batching is not supported: send one operation a request."),
        (b"{}", "The parameter query is missing."),
        (b'{"query":null}', "The parameter query is missing."),
        (b'{"query":1}', "The parameter query must be a string."),
        (b'{"query":"{a}","operationName":1}', "The parameter operationName must be a string."),
        (b'{"query":"{a}","variables":"{}"}', "The parameter variables must be an object."),
        (b'{"query":"{a}","variables":[]}', "The parameter variables must be an object."),
        (b'{"query":"{a}","extensions":0}', "The parameter extensions must be an object."),
    ],
)
async def test_a_body_that_is_no_request_is_refused(body: bytes, message: str):
    backend = Backend()
    for accept in ("application/json", "application/graphql-response+json"):
        reply = await call(endpoint(backend), headers={**JSON, "Accept": accept}, body=body)
        assert reply.status == 400
        assert reply.json() == {"errors": [{"message": message, "extensions": {"code": "BAD_USER_INPUT"}}]}
    assert backend.requests == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/graphql"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "text/plain", "GraphQL-Require-Preflight": "1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
async def test_t13_a_body_that_is_not_json_is_not_read(headers: dict[str, str]):
    backend = Backend()
    reply = await call(endpoint(backend), headers=headers, body=QUERY)
    assert (reply.status, reply.codes, backend.requests) == (415, ["UNSUPPORTED_MEDIA_TYPE"], [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
async def test_other_methods_are_not_there(method: str):
    reply = await call(endpoint(), method, headers=JSON, body=QUERY)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, POST")


async def test_t13_a_get_needs_what_no_other_origin_can_send():
    refused = await call(endpoint(), "GET", query_string="query={a}")
    assert (refused.status, refused.codes) == (400, ["CSRF_PREVENTION"])
    for headers in ({"GraphQL-Require-Preflight": "1"}, {"Apollo-Require-Preflight": "1"}, JSON):
        assert (await call(endpoint(), "GET", query_string="query={a}", headers=headers)).status == 200
    empty = await call(endpoint(), "GET", query_string="query={a}", headers={"GraphQL-Require-Preflight": ""})
    assert empty.codes == ["CSRF_PREVENTION"]


@pytest.mark.parametrize("content_type", ["text/plain", "message/http", "application/x-www-form-urlencoded", "x"])
async def test_t13_a_get_with_another_media_type_is_refused(content_type: str):
    headers = {"Content-Type": content_type, "GraphQL-Require-Preflight": "1"}
    reply = await call(endpoint(), "GET", query_string="query={a}", headers=headers)
    assert (reply.status, reply.codes) == (415, ["UNSUPPORTED_MEDIA_TYPE"])


async def test_a_get_is_read_only_and_decodes_its_parameters():
    backend = Backend()
    query_string = "query=query%20A(%24x%3AInt)%7Ba%7D&operationName=A&variables=%7B%22x%22%3A1%7D&extensions="
    await call(endpoint(backend), "GET", query_string=query_string, headers={"GraphQL-Require-Preflight": "1"})
    assert backend.requests == [GraphQLRequest("query A($x:Int){a}", "A", {"x": 1}, {}, read_only=True)]


@pytest.mark.parametrize(
    ("query_string", "message"),
    [
        ("", "The parameter query is missing."),
        ("query={a}&query={b}", "The parameter query may be given once."),
        ("query={a}&variables={", "The parameter variables must be an object in JSON."),
        ("query={a}&variables=[]", "The parameter variables must be an object."),
        ("query=%ff", "The query string cannot be read."),
        ("&".join(f"a{n}=1" for n in range(99)), "The query string cannot be read."),
    ],
)
async def test_a_query_string_that_is_no_request_is_refused(query_string: str, message: str):
    reply = await call(endpoint(), "GET", query_string=query_string, headers={"GraphQL-Require-Preflight": "1"})
    assert (reply.status, reply.json()["errors"][0]["message"]) == (400, message)


@pytest.mark.parametrize(
    ("answer", "graphql", "legacy"),
    [
        (GraphQLResponse(200, b"{}", executed=True), 200, 200),
        (GraphQLResponse(400, b"{}", executed=True), 400, 200),
        (GraphQLResponse(502, b"{}", executed=True), 502, 200),
        (GraphQLResponse(401, b"{}"), 401, 401),
        (GraphQLResponse(403, b"{}"), 403, 403),
        (GraphQLResponse(503, b"{}"), 503, 503),
    ],
)
async def test_under_application_json_what_graphql_answers_has_status_200(
    answer: GraphQLResponse, graphql: int, legacy: int
):
    statuses = [
        (await call(endpoint(Backend(answer)), headers={**JSON, "Accept": accept}, body=QUERY)).status
        for accept in ("application/graphql-response+json", "application/json")
    ]
    assert statuses == [graphql, legacy]


async def test_headers_of_a_refusal_reach_the_client():
    error = GatewayError(GraphQLIssue("no", Code.UNAUTHENTICATED), headers={"WWW-Authenticate": "Bearer"})
    reply = await call(endpoint(Backend(refusal(error))), headers=JSON, body=QUERY)
    assert (reply.status, reply.headers["www-authenticate"], reply.codes) == (401, "Bearer", ["UNAUTHENTICATED"])


async def test_two_headers_of_a_kind_that_has_one_value_are_refused():
    async with served(endpoint()) as port:
        twice = (
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\nContent-Length: 0\r\n\r\n"
        )
        assert b'"message":"The header authorization may be given once."' in await exchange(port, twice)


# -- real sockets ------------------------------------------------------------------------------------------------------


def head(more: str) -> bytes:
    return f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}\r\n\r\n".encode()


async def test_d07_an_announced_body_over_the_limit_is_not_waited_for():
    async with served(endpoint(limits=LimitSettings(body_bytes=100))) as port:
        answer = await exchange(port, head("Content-Length: 101"))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"PAYLOAD_TOO_LARGE" in answer


async def test_d07_a_body_without_a_length_is_cut_at_the_limit():
    backend = Backend()
    async with served(endpoint(backend, limits=LimitSettings(body_bytes=100))) as port:
        chunk = b"40\r\n" + b"x" * 64 + b"\r\n"
        answer = await exchange(port, head("Transfer-Encoding: chunked") + chunk, half=chunk)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert backend.requests == []


async def test_d07_a_body_that_drips_is_given_up():
    async with served(endpoint(limits=LimitSettings(body_seconds=0.1))) as port:
        answer = await exchange(port, head("Content-Length: 20") + b"{")
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_body_in_pieces_is_read():
    async with served(endpoint()) as port:
        answer = await exchange(port, head("Content-Length: 15") + QUERY[:5], half=QUERY[5:])
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_d09_a_client_that_goes_away_stops_its_work():
    backend = Backend()
    backend.hang = True
    lines: list[dict[str, Any]] = []
    async with served(endpoint(backend, access_log=lambda _event, **line: lines.append(line))) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head("Content-Length: 15") + QUERY)
        await backend.started.wait()
        writer.close()
        async with asyncio.timeout(2):
            while not lines:  # noqa: ASYNC110 - the line is written by the server
                await asyncio.sleep(0.01)
    assert backend.cancelled
    assert (lines[0]["status"], lines[0]["code"]) == (499, "CLIENT_GONE")


async def test_two_requests_on_one_connection_get_two_answers():
    async with served(endpoint()) as port:
        both = (head("Content-Length: 15") + QUERY) * 2
        assert (await exchange(port, both)).count(b"HTTP/1.1 200 ") == 2


# -- what is told ------------------------------------------------------------------------------------------------------


async def test_the_access_log_has_a_line_without_content():
    lines: list[dict[str, Any]] = []
    app = endpoint(access_log=lambda event, **line: lines.append({"event": event, **line}))
    body = b'{"query":"{client(bsn: \\"999990019\\"){a}}","variables":{"bsn":"999990019"}}'
    await call(app, headers={**JSON, "X-B3-TraceId": "1" * 32, "Authorization": "Bearer secret"}, body=body)
    [line] = lines
    assert line.pop("ms") >= 0
    assert line == {
        "event": "request",
        "status": 200,
        "trace": "1" * 32,
        "operation": "abababababababab",
        "role": "CLERK",
        "code": "",
        "bytes": 11,
    }


async def test_requests_are_counted_by_status_and_code():
    metrics = Metrics()
    app = endpoint(metrics=metrics)
    await call(app, headers=JSON, body=QUERY)
    await call(app, headers=JSON, body=QUERY)
    await call(app, headers=JSON, body=b"")
    text = metrics.text()
    assert 'gateway_requests_total{status="200",code=""} 2\n' in text
    assert 'gateway_requests_total{status="400",code="BAD_USER_INPUT"} 1\n' in text
    assert "gateway_request_duration_seconds_count 3\n" in text
