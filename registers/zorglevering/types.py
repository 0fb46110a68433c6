"""The types of the Zorgleveringsregister as it publishes them (schema "leveringsregister 1", release candidate).

`Client` is called `LeveringClient` here, since three registers publish a type of that name in one graph. Parents take a
condition although they are not null: a query can demand that a child belongs to a certain bemiddelingspecificatie, and gets
a field error when it does not. `bemiddelingspecificatie`, `profiel` and what stands on `Bemiddelingspecificatie` and
`Clientprofiel` are ours: the links to the other registers.
"""

import datetime as dt
import uuid

from strawberry import federation, field

from registers.common.relations import nested
from registers.zorglevering.inputs import (
    AfstelFilterInput,
    BehandelingPeriodeFilterInput,
    LeveringFilterInput,
    LeveringperiodeFilterInput,
    UitstelperiodeFilterInput,
    VerzoekAanbiederFilterInput,
    VerzoekFilterInput,
)

# The inputs are named in strings, here and in schema.py; strawberry looks them up in this module.
__all__ = [
    "Afstel",
    "AfstelFilterInput",
    "BehandelingPeriode",
    "BehandelingPeriodeFilterInput",
    "Bemiddelingspecificatie",
    "Clientprofiel",
    "Levering",
    "LeveringClient",
    "LeveringFilterInput",
    "Leveringperiode",
    "LeveringperiodeFilterInput",
    "Uitstelperiode",
    "UitstelperiodeFilterInput",
    "Verzoek",
    "VerzoekAanbieder",
    "VerzoekAanbiederFilterInput",
    "VerzoekFilterInput",
]


@federation.type(keys=["bsn"], description="Een persoon: het knooppunt dat de registers met elkaar verbindt.")
class Clientprofiel:
    bsn: str = field(description="Burgerservicenummer.")
    leveringen: list["Levering"] | None = nested(
        where="LeveringFilterInput", description="Leveringen aan deze persoon."
    )


@federation.type(
    keys=["bemiddelingspecificatieID"], description="Een toewijzing van zorg aan een zorgaanbieder, of van een pgb."
)
class Bemiddelingspecificatie:
    bemiddelingspecificatieID: uuid.UUID = field(description="Sleutel van de toewijzing.")
    levering: list["Levering"] | None = nested(
        where="LeveringFilterInput", description="Leveringen op deze toewijzing."
    )


@federation.type(
    keys=["clientID"],
    description="De cliënt zoals zorgaanbieders die kennen; in het Leveringsregister heet dit type Client.",
)
class LeveringClient:
    clientID: uuid.UUID = field(description="Sleutel van de cliënt, alleen binnen dit register.")
    bsn: str = field(description="Burgerservicenummer.")
    leveringen: list["Levering"] = field(description="Leveringen aan deze cliënt.")
    profiel: Clientprofiel | None = field(description="De persoon achter deze registratie, in het Cliëntregister.")


@federation.type(keys=["leveringID"], description="De levering van zorg op een toewijzing.")
class Levering:
    leveringID: uuid.UUID = field(description="Sleutel van de levering.")
    client: LeveringClient = field(description="De cliënt aan wie wordt geleverd.")
    bemiddelingspecificatieID: uuid.UUID = field(description="Sleutel van de toewijzing in het Bemiddelingsregister.")
    leveringperiodes: list["Leveringperiode"] | None = nested(
        where="LeveringperiodeFilterInput", description="Perioden waarin zorg is geleverd."
    )
    uitstelperiodes: list["Uitstelperiode"] | None = nested(
        where="UitstelperiodeFilterInput", description="Perioden waarin de zorg is uitgesteld."
    )
    afstel: "Afstel | None" = nested(where="AfstelFilterInput", description="Dat de zorg er niet komt; hoogstens één.")
    verzoeken: list["Verzoek"] | None = nested(
        where="VerzoekFilterInput", description="Verzoeken om een toewijzing of wijziging ervan."
    )
    bemiddelingspecificatie: Bemiddelingspecificatie | None = field(description="De toewijzing waarop wordt geleverd.")


@federation.type(keys=["leveringperiodeID"], description="Een periode waarin zorg is geleverd.")
class Leveringperiode:
    leveringperiodeID: uuid.UUID = field(description="Sleutel van de periode.")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    vaststellingMoment: dt.datetime = field(description="Moment waarop deze gegevens zo zijn vastgesteld.")
    sleuteldatum: dt.date | None = field(description="Dag waarop de cliënt de sleutel van de kamer krijgt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")
    beeindigingReden: str | None = field(description="Waarom de levering eindigde (codelijst niet gepubliceerd).")
    aanbiederBestemming: str | None = field(description="Zorgaanbieder die de zorg overneemt (AGB-code).")
    behandelingperiodes: list["BehandelingPeriode"] | None = nested(
        where="BehandelingPeriodeFilterInput", description="Perioden van behandeling."
    )
    levering: Levering = nested(where="LeveringFilterInput", description="De levering waar dit bij hoort.")


@federation.type(keys=["behandelingperiodeID"], description="Een periode van behandeling binnen een leveringperiode.")
class BehandelingPeriode:
    behandelingperiodeID: uuid.UUID = field(description="Sleutel van de periode.")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")
    leveringperiode: Leveringperiode = nested(
        where="LeveringperiodeFilterInput", description="De periode van levering waar dit bij hoort."
    )


@federation.type(keys=["uitstelperiodeID"], description="Een periode waarin de zorg is uitgesteld.")
class Uitstelperiode:
    uitstelperiodeID: uuid.UUID = field(description="Sleutel van de periode.")
    ingangsdatum: dt.date = field(description="Eerste dag waarop dit geldt.")
    vaststellingMoment: dt.datetime = field(description="Moment waarop deze gegevens zo zijn vastgesteld.")
    reden: str = field(description="Reden (codelijst niet gepubliceerd).")
    leveringsstatus: str = field(description="Stand van de levering (vermoedelijk COD167).")
    leveringsstatusClassificatie: str = field(description="Nadere stand van de levering (vermoedelijk COD168).")
    einddatum: dt.date | None = field(description="Laatste dag waarop dit geldt; leeg zolang het doorloopt.")
    levering: Levering = nested(where="LeveringFilterInput", description="De levering waar dit bij hoort.")


@federation.type(keys=["afstelID"], description="De vaststelling dat de zorg er niet komt.")
class Afstel:
    afstelID: uuid.UUID = field(description="Sleutel van het afstel.")
    afsteldatum: dt.date = field(description="Dag waarop het afstel is vastgesteld.")
    vaststellingMoment: dt.datetime = field(description="Moment waarop deze gegevens zo zijn vastgesteld.")
    reden: str = field(description="Reden (codelijst niet gepubliceerd).")
    aanbiederBestemming: str | None = field(description="Zorgaanbieder die de zorg overneemt (AGB-code).")
    levering: Levering = nested(where="LeveringFilterInput", description="De levering waar dit bij hoort.")


@federation.type(keys=["verzoekID"], description="Een verzoek om een toewijzing of een wijziging ervan.")
class Verzoek:
    verzoekID: uuid.UUID = field(description="Sleutel van het verzoek.")
    verzoekdatum: dt.date = field(description="Dag van het verzoek.")
    product: str = field(description="Gevraagd pakket (vermoedelijk COD163).")
    toewijzingSoort: str = field(description="Soort toewijzing (vermoedelijk COD165).")
    leveringsvorm: str = field(description="Leveringsvorm (vermoedelijk COD578).")
    volume: float | None = field(description="Hoeveelheid.")
    eenheid: str | None = field(description="Eenheid van de hoeveelheid (codelijst niet gepubliceerd).")
    frequentie: str | None = field(description="Per welke tijd (codelijst niet gepubliceerd).")
    doelmatig: str | None = field(description="Of het binnen het budget past (vermoedelijk COD260).")
    toeslagreden: str | None = field(
        description="Reden voor een toeslag (codelijst niet gepubliceerd; eerder COD981, COD982 of COD983)."
    )
    verantwoord: str | None = field(description="Of de zorg verantwoord geleverd kan worden (vermoedelijk COD260).")
    verzoekAanbieders: list["VerzoekAanbieder"] = field(description="Wat aan elke zorgaanbieder wordt gevraagd.")
    levering: Levering = nested(where="LeveringFilterInput", description="De levering waar dit bij hoort.")


@federation.type(keys=["verzoekAanbiederID"], description="Wat een verzoek van een zorgaanbieder vraagt.")
class VerzoekAanbieder:
    verzoekAanbiederID: uuid.UUID = field(description="Sleutel van de vraag aan deze zorgaanbieder.")
    aanbieder: str = field(description="Zorgaanbieder (AGB-code).")
    toewijzingIngangsdatum: dt.date = field(description="Eerste dag van de toewijzing.")
    toewijzingEinddatum: dt.date | None = field(description="Laatste dag van de toewijzing; leeg zonder einde.")
    toewijzingPercentage: int = field(description="Gevraagd deel van het budget, in honderdsten van een procent.")
    opname: str | None = field(description="Of de cliënt wordt opgenomen (vermoedelijk COD260).")
    regiehouder: str = field(description="Of deze zorgaanbieder de regie heeft of krijgt (vermoedelijk COD260).")
    verzoek: Verzoek = nested(where="VerzoekFilterInput", description="Het verzoek waar dit bij hoort.")
