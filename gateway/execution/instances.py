"""Fetches from a subgraph with several instances: whom to ask, and how their answers become one.

A root fetch goes to the owners that the plan's target finds in the request, or to all; an entity fetch is cut by owner, and
each instance is asked for its own entities in one request, which has only the parts that it has entities of. What comes back
is joined: lists one after the other in the order of the instances, objects field by field, anything else the first that is
not null. An instance that fails costs its own part only: the others' data stands, and each failure is an error that names the
instance.

An owner that no instance serves, and an entity that the locator does not know, are still asked for (of all instances, or of
one chosen by its key): what is not there and what is not yours must take the same fetches (design: rows at the source).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from gateway.errors import Code
from gateway.execution.owners import Instances, owners_in
from gateway.execution.responses import Answer, UpstreamError, code_of, fatal_of, read_answer
from gateway.execution.state import Path, State
from gateway.planning.instances import EntityTarget, RootTarget
from gateway.subgraphs.failure import FailureKind, FetchFailure

__all__ = ["Representations", "fetch_entities", "fetch_root", "joined"]

Asked = Answer | FetchFailure
Representations = Sequence[Mapping[str, Any]]


# -- root fetches ------------------------------------------------------------------------------------------------------


async def fetch_root(state: State, instances: Instances, target: RootTarget, body: bytes, *, idempotent: bool) -> Asked:
    """Ask the owners of a root fetch. What changes data goes to exactly one instance: without an owner it is not sent."""
    endpoints = instances.of(owners_in(target, state.variables))
    if not idempotent and len(endpoints) != 1:
        return Answer(None, (UpstreamError(Code.OWNER_REQUIRED, None),))
    endpoints = endpoints or instances.endpoints
    answers = await asyncio.gather(*(_ask(state, endpoint, body, idempotent=idempotent) for endpoint in endpoints))
    _end_if_undecided(state, answers)
    if len(answers) == 1:
        return answers[0]
    told = list(zip(endpoints, answers, strict=True))
    parts = [(answer.data or {}) if isinstance(answer, Answer) else {} for _, answer in told]
    errors = tuple(
        error for number, (name, answer) in enumerate(told) for error in _errors(name, answer, parts, number)
    )
    if all(isinstance(answer, FetchFailure) or answer.data is None for answer in answers):
        return Answer(None, errors)
    return Answer(joined(parts), errors)


async def _ask(state: State, endpoint: str, body: bytes, *, idempotent: bool = True) -> Asked:
    answer = await state.fetcher.fetch(endpoint, body, idempotent=idempotent)
    return answer if isinstance(answer, FetchFailure) else read_answer(answer)


def _end_if_undecided(state: State, answers: Sequence[Asked]) -> None:
    """Where no instance at all can tell what the caller may see, the request ends; where some can, their part stands."""
    ends = [fatal_of(answer) if isinstance(answer, FetchFailure) else None for answer in answers]
    if ends and None not in ends:
        state.fatal = state.fatal or ends[0]


def _errors(endpoint: str, answer: Asked, parts: Sequence[Any], number: int) -> Iterable[UpstreamError]:
    """What one instance could not do, at its place in the joined answer."""
    name = endpoint.rpartition("/")[2]
    if isinstance(answer, FetchFailure):
        yield UpstreamError(code_of(answer), None, name)
        return
    for error in answer.errors:
        if error.path is None or not _made_good(error.path, parts, number):
            path = error.path and _moved(error.path, parts, number)
            yield replace(error, path=path, instance=name)


def _made_good(path: Path, parts: Sequence[Any], number: int) -> bool:
    """Whether another instance has the single object or value that this one could not give: it was never its own."""
    others = [part.get(path[0]) for place, part in enumerate(parts) if place != number and isinstance(part, dict)]
    return any(value is not None and not isinstance(value, list) for value in others)


def _moved(path: Path, parts: Sequence[Any], number: int) -> Path:
    """A path in one part as a path in the joined whole: its first list index counts on from the lists before it."""
    values = list(parts)
    for depth, step in enumerate(path):
        if isinstance(step, int):
            before = sum(len(value) for value in values[:number] if isinstance(value, list))
            return (*path[:depth], step + before, *path[depth + 1 :])
        values = [value.get(step) if isinstance(value, dict) else None for value in values]
    return path


def joined(parts: Sequence[Any]) -> Any:
    """One value of the values that several instances gave for the same selection."""
    present = [part for part in parts if part is not None]
    if len(present) < 2:
        return present[0] if present else None
    if all(part.__class__ is list for part in present):
        return [item for part in present for item in part]
    if all(part.__class__ is dict for part in present):
        keys = dict.fromkeys(key for part in present for key in part)
        return {key: joined([part.get(key) for part in present]) for key in keys}
    return present[0]


# -- entity fetches ------------------------------------------------------------------------------------------------------


async def fetch_entities(
    state: State,
    instances: Instances,
    target: EntityTarget,
    parts: Sequence[tuple[str, Representations]],
    written: Callable[[Sequence[Representations]], bytes],
) -> Asked:
    """Ask each instance for the entities that it owns. `parts` are (alias, representations), `written` makes the request for a share of each.

    The answer has for each part one list in the order of its representations, as one subgraph would have given it.
    """
    owners = await _owners(state, instances, target, parts)
    if isinstance(owners, FetchFailure):
        return owners
    shares = {endpoint: share for endpoint in instances.endpoints if any(share := _share(owners, endpoint))}
    bodies = [written(_cut(parts, share)) for share in shares.values()]
    asked = zip(shares, bodies, strict=True)
    answers = await asyncio.gather(*(_ask(state, endpoint, text) for endpoint, text in asked))
    _end_if_undecided(state, answers)
    whole = _Whole(parts)
    for (endpoint, share), answer in zip(shares.items(), answers, strict=True):
        whole.take(endpoint, share, answer)
    return whole.answer()


def _share(owners: Sequence[Sequence[tuple[str, ...]]], endpoint: str) -> list[list[int]]:
    """Per part, the representations that go to one instance."""
    return [[place for place, wanted in enumerate(part) if endpoint in wanted] for part in owners]


def _cut(parts: Sequence[tuple[str, Representations]], share: list[list[int]]) -> list[Representations]:
    return [
        [representations[place] for place in places] for (_, representations), places in zip(parts, share, strict=True)
    ]


class _Whole:
    """The answers of several instances, laid back into the order in which the entities were asked for."""

    def __init__(self, parts: Sequence[tuple[str, Representations]]) -> None:
        self._aliases = [alias for alias, _ in parts]
        self._values: list[list[list[Any]]] = [[[] for _ in representations] for _, representations in parts]
        self._errors: list[UpstreamError] = []
        self._malformed = False

    def take(self, endpoint: str, share: list[list[int]], answer: Asked) -> None:
        name = endpoint.rpartition("/")[2]
        if isinstance(answer, FetchFailure) or answer.data is None:
            code = code_of(answer) if isinstance(answer, FetchFailure) else answer.errors[0].code
            self._fail(code, share, name)
            return
        data = answer.data
        if any(not _fits(data.get(alias), places) for alias, places in zip(self._aliases, share, strict=True)):
            # One list for each part, as long as its representations (case D08).
            self._fail(code_of(FetchFailure(FailureKind.INVALID)), share, name)
            return
        for error in answer.errors:
            self._errors.extend(self._placed(error, share, name))
        for number, places in enumerate(share):
            entities = data.get(self._aliases[number]) or []
            for place, entity in zip(places, entities, strict=True):
                self._values[number][place].append(entity)

    def _fail(self, code: Code, share: list[list[int]], name: str) -> None:
        for alias, places in zip(self._aliases, share, strict=True):
            self._errors.extend(UpstreamError(code, (alias, place), name) for place in places)

    def _placed(self, error: UpstreamError, share: list[list[int]], name: str) -> Iterable[UpstreamError]:
        path = error.path
        if path is None or len(path) < 2 or path[0] not in self._aliases or not isinstance(path[1], int):
            yield replace(error, path=None, instance=name)
            return
        number = self._aliases.index(str(path[0]))
        places = share[number]
        if 0 <= path[1] < len(places):
            place = places[path[1]]
            known = self._values[number][place]
            rest = _moved(path[2:], [*known, None], len(known))
            yield replace(error, path=(path[0], place, *rest), instance=name)

    def answer(self) -> Answer:
        data = {
            alias: [joined(values) for values in part] for alias, part in zip(self._aliases, self._values, strict=True)
        }
        return Answer(data, tuple(self._errors))


def _fits(entities: Any, places: Sequence[int]) -> bool:
    if not places and entities is None:
        return True
    return entities.__class__ is list and len(entities) == len(places)


# -- owners of entities --------------------------------------------------------------------------------------------------


async def _owners(
    state: State, instances: Instances, target: EntityTarget, parts: Sequence[tuple[str, Representations]]
) -> list[list[tuple[str, ...]]] | FetchFailure:
    """Per part and representation the endpoints that are asked."""
    by_type = {located.type: located for located in target.types}
    wanted: dict[str, dict[bytes, str]] = {}
    for _, representations in parts:
        for representation in representations:
            located = by_type.get(representation["__typename"])
            if located is not None and not located.key:
                wanted.setdefault(located.type, {})[_mark(representation)] = _key_text(representation)
    told = await _locate(state, instances, wanted) if wanted else {}
    if isinstance(told, FetchFailure):
        return told

    def endpoints(representation: Mapping[str, Any]) -> tuple[str, ...]:
        located = by_type.get(representation["__typename"])
        if located is None:
            return instances.endpoints
        if located.key:
            return instances.of((str(representation.get(located.key)),)) or instances.endpoints
        mark = _mark(representation)
        return instances.of(told[mark]) or (instances.stand_in(mark),)

    return [[endpoints(representation) for representation in representations] for _, representations in parts]


def _mark(representation: Mapping[str, Any]) -> bytes:
    return orjson.dumps(representation, option=orjson.OPT_SORT_KEYS)


def _key_text(representation: Mapping[str, Any]) -> str:
    key = {name: value for name, value in representation.items() if name != "__typename"}
    first = next(iter(key.values())) if len(key) == 1 else None
    return str(first) if isinstance(first, (str, int)) else orjson.dumps(key, option=orjson.OPT_SORT_KEYS).decode()


async def _locate(
    state: State, instances: Instances, wanted: Mapping[str, Mapping[bytes, str]]
) -> dict[bytes, tuple[str, ...]] | FetchFailure:
    """Ask the locator once, for all types. An answer that does not fit is a failure: guessing would ask the wrong party."""
    locator = instances.locator
    assert locator is not None
    declared = ",".join(f"$t{number}:String!,$k{number}:[String!]!" for number in range(len(wanted)))
    fields = " ".join(
        f"l{number}:{locator.field}({locator.type_argument}:$t{number},{locator.keys_argument}:$k{number})"
        for number in range(len(wanted))
    )
    variables: dict[str, Any] = {}
    for number, (type_name, keys) in enumerate(wanted.items()):
        variables |= {f"t{number}": type_name, f"k{number}": list(keys.values())}
    body = orjson.dumps({"query": f"query({declared}){{{fields}}}", "variables": variables})
    answer = await _ask(state, locator.subgraph, body)
    if isinstance(answer, FetchFailure):
        return answer
    found: dict[bytes, tuple[str, ...]] = {}
    for number, keys in enumerate(wanted.values()):
        listed: Any = (answer.data or {}).get(f"l{number}")
        if listed.__class__ is not list or len(listed) != len(keys):
            return FetchFailure(FailureKind.INVALID)
        found.update(zip(keys, map(_named, listed), strict=True))
    return found


def _named(owner: Any) -> tuple[str, ...]:
    if isinstance(owner, list):
        return tuple(str(one) for one in owner if one is not None)
    return () if owner is None else (str(owner),)
