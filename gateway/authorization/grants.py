"""The grants of a graph: the file, checked against the supergraph, in the form that decisions are made with.

What a caller may reach follows from its role and scopes alone, so it is worked out once for each such pair (`reach`) and
then only looked up. Deny by default, union of grants: a coordinate is reachable when every register that owns it has a grant
for it. Who owns a coordinate:

* the home of its type, when the home knows the field (a key is known to every register that refers to the entity);
* otherwise each register that resolves the field; and where that is a contribution to somebody else's entity, the caller
  needs a grant on the entity at its home too, since the home judges whether it exists.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.authorization.checks import check_against, owners_of
from gateway.authorization.claims import party_of
from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.model import Grant, GrantsFile, Inputs, Mutation, Role
from gateway.authorization.language.mutations import READ
from gateway.authorization.language.problems import GrantsError
from gateway.supergraph.model import Supergraph, TypeKind

__all__ = ["Anchored", "Grants", "GrantsError", "Reach", "caller_from_claims", "load_grants", "uncovered"]

_KEPT = 256


@dataclass(frozen=True, slots=True)
class Anchored:
    """A grant that counts at a query root only when `fields` are pinned; `coordinates` is what it then opens."""

    grant: str
    fields: tuple[str, ...]
    coordinates: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """What one role with one set of scopes can get at all, before any row is looked at.

    `allowed` holds `Type.field`; `types` those with any grant at their home. For a type in `anchors`, a query root gives
    `plain_roots[type]`, plus what its satisfied anchors open.
    """

    allowed: frozenset[str]
    types: frozenset[str]
    plain_roots: Mapping[str, frozenset[str]]
    anchors: Mapping[str, tuple[Anchored, ...]]
    grants: Mapping[str, tuple[str, ...]]
    """Coordinate → ids of the grants that open it, for the record and for `explain`."""
    writes: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Mutation → the coordinates that it may write; a mutation that is absent may not be asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Grants:
    """Loaded and checked grants. `release` is the sha256 (hex) of the file, `homes` says where an entity lives."""

    file: GrantsFile
    supergraph: Supergraph
    owners: Mapping[str, tuple[str, ...]]
    """Coordinate → the registers whose grants decide on it."""
    homes: Mapping[str, str]
    known_scopes: frozenset[str]
    _reached: OrderedDict[tuple[str | None, frozenset[str]], Reach] = field(
        default_factory=OrderedDict[tuple[str | None, frozenset[str]], Reach]
    )

    @property
    def release(self) -> str:
        return self.file.release

    def release_of(self, register: str) -> str:
        """The release that a register's policies have to be made from."""
        return self.file.releases.get(register, self.file.release)

    @property
    def roles(self) -> Mapping[str, Role]:
        return self.file.roles

    @property
    def inputs(self) -> Inputs:
        return self.file.inputs

    def reach(self, role: str | None, scopes: frozenset[str]) -> Reach:
        """What this role with these scopes can get at all; computed once, kept for the pairs used last."""
        key = (role, scopes & self.known_scopes)
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = _reach(self, *key)
            if len(self._reached) > _KEPT:
                self._reached.popitem(last=False)
        else:
            self._reached.move_to_end(key)
        return found

    def scope_for(self, role: str | None, coordinate: str, held: frozenset[str], *, at_root: bool = True) -> str | None:
        """The scope that a role with the scopes `held` lacks at a register that decides on a coordinate.

        Empty when it lacks none there, None when no scope would open the coordinate to this role. Elsewhere than `at_root`, grants
        that count at anchored roots only open nothing.
        """
        type_name, _, name = coordinate.partition(".")
        found: str | None = None
        for owner in self.owners.get(coordinate, ()):
            here = [
                grant.scopes
                for grant in self.of_role(role, at_root=at_root)
                if (grant.type.register, grant.type.name) == (owner, type_name)
                and name in {word.text for word in grant.fields}
            ]
            if not here:
                return None
            lacking = all(held.isdisjoint(scopes) for scopes in here)
            found = found or (here[0][0] if lacking else "")
        return found

    def write_scope(
        self, role: str | None, mutation: Mutation, coordinate: str | None, held: frozenset[str]
    ) -> str | None:
        """The scope that a role lacks to write `coordinate` (None: anything) by a mutation; None when no scope would help."""
        found = [
            grant
            for grant in self.writing(role, mutation)
            if coordinate is None or coordinate in {f"{grant.type.name}.{word.text}" for word in grant.fields}
        ]
        lacking = found and all(held.isdisjoint(grant.scopes) for grant in found)
        return found[0].scopes[0] if lacking else None

    def writing(self, role: str | None, mutation: Mutation) -> Iterable[Grant]:
        """The enabled grants of a role for what a mutation does."""
        what = (mutation.action, mutation.type)
        return (
            g
            for g in self.file.grants
            if g.enabled and (g.action, g.type) == what and role in {r.text for r in g.roles}
        )

    def of_role(self, role: str | None, *, at_root: bool = True) -> Iterable[Grant]:
        """The enabled reading grants of a role; without those that count at anchored roots only, for what is no root."""
        found = (g for g in self.file.grants if g.enabled and g.action == READ and role in {r.text for r in g.roles})
        return found if at_root else (g for g in found if g.anchor is None or not g.anchor.only)


def load_grants(text: str, supergraph: Supergraph, base: GrantsFile | None = None) -> Grants:
    """Parse a grants file and check its names against the supergraph. `base` is what the file extends, checked already.

    Raises `GrantsError` with lines and columns.
    """
    file = parse_grants(text, base)
    problems = check_against(file, supergraph, base)
    if problems:
        raise GrantsError(problems)
    homes = {name: word.text for name, word in file.homes.items()}
    owners = {
        f"{type_.name}.{name}": owners_of(supergraph, homes, type_.name, name)
        for type_ in supergraph.types.values()
        if type_.kind is TypeKind.OBJECT
        for name in type_.fields
    }
    scopes = frozenset(scope for grant in file.grants for scope in grant.scopes)
    return Grants(file, supergraph, owners, homes, scopes)


def caller_from_claims(grants: Grants, claims: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """Role and identifiers of verified claims; `(None, {})` when no role fits. Raises ValueError for two identifiers."""
    return party_of(grants.roles, claims)


def uncovered(grants: Grants) -> list[str]:
    """Coordinates `register.Type.field` that have neither a grant nor a `never`: closed, but by nobody's decision."""
    reading = [grant for grant in grants.file.grants if grant.action == READ]
    decided = {(str(grant.type), word.text) for grant in reading for word in grant.fields}
    decided |= {(str(never.type), word.text) for never in grants.file.never for word in never.fields}
    missing: list[str] = []
    for coordinate, owners in grants.owners.items():
        type_name, name = coordinate.split(".")
        if type_name in _ROOTS:
            continue
        missing += [f"{owner}.{coordinate}" for owner in owners if (f"{owner}.{type_name}", name) not in decided]
    return sorted(missing)


_ROOTS = frozenset({"Query", "Mutation", "Subscription"})


def _reach(grants: Grants, role: str | None, scopes: frozenset[str]) -> Reach:
    held = [grant for grant in grants.of_role(role) if scopes & set(grant.scopes)]
    everywhere = [grant for grant in held if grant.anchor is None or not grant.anchor.only]
    allowed, by_grant = _opened(grants, everywhere)
    types = frozenset(grant.type.name for grant in everywhere if _at_home(grants, grant))
    anchored = [grant for grant in held if grant.anchor is not None]
    names = {grant.type.name for grant in anchored}
    plain = [grant for grant in held if grant.anchor is None]
    plain_allowed, _ = _opened(grants, plain)
    added = _added(grants, held)
    return Reach(
        allowed=allowed,
        types=types,
        plain_roots={name: frozenset(c for c in plain_allowed if c.startswith(f"{name}.")) for name in names},
        anchors={name: tuple(_anchored(g, added) for g in anchored if g.type.name == name) for name in names},
        grants=by_grant,
        writes=_written(grants, role, scopes),
    )


def _written(grants: Grants, role: str | None, scopes: frozenset[str]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, mutation in grants.file.mutations.items():
        held = [grant for grant in grants.writing(role, mutation) if scopes & set(grant.scopes)]
        if held:
            found[name] = frozenset(f"{grant.type.name}.{word.text}" for grant in held for word in grant.fields)
    return found


def _added(grants: Grants, held: Iterable[Grant]) -> frozenset[str]:
    """What other registers add to entities that the caller may see at their homes, pinned or not."""
    opened, _ = _opened(grants, held)
    return frozenset(c for c in opened if grants.homes.get(c.partition(".")[0], "") not in ("", *grants.owners[c]))


def _anchored(grant: Grant, added: frozenset[str]) -> Anchored:
    assert grant.anchor is not None
    coordinates = frozenset(f"{grant.type.name}.{word.text}" for word in grant.fields)
    coordinates |= {coordinate for coordinate in added if coordinate.startswith(f"{grant.type.name}.")}
    return Anchored(grant.id, tuple(word.text for word in grant.anchor.fields), coordinates)


def _opened(grants: Grants, held: Iterable[Grant]) -> tuple[frozenset[str], Mapping[str, tuple[str, ...]]]:
    at_register: dict[tuple[str, str], list[str]] = {}
    present: set[tuple[str, str]] = set()
    for grant in held:
        present.add((grant.type.register, grant.type.name))
        for word in grant.fields:
            at_register.setdefault((grant.type.register, f"{grant.type.name}.{word.text}"), []).append(grant.id)
    opened: dict[str, tuple[str, ...]] = {}
    for coordinate in {coordinate for _, coordinate in at_register}:
        owners = grants.owners.get(coordinate, ())
        type_name, _ = coordinate.split(".")
        home = grants.homes.get(type_name)
        if home is not None and (home, type_name) not in present:
            continue
        ids = [at_register.get((owner, coordinate), []) for owner in owners]
        if owners and all(ids):
            opened[coordinate] = tuple(id for group in ids for id in group)
    return frozenset(opened), opened


def _at_home(grants: Grants, grant: Grant) -> bool:
    return grants.homes.get(grant.type.name, grant.type.register) == grant.type.register
