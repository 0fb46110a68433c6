"""One operation from text to response: a column of small awaited steps, each of which may end the request with a code.

    caller → document → variables → decision → plan → fetches → answer

Whatever follows from the text, the role and the scopes alone is kept: on a hit nothing is parsed, validated, decided or planned again. Every cache is
bounded by bytes and its key holds everything that the value depends on (security case A19).

Without grants this is a plain federation gateway: no token, no decision. With grants a refusal names every coordinate that the
caller wrote and may not have, and nothing has been fetched by then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import orjson

from gateway.answers import GraphQLResponse, explained, internal_error, nothing_left, refusal, result_answer
from gateway.audit.keyed import RECORD_KEY
from gateway.audit.places import now
from gateway.audit.record import Asking, Kind
from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.authorization.grounds import only_by_relation
from gateway.deciding import ALLOWED, Decisions, Verdict, wants_partial
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.compile import CompiledPlan
from gateway.execution.execute import execute
from gateway.execution.result import ExecutionResult
from gateway.fetching import Fetching, Signer
from gateway.instances import Served
from gateway.introspection import Introspection
from gateway.language.operation import Field, Operation, OperationKind
from gateway.language.pruning import refused_paths
from gateway.overrides import Overrides
from gateway.planning.cache import BytesCache
from gateway.planning.text import plan_json, plan_text
from gateway.plans import Plans
from gateway.pricing import prices_of
from gateway.recording import recorded
from gateway.requests import Documents, GraphQLRequest, check_kind
from gateway.settings import Settings
from gateway.shadowing import Shadow
from gateway.sharing import SharedRequests
from gateway.subgraphs.http import HttpClient
from gateway.subgraphs.streams.source import StreamClient
from gateway.subscriptions import Opening, Subscription, Subscriptions
from gateway.supergraph.model import Supergraph
from gateway.telemetry.logs import get_log, whereabouts
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.spans import Spans
from gateway.telemetry.trace import Trace
from gateway.trusted import TrustedDocuments

if TYPE_CHECKING:
    from gateway.audit.recorder import Recorder
    from gateway.consulting import Consultant

__all__ = ["Authenticator", "GraphQLResponse", "Pipeline", "Signer"]

_log = get_log(__name__)

Headers = Mapping[bytes, bytes]
_T = TypeVar("_T")


class Authenticator(Protocol):
    """Makes a caller of a request's headers (lower-case names). Raises `GatewayError`, 401 for a bad token."""

    async def caller(self, headers: Headers) -> Caller: ...

    def check_again(self, caller: Caller, headers: Headers) -> None: ...

    def judged(self, headers: Headers) -> Hashable: ...


class _Asked(NamedTuple):
    """A request that may go on to its plan."""

    caller: Caller | None
    operation: Operation
    variables: dict[str, Any]
    verdict: Verdict
    partial: bool = False
    cost: int | None = None
    """Where the client wants to know it."""
    labels: frozenset[str] = frozenset()
    """The `@override` labels that are on."""


class Pipeline:
    """Answers operations over one supergraph. All parts are handed in; nothing is read from files here.

    `grants` need an `authenticator`; with one alone, what the graph itself demands of callers decides. `served`: who serves subgraphs that have several instances.
    `trusted`: the documents that may be asked by id; None when there are none.
    """

    def __init__(  # noqa: PLR0913 - all parts are handed in
        self,
        supergraph: Supergraph,
        *,
        client: HttpClient,
        settings: Settings | None = None,
        grants: Grants | None = None,
        authenticator: Authenticator | None = None,
        signer: Signer | None = None,
        metrics: Metrics | None = None,
        spans: Spans | None = None,
        served: Served | None = None,
        trusted: TrustedDocuments | None = None,
        streams: StreamClient | None = None,
        recorder: Recorder | None = None,
        shadow: Shadow | None = None,
        consultant: Consultant | None = None,
    ) -> None:
        if grants is not None and authenticator is None:
            raise ValueError("Grants decide by who asks: they need an authenticator.")
        settings = settings or Settings()
        self._supergraph = supergraph
        self._grants = grants
        self._authenticator = authenticator
        self._metrics = metrics
        self._recorder = recorder
        self._shadow = shadow
        self._consultant = consultant
        self._network = settings.profile == "network"
        self._prices = prices_of(supergraph, settings.limits)
        audiences = {name: entry.audience for name, entry in settings.subgraphs.items() if entry.audience}
        self._served = served or Served(audiences=audiences)
        self._fetching = Fetching(
            client,
            self._served,
            seconds=settings.limits.request_seconds,
            grants=grants,
            signer=signer,
            metrics=metrics,
            spans=spans,
            opened=recorder.keys.opened if recorder is not None else frozenset(),
        )
        self._decisions = Decisions(supergraph, grants, settings, audiences)
        self._introspection = Introspection(
            supergraph.api, grants, self._decisions.demands, enabled=settings.introspection
        )
        self._shared = SharedRequests(client.hears) if settings.dedupe.requests and not client.answers else None
        self._keys = recorder.keys if recorder is not None else None
        reserved = RECORD_KEY if self._keys is not None else None
        self._documents = Documents(supergraph.api, settings, self._introspection, grants, trusted, reserved)
        homes = grants.homes if grants is not None else {}
        self._plans = Plans(supergraph, homes, self._served, metrics, settings.caches.plans, self._keys)
        self._overrides = Overrides(supergraph, settings.overrides)
        shared = {name: entry.subscriptions.share for name, entry in settings.subgraphs.items()}
        self.subscriptions = Subscriptions(streams or StreamClient({}), settings.subscriptions, shared)

    @property
    def caches(self) -> Mapping[str, BytesCache[Any, Any]]:
        """By name, for metrics."""
        return {"documents": self._documents.cache, "decisions": self._decisions.cache, "plans": self._plans.cache}

    async def handle(self, request: GraphQLRequest, headers: Headers, trace: Trace) -> GraphQLResponse:
        """Answer one operation. Never raises, but for cancellation."""

        async def run(asked: _Asked) -> GraphQLResponse:
            if (nothing := _nothing_left(asked)) is not None:
                return nothing
            if self._shared is None or asked.operation.kind is not OperationKind.QUERY:
                return await self._answered(asked, headers, trace)
            return await self._shared.answer(
                asked.operation,
                asked.variables,
                request.extensions,
                headers,
                lambda: self._answered(asked, headers, trace),
            )

        return await self._guarded(request, headers, trace, run)

    async def subscribe(
        self, request: GraphQLRequest, headers: Headers, trace: Trace
    ) -> GraphQLResponse | Subscription:
        """Like `handle`, but a subscription is answered with a stream of answers. Never raises, but for cancellation."""

        async def run(asked: _Asked) -> GraphQLResponse | Subscription:
            if (nothing := _nothing_left(asked)) is not None:
                return nothing
            if asked.operation.kind is OperationKind.SUBSCRIPTION:
                return self._subscribe(asked, headers, trace)
            return await self._answered(asked, headers, trace)

        return await self._guarded(request, headers, trace, run, streams=True)

    def read(self, request: GraphQLRequest, caller: Caller | None) -> tuple[Operation, dict[str, Any]]:
        """The operation that a request asks for, and its variables. Raises `GatewayError`."""
        operation = self._documents.operation(request, caller)
        return operation, self._documents.variables(operation, request)

    def judged(self, operation: Operation, variables: Mapping[str, Any], caller: Caller) -> Verdict:
        """What would be decided if `caller` asked this, which is not done. Raises `GatewayError`."""
        return self._decisions.check(operation, dict(variables), caller)

    def closed(self, caller: Caller | None) -> frozenset[str]:
        """The coordinates that the directives of the graph keep from `caller`."""
        return self._decisions.demands.closed(caller)

    async def caller(self, headers: Headers) -> Caller | None:
        """Who sends these headers; None where nobody has to say. Raises `GatewayError`, 401 for a bad token."""
        return await self._caller(headers)

    async def plan(self, request: GraphQLRequest, headers: Headers, trace: Trace) -> GraphQLResponse:
        """Answer with the plan of an operation, `{"text", "json"}`, to who may run it."""

        async def show(asked: _Asked) -> GraphQLResponse:
            # Not what is read for the record beside it.
            plan = self._plans.find(asked.operation, asked.verdict, asked.labels).plan
            return GraphQLResponse(200, orjson.dumps({"text": plan_text(plan), "json": plan_json(plan)}), executed=True)

        return await self._guarded(request, headers, trace, show)

    def documents(self, limit: int) -> list[tuple[GraphQLRequest, str]]:
        """The documents that were asked last, the latest first, with the signatures of their operations; for another pipeline to
        `prepare`.
        """
        return self._documents.newest(limit)

    def expect(self, before: Pipeline) -> None:
        """Prepare for callers such as those of another pipeline."""
        if self._keys is not None and before._keys is not None:
            self._keys.withheld.learn(before._keys.withheld)

    def prepare(self, request: GraphQLRequest) -> bool:
        """Put all that an operation needs into the caches; False when this graph cannot answer it. For a pipeline that does
        not serve yet: it may run in a thread of its own.
        """
        operation = self._documents.prepared(request)
        if operation is None:
            return False
        variants = self._keys.withheld.variants() if self._keys is not None else (None,)
        try:
            for withheld in variants:
                self._plans.find(operation, ALLOWED, self._overrides.usual, withheld)
        except GatewayError:
            return False
        return True

    # -- the column ----------------------------------------------------------------------------------------------

    async def _guarded(
        self,
        request: GraphQLRequest,
        headers: Headers,
        trace: Trace,
        finish: Callable[[_Asked], Awaitable[GraphQLResponse | _T]],
        *,
        streams: bool = False,
    ) -> GraphQLResponse | _T:
        caller: Caller | None = None
        operation: Operation | None = None
        variables: dict[str, Any] = {}
        at = now() if self._recorder is not None else ""
        try:
            if self._recorder is not None:
                self._recorder.check()
            caller = await self._caller(headers)
            operation = self._documents.operation(request, caller)
            check_kind(operation, read_only=request.read_only, streams=streams)
            variables = self._documents.variables(operation, request)
            if self._shadow is not None:
                self._shadow.observe(operation, variables, caller, trace)
            partial = wants_partial(headers, request.extensions)
            verdict = self._decisions.check(operation, variables, caller, partial=partial)
            labels = self._overrides.on(trace.id)
            asked = _Asked(caller, operation, variables, verdict, partial, labels=labels)
            if self._prices is not None:
                cost = self._prices.check(operation, variables)
                asked = asked._replace(cost=cost if request.extensions.get("cost") is True else None)
            if self._consultant is not None:
                await self._consultant.check(operation, variables, caller, trace, headers)
            response = await finish(asked)
        except GatewayError as error:
            response = refusal(error, executed=error.status == 400)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the client hears nothing of it (case D10)
            _log.error("internal_error", trace=trace.id, **whereabouts(error))
            response = internal_error(trace.id)
        if caller is not None and operation is not None and isinstance(response, GraphQLResponse):
            response = self._explained(response, request, operation, variables, caller, trace)
        if self._recorder is not None:
            asking = Asking(at, trace, headers, caller, operation, variables)
            response = await recorded(self._recorder, asking, response)
        if not isinstance(response, GraphQLResponse):
            return response
        return response._replace(
            operation=operation.signature if operation else "", role=caller.role if caller else None, asked=operation
        )

    def _explained(
        self,
        response: GraphQLResponse,
        request: GraphQLRequest,
        operation: Operation,
        variables: dict[str, Any],
        caller: Caller,
        trace: Trace,
    ) -> GraphQLResponse:
        try:
            told = self._decisions.explanation(operation, variables, caller, request.extensions)
        except Exception as error:  # noqa: BLE001 - as above; an answer that cannot be explained has its record all the same
            _log.error("internal_error", trace=trace.id, **whereabouts(error))
            return response
        return explained(response, told) if told is not None else response

    async def _caller(self, headers: Headers) -> Caller | None:
        if self._authenticator is None or (self._grants is None and b"authorization" not in headers):
            return None
        return await self._authenticator.caller(headers)

    def _plan(self, asked: _Asked) -> CompiledPlan:
        withheld = self._keys.withheld.of(asked.caller, self.closed(asked.caller)) if self._keys is not None else None
        return self._plans.find(asked.operation, asked.verdict, asked.labels, withheld)

    async def _answered(self, asked: _Asked, headers: Headers, trace: Trace) -> GraphQLResponse:
        compiled = self._plan(asked)
        fetcher = self._fetching.fetcher(asked.caller, trace, headers)
        roots = self._introspection.answer(asked.operation, asked.variables, asked.caller)
        recorder, seen = self._recorder, None
        if recorder is not None and asked.operation.kind is OperationKind.MUTATION:
            # Whatever becomes of it, that it was begun is known before anything changes.
            asking = Asking(now(), trace, headers, asked.caller, asked.operation, asked.variables)
            await recorder.keep(Kind.BEGUN, asking)
        try:
            result = await execute(compiled, asked.variables, fetcher, roots=roots)
        except GatewayError as error:
            return refusal(error, executed=error.status == 400)
        if self._prices is not None and asked.cost is not None:
            result = self._prices.tell(asked.cost, result)
        if recorder is not None:
            result, seen = recorder.told(compiled.plan, result)
        answer = result_answer(result, tuple(fetcher.answered))
        if self._network and self._unrelated(asked, result):
            # Whether a row is not there or not this caller's, this is said alike.
            issue = GraphQLIssue("No relation with what was asked for was found.", Code.FORBIDDEN)
            answer = refusal(GatewayError(issue, status=401))
        return answer if seen is None else answer._replace(seen=seen)

    def _unrelated(self, asked: _Asked, result: ExecutionResult) -> bool:
        """Whether nothing came of a query whose rows only a relation could have shown (`profile: network`)."""
        caller, grants, roots = asked.caller, self._grants, asked.operation.selections
        if caller is None or grants is None or result.errors or not result.data or any(result.data.values()):
            return False
        if asked.operation.kind is not OperationKind.QUERY or len(roots) != 1 or not isinstance(roots[0], Field):
            return False
        return only_by_relation(roots[0], asked.variables, grants, caller)

    def _subscribe(self, asked: _Asked, headers: Headers, trace: Trace) -> Subscription:
        fetching, caller, compiled = self._fetching, asked.caller, self._plan(asked)
        subgraphs = sorted({fetch.subgraph for fetch in compiled.plan.fetches})
        endpoints = tuple(name for subgraph in subgraphs for name in self._served.endpoints_of(subgraph))

        def check() -> None:
            if self._authenticator is not None and caller is not None:
                self._authenticator.check_again(caller, headers)
            self._decisions.check(asked.operation, asked.variables, caller, partial=asked.partial)

        return self.subscriptions.begin(
            Opening(
                compiled=compiled,
                variables=asked.variables,
                caller=caller,
                trace=trace,
                roots=self._introspection.answer(asked.operation, asked.variables, caller),
                endpoints=endpoints,
                headers_for=lambda endpoint: fetching.sent(caller, trace, headers, endpoint),
                fetcher=lambda: fetching.fetcher(caller, trace, headers),
                check=check,
                renewable=not any(fetching.passes_on(b"authorization", endpoint) for endpoint in endpoints),
                recording=self._recorder.recording(compiled.plan, asked.variables, trace, headers)
                if self._recorder is not None
                else None,
                consultation=self._consultant.consultation(asked.operation, asked.variables, trace, headers)
                if self._consultant is not None
                else None,
                judged=self._authenticator.judged(headers) if self._authenticator is not None else None,
            )
        )


def _nothing_left(asked: _Asked) -> GraphQLResponse | None:
    """The answer where the caller gets nothing of what it asked for; there is nothing to plan or to fetch then."""
    pruned = asked.verdict.pruned
    if pruned is None or not pruned.nothing:
        return None
    paths = list(refused_paths(pruned.shown.selections, asked.variables))
    return nothing_left(paths) if paths else None
