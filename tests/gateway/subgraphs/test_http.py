"""The subgraph client against servers that behave, and servers that do not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from gateway.subgraphs.connection import Response
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.headers import compile_rules
from gateway.subgraphs.http import header_lines
from tests.gateway.subgraphs.asking import OK, client_of, outcome, post
from tests.gateway.subgraphs.harness import Line, Server, polite, serving


async def test_the_request_holds_what_it_must_and_nothing_else() -> None:
    async with serving(polite) as server, client_of(server) as client:
        assert await post(client, body=b'{"query":"{a}"}') == OK
        host = server.url.removeprefix("http://").removesuffix("/graphql")
        assert server.requests == [
            b"POST /graphql HTTP/1.1\r\n"
            b"Host: " + host.encode() + b"\r\n"
            b"Content-Type: application/json\r\n"
            b"Accept: application/graphql-response+json, application/json;q=0.9\r\n"
            b"X-One: 1\r\n"
            b"Content-Length: 15\r\n"
            b"\r\n"
            b'{"query":"{a}"}'
        ]


async def test_connections_are_kept_and_used_again() -> None:
    async with serving(polite) as server, client_of(server) as client:
        for _ in range(5):
            assert await post(client) == OK
        assert server.connections == 1
        assert client.connections("s") == (1, 1)


async def test_a_unix_socket(tmp_path: Path) -> None:
    async with serving(polite, tmp_path / "a b.sock") as server, client_of(server) as client:
        assert await post(client) == OK
        assert b"Host: localhost\r\n" in server.requests[0]


async def test_no_more_connections_than_allowed_and_the_rest_waits_its_turn() -> None:
    most = 0

    async def slowly(line: Line) -> None:
        nonlocal most
        while await line.request():
            most = max(most, server.open)
            await asyncio.sleep(0.01)
            await line.answer()

    async with serving(slowly) as server, client_of(server, max_connections=3) as client:
        answers = await asyncio.gather(*(post(client) for _ in range(20)))
        assert answers == [OK] * 20
        assert (most, server.connections) == (3, 3)


async def test_waiting_for_a_connection_counts_as_time() -> None:
    async def never(line: Line) -> None:
        await line.request()
        await asyncio.sleep(10)

    async with serving(never) as server, client_of(server, max_connections=1, timeout=0.1) as client:
        start = time.monotonic()
        answers = await asyncio.gather(*(post(client) for _ in range(4)))
        assert answers == [FetchFailure(FailureKind.TIMEOUT)] * 4
        assert time.monotonic() - start < 1
        assert client.connections("s") == (0, 0)


async def test_chunked_answers() -> None:
    async def chunked(line: Line) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in (b'{"da', b'ta":{', b"}}"):
            await line.send(b"%x\r\n%b\r\n" % (len(piece), piece))
            await asyncio.sleep(0)
        await line.send(b"0\r\n\r\n")
        await line.reader.read()

    assert await outcome(chunked) == OK


async def test_an_answer_that_ends_with_the_connection() -> None:
    async def to_the_end(line: Line) -> None:
        await line.request()
        await line.send(b'HTTP/1.1 200 OK\r\n\r\n{"data":{}}')

    assert await outcome(to_the_end) == OK


async def test_a_hundred_continue_is_passed_over() -> None:
    async def hesitant(line: Line) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        await line.answer()
        await line.reader.read()

    assert await outcome(hesitant) == OK


async def test_a_redirect_is_never_followed() -> None:
    async def elsewhere(line: Line) -> None:
        await line.request()
        await line.answer(b"", "307 Temporary Redirect", "Location: http://127.0.0.1:1/\r\n")

    async with serving(elsewhere) as server, client_of(server) as client:
        assert await post(client) == Response(307, b"")
        assert len(server.requests) == 1


async def test_nobody_listens() -> None:
    async with serving(polite) as server:
        pass
    async with client_of(server) as client:
        assert await post(client) == FetchFailure(FailureKind.CONNECTION)
    async with client_of(Server("http+unix://%2Fnowhere%2Fx.sock/graphql")) as client:
        assert await post(client) == FetchFailure(FailureKind.CONNECTION)


CUT = {
    "before a byte": b"",
    "in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "in the body": b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"data"',
    "in a chunk": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"data"',
}


@pytest.mark.parametrize("sent", CUT.values(), ids=CUT.keys())
async def test_a_line_that_is_cut(sent: bytes) -> None:
    async def cut(line: Line) -> None:
        await line.request()
        await line.send(sent)

    assert await outcome(cut) == FetchFailure(FailureKind.CONNECTION)


async def test_an_answer_in_single_bytes_and_in_every_pair_of_pieces() -> None:
    whole = b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nX-Y: z\r\n\r\n{"data":{}}'
    splits = [[whole[n : n + 1] for n in range(len(whole))], *([whole[:n], whole[n:]] for n in range(1, len(whole)))]

    async def split(line: Line) -> None:
        for pieces in splits:
            await line.request()
            for piece in pieces:
                await line.send(piece)
                await asyncio.sleep(0)
        await line.reader.read()

    async with serving(split) as server, client_of(server, timeout=5) as client:
        assert [await post(client) for _ in splits] == [OK] * len(splits)
        assert server.connections == 1


async def test_trailers_and_chunk_extensions_are_passed_over() -> None:
    """Nothing in a trailer changes how the body was read."""

    async def trailing(line: Line) -> None:
        while await line.request():
            await line.send(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                b'b;name="value"\r\n{"data":{}}\r\n'
                b"0\r\nX-Sum: 1\r\nContent-Encoding: gzip\r\nSet-Cookie: a=b\r\n\r\n"
            )

    rules = compile_rules(respond=["set-cookie"])
    async with serving(trailing) as server, client_of(server, rules=rules) as client:
        assert [await post(client), await post(client)] == [OK, OK]
        assert server.connections == 1


async def test_interim_answers_say_nothing_of_the_answer() -> None:
    async def hints(line: Line) -> None:
        while await line.request():
            await line.send(b"HTTP/1.1 103 Early Hints\r\nContent-Encoding: br\r\nSet-Cookie: a=b\r\n\r\n" * 3)
            await line.answer(extra="Set-Cookie: c=d\r\n")

    rules = compile_rules(respond=["set-cookie"])
    async with serving(hints) as server, client_of(server, rules=rules) as client:
        answers = [await post(client), await post(client)]
        assert answers == [Response(200, b'{"data":{}}', ((b"set-cookie", b"c=d"),))] * 2
        assert server.connections == 1


async def test_an_answer_longer_than_it_said_is_cut_there_and_its_connection_is_not_used_again() -> None:
    async def longer(line: Line) -> None:
        await line.request()
        await line.send(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"data":{}}, "more": 1}')
        while await line.request():
            await line.answer(b"evil")

    async with serving(longer) as server, client_of(server) as client:
        assert [await post(client), await post(client)] == [OK, OK]
        assert server.connections == 2


async def test_an_answer_before_the_request_is_no_answer() -> None:
    """A connection that speaks first is out of step; what it said is never the answer to what comes next."""
    spoken = asyncio.Event()

    async def early(line: Line) -> None:
        await line.request()
        await line.answer()
        await line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
        spoken.set()
        await line.reader.read()

    async with serving(early) as server, client_of(server) as client:
        assert await post(client) == OK
        await spoken.wait()
        assert await post(client) == OK
        assert server.connections == 2


FLOODS = {
    "many headers in one piece": (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 40_000 + b"Content-Length: 2\r\n\r\n{}", b""),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "chunk extensions": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"x" * 1000),
    "trailers": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 100),
}


@pytest.mark.parametrize(("first", "more"), FLOODS.values(), ids=FLOODS.keys())
async def test_what_is_no_body_has_a_limit_of_its_own(first: bytes, more: bytes) -> None:
    async def flood(line: Line) -> None:
        await line.request()
        await line.send(first)
        while more:
            await line.send(more)
        await line.reader.read()

    assert await outcome(flood, timeout=5) == FetchFailure(FailureKind.TOO_LARGE)


BAD = {
    "not http": b"SSH-2.0-OpenSSH\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}",
    "compressed": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: 2 2\r\n\r\n{}",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}",
    "a folded header": b"HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}",
    "bare line feeds in chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
    "upgrade": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("sent", BAD.values(), ids=BAD.keys())
async def test_what_is_not_http_as_we_speak_it(sent: bytes) -> None:
    async def bad(line: Line) -> None:
        await line.request()
        await line.send(sent)
        await line.reader.read()

    assert await outcome(bad) == FetchFailure(FailureKind.PROTOCOL)


@pytest.mark.parametrize("way", ["announced", "body", "chunks", "head"])
async def test_an_endless_answer_is_cut_at_the_limit(way: str) -> None:
    async def endless(line: Line) -> None:
        await line.request()
        if way == "announced":
            await line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
            await line.reader.read()
            return
        heads = {
            "body": b"HTTP/1.1 200 OK\r\n\r\n",
            "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "head": b"HTTP/1.1 200 OK\r\n",
        }
        pieces = {
            "body": b"x" * 4096,
            "chunks": b"1000\r\n" + b"x" * 4096 + b"\r\n",
            "head": b"X-Y: " + b"z" * 4096 + b"\r\n",
        }
        await line.send(heads[way])
        while True:
            await line.send(pieces[way])

    async with serving(endless) as server, client_of(server, max_body=50_000, timeout=5) as client:
        assert await post(client) == FetchFailure(FailureKind.TOO_LARGE)
        await asyncio.sleep(0.05)
        assert server.open == 0


@pytest.mark.parametrize("sent", [b"", b"HTTP/1.1 200 OK\r\n", b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"'])
async def test_a_slow_answer_times_out_wherever_it_stops(sent: bytes) -> None:
    async def slow(line: Line) -> None:
        await line.request()
        await line.send(sent)
        await asyncio.sleep(10)

    start = time.monotonic()
    assert await outcome(slow, timeout=0.1) == FetchFailure(FailureKind.TIMEOUT)
    assert time.monotonic() - start < 1


async def test_a_drip_does_not_move_the_deadline() -> None:
    async def drip(line: Line) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            await line.send(b"x")
            await asyncio.sleep(0.02)

    assert await outcome(drip, timeout=0.2) == FetchFailure(FailureKind.TIMEOUT)


async def test_a_stale_connection_is_replaced_once() -> None:
    async def one_each(line: Line) -> None:
        await line.request()
        await line.answer()
        await line.request()

    async with serving(one_each) as server, client_of(server) as client:
        assert await post(client) == OK
        assert await post(client) == OK
        assert (server.connections, len(server.requests)) == (2, 3)


async def test_what_must_not_be_repeated_is_sent_once_on_a_new_connection() -> None:
    async def one_each(line: Line) -> None:
        await line.request()
        await line.answer()
        await line.request()

    async with serving(one_each) as server, client_of(server) as client:
        assert await post(client) == OK
        assert await post(client, idempotent=False) == OK
        assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize(("retry", "idempotent", "times"), [(True, True, 2), (False, True, 1), (True, False, 1)])
async def test_a_query_of_which_nothing_was_answered_is_sent_once_more(
    retry: bool, idempotent: bool, times: int
) -> None:
    async def cut(line: Line) -> None:
        await line.request()

    async with serving(cut) as server, client_of(server, retry=retry) as client:
        assert await post(client, idempotent=idempotent) == FetchFailure(FailureKind.CONNECTION)
        assert len(server.requests) == times


async def test_a_query_of_which_one_byte_was_answered_is_not_sent_again() -> None:
    async def cut(line: Line) -> None:
        await line.request()
        await line.send(b"H")

    async with serving(cut) as server, client_of(server) as client:
        assert await post(client) == FetchFailure(FailureKind.CONNECTION)
        assert len(server.requests) == 1


async def test_bytes_after_an_answer_close_the_connection() -> None:
    """An answer that nobody asked for must never meet the next request."""

    async def twice(line: Line) -> None:
        await line.request()
        await line.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
        )
        while await line.request():
            await line.answer(b"evil")

    async with serving(twice) as server, client_of(server) as client:
        assert await post(client) == Response(200, b"{}")
        assert client.connections("s") == (0, 0)
        assert await post(client) == Response(200, b"{}")
        assert server.connections == 2


async def test_connection_close_is_respected() -> None:
    async def closing(line: Line) -> None:
        await line.request()
        await line.answer(extra="Connection: close\r\n")
        await line.reader.read()

    async with serving(closing) as server, client_of(server) as client:
        assert [await post(client), await post(client)] == [OK, OK]
        assert server.connections == 2


async def test_a_cancelled_request_closes_its_connection_and_frees_its_place() -> None:
    async def hang(line: Line) -> None:
        await line.request()
        await line.reader.read()

    async with serving(hang) as server, client_of(server, max_connections=1, timeout=5) as client:
        running = asyncio.create_task(post(client))
        queued = asyncio.create_task(post(client))
        await asyncio.sleep(0.05)
        queued.cancel()
        running.cancel()
        await asyncio.gather(running, queued, return_exceptions=True)
        await asyncio.sleep(0.05)
        assert server.open == 0
        assert client.connections("s") == (0, 0)


async def test_a_place_is_passed_on_when_the_request_that_held_it_is_cancelled() -> None:
    async def hang_once(line: Line) -> None:
        await line.request()
        if server.connections == 1:
            await line.reader.read()
        await line.answer()
        await line.reader.read()

    async with serving(hang_once) as server, client_of(server, max_connections=1, timeout=5) as client:
        running = asyncio.create_task(post(client))
        await asyncio.sleep(0.02)
        queued = asyncio.create_task(post(client))
        await asyncio.sleep(0.02)
        running.cancel()
        assert await queued == OK


async def test_a_closed_client_sends_nothing() -> None:
    async with serving(polite) as server, client_of(server) as client:
        await client.close()
        assert await post(client) == FetchFailure(FailureKind.CONNECTION)
        assert server.connections == 0


@pytest.mark.parametrize("header", [("A", "x\r\nB: y"), ("A\r\nB", "y"), ("A:", "y"), ("A", "é"), ("", "x")])
def test_headers_cannot_smuggle(header: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        header_lines(dict([header]))
