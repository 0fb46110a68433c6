"""Compares what a grants file says of mutations, and of the rights to them, with the supergraph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInputObjectType, get_named_type

from gateway.authorization.language.model import GrantsFile, Mutation
from gateway.authorization.language.mutations import READ
from gateway.authorization.language.problems import Problem, meant
from gateway.supergraph.model import Supergraph

__all__ = ["check_mutations"]


def check_mutations(file: GrantsFile, supergraph: Supergraph) -> Iterator[Problem]:
    """What is wrong with the section `mutations`, and with grants for actions that no mutation does."""
    for mutation in file.mutations.values():
        yield from _mutation(file, supergraph, mutation)
    done = {(mutation.action, str(mutation.type)) for mutation in file.mutations.values()}
    for grant in file.grants:
        if grant.action != READ and (grant.action, str(grant.type)) not in done:
            message = f"no mutation of the section `mutations` does this ({grant.action} of {grant.type})"
            yield Problem(grant.position, message)


def _mutation(file: GrantsFile, supergraph: Supergraph, mutation: Mutation) -> Iterator[Problem]:
    fields: Any = getattr(supergraph.schema.mutation_type, "fields", {})
    field = fields.get(mutation.name)
    if field is None:
        yield Problem(
            mutation.position, f"there is no mutation '{mutation.name}' in the graph{meant(mutation.name, fields)}"
        )
        return
    for named in filter(None, (mutation.type, mutation.stored)):
        type_ = supergraph.types.get(named.name)
        if type_ is None or named.register not in type_.joins:
            yield Problem(named.position, f"{named.register} has no type '{named.name}'")
        elif named.register != mutation.type.register:
            yield Problem(named.position, f"a mutation stays within one register; this row is kept by {named.register}")
    root = supergraph.types[supergraph.schema.mutation_type.name]  # type: ignore[union-attr] - it has the field
    if mutation.type.register not in root.fields[mutation.name].joins:
        owners = ", ".join(root.fields[mutation.name].joins)
        yield Problem(mutation.position, f"{mutation.name} is a mutation of {owners}, not of {mutation.type.register}")
    for name in sorted(mutation.keys - field.args.keys()):
        yield Problem(mutation.position, f"{mutation.name} has no argument '{name}'{meant(name, field.args)}")
    if mutation.input:
        yield from _input(file, mutation, field.args)


def _input(file: GrantsFile, mutation: Mutation, arguments: Any) -> Iterator[Problem]:
    argument = arguments.get(mutation.input)
    if argument is None:
        hint = meant(mutation.input, arguments)
        yield Problem(mutation.position, f"{mutation.name} has no argument '{mutation.input}'{hint}")
        return
    named = get_named_type(argument.type)
    if not isinstance(named, GraphQLInputObjectType):
        yield Problem(mutation.position, f"{mutation.name}({mutation.input}:) is no input object")
    elif named.name not in file.inputs.types:
        yield Problem(mutation.position, f"say under `inputs` which fields those of {named.name} stand for")
