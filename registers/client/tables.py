"""How the Cliëntregister lies on its tables.

One profile a person, found by BSN from all other registers; contact data and contact persons hang under it.

Hidden: `zorgrelatie`, which only row policies read.
"""

from __future__ import annotations

from registers.common.mapping import Column, Mapping, Relation, Root, Table

__all__ = ["MAPPING"]


_CLIENTPROFIEL = Table(
    "Clientprofiel",
    "clientprofiel",
    "clientprofielID",
    (
        Column("clientprofielID", "uuid"),
        Column("bsn", "text"),
        Column("leefeenheid", "text", nullable=True),
        Column("huisarts", "text", nullable=True),
        Column("communicatievorm", "text", nullable=True),
        Column("taal", "text", nullable=True),
        Column("voorkeurContactwijze", "text", nullable=True),
        Column("bronhouder", "text"),
        Column("vaststellingMoment", "datetime"),
    ),
    (
        Relation(
            "contactgegevens",
            "ClientprofielContactgegevens",
            many=True,
            on=(("clientprofielID", "clientprofielID"),),
            nullable=True,
        ),
        Relation(
            "contactpersoon",
            "ClientprofielContactpersoon",
            many=True,
            on=(("clientprofielID", "clientprofielID"),),
            nullable=True,
        ),
        Relation("zorgrelaties", "Zorgrelatie", many=True, hidden=True),
    ),
)

_CLIENTPROFIEL_CONTACTGEGEVENS = Table(
    "ClientprofielContactgegevens",
    "clientprofielcontactgegevens",
    "clientprofielContactgegevensID",
    (
        Column("clientprofielContactgegevensID", "uuid"),
        Column("adressoort", "text"),
        Column("straatnaam", "text", nullable=True),
        Column("huisnummer", "int", nullable=True),
        Column("huisletter", "text", nullable=True),
        Column("huisnummertoevoeging", "text", nullable=True),
        Column("postcode", "text", nullable=True),
        Column("plaatsnaam", "text", nullable=True),
        Column("land", "text", nullable=True),
        Column("aanduidingWoonadres", "text", nullable=True),
        Column("emailadres", "text", nullable=True),
        Column("telefoonnummer01", "text", nullable=True),
        Column("landnummer01", "text", nullable=True),
        Column("telefoonnummer02", "text", nullable=True),
        Column("landnummer02", "text", nullable=True),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("bronhouder", "text", nullable=True),
        Column("geheim", "text", nullable=True),
        Column("clientprofielID", "uuid", hidden=True, refers="Clientprofiel"),
    ),
    (Relation("clientprofiel", "Clientprofiel", on=(("clientprofielID", "clientprofielID"),)),),
)

_CLIENTPROFIEL_CONTACTPERSOON = Table(
    "ClientprofielContactpersoon",
    "clientprofielcontactpersoon",
    "clientprofielContactpersoonID",
    (
        Column("clientprofielContactpersoonID", "uuid"),
        Column("relatienummer", "text"),
        Column("volgorde", "int", nullable=True),
        Column("soortRelatie", "text"),
        Column("rol", "text", nullable=True),
        Column("relatie", "text", nullable=True),
        Column("geslachtsnaam", "text", nullable=True),
        Column("voorvoegselGeslachtsnaam", "text", nullable=True),
        Column("partnernaam", "text", nullable=True),
        Column("voorvoegselPartnernaam", "text", nullable=True),
        Column("voornamen", "text", nullable=True),
        Column("voorletters", "text", nullable=True),
        Column("roepnaam", "text", nullable=True),
        Column("naamgebruik", "text", nullable=True),
        Column("geslacht", "text", nullable=True),
        Column("geboortedatum", "date", nullable=True),
        Column("geboortedatumgebruik", "text", nullable=True),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("bronhouder", "text", nullable=True),
        Column("clientprofielID", "uuid", hidden=True, refers="Clientprofiel"),
    ),
    (
        Relation(
            "contactgegevens",
            "ClientprofielContactpersoonContactgegevens",
            many=True,
            on=(("clientprofielContactpersoonID", "clientprofielContactpersoonID"),),
            nullable=True,
        ),
        Relation("clientprofiel", "Clientprofiel", on=(("clientprofielID", "clientprofielID"),)),
    ),
)

_CLIENTPROFIEL_CONTACTPERSOON_CONTACTGEGEVENS = Table(
    "ClientprofielContactpersoonContactgegevens",
    "clientprofielcontactpersooncontactgegevens",
    "clientprofielContactpersoonContactgegevensID",
    (
        Column("clientprofielContactpersoonContactgegevensID", "uuid"),
        Column("adressoort", "text"),
        Column("straatnaam", "text", nullable=True),
        Column("huisnummer", "int", nullable=True),
        Column("huisletter", "text", nullable=True),
        Column("huisnummertoevoeging", "text", nullable=True),
        Column("postcode", "text", nullable=True),
        Column("plaatsnaam", "text", nullable=True),
        Column("land", "text", nullable=True),
        Column("aanduidingWoonadres", "text", nullable=True),
        Column("emailadres", "text", nullable=True),
        Column("telefoonnummer01", "text", nullable=True),
        Column("landnummer01", "text", nullable=True),
        Column("telefoonnummer02", "text", nullable=True),
        Column("landnummer02", "text", nullable=True),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("bronhouder", "text", nullable=True),
        Column("geheim", "text", nullable=True),
        Column("clientprofielContactpersoonID", "uuid", hidden=True, refers="ClientprofielContactpersoon"),
    ),
    (
        Relation(
            "contactpersoon",
            "ClientprofielContactpersoon",
            on=(("clientprofielContactpersoonID", "clientprofielContactpersoonID"),),
        ),
    ),
)

_ZORGRELATIE = Table(
    "Zorgrelatie",
    "zorgrelatie",
    "zorgrelatieID",
    (
        Column("zorgrelatieID", "uuid"),
        Column("hoedanigheid", "text"),
        Column("code", "text"),
        Column("wlzIndicatieID", "uuid"),
        Column("bemiddelingID", "uuid"),
        Column("bemiddelingspecificatieID", "uuid", nullable=True),
        Column("vanaf", "date"),
        Column("tot", "date", nullable=True),
        Column("overdrachtDatum", "date", nullable=True),
    ),
    (Relation("bemiddeling", "Zorgrelatie", many=True, on=(("bemiddelingID", "bemiddelingID"),), hidden=True),),
    hidden=True,
    projected=True,
)

MAPPING = Mapping(
    register="client",
    tables=(
        _CLIENTPROFIEL,
        _CLIENTPROFIEL_CONTACTGEGEVENS,
        _CLIENTPROFIEL_CONTACTPERSOON,
        _CLIENTPROFIEL_CONTACTPERSOON_CONTACTGEGEVENS,
        _ZORGRELATIE,
    ),
    roots=(Root("clientprofiel", "Clientprofiel"),),
    filters={
        "ClientprofielFilterInput": "Clientprofiel",
        "ClientprofielContactgegevensFilterInput": "ClientprofielContactgegevens",
        "ClientprofielContactpersoonFilterInput": "ClientprofielContactpersoon",
        "ClientprofielContactpersoonContactgegevensFilterInput": "ClientprofielContactpersoonContactgegevens",
        "ClientprofielSortInput": "Clientprofiel",
        "ClientprofielContactgegevensSortInput": "ClientprofielContactgegevens",
        "ClientprofielContactpersoonSortInput": "ClientprofielContactpersoon",
        "ClientprofielContactpersoonContactgegevensSortInput": "ClientprofielContactpersoonContactgegevens",
        "ListFilterInputTypeOfClientprofielContactgegevensFilterInput": "ClientprofielContactgegevens",
        "ListFilterInputTypeOfClientprofielContactpersoonFilterInput": "ClientprofielContactpersoon",
        "ListFilterInputTypeOfClientprofielContactpersoonContactgegevensFilterInput": "ClientprofielContactpersoonContactgegevens",
    },
)
