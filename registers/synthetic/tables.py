"""Which tables the synthetic network fills, parents before children, each with its key.

The order is that of loading: a row is copied after the rows that it refers to.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REGISTERS", "TABLES"]

_RELATION = {"zorgrelatie": "zorgrelatieID"}

TABLES: Mapping[str, Mapping[str, str]] = {
    "indicatie": {
        "wlzindicatie": "wlzindicatieID",
        "geindiceerdzorgzwaartepakket": "geindiceerdZorgzwaartepakketID",
        "vervallengeldigheid": "vervallenGeldigheidID",
        "grondslag": "grondslagID",
        "beperking": "beperkingID",
        "beperkingscore": "beperkingScoreID",
        "stoornis": "stoornisID",
        "stoornisscore": "stoornisScoreID",
        "wzd": "wzdID",
        "client": "clientID",
        "contactpersoon": "contactPersoonID",
        "contactgegevens": "contactGegevensID",
        "adres": "adresID",
        "telefoon": "telefoonID",
        "email": "emailID",
        **_RELATION,
    },
    "bemiddeling": {
        "client": "clientID",
        "clientcontactgegevens": "clientContactgegevensID",
        "contactpersoon": "contactpersoonID",
        "contactpersooncontactgegevens": "contactpersoonContactgegevensID",
        "indicatiereferentie": "wlzIndicatieID",
        "bemiddeling": "bemiddelingID",
        "bemiddelingspecificatie": "bemiddelingspecificatieID",
        "regiehouder": "regiehouderID",
        "overdracht": "overdrachtID",
        "overdrachtspecificatie": "overdrachtspecificatieID",
    },
    "zorglevering": {
        "client": "clientID",
        "levering": "leveringID",
        "leveringperiode": "leveringperiodeID",
        "behandelingperiode": "behandelingperiodeID",
        "uitstelperiode": "uitstelperiodeID",
        "afstel": "afstelID",
        "verzoek": "verzoekID",
        "verzoekaanbieder": "verzoekAanbiederID",
        **_RELATION,
    },
    "client": {
        "clientprofiel": "clientprofielID",
        "clientprofielcontactgegevens": "clientprofielContactgegevensID",
        "clientprofielcontactpersoon": "clientprofielContactpersoonID",
        "clientprofielcontactpersooncontactgegevens": "clientprofielContactpersoonContactgegevensID",
        **_RELATION,
    },
}

REGISTERS = tuple(TABLES)
