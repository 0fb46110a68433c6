"""The query graph: what each subgraph can answer about each type, asked as plain questions.

Built once per supergraph and set of `@override` labels. Nodes are (type, subgraph); the edges are fields that a subgraph
resolves and keys by which it can be entered. Which combination of edges answers an operation is the search's business
(`search.py`); nothing here knows an operation.

Rules that are easy to get wrong, in one place:

* an `@external` field is not resolvable, except where it is part of a key of that type in that subgraph (a Federation 1
  extension repeats its key as external) or where `@provides` leads to it;
* a field overridden by another subgraph is not resolvable, unless the override carries a label that is off;
* a type implements an interface *per subgraph*: what subgraph A returns for an interface is one of A's own members.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
    parse,
    print_ast,
)

from gateway.language.operation import Argument, Field, Fragment, Selection
from gateway.supergraph.model import FieldJoin, Supergraph, SupergraphType

__all__ = ["Edge", "EntityKey", "QueryGraph", "list_depth", "query_graph"]


@dataclass(frozen=True, slots=True)
class EntityKey:
    """A resolvable key of `type` in a subgraph, as selections on that type."""

    type: str
    selections: tuple[Selection, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A field of a type that a subgraph resolves. `target` is the named type it has there, `shape` its printed type."""

    subgraph: str
    target: str
    shape: str
    requires: tuple[Selection, ...] = ()
    provides: tuple[Selection, ...] = ()
    contexts: tuple[str, ...] = ()
    """The arguments whose values come from an object above (`@fromContext`)."""

    @property
    def late(self) -> bool:
        """Whether the field can only be asked of an entity, once other values are in hand."""
        return bool(self.requires or self.contexts)


class QueryGraph:
    """Answers what a subgraph can resolve. Immutable once built; lookups are remembered."""

    def __init__(self, supergraph: Supergraph, labels: frozenset[str] = frozenset()) -> None:
        self._supergraph = supergraph
        self._labels = labels
        self.schema = supergraph.schema
        self.roots = {
            root.name
            for root in (self.schema.query_type, self.schema.mutation_type, self.schema.subscription_type)
            if root is not None
        }
        self._fields: dict[tuple[str, tuple[str, ...]], tuple[Selection, ...]] = {}
        self._edges: dict[tuple[str, str, str], Edge | None] = {}
        self._keys: dict[tuple[str, str], tuple[EntityKey, ...]] = {}
        self._key_names = self._collect_key_names()
        self._possible = self._collect_possible()
        self._setters: dict[str, list[SupergraphType]] = {}
        for known in supergraph.types.values():
            for context in known.contexts:
                self._setters.setdefault(context, []).append(known)
        self.has_contexts = bool(self._setters)
        self._subgraphs_of: dict[tuple[str, str], tuple[str, ...]] = {}

    # -- types ---------------------------------------------------------------------------------------------------

    def is_abstract(self, type_name: str) -> bool:
        """Whether the client sees an interface or a union here."""
        return is_abstract_type(self.schema.type_map[type_name])

    def has_effects(self, type_name: str) -> bool:
        """Whether its fields do something: a mutation, or a stream that is opened."""
        roots = (self.schema.mutation_type, self.schema.subscription_type)
        return any(root is not None and root.name == type_name for root in roots)

    def knows(self, type_name: str, subgraph: str) -> bool:
        known = self._supergraph.types.get(type_name)
        return known is not None and subgraph in known.joins

    def is_interface_object(self, type_name: str, subgraph: str) -> bool:
        known = self._supergraph.types.get(type_name)
        join = known.joins.get(subgraph) if known is not None else None
        return join is not None and join.is_interface_object

    def possible(self, type_name: str, subgraph: str) -> tuple[str, ...]:
        """The object types that `subgraph` may return for `type_name`, sorted by name."""
        return self._possible.get((type_name, subgraph), ())

    def implementations(self, type_name: str) -> tuple[str, ...]:
        """The object types of the whole graph below `type_name`, sorted by name; an object type is its own."""
        declared = self.schema.type_map[type_name]
        if isinstance(declared, (GraphQLInterfaceType, GraphQLUnionType)):
            return tuple(sorted(member.name for member in self.schema.get_possible_types(declared)))
        return (type_name,)

    def interface_objects_of(self, type_name: str, subgraph: str) -> tuple[str, ...]:
        """Interfaces of an object type (or the interface itself) that `subgraph` knows as `@interfaceObject`."""
        declared = self.schema.type_map[type_name]
        names = [declared.name] if isinstance(declared, GraphQLInterfaceType) else []
        if isinstance(declared, (GraphQLObjectType, GraphQLInterfaceType)):
            names += [interface.name for interface in declared.interfaces]
        return tuple(name for name in names if self.is_interface_object(name, subgraph))

    def subgraphs_with_interface(self, type_name: str) -> tuple[str, ...]:
        """The subgraphs that know an interface as such (not as `@interfaceObject`) and can be entered by its key."""
        return tuple(
            name
            for name in self._supergraph.subgraphs
            if self.knows(type_name, name)
            and not self.is_interface_object(type_name, name)
            and self.keys(type_name, name)
        )

    # -- fields --------------------------------------------------------------------------------------------------

    def field_type(self, type_name: str, field_name: str) -> GraphQLOutputType | None:
        """The type of a field in the whole graph, inaccessible fields included; None when there is none."""
        declared = self.schema.type_map.get(type_name)
        if not isinstance(declared, (GraphQLObjectType, GraphQLInterfaceType)):
            return None
        definition: GraphQLField | None = declared.fields.get(field_name)
        return definition.type if definition is not None else None

    def edge(self, type_name: str, field_name: str, subgraph: str) -> Edge | None:
        """The edge of a field in `subgraph`, or None when it cannot resolve the field there."""
        place = (type_name, field_name, subgraph)
        if place not in self._edges:
            self._edges[place] = self._make_edge(*place)
        return self._edges[place]

    def provided_edge(self, type_name: str, field_name: str, subgraph: str) -> Edge | None:
        """The edge of an external field that `@provides` makes available on the way that led here."""
        join = self._join(type_name, field_name, subgraph)
        return self._edge_of(type_name, field_name, join) if join is not None else None

    def subgraphs_of(self, type_name: str, field_name: str) -> tuple[str, ...]:
        """The subgraphs that resolve a field of an object type, interface objects included; in configured order."""
        place = (type_name, field_name)
        if place not in self._subgraphs_of:
            self._subgraphs_of[place] = tuple(
                name for name in self._supergraph.subgraphs if self.entry_type(type_name, field_name, name) is not None
            )
        return self._subgraphs_of[place]

    def entry_type(self, type_name: str, field_name: str, subgraph: str) -> str | None:
        """The type under which `subgraph` resolves the field: `type_name`, or an interface that is an object there."""
        if self.edge(type_name, field_name, subgraph) is not None:
            return type_name
        for interface in self.interface_objects_of(type_name, subgraph):
            if self.edge(interface, field_name, subgraph) is not None:
                return interface
        return None

    def covers(self, type_name: str, field_name: str, subgraph: str) -> bool:
        """Whether an interface field can be asked as it stands: the subgraph resolves it for every member it knows."""
        if self.edge(type_name, field_name, subgraph) is None:
            return False
        if self.is_interface_object(type_name, subgraph):
            return True
        for member in self.possible(type_name, subgraph):
            edge = self.edge(member, field_name, subgraph)
            if edge is None or edge.late:
                return False
        return True

    def answers_as(self, entry: str, field_name: str, subgraph: str) -> bool:
        """Whether the field can be asked of an `entry` as it stands: always of objects, of an interface that it covers."""
        return not self.is_abstract(entry) or self.covers(entry, field_name, subgraph)

    def context_arguments(self, type_name: str, field_name: str) -> tuple[tuple[str, str, str, str], ...]:
        """The arguments of a field that come from a context: (name, type, context, selection), each name once."""
        found: dict[str, tuple[str, str, str, str]] = {}
        for name in (type_name, *self.implementations(type_name)):
            known = self._supergraph.types.get(name)
            definition = known.fields.get(field_name) if known is not None else None
            for join in definition.joins.values() if definition is not None else ():
                for argument in join.context_arguments:
                    found.setdefault(argument[0], argument)
        return tuple(found.values())

    def sets_context(self, type_name: str, context: str) -> bool:
        """Whether objects of this type set `context`: it says so itself, or an interface or union of it does."""
        declared = self.schema.type_map[type_name]
        return any(
            known.name == type_name or (is_object_type(declared) and type_name in self.implementations(known.name))
            for known in self._setters.get(context, ())
        )

    # -- keys ----------------------------------------------------------------------------------------------------

    def keys(self, type_name: str, subgraph: str) -> tuple[EntityKey, ...]:
        """The keys by which `subgraph` can be entered for `type_name`; simplest first."""
        place = (type_name, subgraph)
        if place not in self._keys:
            known = self._supergraph.types.get(type_name)
            join = known.joins.get(subgraph) if known is not None else None
            keys = (
                EntityKey(type_name, self.field_set(type_name, key.fields), key.fields)
                for key in (join.keys if join is not None else ())
                if key.resolvable
            )
            self._keys[place] = tuple(sorted(keys, key=lambda key: len(key.text.split())))
        return self._keys[place]

    def field_set(self, type_name: str, text: str) -> tuple[Selection, ...]:
        """A field set (`id owner { name }`) as selections on `type_name`."""
        place = (type_name, (text,))
        if place not in self._fields:
            document = parse(f"{{ {text} }}", no_location=True)
            operation = document.definitions[0]
            assert isinstance(operation, OperationDefinitionNode)
            self._fields[place] = tuple(self._selections(type_name, operation.selection_set))
        return self._fields[place]

    # -- making it -----------------------------------------------------------------------------------------------

    def _selections(self, type_name: str, nodes: SelectionSetNode) -> Iterable[Selection]:
        for node in nodes.selections:
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_name
                yield Fragment(condition, tuple(self._selections(condition, node.selection_set)))
            elif isinstance(node, FieldNode):
                declared = self.field_type(type_name, node.name.value)
                if declared is None:
                    continue
                below = get_named_type(declared).name
                yield Field(
                    key=node.name.value,
                    name=node.name.value,
                    parent=type_name,
                    type=declared,
                    arguments=tuple(
                        Argument(argument.name.value, argument.value, print_ast(argument.value))
                        for argument in node.arguments or ()
                    ),
                    selections=tuple(self._selections(below, node.selection_set)) if node.selection_set else (),
                )

    def _make_edge(self, type_name: str, field_name: str, subgraph: str) -> Edge | None:
        join = self._join(type_name, field_name, subgraph)
        if join is None or not self._active(type_name, field_name, join):
            return None
        is_key = field_name in self._key_names.get((type_name, subgraph), ())
        # What an override by label leaves behind is used as long as the label is off.
        gone = join.used_overridden and join.override_label is None
        if (join.external or gone) and not is_key:
            return None
        return self._edge_of(type_name, field_name, join)

    def _edge_of(self, type_name: str, field_name: str, join: FieldJoin) -> Edge:
        declared = self.field_type(type_name, field_name)
        shape = join.type or str(declared)
        target = shape.strip("[]!")
        return Edge(
            subgraph=join.subgraph,
            target=target,
            shape=shape,
            requires=self.field_set(type_name, join.requires) if join.requires else (),
            provides=self.field_set(target, join.provides) if join.provides else (),
            contexts=tuple(name for name, _, _, _ in join.context_arguments),
        )

    def _join(self, type_name: str, field_name: str, subgraph: str) -> FieldJoin | None:
        known = self._supergraph.types.get(type_name)
        definition = known.fields.get(field_name) if known is not None else None
        return definition.joins.get(subgraph) if definition is not None else None

    def _active(self, type_name: str, field_name: str, join: FieldJoin) -> bool:
        """Whether an `@override` (with its label on or off) leaves the field to this subgraph."""
        if join.override is not None and join.override_label is not None and join.override_label not in self._labels:
            return False
        joins = self._supergraph.types[type_name].fields[field_name].joins.values()
        return not any(
            other.override == join.subgraph and (other.override_label is None or other.override_label in self._labels)
            for other in joins
            if other.subgraph != join.subgraph
        )

    def _collect_key_names(self) -> dict[tuple[str, str], frozenset[str]]:
        """The fields of every key of a type in a subgraph, nested ones under the type that they belong to."""
        names: dict[tuple[str, str], set[str]] = {}

        def collect(selections: Iterable[Selection], type_name: str, subgraph: str) -> None:
            for selection in selections:
                if isinstance(selection, Fragment):
                    collect(selection.selections, selection.condition, subgraph)
                    continue
                names.setdefault((type_name, subgraph), set()).add(selection.name)
                collect(selection.selections, get_named_type(selection.type).name, subgraph)

        for known in self._supergraph.types.values():
            for join in known.joins.values():
                for key in join.keys:
                    collect(self.field_set(known.name, key.fields), known.name, join.subgraph)
        return {place: frozenset(found) for place, found in names.items()}

    def _collect_possible(self) -> dict[tuple[str, str], tuple[str, ...]]:
        members: dict[tuple[str, str], set[str]] = {}
        for known in self._supergraph.types.values():
            for join in known.joins.values():
                members.setdefault((known.name, join.subgraph), set()).update(join.members)
                if not is_object_type(self.schema.type_map.get(known.name)):
                    continue
                members[known.name, join.subgraph].add(known.name)
                for interface in join.implements:
                    members.setdefault((interface, join.subgraph), set()).add(known.name)
        return {place: tuple(sorted(found)) for place, found in members.items()}


def list_depth(type_: GraphQLOutputType) -> int:
    """How many lists are wrapped around the named type."""
    depth = 0
    while isinstance(type_, (GraphQLNonNull, GraphQLList)):
        depth += isinstance(type_, GraphQLList)
        type_ = type_.of_type
    return depth


_GRAPHS: dict[tuple[str, frozenset[str]], QueryGraph] = {}
_KEPT = 8


def query_graph(supergraph: Supergraph, labels: frozenset[str] = frozenset()) -> QueryGraph:
    """The graph of a supergraph with these labels on; the latest few are kept."""
    place = (supergraph.hash, labels)
    graph = _GRAPHS.get(place)
    if graph is None:
        graph = _GRAPHS[place] = QueryGraph(supergraph, labels)
        for stale in list(itertools.islice(_GRAPHS, max(0, len(_GRAPHS) - _KEPT))):
            del _GRAPHS[stale]
    return graph
