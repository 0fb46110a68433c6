"""`/access/v1/evaluation` and `/access/v1/evaluations`: the gateway as a policy decision point (OpenID AuthZEN 1.0), for whom it is open.

Let in first, read afterwards: who asks has an access token with the scope that the settings name, or a client certificate that they name. Statuses are
those of §10.1.2: 200 with a decision, 400, 401, 403, 405, 413, 415, 429, 500, 503; a `deny` is a 200. `X-Request-ID` comes back as it was sent.
Where there is a journal an evaluation is on record before its answer leaves, and is refused when it cannot be.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from gateway.audit.evaluations import Evaluations, Judged
from gateway.audit.places import now
from gateway.audit.record import Asking
from gateway.authorization.authzen import Judge, Malformed, Questions, answer, judged, read_one, read_several
from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.identity.certificates import ClientCertificate
from gateway.settings import DecisionPointSettings, LimitSettings
from gateway.telemetry.logs import AccessLog, get_log, whereabouts
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.trace import Trace, trace_of
from gateway.transport.asgi import ClientGone, Receive, Scope, Send
from gateway.transport.headers import answer_headers, request_headers
from gateway.transport.parameters import read_body

__all__ = ["DecisionPoint", "Doorkeeper"]

_log = get_log(__name__)

_ONE, _SEVERAL = "/access/v1/evaluation", "/access/v1/evaluations"
_REQUEST_ID = re.compile(rb"[\x21-\x7e]{1,200}")


class Doorkeeper(Protocol):
    """Tells who sends a request. All raise `GatewayError`."""

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller: ...

    async def certificate(self, headers: Mapping[bytes, bytes]) -> ClientCertificate | None: ...

    def check_certificate(self, certificate: ClientCertificate, headers: Mapping[bytes, bytes]) -> None: ...


@dataclass(slots=True)
class _Course:
    """How far a request came."""

    asking: Asking
    answered: list[Judged] = field(default_factory=list[Judged])


class DecisionPoint:
    """An ASGI application for these two paths."""

    def __init__(
        self,
        judge: Judge,
        doorkeeper: Doorkeeper,
        settings: DecisionPointSettings,
        limits: LimitSettings,
        *,
        metrics: Metrics | None = None,
        access_log: AccessLog | None = None,
        journal: Evaluations | None = None,
    ) -> None:
        self._judge = judge
        self._doorkeeper = doorkeeper
        self._settings = settings
        self._limits = limits
        self._metrics = metrics
        self._access_log = access_log
        self._journal = journal
        self.paths = frozenset({_ONE, _SEVERAL})
        url = settings.url.rstrip("/")
        self.configuration: Mapping[str, Any] = {
            "policy_decision_point": url,
            "access_evaluation_endpoint": url + _ONE,
            "access_evaluations_endpoint": url + _SEVERAL,
        }
        """`/.well-known/authzen-configuration` (§9.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        course = _Course(Asking(now(), trace_of({}), {}))
        more: dict[str, str] = {}
        status, code = 200, ""
        try:
            headers = request_headers(scope["headers"])
            course.asking = Asking(course.asking.at, trace_of(headers), headers)
            more |= _request_id(headers)
            body = await self._answered(scope, receive, course)
        except ClientGone:
            return
        except Exception as error:  # noqa: BLE001 - whoever asks hears nothing of it, and a fault is no permission
            refused = await self._refusal(_told(error, course.asking.trace), course.asking)
            status, code, body = refused.status, refused.issues[0].code.name, _errors(refused)
            more |= refused.headers
        trace = course.asking.trace
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": answer_headers(b"application/json", body, trace.id, more),
            }
        )
        await send({"type": "http.response.body", "body": body})
        self._record(status, code, course.answered if status == 200 else [], trace, started)

    async def _answered(self, scope: Scope, receive: Receive, course: _Course) -> bytes:
        headers = course.asking.headers
        if self._journal is not None:
            self._journal.check()
        if scope["method"] != "POST":
            issue = GraphQLIssue("Evaluations are asked for by POST.", Code.METHOD_NOT_ALLOWED)
            raise GatewayError(issue, headers={"Allow": "POST"})
        await self._admit(course)
        questions = self._read(scope["path"], await read_body(headers, receive, self._limits))
        for entry, outcome in zip(questions.entries, judged(questions, self._judge), strict=False):
            course.answered.append(Judged(entry, outcome))
            # A batch of large documents must not keep the loop from everybody else.
            await asyncio.sleep(0)
        if self._journal is not None:
            await self._journal.keep(course.asking, course.answered)
        return orjson.dumps(answer(questions, [one.outcome for one in course.answered]))

    async def _refusal(self, refused: GatewayError, asking: Asking) -> GatewayError:
        """What is answered instead: this, once it is on record that nothing was decided, or that nothing can be recorded."""
        code = refused.issues[0].code
        if self._journal is None or code is Code.AUDIT_UNAVAILABLE:
            return refused
        try:
            await self._journal.keep_refusal(asking, status=refused.status, code=code.name)
        except Exception as error:  # noqa: BLE001 - as above
            return _told(error, asking.trace)
        return refused

    async def _admit(self, course: _Course) -> None:
        """Raises `GatewayError`: 401 for no token and no certificate that is named, 403 for one without the scope, 403 and 429 for what holds for the
        party.
        """
        settings, headers = self._settings, course.asking.headers
        if settings.certificates:
            certificate = await self._doorkeeper.certificate(headers)
            if certificate is not None and certificate.thumbprint in settings.certificates:
                # No more is known of who asks.
                asker = Caller(None, {}, frozenset(), subject=certificate.name)
                course.asking = course.asking._replace(caller=asker)
                self._doorkeeper.check_certificate(certificate, headers)
                return
        if settings.scope is None:
            issue = GraphQLIssue("Evaluations are for named client certificates only.", Code.INVALID_CLIENT_CERTIFICATE)
            raise GatewayError(issue)
        caller = await self._doorkeeper.caller(headers)
        course.asking = course.asking._replace(caller=caller)
        if settings.scope not in caller.scopes:
            issue = GraphQLIssue(f"Evaluations need the scope {settings.scope}.", Code.FORBIDDEN)
            challenge = f'Bearer error="insufficient_scope", scope="{settings.scope}"'
            raise GatewayError(issue, headers={"WWW-Authenticate": challenge})

    def _read(self, path: str, body: bytes) -> Questions:
        try:
            content = orjson.loads(body)
            return read_one(content) if path == _ONE else read_several(content, self._settings.max_evaluations)
        except orjson.JSONDecodeError:
            raise _bad("The body is not valid JSON in UTF-8.") from None
        except Malformed as problem:
            raise _bad(str(problem)) from None

    def _record(self, status: int, code: str, answered: list[Judged], trace: Trace, started: float) -> None:
        permitted = sum(one.outcome.decision for one in answered)
        if self._metrics is not None:
            self._metrics.evaluations.add("permit", count=permitted)
            self._metrics.evaluations.add("deny", count=len(answered) - permitted)
            if status != 200:
                self._metrics.evaluations.add("refused")
        if self._access_log is not None:
            self._access_log(
                "evaluations",
                status=status,
                ms=round((time.perf_counter() - started) * 1000, 2),
                trace=trace.id,
                code=code,
                permitted=permitted,
                denied=len(answered) - permitted,
            )


def _request_id(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    given = headers.get(b"x-request-id", b"")
    return {"X-Request-ID": given.decode("ascii")} if _REQUEST_ID.fullmatch(given) else {}


def _told(error: Exception, trace: Trace) -> GatewayError:
    if isinstance(error, GatewayError):
        return error
    _log.error("internal_error", trace=trace.id, **whereabouts(error))
    return GatewayError(GraphQLIssue("Something went wrong in the gateway.", Code.INTERNAL_SERVER_ERROR))


def _errors(error: GatewayError) -> bytes:
    return orjson.dumps({"errors": [issue.as_json() for issue in error.issues]})


def _bad(message: str) -> GatewayError:
    return GatewayError(GraphQLIssue(message, Code.BAD_USER_INPUT))
