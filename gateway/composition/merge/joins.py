"""The join directives of an element, printed: what the graph remembers of each subgraph.

Arguments stand in the order of the specification and are left out where they say nothing, so equal graphs print alike.
Source: https://specs.apollo.dev/join/v0.3
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from graphql import ConstDirectiveNode, DirectiveNode

from gateway.composition.connectors import DIRECTIVES, is_connect
from gateway.composition.fieldsets import canonical
from gateway.composition.merge.context import Context
from gateway.composition.merge.values import value_text
from gateway.composition.model import ROOTS, Applied, TypeDef

__all__ = ["carried", "carried_links", "field_joins", "join", "quoted", "type_joins"]


def quoted(text: str) -> str:
    """A GraphQL string literal."""
    return json.dumps(text, ensure_ascii=False)


def join(directive: str, **arguments: str | bool | None) -> str:
    """`@join__directive(graph: A, key: "id")`: strings must be printed already, false and None are left out."""
    listed = [f"{name}: {'true' if value is True else value}" for name, value in arguments.items() if value]
    return f"@join__{directive}" + (f"({', '.join(listed)})" if listed else "")


def type_joins(context: Context, name: str) -> tuple[str, ...]:
    """`@join__implements`, `@join__type` and `@join__unionMember` of a type, subgraph by subgraph."""
    definitions = context.defining(name)
    implements = [
        join("implements", graph=context.graphs[subgraph], interface=quoted(interface))
        for subgraph, found in definitions.items()
        for interface in found.interfaces
    ]
    types = [text for subgraph, found in definitions.items() for text in _type_join(context.graphs[subgraph], found)]
    if name == ROOTS[0]:
        # Every subgraph has a query root: that is where its entities are asked for.
        types = [
            text
            for s in context.subgraphs
            for text in (
                _type_join(context.graphs[s.name], definitions[s.name])
                if s.name in definitions
                else [join("type", graph=context.graphs[s.name])]
            )
        ]
    members = [
        join("unionMember", graph=context.graphs[subgraph], member=quoted(member))
        for subgraph, found in definitions.items()
        for member in found.members
    ]
    return (*implements, *types, *members)


def _type_join(graph: str, found: TypeDef) -> list[str]:
    """One for each key; it says whether the key stands on an extension."""
    keys = [applied for applied in found.all("key") if isinstance(applied.values.get("fields"), str)]
    is_object = found.has("interfaceObject")
    if not keys:
        return [join("type", graph=graph, isInterfaceObject=is_object)]
    return list(
        dict.fromkeys(
            join(
                "type",
                graph=graph,
                key=quoted(canonical(applied.values["fields"])),
                extension=applied.extending or found.has("extends"),
                resolvable="false" if applied.values.get("resolvable") is False else None,
                isInterfaceObject=is_object,
            )
            for applied in keys
        )
    )


def field_joins(context: Context, types: Mapping[str, str], knowing: int) -> tuple[str, ...]:
    """`@join__field` of an input field: only needed where its types differ, or not all of the `knowing` subgraphs have it."""
    same = len(set(types.values())) == 1
    if same and len(types) == knowing:
        return ()
    return tuple(
        join("field", graph=context.graphs[s], type=None if same else quoted(text)) for s, text in types.items()
    )


def carried(context: Context, given: Mapping[str, Sequence[Applied]]) -> tuple[str, ...]:
    """`@join__directive` for what the graph only passes on, with the subgraphs that say it: `@cacheTag`, and connectors under
    their names in the subgraph.
    """
    graphs: dict[tuple[str, str], list[str]] = {}
    for subgraph, applied in given.items():
        for one in applied:
            if one.federation and (one.name == "cacheTag" or one.name in DIRECTIVES):
                name = "federation__cacheTag" if one.name == "cacheTag" else one.node.name.value
                graphs.setdefault((name, _arguments(one.node)), []).append(context.graphs[subgraph])
    return tuple(_carrier(name, args, names) for (name, args), names in graphs.items())


def carried_links(context: Context) -> tuple[str, ...]:
    """`@join__directive` for the links to the connect specification, by which a router knows the names of its directives."""
    graphs: dict[str, list[str]] = {}
    for subgraph in context.subgraphs:
        for feature in subgraph.features:
            if is_connect(feature) and feature.node is not None:
                graphs.setdefault(_arguments(feature.node), []).append(context.graphs[subgraph.name])
    return tuple(_carrier("link", args, names) for args, names in graphs.items())


def _carrier(name: str, args: str, graphs: Sequence[str]) -> str:
    return join("directive", graphs=f"[{', '.join(dict.fromkeys(graphs))}]", name=quoted(name), args=args)


def _arguments(node: ConstDirectiveNode | DirectiveNode) -> str:
    return "{" + ", ".join(f"{a.name.value}: {value_text(a.value)}" for a in node.arguments or ()) + "}"
