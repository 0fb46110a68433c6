"""Another policy decision point that has to agree (OpenID AuthZEN 1.0), after the gateway's own decision and before anything is fetched.

It can only refuse: what grants do not give is not asked. One question a request, about the whole operation; `decision: true` in a 200 lets it go on, `false` is
403 FORBIDDEN, and everything else — late, cut off, redirected, no JSON, another status — is 503 AUTHORIZATION_UNAVAILABLE. It is told what the settings name:
by default role, scopes, coordinates and the signature of the operation; never a value of a filter, nor the text. A subscription is asked about when it
begins, before each event is completed, and when its token is renewed.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

import orjson

from gateway.audit.record import coordinates_of, purpose_of
from gateway.authorization.caller import Caller
from gateway.authorization.decide import decide, shape
from gateway.authorization.grants import Grants
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.language.operation import Operation
from gateway.planning.cache import BytesCache
from gateway.settings import ExternalDecisionPointSettings
from gateway.subgraphs.connection import Response
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.failure import FetchFailure
from gateway.subgraphs.http import HttpClient, header_lines
from gateway.telemetry.logs import get_log
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.trace import Trace

__all__ = ["Consultant", "Consultation"]

_log = get_log(__name__)

_NAME = "decision point"
_CACHE = 4 * 1024 * 1024
_ENTRY, _LETTER = 300, 2
UNDISCLOSED = "undisclosed"


class _Kept(NamedTuple):
    """A decision that may be used again: until a moment of the monotonic clock, which nobody sets, and until its token ends, by the wall clock."""

    permitted: bool
    until: float
    token_ends: float


class Consultant:
    """`token` is shown to the decision point. Close it with the pipeline that it belongs to. `clock` is the wall clock, Unix time; `elapsed` the monotonic one."""

    def __init__(
        self,
        settings: ExternalDecisionPointSettings,
        endpoint: Endpoint,
        *,
        grants: Grants | None = None,
        token: str | None = None,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.time,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._client = HttpClient({_NAME: endpoint})
        self._grants = grants
        self._token = token
        self._metrics = metrics
        self._clock = clock
        self._elapsed = elapsed
        self._purpose = settings.purpose_header.lower().encode() if settings.purpose_header is not None else None
        self._cache = BytesCache[bytes, _Kept](_CACHE)
        self._asked_for = BytesCache[tuple[Any, ...], list[str]](_CACHE)

    async def check(
        self,
        operation: Operation,
        variables: Mapping[str, Any],
        caller: Caller | None,
        trace: Trace,
        headers: Mapping[bytes, bytes],
        *,
        anew: bool = False,
    ) -> None:
        """Ask; `anew`, whatever is kept. Raises `GatewayError`: 403 for a no, 503 for anything that is neither yes nor no."""
        body = self.question(operation, variables, caller, headers)
        kept = self._cache.get(body) if self._settings.cache_seconds and not anew else None
        if kept is not None and self._elapsed() < kept.until and self._clock() < kept.token_ends:
            self._count("kept")
            permitted = kept.permitted
        else:
            permitted = await self._asked(body, trace)
            self._keep(body, caller, permitted=permitted)
        if not permitted:
            message = "Another decision point, which has to agree, does not permit this operation."
            raise GatewayError(GraphQLIssue(message, Code.FORBIDDEN))

    def consultation(
        self, operation: Operation, variables: Mapping[str, Any], trace: Trace, headers: Mapping[bytes, bytes]
    ) -> Consultation:
        """How the events of a subscription are asked about."""
        return Consultation(self, operation, variables, trace, headers)

    @property
    def connections(self) -> tuple[int, int]:
        """Open and idle ones, for leak tests."""
        return self._client.connections(_NAME)

    async def close(self) -> None:
        await self._client.close()

    async def _asked(self, body: bytes, trace: Trace) -> bool:
        seconds = self._settings.timeout
        try:
            # The pool's own deadline is coarse; this one is what is promised.
            async with asyncio.timeout(seconds):
                answer = await self._client.post(_NAME, self._lines(trace), body, seconds=seconds)
        except TimeoutError:
            self._fail("timeout", trace)
        if isinstance(answer, FetchFailure):
            self._fail(answer.kind.value, trace)
        if answer.status != 200:
            self._fail("status", trace)
        permitted = _decision(answer)
        if permitted is None:
            self._fail("invalid", trace)
        self._count("permit" if permitted else "deny")
        return permitted

    def _lines(self, trace: Trace) -> bytes:
        told = {"X-Request-ID": trace.id}
        if self._token is not None:
            told["Authorization"] = f"Bearer {self._token}"
        return header_lines(told)

    def question(
        self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None, headers: Mapping[bytes, bytes]
    ) -> bytes:
        """What is asked, JSON: equal for what is decided alike."""
        send = self._settings.send
        properties: dict[str, Any] = {}
        if "coordinates" in send:
            properties["coordinates"] = self._coordinates(operation, variables, caller)
        question: dict[str, Any] = {
            "subject": self._subject(caller),
            "action": {"name": operation.kind.value},
            "resource": {"type": "graphql:operation", "id": operation.signature, "properties": properties},
        }
        purpose = purpose_of(headers.get(self._purpose)) if self._purpose is not None else None
        if purpose is not None:
            question["context"] = {"purpose_of_use": purpose}
        return orjson.dumps(question)

    def _coordinates(self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None) -> list[str]:
        """Everything that is asked for, filters included where there are grants."""
        who = (caller.role, caller.scopes) if caller is not None else None
        key = (operation.hash, who, shape(variables))
        found = self._asked_for.get(key)
        if found is None:
            if self._grants is None or caller is None:
                found = sorted(coordinates_of(operation.selections))
            else:
                found = sorted(decide(operation, variables, self._grants, caller).coordinates)
            self._asked_for.put(key, found, _ENTRY + _LETTER * (len(repr(key)) + sum(map(len, found))))
        return found

    def _subject(self, caller: Caller | None) -> dict[str, Any]:
        """Named by an identifier where the settings let its kind go out, else by role alone."""
        if caller is None:
            return {"type": "none", "id": UNDISCLOSED}
        role = caller.role or "none"
        kind = next((name for name in self._settings.identifiers if name in caller.identifiers), None)
        subject: dict[str, Any] = {"type": role, "id": UNDISCLOSED}
        if kind is not None:
            subject = {"type": kind, "id": caller.identifiers[kind]}
        properties: dict[str, Any] = {"role": role}
        if "scopes" in self._settings.send:
            properties["scopes"] = sorted(caller.scopes)
        if "actor" in self._settings.send and caller.actor is not None:
            properties["actor"] = caller.actor
        return {**subject, "properties": properties}

    def _keep(self, body: bytes, caller: Caller | None, *, permitted: bool) -> None:
        """Never longer than the token that the decision was about."""
        if self._settings.cache_seconds == 0:
            return
        until = self._elapsed() + self._settings.cache_seconds
        token_ends = caller.expires_at if caller is not None and caller.expires_at else math.inf
        self._cache.put(body, _Kept(permitted, until, token_ends), _ENTRY + len(body))

    def _fail(self, outcome: str, trace: Trace) -> NoReturn:
        self._count(outcome)
        _log.warning("consultation_failed", trace=trace.id, outcome=outcome)
        message = "A decision point that has to agree could not be asked. Nothing was read."
        raise GatewayError(GraphQLIssue(message, Code.AUTHORIZATION_UNAVAILABLE), headers={"Retry-After": "5"})

    def _count(self, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.consultations.add(outcome)


@dataclass(frozen=True, slots=True)
class Consultation:
    """How the events of one subscription are asked about."""

    consultant: Consultant
    operation: Operation
    variables: Mapping[str, Any]
    trace: Trace
    headers: Mapping[bytes, bytes]

    def question(self, caller: Caller | None) -> bytes:
        """As `Consultant.question`."""
        return self.consultant.question(self.operation, self.variables, caller, self.headers)

    async def ask(self, caller: Caller | None, *, anew: bool = False) -> None:
        """As `Consultant.check`."""
        await self.consultant.check(self.operation, self.variables, caller, self.trace, self.headers, anew=anew)


def _decision(answer: Response) -> bool | None:
    """The decision; None for whatever is no answer to this question."""
    try:
        content: Any = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return None
    decision = content.get("decision") if isinstance(content, dict) else None
    return decision if isinstance(decision, bool) else None
