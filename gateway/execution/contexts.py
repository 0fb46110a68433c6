"""Entity fetches whose arguments come from objects above (`@fromContext`).

The objects of a part are told apart by the values that stand above them. Where all have the same, the request is the one
that the plan wrote; otherwise each set of values gets an `_entities`, a list of representations and variables of its own,
all in one request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.execution.extract import Walker
from gateway.execution.state import Store
from gateway.planning.nodes import ContextArgument, EntityPart, FetchFragment, FetchSelection, Path

__all__ = ["Found", "Surroundings", "copied", "surroundings"]


@dataclass(slots=True)
class Found:
    """The objects of a part, by path, that stand below the same values (by variable)."""

    values: dict[str, Any]
    owners: list[list[Store]]
    complete: bool = True
    """Whether every value that has to be there is there; otherwise the objects cannot be asked."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """How the values above the objects of a part are read.

    `levels` are the arguments by depth, outermost first; `walkers` lead, for each path, from level to level and at last to
    the objects.
    """

    levels: tuple[tuple[ContextArgument, ...], ...]
    walkers: tuple[tuple[Walker, ...], ...]

    def find(self, data: Store) -> list[Found]:
        """The objects by values, in order of appearance; one (of no objects) when there are none."""
        found: dict[bytes, Found] = {}
        for number, walkers in enumerate(self.walkers):
            for values, owners in _walk(data, walkers, self.levels, {}):
                mark = orjson.dumps(values)
                if mark not in found:
                    found[mark] = Found(values, [[] for _ in self.walkers], self._complete(values))
                found[mark].owners[number] += owners
        if found:
            return list(found.values())
        nothing = {argument.variable: None for level in self.levels for argument in level}
        return [Found(nothing, [[] for _ in self.walkers])]

    def _complete(self, values: Mapping[str, Any]) -> bool:
        needed = (argument for level in self.levels for argument in level if argument.type_text.endswith("!"))
        return all(values[argument.variable] is not None for argument in needed)


def surroundings(part: EntityPart, walker: Callable[[Path, int, int | None], Walker]) -> Surroundings | None:
    """The reader for a part; None where nothing comes from above. `walker` makes one for a path, from a step to before another."""
    if not part.contexts:
        return None
    depths = sorted({argument.depth for argument in part.contexts})
    levels = tuple(tuple(argument for argument in part.contexts if argument.depth == depth) for depth in depths)
    cuts = list(zip([0, *depths], [*depths, None], strict=True))
    return Surroundings(levels, tuple(tuple(walker(path, start, end) for start, end in cuts) for path in part.paths))


def _walk(
    above: Store, walkers: Sequence[Walker], levels: Sequence[Sequence[ContextArgument]], values: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], list[Store]]]:
    reached = walkers[0](above)
    if not levels:
        if reached:
            yield values, reached
        return
    for setter in reached:
        here = {argument.variable: _value(setter, argument) for argument in levels[0]}
        yield from _walk(setter, walkers[1:], levels[1:], {**values, **here})


def _value(setter: Store, argument: ContextArgument) -> Any:
    source = next((source for source in argument.sources if source[0] in setter), ())
    return _below(setter, source) if source else None


def _below(value: Any, keys: Sequence[str]) -> Any:
    if not keys or value is None:
        return value
    if value.__class__ is list:
        return [_below(item, keys) for item in value]
    return _below(value.get(keys[0]), keys[1:]) if value.__class__ is dict else None


def copied(part: EntityPart, suffix: str) -> EntityPart:
    """A part under names of its own, to stand beside its like in one request."""
    if not suffix:
        return part
    names = {argument.variable: f"{argument.variable}{suffix}" for argument in part.contexts}
    pattern = re.compile(rf"\$({'|'.join(names)})\b")
    return replace(
        part,
        alias=f"{part.alias}{suffix}",
        variable=f"{part.variable}{suffix}",
        contexts=tuple(replace(argument, variable=names[argument.variable]) for argument in part.contexts),
        selections=tuple(_renamed(selection, pattern, names) for selection in part.selections),
    )


def _renamed(selection: FetchSelection, pattern: re.Pattern[str], names: Mapping[str, str]) -> FetchSelection:
    inside = tuple(_renamed(below, pattern, names) for below in selection.selections)
    if isinstance(selection, FetchFragment):
        return replace(selection, selections=inside)
    arguments = pattern.sub(lambda found: f"${names[found[1]]}", selection.arguments)
    return replace(selection, arguments=arguments, selections=inside)
