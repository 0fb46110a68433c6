"""Entity fetches: collect representations once, ask once, write the answers into every object that stands for them.

Objects of equal key are one representation, however many places of the answer they stand in. Values below an entity are
shared between those places when every later fetch treats them alike, else copied. A key that was asked for is always
written or removed, so nothing that another subgraph slipped in under that name is ever read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from gateway.errors import Code
from gateway.execution.compile import Asked, PartRun, Share, TopKey
from gateway.execution.responses import MESSAGES, UpstreamError, client_path
from gateway.execution.state import Mark, Path, State, Store
from gateway.planning.nodes import Path as PlanPath

__all__ = ["Batch", "located", "merge_into", "write_keys"]


class Batch:
    """The representations of one part and the objects behind each; objects without a key have none."""

    __slots__ = ("_part", "_seen", "_typename_key", "keyless", "representations", "targets")

    def __init__(self, part: PartRun, data: Store, typename_key: str) -> None:
        self._part = part
        self._typename_key = typename_key
        self._seen: dict[Any, int] = {}
        self.representations: list[dict[str, Any]] = []
        self.targets: list[list[tuple[int, Asked, Store]]] = []
        """Per representation: which path led to the object, how it was asked, the object."""
        self.keyless: list[tuple[Asked, Store]] = []
        for number, walk in enumerate(part.walkers):
            self._collect(number, walk(data), part.exact[number])

    def _collect(self, number: int, owners: list[Store], exact: str) -> None:
        asked_by_type = self._part.asked
        certain = asked_by_type.get(exact) if exact else None
        for owner in owners:
            asked = certain or asked_by_type.get(owner.get(self._typename_key, ""))
            if asked is None:
                continue
            place = self._place(asked, owner)
            if place < 0:
                self.keyless.append((asked, owner))
            else:
                self.targets[place].append((number, asked, owner))

    def _place(self, asked: Asked, owner: Store) -> int:
        """The index of the object's representation, -1 when it has no key."""
        if asked.source:
            value = owner.get(asked.source)
            kind = value.__class__
            if kind is str or kind is int:
                return self._known((asked.entity, kind, value), {"__typename": asked.entity, asked.name: value})
        representation = asked.extract(owner)
        if representation is None:
            return -1
        try:
            return self._known(orjson.dumps(representation), representation)
        except TypeError:
            # Nested beyond what can be encoded: no key that anybody issued.
            return -1

    def _known(self, mark: Any, representation: dict[str, Any]) -> int:
        place = self._seen.get(mark)
        if place is None:
            place = self._seen[mark] = len(self.representations)
            self.representations.append(representation)
            self.targets.append([])
        return place

    # -- answers -------------------------------------------------------------------------------------------------

    def settle_keyless(self) -> None:
        """Objects that could not be asked for have nothing; where existence was the question, they do not exist."""
        for asked, owner in self.keyless:
            _take_away(owner, asked.keys)
            if asked.home:
                owner[Mark] = Mark.ABSENT

    def write(self, entities: Sequence[Any], failed: frozenset[int]) -> None:
        """Write an answer of the right length. `failed` are the places whose null an error explains."""
        for place in range(len(entities)):
            entity: Any = entities[place]
            first = self.targets[place][0][0]
            written = False
            for number, asked, owner in self.targets[place]:
                if not isinstance(entity, dict):
                    _take_away(owner, asked.keys)
                    if asked.home:
                        owner[Mark] = Mark.UNJUDGED if place in failed or entity is not None else Mark.ABSENT
                    continue
                share = self._part.share
                alone = share == Share.ALWAYS or not written or (share == Share.PER_PATH and number == first)
                write_keys(owner, entity, asked.keys, copy=not alone)
                written = True

    def fail(self) -> None:
        """No answer at all: nothing is known of any object."""
        for targets in self.targets:
            for _, asked, owner in targets:
                _take_away(owner, asked.keys)
                if asked.home:
                    owner[Mark] = Mark.UNJUDGED

    # -- issues --------------------------------------------------------------------------------------------------

    def report_failure(self, state: State, code: Code) -> None:
        """An issue for each field of each object that the failed fetch was for."""
        everywhere = range(len(self.targets))
        for path, asked in self._occurrences(state, everywhere):
            visible = [] if asked.home else [top.key for top in asked.keys if not top.hidden]
            for end in [(key,) for key in visible] or [()]:
                state.issue(code, MESSAGES[code], (*path, *end))

    def report(self, state: State, error: UpstreamError, place: int, rest: Path) -> None:
        """An upstream error inside one entity, at each place of the answer that the entity stands in."""
        end = client_path(rest, self._part.tree)
        for path, _ in self._occurrences(state, (place,)):
            state.issue(error.code, MESSAGES[error.code], (*path, *end), error.instance)

    def _occurrences(self, state: State, places: Iterable[int]) -> list[tuple[Path, Asked]]:
        wanted = {id(owner): asked for place in places for _, asked, owner in self.targets[place]}
        found: dict[Path, Asked] = {}
        for plan_path in self._part.paths:
            for path, owner in located(state.data, plan_path, self._typename_key):
                asked = wanted.get(id(owner))
                if asked is not None:
                    found[path] = asked
        return list(found.items())


def located(data: Store, plan_path: PlanPath, typename_key: str) -> Iterator[tuple[Path, Store]]:
    """The objects at a plan path with their places in the answer. Only walked when there is something to report."""
    level: list[tuple[Path, Store]] = [((), data)]
    for step in plan_path:
        found: list[tuple[Path, Store]] = []
        for path, owner in level:
            if not step.types or owner.get(typename_key) in step.types:
                found.extend(_placed((*path, step.key), owner.get(step.key)))
        level = found
    return iter(level)


def _placed(path: Path, value: Any) -> Iterator[tuple[Path, Store]]:
    if value.__class__ is dict:
        yield path, value
    elif value.__class__ is list:
        for index, item in enumerate(value):
            yield from _placed((*path, index), item)


# -- writing -------------------------------------------------------------------------------------------------------------


def write_keys(owner: Store, entity: Store, keys: Sequence[TopKey], *, copy: bool) -> None:
    """Write the keys that were asked for, and no others (GHSA-pfjj-6f4p-rvmh), into an object of the store."""
    for top in keys:
        key = top.key
        value = entity.get(key, Mark)
        if value is Mark:
            if not top.conditional and not top.shared:
                owner.pop(key, None)
        elif top.shared:
            owner[key] = merge_into(owner.get(key), copied(value))
        elif copy and top.composite:
            owner[key] = copied(value)
        else:
            owner[key] = value


def _take_away(owner: Store, keys: Sequence[TopKey]) -> None:
    for top in keys:
        if not top.shared:
            owner.pop(top.key, None)


def merge_into(known: Any, value: Any) -> Any:
    """Merge what two subgraphs say of one object. Lists merge item by item when they are of one length."""
    if known is None:
        return value
    if known.__class__ is dict and value.__class__ is dict:
        for key, inner in value.items():
            known[key] = merge_into(known.get(key), inner)
        return known
    if known.__class__ is list and value.__class__ is list and len(known) == len(value):
        return [merge_into(one, other) for one, other in zip(known, value, strict=True)]
    return known


def copied(value: Any) -> Any:
    """A copy of JSON data."""
    if value.__class__ is dict:
        return {key: copied(inner) for key, inner in value.items()}
    if value.__class__ is list:
        return [copied(item) for item in value]
    return value
