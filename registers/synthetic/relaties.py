"""Projects who is involved with a client: the `zorgrelatie` rows that IR, LR and CR keep, and BR's `indicatiereferentie`.

Access to an indication, a delivery or a profile hangs on facts that only BR knows. Each fact becomes one row: in which
capacity (`hoedanigheid`) a party (`code`) is involved, and from when until when. Only codes, ids and dates are projected.

============  ============================  ======================================  =============================
hoedanigheid  one row for each              vanaf                                   tot
============  ============================  ======================================  =============================
ZKv           Bemiddeling                   verantwoordelijkheidIngangsdatum        verantwoordelijkheidEinddatum
ZKu           Bemiddelingspecificatie       start(S)                                toewijzingEinddatum
ZA            same, with an instelling      start(S)                                toewijzingEinddatum
ZAr           Regiehouder                   ingangsdatum                            einddatum
ZKn           Overdracht                    overdrachtDatum                         open
============  ============================  ======================================  =============================
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from iwlz.periods import start
from registers.synthetic.dossier import Dossier, Row

__all__ = ["KEEPERS", "project", "refer"]

KEEPERS = ("indicatie", "zorglevering", "client")
"""The registers that keep the projected relations."""


def project(dossier: Dossier) -> None:
    """Add the relations of this client to every keeper; the same rows with the same ids in each."""
    mediations = {row["bemiddelingID"]: row for row in dossier.rows("bemiddeling", "bemiddeling")}
    for row in _relations(dossier, mediations):
        for register in KEEPERS:
            dossier.add(register, "zorgrelatie", row)


def refer(dossier: Dossier) -> None:
    """Tell BR which indications CIZ has published for this client."""
    for row in dossier.rows("indicatie", "wlzindicatie"):
        dossier.add("bemiddeling", "indicatiereferentie", {"wlzIndicatieID": row["wlzindicatieID"]})


def _relations(dossier: Dossier, mediations: dict[UUID, Row]) -> list[Row]:
    def relation(capacity: str, row: Row, code: str, since: date, until: date | None, **extra: Any) -> Row:
        return {
            "zorgrelatieID": dossier.stream.uuid(),
            "hoedanigheid": capacity,
            "code": code,
            "wlzIndicatieID": mediations[row["bemiddelingID"]]["wlzIndicatieID"],
            "bemiddelingID": row["bemiddelingID"],
            "bemiddelingspecificatieID": None,
            "vanaf": since,
            "tot": until,
            "overdrachtDatum": None,
            **extra,
        }

    relations = [
        relation(
            "ZKv",
            row,
            row["verantwoordelijkZorgkantoor"],
            row["verantwoordelijkheidIngangsdatum"],
            row["verantwoordelijkheidEinddatum"],
        )
        for row in mediations.values()
    ]
    for row in dossier.rows("bemiddeling", "bemiddelingspecificatie"):
        since = start(row["toewijzingIngangsdatum"], row["vaststellingMoment"])
        until, key = row["toewijzingEinddatum"], row["bemiddelingspecificatieID"]
        relations.append(
            relation("ZKu", row, row["uitvoerendZorgkantoor"], since, until, bemiddelingspecificatieID=key)
        )
        if row["instelling"]:
            relations.append(relation("ZA", row, row["instelling"], since, until, bemiddelingspecificatieID=key))
    relations.extend(
        relation("ZAr", row, row["instelling"], row["ingangsdatum"], row["einddatum"])
        for row in dossier.rows("bemiddeling", "regiehouder")
    )
    relations.extend(
        relation(
            "ZKn", row, row["verantwoordelijkZorgkantoor"], row["overdrachtDatum"], None,
            overdrachtDatum=row["overdrachtDatum"],
        )
        for row in dossier.rows("bemiddeling", "overdracht")
    )  # fmt: skip
    return relations
