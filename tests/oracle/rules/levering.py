"""Leveringsregister (§12.3): who sees an allocation sees what was delivered on it."""

from __future__ import annotations

from collections.abc import Callable

from tests.oracle.rules.bemiddeling import spec_zkv
from tests.oracle.rules.words import Party, Predicate, mine
from tests.oracle.world import Row, World


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


def delivery(type_name: str, rule: Callable[[Row, World, Party], bool]) -> Predicate:
    def predicate(row: Row, world: World, p: Party) -> bool:
        spec = _spec_of(delivery_of(type_name, row, world), world)
        return spec is not None and rule(spec, world, p)

    return predicate


def office_of_spec(x: Row, world: World, p: Party) -> bool:
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
