"""Who resolves a field, worked out once for each field: the facts of `join__field` as the walk over the graph asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.supergraph.model import FieldJoin, Supergraph

__all__ = ["Labels", "Resolver", "Resolvers"]

Labels = frozenset[tuple[str, bool]]
"""Labels of `@override` that the way here decided, each with whether it is on."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """One subgraph's share in a field. `target` is the named type that it returns there; `overridden` are the labels under
    which other subgraphs take it over; `never` says that it is external, or taken over for good.
    """

    join: FieldJoin
    target: str
    never: bool
    overridden: tuple[str, ...]
    contexts: frozenset[str]

    def resolves(self, labels: Labels) -> bool:
        """Whether the subgraph is the one to ask on a way that decided `labels`."""
        if self.never:
            return False
        join = self.join
        if join.override is not None and join.override_label is not None and (join.override_label, True) not in labels:
            return False
        return all((label, False) in labels for label in self.overridden)


class Resolvers:
    """The resolvers of all fields, made when first asked for."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._types = supergraph.types
        self._schema = supergraph.schema
        self._known: dict[tuple[str, str], Mapping[str, Resolver]] = {}
        self._labels: dict[tuple[str, str], frozenset[str]] = {}

    def of(self, type_name: str, field_name: str) -> Mapping[str, Resolver]:
        """By subgraph; empty for a field that the type does not have."""
        known = self._known.get((type_name, field_name))
        if known is None:
            known = self._known[type_name, field_name] = self._resolvers(type_name, field_name)
        return known

    def labels(self, type_name: str, field_name: str) -> frozenset[str]:
        """The labels that decide who resolves a field."""
        known = self._labels.get((type_name, field_name))
        if known is None:
            joins = [resolver.join for resolver in self.of(type_name, field_name).values()]
            found = frozenset(join.override_label for join in joins if join.override_label is not None)
            known = self._labels[type_name, field_name] = found
        return known

    def _resolvers(self, type_name: str, field_name: str) -> dict[str, Resolver]:
        field = self._types[type_name].fields.get(field_name)
        if field is None or not field.joins:
            return {}
        takers: dict[str, list[str | None]] = {}
        for join in field.joins.values():
            if join.override is not None:
                takers.setdefault(join.override, []).append(join.override_label)
        declared = str(self._schema.type_map[type_name].fields[field_name].type)  # type: ignore[attr-defined]
        return {name: _resolver(join, declared, takers.get(name, [])) for name, join in field.joins.items()}


def _resolver(join: FieldJoin, declared: str, takers: list[str | None]) -> Resolver:
    gone = join.used_overridden and join.override_label is None
    return Resolver(
        join,
        (join.type or declared).strip("[]!"),
        join.external or gone or None in takers,
        tuple(label for label in takers if label is not None),
        frozenset(context for _, _, context, _ in join.context_arguments),
    )
