"""Answers that are compressed, and those that say so."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from gateway.subgraphs.connection import Response
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.subgraphs.asking import OK, outcome
from tests.gateway.subgraphs.harness import Line


def squeezed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


async def gzipped(body: bytes, **limits: Any) -> Response | FetchFailure:
    async def answer(line: Line) -> None:
        assert (b"Accept-Encoding: gzip\r\n" in await line.request()) is limits.get("compression", False)
        await line.answer(body, extra="Content-Encoding: gzip\r\n")
        await line.reader.read()

    return await outcome(answer, **limits)


async def test_gzip_is_read_where_it_was_asked_for_only() -> None:
    assert await gzipped(squeezed(b'{"data":{}}'), compression=True) == OK
    assert await gzipped(squeezed(b'{"data":{}}')) == FetchFailure(FailureKind.PROTOCOL)


async def test_gzip_in_pieces() -> None:
    body = squeezed(b'{"data":{}}')

    async def dripping(line: Line) -> None:
        await line.request()
        await line.send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n")
        for n in range(len(body)):
            await line.send(b"1\r\n%b\r\n" % body[n : n + 1])
        await line.send(b"0\r\n\r\n")
        await line.reader.read()

    assert await outcome(dripping, compression=True) == OK


async def test_d08_what_is_small_in_gzip_and_large_outside_is_cut_at_the_limit() -> None:
    bomb = squeezed(b"x" * 50_000_000)
    assert len(bomb) < 50_000
    assert await gzipped(bomb, compression=True, max_body=1_000_000) == FetchFailure(FailureKind.TOO_LARGE)


@pytest.mark.parametrize(
    "body",
    [b'{"data":{}}', squeezed(b'{"data":{}}')[:-1], squeezed(b'{"data":{}}') + b"x", squeezed(squeezed(b"{}"))[:9]],
)
async def test_gzip_that_is_none_or_not_whole(body: bytes) -> None:
    assert await gzipped(body, compression=True) == FetchFailure(FailureKind.PROTOCOL)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "identity, gzip"])
async def test_other_encodings_are_not_read(encoding: str) -> None:
    async def encoded(line: Line) -> None:
        await line.request()
        await line.answer(squeezed(b'{"data":{}}'), extra=f"Content-Encoding: {encoding}\r\n")
        await line.reader.read()

    assert await outcome(encoded, compression=True) == FetchFailure(FailureKind.PROTOCOL)
