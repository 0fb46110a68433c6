"""What is shared while one statement is compiled: aliases, parameters, refusals, and how two tables join."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from registers.common.access import Access, Rules
from registers.common.mapping import Kind, Mapping, Relation, Table
from registers.common.sql.operators import SQL_TYPES
from registers.common.sql.selection import Selected
from registers.common.sql.shared import SharedConditions
from registers.common.sql.values import Leaf, Leaves

__all__ = ["NO_RECORD", "Parameter", "RecordKeys", "Scope", "TooComplexError"]


_PLACEHOLDER = re.compile("\x01([0-9]+)\x02")


class TooComplexError(Exception):
    """An operation that reaches more tables than one statement may."""


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """What a gateway that keeps records may read beyond what its caller may: under the response key `name`, the key of each row that the caller
    is shown. `fields` are the keys of entities, `Type.field`.
    """

    name: str = ""
    fields: frozenset[str] = frozenset()

    def opens(self, type_name: str, field: Selected) -> bool:
        return field.key == self.name and f"{type_name}.{field.name}" in self.fields


NO_RECORD = RecordKeys()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A bind parameter: where its value comes from and what it is."""

    source: Leaf | Leaves
    kind: Kind | None


@dataclass(slots=True)
class Scope:
    """The state of one compilation."""

    mapping: Mapping
    rules: Rules
    max_tables: int = 300
    record: RecordKeys = NO_RECORD
    parameters: list[Parameter] = field(default_factory=list[Parameter])
    refused: dict[str, None] = field(default_factory=dict[str, None])
    marked: bool = False
    origins: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict[str, tuple[str, dict[str, str]]])
    """By alias of a stub: the row that it was made from, and which of its columns each of the stub's is."""
    _aliases: dict[str, Table] = field(default_factory=dict[str, Table])
    _rules: dict[str, Rules] = field(default_factory=dict[str, Rules])
    """By alias, for rows that have rules of their own; `rules` are those of all others."""
    _numbers: dict[Any, int] = field(default_factory=dict[Any, int])
    _shared: SharedConditions = field(default_factory=SharedConditions)

    def refuse(self, coordinate: str) -> None:
        self.refused.setdefault(coordinate)

    def alias(self, table: Table, rules: Rules | None = None) -> str:
        """A new name for a row of `table`. `rules` are those of this row, where it has its own."""
        if len(self._aliases) >= self.max_tables:
            raise TooComplexError
        name = f"t{len(self._aliases) + 1}"
        self._aliases[name] = table
        if rules is not None:
            self._rules[name] = rules
        return name

    def rules_of(self, alias: str) -> Rules:
        """What the caller may read of the row called `alias`."""
        return self._rules.get(alias, self.rules)

    def shown(self, alias: str) -> list[str]:
        """The conditions under which the row is one that the caller may see here, beyond its row policy."""
        condition = self.rules_of(alias).rows(self._aliases[alias].type, alias)
        return [condition] if condition else []

    @property
    def partial(self) -> bool:
        """Whether rows are left out because what is copied from another register is not fresh."""
        return any(self.rules_of(alias).partial(table.type) for alias, table in self._aliases.items())

    def table_of(self, alias: str) -> Table:
        return self._aliases[alias]

    def readable(self, access: Access, alias: str) -> str:
        """The condition under which the caller may read something of the row called `alias`; empty when there is none."""
        return self._shared.place(alias, access.condition(alias))

    def row(self, source: str, alias: str) -> str:
        """The row `alias` of a FROM."""
        return self._shared.row(source, alias)

    def bind(self, source: Leaf | Leaves, kind: Kind) -> str:
        """The placeholder (numbered at the end) of a value with its cast; a variable that is used twice is bound once."""
        array = "[]" if isinstance(source, Leaves) else ""
        return f"{self._placeholder(source, kind)}::{SQL_TYPES[kind]}{array}"

    def bind_raw(self, source: Leaf, cast: str) -> str:
        """The placeholder of a value that is no operand of a filter (a marker, the keys of entities)."""
        return f"{self._placeholder(source, None, cast)}::{cast}"

    def _placeholder(self, source: Leaf | Leaves, kind: Kind | None, cast: str = "") -> str:
        shared = (source.path, isinstance(source, Leaves), kind, cast) if source.path else None
        number = self._numbers.get(shared) if shared else None
        if number is None:
            self.parameters.append(Parameter(source, kind))
            number = len(self.parameters)
            if shared:
                self._numbers[shared] = number
        return f"\x01{number}\x02"

    def numbered(self, sql: str) -> tuple[str, tuple[Parameter, ...]]:
        """Number the placeholders that are left in `sql`: conditions that fold away leave parameters that nothing uses."""
        used: dict[int, int] = {}

        def number(found: re.Match[str]) -> str:
            return f"${used.setdefault(int(found[1]), len(used) + 1)}"

        text = _PLACEHOLDER.sub(number, self._shared.written(sql))
        return text, tuple(self.parameters[index - 1] for index in used)

    def source(self, alias: str, relation: Relation, other: str) -> str:
        """What a relation reads FROM, named `other`. A stub has no table: its row is made from the row that refers to it."""
        target = self.mapping.table(relation.target)
        if not target.stub:
            return self.row(f'"{target.table}"', other)
        self.origins[other] = (alias, {remote: local for local, remote in relation.on})
        columns = [f'{alias}."{local}" AS "{remote}"' for local, remote in relation.on]
        columns += (
            [f"{alias}.client_key AS client_key"] if self._keyed(target) and self._keyed(self.table_of(alias)) else []
        )
        return self.row(f"(SELECT {', '.join(columns)})", other)

    def join(self, alias: str, relation: Relation, other: str) -> list[str]:
        """The conditions that tie row `other` to row `alias`."""
        owner, target = self.table_of(alias), self.mapping.table(relation.target)
        if target.stub:
            return [f'{other}."{remote}" IS NOT NULL' for _, remote in relation.on]
        conditions = [f'{other}."{remote}" = {alias}."{local}"' for local, remote in relation.on]
        if relation.same_client and self._keyed(owner):
            conditions.append(f"{other}.client_key = {alias}.client_key")
        if not conditions:
            raise LookupError(f"{owner.type}.{relation.name} joins on nothing")
        return [*conditions, *self.shown(other)]

    @staticmethod
    def _keyed(table: Table) -> bool:
        return not table.stub or any(column.kind == "key" for column in table.columns)
