"""How the Indicatieregister lies on its tables.

Each indication has its own record of the client, so everything hangs under `wlzindicatie`. Contact details of the client
and those of a contact person share one table with two nullable parents, of which one is set. The deprecated names of
register 2 (`id`, `beperkingScores`) are second names of the same columns and relations.

Hidden: the way from each part up to its indication, and `zorgrelatie`, which only row policies read.
"""

from __future__ import annotations

from registers.common.mapping import Column, Mapping, Relation, Root, Table

__all__ = ["MAPPING"]


_WLZ_INDICATIE = Table(
    "WlzIndicatie",
    "wlzindicatie",
    "wlzindicatieID",
    (
        Column("wlzindicatieID", "uuid"),
        Column("bsn", "text"),
        Column("besluitnummer", "int"),
        Column("soortWlzindicatie", "text"),
        Column("afgiftedatum", "date"),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("meerzorg", "text", nullable=True),
        Column("initieelVerantwoordelijkZorgkantoor", "text"),
        Column("vervaldatum", "date", nullable=True),
        Column("commentaar", "text", nullable=True),
    ),
    (
        Relation("grondslag", "Grondslag", many=True, on=(("wlzindicatieID", "wlzindicatieID"),), nullable=True),
        Relation(
            "geindiceerdZorgzwaartepakket",
            "GeindiceerdZorgzwaartepakket",
            many=True,
            on=(("wlzindicatieID", "wlzindicatieID"),),
            nullable=True,
        ),
        Relation("beperking", "Beperking", many=True, on=(("wlzindicatieID", "wlzindicatieID"),), nullable=True),
        Relation("stoornis", "Stoornis", many=True, on=(("wlzindicatieID", "wlzindicatieID"),), nullable=True),
        Relation(
            "stoornisScore", "StoornisScore", many=True, on=(("wlzindicatieID", "wlzindicatieID"),), nullable=True
        ),
        Relation("wzd", "Wzd", on=(("wlzindicatieID", "wlzindicatieID"),), nullable=True),
        Relation("client", "IndicatieClient", on=(("wlzindicatieID", "wlzindicatieID"),)),
        Relation(
            "vervallenGeldigheid",
            "VervallenGeldigheid",
            many=True,
            on=(("wlzindicatieID", "wlzindicatieID"),),
            nullable=True,
        ),
        Relation("zorgrelaties", "Zorgrelatie", many=True, on=(("wlzindicatieID", "wlzIndicatieID"),), hidden=True),
    ),
)

_GEINDICEERD_ZORGZWAARTEPAKKET = Table(
    "GeindiceerdZorgzwaartepakket",
    "geindiceerdzorgzwaartepakket",
    "geindiceerdZorgzwaartepakketID",
    (
        Column("id", "uuid", nullable=True, column="geindiceerdZorgzwaartepakketID"),
        Column("geindiceerdZorgzwaartepakketID", "uuid"),
        Column("zzpCode", "text"),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("voorkeurClient", "text", nullable=True),
        Column("instellingVoorkeur", "text", nullable=True),
        Column("financiering", "text"),
        Column("commentaar", "text", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),),
)

_VERVALLEN_GELDIGHEID = Table(
    "VervallenGeldigheid",
    "vervallengeldigheid",
    "vervallenGeldigheidID",
    (
        Column("vervallenGeldigheidID", "uuid"),
        Column("vervaldatum", "date"),
        Column("vaststellingmoment", "datetime"),
        Column("reden", "text"),
        Column("nieuwVerantwoordelijkZorgkantoor", "text", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),),
)

_GRONDSLAG = Table(
    "Grondslag",
    "grondslag",
    "grondslagID",
    (
        Column("id", "uuid", nullable=True, column="grondslagID"),
        Column("grondslagID", "uuid"),
        Column("grondslag", "text"),
        Column("volgorde", "int"),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),),
)

_BEPERKING = Table(
    "Beperking",
    "beperking",
    "beperkingID",
    (
        Column("id", "uuid", nullable=True, column="beperkingID"),
        Column("beperkingID", "uuid"),
        Column("categorie", "text"),
        Column("duur", "text", nullable=True),
        Column("commentaar", "text", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (
        Relation("beperkingScores", "BeperkingScore", many=True, on=(("beperkingID", "beperkingID"),), nullable=True),
        Relation("beperkingScore", "BeperkingScore", many=True, on=(("beperkingID", "beperkingID"),), nullable=True),
        Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),
    ),
)

_BEPERKING_SCORE = Table(
    "BeperkingScore",
    "beperkingscore",
    "beperkingScoreID",
    (
        Column("id", "uuid", nullable=True, column="beperkingScoreID"),
        Column("beperkingScoreID", "uuid"),
        Column("beperkingVraag", "text"),
        Column("beperkingScore", "text"),
        Column("commentaar", "text", nullable=True),
        Column("beperkingID", "uuid", hidden=True, refers="Beperking"),
    ),
    (Relation("beperking", "Beperking", on=(("beperkingID", "beperkingID"),), hidden=True),),
)

_STOORNIS = Table(
    "Stoornis",
    "stoornis",
    "stoornisID",
    (
        Column("id", "uuid", nullable=True, column="stoornisID"),
        Column("stoornisID", "uuid"),
        Column("grondslag", "text"),
        Column("diagnoseCodelijst", "text"),
        Column("diagnoseSubCodelijst", "text", nullable=True),
        Column("ziektebeeldStoornis", "text"),
        Column("prognose", "text", nullable=True),
        Column("commentaar", "text", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),),
)

_STOORNIS_SCORE = Table(
    "StoornisScore",
    "stoornisscore",
    "stoornisScoreID",
    (
        Column("id", "uuid", nullable=True, column="stoornisScoreID"),
        Column("stoornisScoreID", "uuid"),
        Column("stoornisVraag", "text"),
        Column("stoornisScore", "text"),
        Column("commentaar", "text", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),),
)

_WZD = Table(
    "Wzd",
    "wzd",
    "wzdID",
    (
        Column("wzdID", "uuid"),
        Column("wzdVerklaring", "text"),
        Column("ingangsdatum", "date", nullable=True),
        Column("einddatum", "date", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),),
)

_INDICATIE_CLIENT = Table(
    "IndicatieClient",
    "client",
    "clientID",
    (
        Column("id", "uuid", nullable=True, column="clientID"),
        Column("clientID", "uuid"),
        Column("bsn", "text"),
        Column("geheimeClient", "text"),
        Column("geboorteDatum", "date"),
        Column("geboortedatumGebruik", "text", nullable=True),
        Column("geslacht", "text"),
        Column("burgerlijkeStaat", "text", nullable=True),
        Column("geslachtsnaam", "text"),
        Column("voorvoegselGeslachtsnaam", "text", nullable=True),
        Column("partnernaam", "text", nullable=True),
        Column("voorvoegselPartnernaam", "text", nullable=True),
        Column("voornamen", "text", nullable=True),
        Column("roepnaam", "text", nullable=True),
        Column("voorletters", "text", nullable=True),
        Column("naamGebruik", "text"),
        Column("leefeenheid", "text", nullable=True),
        Column("agbcodeHuisarts", "text", nullable=True),
        Column("communicatieVorm", "text", nullable=True),
        Column("taal", "text", nullable=True),
        Column("commentaar", "text", nullable=True),
        Column("wlzindicatieID", "uuid", hidden=True, refers="WlzIndicatie"),
    ),
    (
        Relation("contactPersoon", "ContactPersoon", many=True, on=(("clientID", "clientID"),), nullable=True),
        Relation("contactGegevens", "ContactGegevens", many=True, on=(("clientID", "clientID"),)),
        Relation("wlzIndicatie", "WlzIndicatie", on=(("wlzindicatieID", "wlzindicatieID"),), hidden=True),
        Relation("profiel", "Clientprofiel", on=(("bsn", "bsn"),), nullable=True),
    ),
)

_CONTACT_PERSOON = Table(
    "ContactPersoon",
    "contactpersoon",
    "contactPersoonID",
    (
        Column("id", "uuid", nullable=True, column="contactPersoonID"),
        Column("contactPersoonID", "uuid"),
        Column("relatieNummer", "text"),
        Column("volgorde", "int", nullable=True),
        Column("soortRelatie", "text"),
        Column("rol", "text", nullable=True),
        Column("relatie", "text", nullable=True),
        Column("organisatieNaam", "text", nullable=True),
        Column("voornamen", "text", nullable=True),
        Column("roepnaam", "text", nullable=True),
        Column("voorletters", "text", nullable=True),
        Column("geslachtsnaam", "text", nullable=True),
        Column("voorvoegselGeslachtsnaam", "text", nullable=True),
        Column("partnernaam", "text", nullable=True),
        Column("voorvoegselPartnernaam", "text", nullable=True),
        Column("naamGebruik", "text", nullable=True),
        Column("geslacht", "text", nullable=True),
        Column("geboorteDatum", "date", nullable=True),
        Column("geboortedatumGebruik", "text", nullable=True),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("clientID", "uuid", nullable=True, refers="IndicatieClient"),
    ),
    (
        Relation("contactGegevens", "ContactGegevens", many=True, on=(("contactPersoonID", "contactPersoonID"),)),
        Relation("client", "IndicatieClient", on=(("clientID", "clientID"),), hidden=True),
    ),
)

_CONTACT_GEGEVENS = Table(
    "ContactGegevens",
    "contactgegevens",
    "contactGegevensID",
    (
        Column("id", "uuid", nullable=True, column="contactGegevensID"),
        Column("contactGegevensID", "uuid"),
        Column("clientID", "uuid", nullable=True, refers="IndicatieClient"),
        Column("contactPersoonID", "uuid", nullable=True, refers="ContactPersoon"),
    ),
    (
        Relation("adres", "Adres", on=(("contactGegevensID", "contactGegevensID"),), nullable=True),
        Relation("telefoon", "Telefoon", on=(("contactGegevensID", "contactGegevensID"),), nullable=True),
        Relation("email", "Email", on=(("contactGegevensID", "contactGegevensID"),), nullable=True),
        Relation("client", "IndicatieClient", on=(("clientID", "clientID"),), nullable=True, hidden=True),
        Relation(
            "contactPersoon",
            "ContactPersoon",
            on=(("contactPersoonID", "contactPersoonID"),),
            nullable=True,
            hidden=True,
        ),
    ),
)

_ADRES = Table(
    "Adres",
    "adres",
    "adresID",
    (
        Column("id", "uuid", nullable=True, column="adresID"),
        Column("adresID", "uuid"),
        Column("adresSoort", "text"),
        Column("straatnaam", "text", nullable=True),
        Column("huisnummer", "int", nullable=True),
        Column("huisletter", "text", nullable=True),
        Column("huisnummerToevoeging", "text", nullable=True),
        Column("postcode", "text", nullable=True),
        Column("plaatsnaam", "text", nullable=True),
        Column("landCode", "text", nullable=True),
        Column("aanduidingWoonadres", "text", nullable=True),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("contactGegevensID", "uuid", hidden=True, refers="ContactGegevens"),
    ),
    (Relation("contactGegevens", "ContactGegevens", on=(("contactGegevensID", "contactGegevensID"),), hidden=True),),
)

_TELEFOON = Table(
    "Telefoon",
    "telefoon",
    "telefoonID",
    (
        Column("telefoonID", "uuid"),
        Column("telefoonnummer", "text"),
        Column("landnummer", "text", nullable=True),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("contactGegevensID", "uuid", hidden=True, refers="ContactGegevens"),
    ),
    (Relation("contactGegevens", "ContactGegevens", on=(("contactGegevensID", "contactGegevensID"),), hidden=True),),
)

_EMAIL = Table(
    "Email",
    "email",
    "emailID",
    (
        Column("emailID", "uuid"),
        Column("emailadres", "text"),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("contactGegevensID", "uuid", hidden=True, refers="ContactGegevens"),
    ),
    (Relation("contactGegevens", "ContactGegevens", on=(("contactGegevensID", "contactGegevensID"),), hidden=True),),
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

_CLIENTPROFIEL = Table(
    "Clientprofiel",
    "",
    "bsn",
    (
        Column("bsn", "text"),
        Column("client_key", "key", hidden=True),
    ),
    (Relation("indicaties", "WlzIndicatie", many=True, nullable=True),),
    keyed_from="bsn",
)

MAPPING = Mapping(
    register="indicatie",
    tables=(
        _WLZ_INDICATIE,
        _GEINDICEERD_ZORGZWAARTEPAKKET,
        _VERVALLEN_GELDIGHEID,
        _GRONDSLAG,
        _BEPERKING,
        _BEPERKING_SCORE,
        _STOORNIS,
        _STOORNIS_SCORE,
        _WZD,
        _INDICATIE_CLIENT,
        _CONTACT_PERSOON,
        _CONTACT_GEGEVENS,
        _ADRES,
        _TELEFOON,
        _EMAIL,
        _ZORGRELATIE,
        _CLIENTPROFIEL,
    ),
    roots=(Root("wlzIndicatie", "WlzIndicatie"),),
    filters={
        "WlzIndicatieFilterInput": "WlzIndicatie",
    },
    identity={
        "WlzIndicatieFilterInput.agbCodeInstelling": "agb",
        "WlzIndicatieFilterInput.uzoviCodeZorgkantoor": "uzovi",
    },
    ignored=frozenset({"WlzIndicatieFilterInput.raadpleegDatum"}),
)
