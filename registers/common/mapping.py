"""How the types of a register lie on its tables: the one description that three readers share.

The SQL compiler turns a selection into a statement with it, `gateway grants compile` turns grants into row policies with
it (through its JSON form, `registers mapping NAME`), and the tests compare it with the migrated database.

Conventions that hold everywhere, so that they are not repeated in each mapping:

* A table is named after the published type in lower case (`Bemiddelingspecificatie` → `bemiddelingspecificatie`).
* A column carries the published field name, in quotes (`"toewijzingIngangsdatum"`); a foreign key carries the name of the
  key that it points to (`"bemiddelingID"` in `bemiddelingspecificatie`).
* Every table has `client_key` (first column of its primary key and of each foreign key). A join between two tables of the
  same register therefore always includes equality of `client_key`; `on` lists only the other column pairs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Column", "Kind", "Mapping", "Paging", "Relation", "Root", "Table"]

Kind = Literal["uuid", "text", "int", "float", "date", "datetime", "bool", "key", "texts"]
"""What a column holds. `key` is a keyed hash (`client_key`), never selectable in GraphQL; `texts` a list of texts, never filtered."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a type that is stored in a column of its table.

    `name` is the field; `column` differs from it only for aliases (IR's deprecated `id`). A hidden column can be used in
    filters, relations and predicates, but is no GraphQL field.
    """

    name: str
    kind: Kind
    nullable: bool = False
    column: str = ""
    hidden: bool = False
    refers: str = ""
    """The type that the column is a foreign key to: of each row there is that row too. Policies look into no table to hear that
    (`gateway grants compile`), so it may stand only where the database enforces it."""

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", self.name)


@dataclass(frozen=True, slots=True)
class Relation:
    """A step from a row of one type to rows of another type of the same register.

    `on` pairs local columns with columns of the target. `through` names two relations instead, walked one after the other
    (BR's left-over filter `Regiehouder.client` = bemiddeling, then client). A hidden relation exists for filters, sorts and
    predicates only. `nullable` tells the GraphQL type of the field: for `many` that of the list, never of its items.
    """

    name: str
    target: str
    many: bool = False
    on: tuple[tuple[str, str], ...] = ()
    nullable: bool = False
    hidden: bool = False
    through: tuple[str, str] | None = None
    same_client: bool = True
    """False for the rare join that may not compare `client_key` (a table without one)."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Lists of the type come in pages, those with the largest `newest` (a column, a day or a moment) first: `usual` rows, or up to `most`."""

    newest: str
    usual: int
    most: int


@dataclass(frozen=True, slots=True)
class Table:
    """A GraphQL type (or, when `hidden`, a helper table such as `zorgrelatie`) and the table it lies on.

    `table == ""` makes it a *stub*: an entity whose home is another register, of which this one only knows the key and
    contributes relations (BR's `WlzIndicatie`). Its columns are then the key and what its relations join on; a row of it is
    made from the row that refers to it (`Relation.on`), or from an entity representation. A stub column of kind `key` is
    computed from the column named by `keyed_from`.
    """

    type: str
    table: str
    key: str
    columns: tuple[Column, ...]
    relations: tuple[Relation, ...] = ()
    hidden: bool = False
    keyed_from: str = ""
    """For stubs with a `client_key` column: the key field (a BSN) from which the register computes it."""
    projected: bool = False
    """Its rows are copied from another register by a projector, so what hangs on them counts only while they are fresh."""
    paging: Paging | None = None

    @property
    def stub(self) -> bool:
        return not self.table

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def relation(self, name: str) -> Relation | None:
        return next((relation for relation in self.relations if relation.name == name), None)


@dataclass(frozen=True, slots=True)
class Root:
    """A query root: a list of rows of a type."""

    field: str
    type: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """The whole of a register. `filters` says which type each filter and sort input speaks of.

    An input field of `XFilterInput` means the column or relation of that name on type X (hidden ones included); inputs are
    interpreted by the compiler, so no per-field table is needed. `identity` lists filter fields that are no data but must
    equal the caller's own identifier (IR's `agbCodeInstelling` → `agb`); `ignored` are accepted and mean nothing
    (`raadpleegDatum`). `pages` says of which type each page input is (`registers.common.sql.pages`).
    """

    register: str
    tables: tuple[Table, ...]
    roots: tuple[Root, ...]
    filters: dict[str, str] = field(default_factory=dict[str, str])
    identity: dict[str, str] = field(default_factory=dict[str, str])
    """`"WlzIndicatieFilterInput.agbCodeInstelling" → "agb"`."""
    ignored: frozenset[str] = frozenset()
    pages: dict[str, str] = field(default_factory=dict[str, str])

    def table(self, type_name: str) -> Table:
        """The table of a type; KeyError when the register has no such type."""
        for table in self.tables:
            if table.type == type_name:
                return table
        raise KeyError(type_name)

    def as_json(self) -> dict[str, Any]:
        """The form that `registers mapping NAME` prints and `gateway grants compile` reads.

        `{"register", "types": {T: {"table", "key", "stub", "hidden", "projected", "columns": {f: {"column", "kind", "nullable",
        "hidden", "refers"}}, "relations": {r: {"target", "many", "nullable", "hidden", "on": [[local, remote]], "through",
        "same_client"}}}}, "roots": {field: T}, "filters": {input: T}, "identity": {…}, "ignored": […]}`. In `on`, names
        are *column* names.
        """
        return {
            "register": self.register,
            "types": {table.type: _table_json(table) for table in self.tables},
            "roots": {root.field: root.type for root in self.roots},
            "filters": dict(sorted(self.filters.items())),
            "identity": dict(sorted(self.identity.items())),
            "ignored": sorted(self.ignored),
        }


def _table_json(table: Table) -> dict[str, Any]:
    return {
        "table": table.table,
        "key": table.key,
        "stub": table.stub,
        "hidden": table.hidden,
        "projected": table.projected,
        "keyed_from": table.keyed_from,
        "columns": {
            column.name: {
                "column": column.column,
                "kind": column.kind,
                "nullable": column.nullable,
                "hidden": column.hidden,
                "refers": column.refers,
            }
            for column in table.columns
        },
        "relations": {
            relation.name: {
                "target": relation.target,
                "many": relation.many,
                "nullable": relation.nullable,
                "hidden": relation.hidden,
                "on": [list(pair) for pair in relation.on],
                "through": list(relation.through) if relation.through else None,
                "same_client": relation.same_client,
            }
            for relation in table.relations
        },
    }
