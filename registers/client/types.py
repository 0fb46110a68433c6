"""The types of the Cliëntregister: a person, and how to reach them.

No schema of this register is published; this one is ours, in the spelling of the Bemiddelingsregister. Every contact row
names the party that registered it (`bronhouder`), and whether it is secret (`geheim`).
"""

import datetime as dt
import uuid

import strawberry
from strawberry import federation, field

from registers.client.inputs import (
    ClientprofielContactgegevensFilterInput,
    ClientprofielContactgegevensSortInput,
    ClientprofielContactpersoonContactgegevensFilterInput,
    ClientprofielContactpersoonContactgegevensSortInput,
    ClientprofielContactpersoonFilterInput,
    ClientprofielContactpersoonSortInput,
    ClientprofielFilterInput,
)
from registers.common.relations import nested

# The inputs are named in strings, here and in schema.py; strawberry looks them up in this module.
__all__ = [
    "Clientprofiel",
    "ClientprofielContactgegevens",
    "ClientprofielContactgegevensFilterInput",
    "ClientprofielContactgegevensSortInput",
    "ClientprofielContactpersoon",
    "ClientprofielContactpersoonContactgegevens",
    "ClientprofielContactpersoonContactgegevensFilterInput",
    "ClientprofielContactpersoonContactgegevensSortInput",
    "ClientprofielContactpersoonFilterInput",
    "ClientprofielContactpersoonSortInput",
    "ClientprofielFilterInput",
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
    bronhouder: str | None = field(description="Partij die dit heeft geregistreerd.")
    geheim: str | None = field(description="Of dit contactgegeven geheim is (COD260).")


@federation.type(keys=["bsn"], description="Een persoon: het knooppunt dat de registers met elkaar verbindt.")
class Clientprofiel:
    clientprofielID: uuid.UUID = field(description="Sleutel van het profiel.")
    bsn: str = field(description="Burgerservicenummer.")
    leefeenheid: str | None = field(description="Met wie iemand een huishouden vormt (COD478).")
    huisarts: str | None = field(description="Huisarts (AGB-code, begint met 01).")
    communicatievorm: str | None = field(description="Bijzondere vorm van communicatie (COD747).")
    taal: str | None = field(description="Taal waarin iemand zich uitdrukt.")
    voorkeurContactwijze: str | None = field(description="Hoe iemand het liefst wordt benaderd (COD1001).")
    bronhouder: str = field(description="Partij die dit heeft geregistreerd.")
    vaststellingMoment: dt.datetime = field(description="Moment waarop deze gegevens zo zijn vastgesteld.")
    contactgegevens: list["ClientprofielContactgegevens"] | None = nested(
        where="ClientprofielContactgegevensFilterInput",
        order="ClientprofielContactgegevensSortInput",
        description="Contactgegevens, elk met een eigen periode.",
    )
    contactpersoon: list["ClientprofielContactpersoon"] | None = nested(
        where="ClientprofielContactpersoonFilterInput",
        order="ClientprofielContactpersoonSortInput",
        description="Contactpersonen van de cliënt.",
    )


@federation.type(keys=["clientprofielContactgegevensID"], description="Hoe een persoon in een periode bereikbaar is.")
class ClientprofielContactgegevens(Contactgegevens):
    clientprofielContactgegevensID: uuid.UUID = field(description="Sleutel van de contactgegevens.")
    clientprofiel: Clientprofiel = field(description="De persoon.")


@federation.type(
    keys=["clientprofielContactpersoonID"], description="Iemand die namens of naast de persoon bereikbaar is."
)
class ClientprofielContactpersoon:
    clientprofielContactpersoonID: uuid.UUID = field(description="Sleutel van de contactpersoon.")
    contactgegevens: list["ClientprofielContactpersoonContactgegevens"] | None = nested(
        where="ClientprofielContactpersoonContactgegevensFilterInput",
        order="ClientprofielContactpersoonContactgegevensSortInput",
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
    bronhouder: str | None = field(description="Partij die dit heeft geregistreerd.")
    clientprofiel: Clientprofiel = field(description="De persoon.")


@federation.type(
    keys=["clientprofielContactpersoonContactgegevensID"],
    description="Hoe een contactpersoon in een periode bereikbaar is.",
)
class ClientprofielContactpersoonContactgegevens(Contactgegevens):
    clientprofielContactpersoonContactgegevensID: uuid.UUID = field(description="Sleutel van de contactgegevens.")
    contactpersoon: ClientprofielContactpersoon = field(description="De contactpersoon die zo bereikbaar is.")
