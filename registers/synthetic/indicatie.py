"""Writes the Indicatieregister's part: an indication with everything that CIZ establishes around it.

Every indication has a client record of its own (1-1), with the contact persons and contact data as CIZ knew them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from iwlz.codelists import codelist
from registers.synthetic.dossier import Dossier
from registers.synthetic.person import Contact, Person
from registers.synthetic.stream import Stream, Weighted

__all__ = ["GROUNDS", "Ground", "Indication", "Lapse", "indicate", "kinds_for"]


@dataclass(frozen=True, slots=True)
class Ground:
    """A kind of need: packages (COD163), ground (COD736), diagnosis list (COD392), its subcode (COD770) and values."""

    packages: tuple[str, ...]
    ground: str
    second: str | None
    diagnosis_list: str
    diagnosis_part: str
    diagnoses: tuple[str, ...]


GROUNDS: dict[str, Ground] = {
    "verpleging": Ground(
        ("752", "753", "754", "754", "755", "755", "756", "757"), "02", "01", "014", "04", ("05", "06", "09")
    ),
    "verstandelijk": Ground(
        ("802", "804", "806", "808", "810", "812", "814"), "05", "04", "022", "01", ("b117.1", "b117.2", "b117.3")
    ),
    "lichamelijk": Ground(("822", "826", "828", "830", "832"), "04", "01", "021", "03", ("b710", "b750", "b760")),
    "psychisch": Ground(("880", "882", "884", "886", "888"), "03", None, "019", "07", ("05",)),
    "visueel": Ground(("842", "844", "846"), "06", "05", "023", "12", ("b210.2", "b210.3", "b210.4")),
    "auditief": Ground(("850", "852", "854"), "06", "05", "024", "13", ("b230.3", "b230.4")),
    "jeugd": Ground(("780", "781", "782", "783", "784"), "05", "03", "022", "01", ("b117.0", "b117.1")),
}


@dataclass(frozen=True, slots=True)
class Lapse:
    """When and why an indication lost its validity (COD1005); a new office only for a re-indication."""

    day: date
    reason: str
    new_office: str | None = None


_DISORDER_QUESTIONS = tuple(codelist("COD824").values)
_LIMITATION_QUESTIONS: dict[str, tuple[str, ...]] = {
    category: tuple(question for question in codelist("COD825").values if question.startswith(f"0{category}"))
    for category in codelist("COD539").values
}
_LIMITATION_SCORE = Weighted(("0", 8), ("1", 17), ("2", 40), ("3", 33), ("9", 2))
_DISORDER_SCORE = Weighted(("0", 20), ("1", 25), ("2", 30), ("3", 23), ("9", 2))
_PREFERENCE = Weighted[str | None]((None, 30), ("4", 35), ("3", 10), ("5", 10), ("7", 10), ("2", 4), ("10", 1))
_FINANCE = Weighted(("1", 94), ("2", 3), ("3", 2), ("4", 1))
_PROGNOSIS = Weighted[str | None]((None, 20), ("3", 25), ("4", 50), ("5", 5))
_WZD = Weighted(("2", 60), ("3", 15), ("1", 10), ("4", 10), ("9", 5))


@dataclass(frozen=True, slots=True)
class Indication:
    """What CIZ decides: a kind of `GROUNDS`, the office that is responsible at first, and the period.

    `preferred` is the provider that the client would like (AGB). `wzd` says whether there is a Wzd statement; chance
    decides when it is None.
    """

    kind: str
    office: str
    start: date
    end: date | None = None
    lapses: tuple[Lapse, ...] = ()
    preferred: str | None = None
    wzd: bool | None = None


def indicate(dossier: Dossier, person: Person, what: Indication, *, id: UUID | None = None) -> tuple[UUID, str]:
    """Write an indication. Returns its id and its care package."""
    stream = dossier.stream
    ground = GROUNDS[what.kind]
    key = id or stream.uuid()
    package = stream.pick(ground.packages)
    number = len(dossier.rows("indicatie", "wlzindicatie"))
    decided = what.start - timedelta(days=stream.between(0, 21))
    dossier.add(
        "indicatie",
        "wlzindicatie",
        {
            "wlzindicatieID": key,
            "bsn": dossier.bsn,
            "besluitnummer": 100_000_001 + dossier.index * 8 + number,
            "soortWlzindicatie": "4" if stream.chance(0.004) else "1",
            "afgiftedatum": decided,
            "ingangsdatum": what.start,
            "einddatum": what.end,
            "meerzorg": "1" if stream.chance(0.03) else "2" if stream.chance(0.7) else None,
            "initieelVerantwoordelijkZorgkantoor": what.office,
            "vervaldatum": what.lapses[-1].day if what.lapses else None,
            "commentaar": "Aanvraag gedaan samen met de wijkverpleegkundige." if stream.chance(0.1) else None,
        },
    )
    dossier.add(
        "indicatie",
        "geindiceerdzorgzwaartepakket",
        {
            "geindiceerdZorgzwaartepakketID": stream.uuid(),
            "zzpCode": package,
            "ingangsdatum": what.start,
            "einddatum": what.end,
            "voorkeurClient": _PREFERENCE.pick(stream),
            "instellingVoorkeur": what.preferred,
            "financiering": _FINANCE.pick(stream),
            "commentaar": None,
            "wlzindicatieID": key,
        },
    )
    _lapses(dossier, key, what.lapses)
    _grounds(dossier, key, ground)
    _limitations(dossier, key)
    _disorders(dossier, key, ground)
    if what.wzd or (what.wzd is None and what.kind in {"verpleging", "verstandelijk"} and stream.chance(0.3)):
        _wzd(dossier, key, what.start)
    _client(dossier, key, person, decided)
    return key, package


def _lapses(dossier: Dossier, key: UUID, lapses: tuple[Lapse, ...]) -> None:
    for lapse in lapses:
        dossier.add(
            "indicatie",
            "vervallengeldigheid",
            {
                "vervallenGeldigheidID": dossier.stream.uuid(),
                "vervaldatum": lapse.day,
                "vaststellingmoment": dossier.stream.moment(min(lapse.day, dossier.today)),
                "reden": lapse.reason,
                "nieuwVerantwoordelijkZorgkantoor": lapse.new_office if lapse.reason == "1" else None,
                "wlzindicatieID": key,
            },
        )


def _grounds(dossier: Dossier, key: UUID, ground: Ground) -> None:
    grounds = [ground.ground]
    if ground.second and dossier.stream.chance(0.4):
        grounds.append(ground.second)
    for order, code in enumerate(grounds, start=1):
        dossier.add(
            "indicatie",
            "grondslag",
            {"grondslagID": dossier.stream.uuid(), "grondslag": code, "volgorde": order, "wlzindicatieID": key},
        )


def _limitations(dossier: Dossier, key: UUID) -> None:
    stream = dossier.stream
    for category in stream.some(tuple(_LIMITATION_QUESTIONS), stream.between(1, 3)):
        limitation = stream.uuid()
        dossier.add(
            "indicatie",
            "beperking",
            {
                "beperkingID": limitation,
                "categorie": category,
                "duur": "4" if stream.chance(0.9) else None,
                "commentaar": None,
                "wlzindicatieID": key,
            },
        )
        for question in stream.some(_LIMITATION_QUESTIONS[category], stream.between(1, 3)):
            dossier.add(
                "indicatie",
                "beperkingscore",
                {
                    "beperkingScoreID": stream.uuid(),
                    "beperkingVraag": question,
                    "beperkingScore": _LIMITATION_SCORE.pick(stream),
                    "commentaar": None,
                    "beperkingID": limitation,
                },
            )


def _disorders(dossier: Dossier, key: UUID, ground: Ground) -> None:
    stream = dossier.stream
    dossier.add(
        "indicatie",
        "stoornis",
        {
            "stoornisID": stream.uuid(),
            "grondslag": ground.ground,
            "diagnoseCodelijst": ground.diagnosis_list,
            "diagnoseSubCodelijst": ground.diagnosis_part if stream.chance(0.8) else None,
            "ziektebeeldStoornis": stream.pick(ground.diagnoses),
            "prognose": _PROGNOSIS.pick(stream),
            "commentaar": None,
            "wlzindicatieID": key,
        },
    )
    for question in stream.some(_DISORDER_QUESTIONS, stream.between(1, 3)):
        dossier.add(
            "indicatie",
            "stoornisscore",
            {
                "stoornisScoreID": stream.uuid(),
                "stoornisVraag": question,
                "stoornisScore": _DISORDER_SCORE.pick(stream),
                "commentaar": None,
                "wlzindicatieID": key,
            },
        )


def _wzd(dossier: Dossier, key: UUID, start: date) -> None:
    dossier.add(
        "indicatie",
        "wzd",
        {
            "wzdID": dossier.stream.uuid(),
            "wzdVerklaring": _WZD.pick(dossier.stream),
            "ingangsdatum": start if dossier.stream.chance(0.8) else None,
            "einddatum": None,
            "wlzindicatieID": key,
        },
    )


def _client(dossier: Dossier, key: UUID, person: Person, decided: date) -> None:
    stream, name = dossier.stream, person.name
    client = stream.uuid()
    dossier.add(
        "indicatie",
        "client",
        {
            "clientID": client,
            "bsn": dossier.bsn,
            "geheimeClient": "1" if person.secret else "2",
            "geboorteDatum": person.born,
            "geboortedatumGebruik": person.born_usage,
            "geslacht": person.sex,
            "burgerlijkeStaat": person.marital,
            "geslachtsnaam": name.family,
            "voorvoegselGeslachtsnaam": name.prefix,
            "partnernaam": name.partner,
            "voorvoegselPartnernaam": name.partner_prefix,
            "voornamen": name.first_names,
            "roepnaam": name.call_name,
            "voorletters": name.initials,
            "naamGebruik": name.usage,
            "leefeenheid": person.household,
            "agbcodeHuisarts": person.gp,
            "communicatieVorm": person.communication,
            "taal": person.language,
            "commentaar": None,
            "wlzindicatieID": key,
        },
    )
    # CIZ writes down what held when it decided; what began later is known to the office only.
    for contact in person.contacts:
        if contact.start <= decided:
            _contact(dossier, contact, client=client, person=None)
    for relation in person.relations:
        relation_key = stream.uuid()
        dossier.add(
            "indicatie",
            "contactpersoon",
            {
                "contactPersoonID": relation_key,
                "relatieNummer": relation.number,
                "volgorde": relation.order,
                "soortRelatie": relation.kind,
                "rol": relation.role,
                "relatie": relation.family,
                "organisatieNaam": None,
                "voornamen": relation.name.first_names,
                "roepnaam": relation.name.call_name,
                "voorletters": relation.name.initials,
                "geslachtsnaam": relation.name.family,
                "voorvoegselGeslachtsnaam": relation.name.prefix,
                "partnernaam": relation.name.partner,
                "voorvoegselPartnernaam": relation.name.partner_prefix,
                "naamGebruik": relation.name.usage,
                "geslacht": relation.sex,
                "geboorteDatum": relation.born,
                "geboortedatumGebruik": relation.born_usage,
                "ingangsdatum": relation.start,
                "einddatum": relation.end,
                "clientID": client,
            },
        )
        for contact in relation.contacts:
            _contact(dossier, contact, client=None, person=relation_key)


def _contact(dossier: Dossier, contact: Contact, *, client: UUID | None, person: UUID | None) -> None:
    stream = dossier.stream
    key = stream.uuid()
    dossier.add(
        "indicatie",
        "contactgegevens",
        {"contactGegevensID": key, "clientID": client, "contactPersoonID": person},
    )
    address = contact.address
    period = {"ingangsdatum": contact.start, "einddatum": contact.end, "contactGegevensID": key}
    dossier.add(
        "indicatie",
        "adres",
        {
            "adresID": stream.uuid(),
            "adresSoort": address.kind,
            "straatnaam": address.street,
            "huisnummer": address.number,
            "huisletter": address.letter,
            "huisnummerToevoeging": address.suffix,
            "postcode": address.postcode,
            "plaatsnaam": address.town,
            "landCode": address.country,
            "aanduidingWoonadres": address.hint,
            **period,
        },
    )
    if contact.phone:
        dossier.add(
            "indicatie",
            "telefoon",
            {"telefoonID": stream.uuid(), "telefoonnummer": contact.phone, "landnummer": "+31", **period},
        )
    if contact.email:
        dossier.add("indicatie", "email", {"emailID": stream.uuid(), "emailadres": contact.email, **period})


def kinds_for(stream: Stream, age: int) -> str:
    """A kind of `GROUNDS` that fits an age in years."""
    if age < 18:
        return "jeugd" if stream.chance(0.4) else "verstandelijk"
    return (_KINDS_OLD if age >= 70 else _KINDS_ADULT).pick(stream)


_KINDS_OLD = Weighted(("verpleging", 93), ("lichamelijk", 3), ("visueel", 2), ("auditief", 2))
_KINDS_ADULT = Weighted(("verstandelijk", 52), ("psychisch", 22), ("lichamelijk", 16), ("visueel", 5), ("auditief", 5))
