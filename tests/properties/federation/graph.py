"""An invented graph: one schema, and which subgraph has which part of it, in which role.

These are the notes of an inventor (`inventing.py`), filled in step by step; `writing.py` makes SDL of them and `world.py`
answers by them. Nothing here is taken from the gateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = [
    "Abstract",
    "Arg",
    "EnumType",
    "FieldSpec",
    "Graph",
    "InputType",
    "ObjectType",
    "Presence",
    "Subgraph",
    "named",
    "top_names",
]


def named(type_text: str) -> str:
    """The named type of a printed type."""
    return type_text.strip("[]!")


@dataclass(eq=False)
class Arg:
    name: str
    type: str
    default: str | None = None

    @property
    def sdl(self) -> str:
        return f"{self.name}: {self.type}" + (f" = {self.default}" if self.default is not None else "")


@dataclass(eq=False)
class FieldSpec:
    """A field of an object type (or of a root).

    `owners` resolve it. `everywhere`: defined wherever its type is. `calm`: never an error; `solid`: never null either.
    `origin` is the type under whose name values are made up: an interface for what its interface object lends.
    """

    name: str
    type: str
    origin: str
    args: tuple[Arg, ...] = ()
    key: bool = False
    everywhere: bool = False
    calm: bool = False
    solid: bool = False
    owners: list[str] = field(default_factory=list[str])
    loose_in: str = ""
    """The one owner that declares the field non-null although the graph does not."""
    external: set[str] = field(default_factory=set[str])
    requires: str = ""
    provides: dict[str, str] = field(default_factory=dict[str, str])
    overridden: str = ""
    """The subgraph that had the field before its owner took it over."""
    label: str = ""
    inaccessible: bool = False
    handed: bool = False
    """Provided by another subgraph somewhere, which counts as resolved there as well."""
    read: bool = False
    """Part of a requirement below another field."""

    @property
    def composite(self) -> bool:
        return named(self.type)[1].isdigit() and named(self.type)[0] in "EVIUKJ"


@dataclass(eq=False)
class Presence:
    """An entity in one subgraph: the numbers of its keys there, and whether it can be entered by them."""

    keys: list[int]
    resolvable: bool = True


@dataclass(eq=False)
class ObjectType:
    """An entity has keys (as field sets) and a presence for each subgraph; a value type is whole wherever it is."""

    name: str
    number: int
    fields: dict[str, FieldSpec] = field(default_factory=dict[str, FieldSpec])
    keys: list[str] = field(default_factory=list[str])
    presence: dict[str, Presence] = field(default_factory=dict[str, Presence])

    @property
    def entity(self) -> bool:
        return bool(self.keys)

    def homes(self) -> list[str]:
        return [name for name, presence in self.presence.items() if presence.resolvable]

    def key_fields(self, subgraph: str) -> set[str]:
        """The top fields of the keys that a subgraph has."""
        return {name for number in self.presence[subgraph].keys for name in top_names(self.keys[number])}

    def defines(self, subgraph: str, spec: FieldSpec) -> bool:
        """Whether a subgraph answers the field by itself."""
        if subgraph not in self.presence:
            return False
        if not self.entity or spec.everywhere:
            return True
        return spec.name in self.key_fields(subgraph) if spec.key else subgraph in spec.owners


def top_names(field_set: str) -> list[str]:
    """The top fields of a field set: `a b(x: {y: 1}) { c }` → `[a, b]`."""
    flat: list[str] = []
    depth = 0
    for letter in field_set:
        if letter in "({":
            depth += 1
            flat.append(" ")
        elif letter in ")}":
            depth -= 1
        elif depth == 0:
            flat.append(letter)
    return "".join(flat).split()


@dataclass(eq=False)
class Abstract:
    """An interface or a union. `known`: by subgraph, the members that it has there; the core member is among them always.

    An interface has `fields`; `keyed_in` is the one subgraph where it has a key, `object_in` the one where it is an
    interface object.
    """

    name: str
    members: list[str]
    fields: dict[str, FieldSpec] = field(default_factory=dict[str, FieldSpec])
    parents: list[str] = field(default_factory=list[str])
    known: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    keyed_in: str = ""
    object_in: str = ""
    lent: list[str] = field(default_factory=list[str])

    @property
    def interface(self) -> bool:
        return bool(self.fields)


@dataclass(eq=False)
class EnumType:
    """`partly` in output only: subgraphs know the first value and some of the others."""

    name: str
    values: list[str]
    known: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


@dataclass(eq=False)
class InputType:
    name: str
    fields: list[Arg]


@dataclass(eq=False)
class Subgraph:
    name: str
    version: str
    """`v2.N`; empty for Federation 1."""

    @property
    def legacy(self) -> bool:
        return not self.version


@dataclass(eq=False, repr=False)
class Graph:
    subgraphs: list[Subgraph]
    salt: int = 0
    trouble: int = 0
    """Of 100 values how many are an error, and how many are null where none may be."""
    objects: dict[str, ObjectType] = field(default_factory=dict[str, ObjectType])
    abstracts: dict[str, Abstract] = field(default_factory=dict[str, Abstract])
    enums: dict[str, EnumType] = field(default_factory=dict[str, EnumType])
    inputs: dict[str, InputType] = field(default_factory=dict[str, InputType])
    leaves: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Input types and custom scalars by the subgraphs that use them."""
    roots: dict[str, dict[str, FieldSpec]] = field(default_factory=lambda: {"Query": {}, "Mutation": {}})
    labels: frozenset[str] = frozenset()
    """The labels of overrides that are on."""

    def __repr__(self) -> str:
        return f"<graph over {', '.join(s.name for s in self.subgraphs)}>"

    def subgraph(self, name: str) -> Subgraph:
        return next(found for found in self.subgraphs if found.name == name)

    def fields_of(self, type_name: str) -> dict[str, FieldSpec]:
        return self.roots[type_name] if type_name in self.roots else self.objects[type_name].fields

    def resolvers(self, type_name: str, spec: FieldSpec) -> list[str]:
        """Every subgraph that may be asked for a field, provided ones included."""
        if type_name in self.roots:
            found = list(spec.owners)
        else:
            owner = self.objects[type_name]
            found = [name for name in owner.presence if owner.defines(name, spec)]
            found += [name for name in spec.owners if name not in found]
        return [*found, *([spec.overridden] if spec.overridden else []), *sorted(spec.external)]

    def members(self, abstract: Abstract) -> list[str]:
        """The members that any subgraph knows."""
        return [name for name in abstract.members if any(name in known for known in abstract.known.values())]

    def runtime_types(self, type_name: str, spec: FieldSpec) -> list[str]:
        """The object types that the field may return, whoever answers it."""
        target = named(spec.type)
        if target in self.objects:
            return [target]
        abstract = self.abstracts[target]
        places = [s for s in self.resolvers(type_name, spec) if s in abstract.known]
        return [name for name in abstract.members if all(name in abstract.known[s] for s in places)]

    def enum_values(self, type_name: str, spec: FieldSpec) -> list[str]:
        """The enum values that the field may return, whoever answers it."""
        enum = self.enums[named(spec.type)]
        places = [s for s in self.resolvers(type_name, spec) if s in enum.known]
        return [value for value in enum.values if all(value in enum.known[s] for s in places)]

    def interface_fields(self, abstract: Abstract, subgraph: str) -> list[str]:
        """The fields that an interface can have in a subgraph: those that all its members there answer themselves.

        And that the interfaces below it have somewhere, for they have to have what they implement.
        """
        below = [child for child in self.abstracts.values() if abstract.name in child.parents and child.known]
        return [
            name
            for name in abstract.fields
            if name not in abstract.lent
            and self._answered(abstract, subgraph, name)
            and all(any(self._answered(child, place, name) for place in child.known) for child in below)
        ]

    def _answered(self, abstract: Abstract, subgraph: str, name: str) -> bool:
        members = [self.objects[member] for member in sorted(abstract.known[subgraph])]
        return all(member.defines(subgraph, member.fields[name]) for member in members)

    def interfaces_of(self, type_name: str, subgraphs: Iterable[str]) -> list[str]:
        """The interfaces that an object type (or an interface) implements in any of the subgraphs."""
        places = set(subgraphs)
        if type_name in self.abstracts:
            return [p for p in self.abstracts[type_name].parents if places & set(self.abstracts[type_name].known)]
        return [
            abstract.name
            for abstract in self.abstracts.values()
            if abstract.interface and any(s in places and type_name in known for s, known in abstract.known.items())
        ]
