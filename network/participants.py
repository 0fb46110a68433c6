"""The participants file of the demonstration network, for the issuer: every party of the synthetic data and its rights.

CIZ, the care offices, the providers, a few clients, Silvester and a software supplier. Silvester may act for all offices and providers,
the supplier for some providers. Scopes are the read scopes of the registers that a party has grants for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from iwlz.participants import (
    CIZ_KVK,
    CIZ_NAAM,
    DEMO_CLIENTS,
    SILVESTER_KVK,
    SILVESTER_NAAM,
    ZORGAANBIEDERS,
    ZORGKANTOREN,
)
from network.errors import NetworkError

__all__ = ["SCOPES", "Participant", "merged_file", "participants"]

InstantieType = Literal["Zorgkantoor", "Zorgaanbieder", "Onderneming", "Burger"]

INDICATIES = "registers/wlzindicatieregister/indicaties/indicatie:read"
BEMIDDELINGEN = "registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read"
LEVERINGEN = "registers/wlzleveringsregister/leveringen/levering:read"
CLIENTEN = "registers/wlzclientregister/clienten/client:read"
INZAGEN = "registers/wlzinzageregister/inzagen/inzage:read"
SCOPES = (INDICATIES, BEMIDDELINGEN, LEVERINGEN, CLIENTEN)

SUPPLIER_KVK = "99000002"
SUPPLIER_NAAM = "Zorgsoftware Demonstratie"
SUPPLIER_CLIENTS = 20
"""The number of providers that the supplier acts for, the first ones of the list."""


@dataclass(frozen=True, slots=True)
class Participant:
    """An entry of the participants file, except the certificate."""

    id: str
    number: str
    name: str
    instantie_type: InstantieType
    scopes: tuple[str, ...] = ()
    may_act_for: tuple[str, ...] = ()


def participants() -> tuple[Participant, ...]:
    """Return all participants; their relation numbers follow from their order, which is fixed."""
    return tuple(_all())


def merged_file(present: str | None, fingerprints: Mapping[str, str]) -> str | None:
    """Return the new content of the participants file, or None when the present one will do.

    `fingerprints` are those of the certificates by party id. A file that exists keeps its entries as an administrator left
    them, additions and removals included; only a renewed certificate is written in.
    """
    if present is None:
        entries: list[dict[str, Any]] = [
            {**asdict(party), "certificate": fingerprints[party.id]} for party in participants()
        ]
        return json.dumps(entries, ensure_ascii=False, indent=1)
    try:
        entries = json.loads(present)
        numbers = {party.id: party.number for party in participants()}
        renewed = [_renewed(entry, fingerprints, numbers) for entry in entries]
    except (ValueError, TypeError, KeyError) as error:
        raise NetworkError("The participants file cannot be read; remove it to have it made anew.") from error
    return None if renewed == entries else json.dumps(renewed, ensure_ascii=False, indent=1)


def _renewed(entry: dict[str, Any], fingerprints: Mapping[str, str], numbers: Mapping[str, str]) -> dict[str, Any]:
    party = entry["id"]
    ours = party in fingerprints and numbers.get(party) == entry.get("number")
    return {**entry, "certificate": fingerprints[party]} if ours else entry


def _all() -> Iterator[Participant]:
    for number, (party, name, kind, scopes, acts) in enumerate(_rows()):
        yield Participant(party, str(20_001_000_000_000 + 131 * (number + 1)), name, kind, scopes, acts)


def _rows() -> Iterator[tuple[str, str, InstantieType, tuple[str, ...], tuple[str, ...]]]:
    yield f"kvk:{CIZ_KVK}", CIZ_NAAM, "Onderneming", (INDICATIES, BEMIDDELINGEN), ()
    yield f"kvk:{SILVESTER_KVK}", SILVESTER_NAAM, "Onderneming", (), ("uzovi:*", "agb:*")
    supplied = tuple(f"agb:{agb}" for agb, _ in ZORGAANBIEDERS[:SUPPLIER_CLIENTS])
    yield f"kvk:{SUPPLIER_KVK}", SUPPLIER_NAAM, "Onderneming", (), supplied
    for uzovi, name in ZORGKANTOREN:
        yield f"uzovi:{uzovi}", name, "Zorgkantoor", SCOPES, ()
    for agb, name in ZORGAANBIEDERS:
        yield f"agb:{agb}", name, "Zorgaanbieder", SCOPES, ()
    for number, bsn in enumerate(DEMO_CLIENTS, start=1):
        yield f"bsn:{bsn}", f"Cliënt {number}", "Burger", (*SCOPES, INZAGEN), ()
