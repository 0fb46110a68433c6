"""A plan made ready to run, once: request bodies, path walkers, key extractors and the projection.

What can be known from the plan is computed here, so that a request only walks, copies and sends. The compiled form is
immutable and shared by all requests with that plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson
from graphql import GraphQLSchema

from gateway.execution.contexts import Surroundings, surroundings
from gateway.execution.extract import Extractor, Placer, Walker, extractor, placer, walker
from gateway.execution.homes import NOTHING, Judged, Places, judged_in
from gateway.execution.merging import PlainWrite, TopKey, plain_write
from gateway.execution.narrowing import Narrowing
from gateway.execution.owners import Instances
from gateway.execution.projection import Root, projector
from gateway.execution.result import Found
from gateway.execution.state import Store
from gateway.execution.weights import plan_weight
from gateway.language.operation import Condition as FieldCondition
from gateway.language.operation import Operation, OperationKind
from gateway.planning.instances import EntityTarget, RootTarget
from gateway.planning.nodes import (
    Condition,
    EntityFetch,
    EntityPart,
    Fetch,
    FetchField,
    FetchFragment,
    FetchSelection,
    Parallel,
    Path,
    Plan,
    PlanNode,
    Requirement,
    Subscribe,
    walk_fetches,
)
from gateway.planning.nodes import Sequence as SequenceNode

__all__ = [
    "CompiledPlan",
    "EntityRun",
    "FetchRun",
    "PartRun",
    "Share",
    "Slot",
    "Tree",
    "compile_plan",
    "prefix",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """A response key on the wire, and what it is in the client's answer."""

    key: str
    hidden: bool
    below: Tree


Tree = dict[str, Slot]


@dataclass(frozen=True, slots=True)
class FetchRun:
    subgraph: str
    body: bytes
    """The request up to its variables; whole when there are none."""
    variables: tuple[str, ...]
    keys: tuple[TopKey, ...]
    tree: Tree
    selections: tuple[FetchSelection, ...] | None
    """Only where response keys have to be put back (`alias`)."""
    idempotent: bool
    path: Path
    walk: Walker | None
    instances: tuple[Instances, RootTarget] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """How objects of one type are asked for. `places` and `write` are short ways, where there is one."""

    entity: str
    extract: Extractor
    places: Placer | None
    keys: tuple[TopKey, ...]
    write: PlainWrite | None
    home: bool


class Share:
    """Whether objects that are the same entity may share the values below it, or get copies of their own."""

    ALWAYS = 0
    PER_PATH = 1
    NEVER = 2


@dataclass(frozen=True, slots=True)
class PartRun:
    alias: str
    variable: str
    paths: tuple[Path, ...]
    walkers: tuple[Walker, ...]
    exact: tuple[str, ...]
    asked: Mapping[str, Asked]
    share: int
    tree: Tree
    selections: tuple[FetchSelection, ...] | None
    surroundings: Surroundings | None = None
    conditions: tuple[tuple[str, bool], ...] = ()

    def owners(self, data: Store) -> list[list[Store]]:
        """The objects at each path."""
        return [walk(data) for walk in self.walkers]


@dataclass(frozen=True, slots=True)
class EntityRun:
    subgraph: str
    body: bytes
    variables: tuple[str, ...]
    parts: tuple[PartRun, ...]
    instances: tuple[Instances, EntityTarget] | None = None
    varying: EntityFetch | None = None
    """The fetch itself, where arguments come from objects above: its text hangs on how many values there are."""
    narrowing: Narrowing | None = None
    """Where there are several parts, each asked for with the others or without."""


@dataclass(frozen=True, slots=True)
class SequenceRun:
    nodes: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ParallelRun:
    nodes: tuple[Run, ...]
    single: bool
    """Whether every branch is one fetch from one place, under conditions perhaps."""


@dataclass(frozen=True, slots=True)
class ConditionRun:
    conditions: tuple[tuple[str, bool], ...]
    node: Run


Run = FetchRun | EntityRun | SequenceRun | ParallelRun | ConditionRun


@dataclass(frozen=True, slots=True)
class CompiledPlan:
    """`root` fetches, `project` makes `data`. A subscription has `primary`, whose events `root` completes. `find`, where there is one, looks
    into the store for the records that an answer holds. `judged` are the places, by response keys, at which a home is asked whether an object exists.
    """

    plan: Plan
    root: Run | None
    project: Root
    typename_key: str
    primary: FetchRun | None = None
    find: Callable[[Store], Found] | None = None
    judged: Places = frozenset()

    @property
    def weight(self) -> int:
        """Bytes, for caches."""
        return plan_weight(self.plan)


def compile_plan(
    plan: Plan,
    api: GraphQLSchema,
    instances: Mapping[str, Instances] | None = None,
    shown: Operation | None = None,
) -> CompiledPlan:
    """Compile `plan` for clients of the schema `api`. `instances`: those of each subgraph that the plan has targets for.

    `shown`: the operation that is answered, where less than it is planned (`gateway.language.pruning`).
    """
    compiler = _Compiler(plan, instances or {})
    node, primary = plan.root, None
    if isinstance(node, Subscribe):
        primary = compiler.fetch(node.primary)
        node = node.rest
    project = projector(shown or plan.operation, api, plan.typename_key, plan.homes)
    root = compiler.run(node, NOTHING) if node is not None else None
    return CompiledPlan(plan, root, project, plan.typename_key, primary, judged=judged_in(plan.root))


class _Compiler:
    def __init__(self, plan: Plan, instances: Mapping[str, Instances]) -> None:
        self._plan = plan
        self._instances = instances
        self._paths = [
            path
            for fetch in walk_fetches(plan.root)
            for path in (
                (path for part in fetch.parts for path in part.paths)
                if isinstance(fetch, EntityFetch)
                else ((fetch.path,) if fetch.path else ())
            )
        ]
        self._surrounded = [
            path
            for fetch in walk_fetches(plan.root)
            if isinstance(fetch, EntityFetch)
            for part in fetch.parts
            if part.contexts
            for path in part.paths
        ]
        """Paths to objects that are one entity, and yet not alike: what stands above them counts."""

    def run(self, node: PlanNode, judged: Judged) -> Run:
        match node:
            case Fetch():
                return self.fetch(node, judged)
            case EntityFetch():
                parts = tuple(self._part(part, judged) for part in node.parts)
                names = tuple(variable.name for variable in node.variables)
                instances = (self._instances[node.subgraph], node.target) if node.target is not None else None
                varying = node if any(part.contexts for part in node.parts) else None
                narrowing = Narrowing(node) if varying is None and len(parts) > 1 else None
                return EntityRun(node.subgraph, prefix(node.text), names, parts, instances, varying, narrowing)
            case SequenceNode():
                return SequenceRun(tuple(self.run(*child) for child in judged.below(node)))
            case Parallel():
                branches = tuple(self.run(*child) for child in judged.below(node))
                return ParallelRun(branches, all(map(_is_single, branches)))
            case Condition():
                return ConditionRun(_tests(node.conditions), self.run(node.node, judged))
            case Subscribe():
                raise ValueError("a subscription stands at the root of a plan only")

    def fetch(self, node: Fetch, judged: Judged = NOTHING) -> FetchRun:
        names = tuple(variable.name for variable in node.variables)
        return FetchRun(
            subgraph=node.subgraph,
            body=prefix(node.text) if names else b'{"query":' + orjson.dumps(node.text) + b"}",
            variables=names,
            keys=_top_keys(node.selections, None),
            tree=_tree(node.selections),
            selections=node.selections if _aliased(node.selections) else None,
            idempotent=node.kind is not OperationKind.MUTATION,
            path=node.path,
            walk=self._walker(node.path, judged) if node.path else None,
            instances=(self._instances[node.subgraph], node.target) if node.target is not None else None,
        )

    def _part(self, part: EntityPart, judged: Judged) -> PartRun:
        share = self._share(part)
        return PartRun(
            alias=part.alias,
            variable=part.variable,
            paths=part.paths,
            walkers=tuple(self._walker(path, judged) for path in part.paths),
            exact=part.exact,
            asked={requirement.type: _asked(requirement, part, share) for requirement in part.requires},
            share=share,
            tree=_tree(part.selections),
            selections=part.selections if _aliased(part.selections) else None,
            surroundings=surroundings(part, lambda path, *cut: self._walker(path, judged, *cut)),
            conditions=_tests(part.conditions),
        )

    def _walker(self, path: Path, judged: Judged, start: int = 0, end: int | None = None) -> Walker:
        """For the part of a path from `start` to `end`."""
        known = frozenset(number - start for number in judged.certain(path))
        return walker(path[start:end], self._plan.typename_key, judged=known)

    def _share(self, part: EntityPart) -> int:
        """Values may be shared as long as every later fetch below treats them alike."""
        if any(field.shared for selection in part.selections for field in _fields(selection)):
            return Share.NEVER
        share = Share.ALWAYS
        for path in part.paths:
            keys = [step.key for step in path]
            if any([step.key for step in other[: len(path)]] == keys for other in self._surrounded):
                return Share.NEVER
            for other in self._paths:
                if len(other) <= len(path) or [step.key for step in other[: len(path)]] != keys:
                    continue
                if other[: len(path)] != path:
                    return Share.NEVER
                if len(part.paths) > 1:
                    share = Share.PER_PATH
        return share


def _tests(conditions: Iterable[FieldCondition]) -> tuple[tuple[str, bool], ...]:
    return tuple((condition.variable, condition.wanted) for condition in conditions)


def _is_single(node: Run) -> bool:
    while isinstance(node, ConditionRun):
        node = node.node
    return isinstance(node, (FetchRun, EntityRun)) and node.instances is None


def prefix(text: str) -> bytes:
    """A request up to its variables."""
    return b'{"query":' + orjson.dumps(text) + b',"variables":'


# -- selections ----------------------------------------------------------------------------------------------------------


def _fields(selection: FetchSelection) -> Iterable[FetchField]:
    """The fields of one object position, fragments opened."""
    if isinstance(selection, FetchField):
        yield selection
        return
    for below in selection.selections:
        yield from _fields(below)


def _aliased(selections: Iterable[FetchSelection]) -> bool:
    return any(
        (isinstance(selection, FetchField) and bool(selection.alias)) or _aliased(selection.selections)
        for selection in selections
    )


def _tree(selections: Sequence[FetchSelection]) -> Tree:
    """Wire keys with what they are to the client; branches of one key are merged."""
    found: dict[str, list[FetchField]] = {}
    for selection in selections:
        for field in _fields(selection):
            found.setdefault(field.wire_key, []).append(field)
    return {
        wire: Slot(
            fields[0].key,
            all(field.hidden for field in fields),
            _tree([below for field in fields for below in field.selections]),
        )
        for wire, fields in found.items()
    }


def _top_keys(selections: Sequence[FetchSelection], entity: str | None) -> tuple[TopKey, ...]:
    """The keys written into an object: of a root fetch all, of an entity those under its own type."""
    fields: dict[str, list[tuple[FetchField, bool]]] = {}

    def collect(found: Iterable[FetchSelection], conditional: bool) -> None:
        for selection in found:
            if isinstance(selection, FetchFragment):
                if entity is None or selection.condition == entity:
                    collect(selection.selections, conditional or bool(selection.conditions))
                else:
                    collect(selection.selections, True)
                continue
            fields.setdefault(selection.key, []).append((selection, conditional or bool(selection.conditions)))

    for selection in selections:
        if isinstance(selection, FetchFragment) and entity is not None and selection.condition != entity:
            continue
        collect([selection], False)
    return tuple(
        TopKey(
            key=key,
            hidden=all(field.hidden for field, _ in asked),
            shared=any(field.shared for field, _ in asked),
            conditional=all(conditional for _, conditional in asked),
            composite=any(field.selections for field, _ in asked),
            typename=all(field.name == "__typename" for field, _ in asked),
        )
        for key, asked in fields.items()
    )


# -- representations --------------------------------------------------------------------------------------


def _asked(requirement: Requirement, part: EntityPart, share: int) -> Asked:
    keys = _top_keys(part.selections, requirement.entity)
    copies = share != Share.ALWAYS and any(top.composite for top in keys)
    return Asked(
        entity=requirement.entity,
        extract=extractor(requirement),
        places=placer(requirement),
        keys=keys,
        write=plain_write(keys) if not copies else None,
        home=requirement.type in part.homes,
    )
