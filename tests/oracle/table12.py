"""The authorization table, read a second time: who may see which row and which fields of it, by brute force.

Written from the published rules (authorization matrix, use cases IRA/BRA/LRA) and the choices recorded in
`network/grants.yaml`, not from the grants file itself. A line here is *role → predicate over (row, world, caller) →
fields*; a row is visible when some line's predicate holds, a field when some such line lists it. The predicates are in `tests/oracle/rules`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.oracle.matrix import BEMIDDELING, INDICATIE, LEVERING, MATRIX, PROFIEL, SCOPES
from tests.oracle.rules import bemiddeling, client, indicatie, levering
from tests.oracle.rules.words import Party, Predicate
from tests.oracle.world import RELATIONS, Row, World


@dataclass(frozen=True)
class Line:
    role: str
    predicate: Predicate
    fields: frozenset[str]


ZK, ZA, CIZ, BURGER = "ZORGKANTOOR", "ZORGAANBIEDER", "CIZ", "BURGER"
THIRD_PARTIES = frozenset({"ContactPersoon", "Contactpersoon", "ContactpersoonContactgegevens"})
_Raw = tuple[str, Predicate, frozenset[str] | None, bool]
"""role, predicate, explicit fields (None = base of the type), whether pgbPercentage comes on top."""


def _raw_lines() -> dict[str, list[_Raw]]:
    table: dict[str, list[_Raw]] = {}

    def add(
        type_name: str, role: str, rule: Predicate, fields: Iterable[str] | None = None, *, pgb: bool = False
    ) -> None:
        table.setdefault(type_name, []).append((role, rule, None if fields is None else frozenset(fields), pgb))

    for t in INDICATIE:
        add(t, ZK, indicatie.of_indication(t, indicatie.indication_office))
        add(t, ZA, indicatie.of_indication(t, indicatie.indication_provider))
        add(t, CIZ, indicatie.always)

    x = "Bemiddelingspecificatie"
    add(x, ZK, bemiddeling.spec_zkv, pgb=True)
    add(x, ZA, bemiddeling.spec_mine)
    add(x, ZA, bemiddeling.spec_informative)
    add(x, ZK, bemiddeling.spec_mine, pgb=True)
    add(x, ZK, bemiddeling.spec_informative, pgb=True)
    add(x, ZK, bemiddeling.spec_transferred)
    add(x, CIZ, bemiddeling.spec_published, {"uitvoerendZorgkantoor"})
    add("Bemiddeling", ZK, bemiddeling.b_zkv)
    add("Bemiddeling", ZA, bemiddeling.b_provider)
    add("Bemiddeling", ZK, bemiddeling.b_office)
    add(
        "Bemiddeling",
        CIZ,
        bemiddeling.b_published,
        {"bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "bemiddelingspecificatie"},
    )
    add("BemiddelingClient", ZK, bemiddeling.c_visible)
    add("BemiddelingClient", ZA, bemiddeling.c_visible)
    add("Regiehouder", ZK, bemiddeling.r_zkv)
    add("Regiehouder", ZA, bemiddeling.r_own)
    add("Regiehouder", ZA, bemiddeling.r_overlapping)
    add("Regiehouder", ZK, bemiddeling.r_overlapping)
    add("Regiehouder", ZK, bemiddeling.r_transferred)
    for t in ("ClientContactgegevens", "Contactpersoon", "ContactpersoonContactgegevens"):
        rules = bemiddeling.contact(t)
        add(t, ZK, rules["responsible"])
        add(t, ZA, rules["overlapping"])
        add(t, ZK, rules["overlapping"])
        add(t, ZK, rules["transferred"])
    add("Overdracht", ZK, bemiddeling.o_office)
    add("Overdrachtspecificatie", ZK, bemiddeling.os_office)

    for t in ("Levering", "Leveringperiode", "BehandelingPeriode", "Uitstelperiode", "Afstel"):
        add(t, ZA, levering.delivery(t, bemiddeling.spec_mine))
        add(t, ZK, levering.delivery(t, levering.office_of_spec))
        add(t, ZK, levering.delivery(t, bemiddeling.spec_informative))
        add(t, ZA, levering.delivery(t, bemiddeling.spec_informative))
    add("Levering", ZA, levering.l_named, {"leveringID", "client"})
    for t in ("Verzoek", "VerzoekAanbieder"):
        add(t, ZA, levering.delivery(t, bemiddeling.spec_mine))
        add(t, ZK, levering.delivery(t, bemiddeling.spec_zkv))
    add("VerzoekAanbieder", ZA, levering.va_named)
    add("Verzoek", ZA, levering.v_named)
    for role in (ZK, ZA):
        add("LeveringClient", role, _levering_client)

    for t in PROFIEL:
        add(t, ZA, client.profile(t))
        add(t, ZK, client.profile(t))
    for t in (*INDICATIE, *BEMIDDELING, *LEVERING, *PROFIEL):
        if t not in THIRD_PARTIES:
            add(t, BURGER, client.person(t), pgb=t == x)
    return table


def _levering_client(c: Row, world: World, p: Party) -> bool:
    lines = [line for line in TABLE["Levering"] if line.role == p.role]
    return any(
        line.predicate(levering, world, p)
        for levering in world.related("LeveringClient", c, "leveringen")
        for line in lines
    )


def _edges(type_name: str, role: str, raw: dict[str, list[_Raw]]) -> frozenset[str]:
    """Edges of a type whose target has a line for this role; left-overs that no schema shows are no edges."""
    extra = {
        ("Clientprofiel", "bemiddelingen"): "Bemiddeling",
        ("Clientprofiel", "leveringen"): "Levering",
    }
    hidden = {("Regiehouder", "client"), ("BemiddelingClient", "regiehouder")}
    targets = {key: target for key, (target, _, _) in RELATIONS.items() if key not in hidden} | extra
    return frozenset(
        field
        for (owner, field), target in targets.items()
        if owner == type_name and any(role == line[0] for line in raw.get(target, ()))
    )


def _table() -> dict[str, tuple[Line, ...]]:
    raw = _raw_lines()
    table: dict[str, tuple[Line, ...]] = {}
    for type_name, lines in raw.items():
        made: list[Line] = []
        for role, rule, fields, pgb in lines:
            listed = fields
            if listed is None:
                listed = MATRIX[type_name] | _edges(type_name, role, raw)
                if role == BURGER:
                    listed -= {"commentaar"}
                if pgb:
                    listed |= {"pgbPercentage"}
            made.append(Line(role, rule, listed))
        table[type_name] = tuple(made)
    return table


TABLE = _table()


def visible(type_name: str, row: Row, world: World, party: Party) -> bool:
    return any(line.role == party.role and line.predicate(row, world, party) for line in TABLE.get(type_name, ()))


def allowed(type_name: str, field: str, row: Row, world: World, party: Party) -> bool:
    return any(
        line.role == party.role and field in line.fields and line.predicate(row, world, party)
        for line in TABLE.get(type_name, ())
    )


# Link fields belong to the register that contributes them, and need its scope.
LINK_SCOPES: dict[tuple[str, str], frozenset[str]] = {
    ("WlzIndicatie", "bemiddeling"): SCOPES["Bemiddeling"],
    ("Bemiddelingspecificatie", "levering"): SCOPES["Levering"],
    ("Clientprofiel", "indicaties"): SCOPES["WlzIndicatie"],
    ("Clientprofiel", "bemiddelingen"): SCOPES["Bemiddeling"],
    ("Clientprofiel", "leveringen"): SCOPES["Levering"],
}


def grantable(type_name: str, field: str, party: Party) -> bool:
    """Could any row give this party this field? Asked before anything is read."""
    scopes = LINK_SCOPES.get((type_name, field), SCOPES[type_name])
    return bool(scopes & party.scopes) and any(
        line.role == party.role and field in line.fields for line in TABLE.get(type_name, ())
    )


def enterable(type_name: str, party: Party) -> bool:
    """Has the party any grant on this type at all? Without one not even `__typename` is answered."""
    return bool(SCOPES[type_name] & party.scopes) and any(line.role == party.role for line in TABLE.get(type_name, ()))


def anchored_by(type_name: str, role: str) -> tuple[str, ...]:
    """Filter fields that a root list of this type must pin down for this role."""
    return ("wlzIndicatieID",) if (type_name, role) == ("Bemiddeling", CIZ) else ()
