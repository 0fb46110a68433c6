"""What a fetch carries, and how its outcome is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.fetcher import SubgraphFetcher
from gateway.subgraphs.http import HttpClient
from gateway.telemetry.trace import Trace
from tests.gateway.subgraphs.harness import Line, polite, serving

TRACE = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True, state="a=1")


async def test_each_hop_has_the_trace_a_span_of_its_own_and_the_callers_header() -> None:
    asked: list[str] = []

    def header_for(subgraph: str) -> Mapping[str, str]:
        asked.append(subgraph)
        return {"Decision-Context": f"for.{subgraph}"}

    async with serving(polite) as server:
        client = HttpClient({"ir": Endpoint(server.url)})
        fetcher = SubgraphFetcher(client, TRACE, header_for)
        assert [await fetcher.fetch("ir", b"{}") for _ in range(2)] == [b'{"data":{}}'] * 2
        await client.close()
        assert asked == ["ir"]
        spans: set[bytes] = set()
        for request in server.requests:
            lines = request.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
            headers = dict(line.split(b": ") for line in lines)
            assert headers[b"Decision-Context"] == b"for.ir"
            span = headers[b"X-B3-SpanId"]
            assert re.fullmatch(rb"[0-9a-f]{16}", span)
            spans.add(span)
            fixed = {b"Host", b"Content-Type", b"Accept", b"Content-Length", b"Decision-Context", b"X-B3-SpanId"}
            assert {name: value for name, value in headers.items() if name not in fixed} == {
                b"X-B3-TraceId": TRACE.id.encode(),
                b"X-B3-ParentSpanId": TRACE.span.encode(),
                b"X-B3-Sampled": b"1",
                b"traceparent": b"00-%s-%s-01" % (TRACE.id.encode(), span),
                b"tracestate": b"a=1",
            }
        assert len(spans) == 2


async def test_a_status_is_told_with_the_code_of_its_body() -> None:
    bodies = [
        (b'{"errors":[{"message":"m","extensions":{"code":"POLICY_MISMATCH"}}]}', "POLICY_MISMATCH"),
        (b'{"errors":[{"message":"m"}]}', None),
        (b"<html>", None),
        (b'{"errors":[{"extensions":{"code":7}}]}', None),
        (b"[" * 100_000, None),
    ]
    for body, code in bodies:

        async def unavailable(line: Line, body: bytes = body) -> None:
            while await line.request():
                await line.answer(body, "503 Service Unavailable")

        async with serving(unavailable) as server:
            client = HttpClient({"ir": Endpoint(server.url)})
            answer = await SubgraphFetcher(client, TRACE).fetch("ir", b"{}")
            await client.close()
            assert answer == FetchFailure(FailureKind.STATUS, 503, code)


async def test_a_redirect_is_a_protocol_failure() -> None:
    async def elsewhere(line: Line) -> None:
        while await line.request():
            await line.answer(b"", "302 Found", "Location: http://evil.example/\r\n")

    async with serving(elsewhere) as server:
        client = HttpClient({"ir": Endpoint(server.url)})
        assert await SubgraphFetcher(client, TRACE).fetch("ir", b"{}") == FetchFailure(FailureKind.PROTOCOL, 302)
        await client.close()


async def test_no_fetch_starts_after_the_deadline_and_none_outlives_it() -> None:
    async def slow(line: Line) -> None:
        await line.request()
        await asyncio.sleep(5)

    seen: list[tuple[str, str]] = []
    async with serving(slow) as server:
        client = HttpClient({"ir": Endpoint(server.url)})
        loop = asyncio.get_running_loop()
        fetcher = SubgraphFetcher(
            client,
            TRACE,
            deadline=loop.time() + 0.1,
            observe=lambda name, _span, kind, _seconds: seen.append((name, kind)),
        )
        assert await fetcher.fetch("ir", b"{}") == FetchFailure(FailureKind.TIMEOUT)
        assert await fetcher.fetch("ir", b"{}") == FetchFailure(FailureKind.TIMEOUT)
        await client.close()
        assert len(server.requests) == 1
        assert seen == [("ir", "timeout"), ("ir", "timeout")]
