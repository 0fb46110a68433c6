"""Run a compiled plan: fetch, merge into the store, project onto the client's operation.

Failures are values until the end. A failed fetch leaves its fields empty and one issue at each client path; the
projection turns that into nulls by the rules. Only one thing ends a request without data: a subgraph that cannot decide
what the caller may see (503 AUTHORIZATION_UNAVAILABLE or POLICY_MISMATCH), which fails closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any

import orjson

from gateway.errors import GraphQLIssue
from gateway.execution.compile import (
    CompiledPlan,
    ConditionRun,
    EntityRun,
    FetchRun,
    ParallelRun,
    PartRun,
    Run,
    SequenceRun,
    prefix,
)
from gateway.execution.complete import settled_issues
from gateway.execution.contexts import Found, copied
from gateway.execution.entities import Batch, located
from gateway.execution.instances import Representations, fetch_entities, fetch_root
from gateway.execution.merging import write_keys
from gateway.execution.responses import (
    MESSAGES,
    Answer,
    UpstreamError,
    client_path,
    code_of,
    fatal_of,
    nulled,
    put_back,
    read_answer,
)
from gateway.execution.result import ExecutionResult
from gateway.execution.state import Path, State, Store
from gateway.execution.together import together
from gateway.planning.documents import entity_text
from gateway.subgraphs.failure import FailureKind, FetchFailure
from gateway.subgraphs.fetcher import Fetcher

__all__ = ["execute", "run_node", "settle_root"]


async def execute(
    compiled: CompiledPlan,
    variables: Mapping[str, Any],
    fetcher: Fetcher,
    *,
    roots: Mapping[str, Any] | None = None,
) -> ExecutionResult:
    """Execute a query or mutation.

    `variables` are coerced already; only those that a fetch uses go to its subgraph. `roots` are finished values of root
    fields that no subgraph answers (`__schema`, `__type`), by response key. Raises GatewayError 503 when a subgraph
    cannot decide what the caller may see.
    """
    state = State(variables, fetcher, roots or {})
    if compiled.root is not None:
        await run_node(compiled.root, state, compiled.typename_key)
    if state.fatal is not None:
        raise state.fatal
    state.begin()
    data = compiled.project(state.data, state)
    found = compiled.find(state.data) if compiled.find is not None else None
    return ExecutionResult(data, settled_issues(state, compiled.judged), found=found)


def run_node(node: Run, state: State, typename_key: str) -> Coroutine[Any, Any, None]:
    """Run what is below a node of the plan, when awaited."""
    match node:
        case EntityRun():
            return _fetch_entities(node, state, typename_key)
        case FetchRun():
            return _fetch(node, state, typename_key)
        case SequenceRun():
            return _in_turn(node, state, typename_key)
        case ParallelRun():
            return _side_by_side(node, state, typename_key)
        case ConditionRun():
            return _under_conditions(node, state, typename_key)


async def _in_turn(node: SequenceRun, state: State, typename_key: str) -> None:
    for child in node.nodes:
        await run_node(child, state, typename_key)


async def _side_by_side(node: ParallelRun, state: State, typename_key: str) -> None:
    branches = [run_node(child, state, typename_key) for child in node.nodes]
    before = len(state.issues)
    await (together(branches) if node.single else asyncio.gather(*branches))
    if len(state.issues) > before + 1:
        # Which subgraph was first is nobody's business: it could tell how much one had to look through.
        state.issues[before:] = sorted(state.issues[before:], key=_place)


def _place(issue: GraphQLIssue) -> tuple[list[tuple[bool, str | int]], str]:
    return [(isinstance(part, int), part) for part in issue.path or ()], issue.extensions.get("instance", "")


async def _under_conditions(node: ConditionRun, state: State, typename_key: str) -> None:
    if _holds(state, node.conditions):
        await run_node(node.node, state, typename_key)


async def _asked(state: State, subgraph: str, body: bytes, *, idempotent: bool = True) -> Answer | FetchFailure:
    """One exchange. Sets `state.fatal` where the request cannot go on."""
    answer = await state.fetcher.fetch(subgraph, body, idempotent=idempotent)
    if isinstance(answer, FetchFailure):
        state.fatal = state.fatal or fatal_of(answer)
        return answer
    return read_answer(answer)


def _holds(state: State, conditions: Iterable[tuple[str, bool]]) -> bool:
    return all((state.variables.get(name) is True) is wanted for name, wanted in conditions)


def _variables(state: State, names: tuple[str, ...]) -> dict[str, Any]:
    if not names:
        return {}
    return {name: state.variables[name] for name in names if name in state.variables}


# -- root fetches --------------------------------------------------------------------------------------------------------


async def _fetch(node: FetchRun, state: State, typename_key: str) -> None:
    if state.fatal is not None:
        return
    owners = [state.data] if node.walk is None else node.walk(state.data)
    if not owners:
        return
    body = node.body
    if node.variables:
        body = b"%b%b}" % (body, orjson.dumps(_variables(state, node.variables)))
    if node.instances is not None:
        answer = await fetch_root(state, *node.instances, body, idempotent=node.idempotent)
    else:
        answer = await _asked(state, node.subgraph, body, idempotent=node.idempotent)
    where: list[Path] = [()]
    failed = isinstance(answer, FetchFailure)
    if failed or answer.errors:
        where = [path for path, _ in located(state.data, node.path, typename_key)] if node.path else [()]
    state.begin()
    if isinstance(answer, FetchFailure):
        _report_root(node, state, where, UpstreamError(code_of(answer), None))
        answer = Answer({}, ())
    settle_root(node, state, owners, where, answer)


def settle_root(node: FetchRun, state: State, owners: list[Store], where: list[Path], answer: Answer) -> None:
    """Write the answer to a root fetch, or an event of a stream, into its owners, and report its errors at `where`."""
    data: Store = answer.data if answer.data is not None else {}
    if node.selections is not None:
        put_back(data, node.selections)
    for number, owner in enumerate(owners):
        write_keys(owner, data, node.keys, copy=number > 0)
    for error in answer.errors:
        _report_root(node, state, where, error)
        lost = nulled(data, client_path(error.path or (), node.tree))
        if lost is not None:
            state.settled.update((*path, *lost) for path in where)
    if answer.data is None:
        state.settled.update(where)


def _report_root(node: FetchRun, state: State, where: list[Path], error: UpstreamError) -> None:
    """An issue at the client's path; an error without a path is one for every root field of the fetch."""
    end = client_path(error.path, node.tree) if error.path is not None else ()
    ends: list[Path] = [end] if end else [(slot.key,) for slot in node.tree.values() if not slot.hidden]
    for path in where:
        for found in ends:
            state.issue(error.code, MESSAGES[error.code], (*path, *found), error.instance)


# -- entity fetches --------------------------------------------------------------------------------------------------------


async def _fetch_entities(node: EntityRun, state: State, typename_key: str) -> None:
    if state.fatal is not None:
        return
    batches = _batches(node, state, typename_key)
    for batch in batches:
        batch.settle_keyless()
    if node.narrowing is not None or not any(batch.representations for batch in batches):
        batches = [batch for batch in batches if batch.representations]
    if not batches:
        return
    answer = await _asked_entities(node, state, batches)
    if isinstance(answer, Answer) and not _well_formed(answer, batches):
        answer = FetchFailure(FailureKind.INVALID) if not answer.errors else Answer(None, answer.errors)
    state.begin()
    if isinstance(answer, FetchFailure):
        _fail(batches, state, UpstreamError(code_of(answer), None))
    elif answer.data is None:
        _fail(batches, state, _gravest(answer.errors))
    else:
        _write(batches, state, answer)


def _batches(node: EntityRun, state: State, typename_key: str) -> list[Batch]:
    """A batch for each part, and for each set of values that objects of one part stand below (`@fromContext`).

    Where that makes several, each has variables of its own: two parts may use one variable with different values.
    """
    if node.varying is None:
        return [Batch(part, Found({}, _owners(part, state)), typename_key) for part in node.parts]
    found = [
        (part, alike)
        for part in node.parts
        for alike in (
            part.surroundings.find(state.data if _holds(state, part.conditions) else {})
            if part.surroundings is not None
            else [Found({}, _owners(part, state))]
        )
    ]
    several = sum(1 for part, _ in found if part.surroundings is not None) > 1
    return [
        Batch(part, alike, typename_key, f"_{number}" if several and part.surroundings is not None else "")
        for number, (part, alike) in enumerate(found)
    ]


def _owners(part: PartRun, state: State) -> list[list[Store]]:
    return part.owners(state.data if _holds(state, part.conditions) else {})


def _request(node: EntityRun, batches: list[Batch]) -> tuple[bytes, tuple[str, ...]]:
    """The request up to its variables, and their names: as planned, unless parts have nothing to ask, or batches have names of their own."""
    if node.narrowing is not None and len(batches) < len(node.parts):
        text, names = node.narrowing.of(tuple(batch.alias for batch in batches))
        return prefix(text), names
    if node.varying is None or not any(batch.suffix for batch in batches):
        return node.body, node.variables
    parts = {part.alias: part for part in node.varying.parts}
    asked = [copied(parts[batch.part.alias], batch.suffix) for batch in batches]
    return prefix(entity_text(node.varying.variables, asked)), node.variables


async def _asked_entities(node: EntityRun, state: State, batches: list[Batch]) -> Answer | FetchFailure:
    if node.instances is None:
        return await _asked(state, node.subgraph, _written(node, state, batches, [b.representations for b in batches]))

    def written(shares: Sequence[Representations]) -> bytes:
        # Of what one instance has nothing of, it is not asked either.
        asked = [pair for pair in zip(batches, shares, strict=True) if pair[1] or node.narrowing is None]
        return _written(node, state, [batch for batch, _ in asked], [share for _, share in asked])

    parts = [(batch.alias, batch.representations) for batch in batches]
    return await fetch_entities(state, *node.instances, parts, written)


def _written(node: EntityRun, state: State, batches: list[Batch], shares: Sequence[Representations]) -> bytes:
    """The request for `shares` of the representations of `batches`."""
    body, names = _request(node, batches)
    variables = _variables(state, names)
    for batch, share in zip(batches, shares, strict=True):
        variables |= batch.values
        variables[batch.variable] = share
    return b"%b%b}" % (body, orjson.dumps(variables))


def _well_formed(answer: Answer, batches: list[Batch]) -> bool:
    """One list for each part, as long as its representations (case D08)."""
    if answer.data is None:
        return True
    for batch in batches:
        entities: Any = answer.data.get(batch.alias)
        if entities.__class__ is not list or len(entities) != len(batch.representations):
            return False
    return True


def _fail(batches: list[Batch], state: State, error: UpstreamError) -> None:
    for batch in batches:
        batch.fail()
        batch.report_failure(state, error.code)


def _gravest(errors: tuple[UpstreamError, ...]) -> UpstreamError:
    """Why a whole entity fetch came back empty: what all errors agree on, else the plain code."""
    codes = {error.code for error in errors}
    return errors[0] if len(codes) == 1 else UpstreamError(code_of(FetchFailure(FailureKind.INVALID)), None)


def _write(batches: list[Batch], state: State, answer: Answer) -> None:
    assert answer.data is not None
    inside: dict[str, list[tuple[UpstreamError, int, Path]]] = {}
    for error in answer.errors:
        place = _entity_place(error.path)
        if place is None:
            for batch in batches:
                batch.report_failure(state, error.code)
        else:
            inside.setdefault(place[0], []).append((error, place[1], place[2]))
    for batch in batches:
        entities: list[Any] = answer.data[batch.alias]
        if batch.part.selections is not None:
            put_back(entities, batch.part.selections)
        errors = [found for found in inside.get(batch.alias, ()) if 0 <= found[1] < len(entities)]
        batch.write(entities, frozenset(index for _, index, _ in errors))
        for error, index, rest in errors:
            batch.report(state, error, index, rest, entities[index])


def _entity_place(path: Path | None) -> tuple[str, int, Path] | None:
    """`["_entities", 3, "naam"]` → alias, index, rest."""
    if path is None or len(path) < 2 or not isinstance(path[0], str) or not isinstance(path[1], int):
        return None
    return path[0], path[1], path[2:]
