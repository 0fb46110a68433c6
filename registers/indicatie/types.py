"""The types of the Indicatieregister as CIZ publishes them (schema 1.7.0, "Indicatieregister 3").

Where register 2, which runs in production, is wider, its fields stay, deprecated: queries of both run. `Client` is called
`IndicatieClient` here, since three registers publish a type of that name in one graph. `profiel` and what stands on
`Clientprofiel` are ours: the links to the other registers.
"""

import datetime as dt
import uuid

from strawberry import federation, field

from registers.common.relations import nested
from registers.indicatie.inputs import (
    WlzIndicatieFilterInput,
)

# The inputs are named in strings, here and in schema.py; strawberry looks them up in this module.
__all__ = [
    "Adres",
    "Beperking",
    "BeperkingScore",
    "Clientprofiel",
    "ContactGegevens",
    "ContactPersoon",
    "Email",
    "GeindiceerdZorgzwaartepakket",
    "Grondslag",
    "IndicatieClient",
    "Stoornis",
    "StoornisScore",
    "Telefoon",
    "VervallenGeldigheid",
    "WlzIndicatie",
    "WlzIndicatieFilterInput",
    "Wzd",
]


@federation.type(keys=["bsn"], description="Een persoon: het knooppunt dat de registers met elkaar verbindt.")
class Clientprofiel:
    bsn: str = field(description="Burgerservicenummer.")
    indicaties: list["WlzIndicatie"] | None = nested(
        where="WlzIndicatieFilterInput", description="Indicaties van deze persoon."
    )


@federation.type(keys=["adresID"], description="Een adres in een periode.")
class Adres:
    adresID: uuid.UUID = field(description="Sleutel van het adres.")
    id: uuid.UUID | None = field(description="Andere naam van de sleutel.", deprecation_reason="Gebruik adresID.")
    adresSoort: str = field(description="Soort adres (COD757).")
    straatnaam: str | None = field(description="Straat.")
    huisnummer: int | None = field(description="Huisnummer.")
    huisletter: str | None = field(description="Letter bij het huisnummer.")
    huisnummerToevoeging: str | None = field(description="Toevoeging bij het huisnummer.")
    postcode: str | None = field(description="Postcode.")
    plaatsnaam: str | None = field(description="Woonplaats.")
    landCode: str | None = field(description="Land (COD032).")
    aanduidingWoonadres: str | None = field(description="Aanduiding van de plek, zoals 'tegenover' (NUM061).")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")


@federation.type(keys=["telefoonID"], description="Een telefoonnummer in een periode.")
class Telefoon:
    telefoonID: uuid.UUID = field(description="Sleutel van het telefoonnummer.")
    telefoonnummer: str = field(description="Telefoonnummer.")
    landnummer: str | None = field(description="Landnummer voor het telefoonnummer.")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")


@federation.type(keys=["emailID"], description="Een e-mailadres in een periode.")
class Email:
    emailID: uuid.UUID = field(description="Sleutel van het e-mailadres.")
    emailadres: str = field(description="E-mailadres.")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")


@federation.type(
    keys=["contactGegevensID"], description="Een adres, telefoonnummer en e-mailadres, van elk hoogstens één."
)
class ContactGegevens:
    contactGegevensID: uuid.UUID = field(description="Sleutel van de contactgegevens.")
    id: uuid.UUID | None = field(
        description="Andere naam van de sleutel.", deprecation_reason="Gebruik contactGegevensID."
    )
    clientID: uuid.UUID | None = field(
        description="Sleutel van de cliënt.", deprecation_reason="Vervallen verwijzing naar boven."
    )
    contactPersoonID: uuid.UUID | None = field(
        description="Sleutel van de contactpersoon.", deprecation_reason="Vervallen verwijzing naar boven."
    )
    adres: Adres | None = field(description="Adres.")
    telefoon: Telefoon | None = field(description="Telefoonnummer.")
    email: Email | None = field(description="E-mailadres.")


@federation.type(keys=["contactPersoonID"], description="Iemand die namens of naast de cliënt bereikbaar is.")
class ContactPersoon:
    contactPersoonID: uuid.UUID = field(description="Sleutel van de contactpersoon.")
    id: uuid.UUID | None = field(
        description="Andere naam van de sleutel.", deprecation_reason="Gebruik contactPersoonID."
    )
    relatieNummer: str = field(description="Nummer van de relatie.")
    volgorde: int | None = field(description="Plaats in de rangorde; 1 gaat voor.")
    soortRelatie: str = field(description="Hoe deze persoon tot de cliënt staat (COD472).")
    rol: str | None = field(description="Rol tegenover de cliënt (COD1003).")
    relatie: str | None = field(description="Familierelatie (COD1002).")
    organisatieNaam: str | None = field(
        description="Organisatie van de contactpersoon.", deprecation_reason="Vervallen, zonder opvolger."
    )
    voornamen: str | None = field(description="Alle voornamen.")
    roepnaam: str | None = field(description="Naam waarmee iemand wordt aangesproken.")
    voorletters: str | None = field(description="Voorletters.")
    geslachtsnaam: str | None = field(description="Achternaam bij geboorte, zonder voorvoegsel.")
    voorvoegselGeslachtsnaam: str | None = field(description="Voorvoegsel bij de geslachtsnaam.")
    partnernaam: str | None = field(description="Achternaam van de partner, zonder voorvoegsel.")
    voorvoegselPartnernaam: str | None = field(description="Voorvoegsel bij de partnernaam.")
    naamGebruik: str | None = field(description="Met welke naam iemand wil worden aangeschreven (COD700).")
    geslacht: str | None = field(description="Geslacht (COD046).")
    geboorteDatum: dt.date | None = field(description="Geboortedatum; zie ook geboortedatumGebruik.")
    geboortedatumGebruik: str | None = field(description="Welk deel van de geboortedatum bekend is (COD170).")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")
    clientID: uuid.UUID | None = field(
        description="Sleutel van de cliënt.", deprecation_reason="Vervallen verwijzing naar boven."
    )
    contactGegevens: list[ContactGegevens] = field(description="Hoe deze persoon bereikbaar is.")


@federation.type(
    keys=["clientID"], description="De cliënt zoals het CIZ die kent; in het Indicatieregister heet dit type Client."
)
class IndicatieClient:
    clientID: uuid.UUID = field(description="Sleutel van de cliënt, alleen binnen dit register.")
    id: uuid.UUID | None = field(description="Andere naam van de sleutel.", deprecation_reason="Gebruik clientID.")
    bsn: str = field(description="Burgerservicenummer.")
    geheimeClient: str = field(description="Of de gegevens van de cliënt geheim zijn (COD260).")
    geboorteDatum: dt.date = field(description="Geboortedatum; zie ook geboortedatumGebruik.")
    geboortedatumGebruik: str | None = field(description="Welk deel van de geboortedatum bekend is (COD170).")
    geslacht: str = field(description="Geslacht (COD046).")
    burgerlijkeStaat: str | None = field(description="Burgerlijke staat (COD366).")
    geslachtsnaam: str = field(description="Achternaam bij geboorte, zonder voorvoegsel.")
    voorvoegselGeslachtsnaam: str | None = field(description="Voorvoegsel bij de geslachtsnaam.")
    partnernaam: str | None = field(description="Achternaam van de partner, zonder voorvoegsel.")
    voorvoegselPartnernaam: str | None = field(description="Voorvoegsel bij de partnernaam.")
    voornamen: str | None = field(description="Alle voornamen.")
    roepnaam: str | None = field(description="Naam waarmee iemand wordt aangesproken.")
    voorletters: str | None = field(description="Voorletters.")
    naamGebruik: str = field(description="Met welke naam iemand wil worden aangeschreven (COD700).")
    leefeenheid: str | None = field(description="Met wie iemand een huishouden vormt (COD478).")
    agbcodeHuisarts: str | None = field(description="Huisarts (AGB-code, begint met 01).")
    communicatieVorm: str | None = field(description="Bijzondere vorm van communicatie (COD747).")
    taal: str | None = field(description="Taal waarin iemand zich uitdrukt.")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")
    contactPersoon: list[ContactPersoon | None] | None = field(description="Contactpersonen van de cliënt.")
    contactGegevens: list[ContactGegevens] = field(description="Hoe deze persoon bereikbaar is.")
    profiel: Clientprofiel | None = field(description="De persoon achter deze registratie, in het Cliëntregister.")


@federation.type(keys=["beperkingScoreID"], description="Het antwoord op een vraag over beperkingen.")
class BeperkingScore:
    beperkingScoreID: uuid.UUID = field(description="Sleutel van de score.")
    id: uuid.UUID | None = field(
        description="Andere naam van de sleutel.", deprecation_reason="Gebruik beperkingScoreID."
    )
    beperkingVraag: str = field(description="De gestelde vraag (COD825).")
    beperkingScore: str = field(description="Score op de vraag (COD828).")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")


@federation.type(keys=["beperkingID"], description="Een categorie van beperkingen.")
class Beperking:
    beperkingID: uuid.UUID = field(description="Sleutel van de beperking.")
    id: uuid.UUID | None = field(description="Andere naam van de sleutel.", deprecation_reason="Gebruik beperkingID.")
    categorie: str = field(description="Categorie van de beperking (COD539).")
    duur: str | None = field(description="Hoe lang de beperking naar verwachting duurt (COD749).")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")
    beperkingScores: list[BeperkingScore | None] | None = field(
        description="Antwoorden per vraag.", deprecation_reason="Gebruik beperkingScore."
    )
    beperkingScore: list[BeperkingScore] | None = field(description="Antwoorden per vraag.")


@federation.type(keys=["geindiceerdZorgzwaartepakketID"], description="Een pakket waarop de indicatie recht geeft.")
class GeindiceerdZorgzwaartepakket:
    geindiceerdZorgzwaartepakketID: uuid.UUID = field(description="Sleutel van het geïndiceerde pakket.")
    id: uuid.UUID | None = field(
        description="Andere naam van de sleutel.", deprecation_reason="Gebruik geindiceerdZorgzwaartepakketID."
    )
    zzpCode: str = field(description="Zorgzwaartepakket (COD163).")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")
    voorkeurClient: str | None = field(description="Voorkeur van de cliënt voor plaats of vorm (COD999).")
    instellingVoorkeur: str | None = field(description="Zorgaanbieder van voorkeur (AGB-code).")
    financiering: str = field(description="Wijze van financiering (COD998).")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")


@federation.type(keys=["vervallenGeldigheidID"], description="Dat en waarom een indicatie haar geldigheid verloor.")
class VervallenGeldigheid:
    vervallenGeldigheidID: uuid.UUID = field(description="Sleutel van het verval.")
    vervaldatum: dt.date = field(description="Eerste dag zonder geldigheid.")
    vaststellingmoment: dt.datetime = field(description="Moment waarop het verval is vastgesteld.")
    reden: str = field(description="Waarom de geldigheid verviel (COD1005).")
    nieuwVerantwoordelijkZorgkantoor: str | None = field(
        description="Zorgkantoor dat daarna verantwoordelijk is; alleen bij reden 1 (COD001, UZOVI-code)."
    )


@federation.type(keys=["grondslagID"], description="Een grondslag van het besluit.")
class Grondslag:
    grondslagID: uuid.UUID = field(description="Sleutel van de grondslag.")
    id: uuid.UUID | None = field(description="Andere naam van de sleutel.", deprecation_reason="Gebruik grondslagID.")
    grondslag: str = field(description="Grondslag (COD736).")
    volgorde: int = field(description="Plaats in de rangorde; 1 gaat voor.")


@federation.type(keys=["stoornisID"], description="Een aandoening achter de indicatie.")
class Stoornis:
    stoornisID: uuid.UUID = field(description="Sleutel van de stoornis.")
    id: uuid.UUID | None = field(description="Andere naam van de sleutel.", deprecation_reason="Gebruik stoornisID.")
    grondslag: str = field(description="Grondslag waar de stoornis bij hoort (COD736).")
    diagnoseCodelijst: str = field(description="Stelsel waaruit de diagnose komt (COD392).")
    diagnoseSubCodelijst: str | None = field(description="Onderdeel van dat stelsel (COD770).")
    ziektebeeldStoornis: str = field(description="Diagnose (COD923, COD924, COD925).")
    prognose: str | None = field(description="Verwacht verloop (COD737).")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")


@federation.type(keys=["stoornisScoreID"], description="Het antwoord op een vraag over stoornissen.")
class StoornisScore:
    stoornisScoreID: uuid.UUID = field(description="Sleutel van de score.")
    id: uuid.UUID | None = field(
        description="Andere naam van de sleutel.", deprecation_reason="Gebruik stoornisScoreID."
    )
    stoornisVraag: str = field(description="De gestelde vraag (COD824).")
    stoornisScore: str = field(description="Score op de vraag (COD827).")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")


@federation.type(keys=["wzdID"], description="De verklaring volgens de Wet zorg en dwang.")
class Wzd:
    wzdID: uuid.UUID = field(description="Sleutel van de verklaring.")
    wzdVerklaring: str = field(description="Verklaring (COD127).")
    ingangsdatum: dt.date | None = field(description="Eerste dag waarop de verklaring geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")


@federation.type(keys=["wlzindicatieID"], description="Een besluit van het CIZ over het recht op zorg uit de Wlz.")
class WlzIndicatie:
    wlzindicatieID: uuid.UUID = field(description="Sleutel van de indicatie.")
    bsn: str = field(description="Burgerservicenummer.")
    besluitnummer: int = field(description="Nummer van het besluit van het CIZ.")
    soortWlzindicatie: str = field(description="Soort indicatie (COD169).")
    afgiftedatum: dt.date = field(description="Dag waarop het besluit is afgegeven.")
    ingangsdatum: dt.date = field(description="Eerste dag van de indicatie.")
    einddatum: dt.date | None = field(description="Laatste dag van de indicatie; leeg zonder einde.")
    meerzorg: str | None = field(description="Of meerzorg van toepassing is (COD260).")
    initieelVerantwoordelijkZorgkantoor: str = field(
        description="Zorgkantoor dat bij afgifte verantwoordelijk is (COD001, UZOVI-code)."
    )
    vervaldatum: dt.date | None = field(
        description="Dag waarop de indicatie verviel.", deprecation_reason="Gebruik vervallenGeldigheid."
    )
    grondslag: list[Grondslag] | None = field(description="Grondslagen van het besluit.")
    geindiceerdZorgzwaartepakket: list[GeindiceerdZorgzwaartepakket] | None = field(
        description="Pakketten waarop recht bestaat."
    )
    beperking: list[Beperking] | None = field(description="Beperkingen, per categorie.")
    stoornis: list[Stoornis] | None = field(description="Aandoeningen.")
    stoornisScore: list[StoornisScore] | None = field(description="Antwoorden op de vragen over stoornissen.")
    wzd: Wzd | None = field(description="Verklaring volgens de Wet zorg en dwang.")
    client: IndicatieClient = field(description="De cliënt, zoals bekend bij deze indicatie.")
    commentaar: str | None = field(description="Toelichting in vrije tekst.")
    vervallenGeldigheid: list[VervallenGeldigheid] | None = field(
        description="Wanneer en waarom de indicatie haar geldigheid verloor."
    )
