"""Subgraphs in memory: graphql-core schemas over one invented world, so that a monolith over the same world is the oracle.

A world is root values and entities. A value that is callable is called with its owner and the field's arguments. An owner
in a subgraph is the entity with the representation's fields laid over it, so a `@requires` field computes from what the
gateway really sent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import (
    REMOVE,
    DirectiveNode,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Visitor,
    build_ast_schema,
    execute_sync,
    is_abstract_type,
    parse,
    print_ast,
    validate,
    visit,
)

from gateway.execution.compile import compile_plan
from gateway.execution.execute import execute
from gateway.execution.result import ExecutionResult
from gateway.planning.planner import plan_operation
from gateway.subgraphs.failure import FetchFailure
from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph, operation

Obj = dict[str, Any]


@dataclass
class World:
    """`roots` of Query and Mutation, `entities` by type name."""

    roots: Obj
    entities: dict[str, list[Obj]] = field(default_factory=dict[str, list[Obj]])

    def find(self, representation: Mapping[str, Any]) -> Obj | None:
        """The entity that a representation means; by the fields that both have and that are plain."""
        name = representation["__typename"]
        candidates = self.entities.get(name, [])
        for candidate in candidates:
            keys = [k for k in candidate.get("__keys__", ("id",)) if k in representation]
            if keys and all(_same(representation[k], candidate[k]) for k in keys):
                handed = {k: v for k, v in representation.items() if k not in (*keys, "__typename")}
                return {**candidate, **handed}
        return None


def _same(given: Any, known: Any) -> bool:
    if isinstance(given, dict) and isinstance(known, dict):
        return all(_same(value, known.get(key)) for key, value in given.items() if key != "__typename")
    return given == known


@dataclass
class Federation:
    """A graph, its world, and a fetcher that executes subgraph documents strictly (they are validated)."""

    sdl: dict[str, str]
    world: World
    supergraph: Supergraph = field(init=False)
    schemas: dict[str, GraphQLSchema] = field(init=False)
    requests: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    answers: dict[str, Callable[[Any, Any], Any]] = field(default_factory=dict[str, Callable[[Any, Any], Any]])
    """By subgraph: makes another answer of the request and the honest answer (bytes, a failure, or JSON)."""

    def __post_init__(self) -> None:
        self.supergraph = graph(**self.sdl)
        self.schemas = {name: subgraph_schema(sdl, self.world) for name, sdl in self.sdl.items()}

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
        request = orjson.loads(body)
        self.requests.append((subgraph, request))
        await asyncio.sleep(0)
        document = parse(request["query"])
        problems = validate(self.schemas[subgraph], document)
        assert problems == [], (subgraph, request["query"], problems)
        result = execute_sync(
            self.schemas[subgraph],
            document,
            root_value=self.world.roots,
            variable_values=request.get("variables"),
            field_resolver=resolve,
            type_resolver=_type_in_subgraph,
        )
        answer: Any = result.formatted
        if subgraph in self.answers:
            answer = self.answers[subgraph](request, json.loads(json.dumps(answer)))
        return answer if isinstance(answer, (bytes, FetchFailure)) else orjson.dumps(answer)

    async def run(self, query: str, variables: Mapping[str, Any] | None = None, **options: Any) -> ExecutionResult:
        """Plan and execute; `requests` holds what was asked afterwards."""
        self.requests.clear()
        made = plan_operation(self.supergraph, operation(self.supergraph.api, query), **options)
        return await execute(compile_plan(made, self.supergraph.api), variables or {}, self)

    def monolith(self, query: str, variables: Mapping[str, Any] | None = None) -> tuple[Any, list[tuple[Any, ...]]]:
        """Data and error paths of the same operation, executed over the whole schema."""
        result = execute_sync(
            self.supergraph.api,
            parse(query),
            root_value=self.world.roots,
            variable_values=dict(variables or {}),
            field_resolver=resolve,
            type_resolver=lambda value, _info, _type: value["__typename"],
        )
        return result.data, sorted(tuple(error.path or ()) for error in result.errors or ())


def entity_parts(request: Any) -> dict[str, list[Any]]:
    """The representations of an entity request, by the response key of their `_entities`."""
    names = {"representations": "_entities"}
    variables: dict[str, Any] = request.get("variables", {})
    return {
        names.get(name, f"_e{name.removeprefix('r')}"): value
        for name, value in variables.items()
        if isinstance(value, list) and all(isinstance(item, dict) and "__typename" in item for item in value)
    }


def _type_in_subgraph(value: Any, info: Any, abstract: Any) -> str:
    """The runtime type; in a subgraph that has an interface object instead, that object."""
    members = [member.name for member in info.schema.get_possible_types(abstract)]
    return value["__typename"] if value["__typename"] in members else members[0]


def resolve(owner: Any, info: Any, **arguments: Any) -> Any:
    value = owner.get(info.field_name)
    if callable(value):
        value = value(owner, **arguments)
    if isinstance(value, Exception):
        raise value
    return value


def subgraph_schema(sdl: str, world: World) -> GraphQLSchema:
    """The executable schema of a subgraph: its SDL, `_entities` included when it has any."""
    document = visit(parse(sdl), _NoDirectives())
    base = build_ast_schema(document, assume_valid=True)
    entities = [
        node.name.value  # type: ignore[attr-defined]
        for node in parse(sdl).definitions
        if any(directive.name.value == "key" for directive in node.directives or ())  # type: ignore[attr-defined]
        and isinstance(base.type_map[node.name.value], GraphQLObjectType)  # type: ignore[attr-defined]
    ]
    text = print_ast(document)
    if entities:
        query = "extend type Query" if base.query_type else "type Query"
        text += f"""
            scalar _Any
            union _Entity = {" | ".join(entities)}
            {query} {{ _entities(representations: [_Any!]!): [_Entity]! }}
        """
    schema = build_ast_schema(parse(text), assume_valid=True)
    assert schema.query_type is not None
    if entities:
        union = schema.type_map["_Entity"]
        assert isinstance(union, GraphQLUnionType)
        schema.query_type.fields["_entities"].resolve = lambda _root, _info, representations: [
            world.find(representation) for representation in representations
        ]
    assert all(is_abstract_type(t) for t in schema.type_map.values() if isinstance(t, GraphQLUnionType))
    return schema


class _NoDirectives(Visitor):
    def enter_directive(self, _node: DirectiveNode, *_: Any) -> Any:
        return REMOVE
