"""Which records an answer holds: an operation is asked with the keys of its entities, and one function finds them in what came back.

For every entity type the key is read that *every* subgraph with that type knows, so that reading it costs no further fetch. Where the client selects
it anyway nothing is added; otherwise it travels under `RECORD_KEY`, which no projection reads and no client may write. `gateway.audit.opening` says for
whom it is asked at all.

The function is written once per operation, like a projection. What a subgraph did not confirm for this caller is not found. An object that was read and then
nulled for a field beside it is found: for the one who asks later who saw, that is the safe side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import GraphQLNonNull, get_named_type, is_abstract_type, is_composite_type, is_object_type

from gateway.audit.opening import NONE, Withheld
from gateway.authorization.grants import Grants
from gateway.execution.result import Found
from gateway.execution.state import Mark, Store
from gateway.execution.writing import Writer
from gateway.language.operation import Field, Fragment, Operation, Selection
from gateway.supergraph.model import Supergraph, SupergraphType, TypeKind

__all__ = ["RECORD_KEY", "Finder", "Keys", "Seen"]

RECORD_KEY = "__key"
"""The response key of what is read for the record alone. No schema has a field of such a name (GraphQL §2.1.9)."""
_NAME = str.isidentifier


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer holds: the subgraphs that were asked, the keys of entities by type, the values of the fields that name a person."""

    registers: tuple[str, ...] = ()
    records: Mapping[str, list[str]] = field(default_factory=dict[str, list[str]])
    persons: tuple[str, ...] = ()


Finder = Callable[[Store], Found]


class Keys:
    """The keys of the entities of one supergraph. `persons` are the coordinates that name a person; `opened` the subgraphs that open keys to the
    record whatever the caller may read. Raises ValueError for a coordinate that the graph does not have: what it should hide would not be hidden.
    """

    def __init__(
        self,
        supergraph: Supergraph,
        persons: Iterable[str] = (),
        *,
        grants: Grants | None = None,
        opened: frozenset[str] = NONE,
    ) -> None:
        self._supergraph = supergraph
        self.opened = opened
        self.persons = frozenset(persons)
        self._keys = {
            name: key
            for name, type_ in supergraph.types.items()
            if type_.kind is TypeKind.OBJECT and (key := _shared_key(type_)) is not None
        }
        self._possible = {
            name: tuple(
                sorted(one.name for one in supergraph.schema.get_possible_types(type_) if one.name in self._keys)
            )
            for name, type_ in supergraph.schema.type_map.items()
            if is_abstract_type(type_) and not _is_opaque(supergraph.types.get(name))
        }
        self._naming = _naming(supergraph, self.persons)
        self.withheld = Withheld(supergraph, self._keys, grants, opened)

    def is_person(self, type_name: str) -> bool:
        """Whether the key of a type names a person."""
        return f"{type_name}.{self._keys.get(type_name, '')}" in self.persons

    def asked(self, operation: Operation, withheld: frozenset[str] = NONE) -> Operation:
        """The operation with the keys of its entities, but for those of the types `withheld`."""
        selections = self._with_keys(operation.selections, operation.root_type, withheld)
        return operation if selections == operation.selections else replace(operation, selections=selections)

    @staticmethod
    def is_ours(path: tuple[str | int, ...] | None) -> bool:
        """Whether an issue is about a key that only we asked for."""
        return path is not None and path[-1:] == (RECORD_KEY,)

    def finder(self, asked: Operation, typename_key: str) -> Finder:
        """The function that finds the records in the store of an operation as `asked` made it."""
        # A key that is not added is still found where the client selects it.
        writing = _Finding(self._keys, self._naming, typename_key)
        function = writing.function(asked.selections, asked.root_type)

        def find(store: Store) -> Found:
            records: dict[str, list[Any]] = {name: [] for name in writing.types}
            persons: list[Any] = []
            if function is not None:
                function(store, records, persons.append)
            return records, persons

        return find

    def _with_keys(
        self, selections: tuple[Selection, ...], type_name: str, withheld: frozenset[str]
    ) -> tuple[Selection, ...]:
        """That an object is there is shown also where the client skips all that it selects of it: no condition is on a key."""
        below = tuple(self._below(selection, withheld) for selection in selections)
        return (*below, *self._added(selections, type_name, withheld))

    def _added(self, selections: tuple[Selection, ...], type_name: str, withheld: frozenset[str]) -> list[Selection]:
        """The key of an object; of an abstract type, those of the objects that no fragment of the client's is sure to be about.

        Of a type that is withheld the key is asked where the client asks for it as a field of an interface, and as far: to tell whose it is.
        """
        if type_name in self._keys:
            key = self._keys[type_name]
            return [] if type_name in withheld or _is_written(selections, key) else [self._field(type_name, key)]
        written = {one.condition for one in selections if isinstance(one, Fragment) and not one.conditions}
        possible = self._possible.get(type_name, ())
        found: list[Selection] = []
        for name in possible:
            field = self._field(name, self._keys[name])
            if name in withheld:
                shown = dict.fromkeys(one.conditions for one in _fields(selections, field.name))
                found += [Fragment(name, (replace(field, conditions=conditions),)) for conditions in shown]
            elif name not in written:
                found.append(Fragment(name, (field,)))
        return found

    def _field(self, type_name: str, key: str) -> Field:
        type_: Any = self._supergraph.schema.type_map[type_name]
        return Field(RECORD_KEY, key, type_name, type_.fields[key].type)

    def _below(self, selection: Selection, withheld: frozenset[str]) -> Selection:
        if isinstance(selection, Fragment):
            return replace(selection, selections=self._with_keys(selection.selections, selection.condition, withheld))
        type_ = get_named_type(selection.type)
        if not is_composite_type(type_) or selection.name.startswith("__"):
            return selection
        below = self._with_keys(selection.selections, type_.name, withheld)
        return replace(selection, selections=below)


def _shared_key(type_: SupergraphType) -> str | None:
    """The first key of one field that every subgraph of the type can read."""
    for join in type_.joins.values():
        for key in join.keys:
            joins = type_.fields[key.fields].joins if _NAME(key.fields) and key.fields in type_.fields else {}
            if joins and all(name in joins and not joins[name].external for name in type_.joins):
                return key.fields
    return None


def _naming(supergraph: Supergraph, persons: Iterable[str]) -> dict[str, list[str]]:
    """The coordinates that name a person, those of interfaces too, with the types of the objects of which they do."""
    found: dict[str, list[str]] = {}
    for coordinate in sorted(persons):
        owner, _, name = coordinate.partition(".")
        type_: Any = supergraph.schema.type_map.get(owner)
        if not is_object_type(type_) or name not in type_.fields:
            raise ValueError(f"{coordinate} is no field of an object of this graph")
        for one in (type_, *type_.interfaces):
            if name in one.fields:
                found.setdefault(f"{one.name}.{name}", []).append(owner)
    return found


def _is_opaque(type_: SupergraphType | None) -> bool:
    """Whether some subgraph gives the interface without knowing the objects: to tell them apart would cost a fetch."""
    return type_ is not None and any(join.is_interface_object for join in type_.joins.values())


def _is_written(selections: Iterable[Selection], key: str) -> bool:
    """Whether the client asks for the key itself, always. Where it may be null, null could stand for a refusal."""
    return any(not one.conditions and isinstance(one.type, GraphQLNonNull) for one in _fields(selections, key))


def _fields(selections: Iterable[Selection], name: str) -> list[Field]:
    """Where a field is selected without arguments."""
    return [one for one in selections if isinstance(one, Field) and one.name == name and not one.arguments]


class _Finding:
    """Writes the functions of one operation. `types` are those of which keys may be found."""

    def __init__(self, keys: Mapping[str, str], naming: Mapping[str, Sequence[str]], typename_key: str) -> None:
        self._keys = keys
        self._naming = naming
        self._typename_key = typename_key
        self.types: dict[str, None] = {}

    def function(self, selections: tuple[Selection, ...], type_name: str) -> Callable[..., None] | None:
        """A function of an object, the lists by type and what takes a person; None where nothing can be found."""
        writer = Writer("o, R, P", {"M": Mark})
        writer.line("if M in o: return")
        if not self._lines(writer, selections, type_name):
            return None
        return writer.function("records")

    def _lines(self, writer: Writer, selections: tuple[Selection, ...], type_name: str) -> bool:
        found = self._key(writer, selections, type_name)
        for selection in selections:
            if isinstance(selection, Fragment):
                found |= self._fragment(writer, selection)
            elif owners := self._naming.get(f"{selection.parent}.{selection.name}"):
                writer.line(f"v = o.get({selection.key!r})")
                of = "" if selection.parent in owners else f" and o.get({self._typename_key!r}) in {(*owners,)!r}"
                writer.line(f"if v is not None{of}: P(v)")
                found = True
            elif is_composite_type(get_named_type(selection.type)):
                found |= self._composite(writer, selection)
        return found

    def _key(self, writer: Writer, selections: tuple[Selection, ...], type_name: str) -> bool:
        first, *others = dict.fromkeys(one.key for one in _fields(selections, self._keys.get(type_name, ""))) or (None,)
        if first is None:
            return False
        self.types[type_name] = None
        writer.line(f"v = o.get({first!r})")
        for place in others:
            writer.line(f"if v is None: v = o.get({place!r})")
        writer.line(f"if v is not None: R[{type_name!r}].append(v)")
        return True

    def _composite(self, writer: Writer, selection: Field) -> bool:
        function = self.function(selection.selections, get_named_type(selection.type).name)
        if function is None:
            return False
        writer.line(f"v = o.get({selection.key!r})")
        writer.line(f"if v.__class__ is dict: {writer.bind(function)}(v, R, P)")
        writer.line(f"elif v.__class__ is list: {writer.bind(_each(function))}(v, R, P)")
        return True

    def _fragment(self, writer: Writer, fragment: Fragment) -> bool:
        function = self.function(fragment.selections, fragment.condition)
        if function is None:
            return False
        call = f"{writer.bind(function)}(o, R, P)"
        narrow = fragment.condition in self._keys
        writer.line(f"if o.get({self._typename_key!r}) == {fragment.condition!r}: {call}" if narrow else call)
        return True


def _each(function: Callable[..., None]) -> Callable[..., None]:
    def each(items: list[Any], records: Any, person: Any) -> None:
        for item in items:
            if item.__class__ is dict:
                function(item, records, person)
            elif item.__class__ is list:
                each(item, records, person)

    return each
