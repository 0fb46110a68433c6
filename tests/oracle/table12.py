"""The authorization table, read a second time: who may see which row and which fields of it, by brute force.

Written from the published rules (authorization matrix, use cases IRA/BRA/LRA) and the choices recorded in
`network/grants.yaml`, not from the grants file itself. A line here is *role → predicate over (row, world, caller) →
fields*; a row is visible when some line's predicate holds, a field when some such line lists it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from tests.oracle.matrix import BEMIDDELING, INDICATIE, LEVERING, MATRIX, PROFIEL, SCOPES
from tests.oracle.world import RELATIONS, Row, World

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FAR = date.max


@dataclass(frozen=True)
class Party:
    """A caller as the table speaks of one: role, the one identifier that goes with it, scopes, and the day it is."""

    role: str
    code: str
    scopes: frozenset[str]
    today: date


Predicate = Callable[[Row, World, Party], bool]


@dataclass(frozen=True)
class Line:
    role: str
    predicate: Predicate
    fields: frozenset[str]


# --- words of the rules ---------------------------------------------------------------------------------------------


def day(moment: datetime) -> date:
    return moment.astimezone(AMSTERDAM).date()


def start(spec: Row) -> date:
    return min(spec["toewijzingIngangsdatum"], day(spec["vaststellingMoment"]))


def end(spec: Row) -> date:
    return spec["toewijzingEinddatum"] or FAR


def overlaps(spec: Row, first: date, last: date | None) -> bool:
    return start(spec) <= (last or FAR) and first <= end(spec)


def within31(spec: Row, today: date) -> bool:
    return end(spec) == FAR or today <= date(end(spec).year + 1, 5, 31)


def within2y(spec: Row, today: date) -> bool:
    last = end(spec)
    if last == FAR:
        return True
    leap = (last.month, last.day) == (2, 29)
    return today <= (date(last.year + 2, 2, 28) if leap else last.replace(year=last.year + 2))


def mine(spec: Row, party: Party) -> bool:
    """Does the allocation name this provider, or is this office the one that carries it out?"""
    if party.role == "ZORGAANBIEDER":
        return spec["instelling"] == party.code
    return spec["uitvoerendZorgkantoor"] == party.code


def zkv(bemiddeling: Row, party: Party) -> bool:
    return bemiddeling["verantwoordelijkZorgkantoor"] == party.code


def specs(bemiddeling: Row, world: World) -> list[Row]:
    return world.related("Bemiddeling", bemiddeling, "bemiddelingspecificatie")


def transfers_to(bemiddeling: Row, world: World, party: Party) -> list[Row]:
    return [
        o
        for o in world.related("Bemiddeling", bemiddeling, "overdracht")
        if o["verantwoordelijkZorgkantoor"] == party.code
    ]


def running_at(last: date | None, transfer: Row) -> bool:
    """`end > overdrachtDatum - 1 day`."""
    return (last or FAR) >= transfer["overdrachtDatum"]


def parent(type_name: str, field: str = "bemiddeling") -> Callable[[Row, World], Row]:
    return lambda row, world: world.one(type_name, row, field)


# The part of each IR type that leads up to its indication.
_UP: dict[str, tuple[str, str, str]] = {
    "Beperking": ("WlzIndicatie", "wlzindicatieID", "wlzindicatieID"),
    "BeperkingScore": ("Beperking", "beperkingID", "beperkingID"),
    "ContactPersoon": ("IndicatieClient", "clientID", "clientID"),
    "Adres": ("ContactGegevens", "contactGegevensID", "contactGegevensID"),
    "Telefoon": ("ContactGegevens", "contactGegevensID", "contactGegevensID"),
    "Email": ("ContactGegevens", "contactGegevensID", "contactGegevensID"),
}


def indication_of(type_name: str, row: Row, world: World) -> Row:
    """The WlzIndicatie that a row of the Indicatieregister is part of."""
    if type_name == "WlzIndicatie":
        return row
    if type_name == "ContactGegevens":
        if row["clientID"] is not None:
            return indication_of(
                "IndicatieClient", world.where("IndicatieClient", "clientID", row["clientID"])[0], world
            )
        owner = world.where("ContactPersoon", "contactPersoonID", row["contactPersoonID"])[0]
        return indication_of("ContactPersoon", owner, world)
    target, local, remote = _UP.get(type_name, ("WlzIndicatie", "wlzindicatieID", "wlzindicatieID"))
    return indication_of(target, world.where(target, remote, row[local])[0], world)


# --- §12.1 Indicatieregister -----------------------------------------------------------------------------------------


def _mediations(w: Row, world: World) -> list[Row]:
    return world.where("Bemiddeling", "wlzIndicatieID", w["wlzindicatieID"])


def _indication_office(w: Row, world: World, p: Party) -> bool:
    return w["initieelVerantwoordelijkZorgkantoor"] == p.code or any(
        zkv(b, p) or any(mine(s, p) for s in specs(b, world)) or transfers_to(b, world, p)
        for b in _mediations(w, world)
    )


def _indication_provider(w: Row, world: World, p: Party) -> bool:
    return any(mine(s, p) for b in _mediations(w, world) for s in specs(b, world))


def _of_indication(type_name: str, rule: Predicate) -> Predicate:
    return lambda row, world, p: rule(indication_of(type_name, row, world), world, p)


def _always(_row: Row, _world: World, _p: Party) -> bool:
    return True


# --- §12.2 Bemiddelingsregister --------------------------------------------------------------------------------------


def _b_of(type_name: str) -> Callable[[Row, World], Row]:
    return lambda row, world: row if type_name == "Bemiddeling" else world.one(type_name, row, "bemiddeling")


def _informative(x: Row, b: Row, world: World, p: Party) -> bool:
    return any(
        mine(s, p) and overlaps(s, start(x), x["toewijzingEinddatum"]) and within31(s, p.today) for s in specs(b, world)
    )


def _linked_or_running(x: Row, b: Row, world: World, p: Party) -> bool:
    for o in transfers_to(b, world, p):
        linked = any(
            os["bemiddelingspecificatieID"] == x["bemiddelingspecificatieID"]
            for os in world.related("Overdracht", o, "overdrachtspecificatie")
        )
        if linked or running_at(x["toewijzingEinddatum"], o):
            return True
    return False


def spec_zkv(x: Row, world: World, p: Party) -> bool:
    return zkv(world.one("Bemiddelingspecificatie", x, "bemiddeling"), p)


def spec_mine(x: Row, _world: World, p: Party) -> bool:
    return mine(x, p)


def spec_informative(x: Row, world: World, p: Party) -> bool:
    return _informative(x, world.one("Bemiddelingspecificatie", x, "bemiddeling"), world, p)


def spec_transferred(x: Row, world: World, p: Party) -> bool:
    return _linked_or_running(x, world.one("Bemiddelingspecificatie", x, "bemiddeling"), world, p)


def spec_published(x: Row, world: World, _p: Party) -> bool:
    return world.one("Bemiddelingspecificatie", x, "bemiddeling")["wlzIndicatieID"] in world.references


def b_zkv(b: Row, _world: World, p: Party) -> bool:
    return zkv(b, p)


def b_provider(b: Row, world: World, p: Party) -> bool:
    return any(mine(s, p) for s in specs(b, world)) or any(
        r["instelling"] == p.code for r in world.related("Bemiddeling", b, "regiehouder")
    )


def b_office(b: Row, world: World, p: Party) -> bool:
    return any(mine(s, p) for s in specs(b, world)) or bool(transfers_to(b, world, p))


def b_published(b: Row, world: World, _p: Party) -> bool:
    return b["wlzIndicatieID"] in world.references


def c_visible(c: Row, world: World, p: Party) -> bool:
    mediations = world.related("BemiddelingClient", c, "bemiddeling")
    if p.role == "ZORGAANBIEDER":
        return any(b_provider(b, world, p) for b in mediations)
    return any(b_zkv(b, world, p) or b_office(b, world, p) for b in mediations)


def r_zkv(r: Row, world: World, p: Party) -> bool:
    return zkv(world.one("Regiehouder", r, "bemiddeling"), p)


def r_own(r: Row, _world: World, p: Party) -> bool:
    return r["instelling"] == p.code


def r_overlapping(r: Row, world: World, p: Party) -> bool:
    b = world.one("Regiehouder", r, "bemiddeling")
    return any(
        mine(s, p) and overlaps(s, r["ingangsdatum"], r["einddatum"]) and within31(s, p.today) for s in specs(b, world)
    )


def r_transferred(r: Row, world: World, p: Party) -> bool:
    b = world.one("Regiehouder", r, "bemiddeling")
    return any(
        running_at(r["einddatum"], o) and r["ingangsdatum"] <= o["overdrachtDatum"] for o in transfers_to(b, world, p)
    )


def _contact_client(type_name: str, x: Row, world: World) -> Row:
    if type_name == "ContactpersoonContactgegevens":
        return world.one("Contactpersoon", world.one(type_name, x, "contactpersoon"), "client")
    return world.one(type_name, x, "client")


def _contact(type_name: str) -> dict[str, Predicate]:
    def mediations(x: Row, world: World) -> list[Row]:
        return world.related("BemiddelingClient", _contact_client(type_name, x, world), "bemiddeling")

    def responsible(x: Row, world: World, p: Party) -> bool:
        return any(zkv(b, p) for b in mediations(x, world))

    def overlapping(x: Row, world: World, p: Party) -> bool:
        return any(
            mine(s, p) and overlaps(s, x["ingangsdatum"], x["einddatum"]) and within2y(s, p.today)
            for b in mediations(x, world)
            for s in specs(b, world)
        )

    def transferred(x: Row, world: World, p: Party) -> bool:
        return any(running_at(x["einddatum"], o) for b in mediations(x, world) for o in transfers_to(b, world, p))

    return {"responsible": responsible, "overlapping": overlapping, "transferred": transferred}


def o_office(o: Row, world: World, p: Party) -> bool:
    return o["verantwoordelijkZorgkantoor"] == p.code or zkv(world.one("Overdracht", o, "bemiddeling"), p)


def os_office(os: Row, world: World, p: Party) -> bool:
    return o_office(world.one("Overdrachtspecificatie", os, "overdracht"), world, p)


# --- §12.3 Leveringsregister -----------------------------------------------------------------------------------------


def delivery_of(type_name: str, row: Row, world: World) -> Row:
    if type_name == "Levering":
        return row
    if type_name == "BehandelingPeriode":
        return delivery_of("Leveringperiode", world.one(type_name, row, "leveringperiode"), world)
    if type_name == "VerzoekAanbieder":
        return delivery_of("Verzoek", world.one(type_name, row, "verzoek"), world)
    return world.one(type_name, row, "levering")


def _spec_of(levering: Row, world: World) -> Row | None:
    found = world.where("Bemiddelingspecificatie", "bemiddelingspecificatieID", levering["bemiddelingspecificatieID"])
    return found[0] if found else None


def _delivery(type_name: str, rule: Callable[[Row, World, Party], bool]) -> Predicate:
    def predicate(row: Row, world: World, p: Party) -> bool:
        spec = _spec_of(delivery_of(type_name, row, world), world)
        return spec is not None and rule(spec, world, p)

    return predicate


def _office_of_spec(x: Row, world: World, p: Party) -> bool:
    return mine(x, p) or spec_zkv(x, world, p)


def _names_me(levering: Row, world: World, p: Party) -> bool:
    return any(
        va["aanbieder"] == p.code
        for v in world.related("Levering", levering, "verzoeken")
        for va in world.related("Verzoek", v, "verzoekAanbieders")
    )


def l_named(levering: Row, world: World, p: Party) -> bool:
    return _names_me(levering, world, p)


def v_named(v: Row, world: World, p: Party) -> bool:
    return any(va["aanbieder"] == p.code for va in world.related("Verzoek", v, "verzoekAanbieders"))


def va_named(va: Row, _world: World, p: Party) -> bool:
    return va["aanbieder"] == p.code


# --- §12.4 Cliëntregister, client -------------------------------------------------------------------------------------


def _person_mediations(bsn: str, world: World) -> list[Row]:
    return [
        b
        for c in world.where("BemiddelingClient", "bsn", bsn)
        for b in world.related("BemiddelingClient", c, "bemiddeling")
    ]


def profile_of(type_name: str, row: Row, world: World) -> Row:
    if type_name == "Clientprofiel":
        return row
    if type_name == "ClientprofielContactpersoonContactgegevens":
        return profile_of("ClientprofielContactpersoon", world.one(type_name, row, "contactpersoon"), world)
    return world.one(type_name, row, "clientprofiel")


def _profile_readable(bsn: str, world: World, p: Party) -> bool:
    for b in _person_mediations(bsn, world):
        if any(mine(s, p) and within2y(s, p.today) for s in specs(b, world)):
            return True
        if p.role == "ZORGKANTOOR" and (zkv(b, p) or transfers_to(b, world, p)):
            return True
    return False


def _current_own_spec(bsn: str, world: World, p: Party) -> bool:
    return any(
        mine(s, p) and start(s) <= p.today <= end(s) for b in _person_mediations(bsn, world) for s in specs(b, world)
    )


def _profile(type_name: str) -> Predicate:
    def predicate(row: Row, world: World, p: Party) -> bool:
        bsn = profile_of(type_name, row, world)["bsn"]
        if row.get("geheim") == "1":
            return _current_own_spec(bsn, world, p)
        return _profile_readable(bsn, world, p)

    return predicate


def bsn_of(type_name: str, row: Row, world: World) -> str:
    """Whose row it is."""
    if type_name in INDICATIE:
        return indication_of(type_name, row, world)["bsn"]
    if type_name in PROFIEL:
        return profile_of(type_name, row, world)["bsn"]
    if type_name in LEVERING:
        client = (
            row
            if type_name == "LeveringClient"
            else world.one("Levering", delivery_of(type_name, row, world), "client")
        )
        return client["bsn"]
    if type_name == "BemiddelingClient":
        return row["bsn"]
    if type_name in {"Contactpersoon", "ClientContactgegevens", "ContactpersoonContactgegevens"}:
        return _contact_client(type_name, row, world)["bsn"]
    if type_name == "Overdrachtspecificatie":
        row, type_name = world.one(type_name, row, "overdracht"), "Overdracht"
    return world.one("Bemiddeling", _b_of(type_name)(row, world), "client")["bsn"]


def _person(type_name: str) -> Predicate:
    return lambda row, world, p: bsn_of(type_name, row, world) == p.code


# --- the table --------------------------------------------------------------------------------------------------------

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
        add(t, ZK, _of_indication(t, _indication_office))
        add(t, ZA, _of_indication(t, _indication_provider))
        add(t, CIZ, _always)

    x = "Bemiddelingspecificatie"
    add(x, ZK, spec_zkv, pgb=True)
    add(x, ZA, spec_mine)
    add(x, ZA, spec_informative)
    add(x, ZK, spec_mine, pgb=True)
    add(x, ZK, spec_informative, pgb=True)
    add(x, ZK, spec_transferred)
    add(x, CIZ, spec_published, {"uitvoerendZorgkantoor"})
    add("Bemiddeling", ZK, b_zkv)
    add("Bemiddeling", ZA, b_provider)
    add("Bemiddeling", ZK, b_office)
    add(
        "Bemiddeling",
        CIZ,
        b_published,
        {"bemiddelingID", "wlzIndicatieID", "verantwoordelijkZorgkantoor", "bemiddelingspecificatie"},
    )
    add("BemiddelingClient", ZK, c_visible)
    add("BemiddelingClient", ZA, c_visible)
    add("Regiehouder", ZK, r_zkv)
    add("Regiehouder", ZA, r_own)
    add("Regiehouder", ZA, r_overlapping)
    add("Regiehouder", ZK, r_overlapping)
    add("Regiehouder", ZK, r_transferred)
    for t in ("ClientContactgegevens", "Contactpersoon", "ContactpersoonContactgegevens"):
        rules = _contact(t)
        add(t, ZK, rules["responsible"])
        add(t, ZA, rules["overlapping"])
        add(t, ZK, rules["overlapping"])
        add(t, ZK, rules["transferred"])
    add("Overdracht", ZK, o_office)
    add("Overdrachtspecificatie", ZK, os_office)

    for t in ("Levering", "Leveringperiode", "BehandelingPeriode", "Uitstelperiode", "Afstel"):
        add(t, ZA, _delivery(t, spec_mine))
        add(t, ZK, _delivery(t, _office_of_spec))
        add(t, ZK, _delivery(t, spec_informative))
        add(t, ZA, _delivery(t, spec_informative))
    add("Levering", ZA, l_named, {"leveringID", "client"})
    for t in ("Verzoek", "VerzoekAanbieder"):
        add(t, ZA, _delivery(t, spec_mine))
        add(t, ZK, _delivery(t, spec_zkv))
    add("VerzoekAanbieder", ZA, va_named)
    add("Verzoek", ZA, v_named)
    for role in (ZK, ZA):
        add("LeveringClient", role, _levering_client)

    for t in PROFIEL:
        add(t, ZA, _profile(t))
        add(t, ZK, _profile(t))
    for t in (*INDICATIE, *BEMIDDELING, *LEVERING, *PROFIEL):
        if t not in THIRD_PARTIES:
            add(t, BURGER, _person(t), pgb=t == x)
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
