"""SDL of an invented graph: of each subgraph for the composer, of each subgraph to be executed, and of the whole."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from tests.properties.federation.graph import Abstract, FieldSpec, Graph, ObjectType, named

__all__ = ["executable_sdl", "monolith_sdl", "subgraph_sdl"]

_IMPORTS = {
    "v2.3": '"@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject"',
}


def subgraph_sdl(graph: Graph, name: str) -> str:
    """What the subgraph's developers wrote; empty when it has nothing."""
    lines = _Writer(graph, name, plain=False).lines()
    subgraph = graph.subgraph(name)
    if not lines or subgraph.legacy:
        return "\n".join(lines)
    link = f'extend schema @link(url: "https://specs.apollo.dev/federation/{subgraph.version}", import: [{_IMPORTS["v2.3"]}])'
    return "\n".join([link, *lines])


def executable_sdl(graph: Graph, name: str) -> str:
    """The same schema as the subgraph's server has it: no directives, with `_entities`."""
    writer = _Writer(graph, name, plain=True)
    lines = writer.lines()
    entities = sorted(writer.entities)
    if entities:
        lines += ["scalar _Any", f"union _Entity = {' | '.join(entities)}"]
    extra = ["  _entities(representations: [_Any!]!): [_Entity]!"] if entities else []
    if "Query" in writer.roots:
        return "\n".join([*lines, *(f"extend type Query {{\n{line}\n}}" for line in extra)])
    return "\n".join([*lines, "type Query {", *(extra or ["  _nothing: Int"]), "}"])


def monolith_sdl(graph: Graph, *, nullable: bool = False) -> str:
    """The schema of the client. `nullable`: no output type is non-null, so that no error hides another one."""
    return "\n".join(_Whole(graph, nullable).lines())


def _block(head: str, lines: Iterable[str]) -> list[str]:
    return [f"{head} {{", *(f"  {line}" for line in lines), "}"]


def _field(spec: FieldSpec, type_text: str, directives: Iterable[str] = ()) -> str:
    args = f"({', '.join(arg.sdl for arg in spec.args)})" if spec.args else ""
    return " ".join([f"{spec.name}{args}: {type_text}", *directives])


@dataclass
class _Writer:
    graph: Graph
    name: str
    plain: bool

    def __post_init__(self) -> None:
        self.entities: set[str] = set()
        self.roots: set[str] = set()
        self.legacy = self.graph.subgraph(self.name).legacy

    def lines(self) -> list[str]:
        graph, name = self.graph, self.name
        lines: list[str] = []
        for root, specs in graph.roots.items():
            owned = [self._root_field(spec) for spec in specs.values() if name in spec.owners]
            if owned:
                self.roots.add(root)
                lines += _block(f"type {root}", owned)
        for abstract in graph.abstracts.values():
            if name in abstract.known or abstract.object_in == name:
                lines += self._abstract(abstract)
        for found in graph.objects.values():
            if name in found.presence:
                lines += self._object(found)
        lines += [f"enum {e.name} {{ {' '.join(e.known[name])} }}" for e in graph.enums.values() if name in e.known]
        lines += [
            line
            for i in graph.inputs.values()
            if name in graph.leaves.get(i.name, ())
            for line in _block(f"input {i.name}", [arg.sdl for arg in i.fields])
        ]
        return lines + [f"scalar {s}" for s in ("Stamp", "Blob") if name in graph.leaves.get(s, ())]

    def _root_field(self, spec: FieldSpec) -> str:
        directives = self._provides(spec)
        if len(spec.owners) > 1 and not self.legacy:
            directives.append("@shareable")
        return _field(spec, spec.type, () if self.plain else directives)

    def _provides(self, spec: FieldSpec) -> list[str]:
        return [f'@provides(fields: "{spec.provides[self.name]}")'] if self.name in spec.provides else []

    def _abstract(self, found: Abstract) -> list[str]:
        if not found.interface:
            members = [m for m in found.members if m in found.known[self.name]]
            return [f"union {found.name} = {' | '.join(members)}"]
        key = '@key(fields: "id")'
        if found.object_in == self.name:
            self.entities.add(found.name)
            head = f"type {found.name}" + ("" if self.plain else f" {key} @interfaceObject")
            return _block(head, ["id: ID!", *(_field(found.fields[n], found.fields[n].type) for n in found.lent)])
        head = f"interface {found.name}{_implements(found.parents)}"
        if found.keyed_in == self.name and not self.plain:
            head += f" {key}"
        names = self.graph.interface_fields(found, self.name)
        return _block(head, [_field(found.fields[n], found.fields[n].type) for n in names])

    def _object(self, found: ObjectType) -> list[str]:
        extension = self.legacy and found.entity and next(iter(found.presence)) != self.name
        word = "extend type" if extension and not self.plain else "type"
        head = f"{word} {found.name}{_implements(self.graph.interfaces_of(found.name, [self.name]))}"
        if found.entity:
            presence = found.presence[self.name]
            if presence.resolvable or self.legacy:
                self.entities.add(found.name)
            if not self.plain:
                closed = "" if presence.resolvable or self.legacy else ", resolvable: false"
                head += "".join(f' @key(fields: "{found.keys[n]}"{closed})' for n in presence.keys)
        lines = [
            self._object_field(found, spec, extension)
            for spec in found.fields.values()
            if found.defines(self.name, spec) or self.name in (spec.overridden, *spec.external)
        ]
        return _block(head, lines)

    def _object_field(self, owner: ObjectType, spec: FieldSpec, extension: bool) -> str:
        type_text = spec.type + "!" if spec.loose_in == self.name else spec.type
        if self.plain:
            return _field(spec, type_text)
        directives = self._provides(spec)
        if self.name in spec.external:
            directives.append("@external")
        elif spec.key and owner.entity:
            directives += ["@external"] if extension else []
        elif spec.overridden:
            if spec.overridden != self.name:
                label = f', label: "{spec.label}"' if spec.label else ""
                directives.append(f'@override(from: "{spec.overridden}"{label})')
        elif self._shared(owner, spec) and not self.legacy:
            directives.append("@shareable")
        if spec.requires and self.name in spec.owners:
            directives.append(f"@requires(fields: {json.dumps(spec.requires)})")
        if spec.inaccessible and not self.legacy and self.name not in spec.external:
            directives.append("@inaccessible")
        return _field(spec, type_text, directives)

    def _shared(self, owner: ObjectType, spec: FieldSpec) -> bool:
        return spec.handed or sum(owner.defines(name, spec) for name in owner.presence) > 1


def _implements(interfaces: list[str]) -> str:
    return f" implements {' & '.join(interfaces)}" if interfaces else ""


class _Whole:
    def __init__(self, graph: Graph, nullable: bool) -> None:
        self._graph = graph
        self._nullable = nullable
        self._names = [subgraph.name for subgraph in graph.subgraphs]

    def lines(self) -> list[str]:
        graph = self._graph
        lines: list[str] = []
        for root, specs in graph.roots.items():
            if specs:
                lines += _block(f"type {root}", [self._field(spec) for spec in specs.values()])
        for abstract in graph.abstracts.values():
            if abstract.known:
                lines += self._abstract(abstract)
        for found in graph.objects.values():
            if found.presence:
                head = f"type {found.name}{_implements(graph.interfaces_of(found.name, self._names))}"
                lines += _block(head, [self._field(s) for s in found.fields.values() if self._exists(found, s)])
        for enum in graph.enums.values():
            if enum.known:
                values = [v for v in enum.values if any(v in known for known in enum.known.values())]
                lines.append(f"enum {enum.name} {{ {' '.join(values)} }}")
        for made in graph.inputs.values():
            if graph.leaves.get(made.name):
                lines += _block(f"input {made.name}", [arg.sdl for arg in made.fields])
        return lines + [f"scalar {s}" for s in ("Stamp", "Blob") if graph.leaves.get(s)]

    def _exists(self, owner: ObjectType, spec: FieldSpec) -> bool:
        if spec.inaccessible:
            return False
        return spec.origin == "J0" or any(owner.defines(name, spec) for name in owner.presence)

    def _abstract(self, found: Abstract) -> list[str]:
        if not found.interface:
            return [f"union {found.name} = {' | '.join(self._graph.members(found))}"]
        shown = {n for s in found.known for n in self._graph.interface_fields(found, s)} | set(found.lent)
        head = f"interface {found.name}{_implements(found.parents)}"
        return _block(head, [self._field(spec) for name, spec in found.fields.items() if name in shown])

    def _field(self, spec: FieldSpec) -> str:
        return _field(spec, spec.type.replace("!", "") if self._nullable else spec.type)


assert named("[[E0!]]") == "E0"
