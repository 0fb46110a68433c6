"""An invented graph made to run: composed, served by subgraphs in this process, and beside it the monolith.

Subgraphs are strict. A document that does not validate, a field that the subgraph does not own, a representation without a
whole key or without what is required: each is noted as a violation, whatever the answer then looks like.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.execution.compile import compile_plan
from gateway.execution.execute import execute
from gateway.introspection import Introspection
from gateway.language.documents import Limits, coerce_variables, parse_operation
from gateway.language.operation import Operation
from gateway.planning.nodes import Plan
from gateway.planning.planner import plan_operation
from gateway.subgraphs.failure import FetchFailure
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from tests.properties.federation.graph import Graph, top_names
from tests.properties.federation.world import Ref, World, WrongError, parsed_type
from tests.properties.federation.writing import executable_sdl, monolith_sdl, subgraph_sdl

__all__ = ["Answer", "Federation", "NotComposedError"]

LIMITS = Limits(max_tokens=100_000, max_depth=200, max_fields=100_000, max_aliases=100_000, max_root_fields=1_000)
Path = tuple[str | int, ...]


class NotComposedError(AssertionError):
    """The composer refused what composes by construction."""


@dataclass(frozen=True)
class Answer:
    """`data` as it was answered, order included, and the path of every error."""

    data: Any
    errors: tuple[Path, ...]


class Federation:
    def __init__(self, graph: Graph, runner: asyncio.Runner) -> None:
        self.graph = graph
        self.world = World(graph)
        self._runner = runner
        self.sdl = {s.name: subgraph_sdl(graph, s.name) for s in graph.subgraphs}
        self.sdl = {name: text for name, text in self.sdl.items() if text}
        composed = compose([SubgraphInput(name, "", text) for name, text in self.sdl.items()])
        if composed.supergraph_sdl is None:
            raise NotComposedError("\n".join(map(str, composed.errors)))
        self.supergraph: Supergraph = read_supergraph(composed.supergraph_sdl)
        self._introspection = Introspection(self.supergraph.api)
        self._subgraphs = {name: _Subgraph(self.world, name) for name in self.sdl}
        self.api = build_schema(monolith_sdl(graph), assume_valid=True)
        self.violations: list[str] = []

    # -- the gateway -------------------------------------------------------------------------------------------------

    def operation(self, query: str) -> Operation:
        return parse_operation(self.supergraph.api, query, None, LIMITS)

    def plan(self, operation: Operation) -> Plan:
        return plan_operation(self.supergraph, operation, labels=self.graph.labels)

    def gateway(self, plan: Plan, variables: Mapping[str, Any]) -> Answer:
        """Answer by the gateway: variables, plan, fetches, answer."""
        coerced = coerce_variables(self.supergraph.api, plan.operation, variables)
        roots = self._introspection.answer(plan.operation, coerced, None)
        compiled = compile_plan(plan, self.supergraph.api)
        result = self._runner.run(execute(compiled, coerced, self, roots=roots))
        return Answer(result.data, tuple(issue.path or () for issue in result.errors))

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
        await asyncio.sleep(0)
        answer = self._subgraphs[subgraph].answer(orjson.loads(body))
        self.violations += self._subgraphs[subgraph].violations
        return orjson.dumps(answer)

    # -- the monolith ------------------------------------------------------------------------------------------------

    def monolith(self, query: str, variables: Mapping[str, Any]) -> Answer:
        """Answer by graphql-core over the whole schema."""
        result = self._executed(self.api, query, variables, _Whole(self.world, None))
        return Answer(result.data, tuple(tuple(error.path or ()) for error in result.errors or ()))

    def trouble(self, query: str, variables: Mapping[str, Any]) -> set[Path]:
        """Every place where a resolver fails or has no value for a non-null type, those included that another one hides."""
        found: set[Path] = set()
        self._executed(self._nullable, query, variables, _Whole(self.world, found))
        return found

    @cached_property
    def _nullable(self) -> GraphQLSchema:
        return build_schema(monolith_sdl(self.graph, nullable=True), assume_valid=True)

    def _executed(self, schema: GraphQLSchema, query: str, variables: Mapping[str, Any], context: _Whole) -> Any:
        return execute_sync(
            schema,
            parse(query),
            variable_values=dict(variables),
            context_value=context,
            field_resolver=_resolve_whole,
            type_resolver=lambda value, _info, _type: value.type,
        )


@dataclass
class _Whole:
    world: World
    trouble: set[Path] | None


def _resolve_whole(owner: Ref | None, info: Any, /, **args: Any) -> Any:
    context: _Whole = info.context
    owner = owner or Ref(info.parent_type.name, 0)
    if info.parent_type.name == "Mutation" and context.trouble is None:
        context.world.mutations.append(info.field_name)
    value = context.world.value(owner, info.field_name, args)
    if context.trouble is not None:
        spec = context.world.graph.fields_of(owner.type)[info.field_name]
        _note(value, parsed_type(spec.type), tuple(info.path.as_list()), context.trouble)
    return value


def _note(value: Any, shape: tuple[str, ...], path: Path, trouble: set[Path]) -> None:
    required = shape[:1] == ("!",)
    if isinstance(value, WrongError) or (value is None and required):
        trouble.add(path)
    if isinstance(value, list):
        rest = shape[required + 1 :]
        for index, item in enumerate(value):
            _note(item, rest, (*path, index), trouble)


# -- subgraphs -----------------------------------------------------------------------------------------------------------


class _Subgraph:
    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.name = name
        self.violations: list[str] = []
        self._documents: dict[str, DocumentNode] = {}

    @cached_property
    def _schema(self) -> GraphQLSchema:
        schema = build_schema(executable_sdl(self.world.graph, self.name), assume_valid=True)
        if isinstance(schema.type_map.get("_Entity"), GraphQLUnionType) and schema.query_type is not None:
            schema.query_type.fields["_entities"].resolve = self._entities
        return schema

    def answer(self, request: Any) -> Any:
        self.violations = []
        text: str = request["query"]
        document = self._documents.get(text)
        if document is None:
            document = self._documents[text] = parse(text)
            self.violations += [f"{self.name}: {text}: {e.message}" for e in validate(self._schema, document)]
        result = execute_sync(
            self._schema,
            document,
            variable_values=request.get("variables"),
            context_value=self,
            field_resolver=_resolve,
            type_resolver=self._type,
        )
        if any("Variable '" in error.message for error in result.errors or ()):
            self.violations.append(f"{self.name}: {text}: {request.get('variables')}: {result.errors}")
        return result.formatted

    def _entities(self, _root: Any, _info: Any, representations: list[Any]) -> list[Ref | None]:
        return [self._entity(representation) for representation in representations]

    def _entity(self, representation: Any) -> Ref | None:
        found = self.world.find(self.name, representation)
        if found is None:
            self.violations.append(f"{self.name}: no entity is meant by {representation}")
        return found

    def _type(self, value: Ref, info: Any, abstract: Any) -> str:
        """The type of an object here: its interface, where that is an object."""
        members = [member.name for member in info.schema.get_possible_types(abstract)]
        if value.type in members:
            return value.type
        return next(m for m in members if m in self.world.graph.abstracts)


def _resolve(owner: Ref | None, info: Any, /, **args: Any) -> Any:
    here: _Subgraph = info.context
    name = info.field_name
    owner = owner or Ref(info.parent_type.name, 0)
    graph = here.world.graph
    spec = graph.fields_of(owner.type)[name]
    if info.parent_type.name == "Mutation":
        here.world.mutations.append(name)
    problem = _ownership(here, owner, name)
    if problem:
        here.violations.append(f"{here.name}: {owner.type}.{name}: {problem}")
    required = None
    if spec.requires and not _provided(spec.requires, owner):
        given = owner.given or {}
        try:
            required = here.world.trimmed(spec.requires, given)
        except KeyError as lacking:
            here.violations.append(f"{here.name}: {owner.type}.{name} is asked without {lacking}: {given}")
            required = {}
    value = here.world.value(owner, name, args, required)
    provided = spec.provides.get(here.name)
    return _providing(value, frozenset(provided.split())) if provided else value


def _provided(requires: str, owner: Ref) -> bool:
    """Whether the subgraph knows what is required here by itself, as it says of the field that led here."""
    return owner.provided.issuperset(top_names(requires))


def _ownership(here: _Subgraph, owner: Ref, name: str) -> str:
    """Why the subgraph may not be asked for the field, if so."""
    graph = here.world.graph
    spec = graph.fields_of(owner.type)[name]
    off = bool(spec.label) and spec.label not in graph.labels
    if owner.type in graph.roots or spec.origin == "J0" or (here.name == "o" and spec.key):
        return ""
    if here.name in spec.external:
        return "" if name in owner.provided else "external, and not provided here"
    if spec.overridden and here.name in (spec.overridden, *spec.owners):
        active = spec.overridden if off else spec.owners[0]
        return "" if here.name == active else f"overridden, {active} has it"
    return "" if graph.objects[owner.type].defines(here.name, spec) else "not here"


def _providing(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_providing(item, names) for item in value]
    return Ref(value.type, value.id, value.given, names) if isinstance(value, Ref) else value
