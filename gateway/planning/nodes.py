"""The nodes of a plan: frozen, comparable, and enough to print or to run it without looking at the graph again.

A plan is a tree of `Fetch` and `EntityFetch` leaves under `Sequence`, `Parallel` and `Condition`. Every leaf carries the
document that goes over the wire, so two equal plans send equal bytes. Selections keep three names apart: `name` is the
field of the subgraph, `key` the place in the assembled answer, `alias` the response key on the wire where that must
differ from `key` (two branches whose shapes a subgraph would refuse to merge).

`@defer` will be a node beside `Condition`, holding a plan for its part; nothing else has to change for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.language.operation import Condition as FieldCondition
from gateway.language.operation import Operation, OperationKind, VariableDefinition
from gateway.planning.instances import EntityTarget, RootTarget

__all__ = [
    "Condition",
    "ContextArgument",
    "EntityFetch",
    "EntityPart",
    "Fetch",
    "FetchField",
    "FetchFragment",
    "FetchSelection",
    "KeyField",
    "KeyFragment",
    "KeySelection",
    "Parallel",
    "Path",
    "PathStep",
    "Plan",
    "PlanNode",
    "Requirement",
    "Sequence",
    "Subscribe",
    "walk_fetches",
]


@dataclass(frozen=True, slots=True)
class FetchField:
    """A field asked of a subgraph. `arguments` is its printed argument list, `(id: $id)` or empty.

    A hidden field was added for the gateway's own sake (keys, requirements, `__typename`) and no client path ends in it.
    A shared composite is fetched from several subgraphs for the same object, so its values are merged, not replaced.
    """

    key: str
    name: str
    arguments: str = ""
    selections: tuple[FetchSelection, ...] = ()
    conditions: tuple[FieldCondition, ...] = ()
    alias: str = ""
    hidden: bool = False
    shared: bool = False

    @property
    def wire_key(self) -> str:
        return self.alias or self.key


@dataclass(frozen=True, slots=True)
class FetchFragment:
    """`... on condition { selections }`; without a type (`""`) it only carries conditions."""

    condition: str
    selections: tuple[FetchSelection, ...]
    conditions: tuple[FieldCondition, ...] = ()


FetchSelection = FetchField | FetchFragment


@dataclass(frozen=True, slots=True)
class KeyField:
    """A field of a representation: sent as `name`, read from the assembled object at `source`.

    Without a `needed` field (a key, or what a requirement declares non-null) an object cannot be asked for at all; another
    field may be null, and is then sent as null.
    """

    name: str
    source: str
    selections: tuple[KeySelection, ...] = ()
    needed: bool = True


@dataclass(frozen=True, slots=True)
class KeyFragment:
    """Fields of a representation that only objects of one of these types have."""

    types: tuple[str, ...]
    selections: tuple[KeySelection, ...]


KeySelection = KeyField | KeyFragment


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an object of runtime type `type` must hand over to be asked as entity `entity` (its `__typename` sent)."""

    type: str
    entity: str
    selections: tuple[KeySelection, ...]


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step into the assembled answer: `key` of every object (lists are walked through, `lists` deep).

    Where `types` is not empty only objects of these runtime types are followed.
    """

    key: str
    lists: int = 0
    types: tuple[str, ...] = ()


Path = tuple[PathStep, ...]


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """A variable whose value stands in an object above (`@fromContext`): `depth` steps down the path of the part.

    `sources` lead from that object to the value; the first that is there counts. Where objects of one fetch have different
    values, each value gets an `_entities` of its own in the same request.
    """

    variable: str
    type_text: str
    depth: int
    sources: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class EntityPart:
    """One `_entities` of an entity fetch.

    `paths` lead to the objects; `exact` tells per path the type that objects there certainly have ("" where the answer's
    `__typename` decides). `homes` are the types whose existence this part judges: a null entity makes the object null.
    Where `conditions` do not hold, no object is asked for: they hang on everything that is selected here (and stand there),
    but not on other parts of the fetch.
    """

    alias: str
    variable: str
    paths: tuple[Path, ...]
    exact: tuple[str, ...]
    requires: tuple[Requirement, ...]
    selections: tuple[FetchSelection, ...]
    homes: frozenset[str] = frozenset()
    contexts: tuple[ContextArgument, ...] = ()
    conditions: tuple[FieldCondition, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """Root fields of one subgraph. `path` is empty except for a root type found below the root.

    `target` says which instances are asked, of a subgraph that has several; None for any other.
    """

    subgraph: str
    kind: OperationKind
    selections: tuple[FetchSelection, ...]
    variables: tuple[VariableDefinition, ...]
    text: str
    path: Path = ()
    target: RootTarget | None = None


@dataclass(frozen=True, slots=True)
class EntityFetch:
    """Entities of one subgraph in one request: a part for each distinct selection, each over one or more paths.

    With a `target` it is one request for each instance that owns some of the entities.
    """

    subgraph: str
    parts: tuple[EntityPart, ...]
    variables: tuple[VariableDefinition, ...]
    text: str
    target: EntityTarget | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    nodes: tuple[PlanNode, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """`node` runs only when every condition holds; otherwise nothing is fetched."""

    conditions: tuple[FieldCondition, ...]
    node: PlanNode


@dataclass(frozen=True, slots=True)
class Subscribe:
    """`primary` is the stream of events; `rest` is run for each of them."""

    primary: Fetch
    rest: PlanNode | None


PlanNode = Fetch | EntityFetch | Sequence | Parallel | Condition | Subscribe


@dataclass(frozen=True, slots=True)
class Plan:
    """How one operation is answered. `root` is None when nothing has to be fetched (`{ __typename }`).

    `typename_key` is where the runtime type of an object of abstract type stands in the assembled answer: `__typename`,
    unless the client uses that alias for something else.
    """

    operation: Operation
    root: PlanNode | None
    typename_key: str = "__typename"
    homes: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def fetches(self) -> tuple[Fetch | EntityFetch, ...]:
        return walk_fetches(self.root)


def walk_fetches(node: PlanNode | None) -> tuple[Fetch | EntityFetch, ...]:
    """All fetches below `node`, in plan order."""
    match node:
        case None:
            return ()
        case Fetch() | EntityFetch():
            return (node,)
        case Sequence(nodes) | Parallel(nodes):
            return tuple(fetch for child in nodes for fetch in walk_fetches(child))
        case Condition(_, child):
            return walk_fetches(child)
        case Subscribe(primary, rest):
            return (primary, *walk_fetches(rest))
