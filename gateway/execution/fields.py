"""Which fields an object of one type answers with: CollectFields (GraphQL §6.3.2), done once for all requests.

Conditions are kept instead of evaluated. A key stands where it is first included, which depends on them, so the order has every
place that a key may have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
)

from gateway.language.operation import Condition, Field, Fragment, Selection

__all__ = ["Composite", "Fields", "Slot", "Variants", "condition_test"]

Variants = tuple[tuple[tuple[Condition, ...], tuple[Selection, ...]], ...]
"""Selection sets that merge into one object, each under the conditions that its field had."""

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


@dataclass(slots=True)
class Slot:
    """A response key of an object: its field, and the ways in which it was asked."""

    field: Field
    refused: bool
    """Whether every way to it is refused: what one way may have, an object of this type shows."""
    ways: list[tuple[tuple[Condition, ...], tuple[Selection, ...]]]

    @property
    def variants(self) -> Variants:
        """What is selected below it. A single way's conditions have been tested when the field is reached."""
        return tuple(self.ways) if len(self.ways) > 1 else (((), self.ways[0][1]),)

    def test(self, way: int) -> str:
        """The Python test under which the key stands at the place of one of its ways; empty when it always does."""
        test = condition_test(self.ways[way][0])
        return " and ".join(part for part in (test, f"{self.field.key!r} not in r") if part) if way else test


class Fields:
    """The fields of one operation, as its projections ask for them. `homes` are types whose objects may be absent."""

    def __init__(self, api: GraphQLSchema, homes: frozenset[str]) -> None:
        self._api = api
        self.homes = homes

    def of(self, type_name: str, variants: Variants) -> list[tuple[Slot, int]]:
        """The places of an object of this type, each with the way that leads there."""
        slots: dict[str, Slot] = {}
        order: list[tuple[Slot, int]] = []
        for conditions, selections in variants:
            self._collect(selections, type_name, conditions, slots, order)
        return order

    def declared(self, type_name: str, name: str) -> GraphQLOutputType | None:
        """The type of a field; None when the client's schema lost it since the operation was validated."""
        owner = self._api.type_map.get(type_name)
        if not isinstance(owner, (GraphQLObjectType, GraphQLInterfaceType)) or name not in owner.fields:
            return None
        return owner.fields[name].type

    def members(self, named: GraphQLInterfaceType | GraphQLUnionType, variants: Variants) -> frozenset[str]:
        """The names that an object there may go by."""
        names = frozenset(member.name for member in self._api.get_possible_types(named))
        # An interface object, of which nobody asks what it really is, goes by the name of the interface.
        return names if () in self._demanded(variants) else names | {named.name}

    def type_test(self, type_name: str, variants: Variants) -> str:
        """The Python test whether an object that goes by the name of its interface had to have its own; empty when never."""
        if not isinstance(self._api.type_map.get(type_name), GraphQLInterfaceType):
            return ""
        return " or ".join(
            f"({condition_test(conditions)})" for conditions in sorted(self._demanded(variants), key=str)
        )

    def _demanded(self, variants: Variants) -> set[tuple[Condition, ...]]:
        return {found for conditions, selections in variants for found in _demands(selections, conditions)}

    def may_be_absent(self, declared: GraphQLOutputType) -> bool:
        """Whether an object's home may say that it does not exist."""
        if isinstance(declared, (GraphQLInterfaceType, GraphQLUnionType)):
            return bool(self.homes)
        return isinstance(declared, GraphQLObjectType) and declared.name in self.homes

    def _collect(
        self,
        selections: Iterable[Selection],
        type_name: str,
        outer: tuple[Condition, ...],
        slots: dict[str, Slot],
        order: list[tuple[Slot, int]],
    ) -> None:
        for selection in selections:
            conditions = (*outer, *(condition for condition in selection.conditions if condition not in outer))
            if isinstance(selection, Fragment):
                if self._applies(selection.condition, type_name):
                    self._collect(selection.selections, type_name, conditions, slots, order)
                continue
            slot = slots.setdefault(selection.key, Slot(selection, selection.refused, []))
            slot.refused = slot.refused and selection.refused
            if not any(set(earlier) <= set(conditions) for earlier, _ in slot.ways):
                order.append((slot, len(slot.ways)))
            slot.ways.append((conditions, selection.selections))

    def _applies(self, condition: str, type_name: str) -> bool:
        if condition == type_name:
            return True
        declared = self._api.type_map.get(condition)
        if not isinstance(declared, (GraphQLInterfaceType, GraphQLUnionType)):
            return False
        return any(member.name == type_name for member in self._api.get_possible_types(declared))


def _demands(selections: Iterable[Selection], outer: tuple[Condition, ...]) -> Iterator[tuple[Condition, ...]]:
    """The conditions under which an answer depends on the runtime type.

    It does for `__typename`, and for what a fragment asks for that was not asked of every object before it.
    """
    asked: set[str] = set()
    for selection in selections:
        conditions = (*outer, *selection.conditions)
        if isinstance(selection, Fragment):
            yield from _new(selection.selections, conditions, asked)
        elif selection.name == "__typename":
            yield conditions
        elif not (selection.selections or selection.conditions):
            asked.add(selection.key)


def _new(
    selections: Iterable[Selection], outer: tuple[Condition, ...], asked: set[str]
) -> Iterator[tuple[Condition, ...]]:
    for selection in selections:
        conditions = (*outer, *selection.conditions)
        if isinstance(selection, Fragment):
            yield from _new(selection.selections, conditions, asked)
        elif selection.key not in asked:
            yield conditions


def condition_test(conditions: Iterable[Condition]) -> str:
    """The Python test of conditions, over `V`, the getter of variables; empty when there are none."""
    return " and ".join(
        f"V({condition.variable!r}) is {'True' if condition.wanted else 'not True'}" for condition in conditions
    )
