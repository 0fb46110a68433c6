"""How the register of inzagen lies on its tables.

A row for each person of whom a record in a decision journal shows data, made when the record is shipped (`migrations/`). `client_key` is the
journal's keyed hash of the person here, cut to a UUID: this register has the journal's secret, not that of the other registers.

Hidden: `vertegenwoordiging`, the mandates, which only row policies read.
"""

from __future__ import annotations

from registers.common.mapping import Column, Mapping, Paging, Relation, Root, Table

__all__ = ["MAPPING"]


_INZAGE = Table(
    "Inzage",
    "inzage",
    "inzageID",
    (
        Column("inzageID", "uuid"),
        Column("persoon", "uuid", column="client_key"),
        Column("moment", "datetime"),
        Column("hoedanigheid", "text"),
        Column("partijcode", "text", nullable=True),
        Column("partijnaam", "text", nullable=True),
        Column("doel", "text", nullable=True),
        Column("wijze", "text"),
        Column("vraagID", "uuid", hidden=True, refers="InzageVraag"),
    ),
    (
        Relation("vraag", "InzageVraag", on=(("vraagID", "vraagID"),)),
        Relation("vertegenwoordigingen", "Vertegenwoordiging", many=True, hidden=True),
    ),
    paging=Paging(newest="moment", usual=100, most=1000),
)

_VRAAG = Table(
    "InzageVraag",
    "inzagevraag",
    "vraagID",
    (
        Column("vraagID", "uuid"),
        Column("registers", "texts"),
        Column("gegevens", "texts"),
        Column("grondslag", "texts"),
    ),
    (Relation("vertegenwoordigingen", "Vertegenwoordiging", many=True, hidden=True),),
)

_VERTEGENWOORDIGING = Table(
    "Vertegenwoordiging",
    "vertegenwoordiging",
    "vertegenwoordigingID",
    (
        Column("vertegenwoordigingID", "uuid"),
        Column("gemachtigde", "key"),
        Column("vanaf", "date"),
        Column("tot", "date", nullable=True),
        Column("ingetrokken", "datetime", nullable=True),
        Column("partijen", "bool"),
    ),
    hidden=True,
)

_CLIENTPROFIEL = Table(
    "Clientprofiel",
    "",
    "bsn",
    (
        Column("bsn", "text"),
        Column("client_key", "key", hidden=True),
    ),
    (Relation("inzagen", "Inzage", many=True, nullable=True),),
    keyed_from="bsn",
)

MAPPING = Mapping(
    register="inzage",
    tables=(_INZAGE, _VRAAG, _VERTEGENWOORDIGING, _CLIENTPROFIEL),
    roots=(Root("inzagen", "Inzage"),),
    filters={"InzageFilterInput": "Inzage"},
    pages={"InzagePaginaInput": "Inzage"},
)
