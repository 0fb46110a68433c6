"""What moves fields between subgraphs: `@requires`, `@provides`, `@override`, `@inaccessible`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.properties.federation.graph import FieldSpec, ObjectType, named, top_names

if TYPE_CHECKING:
    from tests.properties.federation.inventing import Inventor

__all__ = ["add_extras"]

_GIVEN = {"Int!": "5", "In0!": "{n: 4, e: [N0_B]}", "Int": "6", "String": '"r"', "Boolean": "false", "N0": "N0_C"}


def add_extras(inventor: Inventor) -> None:
    """Add extras to a graph whose fields all have owners."""
    entities = [found for found in inventor.made.objects.values() if found.entity]
    for owner in entities:
        for spec in owner.fields.values():
            if spec.key and spec.composite:
                _steady(inventor, inventor.made.objects[named(spec.type)], set())
    for owner in entities:
        for spec in owner.fields.values():
            if _plain(owner, spec) and inventor.chance(25):
                _require(inventor, owner, spec)
    for owner in entities:
        for spec in owner.fields.values():
            if _plain(owner, spec) and inventor.chance(15):
                _override(inventor, owner, spec)
    _provide_all(inventor)
    for owner in entities:
        _hide(inventor, owner)
    inventor.made.labels = frozenset(label for label in _labels(entities) if inventor.chance(50))


def _labels(entities: list[ObjectType]) -> list[str]:
    return sorted({spec.label for owner in entities for spec in owner.fields.values() if spec.label})


def _plain(owner: ObjectType, spec: FieldSpec) -> bool:
    """A field with one owner and no other role yet."""
    busy = spec.key or spec.everywhere or spec.external or spec.requires or spec.overridden or spec.read
    return not busy and len(spec.owners) == 1 and spec.owners[0] in owner.presence


# -- @requires -----------------------------------------------------------------------------------------------------------


def _require(inventor: Inventor, owner: ObjectType, spec: FieldSpec) -> None:
    """Let a field of one subgraph be computed from fields of others."""
    home = spec.owners[0]
    candidates = [
        other
        for other in owner.fields.values()
        if other is not spec and _requirable(owner, other, home) and not _leads_to(owner, other, spec)
    ]
    if not candidates:
        return
    chosen = inventor.some(candidates, 40) or [inventor.pick(candidates)]
    parts: list[str] = []
    for other in chosen:
        part = _selection(inventor, other, home, spec)
        if not part:
            continue
        parts.append(part)
        other.external.add(home)
        inventor.bring_field(home, other)
        other.calm = True
    spec.requires = " ".join(parts)


def _requirable(owner: ObjectType, other: FieldSpec, home: str) -> bool:
    """A field that its own owners resolve and `home` does not; not one lent by an interface object."""
    if other.key or other.everywhere or other.overridden or not other.owners:
        return False
    return home not in other.owners and other.owners[0] in owner.presence


def _leads_to(owner: ObjectType, spec: FieldSpec, wanted: FieldSpec) -> bool:
    """Whether `spec` needs `wanted`, at once or through other requirements."""
    if spec is wanted:
        return True
    needed = [owner.fields[name] for name in top_names(spec.requires)]
    return any(_leads_to(owner, other, wanted) for other in needed)


def _selection(inventor: Inventor, spec: FieldSpec, home: str, asking: FieldSpec) -> str:
    """The field as part of a field set: with arguments, and leaves below it when it is composite."""
    head = spec.name + _arguments(inventor, spec)
    target = named(spec.type)
    made = inventor.made
    if target in made.enums or not spec.composite:
        return head
    inventor.bring(home, target)
    if target in made.objects:
        below = _leaves(inventor, made.objects[target], home, asking)
        return f"{head} {{ {below} }}" if below else ""
    members = sorted(made.abstracts[target].known[home])
    branches = [(member, _leaves(inventor, made.objects[member], home, asking)) for member in members]
    texts = [f"... on {member} {{ {below} }}" for member, below in branches if below]
    return f"{head} {{ {' '.join(texts)} }}" if texts else ""


def _arguments(inventor: Inventor, spec: FieldSpec) -> str:
    given = [
        f"{arg.name}: {_GIVEN[arg.type]}"
        for arg in spec.args
        if arg.type in _GIVEN and ((arg.type[-1] == "!" and arg.default is None) or inventor.chance(50))
    ]
    return f"({', '.join(given)})" if given else ""


def _leaves(inventor: Inventor, found: ObjectType, home: str, asking: FieldSpec) -> str:
    """Leaf fields that `home` has of a type; the objects there must not vanish for the sake of a sibling field."""
    names = [
        spec.name
        for spec in found.fields.values()
        if not spec.composite
        and not spec.requires
        and spec is not asking
        and found.defines(home, spec)
        and not any(a.type[-1] == "!" for a in spec.args)
    ]
    if not names:
        return ""
    chosen = inventor.some(names) or names[:1]
    for name in chosen:
        found.fields[name].calm = found.fields[name].read = True
    _steady(inventor, found, set())
    return " ".join(chosen)


def _steady(inventor: Inventor, found: ObjectType, seen: set[str]) -> None:
    """No field of `found` may null its object: a requirement is read from the same answer as what the client asked."""
    if found.name in seen:
        return
    seen.add(found.name)
    made = inventor.made
    for spec in found.fields.values():
        if spec.type[-1] != "!":
            continue
        spec.calm = True
        target = named(spec.type)
        if target in made.objects:
            _steady(inventor, made.objects[target], seen)
        elif target in made.abstracts:
            for member in made.abstracts[target].members:
                _steady(inventor, made.objects[member], seen)


# -- @override, @provides, @inaccessible ---------------------------------------------------------------------------------


def _override(inventor: Inventor, owner: ObjectType, spec: FieldSpec) -> None:
    """Another home had the field before; with a label the change is still under way."""
    home = spec.owners[0]
    others = [other for other in owner.homes() if other != home]
    if not others or not inventor.modern(home):
        return
    spec.overridden = inventor.pick(others)
    if inventor.made.subgraph(home).version in ("v2.7", "v2.9", "v2.11"):
        spec.label = inventor.pick(("", "percent(50)", "moved"))
    inventor.bring_field(spec.overridden, spec)


def _provide_all(inventor: Inventor) -> None:
    made = inventor.made
    places = [*made.roots.items(), *((o.name, o.fields) for o in made.objects.values() if o.entity)]
    for _, fields in places:
        for spec in fields.values():
            target = made.objects.get(named(spec.type))
            if target is None or not target.entity or not spec.owners or spec.overridden or spec.key:
                continue
            for home in spec.owners:
                if home != "o" and inventor.chance(30):
                    _provide(inventor, spec, target, home)


def _provide(inventor: Inventor, spec: FieldSpec, target: ObjectType, home: str) -> None:
    """A field hands over leaves of an entity that its subgraph otherwise does not have."""
    candidates = [
        other
        for other in target.fields.values()
        if not other.composite
        and not other.requires
        and not other.args
        and not other.loose_in
        and _requirable(target, other, home)
    ]
    if not candidates:
        return
    chosen = inventor.some(candidates) or candidates[:1]
    for other in chosen:
        other.handed = True
        other.external.add(home)
        inventor.bring_field(home, other)
    spec.provides[home] = " ".join(other.name for other in chosen)


def _hide(inventor: Inventor, owner: ObjectType) -> None:
    """Fields for subgraphs only. One that the client sees has to be left, and interfaces keep theirs."""
    on_interfaces = {name for a in inventor.made.abstracts.values() for name in a.fields}
    for spec in list(owner.fields.values())[1:]:
        places = [s for s in owner.presence if owner.defines(s, spec) and inventor.modern(s)]
        if places and spec.name not in on_interfaces and inventor.chance(10):
            spec.inaccessible = True
