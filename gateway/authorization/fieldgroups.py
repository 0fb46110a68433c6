"""`fields.json`: which field a role may read on which ground, for the register that compiles statements.

A field that every grant of a role on a type lists is plain on each visible row (`when` is null); so is one that some do not list which show no row
that the others do not. Any other field carries the conditions under which it may be read; the register wraps it in a CASE over those whose scope the
caller holds. `copies` marks the grants that show nothing (`all`) or less (`some`) while the rows copied from another register are not fresh.

`entries` adds nothing to what is allowed: a way in for root lists that name no key, see `_entry`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.authorization.conditions import Entry, combine
from gateway.authorization.judged import Judged, JudgedRole
from gateway.authorization.language.model import GrantsFile, InputType, Role
from gateway.authorization.predicates import ROW
from gateway.authorization.sql import quoted, setting
from gateway.authorization.tables import CLIENT_KEY, Tables

__all__ = ["field_groups"]


def field_groups(file: GrantsFile, tables: Tables, roles: Sequence[JudgedRole]) -> dict[str, Any]:
    """The value of `fields.json`: release, register, roles with their types and anchors, claims, inputs."""
    return {
        "release": file.releases.get(tables.register, file.release),
        "register": tables.register,
        "claims": {role.name: _claims(role) for role in file.roles.values()},
        "roles": {role.role.name: _role(role) for role in roles},
        "inputs": _inputs(file, tables),
    }


def _claims(role: Role) -> dict[str, Any]:
    return {"match": dict(role.match), "identifiers": dict(role.identifiers), "derived": dict(role.derived)}


def _role(role: JudgedRole) -> dict[str, Any]:
    return {
        "identifiers": [*role.role.identifiers],
        "types": {name: _type(judged) for name, judged in sorted(role.types.items())},
        "anchors": {
            name: [
                {"grant": grant.id, "fields": list(grant.anchor), "kind": "only" if grant.anchor_only else "root"}
                for grant in judged
                if grant.anchor
            ]
            for name, judged in sorted(role.types.items())
            if any(grant.anchor for grant in judged)
        },
        **_rows(role),
        "entries": {name: _entry(entries) for name, entries in sorted(role.entries.items())},
    }


def _rows(role: JudgedRole) -> dict[str, Any]:
    """Which rows each grant shows, for types of which a grant is anchored: elsewhere than at its roots its rows have to go."""
    found = {
        name: [{"grant": g.id, "scopes": list(g.scopes), "when": g.condition.sql} for g in judged]
        for name, judged in sorted(role.types.items())
        if any(grant.anchor for grant in judged)
    }
    return {"rows": found} if found else {}


def _entry(entries: Sequence[Entry]) -> str:
    """A condition that holds for every row that the policies show, and that an index answers from the caller's own code.

    Policies ask about a row (`EXISTS`), which is right for rows found by key. A list of everything that is mine starts at
    the other end: my code, the persons behind it, their rows. The code is compared outside the union: so PostgreSQL can
    also go the other way, from a row to the person's relations; with a comparison in each arm it reads all of mine, in the
    worst plan once for each row.
    """
    arms = [
        f"SELECT {quoted(CLIENT_KEY)}, {quoted(entry.column)} AS code FROM policy.{quoted(entry.table)}"
        for entry in entries
    ]
    cast = "::uuid" if entries[0].kind == "key" else ""
    mine = f"mine.code = {setting(entries[0].identifier, cast)}"
    return f"{ROW}.{quoted(CLIENT_KEY)} IN (SELECT mine.{quoted(CLIENT_KEY)} FROM ({' UNION ALL '.join(arms)}) mine WHERE {mine})"


def _type(judged: Sequence[Judged]) -> dict[str, list[dict[str, Any]]]:
    names = dict.fromkeys(name for grant in judged for name in grant.fields)
    return {name: _alternatives(name, judged) for name in sorted(names)}


def _alternatives(name: str, judged: Sequence[Judged]) -> list[dict[str, Any]]:
    """On which grounds a field may be read. Grounds that always count together are one, with one look where each had its own."""
    listing = [grant for grant in judged if name in grant.fields]
    plain = _is_everywhere(listing, judged)
    anchored = any(grant.anchor for grant in judged)
    together: dict[Any, list[Judged]] = {}
    for grant in listing:
        own = grant.id if anchored or grant.condition.sql == "true" else None
        together.setdefault((own, grant.scopes, grant.copies), []).append(grant)
    found: list[dict[str, Any]] = []
    for (_, scopes, copies), grants in together.items():
        condition = combine("or", [grant.condition for grant in grants])
        found.append(
            {
                "grant": " | ".join(grant.id for grant in grants),
                "scopes": list(scopes),
                "when": None if plain or condition.sql == "true" else condition.sql,
                **({"copies": copies} if copies else {}),
            }
        )
    return found


def _is_everywhere(listing: Sequence[Judged], judged: Sequence[Judged]) -> bool:
    """Whether the grants that list a field show every row that all of them show: the others are none, or add nothing to what these say."""
    if len(listing) == len(judged):
        return True
    first = judged[0]
    if any(grant.anchor or (grant.scopes, grant.copies) != (first.scopes, first.copies) for grant in judged):
        return False
    # That one of them shows every row, its own ground says.
    shown = _shown(listing)
    return shown != "true" and shown == _shown(judged)


def _shown(grants: Sequence[Judged]) -> str:
    return combine("or", [grant.condition for grant in grants]).sql


def _inputs(file: GrantsFile, tables: Tables) -> dict[str, Any]:
    """Every input field of this register, also those that no schema has: what is not listed is refused."""
    found: dict[str, Any] = {}
    for name, fields in file.inputs.transparent.items():
        found.update({f"{name}.{field}": "combinator" for field in fields})
    for name, entry in file.inputs.types.items():
        if entry.reads.register == tables.register:
            found.update({f"{name}.{field}": reads for field, reads in _reads(entry, tables).items()})
    return dict(sorted(found.items()))


def _reads(entry: InputType, tables: Tables) -> Mapping[str, Any]:
    row = tables.rows.get(entry.reads.name)
    reads: dict[str, Any] = {}
    if row is not None:
        named = [*row.columns.values(), *row.relations.values()]
        reads = {part.name: [f"{row.type}.{part.name}"] for part in named if not part.hidden}
    reads |= {name: list(coordinates) for name, coordinates in entry.overrides.items()}
    reads |= dict.fromkeys(entry.combinators, "combinator")
    reads |= {name: {"claim": claim} for name, claim in entry.claims.items()}
    return reads | {name: [] for name in entry.ignored}
