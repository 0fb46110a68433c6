"""What the evaluator knows of the register, written down by hand: no mapping, schema or policy is read for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["LINKS", "ROOTS", "TYPES", "Link", "Row", "Shape", "World"]

Row = dict[str, Any]
"""A row of a table, by column; `type` says of which type, `client` whose."""


@dataclass(frozen=True)
class Link:
    """From a row whose column `local` has a value to the rows of `target` with that value in `remote`."""

    target: str
    local: str
    remote: str
    many: bool = False


@dataclass(frozen=True)
class Shape:
    """`columns`: name → kind of what a client may select. `required`: what may not be null, links included."""

    key: str
    columns: dict[str, str]
    links: dict[str, Link]
    required: frozenset[str]


TYPES = {
    "Persoon": Shape(
        "persoonID",
        {"persoonID": "uuid", "naam": "text", "woonplaats": "text", "geboren": "date", "geheim": "bool"},
        {"zaken": Link("Zaak", "persoonID", "persoonID", many=True)},
        frozenset({"persoonID"}),
    ),
    "Zaak": Shape(
        "zaakID",
        {
            "zaakID": "uuid",
            "soort": "text",
            "beheerder": "text",
            "waarnemer": "text",
            "opening": "date",
            "sluiting": "date",
            "bedrag": "int",
            "notitie": "text",
        },
        {
            "persoon": Link("Persoon", "persoonID", "persoonID"),
            "voorganger": Link("Zaak", "voorgangerID", "zaakID"),
            "stukken": Link("Stuk", "zaakID", "zaakID", many=True),
            "partijen": Link("Partij", "zaakID", "zaakID", many=True),
        },
        frozenset({"zaakID", "soort", "opening", "persoon", "partijen"}),
    ),
    "Stuk": Shape(
        "stukID",
        {"stukID": "uuid", "titel": "text", "auteur": "text", "moment": "datetime", "bladzijden": "int"},
        {"zaak": Link("Zaak", "zaakID", "zaakID")},
        frozenset({"stukID", "titel"}),
    ),
    "Partij": Shape(
        "partijID",
        {"partijID": "uuid", "code": "text", "rol": "text", "van": "date", "tot": "date"},
        {"zaak": Link("Zaak", "zaakID", "zaakID")},
        frozenset({"partijID", "code", "zaak"}),
    ),
    "Betrokkene": Shape("betrokkeneID", {}, {}, frozenset()),
}

LINKS = {
    **{(name, link): found for name, shape in TYPES.items() for link, found in shape.links.items()},
    ("Zaak", "betrokkenen"): Link("Betrokkene", "zaakID", "zaakID", many=True),
    ("Betrokkene", "zaak"): Link("Zaak", "zaakID", "zaakID"),
}
"""Every link that a predicate may walk, those of the hidden table included."""

ROOTS = {"persoon": "Persoon", "zaak": "Zaak", "stuk": "Stuk", "partij": "Partij"}


@dataclass
class World:
    """The rows of all tables, and how one leads to others."""

    rows: dict[str, list[Row]]
    _by: dict[tuple[str, str], dict[Any, list[Row]]] = field(default_factory=dict[Any, Any])

    def behind(self, row: Row, name: str) -> list[Row]:
        """The rows that a link leads to, whoever may see them."""
        link = LINKS[row["type"], name]
        value = row[link.local]
        if value is None:
            return []
        found = self._by.get((link.target, link.remote))
        if found is None:
            found = self._by[link.target, link.remote] = {}
            for other in self.rows[link.target]:
                found.setdefault(other[link.remote], []).append(other)
        return found.get(value, [])
