"""Cliëntregister, and the client itself (§12.4): whose a row of any register is."""

from __future__ import annotations

from tests.oracle.matrix import INDICATIE, LEVERING, PROFIEL
from tests.oracle.rules.bemiddeling import contact_client, mediation_of
from tests.oracle.rules.indicatie import indication_of
from tests.oracle.rules.levering import delivery_of
from tests.oracle.rules.words import Party, Predicate, end, mine, specs, start, transfers_to, within2y, zkv
from tests.oracle.world import Row, World


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


def profile(type_name: str) -> Predicate:
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
        return contact_client(type_name, row, world)["bsn"]
    if type_name == "Overdrachtspecificatie":
        row, type_name = world.one(type_name, row, "overdracht"), "Overdracht"
    return world.one("Bemiddeling", mediation_of(type_name)(row, world), "client")["bsn"]


def person(type_name: str) -> Predicate:
    return lambda row, world, p: bsn_of(type_name, row, world) == p.code
