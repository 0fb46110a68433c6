"""The synthetic care network as plain Python objects, for answers by brute force.

Nothing here comes from the product but the rows themselves: relations are walked by comparing keys, one dictionary per
step, and every rule reads the way the authorization table reads.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

# (register, table) of each GraphQL type.
TABLES: dict[str, tuple[str, str]] = {
    "WlzIndicatie": ("indicatie", "wlzindicatie"),
    "Grondslag": ("indicatie", "grondslag"),
    "GeindiceerdZorgzwaartepakket": ("indicatie", "geindiceerdzorgzwaartepakket"),
    "VervallenGeldigheid": ("indicatie", "vervallengeldigheid"),
    "Beperking": ("indicatie", "beperking"),
    "BeperkingScore": ("indicatie", "beperkingscore"),
    "Stoornis": ("indicatie", "stoornis"),
    "StoornisScore": ("indicatie", "stoornisscore"),
    "Wzd": ("indicatie", "wzd"),
    "IndicatieClient": ("indicatie", "client"),
    "ContactPersoon": ("indicatie", "contactpersoon"),
    "ContactGegevens": ("indicatie", "contactgegevens"),
    "Adres": ("indicatie", "adres"),
    "Telefoon": ("indicatie", "telefoon"),
    "Email": ("indicatie", "email"),
    "BemiddelingClient": ("bemiddeling", "client"),
    "Bemiddeling": ("bemiddeling", "bemiddeling"),
    "Bemiddelingspecificatie": ("bemiddeling", "bemiddelingspecificatie"),
    "Regiehouder": ("bemiddeling", "regiehouder"),
    "Overdracht": ("bemiddeling", "overdracht"),
    "Overdrachtspecificatie": ("bemiddeling", "overdrachtspecificatie"),
    "Contactpersoon": ("bemiddeling", "contactpersoon"),
    "ClientContactgegevens": ("bemiddeling", "clientcontactgegevens"),
    "ContactpersoonContactgegevens": ("bemiddeling", "contactpersooncontactgegevens"),
    "LeveringClient": ("zorglevering", "client"),
    "Levering": ("zorglevering", "levering"),
    "Leveringperiode": ("zorglevering", "leveringperiode"),
    "BehandelingPeriode": ("zorglevering", "behandelingperiode"),
    "Uitstelperiode": ("zorglevering", "uitstelperiode"),
    "Afstel": ("zorglevering", "afstel"),
    "Verzoek": ("zorglevering", "verzoek"),
    "VerzoekAanbieder": ("zorglevering", "verzoekaanbieder"),
    "Clientprofiel": ("client", "clientprofiel"),
    "ClientprofielContactgegevens": ("client", "clientprofielcontactgegevens"),
    "ClientprofielContactpersoon": ("client", "clientprofielcontactpersoon"),
    "ClientprofielContactpersoonContactgegevens": ("client", "clientprofielcontactpersooncontactgegevens"),
}

KEYS: dict[str, str] = {
    "WlzIndicatie": "wlzindicatieID",
    "Grondslag": "grondslagID",
    "GeindiceerdZorgzwaartepakket": "geindiceerdZorgzwaartepakketID",
    "VervallenGeldigheid": "vervallenGeldigheidID",
    "Beperking": "beperkingID",
    "BeperkingScore": "beperkingScoreID",
    "Stoornis": "stoornisID",
    "StoornisScore": "stoornisScoreID",
    "Wzd": "wzdID",
    "IndicatieClient": "clientID",
    "ContactPersoon": "contactPersoonID",
    "ContactGegevens": "contactGegevensID",
    "Adres": "adresID",
    "Telefoon": "telefoonID",
    "Email": "emailID",
    "BemiddelingClient": "clientID",
    "Bemiddeling": "bemiddelingID",
    "Bemiddelingspecificatie": "bemiddelingspecificatieID",
    "Regiehouder": "regiehouderID",
    "Overdracht": "overdrachtID",
    "Overdrachtspecificatie": "overdrachtspecificatieID",
    "Contactpersoon": "contactpersoonID",
    "ClientContactgegevens": "clientContactgegevensID",
    "ContactpersoonContactgegevens": "contactpersoonContactgegevensID",
    "LeveringClient": "clientID",
    "Levering": "leveringID",
    "Leveringperiode": "leveringperiodeID",
    "BehandelingPeriode": "behandelingperiodeID",
    "Uitstelperiode": "uitstelperiodeID",
    "Afstel": "afstelID",
    "Verzoek": "verzoekID",
    "VerzoekAanbieder": "verzoekAanbiederID",
    "Clientprofiel": "clientprofielID",
    "ClientprofielContactgegevens": "clientprofielContactgegevensID",
    "ClientprofielContactpersoon": "clientprofielContactpersoonID",
    "ClientprofielContactpersoonContactgegevens": "clientprofielContactpersoonContactgegevensID",
}

# Type.field → (target type, local column, target column). Read "rows of target whose column equals mine".
RELATIONS: dict[tuple[str, str], tuple[str, str, str]] = {
    ("WlzIndicatie", "grondslag"): ("Grondslag", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "geindiceerdZorgzwaartepakket"): (
        "GeindiceerdZorgzwaartepakket",
        "wlzindicatieID",
        "wlzindicatieID",
    ),
    ("WlzIndicatie", "beperking"): ("Beperking", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "stoornis"): ("Stoornis", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "stoornisScore"): ("StoornisScore", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "wzd"): ("Wzd", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "client"): ("IndicatieClient", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "vervallenGeldigheid"): ("VervallenGeldigheid", "wlzindicatieID", "wlzindicatieID"),
    ("WlzIndicatie", "bemiddeling"): ("Bemiddeling", "wlzindicatieID", "wlzIndicatieID"),
    ("Beperking", "beperkingScore"): ("BeperkingScore", "beperkingID", "beperkingID"),
    ("IndicatieClient", "contactPersoon"): ("ContactPersoon", "clientID", "clientID"),
    ("IndicatieClient", "contactGegevens"): ("ContactGegevens", "clientID", "clientID"),
    ("IndicatieClient", "profiel"): ("Clientprofiel", "bsn", "bsn"),
    ("ContactPersoon", "contactGegevens"): ("ContactGegevens", "contactPersoonID", "contactPersoonID"),
    ("ContactGegevens", "adres"): ("Adres", "contactGegevensID", "contactGegevensID"),
    ("ContactGegevens", "telefoon"): ("Telefoon", "contactGegevensID", "contactGegevensID"),
    ("ContactGegevens", "email"): ("Email", "contactGegevensID", "contactGegevensID"),
    ("BemiddelingClient", "bemiddeling"): ("Bemiddeling", "clientID", "clientID"),
    ("BemiddelingClient", "contactpersoon"): ("Contactpersoon", "clientID", "clientID"),
    ("BemiddelingClient", "contactgegevens"): ("ClientContactgegevens", "clientID", "clientID"),
    ("BemiddelingClient", "profiel"): ("Clientprofiel", "bsn", "bsn"),
    ("Bemiddeling", "bemiddelingspecificatie"): ("Bemiddelingspecificatie", "bemiddelingID", "bemiddelingID"),
    ("Bemiddeling", "regiehouder"): ("Regiehouder", "bemiddelingID", "bemiddelingID"),
    ("Bemiddeling", "client"): ("BemiddelingClient", "clientID", "clientID"),
    ("Bemiddeling", "overdracht"): ("Overdracht", "bemiddelingID", "bemiddelingID"),
    ("Bemiddeling", "wlzIndicatie"): ("WlzIndicatie", "wlzIndicatieID", "wlzindicatieID"),
    ("Bemiddelingspecificatie", "bemiddeling"): ("Bemiddeling", "bemiddelingID", "bemiddelingID"),
    ("Bemiddelingspecificatie", "overdrachtspecificatie"): (
        "Overdrachtspecificatie",
        "bemiddelingspecificatieID",
        "bemiddelingspecificatieID",
    ),
    ("Bemiddelingspecificatie", "levering"): ("Levering", "bemiddelingspecificatieID", "bemiddelingspecificatieID"),
    ("Regiehouder", "bemiddeling"): ("Bemiddeling", "bemiddelingID", "bemiddelingID"),
    ("Overdracht", "overdrachtspecificatie"): ("Overdrachtspecificatie", "overdrachtID", "overdrachtID"),
    ("Overdracht", "bemiddeling"): ("Bemiddeling", "bemiddelingID", "bemiddelingID"),
    ("Overdrachtspecificatie", "overdracht"): ("Overdracht", "overdrachtID", "overdrachtID"),
    ("Overdrachtspecificatie", "bemiddelingspecificatie"): (
        "Bemiddelingspecificatie",
        "bemiddelingspecificatieID",
        "bemiddelingspecificatieID",
    ),
    ("Contactpersoon", "contactgegevens"): (
        "ContactpersoonContactgegevens",
        "contactpersoonID",
        "contactpersoonID",
    ),
    ("Contactpersoon", "client"): ("BemiddelingClient", "clientID", "clientID"),
    ("ClientContactgegevens", "client"): ("BemiddelingClient", "clientID", "clientID"),
    ("ContactpersoonContactgegevens", "contactpersoon"): ("Contactpersoon", "contactpersoonID", "contactpersoonID"),
    ("LeveringClient", "leveringen"): ("Levering", "clientID", "clientID"),
    ("LeveringClient", "profiel"): ("Clientprofiel", "bsn", "bsn"),
    ("Levering", "client"): ("LeveringClient", "clientID", "clientID"),
    ("Levering", "leveringperiodes"): ("Leveringperiode", "leveringID", "leveringID"),
    ("Levering", "uitstelperiodes"): ("Uitstelperiode", "leveringID", "leveringID"),
    ("Levering", "afstel"): ("Afstel", "leveringID", "leveringID"),
    ("Levering", "verzoeken"): ("Verzoek", "leveringID", "leveringID"),
    ("Levering", "bemiddelingspecificatie"): (
        "Bemiddelingspecificatie",
        "bemiddelingspecificatieID",
        "bemiddelingspecificatieID",
    ),
    ("Leveringperiode", "behandelingperiodes"): ("BehandelingPeriode", "leveringperiodeID", "leveringperiodeID"),
    ("Leveringperiode", "levering"): ("Levering", "leveringID", "leveringID"),
    ("BehandelingPeriode", "leveringperiode"): ("Leveringperiode", "leveringperiodeID", "leveringperiodeID"),
    ("Uitstelperiode", "levering"): ("Levering", "leveringID", "leveringID"),
    ("Afstel", "levering"): ("Levering", "leveringID", "leveringID"),
    ("Verzoek", "verzoekAanbieders"): ("VerzoekAanbieder", "verzoekID", "verzoekID"),
    ("Verzoek", "levering"): ("Levering", "leveringID", "leveringID"),
    ("VerzoekAanbieder", "verzoek"): ("Verzoek", "verzoekID", "verzoekID"),
    ("Clientprofiel", "contactgegevens"): ("ClientprofielContactgegevens", "clientprofielID", "clientprofielID"),
    ("Clientprofiel", "contactpersoon"): ("ClientprofielContactpersoon", "clientprofielID", "clientprofielID"),
    ("Clientprofiel", "indicaties"): ("WlzIndicatie", "bsn", "bsn"),
    ("ClientprofielContactpersoon", "contactgegevens"): (
        "ClientprofielContactpersoonContactgegevens",
        "clientprofielContactpersoonID",
        "clientprofielContactpersoonID",
    ),
    ("ClientprofielContactpersoon", "clientprofiel"): ("Clientprofiel", "clientprofielID", "clientprofielID"),
    ("ClientprofielContactgegevens", "clientprofiel"): ("Clientprofiel", "clientprofielID", "clientprofielID"),
    ("ClientprofielContactpersoonContactgegevens", "contactpersoon"): (
        "ClientprofielContactpersoon",
        "clientprofielContactpersoonID",
        "clientprofielContactpersoonID",
    ),
    # Left-overs that only filters and sorts know.
    ("Regiehouder", "client"): ("BemiddelingClient", "-", "-"),
    ("BemiddelingClient", "regiehouder"): ("Regiehouder", "-", "-"),
}


class World:
    """All rows of all registers. `rows(type)` lists them by key; `related` walks one relation."""

    def __init__(self, registers: Mapping[str, Mapping[str, Sequence[Row]]]) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._index: dict[tuple[str, str], dict[Any, list[Row]]] = {}
        for name, (register, table) in TABLES.items():
            self._rows[name] = sorted(registers[register].get(table, ()), key=lambda row: row[KEYS[name]].int)
        self.references = {row["wlzIndicatieID"] for row in registers["bemiddeling"].get("indicatiereferentie", ())}

    def rows(self, type_name: str) -> list[Row]:
        return self._rows[type_name]

    def where(self, type_name: str, column: str, value: Any) -> list[Row]:
        """Rows of a type whose column has this value, in order of their key; none for a null value."""
        if value is None:
            return []
        index = self._index.get((type_name, column))
        if index is None:
            index = defaultdict[Any, list[Row]](list)
            for row in self._rows[type_name]:
                index[row[column]].append(row)
            self._index[type_name, column] = index
        return index.get(value, [])

    def related(self, type_name: str, row: Row, field: str) -> list[Row]:
        """The rows behind `type_name.field` of `row`, in order of their key."""
        if (type_name, field) == ("Clientprofiel", "bemiddelingen"):
            clients = self.where("BemiddelingClient", "bsn", row["bsn"])
            return [b for c in clients for b in self.related("BemiddelingClient", c, "bemiddeling")]
        if (type_name, field) == ("Clientprofiel", "leveringen"):
            clients = self.where("LeveringClient", "bsn", row["bsn"])
            return [x for c in clients for x in self.related("LeveringClient", c, "leveringen")]
        if (type_name, field) == ("Regiehouder", "client"):
            return self.related("Bemiddeling", self.one("Regiehouder", row, "bemiddeling"), "client")
        if (type_name, field) == ("BemiddelingClient", "regiehouder"):
            found = [
                r for b in self.related(type_name, row, "bemiddeling") for r in self.related("Bemiddeling", b, field)
            ]
            return sorted(found, key=lambda r: r["regiehouderID"].int)
        target, local, remote = RELATIONS[type_name, field]
        return self.where(target, remote, row[local])

    def one(self, type_name: str, row: Row, field: str) -> Row:
        return self.related(type_name, row, field)[0]
