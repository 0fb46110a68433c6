"""Indicatieregister (§12.1)."""

from __future__ import annotations

from tests.oracle.rules.words import Party, Predicate, mine, specs, transfers_to, zkv
from tests.oracle.world import Row, World

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


def _mediations(w: Row, world: World) -> list[Row]:
    return world.where("Bemiddeling", "wlzIndicatieID", w["wlzindicatieID"])


def indication_office(w: Row, world: World, p: Party) -> bool:
    return w["initieelVerantwoordelijkZorgkantoor"] == p.code or any(
        zkv(b, p) or any(mine(s, p) for s in specs(b, world)) or transfers_to(b, world, p)
        for b in _mediations(w, world)
    )


def indication_provider(w: Row, world: World, p: Party) -> bool:
    return any(mine(s, p) for b in _mediations(w, world) for s in specs(b, world))


def of_indication(type_name: str, rule: Predicate) -> Predicate:
    return lambda row, world, p: rule(indication_of(type_name, row, world), world, p)


def always(_row: Row, _world: World, _p: Party) -> bool:
    return True
