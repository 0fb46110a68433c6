"""One socket without a server: any messages in any order, a line that stops or breaks anywhere; it ends, in a code or silently, and leaves no task."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.answers import GraphQLResponse
from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import SubscriptionSettings
from gateway.streams.protocol import CloseCode
from gateway.subscriptions import Subscription
from gateway.telemetry.trace import Trace
from gateway.transport.asgi import Message
from gateway.transport.socket import Socket

IDS = st.sampled_from(["1", "2", "3"])
QUERIES = st.sampled_from(["answer", "refused", "never", "endless", "three"])
TOKENS = st.sampled_from(["good", "bad", "", "a\r\nb", 5])


def said(type_: str, **more: Any) -> str:
    return json.dumps({"type": type_, **more})


FRAMES: st.SearchStrategy[str | bytes] = st.one_of(
    st.builds(lambda id_, query: said("subscribe", id=id_, payload={"query": query}), IDS, QUERIES),
    st.builds(
        lambda id_, query, token: said(
            "subscribe", id=id_, payload={"query": query, "extensions": {"authorization": token}}
        ),
        IDS,
        QUERIES,
        TOKENS,
    ),
    st.builds(lambda id_: said("complete", id=id_), IDS),
    st.builds(lambda token, id_: said("ping", payload={"authorization": token, "id": id_}), TOKENS, IDS),
    st.just(said("ping")),
    st.sampled_from(["{", b"\0", said("connection_init"), said("next", id="1", payload={}), "[]"]),
)
STEPS = st.lists(st.tuples(FRAMES, st.integers(0, 3)), max_size=25)
"""Frames, and after each how many turns the loop takes before the next one."""


class Stream:
    """Stands in for a subscription: `count` answers, then the end; without end for None."""

    operation, role, code, asked = "", None, "", None

    def __init__(self, open_: set[Stream], count: int | None) -> None:
        self._open = open_
        self._count = count
        open_.add(self)

    def __aiter__(self) -> Stream:
        return self

    async def __anext__(self) -> bytes:
        await asyncio.sleep(0)
        if self._count == 0:
            raise StopAsyncIteration
        if self._count is not None:
            self._count -= 1
        return b'{"data":null}'

    async def renew(self, _caller: Caller) -> bool:
        return True

    def end(self, _issue: GraphQLIssue) -> None:
        self._count = 0

    def close(self) -> None:
        self._open.discard(self)


class Operations:
    def __init__(self) -> None:
        self.open: set[Stream] = set()

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller | None:
        await asyncio.sleep(0)
        if headers.get(b"authorization") == b"bad":
            raise GatewayError(GraphQLIssue("No.", Code.UNAUTHENTICATED))
        return Caller("READER", {}, frozenset())

    async def subscribe(
        self, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace
    ) -> GraphQLResponse | Subscription:
        await self.caller(headers) if headers.get(b"authorization") != b"bad" else None
        match request.query:
            case "answer":
                return GraphQLResponse(200, b'{"data":null}', executed=True)
            case "refused":
                return GraphQLResponse(400, b'{"errors":[{"message":"No."}]}', executed=True)
            case "never":
                await asyncio.Event().wait()
            case _:
                pass
        return cast(Subscription, Stream(self.open, 3 if request.query == "three" else None))


class Line:
    """What a server does: hands frames over, takes messages, and from `breaks` messages on it is gone, or takes nothing more."""

    def __init__(self, steps: list[tuple[str | bytes, int]], breaks: int, *, stuck: bool) -> None:
        self._steps = [*steps]
        self._breaks = breaks
        self._stuck = stuck
        self.sent: list[Message] = []
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        if self.gone.is_set() or not self._steps:
            return {"type": "websocket.disconnect", "code": 1006}
        frame, turns = self._steps.pop(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        return {"type": "websocket.receive", "text" if isinstance(frame, str) else "bytes": frame}

    async def send(self, message: Message) -> None:
        await asyncio.sleep(0)
        assert not self.sent or self.sent[-1]["type"] != "websocket.close", "words after the end"
        if len(self.sent) >= self._breaks:
            if self._stuck:
                asyncio.get_running_loop().call_later(0.001, self.gone.set)
                await self.gone.wait()
            self.gone.set()
            raise OSError
        self.sent.append(message)


async def lived(steps: list[tuple[str | bytes, int]], breaks: int, *, stuck: bool, drained: bool) -> list[Message]:
    """The life of a socket; what it said."""
    operations, line = Operations(), Line([(said("connection_init"), 0), *steps], breaks, stuck=stuck)
    socket = Socket(operations, {}, line.receive, line.send, SubscriptionSettings(max_operations=2))
    running = asyncio.create_task(socket.run())
    if drained:
        for _ in range(10):
            await asyncio.sleep(0)
        await asyncio.wait_for(socket.drain(0.01), 5)
    await asyncio.wait_for(running, 5)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert operations.open == set()
    return line.sent


@settings(max_examples=400, deadline=None)
@given(STEPS, st.integers(0, 30), st.booleans(), st.booleans())
def test_any_life_of_a_socket(steps: list[tuple[str | bytes, int]], breaks: int, stuck: bool, drained: bool) -> None:
    sent = asyncio.run(lived(steps, breaks, stuck=stuck, drained=drained))
    messages = [json.loads(message["text"]) for message in sent if message["type"] == "websocket.send"]
    codes = [message["code"] for message in sent if message["type"] == "websocket.close"]
    assert set(codes) <= set(CloseCode)
    assert len(codes) <= 1
    assert {message["type"] for message in messages} <= {"connection_ack", "pong", "next", "error", "complete"}
    assert [message["type"] for message in messages].count("connection_ack") <= 1
