"""The authorization matrix: which attributes of each type the published rules speak of, and the scope of each register."""

from __future__ import annotations

__all__ = ["BEMIDDELING", "INDICATIE", "LEVERING", "MATRIX", "PROFIEL", "SCOPES"]


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


MATRIX: dict[str, frozenset[str]] = {
    "WlzIndicatie": names(
        "wlzindicatieID bsn besluitnummer soortWlzindicatie afgiftedatum ingangsdatum einddatum meerzorg "
        "initieelVerantwoordelijkZorgkantoor vervaldatum commentaar"
    ),
    "VervallenGeldigheid": names(
        "vervallenGeldigheidID vervaldatum vaststellingmoment reden nieuwVerantwoordelijkZorgkantoor"
    ),
    "Grondslag": names("grondslagID grondslag volgorde"),
    "GeindiceerdZorgzwaartepakket": names(
        "geindiceerdZorgzwaartepakketID zzpCode ingangsdatum einddatum voorkeurClient instellingVoorkeur financiering "
        "commentaar"
    ),
    "Beperking": names("beperkingID categorie duur commentaar"),
    "BeperkingScore": names("beperkingScoreID beperkingVraag beperkingScore commentaar"),
    "Stoornis": names(
        "stoornisID grondslag diagnoseCodelijst diagnoseSubCodelijst ziektebeeldStoornis prognose commentaar"
    ),
    "StoornisScore": names("stoornisScoreID stoornisVraag stoornisScore commentaar"),
    "Wzd": names("wzdID wzdVerklaring ingangsdatum einddatum"),
    "IndicatieClient": names(
        "clientID bsn geheimeClient geboorteDatum geboortedatumGebruik geslacht burgerlijkeStaat geslachtsnaam "
        "voorvoegselGeslachtsnaam partnernaam voorvoegselPartnernaam voornamen roepnaam voorletters naamGebruik "
        "leefeenheid agbcodeHuisarts communicatieVorm taal commentaar"
    ),
    "ContactGegevens": names("contactGegevensID clientID contactPersoonID"),
    "ContactPersoon": names(
        "contactPersoonID clientID relatieNummer volgorde soortRelatie rol relatie geslachtsnaam "
        "voorvoegselGeslachtsnaam partnernaam voorvoegselPartnernaam voornamen voorletters roepnaam naamGebruik "
        "geslacht geboorteDatum geboortedatumGebruik ingangsdatum einddatum"
    ),
    "Adres": names(
        "adresID adresSoort straatnaam huisnummer huisletter huisnummerToevoeging postcode plaatsnaam landCode "
        "aanduidingWoonadres ingangsdatum einddatum"
    ),
    "Telefoon": names("telefoonID landnummer telefoonnummer ingangsdatum einddatum"),
    "Email": names("emailID emailadres ingangsdatum einddatum"),
    "BemiddelingClient": names("clientID bsn leefeenheid huisarts communicatievorm taal"),
    "Bemiddeling": names(
        "bemiddelingID wlzIndicatieID verantwoordelijkZorgkantoor verantwoordelijkheidIngangsdatum "
        "verantwoordelijkheidEinddatum"
    ),
    "Bemiddelingspecificatie": names(
        "bemiddelingspecificatieID leveringsvorm zzpCode toewijzingIngangsdatum instelling vaststellingMoment "
        "toewijzingEinddatum percentage opname redenIntrekking etmalen instellingBestemming soortToewijzing "
        "uitvoerendZorgkantoor"
    ),
    "Overdracht": names("overdrachtID verantwoordelijkZorgkantoor vaststellingMoment overdrachtDatum verhuisDatum"),
    "Overdrachtspecificatie": names(
        "overdrachtspecificatieID leveringsstatus leveringsstatusClassificatie oorspronkelijkeToewijzingEinddatum"
    ),
    "Regiehouder": names("regiehouderID instelling ingangsdatum einddatum regierol"),
    "Contactpersoon": names(
        "contactpersoonID relatienummer volgorde soortRelatie rol relatie geslachtsnaam voorvoegselGeslachtsnaam "
        "partnernaam voorvoegselPartnernaam voornamen voorletters roepnaam naamgebruik geslacht geboortedatum "
        "geboortedatumgebruik ingangsdatum einddatum"
    ),
    "LeveringClient": names("clientID bsn"),
    "Levering": names("leveringID bemiddelingspecificatieID"),
    "Leveringperiode": names(
        "leveringperiodeID ingangsdatum vaststellingMoment sleuteldatum einddatum beeindigingReden aanbiederBestemming"
    ),
    "BehandelingPeriode": names("behandelingperiodeID ingangsdatum einddatum"),
    "Uitstelperiode": names(
        "uitstelperiodeID ingangsdatum vaststellingMoment reden leveringsstatus leveringsstatusClassificatie einddatum"
    ),
    "Afstel": names("afstelID afsteldatum vaststellingMoment reden aanbiederBestemming"),
    "Verzoek": names(
        "verzoekID verzoekdatum product toewijzingSoort leveringsvorm volume eenheid frequentie doelmatig toeslagreden "
        "verantwoord"
    ),
    "VerzoekAanbieder": names(
        "verzoekAanbiederID aanbieder toewijzingIngangsdatum toewijzingEinddatum toewijzingPercentage opname "
        "regiehouder"
    ),
    "Clientprofiel": names(
        "clientprofielID bsn leefeenheid huisarts communicatievorm taal voorkeurContactwijze bronhouder "
        "vaststellingMoment"
    ),
}
_CONTACT = names(
    "straatnaam huisnummer huisletter huisnummertoevoeging aanduidingWoonadres postcode plaatsnaam land adressoort "
    "telefoonnummer01 telefoonnummer02 landnummer01 landnummer02 emailadres ingangsdatum einddatum"
)
MATRIX["ClientContactgegevens"] = _CONTACT | {"clientContactgegevensID"}
MATRIX["ContactpersoonContactgegevens"] = _CONTACT | {"contactpersoonContactgegevensID"}
MATRIX["ClientprofielContactgegevens"] = _CONTACT | {"clientprofielContactgegevensID", "bronhouder", "geheim"}
MATRIX["ClientprofielContactpersoonContactgegevens"] = _CONTACT | {
    "clientprofielContactpersoonContactgegevensID",
    "bronhouder",
    "geheim",
}
MATRIX["ClientprofielContactpersoon"] = (MATRIX["Contactpersoon"] - {"contactpersoonID"}) | {
    "clientprofielContactpersoonID",
    "bronhouder",
}

INDICATIE = (
    "WlzIndicatie",
    "VervallenGeldigheid",
    "Grondslag",
    "GeindiceerdZorgzwaartepakket",
    "Beperking",
    "BeperkingScore",
    "Stoornis",
    "StoornisScore",
    "Wzd",
    "IndicatieClient",
    "ContactGegevens",
    "ContactPersoon",
    "Adres",
    "Telefoon",
    "Email",
)
BEMIDDELING = (
    "BemiddelingClient",
    "Bemiddeling",
    "Bemiddelingspecificatie",
    "Overdracht",
    "Overdrachtspecificatie",
    "Regiehouder",
    "Contactpersoon",
    "ClientContactgegevens",
    "ContactpersoonContactgegevens",
)
LEVERING = (
    "LeveringClient",
    "Levering",
    "Leveringperiode",
    "BehandelingPeriode",
    "Uitstelperiode",
    "Afstel",
    "Verzoek",
    "VerzoekAanbieder",
)
PROFIEL = (
    "Clientprofiel",
    "ClientprofielContactgegevens",
    "ClientprofielContactpersoon",
    "ClientprofielContactpersoonContactgegevens",
)
SCOPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        INDICATIE,
        frozenset(
            {
                "registers/wlzindicatieregister/indicaties/indicatie:read",
                "registers/wlzindicatieregister/indicaties:read",
            }
        ),
    ),
    **dict.fromkeys(BEMIDDELING, frozenset({"registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read"})),
    **dict.fromkeys(LEVERING, frozenset({"registers/wlzleveringsregister/leveringen/levering:read"})),
    **dict.fromkeys(PROFIEL, frozenset({"registers/wlzclientregister/clienten/client:read"})),
}
