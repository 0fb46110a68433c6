"""Merging: types of one name from several subgraphs become one, each part with what its subgraph said of it.

Output types and enums of answers are unions of what the subgraphs know, inputs and arguments intersections; where two
subgraphs contradict each other the merge reports a coded error and goes on, so that one run shows all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graphql import (
    FieldDefinitionNode,
    InputValueDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    TypeNode,
    print_ast,
)

from gateway.composition.model import CompositionError
from gateway.composition.subgraph import Arguments, FieldNodes, SubgraphSchema, TypePart
from gateway.supergraph.model import TypeKind

__all__ = ["FieldPart", "MergedArgument", "MergedField", "MergedType", "merge_types"]


@dataclass(frozen=True, slots=True)
class FieldPart:
    """A field in one subgraph: its own type text (only where it differs), and what the federation directives say."""

    subgraph: SubgraphSchema
    type_text: str
    external: bool = False
    requires: str | None = None
    provides: str | None = None
    override: str | None = None
    override_label: str | None = None
    used_overridden: bool = False
    shareable: bool = False


@dataclass(frozen=True, slots=True)
class MergedArgument:
    name: str
    type_text: str
    default: str | None
    description: str | None
    directives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergedField:
    name: str
    type_text: str
    description: str | None
    arguments: tuple[MergedArgument, ...]
    parts: tuple[FieldPart, ...]
    default: str | None = None
    directives: tuple[str, ...] = ()
    """Printed applications that go to the supergraph (`@deprecated(...)`, `@inaccessible`, `@tag(...)`)."""


@dataclass(slots=True)
class MergedType:
    name: str
    kind: TypeKind
    description: str | None
    parts: list[tuple[SubgraphSchema, TypePart]]
    fields: list[MergedField] = field(default_factory=list[MergedField])
    values: list[str] = field(default_factory=list[str])
    members: list[str] = field(default_factory=list[str])


def merge_types(subgraphs: Sequence[SubgraphSchema]) -> tuple[list[MergedType], list[CompositionError]]:
    """Merge all types; returns them by name, and every contradiction found."""
    return _Merger(subgraphs).run()


class _Merger:
    def __init__(self, subgraphs: Sequence[SubgraphSchema]) -> None:
        self._subgraphs = subgraphs
        self.errors: list[CompositionError] = []
        self._inputs, self._outputs = _enum_uses(subgraphs)

    def run(self) -> tuple[list[MergedType], list[CompositionError]]:
        names = sorted({name for subgraph in self._subgraphs for name in subgraph.types})
        if "Query" not in names:
            self._fail("NO_QUERIES", "No queries found in any subgraph: a supergraph must have a query root type.", ())
        return [merged for name in names if (merged := self._type(name)) is not None], self.errors

    def _fail(self, code: str, message: str, subgraphs: Iterable[SubgraphSchema]) -> None:
        self.errors.append(CompositionError(code, message, tuple(s.name for s in subgraphs)))

    def _type(self, name: str) -> MergedType | None:
        parts = [(s, s.types[name]) for s in self._subgraphs if name in s.types]
        kinds = {part.kind for _, part in parts}
        if len(kinds) > 1:
            said = ", ".join(f"{part.kind.value} in {s.name}" for s, part in parts)
            self._fail("TYPE_KIND_MISMATCH", f'Type "{name}" has mismatched kind: {said}', [s for s, _ in parts])
            return None
        merged = MergedType(name, kinds.pop(), _first(part.description for _, part in parts), parts)
        if all(part.extension and not part.has("key") for _, part in parts) and name not in _ROOT_TYPES:
            message = (
                f'Type "{name}" is an extension type, but there is no type definition for "{name}" in any subgraph.'
            )
            self._fail("EXTENSION_WITH_NO_BASE", message, [s for s, _ in parts])
        if merged.kind is TypeKind.INPUT:
            self._input_fields(merged)
        elif merged.kind is TypeKind.ENUM:
            self._values(merged)
        elif merged.kind is TypeKind.UNION:
            merged.members = sorted({member for _, part in parts for member in part.members})
        elif merged.kind in {TypeKind.OBJECT, TypeKind.INTERFACE}:
            self._output_fields(merged)
        return merged

    # --- output types ---

    def _output_fields(self, merged: MergedType) -> None:
        for name in dict.fromkeys(name for _, part in merged.parts for name in part.fields):
            nodes = [(s, part, part.fields[name]) for s, part in merged.parts if name in part.fields]
            parts = _overridden([_field_part(s, part, node) for s, part, node in nodes])
            here = f"{merged.name}.{name}"
            type_text = self._output_type(
                here, [(part.subgraph, node.type) for part, (_, _, node) in zip(parts, nodes, strict=True)]
            )
            if merged.kind is TypeKind.OBJECT:
                self._sharing(merged, name, parts)
            arguments = self._arguments(
                here, [(s, node) for s, _, node in nodes if isinstance(node, FieldDefinitionNode)]
            )
            description = _first(node.description.value if node.description else None for _, _, node in nodes)
            directives = _kept([s.field_directives(node) for s, _, node in nodes])
            merged.fields.append(MergedField(name, type_text, description, arguments, tuple(parts), None, directives))

    def _output_type(self, here: str, types: Sequence[tuple[SubgraphSchema, TypeNode]]) -> str:
        texts = {print_ast(node) for _, node in types}
        if len(texts) == 1:
            return texts.pop()
        joined = types[0][1]
        for _, node in types[1:]:
            wider = _wider(joined, node)
            if wider is None:
                said = ", ".join(f'"{print_ast(n)}" in {s.name}' for s, n in types)
                message = f'Type of field "{here}" is incompatible across subgraphs: {said}'
                self._fail("FIELD_TYPE_MISMATCH", message, [s for s, _ in types])
                return print_ast(joined)
            joined = wider
        return print_ast(joined)

    def _sharing(self, merged: MergedType, name: str, parts: Sequence[FieldPart]) -> None:
        resolving = [p for p in parts if not p.external and not p.used_overridden]
        if len(resolving) < 2 or all(p.shareable for p in resolving):
            return
        owners = [p.subgraph for p in resolving]
        message = (
            f'Non-shareable field "{merged.name}.{name}" is resolved from multiple subgraphs: '
            f"{', '.join(s.name for s in owners)}"
        )
        self._fail("INVALID_FIELD_SHARING", message, owners)

    # --- arguments and inputs ---

    def _arguments(
        self, here: str, nodes: Sequence[tuple[SubgraphSchema, FieldDefinitionNode]]
    ) -> tuple[MergedArgument, ...]:
        listed = [(s, {a.name.value: a for a in node.arguments or ()}) for s, node in nodes]
        merged: list[MergedArgument] = []
        for name in dict.fromkeys(name for _, arguments in listed for name in arguments):
            present = [(s, arguments[name]) for s, arguments in listed if name in arguments]
            if len(present) < len(listed):
                if any(_required(node) for _, node in present):
                    message = (
                        f'Argument "{here}({name}:)" is required in some subgraphs but does not appear in all subgraphs'
                    )
                    self._fail("REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH", message, [s for s, _ in listed])
                continue
            merged.append(self._input_value(f"{here}({name}:)", name, present, "FIELD_ARGUMENT"))
        return tuple(merged)

    def _input_fields(self, merged: MergedType) -> None:
        for name in dict.fromkeys(name for _, part in merged.parts for name in part.fields):
            present = [(s, part.fields[name]) for s, part in merged.parts if name in part.fields]
            nodes = [(s, node) for s, node in present if isinstance(node, InputValueDefinitionNode)]
            if len(nodes) < len(merged.parts):
                if any(_required(node) for _, node in nodes):
                    message = (
                        f'Input object field "{merged.name}.{name}" is required in some subgraphs but does not appear in '
                        "all subgraphs"
                    )
                    self._fail("REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH", message, [s for s, _ in merged.parts])
                continue
            value = self._input_value(f"{merged.name}.{name}", name, nodes, "INPUT_FIELD")
            parts = tuple(FieldPart(s, print_ast(node.type)) for s, node in nodes)
            merged.fields.append(
                MergedField(name, value.type_text, value.description, (), parts, value.default, value.directives)
            )
        if not merged.fields:
            message = f'None of the fields of input object type "{merged.name}" are consistently defined in all the subgraphs.'
            self._fail("EMPTY_MERGED_INPUT_TYPE", message, [s for s, _ in merged.parts])

    def _input_value(
        self, here: str, name: str, nodes: Sequence[tuple[SubgraphSchema, InputValueDefinitionNode]], kind: str
    ) -> MergedArgument:
        joined = nodes[0][1].type
        for _, node in nodes[1:]:
            narrower = _narrower(joined, node.type)
            if narrower is None:
                said = ", ".join(f'"{print_ast(n.type)}" in {s.name}' for s, n in nodes)
                code = "FIELD_ARGUMENT_TYPE_MISMATCH" if kind == "FIELD_ARGUMENT" else "FIELD_TYPE_MISMATCH"
                self._fail(code, f'Type of "{here}" is incompatible across subgraphs: {said}', [s for s, _ in nodes])
                break
            joined = narrower
        defaults = {print_ast(n.default_value) if n.default_value else None for _, n in nodes}
        if len(defaults - {None}) > 1:
            message = f'"{here}" has incompatible default values across subgraphs'
            self._fail(f"{kind}_DEFAULT_MISMATCH", message, [s for s, _ in nodes])
        default = next(iter(defaults)) if len(defaults) == 1 else None
        description = _first(node.description.value if node.description else None for _, node in nodes)
        return MergedArgument(
            name, print_ast(joined), default, description, _kept([s.field_directives(node) for s, node in nodes])
        )

    # --- enums ---

    def _values(self, merged: MergedType) -> None:
        sets = [set(part.values) for _, part in merged.parts]
        if merged.name in self._inputs and merged.name in self._outputs and any(s != sets[0] for s in sets):
            message = (
                f'Enum type "{merged.name}" is used as both input type and output type, but differs between subgraphs'
            )
            self._fail("ENUM_VALUE_MISMATCH", message, [s for s, _ in merged.parts])
        wanted = set.intersection(*sets) if merged.name in self._inputs else set.union(*sets)
        if not wanted:
            message = f'None of the values of enum type "{merged.name}" are defined consistently in all the subgraphs.'
            self._fail("EMPTY_MERGED_ENUM_TYPE", message, [s for s, _ in merged.parts])
        merged.values = [v for v in dict.fromkeys(v for _, part in merged.parts for v in part.values) if v in wanted]


_ROOT_TYPES = frozenset({"Query", "Mutation", "Subscription"})


def _field_part(subgraph: SubgraphSchema, part: TypePart, node: FieldNodes) -> FieldPart:
    said = subgraph.field_directives(node)
    override: Arguments = (said.get("override") or [{}])[0]
    keys = {name for key in part.applied("key") for name in str(key.get("fields", "")).replace("{", " ").split()}
    shareable = "shareable" in said or part.has("shareable") or node.name.value in keys or subgraph.version[0] == 1
    return FieldPart(
        subgraph,
        print_ast(node.type),
        "external" in said or part.has("external"),
        _argument(said, "requires"),
        _argument(said, "provides"),
        override.get("from"),
        override.get("label"),
        shareable=shareable,
    )


def _argument(said: Mapping[str, list[Arguments]], directive: str) -> str | None:
    applied = said.get(directive)
    return str(applied[0].get("fields")) if applied else None


def _overridden(parts: Sequence[FieldPart]) -> list[FieldPart]:
    """Mark what another subgraph takes over; a progressive override (with a label) leaves both in place."""
    taken = {part.override for part in parts if part.override and not part.override_label}
    return [
        FieldPart(p.subgraph, p.type_text, p.external, p.requires, p.provides, used_overridden=True)
        if p.subgraph.name in taken
        else p
        for p in parts
    ]


def _wider(a: TypeNode, b: TypeNode) -> TypeNode | None:
    """The output type that holds both: nullable wins."""
    if isinstance(a, NonNullTypeNode) and isinstance(b, NonNullTypeNode):
        inner = _wider(a.type, b.type)
        return _non_null(inner) if inner is not None else None
    a, b = _nullable(a), _nullable(b)
    if isinstance(a, ListTypeNode) and isinstance(b, ListTypeNode):
        inner = _wider(a.type, b.type)
        return ListTypeNode(type=inner) if inner is not None else None
    return a if print_ast(a) == print_ast(b) else None


def _narrower(a: TypeNode, b: TypeNode) -> TypeNode | None:
    """The input type that fits both: non-null wins."""
    non_null = isinstance(a, NonNullTypeNode) or isinstance(b, NonNullTypeNode)
    x, y = _nullable(a), _nullable(b)
    if isinstance(x, ListTypeNode) and isinstance(y, ListTypeNode):
        inner = _narrower(x.type, y.type)
        joined: TypeNode | None = ListTypeNode(type=inner) if inner is not None else None
    else:
        joined = x if isinstance(x, NamedTypeNode) and print_ast(x) == print_ast(y) else None
    return _non_null(joined) if joined is not None and non_null else joined


def _non_null(node: TypeNode) -> TypeNode:
    inner = _nullable(node)
    assert isinstance(inner, NamedTypeNode | ListTypeNode)
    return NonNullTypeNode(type=inner)


def _nullable(node: TypeNode) -> TypeNode:
    return node.type if isinstance(node, NonNullTypeNode) else node


def _required(node: InputValueDefinitionNode) -> bool:
    return isinstance(node.type, NonNullTypeNode) and node.default_value is None


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _kept(said: Sequence[Mapping[str, list[Arguments]]]) -> tuple[str, ...]:
    """Applications that a supergraph repeats: deprecation from the first that has it, tags and inaccessible from any."""
    kept: list[str] = []
    for directives in said:
        for arguments in directives.get("deprecated", ()):
            if not any(text.startswith("@deprecated") for text in kept):
                reason = arguments.get("reason")
                kept.append(f"@deprecated(reason: {quoted(str(reason))})" if reason else "@deprecated")
        if "inaccessible" in directives:
            kept.append("@inaccessible")
        kept += [f"@tag(name: {quoted(str(arguments['name']))})" for arguments in directives.get("tag", ())]
    return tuple(dict.fromkeys(kept))


def quoted(text: str) -> str:
    """A GraphQL string literal."""
    from graphql import StringValueNode

    return print_ast(StringValueNode(value=text))


def _enum_uses(subgraphs: Sequence[SubgraphSchema]) -> tuple[set[str], set[str]]:
    """Names of types used in input position and in output position, in any subgraph."""
    inputs: set[str] = set()
    outputs: set[str] = set()
    for subgraph in subgraphs:
        for part in subgraph.types.values():
            for node in part.fields.values():
                (inputs if part.kind is TypeKind.INPUT else outputs).add(_named(node.type))
                if isinstance(node, FieldDefinitionNode):
                    inputs.update(_named(argument.type) for argument in node.arguments or ())
    return inputs, outputs


def _named(node: TypeNode) -> str:
    while isinstance(node, NonNullTypeNode | ListTypeNode):
        node = node.type
    assert isinstance(node, NamedTypeNode)
    return node.name.value
