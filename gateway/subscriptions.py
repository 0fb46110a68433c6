"""Running subscriptions: who may share which stream, what each event comes to, and when a subscription ends.

    opened ─▶ events: decided again by all who decide, completed, buffered ─▶ ended
                                                             by its source, its client, its token, a full buffer, or us

A subscription ends before its token does (security case A17): `expiry_margin` earlier it gets one last answer, TOKEN_EXPIRED. A token that is renewed in
time moves that moment; it must be a token of the same identity, because the stream from the subgraph was opened for that one.

What one identity class is stands in `_class_of`: everything that a subgraph is sent or a decision could hang on (security case A20), the certificate and the
address of the connection too, since they are looked at again at each event. The trace id is not among it, and is that of the subscriber who opened the stream.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Hashable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakValueDictionary

import orjson

from gateway.answers import internal_error, refusal, result_answer
from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.compile import CompiledPlan
from gateway.execution.owners import owners_in
from gateway.execution.responses import MESSAGES, code_of
from gateway.execution.sharing import Answer, Buffering, Subscriber, Upstreams
from gateway.execution.subscribe import execute_event, source_body
from gateway.settings import SubscriptionSettings
from gateway.subgraphs.failure import FetchFailure
from gateway.subgraphs.fetcher import Fetcher
from gateway.subgraphs.streams.endpoint import Payload
from gateway.subgraphs.streams.merged import merged
from gateway.subgraphs.streams.source import StreamClient
from gateway.telemetry.logs import get_log, whereabouts
from gateway.telemetry.trace import Trace

if TYPE_CHECKING:
    from gateway.audit.recorder import Recording

__all__ = ["Opening", "Subscription", "Subscriptions", "identity_of"]

_log = get_log(__name__)

_SIGNED = "Decision-Context"
"""Made anew for every request from what is in the class already; its bytes differ each time."""


class Consultation(Protocol):
    """Another decision point that has to agree with each event."""

    def question(self, caller: Caller | None) -> bytes:
        """What it would be asked."""
        ...

    async def ask(self, caller: Caller | None, *, anew: bool = False) -> None:
        """Raises `GatewayError`, 403 and 503. `anew`: whatever was answered before."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything that a subscription needs, decided by the pipeline.

    `endpoints` are all that the plan may ask; `headers_for` gives what one of them is sent for this caller, now. `check` decides again and
    raises `GatewayError`. `fetcher` makes one for the fetches of one event. `renewable`: no endpoint is sent the token itself.
    `recording`: how events are recorded, where they are. `consultation`: who else is asked about each, if anybody. `judged`: what
    `check` judges beside the caller, certificate and address of a client: a stream is shared with nobody of whom that is another.
    """

    compiled: CompiledPlan
    variables: Mapping[str, Any]
    caller: Caller | None
    trace: Trace
    roots: Mapping[str, Any]
    endpoints: tuple[str, ...]
    headers_for: Callable[[str], Mapping[str, str]]
    fetcher: Callable[[], Fetcher]
    check: Callable[[], None]
    renewable: bool = True
    recording: Recording | None = None
    consultation: Consultation | None = None
    judged: Hashable = None


class _Shown:
    """The token that lasts longest of those that the subscriptions of one class have shown."""

    def __init__(self, caller: Caller | None) -> None:
        self.caller = caller

    def learn(self, caller: Caller | None) -> None:
        if caller is not None and (self.caller is None or caller.expires_at > self.caller.expires_at):
            self.caller = caller


class Subscription:
    """A stream of answers to one client: iterate, and close in any case.

    `asked`, its signature `operation` and `role` are for metrics and the access log; `code` is the one it ended with, empty for a plain end.
    """

    def __init__(
        self, owner: Subscriptions, subscriber: Subscriber, opening: Opening, shown: _Shown, margin: float
    ) -> None:
        self.asked = opening.compiled.plan.operation
        self.caller = opening.caller
        self.code = ""
        self.at_close: Callable[[], None] | None = None
        """Called once, when it is closed."""
        self._owner = owner
        self._subscriber = subscriber
        self._margin = margin
        self._closed = False
        self._shown = shown
        self._renewable = opening.renewable
        self._recording = opening.recording
        self._consultation = opening.consultation
        self._timer: asyncio.TimerHandle | None = None
        self._watch_token()

    @property
    def operation(self) -> str:
        return self.asked.signature

    @property
    def role(self) -> str | None:
        return self.caller.role if self.caller is not None else None

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> bytes:
        if self._late():
            # The loop was busy, or the clock was set: what waits is not given out after the token.
            self._expire()
        answer = await self._subscriber.__anext__()
        last = self._subscriber.last
        if last.refused is not None:
            self.code = last.refused.issues[0].code.name
        if self._recording is None or (last.seen is None and last.refused is None):
            return answer
        try:
            await self._recording.keep(self.caller, last.seen, last.refused)
        except GatewayError as error:
            # Its source may have ended: what still waits does not leave either.
            issue = error.issues[0]
            self.code = issue.code.name
            self._subscriber.finish(at_once=True)
            return _last(issue)
        return answer

    async def renew(self, caller: Caller) -> bool:
        """Go on with another token; False when it is one of another identity, or when a subgraph was sent the old one, and
        nothing changes. Whoever else decides is asked anew: where it does not agree, this ends.
        """
        if self.caller is None or not self._renewable or identity_of(caller) != identity_of(self.caller):
            return False
        if self._consultation is not None:
            try:
                await self._consultation.ask(caller, anew=True)
            except GatewayError as error:
                await self._disagreed(error)
                return False
        if self.code or self._closed:
            return False
        self.caller = caller
        self._shown.learn(caller)
        self._watch_token()
        return True

    def end(self, issue: GraphQLIssue) -> None:
        """End at once, with a coded answer in the place of all that waits. Whoever ends it first says why."""
        if not self.code and self._subscriber.finish(_last(issue), at_once=True):
            self.code = issue.code.name

    def close(self) -> None:
        """The client is gone, or wants no more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._subscriber.close()
        self._owner.forget(self, self._subscriber.lost)
        at_close, self.at_close = self.at_close, None
        if at_close is not None:
            at_close()

    async def _disagreed(self, error: GatewayError) -> None:
        self.end(error.issues[0])
        if self._recording is not None:
            # It ends in any case, and gave out nothing.
            with suppress(GatewayError):
                await self._recording.keep(self.caller, None, error)

    def _watch_token(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self.caller is not None and self.caller.expires_at:
            left = self.caller.expires_at - self._margin - time.time()
            self._timer = asyncio.get_running_loop().call_later(max(0.0, left), self._expire)

    def _late(self) -> bool:
        caller = self.caller
        return caller is not None and bool(caller.expires_at) and time.time() >= caller.expires_at - self._margin

    def _expire(self) -> None:
        message = "The access token ends now, and this subscription before it. Subscribe again with a new one."
        self.end(GraphQLIssue(message, Code.TOKEN_EXPIRED))


class Subscriptions:
    """All subscriptions of one pipeline. Close it when the pipeline goes."""

    def __init__(self, streams: StreamClient, settings: SubscriptionSettings, shared: Mapping[str, bool]) -> None:
        self._streams = streams
        self._settings = settings
        self._shared = shared
        too_slow = GraphQLIssue("Events came faster than they were taken.", Code.SUBSCRIBER_TOO_SLOW)
        self._buffering = Buffering(
            settings.buffer_events, settings.buffer_bytes, settings.overflow, too_slow=_last(too_slow)
        )
        self._upstreams = Upstreams(_broken)
        self._open: dict[Subscription, None] = {}
        self._shown: WeakValueDictionary[Hashable, _Shown] = WeakValueDictionary()
        self.dropped = 0
        """Events that subscribers lost because their buffer was full."""

    @property
    def open(self) -> int:
        return len(self._open)

    @property
    def upstreams(self) -> int:
        return len(self._upstreams)

    def begin(self, opening: Opening) -> Subscription:
        """Open a subscription, or join the stream of its class. Raises `GatewayError`: 401 for a token at its end, 429, 503."""
        caller = opening.caller
        if caller is not None and caller.expires_at and time.time() >= caller.expires_at - self._settings.expiry_margin:
            issue = GraphQLIssue("The access token is at its end.", Code.TOKEN_EXPIRED)
            raise GatewayError(issue, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        if len(self._open) >= self._settings.max_subscriptions:
            raise GatewayError(GraphQLIssue("There are too many subscriptions.", Code.TOO_MANY_SUBSCRIPTIONS))
        primary = opening.compiled.primary
        if primary is None:
            issue = GraphQLIssue("The subscription has nothing to wait for.", Code.GRAPHQL_VALIDATION_FAILED)
            raise GatewayError(issue)
        key = _class_of(opening) if self._shared.get(primary.subgraph, True) else None
        shown = self._shown_of(key, caller)
        subscriber = self._upstreams.join(key, self._buffering, lambda: self._answers(opening, shown))
        subscription = Subscription(self, subscriber, opening, shown, self._settings.expiry_margin)
        self._open[subscription] = None
        return subscription

    def forget(self, subscription: Subscription, lost: int) -> None:
        """Called by a subscription that closes."""
        if subscription in self._open:
            del self._open[subscription]
            self.dropped += lost

    async def aclose(self) -> None:
        await self._upstreams.aclose()

    def _shown_of(self, key: Hashable | None, caller: Caller | None) -> _Shown:
        shown = self._shown.get(key) if key is not None else None
        if shown is None:
            shown = _Shown(caller)
            if key is not None:
                self._shown[key] = shown
        shown.learn(caller)
        return shown

    async def _answers(self, opening: Opening, shown: _Shown) -> AsyncGenerator[Answer]:
        primary = opening.compiled.primary
        assert primary is not None
        async with aclosing(merged([self._stream(endpoint, opening) for endpoint in _endpoints(opening)])) as events:
            async for event in events:
                if isinstance(event, FetchFailure):
                    _log.warning(
                        "stream_failed", trace=opening.trace.id, subgraph=primary.subgraph, outcome=event.kind.value
                    )
                    code = code_of(event)
                    yield Answer(_last(GraphQLIssue(MESSAGES[code], code)), plain=False)
                    return
                try:
                    opening.check()
                    if opening.consultation is not None:
                        await opening.consultation.ask(shown.caller)
                except GatewayError as error:
                    yield Answer(refusal(error).body, plain=False, refused=error)
                    return
                yield await _completed(opening, event)

    def _stream(self, endpoint: str, opening: Opening) -> AsyncGenerator[Payload | FetchFailure]:
        headers = {**opening.headers_for(endpoint), "X-B3-TraceId": opening.trace.id}
        return self._streams.stream(endpoint, headers, source_body(opening.compiled, opening.variables))


def _endpoints(opening: Opening) -> tuple[str, ...]:
    """Where the stream comes from: the subgraph, or those of its instances that own what is asked."""
    primary = opening.compiled.primary
    assert primary is not None
    if primary.instances is None:
        return (primary.subgraph,)
    instances, target = primary.instances
    return instances.of(owners_in(target, opening.variables)) or instances.endpoints


async def _completed(opening: Opening, event: Mapping[str, Any]) -> Answer:
    """One event. What goes wrong in it is said in its answer; the stream goes on (GraphQL §6.2.3.2)."""
    try:
        result = await execute_event(opening.compiled, event, opening.variables, opening.fetcher(), roots=opening.roots)
    except GatewayError as error:
        return Answer(refusal(error).body)
    seen = None
    if opening.recording is not None:
        result, seen = opening.recording.told(result)
    return Answer(result_answer(result).body, plain=not result.extensions, seen=seen)


def _class_of(opening: Opening) -> Hashable:
    """What all sharers of a stream have in common."""
    sent = tuple(
        (endpoint, tuple(sorted((n, v) for n, v in opening.headers_for(endpoint).items() if n != _SIGNED)))
        for endpoint in opening.endpoints
    )
    variables = orjson.dumps(opening.variables, option=orjson.OPT_SORT_KEYS)
    asked = opening.consultation.question(opening.caller) if opening.consultation is not None else None
    return (
        opening.compiled.plan.operation.hash,
        variables,
        identity_of(opening.caller),
        sent,
        asked,
        opening.judged,
    )


def identity_of(caller: Caller | None) -> Hashable:
    """Everything of a caller but the token itself: who, for whom, how far, where."""
    if caller is None:
        return None
    return (
        caller.role,
        tuple(sorted(caller.identifiers.items())),
        caller.scopes,
        caller.subject,
        caller.actor,
        caller.audience,
        caller.key,
    )


def _last(issue: GraphQLIssue) -> bytes:
    return refusal(GatewayError(issue)).body


def _broken(error: Exception) -> bytes:
    """A fault of ours: the client hears that there was one, the log where (security case D10)."""
    _log.error("subscription_broken", **whereabouts(error))
    return internal_error("").body
