"""One socket of a client: the protocol decides, this class does what it says.

Each operation is a task. All of them are gone when the socket is (security case D09). A finished operation frees its place at once (T10).

Who asks is settled by tokens, and by nothing else that a client says (T09): `extensions.authorization` of a `subscribe` for that operation, else
`authorization` of the payload of `connection_init`, else the header of the handshake. Several parties may share a socket that way. A token is
renewed with a `ping` whose payload has `authorization`, and `id` when it is that of one operation; the `pong` tells what came of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from gateway.answers import GraphQLResponse, refusal
from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import SubscriptionSettings
from gateway.streams.messages import Request
from gateway.streams.protocol import CloseCode, Completed, Event, Initiated, Pinged, ServerProtocol, State, Subscribed
from gateway.subscriptions import Subscription
from gateway.telemetry.logs import AccessLog
from gateway.telemetry.trace import Trace, trace_of
from gateway.transport.asgi import Receive, Send
from gateway.transport.refusals import worded

__all__ = ["Operations", "Socket"]

_STOPPING = GraphQLIssue("The gateway is stopping. Subscribe again.", Code.GATEWAY_STOPPING)
_LAST_WORDS = 1.0
"""Seconds for what ends a subscription; a client that takes nothing any more does not hold up the end."""
_TOKEN = re.compile(r"[\x21-\x7e]+( [\x21-\x7e]+)*")


class Operations(Protocol):
    """What answers: the pipeline."""

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller | None: ...

    async def subscribe(
        self, request: GraphQLRequest, headers: Mapping[bytes, bytes], trace: Trace
    ) -> GraphQLResponse | Subscription: ...


@dataclass(slots=True)
class _Running:
    """An operation. `own`: it came with a token of its own. `stream` is set while it is a subscription that runs."""

    own: bool
    task: asyncio.Task[None] | None = None
    stream: Subscription | None = None


class Socket:
    """`run` serves until the socket closes. `headers` are those of the handshake, names in lower case."""

    def __init__(
        self,
        operations: Operations,
        headers: Mapping[bytes, bytes],
        receive: Receive,
        send: Send,
        settings: SubscriptionSettings,
        access_log: AccessLog | None = None,
        *,
        network: bool = False,
    ) -> None:
        self._network = network
        self._operations = operations
        self._headers = dict(headers)
        self._receive = receive
        self._transmit = send
        self._settings = settings
        self._access_log = access_log
        self._protocol = ServerProtocol(max_size=settings.max_message_bytes)
        self._sending = asyncio.Lock()
        self._outbox: deque[str] = deque()
        self._closed = False
        self._running: dict[str, _Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve. Returns when the socket is closed by either side, or lost."""
        timer = asyncio.get_running_loop().call_later(self._settings.init_timeout, self._init_late)
        try:
            while self._protocol.state is not State.CLOSED:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    self._protocol.lost()
                    return
                text = message.get("text")
                event = self._protocol.receive(text if text is not None else message.get("bytes") or b"")
                if event is not None:
                    await self._handle(event)
                await self._flush()
        finally:
            timer.cancel()
            await self._abandon()

    async def drain(self, seconds: float) -> None:
        """End every subscription with its reason, then the socket. What has one answer gets so many `seconds` for it."""
        streams: list[asyncio.Task[None]] = []
        others: list[asyncio.Task[None]] = []
        for running in self._running.values():
            if running.stream is not None:
                running.stream.end(_STOPPING)
            if running.task is not None:
                (others if running.stream is None else streams).append(running.task)
        await _done(others, seconds)
        await _done(streams, _LAST_WORDS)
        self._protocol.close(CloseCode.GOING_AWAY, "Going away")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                await self._flush()

    # -- events --------------------------------------------------------------------------------------------------

    async def _handle(self, event: Event) -> None:
        match event:
            case Initiated(payload):
                await self._initiate(payload)
            case Subscribed(id=id_, request=request):
                self._begin(id_, request)
            case Completed(id=id_):
                running = self._running.pop(id_, None)
                if running is not None and running.task is not None:
                    running.task.cancel()
            case Pinged(payload):
                await self._ping(payload)
            case _:
                pass

    async def _initiate(self, payload: Mapping[str, Any] | None) -> None:
        try:
            token = _token_in(payload)
            if token is not None:
                self._headers[b"authorization"] = token
            if b"authorization" in self._headers:
                await self._operations.caller(self._headers)
        except GatewayError:
            self._protocol.forbid()
            return
        # Without a token the connection stands, and each operation has to bring its own.
        self._protocol.acknowledge()

    def _begin(self, id_: str, request: Request) -> None:
        if len(self._running) >= self._settings.max_operations:
            message = f"A socket runs {self._settings.max_operations} operations at a time."
            self._protocol.error(id_, self._words(GatewayError(GraphQLIssue(message, Code.TOO_MANY_SUBSCRIPTIONS))))
            return
        extensions = dict(request.extensions)
        own = extensions.pop("authorization", None)
        try:
            headers = self._headers if own is None else {**self._headers, b"authorization": _header(own)}
        except GatewayError as error:
            self._protocol.error(id_, self._words(error))
            return
        running = self._running[id_] = _Running(own is not None)
        asked = GraphQLRequest(
            request.query, request.operation_name, request.variables, extensions, document_id=request.document_id
        )
        running.task = self._start(self._operate(id_, running, asked, headers))

    async def _ping(self, payload: Mapping[str, Any] | None) -> None:
        try:
            token = _token_in(payload) if self._protocol.state is State.READY else None
            if payload is None or token is None:
                self._protocol.pong(payload)
                return
            caller = await self._operations.caller({**self._headers, b"authorization": token})
        except GatewayError as error:
            self._protocol.pong({"errors": self._words(error)})
            return
        if caller is None:
            self._protocol.pong()
            return
        self._protocol.pong(await self._renew(caller, token, payload.get("id")))

    async def _renew(self, caller: Caller, token: bytes, id_: Any) -> dict[str, Any]:
        """Which subscriptions go on with the new token: the one that is named, or all that ride on the socket's."""
        if id_ is None:
            self._headers[b"authorization"] = token
        streams = {
            name: running.stream
            for name, running in self._running.items()
            if running.stream is not None and (name == id_ if id_ is not None else not running.own)
        }
        outcomes = await asyncio.gather(*(stream.renew(caller) for stream in streams.values()))
        renewed = [name for name, done in zip(streams, outcomes, strict=True) if done]
        refused = [name for name, done in zip(streams, outcomes, strict=True) if not done]
        return {"expiresAt": caller.expires_at, "renewed": renewed, "refused": refused}

    # -- operations ----------------------------------------------------------------------------------------------

    async def _operate(
        self, id_: str, running: _Running, request: GraphQLRequest, headers: Mapping[bytes, bytes]
    ) -> None:
        started = time.perf_counter()
        trace = trace_of(headers)
        answer: GraphQLResponse | Subscription | None = None
        try:
            answer = await self._operations.subscribe(request, headers, trace)
            if isinstance(answer, GraphQLResponse):
                self._answer(id_, answer)
            else:
                running.stream = answer
                await self._stream(id_, answer)
        finally:
            if self._running.get(id_) is running:
                del self._running[id_]
            if answer is not None:
                self._record(answer, started, trace.id)
        await self._flush()

    def _words(self, error: GatewayError) -> list[Any]:
        return orjson.loads(worded(refusal(error), network=self._network).body)["errors"]

    def _answer(self, id_: str, answer: GraphQLResponse) -> None:
        """One answer and the end, or `error` for a request that got none."""
        answer = worded(answer, network=self._network)
        if answer.status != 200:
            content = orjson.loads(answer.body)
            if "data" not in content:
                self._protocol.error(id_, content["errors"])
                return
        self._protocol.next(id_, answer.body)
        self._protocol.complete(id_)

    async def _stream(self, id_: str, stream: Subscription) -> None:
        try:
            async for body in stream:
                self._protocol.next(id_, body)
                await self._flush()
            self._protocol.complete(id_)
        finally:
            stream.close()

    def _record(self, answer: GraphQLResponse | Subscription, started: float, trace_id: str) -> None:
        if self._access_log is not None:
            self._access_log(
                "operation",
                over="websocket",
                ms=round((time.perf_counter() - started) * 1000, 2),
                trace=trace_id,
                operation=answer.operation[:16],
                role=answer.role,
                code=answer.code,
            )

    # -- the line ------------------------------------------------------------------------------------------------

    async def _flush(self) -> None:
        """Send what the protocol has to say; waits while the client does not read."""
        async with self._sending:
            try:
                # While this waits more may be said, and all of it goes before the close frame.
                while self._collected():
                    # Taken out only when sent: an operation that is cancelled here may hold the words of another one.
                    await self._transmit({"type": "websocket.send", "text": self._outbox[0]})
                    self._outbox.popleft()
                closing = self._protocol.closing
                if closing is not None and not self._closed:
                    self._closed = True
                    await self._transmit({"type": "websocket.close", "code": closing.code, "reason": closing.reason})
            except (OSError, RuntimeError):
                # The server tells so that the line is gone, or that it closed it itself; `receive` says it as well.
                self._protocol.lost()
                self._outbox.clear()

    def _collected(self) -> deque[str]:
        self._outbox.extend(self._protocol.data_to_send())
        return self._outbox

    def _init_late(self) -> None:
        self._protocol.init_timed_out()
        if self._protocol.closing is not None:
            self._start(self._flush())

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _abandon(self) -> None:
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _done(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


def _token_in(payload: Mapping[str, Any] | None) -> bytes | None:
    """The value of `authorization`, however it is capitalized. Raises `GatewayError` 401."""
    for name, value in (payload or {}).items():
        if name.lower() == "authorization" and value is not None:
            return _header(value)
    return None


def _header(value: Any) -> bytes:
    """What could stand in a header, and nothing else: it may go on to a subgraph in one. Raises `GatewayError` 401."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise GatewayError(GraphQLIssue("The access token is no text that a header could hold.", Code.UNAUTHENTICATED))
    return value.encode("ascii")
