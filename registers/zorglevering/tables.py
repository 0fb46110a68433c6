"""How the Zorgleveringsregister lies on its tables.

A levering is the delivery on one bemiddelingspecificatie of the Bemiddelingsregister; everything else hangs under it.

Hidden: the foreign keys that published filters name (`leveringID` of a leveringperiode), and `zorgrelatie`, which only row
policies read.
"""

from __future__ import annotations

from registers.common.mapping import Column, Mapping, Relation, Root, Table

__all__ = ["MAPPING"]


_LEVERING_CLIENT = Table(
    "LeveringClient",
    "client",
    "clientID",
    (
        Column("clientID", "uuid"),
        Column("bsn", "text"),
    ),
    (
        Relation("leveringen", "Levering", many=True, on=(("clientID", "clientID"),)),
        Relation("profiel", "Clientprofiel", on=(("bsn", "bsn"),), nullable=True),
    ),
)

_LEVERING = Table(
    "Levering",
    "levering",
    "leveringID",
    (
        Column("leveringID", "uuid"),
        Column("bemiddelingspecificatieID", "uuid"),
        Column("clientID", "uuid", hidden=True, refers="LeveringClient"),
    ),
    (
        Relation("client", "LeveringClient", on=(("clientID", "clientID"),)),
        Relation("leveringperiodes", "Leveringperiode", many=True, on=(("leveringID", "leveringID"),), nullable=True),
        Relation("uitstelperiodes", "Uitstelperiode", many=True, on=(("leveringID", "leveringID"),), nullable=True),
        Relation("afstel", "Afstel", on=(("leveringID", "leveringID"),), nullable=True),
        Relation("verzoeken", "Verzoek", many=True, on=(("leveringID", "leveringID"),), nullable=True),
        Relation(
            "bemiddelingspecificatie",
            "Bemiddelingspecificatie",
            on=(("bemiddelingspecificatieID", "bemiddelingspecificatieID"),),
            nullable=True,
            same_client=False,
        ),
        Relation(
            "zorgrelaties",
            "Zorgrelatie",
            many=True,
            on=(("bemiddelingspecificatieID", "bemiddelingspecificatieID"),),
            hidden=True,
        ),
    ),
)

_LEVERINGPERIODE = Table(
    "Leveringperiode",
    "leveringperiode",
    "leveringperiodeID",
    (
        Column("leveringperiodeID", "uuid"),
        Column("ingangsdatum", "date"),
        Column("vaststellingMoment", "datetime"),
        Column("sleuteldatum", "date", nullable=True),
        Column("einddatum", "date", nullable=True),
        Column("beeindigingReden", "text", nullable=True),
        Column("aanbiederBestemming", "text", nullable=True),
        Column("leveringID", "uuid", hidden=True, refers="Levering"),
    ),
    (
        Relation(
            "behandelingperiodes",
            "BehandelingPeriode",
            many=True,
            on=(("leveringperiodeID", "leveringperiodeID"),),
            nullable=True,
        ),
        Relation("levering", "Levering", on=(("leveringID", "leveringID"),)),
    ),
)

_BEHANDELING_PERIODE = Table(
    "BehandelingPeriode",
    "behandelingperiode",
    "behandelingperiodeID",
    (
        Column("behandelingperiodeID", "uuid"),
        Column("ingangsdatum", "date"),
        Column("einddatum", "date", nullable=True),
        Column("leveringperiodeID", "uuid", hidden=True, refers="Leveringperiode"),
    ),
    (Relation("leveringperiode", "Leveringperiode", on=(("leveringperiodeID", "leveringperiodeID"),)),),
)

_UITSTELPERIODE = Table(
    "Uitstelperiode",
    "uitstelperiode",
    "uitstelperiodeID",
    (
        Column("uitstelperiodeID", "uuid"),
        Column("ingangsdatum", "date"),
        Column("vaststellingMoment", "datetime"),
        Column("reden", "text"),
        Column("leveringsstatus", "text"),
        Column("leveringsstatusClassificatie", "text"),
        Column("einddatum", "date", nullable=True),
        Column("leveringID", "uuid", hidden=True, refers="Levering"),
    ),
    (Relation("levering", "Levering", on=(("leveringID", "leveringID"),)),),
)

_AFSTEL = Table(
    "Afstel",
    "afstel",
    "afstelID",
    (
        Column("afstelID", "uuid"),
        Column("afsteldatum", "date"),
        Column("vaststellingMoment", "datetime"),
        Column("reden", "text"),
        Column("aanbiederBestemming", "text", nullable=True),
        Column("leveringID", "uuid", hidden=True, refers="Levering"),
    ),
    (Relation("levering", "Levering", on=(("leveringID", "leveringID"),)),),
)

_VERZOEK = Table(
    "Verzoek",
    "verzoek",
    "verzoekID",
    (
        Column("verzoekID", "uuid"),
        Column("verzoekdatum", "date"),
        Column("product", "text"),
        Column("toewijzingSoort", "text"),
        Column("leveringsvorm", "text"),
        Column("volume", "float", nullable=True),
        Column("eenheid", "text", nullable=True),
        Column("frequentie", "text", nullable=True),
        Column("doelmatig", "text", nullable=True),
        Column("toeslagreden", "text", nullable=True),
        Column("verantwoord", "text", nullable=True),
        Column("leveringID", "uuid", hidden=True, refers="Levering"),
    ),
    (
        Relation("verzoekAanbieders", "VerzoekAanbieder", many=True, on=(("verzoekID", "verzoekID"),)),
        Relation("levering", "Levering", on=(("leveringID", "leveringID"),)),
    ),
)

_VERZOEK_AANBIEDER = Table(
    "VerzoekAanbieder",
    "verzoekaanbieder",
    "verzoekAanbiederID",
    (
        Column("verzoekAanbiederID", "uuid"),
        Column("aanbieder", "text"),
        Column("toewijzingIngangsdatum", "date"),
        Column("toewijzingEinddatum", "date", nullable=True),
        Column("toewijzingPercentage", "int"),
        Column("opname", "text", nullable=True),
        Column("regiehouder", "text"),
        Column("verzoekID", "uuid", hidden=True, refers="Verzoek"),
    ),
    (Relation("verzoek", "Verzoek", on=(("verzoekID", "verzoekID"),)),),
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

_BEMIDDELINGSPECIFICATIE = Table(
    "Bemiddelingspecificatie",
    "",
    "bemiddelingspecificatieID",
    (Column("bemiddelingspecificatieID", "uuid"),),
    (
        Relation(
            "levering",
            "Levering",
            many=True,
            on=(("bemiddelingspecificatieID", "bemiddelingspecificatieID"),),
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
    (Relation("leveringen", "Levering", many=True, nullable=True),),
    keyed_from="bsn",
)

MAPPING = Mapping(
    register="zorglevering",
    tables=(
        _LEVERING_CLIENT,
        _LEVERING,
        _LEVERINGPERIODE,
        _BEHANDELING_PERIODE,
        _UITSTELPERIODE,
        _AFSTEL,
        _VERZOEK,
        _VERZOEK_AANBIEDER,
        _ZORGRELATIE,
        _BEMIDDELINGSPECIFICATIE,
        _CLIENTPROFIEL,
    ),
    roots=(
        Root("levering", "Levering"),
        Root("leveringperiode", "Leveringperiode"),
        Root("behandelingperiode", "BehandelingPeriode"),
        Root("uitstelperiode", "Uitstelperiode"),
        Root("afstel", "Afstel"),
        Root("verzoek", "Verzoek"),
        Root("verzoekAanbieder", "VerzoekAanbieder"),
    ),
    filters={
        "LeveringFilterInput": "Levering",
        "LeveringperiodeFilterInput": "Leveringperiode",
        "BehandelingPeriodeFilterInput": "BehandelingPeriode",
        "UitstelperiodeFilterInput": "Uitstelperiode",
        "AfstelFilterInput": "Afstel",
        "VerzoekFilterInput": "Verzoek",
        "VerzoekAanbiederFilterInput": "VerzoekAanbieder",
    },
)
