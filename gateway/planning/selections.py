"""Selection sets under construction, and the response keys of the places that they stand at.

A `Context` stands for one object position of the answer and owns its response keys: the client's are fixed first, so that
a key or requirement added by us never lands on a name that the client uses for something else. Because all fetches write
into one assembled answer, contexts are shared between groups.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.language.operation import Argument, Condition, Field, Fragment, Selection
from gateway.planning.choices import TYPENAME, joined

__all__ = ["Context", "Entry", "Selections", "Signature", "signature"]

Signature = tuple[str, tuple[tuple[str, str], ...]]


class Context:
    """The response keys of one object position: what the client wrote there, and what was added."""

    __slots__ = ("_children", "_hidden", "_taken", "_variants", "groups", "keys")

    def __init__(self, variants: Iterable[tuple[tuple[Condition, ...], tuple[Selection, ...]]]) -> None:
        self.keys: dict[str, set[Signature]] = {}
        self._variants: dict[str, list[tuple[tuple[Condition, ...], tuple[Selection, ...]]]] = {}
        self._children: dict[str, Context] = {}
        self._hidden: dict[Signature, str] = {}
        self._taken: set[str] = set()
        self.groups: set[int] = set()
        """The groups that select this composite; more than one means their values are merged."""
        for conditions, selections in variants:
            self._note(selections, conditions)

    def _note(self, selections: Iterable[Selection], outer: tuple[Condition, ...]) -> None:
        for selection in selections:
            conditions = joined(outer, selection.conditions)
            if isinstance(selection, Fragment):
                self._note(selection.selections, conditions)
                continue
            self.keys.setdefault(selection.key, set()).add(signature(selection))
            self._variants.setdefault(selection.key, []).append((conditions, selection.selections))

    def varies(self, key: str) -> bool:
        """Whether the client asks `key` under different conditions: the object may be there for another one's sake."""
        return len({frozenset(conditions) for conditions, _ in self._variants.get(key, ())}) > 1

    def hidden_key(self, field: Field) -> str:
        """Where a field that was added for our own sake stands: under its name, if that is free or means the same."""
        wanted = signature(field)
        if wanted not in self._hidden:
            self._hidden[wanted] = self._free(field.name, wanted)
        return self._hidden[wanted]

    def _free(self, name: str, wanted: Signature) -> str:
        candidate, number = name, 0
        while candidate in self._taken or self.keys.get(candidate, {wanted}) != {wanted}:
            number += 1
            candidate = f"_{name}_{number}"
        self._taken.add(candidate)
        return candidate

    def child(self, key: str) -> Context:
        if key not in self._children:
            variants = self._variants.get(key, [])
            varies = self.varies(key)
            self._children[key] = Context((conditions if varies else (), inner) for conditions, inner in variants)
        return self._children[key]


def signature(field: Field) -> Signature:
    """What makes two fields of one object the same field."""
    return field.name, tuple((argument.name, argument.text) for argument in field.arguments)


class Entry:
    """A field in a selection set under construction. `shape` is its printed type in the subgraph."""

    __slots__ = ("alias", "arguments", "below", "conditions", "context", "hidden", "key", "name", "shape")

    def __init__(
        self,
        key: str,
        name: str,
        arguments: tuple[Argument, ...],
        conditions: tuple[Condition, ...],
        shape: str,
        below: Selections | None,
        context: Context | None,
    ) -> None:
        self.key = key
        self.name = name
        self.arguments = arguments
        self.conditions = conditions
        self.shape = shape
        self.below = below
        self.context = context
        self.hidden = True
        self.alias = ""


class Selections:
    """A selection set under construction: fields by response key and conditions, fragments by type."""

    __slots__ = ("entries", "fragments")

    def __init__(self) -> None:
        self.entries: dict[tuple[str, tuple[Condition, ...]], Entry] = {}
        self.fragments: dict[str, Selections] = {}

    def fragment(self, condition: str) -> Selections:
        return self.fragments.setdefault(condition, Selections())

    def add_typename(self, key: str, conditions: tuple[Condition, ...] = ()) -> None:
        if (key, conditions) not in self.entries:
            self.entries[key, conditions] = Entry(key, TYPENAME, (), conditions, "String!", None, None)
