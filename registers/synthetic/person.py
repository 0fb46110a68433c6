"""An invented person: one truth that IR, BR and CR each describe in their own words.

Registers spell the same facts differently (IR `geboorteDatum`, BR `geboortedatum`) and keep different parts of them, so a
person is kept here in neutral values and each register's writer picks what it publishes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from registers.synthetic.names import FAMILY_NAMES, FEMALE_NAMES, LANGUAGES, MALE_NAMES, STREETS, TOWNS
from registers.synthetic.stream import Stream, Weighted

__all__ = ["Address", "Contact", "Name", "Person", "Relation", "invent_address", "invent_contact", "invent_person"]


class Address(NamedTuple):
    """Where somebody lives or receives post; `kind` is COD757, `hint` NUM061."""

    kind: str
    street: str | None
    number: int | None
    letter: str | None
    suffix: str | None
    postcode: str | None
    town: str | None
    country: str | None
    hint: str | None


class Contact(NamedTuple):
    """Contact data with the period in which they hold."""

    address: Address
    email: str | None
    phone: str | None
    second_phone: str | None
    start: date
    end: date | None = None


class Name(NamedTuple):
    """`usage` is COD700: 1 without a partner's name, 1 to 4 with one."""

    first_names: str | None
    call_name: str | None
    initials: str | None
    prefix: str | None
    family: str
    partner_prefix: str | None
    partner: str | None
    usage: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A contact person of a client; `kind` is COD472, `role` COD1003, `family` COD1002."""

    number: str
    order: int | None
    kind: str
    role: str | None
    family: str | None
    name: Name
    sex: str
    born: date | None
    born_usage: str | None
    contacts: tuple[Contact, ...]
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A client. `secret` marks a person whose address is protected (`geheimeClient`)."""

    name: Name
    sex: str
    born: date
    born_usage: str | None
    marital: str
    household: str
    gp: str | None
    communication: str | None
    language: str | None
    secret: bool
    contacts: tuple[Contact, ...]
    relations: tuple[Relation, ...]


_SEX = Weighted(("2", 60.0), ("1", 39.7), ("0", 0.3))
_MARITAL_ALONE = Weighted(("1", 25), ("4", 60), ("9", 10), ("7", 5))
_MARITAL_PARTNER = Weighted(("2", 90), ("5", 10))
_HOUSEHOLD_ALONE = Weighted(("1", 70), ("7", 18), ("6", 8), ("9", 4))
_HOUSEHOLD_PARTNER = Weighted(("3", 88), ("4", 12))
_USAGE = Weighted(("1", 20), ("2", 25), ("3", 45), ("4", 10))
_COMMUNICATION = Weighted[str | None]((None, 940), ("1", 45), ("2", 10), ("3", 5))
_BORN_USAGE = Weighted[str | None]((None, 990), ("1", 4), ("2", 5), ("3", 1))
# Kind of relation, role, family relation and sex that go together.
_Tie = tuple[str, str, str | None, str]
_RELATIONS = Weighted[_Tie](
    (("16", "01", "DAUC", "2"), 30),
    (("16", "23", None, "1"), 22),
    (("12", "01", "HUSB", "1"), 9),
    (("12", "01", "DOMPART", "2"), 9),
    (("17", "02", "BRO", "1"), 8),
    (("15", "15", None, "2"), 7),
    (("14", "14", None, "1"), 6),
    (("03", "03", None, "2"), 3),
    (("20", "20", None, "2"), 4),
    (("19", "19", None, "1"), 2),
    (("21", "21", None, "2"), 2),
)
_PARENTS = Weighted[_Tie](
    (("10", "24", "MTH", "2"), 60), (("10", "24", "FTH", "1"), 30), (("13", "01", "MTHFOST", "2"), 10)
)


def invent_person(stream: Stream, office: str, born: date, known_since: date, today: date) -> Person:
    """A person born on `born`, living in the region of `office`, known to care since `known_since`."""
    sex = _SEX.pick(stream)
    child = (known_since - born).days < 18 * 365
    partner = not child and stream.chance(0.38)
    name = _name(stream, sex, partnered=partner or (not child and stream.chance(0.3)))
    communication = _COMMUNICATION.pick(stream)
    return Person(
        name=name,
        sex=sex,
        born=born,
        born_usage=_BORN_USAGE.pick(stream),
        marital="1" if child else (_MARITAL_PARTNER if partner else _MARITAL_ALONE).pick(stream),
        household="2" if child else (_HOUSEHOLD_PARTNER if partner else _HOUSEHOLD_ALONE).pick(stream),
        gp=f"01{stream.between(0, 999_999):06d}" if stream.chance(0.96) else None,
        communication=communication,
        language=stream.pick(LANGUAGES) if communication == "1" else None,
        secret=stream.chance(0.01),
        contacts=_contacts(stream, office, name, known_since, today),
        relations=_relations(stream, name, child, known_since, today),
    )


def invent_address(stream: Stream, office: str, kind: str = "01") -> Address:
    """An address in the region of a care office; the postcode is in Dutch form (message rule CS089)."""
    town, postcode = TOWNS[office]
    letters = chr(65 + stream.between(0, 19)) + chr(65 + stream.between(0, 19))
    return Address(
        kind=kind,
        street=stream.pick(STREETS),
        number=stream.between(1, 320),
        letter=stream.pick("ABC") if stream.chance(0.08) else None,
        suffix=str(stream.between(1, 40)) if stream.chance(0.06) else None,
        postcode=f"{postcode + stream.between(0, 9)}{letters}",
        town=town,
        country="NL",
        hint=stream.pick(("BY", "TO", "AB", "WW")) if stream.chance(0.01) else None,
    )


def invent_contact(
    stream: Stream, office: str, name: Name, start: date, end: date | None = None, kind: str = "01"
) -> Contact:
    """Contact data with an address in the region of `office`. Mail goes to a reserved domain: nobody receives it."""
    mailbox = f"{(name.call_name or 'post').lower()}.{name.family.lower()}".replace(" ", "").encode("ascii", "ignore")
    return Contact(
        address=invent_address(stream, office, kind),
        email=f"{mailbox.decode()}{stream.between(1, 99)}@example.org" if stream.chance(0.6) else None,
        phone=f"06{stream.between(0, 99_999_999):08d}" if stream.chance(0.85) else None,
        second_phone=f"0{stream.between(10, 79)}{stream.between(0, 9_999_999):07d}" if stream.chance(0.2) else None,
        start=start,
        end=end,
    )


def _name(stream: Stream, sex: str, *, partnered: bool) -> Name:
    prefix, family = stream.pick(FAMILY_NAMES)
    pool = FEMALE_NAMES if sex == "2" else MALE_NAMES
    first = stream.pick(pool)
    second = stream.pick(pool) if stream.chance(0.4) else None
    partner_prefix, partner = stream.pick(FAMILY_NAMES) if partnered and sex == "2" else (None, None)
    return Name(
        first_names=f"{first} {second}" if second else first,
        call_name=first if stream.chance(0.8) else None,
        initials=first[0] + (second[0] if second else ""),
        prefix=prefix,
        family=family,
        partner_prefix=partner_prefix,
        partner=partner,
        usage=_USAGE.pick(stream) if partner else "1",
    )


def _contacts(stream: Stream, office: str, name: Name, since: date, today: date) -> tuple[Contact, ...]:
    """The present home, often an earlier one that ended the day before, sometimes an address for post."""
    start = since - timedelta(days=stream.between(200, 6000))
    contacts = list[Contact]()
    if stream.chance(0.3):
        moved = stream.day(since - timedelta(days=150), today)
        contacts.append(invent_contact(stream, office, name, start, moved - timedelta(days=1)))
        start = moved
    contacts.append(invent_contact(stream, office, name, start))
    if stream.chance(0.12):
        contacts.append(invent_contact(stream, office, name, since, kind="02"))
    return tuple(contacts)


def _relations(stream: Stream, client: Name, child: bool, since: date, today: date) -> tuple[Relation, ...]:
    count = stream.between(1, 2) if child or stream.chance(0.75) else 0
    pool = _PARENTS if child else _RELATIONS
    return tuple(_relation(stream, pool, number, client, since, today) for number in range(1, count + 1))


def _relation(
    stream: Stream,
    pool: Weighted[_Tie],
    number: int,
    client: Name,
    since: date,
    today: date,
) -> Relation:
    kind, role, family, sex = pool.pick(stream)
    name = _name(stream, sex, partnered=stream.chance(0.5))
    if family in {"DAUC", "BRO", "FTH"}:
        name = name._replace(prefix=client.prefix, family=client.family)
    start = since - timedelta(days=stream.between(0, 900))
    ended = stream.day(since, today) if stream.chance(0.08) else None
    region = stream.pick(tuple(TOWNS))
    return Relation(
        number=f"{number:03d}",
        # Message rules CS016 and CS017: a partner may be without order, others have one.
        order=None if kind == "12" and stream.chance(0.5) else number,
        kind=kind,
        role=role,
        family=family,
        name=name,
        sex=sex,
        born=stream.day(date(1940, 1, 1), date(1995, 12, 31)) if stream.chance(0.4) else None,
        born_usage=None,
        contacts=(invent_contact(stream, region, name, start, ended),),
        start=start,
        end=ended,
    )
