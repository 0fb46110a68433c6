"""The types of the Bemiddelingsregister as it publishes them (schema 1.1.1).

`Client` is called `BemiddelingClient` here, since three registers publish a type of that name in one graph.
`wlzIndicatie`, `profiel` and what stands on `WlzIndicatie` and `Clientprofiel` are ours: the links to the other registers.
"""

import datetime as dt
import uuid

import strawberry
from strawberry import federation, field

from registers.bemiddeling.inputs import (
    BemiddelingFilterInput,
    BemiddelingSortInput,
    BemiddelingspecificatieFilterInput,
    BemiddelingspecificatieSortInput,
    ClientContactgegevensFilterInput,
    ClientContactgegevensSortInput,
    ClientFilterInput,
    ContactpersoonContactgegevensFilterInput,
    ContactpersoonContactgegevensSortInput,
    ContactpersoonFilterInput,
    ContactpersoonSortInput,
    OverdrachtFilterInput,
    OverdrachtspecificatieFilterInput,
    OverdrachtspecificatieSortInput,
    RegiehouderFilterInput,
    RegiehouderSortInput,
)
from registers.common.relations import nested

# The inputs are named in strings, here and in schema.py; strawberry looks them up in this module.
__all__ = [
    "Bemiddeling",
    "BemiddelingClient",
    "BemiddelingFilterInput",
    "BemiddelingSortInput",
    "Bemiddelingspecificatie",
    "BemiddelingspecificatieFilterInput",
    "BemiddelingspecificatieSortInput",
    "ClientContactgegevens",
    "ClientContactgegevensFilterInput",
    "ClientContactgegevensSortInput",
    "ClientFilterInput",
    "Clientprofiel",
    "Contactpersoon",
    "ContactpersoonContactgegevens",
    "ContactpersoonContactgegevensFilterInput",
    "ContactpersoonContactgegevensSortInput",
    "ContactpersoonFilterInput",
    "ContactpersoonSortInput",
    "Overdracht",
    "OverdrachtFilterInput",
    "Overdrachtspecificatie",
    "OverdrachtspecificatieFilterInput",
    "OverdrachtspecificatieSortInput",
    "Regiehouder",
    "RegiehouderFilterInput",
    "RegiehouderSortInput",
    "WlzIndicatie",
]


@strawberry.type
class Contactgegevens:
    """What the two kinds of contact data have in common; no type of the schema itself."""

    adressoort: str = field(description="Soort adres (COD757).")
    straatnaam: str | None = field(description="Straat.")
    huisnummer: int | None = field(description="Huisnummer.")
    huisletter: str | None = field(description="Letter bij het huisnummer.")
    huisnummertoevoeging: str | None = field(description="Toevoeging bij het huisnummer.")
    postcode: str | None = field(description="Postcode.")
    plaatsnaam: str | None = field(description="Woonplaats.")
    land: str | None = field(description="Land (COD032).")
    aanduidingWoonadres: str | None = field(description="Aanduiding van de plek, zoals 'tegenover' (NUM061).")
    emailadres: str | None = field(description="E-mailadres.")
    telefoonnummer01: str | None = field(description="Eerste telefoonnummer.")
    landnummer01: str | None = field(description="Landnummer van het eerste telefoonnummer.")
    telefoonnummer02: str | None = field(description="Tweede telefoonnummer.")
    landnummer02: str | None = field(description="Landnummer van het tweede telefoonnummer.")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")


@federation.type(keys=["bsn"], description="Een persoon: het knooppunt dat de registers met elkaar verbindt.")
class Clientprofiel:
    bsn: str = field(description="Burgerservicenummer.")
    bemiddelingen: list["Bemiddeling"] | None = nested(
        where="BemiddelingFilterInput", order="BemiddelingSortInput", description="Bemiddelingen voor deze persoon."
    )


@federation.type(keys=["wlzindicatieID"], description="Een besluit van het CIZ over het recht op zorg uit de Wlz.")
class WlzIndicatie:
    wlzindicatieID: uuid.UUID = field(description="Sleutel van de indicatie.")
    bemiddeling: list["Bemiddeling"] | None = nested(
        where="BemiddelingFilterInput", order="BemiddelingSortInput", description="Bemiddelingen bij deze indicatie."
    )


@federation.type(
    keys=["clientID"],
    description="De cliënt zoals zorgkantoren die kennen; in het Bemiddelingsregister heet dit type Client.",
)
class BemiddelingClient:
    clientID: uuid.UUID = field(description="Sleutel van de cliënt, alleen binnen dit register.")
    bemiddeling: list["Bemiddeling"] = nested(
        where="BemiddelingFilterInput",
        order="list[BemiddelingSortInput | None]",
        description="Bemiddelingen van deze cliënt.",
    )
    contactpersoon: list["Contactpersoon"] | None = nested(
        where="ContactpersoonFilterInput", order="ContactpersoonSortInput", description="Contactpersonen van de cliënt."
    )
    contactgegevens: list["ClientContactgegevens"] | None = nested(
        where="ClientContactgegevensFilterInput",
        order="ClientContactgegevensSortInput",
        description="Contactgegevens, elk met een eigen periode.",
    )
    bsn: str = field(description="Burgerservicenummer.")
    leefeenheid: str | None = field(description="Met wie iemand een huishouden vormt (COD478).")
    huisarts: str | None = field(description="Huisarts (AGB-code, begint met 01).")
    communicatievorm: str | None = field(description="Bijzondere vorm van communicatie (COD747).")
    taal: str | None = field(description="Taal waarin iemand zich uitdrukt.")
    profiel: Clientprofiel | None = field(description="De persoon achter deze registratie, in het Cliëntregister.")


@federation.type(keys=["bemiddelingID"], description="De bemiddeling door een zorgkantoor bij een indicatie.")
class Bemiddeling:
    bemiddelingID: uuid.UUID = field(description="Sleutel van de bemiddeling.")
    bemiddelingspecificatie: list["Bemiddelingspecificatie"] | None = nested(
        where="BemiddelingspecificatieFilterInput",
        order="BemiddelingspecificatieSortInput",
        description="Toewijzingen aan zorgaanbieders.",
    )
    regiehouder: list["Regiehouder"] | None = nested(
        where="RegiehouderFilterInput", order="RegiehouderSortInput", description="Zorgaanbieders met de regie."
    )
    client: BemiddelingClient = field(description="De cliënt voor wie wordt bemiddeld.")
    wlzIndicatieID: uuid.UUID = field(description="Sleutel van de indicatie in het Indicatieregister.")
    verantwoordelijkZorgkantoor: str = field(description="Verantwoordelijk zorgkantoor (COD001).")
    verantwoordelijkheidIngangsdatum: dt.date = field(description="Eerste dag van die verantwoordelijkheid.")
    verantwoordelijkheidEinddatum: dt.date | None = field(
        description="Laatste dag van die verantwoordelijkheid; leeg zolang zij duurt."
    )
    overdracht: "Overdracht | None" = field(description="Overdracht van het dossier aan een ander zorgkantoor.")
    wlzIndicatie: WlzIndicatie | None = field(description="De indicatie waarop de bemiddeling berust.")


@federation.type(
    keys=["bemiddelingspecificatieID"], description="Een toewijzing van zorg aan een zorgaanbieder, of van een pgb."
)
class Bemiddelingspecificatie:
    bemiddelingspecificatieID: uuid.UUID = field(description="Sleutel van de toewijzing.")
    leveringsvorm: str = field(description="Leveringsvorm (COD578).")
    zzpCode: str = field(description="Zorgzwaartepakket (COD163).")
    toewijzingIngangsdatum: dt.date = field(description="Eerste dag van de toewijzing.")
    instelling: str | None = field(description="Zorgaanbieder (AGB-code).")
    uitvoerendZorgkantoor: str = field(description="Zorgkantoor dat de toewijzing uitvoert (COD001).")
    vaststellingMoment: dt.datetime = field(description="Moment waarop deze gegevens zo zijn vastgesteld.")
    toewijzingEinddatum: dt.date | None = field(description="Laatste dag van de toewijzing; leeg zonder einde.")
    percentage: int | None = field(description="Deel van het budget, in honderdsten van een procent.")
    pgbPercentage: int | None = field(description="Deel van het budget als pgb; zorgaanbieders zien het niet.")
    opname: str | None = field(description="Of de cliënt wordt opgenomen (COD260).")
    redenIntrekking: str | None = field(description="Waarom de toewijzing is ingetrokken (COD172).")
    etmalen: str | None = field(description="Etmalen per week (COD755).")
    instellingBestemming: str | None = field(description="Zorgaanbieder die de zorg overneemt (AGB-code).")
    soortToewijzing: str = field(description="Soort toewijzing (COD165).")
    bemiddeling: Bemiddeling = field(description="De bemiddeling waar de toewijzing bij hoort.")
    overdrachtspecificatie: "Overdrachtspecificatie | None" = field(
        description="Hoe deze toewijzing bij een overdracht meegaat."
    )


@federation.type(keys=["regiehouderID"], description="Een zorgaanbieder die de zorg coördineert.")
class Regiehouder:
    regiehouderID: uuid.UUID = field(description="Sleutel van de regiehouder.")
    instelling: str = field(description="Zorgaanbieder (AGB-code).")
    ingangsdatum: dt.date = field(description="Eerste dag van de regie.")
    einddatum: dt.date | None = field(description="Laatste dag van de regie; leeg zolang zij duurt.")
    regierol: str = field(description="Welke regie (COD1004).")
    bemiddeling: Bemiddeling = field(description="De bemiddeling waarover de regie gaat.")


@federation.type(keys=["overdrachtID"], description="De overdracht van een dossier aan een ander zorgkantoor.")
class Overdracht:
    overdrachtID: uuid.UUID = field(description="Sleutel van de overdracht.")
    verantwoordelijkZorgkantoor: str = field(description="Zorgkantoor dat het dossier krijgt (COD001).")
    overdrachtDatum: dt.date = field(description="Dag van de overdracht.")
    verhuisDatum: dt.date = field(description="Dag van de verhuizing.")
    vaststellingMoment: dt.datetime = field(description="Moment waarop deze gegevens zo zijn vastgesteld.")
    overdrachtspecificatie: list["Overdrachtspecificatie"] | None = nested(
        where="OverdrachtspecificatieFilterInput",
        order="OverdrachtspecificatieSortInput",
        description="Toewijzingen die meegaan.",
    )
    bemiddeling: Bemiddeling = field(description="De bemiddeling die wordt overgedragen.")


@federation.type(keys=["overdrachtspecificatieID"], description="Een toewijzing die bij een overdracht meegaat.")
class Overdrachtspecificatie:
    overdrachtspecificatieID: uuid.UUID = field(description="Sleutel van de overgedragen toewijzing.")
    leveringsstatus: str = field(description="Stand van de levering (COD167).")
    leveringsstatusClassificatie: str | None = field(description="Nadere stand van de levering (COD168).")
    oorspronkelijkeToewijzingEinddatum: dt.date | None = field(
        description="Einde van de toewijzing zoals het voor de overdracht was."
    )
    overdracht: Overdracht = field(description="De overdracht.")
    bemiddelingspecificatie: Bemiddelingspecificatie = field(description="De toewijzing die meegaat.")


@federation.type(keys=["contactpersoonID"], description="Iemand die namens of naast de cliënt bereikbaar is.")
class Contactpersoon:
    contactpersoonID: uuid.UUID = field(description="Sleutel van de contactpersoon.")
    contactgegevens: list["ContactpersoonContactgegevens"] | None = nested(
        where="ContactpersoonContactgegevensFilterInput",
        order="ContactpersoonContactgegevensSortInput",
        description="Contactgegevens, elk met een eigen periode.",
    )
    relatienummer: str = field(description="Nummer van de relatie.")
    volgorde: int | None = field(description="Plaats in de rangorde; 1 gaat voor.")
    soortRelatie: str = field(description="Hoe deze persoon tot de cliënt staat (COD472).")
    rol: str | None = field(description="Rol tegenover de cliënt (COD1003).")
    relatie: str | None = field(description="Familierelatie (COD1002).")
    geslachtsnaam: str | None = field(description="Achternaam bij geboorte, zonder voorvoegsel.")
    voorvoegselGeslachtsnaam: str | None = field(description="Voorvoegsel bij de geslachtsnaam.")
    partnernaam: str | None = field(description="Achternaam van de partner, zonder voorvoegsel.")
    voorvoegselPartnernaam: str | None = field(description="Voorvoegsel bij de partnernaam.")
    voornamen: str | None = field(description="Alle voornamen.")
    voorletters: str | None = field(description="Voorletters.")
    roepnaam: str | None = field(description="Naam waarmee iemand wordt aangesproken.")
    naamgebruik: str | None = field(description="Met welke naam iemand wil worden aangeschreven (COD700).")
    geslacht: str | None = field(description="Geslacht (COD046).")
    geboortedatum: dt.date | None = field(description="Geboortedatum; zie ook geboortedatumgebruik.")
    geboortedatumgebruik: str | None = field(description="Welk deel van de geboortedatum bekend is (COD170).")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")
    client: BemiddelingClient = field(description="De cliënt bij wie de contactpersoon hoort.")


@federation.type(keys=["clientContactgegevensID"], description="Hoe een cliënt in een periode bereikbaar is.")
class ClientContactgegevens(Contactgegevens):
    clientContactgegevensID: uuid.UUID = field(description="Sleutel van de contactgegevens.")
    client: BemiddelingClient = field(description="De cliënt die zo bereikbaar is.")


@federation.type(
    keys=["contactpersoonContactgegevensID"], description="Hoe een contactpersoon in een periode bereikbaar is."
)
class ContactpersoonContactgegevens(Contactgegevens):
    contactpersoonContactgegevensID: uuid.UUID = field(description="Sleutel van de contactgegevens.")
    contactpersoon: Contactpersoon = field(description="De contactpersoon die zo bereikbaar is.")
