"""What the directives of a graph (`@authenticated`, `@requiresScopes`, `@policy`) keep from a caller: the *closed* coordinates.

The demands of a coordinate hold together: those of the type that it stands on, its own, and those of the type that it returns (case A11). A field
asked through an interface is asked of everything that may stand there, so all their demands hold (case A01); members of a union are judged
one by one (case A08). Whoever shows no token holds nothing.

What is closed hangs on very little of a caller: whether it is known, and which of the demanded scopes and policies it holds. It
is worked out once for each such class.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema, get_named_type, is_introspection_type

from gateway.authorization.caller import Caller
from gateway.supergraph.demands import Alternatives, Demand, StatedDemands

__all__ = ["Demands", "Policy"]

_KEPT = 256
_Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass(frozen=True, slots=True)
class Policy:
    """Who meets a `@policy`: callers that hold all of `scopes` and, where `roles` are given, have one of them."""

    scopes: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def met_by(self, caller: Caller) -> bool:
        return self.scopes <= caller.scopes and (not self.roles or caller.role in self.roles)


class Demands:
    """The demands of one graph. `policies` are those that somebody can meet; any other is met by nobody."""

    def __init__(self, stated: StatedDemands, api: GraphQLSchema, policies: Mapping[str, Policy]) -> None:
        self._stated = stated
        self._api = api
        self._policies = policies
        every = [*stated.types.values(), *stated.fields.values()]
        self._scopes = frozenset[str]().union(*(group for demand in every for group in demand.scopes))
        self._closed: OrderedDict[tuple[bool, frozenset[str], frozenset[str]], frozenset[str]] = OrderedDict()

    def closed(self, caller: Caller | None) -> frozenset[str]:
        """The coordinates of the client's schema (`Type.field`) that `caller` does not get; `None` shows no token."""
        if not self._stated:
            return frozenset()
        key = self._held(caller)
        found = self._closed.get(key)
        if found is None:
            found = self._closed[key] = _Judge(self._stated, self._api, *key).closed()
            if len(self._closed) > _KEPT:
                self._closed.popitem(last=False)
        else:
            self._closed.move_to_end(key)
        return found

    def _held(self, caller: Caller | None) -> tuple[bool, frozenset[str], frozenset[str]]:
        if caller is None:
            return False, frozenset(), frozenset()
        met = frozenset(name for name, policy in self._policies.items() if policy.met_by(caller))
        return True, caller.scopes & self._scopes, met


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges a whole schema for one class of callers."""

    stated: StatedDemands
    api: GraphQLSchema
    known: bool
    scopes: frozenset[str]
    policies: frozenset[str]

    def closed(self) -> frozenset[str]:
        return frozenset(
            f"{type_.name}.{name}"
            for type_ in self.api.type_map.values()
            if isinstance(type_, _Composite) and not is_introspection_type(type_)
            for name in (*type_.fields, "__typename")
            if not self._open(type_, name)
        )

    def _open(self, type_: _Composite, name: str) -> bool:
        return all(self._field_met(owner, name) for owner in self._owners(type_))

    def _owners(self, type_: _Composite) -> Iterator[_Composite]:
        yield type_
        if isinstance(type_, GraphQLInterfaceType):
            yield from self.api.get_possible_types(type_)

    def _field_met(self, owner: _Composite, name: str) -> bool:
        field = owner.fields.get(name)
        returned = self.stated.types.get(get_named_type(field.type).name) if field is not None else None
        return all(
            map(
                self._met,
                (
                    self.stated.types.get(owner.name),
                    self.stated.fields.get(f"{owner.name}.{name}"),
                    returned,
                ),
            )
        )

    def _met(self, demand: Demand | None) -> bool:
        if demand is None:
            return True
        return (
            (self.known or not demand.authenticated)
            and _one_held(demand.scopes, self.scopes)
            and _one_held(demand.policies, self.policies)
        )


def _one_held(alternatives: Alternatives, held: Iterable[str]) -> bool:
    return not alternatives or any(group <= frozenset(held) for group in alternatives)
