"""Invent a schema and split it over subgraphs, so that what comes out always composes.

First the types with their fields, then who has which: an entity lives in some subgraphs under some of its keys, each field
has an owner there, and whatever a field returns comes along (a stub of an entity, a whole value type, some members of an
abstract type). Last the extras that move fields about: `@requires`, `@provides`, `@override`, `@inaccessible`.

Correct by construction: the keys of an entity always connect all its homes, and an abstract type has a core member wherever it
is known. So a refused composition is a finding, not an example to be thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st

from tests.properties.federation.extras import add_extras
from tests.properties.federation.graph import (
    Abstract,
    Arg,
    EnumType,
    FieldSpec,
    Graph,
    InputType,
    ObjectType,
    Presence,
    Subgraph,
    named,
    top_names,
)

__all__ = ["Inventor", "graphs"]

T = TypeVar("T")
_VERSIONS = ("v2.3", "v2.5", "v2.7", "v2.9", "v2.11")
_LEAVES = ("String", "Int", "Boolean", "Float", "ID", "N0", "N1", "Stamp", "Blob")
_WRAPPINGS = ("{}", "{}!", "[{}]", "[{}!]", "[{}!]!", "[[{}]]", "[[{}!]!]")
_ARG_TYPES = (
    ("Int", "7"),
    ("String", '"d"'),
    ("Boolean", "true"),
    ("N0", "N0_A"),
    ("[Int!]", "[1, 2]"),
    ("In0", '{s: "q"}'),
    ("[[N0]]", "[[N0_A], null]"),
    ("Int!", None),
    ("ID", None),
    ("In1", None),
    ("Stamp", '"t"'),
    ("In0!", None),
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """An invented graph, split over two to five subgraphs."""
    return Inventor(draw).graph()


class Inventor:
    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        names = "abcd"[: self.number(2, 4)]
        legacy = [self.chance(15) for _ in names]
        version = self.pick(_VERSIONS)
        self.made = Graph([Subgraph(n, "" if old else version) for n, old in zip(names, legacy, strict=True)])
        self.names = list(names)

    # -- drawing -------------------------------------------------------------------------------------------------

    def number(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def pick(self, options: Sequence[T]) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]

    def some(self, options: Sequence[T], percent: int = 50) -> list[T]:
        return [option for option in options if self.chance(percent)]

    def modern(self, name: str) -> bool:
        return not self.made.subgraph(name).legacy

    # -- the whole -----------------------------------------------------------------------------------------------

    def graph(self) -> Graph:
        made = self.made
        made.salt = self.number(0, 999)
        made.trouble = self.pick((0, 8, 20))
        self._leaf_types()
        for number in range(self.number(1, 3)):
            self._value_type(number)
        for number in range(self.number(2, 4)):
            self._entity(number)
        for number in range(self.number(0, 2)):
            self._interface(number)
        for number in range(self.number(0, 2)):
            self._union(number)
        for owner in [found for found in made.objects.values() if found.name[0] != "K"]:
            for number in range(self.number(1, 4)):
                self._field(owner, f"f{number}")
        self._interface_object()
        for owner in made.objects.values():
            self._settle(owner)
        self._roots()
        add_extras(self)
        return made

    def _leaf_types(self) -> None:
        made = self.made
        made.enums["N0"] = EnumType("N0", ["N0_A", "N0_B", "N0_C"])
        made.enums["N1"] = EnumType("N1", ["N1_A", "N1_B", "N1_C"])
        made.inputs["In0"] = InputType(
            "In0", [Arg("s", "String"), Arg("n", "Int!", "3"), Arg("e", "[N0!]"), Arg("deep", "In1")]
        )
        made.inputs["In1"] = InputType(
            "In1", [Arg("i", "Int"), Arg("ls", "[[String]]", '[["a"], []]'), Arg("o", "In0")]
        )

    def _value_type(self, number: int) -> None:
        self.made.objects[f"V{number}"] = ObjectType(f"V{number}", 20 + number)

    # -- entities ------------------------------------------------------------------------------------------------

    def _entity(self, number: int) -> None:
        name = f"E{number}"
        made = ObjectType(name, number)
        self.made.objects[name] = made
        homes = self.names[:1] if self.chance(10) else self._homes()
        style = self.pick(("common", "common", "chain", "hub"))
        count = {"common": 1, "chain": max(1, len(homes) - 1), "hub": max(1, len(homes) - 1)}[style]
        for place in range(count):
            made.keys.append(self._key(made, place))
        for place, home in enumerate(homes):
            if style == "common" or len(homes) == 1:
                keys = [0]
            elif style == "chain":
                keys = sorted({max(0, place - 1), min(place, count - 1)})
            else:
                keys = list(range(count)) if place == 0 else [place - 1]
            made.presence[home] = Presence(keys)
        if style == "common" and self.chance(30):
            made.keys.append(self._key(made, 1))
            for home in self.some(homes):
                made.presence[home].keys.append(1)
        for home in homes:
            self._bring_keys(made, home)

    def _homes(self) -> list[str]:
        chosen = self.some(self.names, 60) or [self.pick(self.names)]
        return chosen if self.chance(50) else chosen[::-1]

    def _key(self, owner: ObjectType, place: int) -> str:
        """A new key: one field, two fields, or a nested one. The first key of an entity is `id`, for stubs everywhere."""
        kind = 0 if place == 0 else self.pick((0, 0, 1, 2, 3))
        name = "id" if place == 0 else f"k{place}"
        if kind == 1:
            self._key_field(owner, f"{name}a", "ID!")
            self._key_field(owner, f"{name}b", "Int!")
            return f"{name}a {name}b"
        if kind == 2:
            holder = f"K{owner.number}{place}"
            made = self.made.objects[holder] = ObjectType(holder, 40)
            made.fields["code"] = FieldSpec("code", "ID!", holder, calm=True, solid=True, key=True)
            self._key_field(owner, name, f"{holder}!")
            return f"{name} {{ code }}"
        if kind == 3 and all(0 in p.keys for p in self.made.objects["E0"].presence.values()) and owner.number > 0:
            self._key_field(owner, name, "E0!")
            return f"{name} {{ id }}"
        self._key_field(owner, name, self.pick(("ID!", "ID", "Int!", "String")) if place else "ID!")
        return name

    def _key_field(self, owner: ObjectType, name: str, type_text: str) -> None:
        owner.fields[name] = FieldSpec(name, type_text, "", calm=True, solid=True, key=True)

    def _bring_keys(self, owner: ObjectType, subgraph: str) -> None:
        for number in owner.presence[subgraph].keys:
            for name in top_names(owner.keys[number]):
                self.bring(subgraph, named(owner.fields[name].type))

    # -- what comes along ----------------------------------------------------------------------------------------

    def bring(self, subgraph: str, type_name: str) -> None:
        """Make a type known in a subgraph: an entity as a stub, a value type whole, an abstract type in part."""
        made = self.made
        if type_name in made.objects:
            self._bring_object(subgraph, made.objects[type_name])
        elif type_name in made.abstracts:
            self.bring_abstract(subgraph, made.abstracts[type_name])
        elif type_name in made.enums:
            enum = made.enums[type_name]
            if subgraph not in enum.known:
                partly = type_name == "N1"
                enum.known[subgraph] = [v for n, v in enumerate(enum.values) if n == 0 or not partly or self.chance(70)]
        elif type_name in made.inputs:
            self._bring_input(subgraph, made.inputs[type_name])
        elif type_name in ("Stamp", "Blob"):
            made.leaves.setdefault(type_name, set()).add(subgraph)

    def _bring_object(self, subgraph: str, found: ObjectType) -> None:
        if subgraph in found.presence:
            return
        if found.entity:
            # A stub: there to be left by its first key. Federation 1 knows no `resolvable: false`.
            homes = found.homes()
            key = 0 if any(0 in found.presence[home].keys for home in homes) else found.presence[homes[0]].keys[0]
            found.presence[subgraph] = Presence([key], resolvable=False)
            self._bring_keys(found, subgraph)
        else:
            found.presence[subgraph] = Presence([], resolvable=False)
        for spec in found.fields.values():
            if found.defines(subgraph, spec):
                self.bring_field(subgraph, spec)

    def _bring_input(self, subgraph: str, found: InputType) -> None:
        known = self.made.leaves.setdefault(found.name, set())
        if subgraph not in known:
            known.add(subgraph)
            for arg in found.fields:
                self.bring(subgraph, named(arg.type))

    def bring_field(self, subgraph: str, spec: FieldSpec) -> None:
        """Everything that a field's definition names."""
        self.bring(subgraph, named(spec.type))
        for arg in spec.args:
            self.bring(subgraph, named(arg.type))

    def bring_abstract(self, subgraph: str, found: Abstract) -> None:
        if subgraph in found.known:
            return
        found.known[subgraph] = {found.members[0], *self.some(found.members[1:])}
        for parent in found.parents:
            self.bring_abstract(subgraph, self.made.abstracts[parent])
            self.made.abstracts[parent].known[subgraph] |= found.known[subgraph]
        for member in sorted(found.known[subgraph]):
            self.bring(subgraph, member)
        for spec in found.fields.values():
            self.bring(subgraph, named(spec.type))
            for arg in spec.args:
                self.bring(subgraph, named(arg.type))

    # -- abstract types ------------------------------------------------------------------------------------------

    def _interface(self, number: int) -> None:
        """Its first field is defined in every subgraph by all members, so that it has a field wherever it is known."""
        name = f"I{number}"
        parent = self.made.abstracts.get("I0") if number and self.chance(60) else None
        pool = parent.members if parent else [n for n in self.made.objects if n[0] in "EV"]
        members = self.some(pool, 60) or [self.pick(pool)]
        if parent and parent.members[0] not in members:
            members.insert(0, parent.members[0])
        made = Abstract(name, members, dict(parent.fields) if parent else {}, [parent.name] if parent else [])
        if not parent:
            core = FieldSpec(f"i{number}", "String", name, everywhere=True)
            made.fields[core.name] = core
        for place in range(self.number(0, 2)):
            field_name = f"i{number}_{place}"
            made.fields[field_name] = FieldSpec(field_name, self._leaf_or_value(), name, self._args())
        self.made.abstracts[name] = made
        for member in members:
            fields = self.made.objects[member].fields
            for spec in made.fields.values():
                if spec.name not in fields:
                    fields[spec.name] = self._implemented(spec, member)

    def _implemented(self, spec: FieldSpec, member: str) -> FieldSpec:
        """A member's own version of an interface field; sometimes non-null where the interface is not."""
        narrower = spec.type[-1] != "!" and self.chance(25)
        return FieldSpec(
            spec.name, spec.type + "!" if narrower else spec.type, member, spec.args, everywhere=spec.everywhere
        )

    def _leaf_or_value(self) -> str:
        values = [n for n in self.made.objects if n[0] == "V"]
        return self._wrapped(self.pick(values) if self.chance(25) else self.pick(_LEAVES))

    def _union(self, number: int) -> None:
        pool = [n for n in self.made.objects if n[0] in "EV"]
        members = self.some(pool, 60) or [self.pick(pool)]
        self.made.abstracts[f"U{number}"] = Abstract(f"U{number}", members)

    def _interface_object(self) -> None:
        """An interface with a key in one subgraph, and an object of its name in a subgraph of its own."""
        candidates = [home for home in self.names if self.modern(home)]
        entities = [
            n for n, t in self.made.objects.items() if n[0] == "E" and all(0 in p.keys for p in t.presence.values())
        ]
        if not candidates or not entities or not self.chance(30):
            return
        hub = self.pick(candidates)
        members = self.some(entities, 60) or entities[:1]
        made = Abstract("J0", members, keyed_in=hub, object_in="o")
        made.fields["id"] = FieldSpec("id", "ID!", "", key=True)
        for place in range(self.number(1, 2)):
            spec = FieldSpec(f"j{place}", self._wrapped(self.pick(_LEAVES)), "J0", self._args(), owners=["o"])
            made.fields[spec.name] = spec
            made.lent.append(spec.name)
            for member in members:
                self.made.objects[member].fields[spec.name] = spec
        self.made.abstracts["J0"] = made
        self.made.subgraphs.append(Subgraph("o", self.made.subgraph(hub).version))
        made.known[hub] = set(members)
        for member in members:
            presence = self.made.objects[member].presence
            presence.setdefault(hub, Presence([0]))
            presence[hub].resolvable = True
            self._bring_keys(self.made.objects[member], hub)
        for name in made.lent:
            self.bring_field("o", made.fields[name])

    # -- fields --------------------------------------------------------------------------------------------------

    def _wrapped(self, name: str, options: int = len(_WRAPPINGS)) -> str:
        return _WRAPPINGS[self.number(0, options - 1)].format(name)

    def _args(self) -> tuple[Arg, ...]:
        if not self.chance(25):
            return ()
        args: list[Arg] = []
        for place in range(self.number(1, 2)):
            type_text, default = self.pick(_ARG_TYPES)
            args.append(Arg(f"p{place}", type_text, default if self.chance(50) else None))
        return tuple(args)

    def _target(self) -> str:
        """What a field returns: any leaf, object or abstract type."""
        if self.chance(50):
            return self.pick(_LEAVES)
        return self.pick([n for n in (*self.made.objects, *self.made.abstracts) if n[0] in "EVIU"])

    def _field(self, owner: ObjectType, name: str) -> None:
        if name not in owner.fields:
            target = self._target()
            type_text = self._wrapped(target, len(_WRAPPINGS) if target in _LEAVES else 5)
            owner.fields[name] = FieldSpec(name, type_text, owner.name, self._args())

    def _settle(self, owner: ObjectType) -> None:
        """Give each field of an entity its owners; a value type's fields are wherever the type is."""
        if not owner.entity:
            return
        for spec in owner.fields.values():
            if spec.origin == "J0":
                continue
            if spec.key or spec.everywhere:
                for home in list(owner.presence):
                    if owner.defines(home, spec):
                        self.bring_field(home, spec)
                continue
            homes = owner.homes()
            spec.owners = [self.pick(homes)]
            if len(homes) > 1 and self.chance(20):
                spec.owners = [h for h in homes if h in spec.owners or self.chance(50)]
            self._loosen(spec)
            for home in spec.owners:
                self.bring_field(home, spec)

    def _loosen(self, spec: FieldSpec) -> None:
        """Sometimes one of several owners promises more than the graph does."""
        if len(spec.owners) > 1 and spec.type[-1] != "!" and _calm_below(spec.type) and self.chance(30):
            spec.loose_in = spec.owners[0]
            spec.solid = spec.calm = True

    def _roots(self) -> None:
        for number in range(self.number(1, 4)):
            target = self._target() if self.chance(20) else self.pick(self._composites())
            spec = FieldSpec(f"q{number}", self._wrapped(target, 5), "Query", self._args())
            spec.owners = [self.pick(self.names)]
            if self.chance(15):
                spec.owners = [n for n in self.names if n in spec.owners or self.chance(40)]
            self._add_root("Query", spec)
        if "J0" in self.made.abstracts:
            spec = FieldSpec(
                "qj", self._wrapped("J0", 5), "Query", owners=[self.pick(("o", self.made.abstracts["J0"].keyed_in))]
            )
            self._add_root("Query", spec)
        for number in range(self.number(0, 3) if self.chance(30) else 0):
            target = self.pick(self._composites()) if self.chance(60) else "Int"
            spec = FieldSpec(f"m{number}", target, "Mutation", self._args(), owners=[self.pick(self.names)])
            self._add_root("Mutation", spec)

    def _composites(self) -> list[str]:
        return [n for n in (*self.made.objects, *self.made.abstracts) if n[0] in "EEIUV"]

    def _add_root(self, root: str, spec: FieldSpec) -> None:
        self.made.roots[root][spec.name] = spec
        for owner in spec.owners:
            if named(spec.type) != "J0":
                self.bring_field(owner, spec)


def _calm_below(type_text: str) -> bool:
    """Whether no null from below makes a field of this type null: where one owner says that the field cannot be, that owner has to give up
    more than the graph does, and rightly so.
    """
    if named(type_text) in _LEAVES:
        return True
    inner = type_text.removesuffix("!")
    while inner.startswith("["):
        item = inner[1:-1]
        if not item.endswith("!"):
            return True
        inner = item.removesuffix("!")
    return False
