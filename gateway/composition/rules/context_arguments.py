"""`@fromContext`: where such an argument may stand, and that its context is set and its selection is one value for it.

Arguments from context are taken out of the graph, so nothing else may rely on them: neither an interface nor a default. The
field is fetched through a key, after the value is known. Source: https://specs.apollo.dev/federation/v2.8#@fromContext
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from graphql import GraphQLSyntaxError

from gateway.composition.contextvalues import context_value
from gateway.composition.facts import Facts
from gateway.composition.fieldsets import field_set
from gateway.composition.issues import Issue, error
from gateway.composition.model import Applied, FieldDef, InputDef, SubgraphSchema, TypeDef
from gateway.composition.rules.context_selections import selection_problem
from gateway.supergraph.model import TypeKind

__all__ = ["check"]


def check(facts: Facts) -> Iterator[Issue]:
    subgraph = facts.subgraph
    yield from _on_definitions(subgraph)
    setters: dict[str, list[TypeDef]] = {}
    for found in subgraph.types.values():
        for applied in found.all("context"):
            setters.setdefault(str(applied.values.get("name")), []).append(found)
    for found in subgraph.types.values():
        for field in found.fields.values():
            for argument in field.arguments.values():
                if (applied := argument.first("fromContext")) is not None:
                    where = f"{found.name}.{field.name}({argument.name}:)"
                    yield from _misplaced(subgraph, found, field, argument, where)
                    if found.kind is TypeKind.INTERFACE:
                        continue
                    yield from _unreadable(subgraph, setters, argument, applied, where)
                    if not _is_entity(found):
                        message = f"{found.name} has an argument from context and needs a resolvable @key."
                        yield error("CONTEXT_NO_RESOLVABLE_KEY", message, subgraph.name, argument.node)


def _on_definitions(subgraph: SubgraphSchema) -> Iterator[Issue]:
    called = {name for name, directive in subgraph.names.items() if directive == "fromContext"}
    for node in subgraph.directives.values():
        for argument in node.arguments or ():
            if called & {applied.name.value for applied in argument.directives or ()}:
                message = f"@{node.name.value}({argument.name.value}:) is of a directive and cannot come from context."
                yield error("CONTEXT_NOT_SET", message, subgraph.name, argument)


def _misplaced(
    subgraph: SubgraphSchema, found: TypeDef, field: FieldDef, argument: InputDef, where: str
) -> Iterator[Issue]:
    def problem(reason: str) -> Issue:
        return error("CONTEXT_NOT_SET", f"{where} cannot come from context: {reason}.", subgraph.name, argument.node)

    if found.kind is TypeKind.INTERFACE:
        yield problem(f"{found.name} is an interface")
    for name in found.interfaces:
        declared = subgraph.types.get(name)
        if declared is not None and field.name in declared.fields:
            yield problem(f"the interface {name} has the field too")
    if argument.default is not None:
        yield problem("it has a default")


def _unreadable(
    subgraph: SubgraphSchema,
    setters: Mapping[str, Sequence[TypeDef]],
    argument: InputDef,
    applied: Applied,
    where: str,
) -> Iterator[Issue]:
    name, node = subgraph.name, argument.node
    value = context_value(applied.values.get("field"))
    if value is None:
        yield error("NO_CONTEXT_IN_SELECTION", f"The selection of {where} names no context.", name, node)
        return
    context, text = value
    if context not in setters:
        yield error("CONTEXT_NOT_SET", f"No type sets the context {context} of {where}.", name, node)
        return
    try:
        reason = selection_problem(subgraph, field_set(text), setters[context], argument.type)
    except GraphQLSyntaxError as problem:
        reason = problem.message
    if reason is not None:
        message = f"The selection of {where} is not possible: {reason.removesuffix('.')}."
        yield error("CONTEXT_INVALID_SELECTION", message, name, node)


def _is_entity(found: TypeDef) -> bool:
    return any(key.values.get("resolvable") is not False for key in found.all("key"))
