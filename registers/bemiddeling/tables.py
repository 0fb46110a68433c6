"""How the Bemiddelingsregister lies on its tables.

Everything hangs under `client`. Two relations are left-overs of a time in which a regiehouder hung under the client; the
published filters still use them, so they are walked through the bemiddeling.

Hidden: `indicatiereferentie`, the indications that CIZ has published to this register; only row policies read it.
"""

from __future__ import annotations

from registers.common.mapping import Column, Mapping, Relation, Root, Table

__all__ = ["MAPPING"]


_BEMIDDELING_CLIENT = Table(
    "BemiddelingClient",
    "client",
    "clientID",
    (
        Column("clientID", "uuid"),
        Column("bsn", "text"),
        Column("leefeenheid", "text", nullable=True),
        Column("huisarts", "text", nullable=True),
        Column("communicatievorm", "text", nullable=True),
        Column("taal", "text", nullable=True),
    ),
    (
        Relation("bemiddeling", "Bemiddeling", many=True, on=(("clientID", "clientID"),)),
        Relation("contactpersoon", "Contactpersoon", many=True, on=(("clientID", "clientID"),), nullable=True),
        Relation("contactgegevens", "ClientContactgegevens", many=True, on=(("clientID", "clientID"),), nullable=True),
        Relation("profiel", "Clientprofiel", on=(("bsn", "bsn"),), nullable=True),
        Relation("regiehouder", "Regiehouder", many=True, through=("bemiddeling", "regiehouder"), hidden=True),
    ),
)

_CLIENT_CONTACTGEGEVENS = Table(
    "ClientContactgegevens",
    "clientcontactgegevens",
    "clientContactgegevensID",
    (
        Column("clientContactgegevensID", "uuid"),
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
        Column("clientID", "uuid", hidden=True, refers="BemiddelingClient"),
    ),
    (Relation("client", "BemiddelingClient", on=(("clientID", "clientID"),)),),
)

_CONTACTPERSOON = Table(
    "Contactpersoon",
    "contactpersoon",
    "contactpersoonID",
    (
        Column("contactpersoonID", "uuid"),
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
        Column("clientID", "uuid", hidden=True, refers="BemiddelingClient"),
    ),
    (
        Relation(
            "contactgegevens",
            "ContactpersoonContactgegevens",
            many=True,
            on=(("contactpersoonID", "contactpersoonID"),),
            nullable=True,
        ),
        Relation("client", "BemiddelingClient", on=(("clientID", "clientID"),)),
    ),
)

_CONTACTPERSOON_CONTACTGEGEVENS = Table(
    "ContactpersoonContactgegevens",
    "contactpersooncontactgegevens",
    "contactpersoonContactgegevensID",
    (
        Column("contactpersoonContactgegevensID", "uuid"),
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
        Column("contactpersoonID", "uuid", hidden=True, refers="Contactpersoon"),
    ),
    (Relation("contactpersoon", "Contactpersoon", on=(("contactpersoonID", "contactpersoonID"),)),),
)

_BEMIDDELING = Table(
    "Bemiddeling",
    "bemiddeling",
    "bemiddelingID",
    (
        Column("bemiddelingID", "uuid"),
        Column("wlzIndicatieID", "uuid"),
        Column("verantwoordelijkZorgkantoor", "text"),
        Column("verantwoordelijkheidIngangsdatum", "date"),
        Column("verantwoordelijkheidEinddatum", "date", nullable=True),
        Column("clientID", "uuid", hidden=True, refers="BemiddelingClient"),
    ),
    (
        Relation(
            "bemiddelingspecificatie",
            "Bemiddelingspecificatie",
            many=True,
            on=(("bemiddelingID", "bemiddelingID"),),
            nullable=True,
        ),
        Relation("regiehouder", "Regiehouder", many=True, on=(("bemiddelingID", "bemiddelingID"),), nullable=True),
        Relation("client", "BemiddelingClient", on=(("clientID", "clientID"),)),
        Relation("overdracht", "Overdracht", on=(("bemiddelingID", "bemiddelingID"),), nullable=True),
        Relation(
            "wlzIndicatie", "WlzIndicatie", on=(("wlzIndicatieID", "wlzindicatieID"),), nullable=True, same_client=False
        ),
        Relation(
            "indicatie", "Indicatiereferentie", many=True, on=(("wlzIndicatieID", "wlzIndicatieID"),), hidden=True
        ),
    ),
)

_BEMIDDELINGSPECIFICATIE = Table(
    "Bemiddelingspecificatie",
    "bemiddelingspecificatie",
    "bemiddelingspecificatieID",
    (
        Column("bemiddelingspecificatieID", "uuid"),
        Column("leveringsvorm", "text"),
        Column("zzpCode", "text"),
        Column("toewijzingIngangsdatum", "date"),
        Column("instelling", "text", nullable=True),
        Column("uitvoerendZorgkantoor", "text"),
        Column("vaststellingMoment", "datetime"),
        Column("toewijzingEinddatum", "date", nullable=True),
        Column("percentage", "int", nullable=True),
        Column("pgbPercentage", "int", nullable=True),
        Column("opname", "text", nullable=True),
        Column("redenIntrekking", "text", nullable=True),
        Column("etmalen", "text", nullable=True),
        Column("instellingBestemming", "text", nullable=True),
        Column("soortToewijzing", "text"),
        Column("bemiddelingID", "uuid", hidden=True, refers="Bemiddeling"),
    ),
    (
        Relation("bemiddeling", "Bemiddeling", on=(("bemiddelingID", "bemiddelingID"),)),
        Relation(
            "overdrachtspecificatie",
            "Overdrachtspecificatie",
            on=(("bemiddelingspecificatieID", "bemiddelingspecificatieID"),),
            nullable=True,
        ),
    ),
)

_REGIEHOUDER = Table(
    "Regiehouder",
    "regiehouder",
    "regiehouderID",
    (
        Column("regiehouderID", "uuid"),
        Column("instelling", "text"),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("regierol", "text"),
        Column("bemiddelingID", "uuid", hidden=True, refers="Bemiddeling"),
    ),
    (
        Relation("bemiddeling", "Bemiddeling", on=(("bemiddelingID", "bemiddelingID"),)),
        Relation("client", "BemiddelingClient", through=("bemiddeling", "client"), hidden=True),
    ),
)

_OVERDRACHT = Table(
    "Overdracht",
    "overdracht",
    "overdrachtID",
    (
        Column("overdrachtID", "uuid"),
        Column("verantwoordelijkZorgkantoor", "text"),
        Column("overdrachtDatum", "date"),
        Column("verhuisDatum", "date"),
        Column("vaststellingMoment", "datetime"),
        Column("bemiddelingID", "uuid", hidden=True, refers="Bemiddeling"),
    ),
    (
        Relation(
            "overdrachtspecificatie",
            "Overdrachtspecificatie",
            many=True,
            on=(("overdrachtID", "overdrachtID"),),
            nullable=True,
        ),
        Relation("bemiddeling", "Bemiddeling", on=(("bemiddelingID", "bemiddelingID"),)),
    ),
)

_OVERDRACHTSPECIFICATIE = Table(
    "Overdrachtspecificatie",
    "overdrachtspecificatie",
    "overdrachtspecificatieID",
    (
        Column("overdrachtspecificatieID", "uuid"),
        Column("leveringsstatus", "text"),
        Column("leveringsstatusClassificatie", "text", nullable=True),
        Column("oorspronkelijkeToewijzingEinddatum", "date", nullable=True),
        Column("overdrachtID", "uuid", hidden=True, refers="Overdracht"),
        Column("bemiddelingspecificatieID", "uuid", hidden=True, refers="Bemiddelingspecificatie"),
    ),
    (
        Relation("overdracht", "Overdracht", on=(("overdrachtID", "overdrachtID"),)),
        Relation(
            "bemiddelingspecificatie",
            "Bemiddelingspecificatie",
            on=(("bemiddelingspecificatieID", "bemiddelingspecificatieID"),),
        ),
    ),
)

_INDICATIEREFERENTIE = Table(
    "Indicatiereferentie",
    "indicatiereferentie",
    "wlzIndicatieID",
    (Column("wlzIndicatieID", "uuid"),),
    hidden=True,
)

_WLZ_INDICATIE = Table(
    "WlzIndicatie",
    "",
    "wlzindicatieID",
    (Column("wlzindicatieID", "uuid"),),
    (
        Relation(
            "bemiddeling",
            "Bemiddeling",
            many=True,
            on=(("wlzindicatieID", "wlzIndicatieID"),),
            nullable=True,
            same_client=False,
        ),
    ),
)

_CLIENTPROFIEL = Table(
    "Clientprofiel",
    "",
    "bsn",
    (
        Column("bsn", "text"),
        Column("client_key", "key", hidden=True),
    ),
    (Relation("bemiddelingen", "Bemiddeling", many=True, nullable=True),),
    keyed_from="bsn",
)

MAPPING = Mapping(
    register="bemiddeling",
    tables=(
        _BEMIDDELING_CLIENT,
        _CLIENT_CONTACTGEGEVENS,
        _CONTACTPERSOON,
        _CONTACTPERSOON_CONTACTGEGEVENS,
        _BEMIDDELING,
        _BEMIDDELINGSPECIFICATIE,
        _REGIEHOUDER,
        _OVERDRACHT,
        _OVERDRACHTSPECIFICATIE,
        _INDICATIEREFERENTIE,
        _WLZ_INDICATIE,
        _CLIENTPROFIEL,
    ),
    roots=(
        Root("client", "BemiddelingClient"),
        Root("bemiddeling", "Bemiddeling"),
        Root("bemiddelingspecificatie", "Bemiddelingspecificatie"),
        Root("overdracht", "Overdracht"),
        Root("regiehouder", "Regiehouder"),
    ),
    filters={
        "OverdrachtspecificatieFilterInput": "Overdrachtspecificatie",
        "ContactpersoonContactgegevensFilterInput": "ContactpersoonContactgegevens",
        "ContactpersoonFilterInput": "Contactpersoon",
        "ClientContactgegevensFilterInput": "ClientContactgegevens",
        "RegiehouderFilterInput": "Regiehouder",
        "BemiddelingspecificatieFilterInput": "Bemiddelingspecificatie",
        "OverdrachtFilterInput": "Overdracht",
        "ClientFilterInput": "BemiddelingClient",
        "BemiddelingFilterInput": "Bemiddeling",
        "OverdrachtspecificatieSortInput": "Overdrachtspecificatie",
        "ContactpersoonContactgegevensSortInput": "ContactpersoonContactgegevens",
        "ContactpersoonSortInput": "Contactpersoon",
        "ClientContactgegevensSortInput": "ClientContactgegevens",
        "RegiehouderSortInput": "Regiehouder",
        "BemiddelingspecificatieSortInput": "Bemiddelingspecificatie",
        "OverdrachtSortInput": "Overdracht",
        "ClientSortInput": "BemiddelingClient",
        "BemiddelingSortInput": "Bemiddeling",
        "ListFilterInputTypeOfOverdrachtspecificatieFilterInput": "Overdrachtspecificatie",
        "ListFilterInputTypeOfBemiddelingFilterInput": "Bemiddeling",
        "ListFilterInputTypeOfRegiehouderFilterInput": "Regiehouder",
        "ListFilterInputTypeOfClientContactgegevensFilterInput": "ClientContactgegevens",
        "ListFilterInputTypeOfContactpersoonFilterInput": "Contactpersoon",
        "ListFilterInputTypeOfBemiddelingspecificatieFilterInput": "Bemiddelingspecificatie",
        "ListFilterInputTypeOfContactpersoonContactgegevensFilterInput": "ContactpersoonContactgegevens",
    },
)
