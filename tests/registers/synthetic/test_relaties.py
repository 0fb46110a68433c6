"""The projected relations equal a plain recomputation from BR."""

from __future__ import annotations

from typing import Any

from iwlz.periods import date_of

Net = dict[str, dict[str, list[dict[str, Any]]]]


def recomputed(net: Net) -> list[tuple[Any, ...]]:
    """Who is involved with whom, read from BR's tables row by row."""
    br, found = net["bemiddeling"], list[tuple[Any, ...]]()
    for mediation in br["bemiddeling"]:
        key = mediation["bemiddelingID"]
        common = (mediation["client_key"], mediation["wlzIndicatieID"], key)
        own = [row for row in br["bemiddelingspecificatie"] if row["bemiddelingID"] == key]
        since, until = mediation["verantwoordelijkheidIngangsdatum"], mediation["verantwoordelijkheidEinddatum"]
        found.append((*common, "ZKv", mediation["verantwoordelijkZorgkantoor"], None, since, until, None))
        for row in own:
            since = row["toewijzingIngangsdatum"]
            since = min(since, date_of(row["vaststellingMoment"]))
            period = (row["bemiddelingspecificatieID"], since, row["toewijzingEinddatum"], None)
            found.append((*common, "ZKu", row["uitvoerendZorgkantoor"], *period))
            if row["instelling"] is not None:
                found.append((*common, "ZA", row["instelling"], *period))
        for row in br["regiehouder"]:
            if row["bemiddelingID"] == key:
                found.append((*common, "ZAr", row["instelling"], None, row["ingangsdatum"], row["einddatum"], None))
        for row in br["overdracht"]:
            if row["bemiddelingID"] == key:
                day = row["overdrachtDatum"]
                found.append((*common, "ZKn", row["verantwoordelijkZorgkantoor"], None, day, None, day))
    return found


COLUMNS = (
    "client_key", "wlzIndicatieID", "bemiddelingID", "hoedanigheid", "code", "bemiddelingspecificatieID", "vanaf", "tot",
    "overdrachtDatum",
)  # fmt: skip


def test_every_keeper_has_exactly_the_relations_that_follow_from_br(net: Net) -> None:
    expected = sorted(map(repr, recomputed(net)))
    for register in ("indicatie", "zorglevering", "client"):
        rows = net[register]["zorgrelatie"]
        assert sorted(repr(tuple(row[column] for column in COLUMNS)) for row in rows) == expected


def test_relations_hold_codes_ids_and_dates_only(net: Net) -> None:
    assert set(net["client"]["zorgrelatie"][0]) == {*COLUMNS, "zorgrelatieID"}
