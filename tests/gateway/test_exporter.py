"""Spans on their way to a collector: what they hold, which traces are recorded, and a collector that is not there."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from gateway.app import GatewayApp, app_of
from gateway.exporter import Exporter
from gateway.settings import Settings, SettingsError, SubgraphSettings, TelemetrySettings
from gateway.sources import Reading
from gateway.telemetry.spans import Spans
from gateway.telemetry.trace import Trace
from tests.gateway.planning.harness import graph
from tests.gateway.subgraphs.harness import Line, Server, serving
from tests.gateway.transport.harness import ask, call

TRACE = "0123456789abcdef0123456789abcdef"
PARENT = "00f067aa0ba902b7"
SECRET = "999990019"


def app_for(subgraph: Server, collector: Server, **more: Any) -> GatewayApp:
    settings = Settings(
        supergraph="-",
        subgraphs={"stock": SubgraphSettings(url=subgraph.url)},
        telemetry=TelemetrySettings(otlp_url=collector.url.replace("/graphql", "/v1/traces"), access_log=False, **more),
    )
    return app_of(Reading(settings, graph(stock="type Query { title(of: String): String }")))


def exported(collector: Server) -> list[dict[str, Any]]:
    """The spans of all exports."""
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in collector.requests]
    return [span for body in bodies for span in body["resourceSpans"][0]["scopeSpans"][0]["spans"]]


async def title(line: Line) -> None:
    while await line.request():
        await line.answer(b'{"data":{"title":"Dune"}}')


async def broken(line: Line) -> None:
    while await line.request():
        await line.answer(b"", status="500 Broken")


async def taken(line: Line) -> None:
    while await line.request():
        await line.answer(b"{}")


async def test_a_request_and_its_fetches_are_spans_of_the_callers_trace():
    async with serving(title) as subgraph, serving(taken) as collector:
        app = app_for(subgraph, collector)
        await app.start()
        headers = {"b3": f"{TRACE}-{PARENT}-1", "X-Caller": SECRET}
        document = f'query Q{SECRET} {{ title(of: "{SECRET}") }}'
        assert (await ask(app, document, headers=headers)).json() == {"data": {"title": "Dune"}}
        await app.stop()

        [request] = collector.requests
        assert request.startswith(b"POST /v1/traces HTTP/1.1\r\n")
        assert b"\r\nContent-Type: application/json\r\n" in request
        assert SECRET.encode() not in request
        fetch, whole = exported(collector)
        operation = next(pair["value"]["stringValue"] for pair in whole["attributes"] if pair["key"].endswith("hash"))
        assert len(operation) == 16
        assert int(whole["startTimeUnixNano"]) <= int(fetch["startTimeUnixNano"])
        assert int(fetch["startTimeUnixNano"]) < int(fetch["endTimeUnixNano"]) <= int(whole["endTimeUnixNano"])
        for span in (fetch, whole):
            del span["startTimeUnixNano"], span["endTimeUnixNano"]
        assert whole == {
            "traceId": TRACE,
            "spanId": whole["spanId"],
            "parentSpanId": PARENT,
            "name": "GraphQL query",
            "kind": 2,
            "attributes": [
                {"key": "http.response.status_code", "value": {"intValue": "200"}},
                {"key": "graphql.operation.type", "value": {"stringValue": "query"}},
                {"key": "graphql.operation.hash", "value": {"stringValue": operation}},
            ],
            "status": {},
        }
        assert fetch == {
            "traceId": TRACE,
            "spanId": fetch["spanId"],
            "parentSpanId": whole["spanId"],
            "name": "fetch stock",
            "kind": 3,
            "attributes": [{"key": "gateway.subgraph", "value": {"stringValue": "stock"}}],
            "status": {},
        }
        # The subgraph was told the same span, and goes on under it.
        assert f"\r\nX-B3-SpanId: {fetch['spanId']}\r\n".encode() in subgraph.requests[0]


async def test_failures_have_their_code():
    async with serving(broken) as subgraph, serving(taken) as collector:
        app = app_for(subgraph, collector)
        await app.start()
        await ask(app, "{ title }")
        await ask(app, "{ nonsense }")
        await app.stop()
    fetch, whole, refused = exported(collector)
    assert [span["attributes"][-1] for span in (fetch, whole, refused)] == [
        {"key": "error.type", "value": {"stringValue": "status"}},
        {"key": "error.type", "value": {"stringValue": "DOWNSTREAM_SERVICE_ERROR"}},
        {"key": "error.type", "value": {"stringValue": "GRAPHQL_VALIDATION_FAILED"}},
    ]
    assert {span["status"]["code"] for span in (fetch, whole, refused)} == {2}
    assert "parentSpanId" not in refused


@pytest.mark.parametrize(("share", "headers", "count"), [(1.0, "0", 0), (0.0, "1", 2), (0.0, "", 0), (1.0, "", 2)])
async def test_the_caller_decides_what_is_recorded_and_else_the_share(share: float, headers: str, count: int):
    async with serving(title) as subgraph, serving(taken) as collector:
        app = app_for(subgraph, collector, otlp_share=share)
        await app.start()
        sampled = {"X-B3-TraceId": TRACE, **({"X-B3-Sampled": headers} if headers else {})}
        await ask(app, "{ title }", headers=sampled)
        await app.stop()
    assert len(exported(collector)) == count


async def test_a_collector_that_is_down_costs_no_request_and_is_told_once(capsys: pytest.CaptureFixture[str]):
    async with serving(title) as subgraph, serving(broken) as collector:
        app = app_for(subgraph, collector)
        await app.start()
        assert (await ask(app, "{ title }")).status == 200
        await app.stop()
        assert 'gateway_spans_total{result="failed"} 2\n' in (await call(app, "GET", "/metrics")).body.decode()
        assert app.exporter is not None
        for _ in range(2):
            app.exporter.spans.request(Trace(TRACE, PARENT), "", "", 200, "", 0.1)
            await app.exporter.stop()
        assert app.exporter.spans.counts == {"sent": 0, "dropped": 0, "failed": 4}
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["reason"] for line in lines if line["event"] == "spans_not_sent"] == ["500"]
    exporter = Exporter(TelemetrySettings(otlp_url=collector.url))
    exporter.spans.request(Trace(TRACE, PARENT), "", "", 200, "", 0.1)
    await exporter.stop()
    assert json.loads(capsys.readouterr().err)["reason"] == "ConnectionRefusedError"


async def test_batches_are_sent_while_the_gateway_serves():
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def collecting(line: Line) -> None:
        while request := await line.request():
            arrived.put_nowait(request)
            await line.answer(b"{}")

    async with serving(collecting) as collector:
        exporter = Exporter(TelemetrySettings(otlp_url=collector.url), linger=0)
        exporter.start()
        for status in (200, 201):
            exporter.spans.request(Trace(TRACE, PARENT), "", "", status, "", 0.1)
            assert f'"intValue":"{status}"'.encode() in await asyncio.wait_for(arrived.get(), 10)
        await exporter.stop()
        assert len(collector.requests) == 2


def test_what_the_collector_does_not_take_in_time_is_dropped_and_counted():
    spans = Spans(limit=3)
    for _ in range(5):
        spans.request(Trace(TRACE, PARENT), "", "", 200, "", 0.1)
    assert (len(spans.take(2)), spans.waiting.is_set(), len(spans.take(2)), spans.waiting.is_set()) == (
        2,
        True,
        1,
        False,
    )
    assert spans.counts["dropped"] == 2


def test_a_url_that_is_none_stops_the_start():
    with pytest.raises(SettingsError, match=r"^telemetry\.otlp_url: a subgraph URL starts with"):
        Exporter(TelemetrySettings(otlp_url="ftp://collector"))
