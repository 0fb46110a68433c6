"""Bemiddelingsregister (§12.2)."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.rules.words import (
    Party,
    Predicate,
    mine,
    overlaps,
    running_at,
    specs,
    start,
    transfers_to,
    within2y,
    within31,
    zkv,
)
from tests.oracle.world import Row, World


def mediation_of(type_name: str) -> Callable[[Row, World], Row]:
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


def contact_client(type_name: str, x: Row, world: World) -> Row:
    if type_name == "ContactpersoonContactgegevens":
        return world.one("Contactpersoon", world.one(type_name, x, "contactpersoon"), "client")
    return world.one(type_name, x, "client")


def contact(type_name: str) -> dict[str, Predicate]:
    def mediations(x: Row, world: World) -> list[Row]:
        return world.related("BemiddelingClient", contact_client(type_name, x, world), "bemiddeling")

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
