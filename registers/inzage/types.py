"""The types of the register of inzagen: that somebody was shown data of a person, and never what the data said.

No schema of this register is published; this one is ours. A party is named, its employees are not: the network knows parties only
(NEN 7513 leaves who sat at the screen to the log of the party itself).
"""

import datetime as dt
import uuid

import strawberry
from strawberry import federation, field

from registers.common.relations import nested
from registers.inzage.inputs import InzageFilterInput, InzagePaginaInput

# The inputs are named in strings, here and in schema.py; strawberry looks them up in this module.
__all__ = ["Clientprofiel", "Inzage", "InzageFilterInput", "InzagePaginaInput", "InzageVraag"]


@strawberry.type(description="Wat er gevraagd werd, zonder wat er in de gegevens stond.")
class InzageVraag:
    vraagID: uuid.UUID = field(description="Sleutel van de vraag.")
    registers: list[str] = field(description="De registers die hiervoor zijn bevraagd.")
    gegevens: list[str] = field(description="De soorten gegevens, als Type.veld; ook waarop gezocht is.")
    grondslag: list[str] = field(description="De autorisatieregels op grond waarvan dit mocht.")


@federation.type(keys=["inzageID"], description="Iemand heeft gegevens van een persoon te zien gekregen.")
class Inzage:
    inzageID: uuid.UUID = field(description="Sleutel van de inzage.")
    persoon: uuid.UUID = field(
        description="Van wie de gegevens zijn, als schuilnaam: bij elke inzage van een persoon gelijk."
    )
    moment: dt.datetime = field(description="Wanneer de vraag binnenkwam.")
    hoedanigheid: str = field(description="Als wie: een soort partij, CLIENT (de persoon zelf) of VERTEGENWOORDIGER.")
    partijcode: str | None = field(description="De partij, zoals agb:51510101; leeg bij een burger.")
    partijnaam: str | None = field(description="De naam van de partij, zoals die toen bekend was.")
    doel: str | None = field(description="Het doel dat de partij opgaf, als code.")
    wijze: str = field(description="RAADPLEGING, of ABONNEMENT voor wat bij een abonnement binnenkwam.")
    vraag: InzageVraag = field(description="Wat er gevraagd werd.")


@federation.type(keys=["bsn"], description="Een persoon: het knooppunt dat de registers met elkaar verbindt.")
class Clientprofiel:
    bsn: str = field(description="Burgerservicenummer.")
    inzagen: list[Inzage] | None = nested(
        where="InzageFilterInput",
        page="InzagePaginaInput",
        description="Wie gegevens van deze persoon heeft ingezien; het nieuwste eerst.",
    )
