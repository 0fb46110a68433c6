"""Records each request of one assembly in the journal of the process, before its answer leaves.

What a caller and a decision look like on record is kept as bytes, so that a record costs a few microseconds. Without a record there is no answer: 503
AUDIT_UNAVAILABLE, from the first moment that nothing can be written, before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.audit.journal import Journal, JournalError
from gateway.audit.keyed import Keys, Seen
from gateway.audit.places import now
from gateway.audit.record import (
    Asking,
    Event,
    Hasher,
    Kind,
    asked_part,
    caller_part,
    coordinates_of,
    purpose_of,
    record,
)
from gateway.authorization.caller import Caller
from gateway.authorization.decide import decide, shape
from gateway.authorization.grants import Grants
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.responses import MESSAGES
from gateway.execution.result import ExecutionResult
from gateway.language.operation import Operation
from gateway.planning.cache import BytesCache
from gateway.planning.nodes import Plan
from gateway.settings import AuditSettings
from gateway.supergraph.model import Supergraph
from gateway.telemetry.trace import Trace

__all__ = ["Recorder", "Recording"]

_CALLERS = 1024
_OPERATIONS = 8 * 1024 * 1024


class Recorder:
    """`hasher` makes the keyed hashes of persons; `opened` are the subgraphs that open keys to the record. One recorder goes with one supergraph and
    one set of grants.
    """

    def __init__(
        self,
        journal: Journal,
        settings: AuditSettings,
        hasher: Hasher,
        supergraph: Supergraph,
        grants: Grants | None,
        opened: frozenset[str] = frozenset(),
    ) -> None:
        self._journal = journal
        self.hasher = hasher
        self.private = frozenset(settings.private_identifiers)
        """Kinds of identifiers that name a person."""
        self._purpose = settings.purpose_header.lower().encode() if settings.purpose_header is not None else None
        self._supergraph = supergraph
        self._grants = grants
        self.keys = Keys(supergraph, settings.persons, grants=grants, opened=opened)
        self._callers: dict[int, tuple[Caller, bytes]] = {}
        self._operations = BytesCache[tuple[Any, ...], bytes](_OPERATIONS)

    def check(self) -> None:
        """Raise `GatewayError`, 503, while nothing can be recorded."""
        if self._journal.failing:
            self._journal.refuse()
            raise _unavailable()

    async def keep(
        self,
        kind: Kind,
        asking: Asking,
        *,
        status: int = 200,
        code: str = "",
        seen: Seen | None = None,
        asked: bytes | None = None,
        purpose: str | None = None,
        evaluation: Mapping[str, Any] | None = None,
    ) -> None:
        """Return when the record is on the disk. `asked` and `purpose` are for what has no operation or header of its own. Raises `GatewayError`, 503."""
        caller, operation = asking.caller, asking.operation
        if operation is not None:
            asked = self.operation(operation, asking.variables, caller)
        if purpose is None and self._purpose is not None:
            purpose = purpose_of(asking.headers.get(self._purpose))
        event = Event(
            kind,
            asking.at,
            asking.trace.id,
            asking.trace.span,
            status,
            code,
            self._caller(caller) if caller is not None else None,
            asked,
            purpose,
            seen,
            evaluation,
        )
        try:
            await self._journal.append(record(event))
        except JournalError:
            raise _unavailable() from None

    def recording(
        self, plan: Plan, variables: Mapping[str, Any], trace: Trace, headers: Mapping[bytes, bytes]
    ) -> Recording:
        """How the events of a subscription with this plan are recorded."""
        return Recording(self, plan, variables, trace, headers)

    def told(self, plan: Plan, result: ExecutionResult) -> tuple[ExecutionResult, Seen]:
        """The result without what is about our own keys, and what a record says of it."""
        if any(self.keys.is_ours(issue.path) for issue in result.errors):
            told = (_told(issue, result.data) if self.keys.is_ours(issue.path) else issue for issue in result.errors)
            result = result._replace(errors=tuple(issue for issue in told if issue is not None))
        records, persons = result.found or ({}, [])
        return result, self._seen(sorted({fetch.subgraph for fetch in plan.fetches}), records, persons)

    def _seen(self, registers: Iterable[str], records: Mapping[str, list[Any]], persons: Iterable[Any]) -> Seen:
        """What names a person is hashed here; nothing of it goes further."""
        hashed = dict.fromkeys(map(self.hasher, dict.fromkeys(map(str, persons))))
        told: dict[str, list[str]] = {}
        for name, keys in records.items():
            if not keys:
                continue
            told[name] = list(dict.fromkeys(map(str, keys)))
            if self.keys.is_person(name):
                told[name] = list(map(self.hasher, told[name]))
                hashed |= dict.fromkeys(told[name])
        return Seen(tuple(registers), told, tuple(hashed))

    def _caller(self, caller: Caller) -> bytes:
        # Tokens are verified once, so the same caller comes back as the same object.
        kept = self._callers.get(id(caller))
        if kept is not None and kept[0] is caller:
            return kept[1]
        part = caller_part(caller, self.private, self.hasher)
        while len(self._callers) >= _CALLERS:
            del self._callers[next(iter(self._callers))]
        self._callers[id(caller)] = (caller, part)
        return part

    def operation(self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None) -> bytes:
        """What a record says of an operation that this caller asks, encoded."""
        who = (caller.role, caller.scopes) if caller is not None else None
        key = (operation.hash, who, shape(variables))
        part = self._operations.get(key)
        if part is None:
            part = self._encoded(operation, variables, caller)
            self._operations.put(key, part, 512 + len(part))
        return part

    def _encoded(self, operation: Operation, variables: Mapping[str, Any], caller: Caller | None) -> bytes:
        if self._grants is None or caller is None:
            asked: Iterable[str] = coordinates_of(operation.selections)
            opened: Mapping[str, tuple[str, ...]] = {}
        else:
            asked = decide(operation, variables, self._grants, caller).coordinates
            opened = self._grants.reach(caller.role, caller.scopes).grants
        release = self._grants.release if self._grants is not None else None
        return asked_part(
            operation.kind,
            operation.signature,
            asked,
            opened,
            release=release,
            supergraph=self._supergraph.hash,
        )


@dataclass(frozen=True, slots=True)
class Recording:
    """How the events of one subscription are recorded. `plan` is the subscription's."""

    recorder: Recorder
    plan: Plan
    variables: Mapping[str, Any]
    trace: Trace
    headers: Mapping[bytes, bytes]

    def told(self, result: ExecutionResult) -> tuple[ExecutionResult, Seen]:
        """As `Recorder.told`."""
        return self.recorder.told(self.plan, result)

    async def keep(self, caller: Caller | None, seen: Seen | None, refused: GatewayError | None = None) -> None:
        """Return when it is on record that the caller gets this event, or why it does not. Raises `GatewayError`, 503."""
        asking = Asking(now(), self.trace, self.headers, caller, self.plan.operation, self.variables)
        status, code = (refused.status, refused.issues[0].code.name) if refused is not None else (200, "")
        await self.recorder.keep(Kind.EVENT, asking, status=status, code=code, seen=seen)


def _told(issue: GraphQLIssue, data: dict[str, Any] | None) -> GraphQLIssue | None:
    """What a client hears of an issue about our own key: nothing, unless a subgraph took a row away for it. It had said that it would not."""
    path = (issue.path or ())[:-1]
    found: Any = data
    try:
        for step in path:
            found = found[step]
    except (LookupError, TypeError):
        found = None
    if found is not None:
        return None
    return GraphQLIssue(MESSAGES[Code.DOWNSTREAM_SERVICE_ERROR], Code.DOWNSTREAM_SERVICE_ERROR, path)


def _unavailable() -> GatewayError:
    message = "What is read here is recorded, and nothing can be recorded now. Nothing was answered."
    return GatewayError(GraphQLIssue(message, Code.AUDIT_UNAVAILABLE), headers={"Retry-After": "5"})
