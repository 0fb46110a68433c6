"""Entity fetches: collect representations once, ask once, write the answers into every object that stands for them.

Objects of equal key are one representation, however many places of the answer they stand in. Values below an entity are
shared between those places when every later fetch treats them alike, else copied. A key that was asked for is always
written or removed, so nothing that another subgraph slipped in under that name is ever read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from gateway.errors import Code
from gateway.execution.compile import Asked, PartRun, Share
from gateway.execution.contexts import Found
from gateway.execution.merging import take_away, write_keys
from gateway.execution.responses import MESSAGES, UpstreamError, client_path, nulled
from gateway.execution.state import Mark, Path, State, Store
from gateway.planning.nodes import Path as PlanPath

__all__ = ["Batch", "located"]


@dataclass(slots=True)
class Group:
    """Objects at one path that are asked for alike, and the place of each one's representation."""

    number: int
    """Which of the part's paths led here."""
    asked: Asked
    owners: list[Store]
    places: list[int]


class Batch:
    """The representations of one part and the objects behind each; objects without a key have none."""

    __slots__ = (
        "_complete",
        "_groups",
        "_seen",
        "_typename_key",
        "alias",
        "keyless",
        "part",
        "representations",
        "suffix",
        "values",
        "variable",
    )

    def __init__(self, part: PartRun, found: Found, typename_key: str, suffix: str = "") -> None:
        self.part = part
        self.suffix = suffix
        self.alias = part.alias + suffix
        self.variable = part.variable + suffix
        self.values = {name + suffix: value for name, value in found.values.items()}
        self._complete = found.complete
        self._typename_key = typename_key
        self._seen: dict[object, dict[Any, int]] = {}
        """Marks of representations and their places; by entity and key where one plain field is the key."""
        self._groups: list[Group] = []
        self.representations: list[dict[str, Any]] = []
        self.keyless: list[tuple[Asked, Store]] = []
        for number, owners in enumerate(found.owners):
            certain = part.asked.get(part.exact[number])
            if certain is not None:
                self._group(number, certain, owners)
            else:
                self._by_type(number, owners)

    def _by_type(self, number: int, owners: list[Store]) -> None:
        """Groups of neighbours of one type, so that representations keep the order of the objects."""
        last: Asked | None = None
        alike: list[Store] = []
        for owner in owners:
            type_name: Any = owner.get(self._typename_key)
            asked = self.part.asked.get(type_name) if type_name.__class__ is str else None
            if asked is None:
                continue
            if asked is not last and last is not None:
                self._group(number, last, alike)
                alike = []
            last = asked
            alike.append(owner)
        if last is not None:
            self._group(number, last, alike)

    def _group(self, number: int, asked: Asked, owners: list[Store]) -> None:
        places = self._places(asked, owners) if self._complete else [-1] * len(owners)
        if -1 in places:
            self.keyless += [(asked, owner) for owner, place in zip(owners, places, strict=True) if place < 0]
            owners = [owner for owner, place in zip(owners, places, strict=True) if place >= 0]
            places = [place for place in places if place >= 0]
        self._groups.append(Group(number, asked, owners, places))

    def _places(self, asked: Asked, owners: list[Store]) -> list[int]:
        """The index of each object's representation, -1 when it has no key."""
        if asked.places is None:
            return [self._place(asked, owner) for owner in owners]
        known = self._seen.setdefault((asked.entity, asked.places), {})
        return asked.places(owners, known, self.representations, partial(self._place, asked))

    def _place(self, asked: Asked, owner: Store) -> int:
        representation = asked.extract(owner)
        if representation is None:
            return -1
        try:
            mark = orjson.dumps(representation)
        except TypeError:
            # Nested beyond what can be encoded: no key that anybody issued.
            return -1
        known = self._seen.setdefault("", {})
        place = known.get(mark)
        if place is None:
            place = known[mark] = len(self.representations)
            self.representations.append(representation)
        return place

    # -- answers -------------------------------------------------------------------------------------------------

    def settle_keyless(self) -> None:
        """Objects that could not be asked for have nothing; where existence was the question, they do not exist."""
        for asked, owner in self.keyless:
            self._take_away(owner, asked)
            if asked.home:
                owner[Mark] = Mark.ABSENT

    def write(self, entities: Sequence[Any], failed: frozenset[int]) -> None:
        """Write an answer of the right length. `failed` are the places whose null an error explains."""
        written: dict[int, int] = {}
        for group in self._groups:
            if group.asked.write is not None:
                try:
                    group.asked.write(group.owners, group.places, entities)
                    continue
                except (KeyError, TypeError):
                    # No object, or not all of what was asked for: written anew with more care.
                    pass
            self._write(group, entities, failed, written)

    def _write(self, group: Group, entities: Sequence[Any], failed: frozenset[int], written: dict[int, int]) -> None:
        """`written` has the path of the first object of each place: it gets the values themselves, others may get copies."""
        asked, share = group.asked, self.part.share
        for owner, place in zip(group.owners, group.places, strict=True):
            entity: Any = entities[place]
            if not isinstance(entity, dict):
                self._take_away(owner, asked)
                if asked.home:
                    known = place not in failed and entity is None
                    owner[Mark] = Mark.ABSENT if known or owner.get(Mark) is Mark.ABSENT else Mark.UNJUDGED
                continue
            first = written.get(place)
            alone = share == Share.ALWAYS or first is None or (share == Share.PER_PATH and first == group.number)
            written.setdefault(place, group.number)
            write_keys(owner, entity, asked.keys, copy=not alone)

    def fail(self) -> None:
        """No answer at all: nothing is known of any object."""
        for group in self._groups:
            for owner in group.owners:
                self._take_away(owner, group.asked)
                if group.asked.home:
                    owner.setdefault(Mark, Mark.UNJUDGED)

    def _take_away(self, owner: Store, asked: Asked) -> None:
        """Nothing came of asking. An interface object keeps its name: whether that will do depends on what is shown of it."""
        known = owner.get(self._typename_key)
        take_away(owner, asked.keys)
        if known == asked.entity:
            owner[self._typename_key] = known

    # -- issues --------------------------------------------------------------------------------------------------

    def report_failure(self, state: State, code: Code) -> None:
        """An issue for each field of each object that the failed fetch was for."""
        for path, asked in self._occurrences(state, None):
            visible = [] if asked.home else [top.key for top in asked.keys if not top.hidden]
            for end in [(key,) for key in visible] or [()]:
                state.issue(code, MESSAGES[code], (*path, *end))

    def report(self, state: State, error: UpstreamError, place: int, rest: Path, entity: Any) -> None:
        """An upstream error inside one entity, at each place of the answer that the entity stands in."""
        end = client_path(rest, self.part.tree)
        lost = () if entity is None else nulled(entity, end)
        for path, _ in self._occurrences(state, place):
            state.issue(error.code, MESSAGES[error.code], (*path, *end), error.instance)
            if lost is not None:
                state.settled.add((*path, *lost))

    def _occurrences(self, state: State, wanted: int | None) -> list[tuple[Path, Asked]]:
        """Where the objects of a representation stand in the answer; of all of them for None."""
        owners = {
            id(owner): group.asked
            for group in self._groups
            for owner, place in zip(group.owners, group.places, strict=True)
            if wanted is None or place == wanted
        }
        found: dict[Path, Asked] = {}
        for plan_path in self.part.paths:
            for path, owner in located(state.data, plan_path, self._typename_key):
                asked = owners.get(id(owner))
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
