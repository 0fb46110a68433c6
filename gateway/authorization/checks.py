"""Compares the names of a grants file with a supergraph: registers, types, fields, inputs, homes; and looks where its functions lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphql import GraphQLInputObjectType

from gateway.authorization.calls import check_calls
from gateway.authorization.language.model import GrantsFile, InputType, TypeName, Word
from gateway.authorization.language.problems import Problem, meant
from gateway.authorization.mutations import check_mutations
from gateway.supergraph.model import Supergraph, SupergraphType, TypeKind

__all__ = ["check_against", "owners_of"]


def check_against(file: GrantsFile, supergraph: Supergraph, base: GrantsFile | None = None) -> list[Problem]:
    """Every name of the file that the supergraph does not know, with what was probably meant, and functions without an end.

    `base` is what the file extends, checked already.
    """
    return [
        *_homes(file, supergraph),
        *(problem for grant in file.grants for problem in _fields(supergraph, grant.type, grant.fields)),
        *(problem for never in file.never for problem in _fields(supergraph, never.type, never.fields)),
        *_anchors(file),
        *(problem for entry in file.inputs.types.values() for problem in _input(file, supergraph, entry)),
        *_transparent(file, supergraph),
        *check_mutations(file, supergraph),
        *check_calls(file.functions, supergraph.schema, len(base.functions) if base is not None else 0),
    ]


def owners_of(supergraph: Supergraph, homes: Mapping[str, str], type_name: str, name: str) -> tuple[str, ...]:
    """The registers whose grants decide on a field: its home when that knows it, else all that resolve it."""
    type_ = supergraph.types.get(type_name)
    field = type_.fields.get(name) if type_ else None
    if field is None:
        return ()
    resolving = tuple(join.subgraph for join in field.joins.values() if not join.external)
    home = homes.get(type_name)
    return (home,) if home in resolving else resolving


def _homes(file: GrantsFile, supergraph: Supergraph) -> Iterator[Problem]:
    for name, word in file.homes.items():
        type_ = supergraph.types.get(name)
        if type_ is None:
            yield Problem(word.position, f"there is no type '{name}' in the graph{meant(name, supergraph.types)}")
        elif word.text not in type_.joins:
            yield Problem(word.position, f"'{word.text}' does not have {name}; it is in {', '.join(type_.joins)}")


def _fields(supergraph: Supergraph, type_name: TypeName, fields: Iterable[Word]) -> Iterator[Problem]:
    type_ = supergraph.types.get(type_name.name)
    if type_name.register not in supergraph.subgraphs:
        hint = meant(type_name.register, supergraph.subgraphs)
        yield Problem(type_name.position, f"there is no register '{type_name.register}'{hint}")
    elif type_ is None or type_name.register not in type_.joins:
        known = [name for name, known_type in supergraph.types.items() if type_name.register in known_type.joins]
        hint = meant(type_name.name, known)
        yield Problem(type_name.position, f"{type_name.register} has no type '{type_name.name}'{hint}")
    else:
        known = _known_fields(type_, type_name.register)
        for word in fields:
            if word.text not in known:
                yield Problem(word.position, f"{type_name} has no field '{word.text}'{meant(word.text, known)}")


def _known_fields(type_: SupergraphType, register: str) -> list[str]:
    return [
        name for name, field in type_.fields.items() if register in field.joins and not field.joins[register].external
    ]


def _anchors(file: GrantsFile) -> Iterator[Problem]:
    for grant in file.grants:
        listed = {word.text for word in grant.fields}
        for word in grant.anchor.fields if grant.anchor else ():
            if word.text not in listed:
                yield Problem(word.position, f"an anchor is a field of its grant; '{word.text}' is not among them")


def _input(file: GrantsFile, supergraph: Supergraph, entry: InputType) -> Iterator[Problem]:
    type_ = supergraph.types.get(entry.name)
    if type_ is None or type_.kind is not TypeKind.INPUT:
        inputs = [name for name, known in supergraph.types.items() if known.kind is TypeKind.INPUT]
        yield Problem(entry.position, f"there is no input type '{entry.name}'{meant(entry.name, inputs)}")
        return
    wrong = list(_fields(supergraph, entry.reads, ()))
    if wrong:
        yield from wrong
        return
    reads = supergraph.types.get(entry.reads.name)
    known = set(reads.fields) if reads else set[str]()
    named = {*entry.combinators, *entry.claims, *entry.ignored, *entry.overrides}
    definition = supergraph.schema.type_map.get(entry.name)
    fields = set(definition.fields) if isinstance(definition, GraphQLInputObjectType) else set[str]()
    for name in sorted(named - fields):
        yield Problem(entry.position, f"{entry.name} has no field '{name}'{meant(name, fields)}")
    for name in sorted(fields - named - known):
        yield Problem(
            entry.position,
            f"{entry.name}.{name} reads no field of {entry.reads} by name; say what it reads under `fields`, or under "
            "`combinators`, `claims` or `ignored`",
        )
    for coordinates in entry.overrides.values():
        for coordinate in coordinates:
            owner, _, name = coordinate.partition(".")
            if owner not in supergraph.types or name not in supergraph.types[owner].fields:
                yield Problem(entry.position, f"there is no field '{coordinate}' in the graph")
    identifiers = {name for role in file.roles.values() for name in role.identifiers}
    for claim in sorted(set(entry.claims.values()) - identifiers):
        yield Problem(entry.position, f"'{claim}' is no identifier of any role{meant(claim, identifiers)}")


def _transparent(file: GrantsFile, supergraph: Supergraph) -> Iterator[Problem]:
    """A transparent type lets its fields pass unseen, so it may have no field that the file does not name."""
    for name, fields in file.inputs.transparent.items():
        definition = supergraph.schema.type_map.get(name)
        if not isinstance(definition, GraphQLInputObjectType):
            continue
        for unknown in sorted(set(definition.fields) - fields):
            entry = file.inputs.types.get(name)
            place = entry.position if entry else next(iter(file.roles.values())).position
            yield Problem(place, f"{name}.{unknown} is not among the transparent fields of this input type")
