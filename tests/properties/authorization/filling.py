"""Invents the rows of a register, and who asks on which day."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from registers.common.client_key import client_key
from tests.properties.authorization.inventing import ALL_CODES, CODED, CODES, DATED, DAYS, ROLES, TEXTS, TEXTUAL
from tests.properties.authorization.model import TYPES, Row, World
from tests.properties.authorization.reading import SECRET, Asker

__all__ = ["invent_askers", "invent_world", "other_value"]

ZONE = ZoneInfo("Europe/Amsterdam")


def invent_world(rng: random.Random) -> World:
    """A few persons with all that is theirs."""
    rows: dict[str, list[Row]] = {name: [] for name in TYPES}

    def add(name: str, client: str, **columns: Any) -> Row:
        row: Row = {
            "type": name,
            "client": client,
            TYPES[name].key: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        }
        row |= columns
        rows[name].append(row)
        return row

    def maybe(value: Any, chance: float = 0.7) -> Any:
        return value if rng.random() < chance else None

    known = [str(client_key(SECRET, bsn)) for bsn in CODES["bsn"]]
    for number in range(rng.randint(2, 4)):
        client = known[number] if number < len(known) else str(uuid.UUID(int=rng.getrandbits(128), version=4))
        person = add(
            "Persoon",
            client,
            naam=rng.choice(TEXTS),
            woonplaats=maybe(rng.choice(TEXTS)),
            geboren=maybe(rng.choice(DAYS)),
            geheim=rng.random() < 0.3,
        )
        cases: list[Row] = []
        for _ in range(rng.randint(1, 3)):
            case = add(
                "Zaak",
                client,
                soort=rng.choice(TEXTS),
                beheerder=rng.choice(ALL_CODES),
                waarnemer=maybe(rng.choice(ALL_CODES), 0.5),
                opening=rng.choice(DAYS),
                sluiting=maybe(rng.choice(DAYS), 0.6),
                bedrag=maybe(rng.randint(0, 4)),
                notitie=maybe(rng.choice(TEXTS)),
                persoonID=person["persoonID"],
                voorgangerID=maybe(rng.choice(cases)["zaakID"]) if cases else None,
            )
            cases.append(case)
            _belongings(rng, add, client, case)
    return World(rows)


def _belongings(rng: random.Random, add: Any, client: str, case: Row) -> None:
    def maybe(value: Any) -> Any:
        return value if rng.random() < 0.6 else None

    for _ in range(rng.randint(0, 2)):
        moment = datetime.combine(rng.choice(DAYS), datetime.min.time(), ZONE) + timedelta(minutes=rng.randint(-90, 90))
        add(
            "Stuk",
            client,
            titel=rng.choice(TEXTS),
            auteur=maybe(rng.choice(ALL_CODES)),
            moment=maybe(moment),
            bladzijden=maybe(rng.randint(0, 4)),
            zaakID=case["zaakID"],
        )
    for name in ("Partij", "Partij", "Betrokkene"):
        if rng.random() < 0.6:
            more = {"rol": maybe(rng.choice(TEXTS))} if name == "Partij" else {"persoonID": case["persoonID"]}
            add(
                name,
                client,
                code=rng.choice(ALL_CODES),
                van=rng.choice(DAYS),
                tot=maybe(rng.choice(DAYS)),
                zaakID=case["zaakID"],
                **more,
            )


def invent_askers(rng: random.Random, number: int) -> list[Asker]:
    """Different askers: parties of every role, with all scopes or some, on several days."""
    found: dict[Asker, None] = {}
    while len(found) < number:
        role = rng.choice(list(ROLES))
        identifier = ROLES[role]
        claims = {"soort": role.lower(), identifier: rng.choice(CODES[identifier])}
        if rng.random() < 0.05:
            del claims["soort"]
        if rng.random() < 0.03:
            claims = {"soort": "niemand", identifier: rng.choice(CODES[identifier])}
        scopes = ["balie/een:lezen", "balie/twee:lezen"]
        if rng.random() < 0.4:
            scopes = rng.choice(
                (scopes[:1], scopes[1:], ["balie/een-oud:lezen"], [], ["balie/een", "balie/twee:lezen"])
            )
        day = rng.choice(DAYS) + timedelta(rng.choice((0, 0, 1, -1, 200)))
        found.setdefault(Asker(tuple(claims.items()), frozenset(scopes), day))
    return list(found)


def other_value(rng: random.Random, name: str, column: str, value: Any) -> Any:
    """Something else that could stand in a column; a column that is never empty stays filled."""
    if column in CODED.get(name, ()):
        found: Any = rng.choice(ALL_CODES)
    elif column in TEXTUAL.get(name, ()):
        found = rng.choice(TEXTS)
    elif column in DATED.get(name, ()):
        found = rng.choice(DAYS)
    elif column == "geheim":
        return not value
    elif column == "moment":
        found = datetime.combine(rng.choice(DAYS), datetime.min.time(), ZONE)
    else:
        found = rng.randint(0, 4)
    return None if column in _EMPTY and rng.random() < 0.3 else found


_EMPTY = frozenset(
    {
        "woonplaats",
        "geboren",
        "waarnemer",
        "sluiting",
        "bedrag",
        "notitie",
        "auteur",
        "moment",
        "bladzijden",
        "rol",
        "tot",
    }
)
