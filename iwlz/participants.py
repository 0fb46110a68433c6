"""Who takes part in the demonstration network: offices, providers, CIZ, Silvester and the first clients.

The synthetic data name only these parties, and the issuer's participants file is made from the same tuples, so that a
token can be had for everybody who owns a record. Care offices are those of COD001; names and codes of providers are
invented. Everything here is fixed: a party keeps its code from release to release.
"""

from __future__ import annotations

from iwlz.codelists import codelist
from iwlz.identifiers import bsn_from_index

__all__ = [
    "CIZ_KVK",
    "CIZ_NAAM",
    "DEMO_CLIENTS",
    "DEMO_ZORGAANBIEDER",
    "DEMO_ZORGKANTOOR",
    "SILVESTER_KVK",
    "SILVESTER_NAAM",
    "ZORGAANBIEDERS",
    "ZORGKANTOREN",
]

CIZ_KVK = "62253778"
CIZ_NAAM = "CIZ"
SILVESTER_KVK = "99000001"
SILVESTER_NAAM = "Silvester"

DEMO_ZORGKANTOOR = "5050"
"""The office with many clients in the synthetic data; published examples use this code, COD001 does not have it."""
DEMO_ZORGAANBIEDER = "51510101"
"""The provider with many clients; the code of published examples."""

ZORGKANTOREN: tuple[tuple[str, str], ...] = (
    (DEMO_ZORGKANTOOR, "Zorgkantoor Demonstratie"),
    *codelist("COD001").values.items(),
)
"""UZOVI code and name of every care office."""

DEMO_CLIENTS: tuple[str, ...] = tuple(bsn_from_index(index) for index in range(8))
"""BSNs of the first clients of every synthetic network."""

_KINDS = (
    ("47", "Verpleeghuis"),
    ("42", "Woonzorgcentrum"),
    ("75", "Thuiszorg"),
    ("30", "Gehandicaptenzorg"),
    ("45", "Beschermd wonen"),
    ("41", "Zorggroep"),
)
"""Leading digits of invented AGB codes, each with the word that its names start with. 01 is kept for general practitioners."""

_NAMES = (
    "De Lindehof", "Waterrand", "Het Veldkwartier", "Zonneweide", "De Eikenborg", "Rivierzicht", "De Drie Linden",
    "Molenwiek", "Duinroos", "De Appelgaard", "Vechtstede", "Het Baken", "Beukenrode", "De Wielewaal", "Sint Joris",
    "Heideveld", "De Vuurtoren", "Parkzicht", "Oosterpoort", "De Korenbloem", "Merelhof", "Zilverschoon", "Het Anker",
    "De Ganzenhoek", "Wilgenplas", "Nieuwe Haven", "De Sluiswachter", "Bremhorst", "Klaverweide", "De Notelaar",
    "Kastanjehof", "Zeewinde", "De Meent", "Papaverhof", "Het Lage Land", "De Zwaluw", "Rozengaarde", "Kruiskamp",
    "De Oude Tol", "Esdoornlaan", "Vogelenzang", "De Leeuwerik", "Hoogeland", "De Witte Raaf", "Maasdonk",
    "Het Hofje", "De Brink", "Singelhof", "Groenewoud", "De Regenboog",
)  # fmt: skip

_DEMO_PROVIDERS = (
    (DEMO_ZORGAANBIEDER, "Zorggroep Demonstratie"),
    ("66600011", "Thuiszorg Voorbeeld"),
    ("12345678", "Woonzorg Het Voorbeeld"),
    ("47470001", "Verpleeghuis De Proeftuin"),
)

ZORGAANBIEDERS: tuple[tuple[str, str], ...] = (
    *_DEMO_PROVIDERS,
    *(
        (f"{code}{900_000 + 37 * number:06d}", f"{kind} {name}")
        for number, name in enumerate(_NAMES)
        for code, kind in _KINDS
    ),
)
"""AGB code and name of every provider; the first four have the most clients."""
