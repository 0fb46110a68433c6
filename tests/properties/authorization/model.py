"""What the evaluator knows of the data and of where it lives, written down by hand: no mapping, schema or policy is read for it.

The same data lies in one register (`ONE`), or is dealt over three that make one graph (`THREE`). The evaluator sees one graph either way; where
something lives decides only what grants are about, and what predicates, filters and sorts can reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["LINKS", "ONE", "ROOTS", "THREE", "TYPES", "Layout", "Link", "Row", "Shape", "World"]

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
    ("Stuk", "betrokkenen"): Link("Betrokkene", "zaakID", "zaakID", many=True),
    ("Persoon", "betrokkenen"): Link("Betrokkene", "persoonID", "persoonID", many=True),
}
"""Every link, those of the hidden table included."""

ROOTS = {"persoon": "Persoon", "zaak": "Zaak", "stuk": "Stuk", "partij": "Partij"}


@dataclass(frozen=True)
class Layout:
    """Where the types live. `contributed`: links of an entity that another register than its home answers.

    `walked`: the links that predicates may walk, of rows that lie in one register. `nullable`: links that may be null here, though not in `TYPES`.
    `through`: whether filters and sorts know the person of a paper, which is behind its case.
    """

    homes: Mapping[str, str]
    walked: frozenset[tuple[str, str]]
    contributed: Mapping[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    nullable: frozenset[tuple[str, str]] = frozenset()
    through: bool = True
    copies: frozenset[str] = frozenset()
    """The registers that look at copies of `Betrokkene`."""

    def required(self, name: str, member: str) -> bool:
        return member in TYPES[name].required and (name, member) not in self.nullable

    def walks(self, name: str) -> list[str]:
        """The links from a type that predicates may walk."""
        return [link for owner, link in LINKS if owner == name and (owner, link) in self.walked]

    def filtered(self, name: str, link: str) -> bool:
        """Whether filters and sorts of a type know a link."""
        return (name, link) in self.walked


_INSIDE = frozenset(pair for pair in LINKS if pair not in {("Stuk", "betrokkenen"), ("Persoon", "betrokkenen")})

ONE = Layout(dict.fromkeys(("Persoon", "Zaak", "Stuk", "Partij"), "balie"), _INSIDE)

THREE = Layout(
    {"Persoon": "personen", "Zaak": "zaken", "Partij": "zaken", "Stuk": "stukken"},
    frozenset(
        {
            ("Persoon", "betrokkenen"),
            ("Zaak", "voorganger"),
            ("Zaak", "partijen"),
            ("Zaak", "betrokkenen"),
            ("Partij", "zaak"),
            ("Stuk", "betrokkenen"),
        }
    ),
    {("Persoon", "zaken"): "zaken", ("Zaak", "stukken"): "stukken"},
    frozenset({("Zaak", "persoon")}),
    through=False,
    copies=frozenset({"personen", "stukken"}),
)


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
