"""The grants of one register with their predicates compiled: per role and type, in the order of cost.

`granted(row)` and `part_of` resolve here: both ask what shows a row of another type to the same role, and get that type's
conditions written in place. What anchors open is no property of a row, so anchored-only grants show no parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gateway.authorization.aliases import views_read
from gateway.authorization.conditions import FALSE, FRESH, TRUE, Condition, Entry, combine
from gateway.authorization.language.model import Grant, GrantsFile, Role
from gateway.authorization.language.mutations import READ
from gateway.authorization.language.problems import GrantsError, Position, Problem, meant
from gateway.authorization.predicates import ROW, Bound, Compiler
from gateway.authorization.sql import literal
from gateway.authorization.tables import CLIENT_KEY, Row, Tables

__all__ = ["Judged", "JudgedRole", "judge", "scope_condition", "write_judge"]


Copies = Literal["", "some", "all"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A grant for one role: the condition on a row (`{row}` is its alias), and what it lets see.

    `copies`: whether it shows nothing (`all`) or less (`some`) while the copies of another register's rows are not fresh.
    """

    id: str
    scopes: tuple[str, ...]
    fields: tuple[str, ...]
    condition: Condition
    anchor: tuple[str, ...]
    anchor_only: bool
    copies: Copies


@dataclass(frozen=True, slots=True)
class JudgedRole:
    """What one role may see of a register. `views` are the columns its predicates read, by table; `own` those read of the
    rows themselves, by type. `entries` are where the persons are found of whom a caller may see rows of a type, for types
    whose predicates look into other tables.
    """

    role: Role
    types: Mapping[str, tuple[Judged, ...]]
    views: Mapping[str, frozenset[str]]
    own: Mapping[str, frozenset[str]]
    entries: Mapping[str, tuple[Entry, ...]]


def judge(file: GrantsFile, tables: Tables) -> list[JudgedRole]:
    """Compile the enabled reading grants of a register. Raises `GrantsError` with every mistake found."""
    problems = [problem for grant in _of_register(file, tables) for problem in _check(grant, tables)]
    judged: list[JudgedRole] = []
    for role in file.roles.values():
        judges = _RoleJudge(file, tables, role)
        judged.append(judges.judge(problems))
    if problems:
        raise GrantsError(problems)
    return judged


def write_judge(file: GrantsFile, tables: Tables, role: str, grant: Grant, given: Mapping[str, Any] | None) -> Compiler:
    """What compiles the predicate of a writing grant for a role. `granted(row)` in it is what the role may read.

    `given` are the kinds of the input.
    """
    judge = _RoleJudge(file, tables, file.roles[role])
    judge.stack = [grant.id]
    compiler = judge.compiler(grant)
    compiler.given = given
    return compiler


def scope_condition(scopes: Sequence[str]) -> Condition:
    """Whether the caller holds one of the scopes."""
    return _among("scopes", scopes) if scopes else FALSE


def _among(name: str, words: Iterable[str]) -> Condition:
    """Whether one of `words` is among those in a setting, each of which stands between spaces."""
    found = [f"position({literal(f' {word} ')} in current_setting('caller.{name}', true)) > 0" for word in words]
    return Condition(f"(SELECT {' OR '.join(found)})")


def _of_register(file: GrantsFile, tables: Tables) -> list[Grant]:
    return [grant for grant in file.grants if grant.type.register == tables.register and grant.action == READ]


def _check(grant: Grant, tables: Tables) -> list[Problem]:
    row = tables.rows.get(grant.type.name)
    if row is None or row.hidden:
        known = [name for name, known_row in tables.rows.items() if not known_row.hidden]
        hint = meant(grant.type.name, known)
        return [Problem(grant.type.position, f"{tables.register} has no type '{grant.type.name}'{hint}")]
    visible = [name for name, column in row.columns.items() if not column.hidden]
    visible += [name for name, relation in row.relations.items() if not relation.hidden]
    problems = [
        Problem(word.position, f"{grant.type} has no field '{word.text}'{meant(word.text, visible)}")
        for word in grant.fields
        if word.text not in visible
    ]
    if row.stub and (grant.when or grant.part or grant.anchor):
        message = f"{row.type} lives in another register; only its home can say which rows are visible"
        problems.append(Problem(grant.position, message))
    return problems


def _entries(judged: Sequence[Judged]) -> tuple[Entry, ...]:
    """What the conditions of a type are all entered by, when that is one code of the caller.

    None for conditions on the row alone: they are entries already.
    """
    condition = combine("or", [grant.condition for grant in judged])
    entries = condition.entries or frozenset()
    one = len({entry.identifier for entry in entries}) == 1
    return tuple(sorted(entries)) if condition.cost and one else ()


@dataclass(slots=True)
class _RoleJudge:
    file: GrantsFile
    tables: Tables
    role: Role
    views: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    own: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    stack: list[str] = field(default_factory=list[str])

    def judge(self, problems: list[Problem]) -> JudgedRole:
        types: dict[str, list[Judged]] = {}
        for grant in self._grants():
            row = self.tables.rows.get(grant.type.name)
            if row is None:
                continue
            try:
                types.setdefault(row.type, []).append(self._judged(grant, row))
            except GrantsError as error:
                problems.extend(error.problems)
        entries = {name: found for name, judged in types.items() if (found := _entries(judged))}
        for entry in {entry for found in entries.values() for entry in found}:
            self.views.setdefault(entry.table, set()).update({CLIENT_KEY, entry.column})
        return JudgedRole(
            role=self.role,
            types={name: tuple(sorted(found, key=lambda j: j.condition.cost)) for name, found in types.items()},
            views={table: frozenset(columns) for table, columns in self.views.items()},
            own={name: frozenset(columns) for name, columns in self.own.items()},
            entries=entries,
        )

    def _grants(self, type_name: str | None = None) -> list[Grant]:
        return [
            grant
            for grant in _of_register(self.file, self.tables)
            if grant.enabled
            and self.role.name in {word.text for word in grant.roles}
            and type_name in {None, grant.type.name}
        ]

    def _judged(self, grant: Grant, row: Row) -> Judged:
        compiler = self.compiler(grant)
        self.stack = [grant.id]
        condition = TRUE if row.stub else self._condition(compiler, grant, Bound(row, ROW))
        if grant.anchor is not None and grant.anchor.only:
            pinned = _among("anchored", [grant.id])
            condition = combine("and", [pinned, condition])
        self._remember(compiler, row, condition)
        return Judged(
            id=grant.id,
            scopes=grant.scopes,
            fields=tuple(word.text for word in grant.fields),
            condition=condition,
            anchor=tuple(word.text for word in grant.anchor.fields) if grant.anchor else (),
            anchor_only=grant.anchor is not None and grant.anchor.only,
            copies=self._without_copies(grant, row) if compiler.gated else "",
        )

    def _without_copies(self, grant: Grant, row: Row) -> Copies:
        """What is left of a grant that looks into copies when those do not count."""
        left = self._condition(self.compiler(grant, FALSE), grant, Bound(row, ROW))
        return "all" if left.sql == FALSE.sql else "some"

    def compiler(self, grant: Grant, fresh: Condition = FRESH) -> Compiler:
        def granted(compiler: Compiler, bound: Bound, position: Position) -> Condition:
            return self._granted(compiler, bound, position, grant.scopes)

        kinds = dict.fromkeys(self.role.identifiers, "text") | dict.fromkeys(self.role.derived, "key")
        return Compiler(self.tables, self.file.functions, kinds, self.file.timezone, granted, fresh=fresh)

    def _condition(self, compiler: Compiler, grant: Grant, bound: Bound) -> Condition:
        if grant.part is not None:
            return self._part(compiler, grant, bound)
        return TRUE if grant.when is None else compiler.predicate(grant.when, bound)

    def _part(self, compiler: Compiler, grant: Grant, bound: Bound) -> Condition:
        assert grant.part is not None
        word = grant.part.owner
        owner = self.tables.rows.get(word.text)
        if owner is None or owner.stub:
            message = f"{self.tables.register} keeps no '{word.text}'{meant(word.text, self.tables.rows)}"
            raise GrantsError.at(word.position, message)

        def rule(owner_row: Bound) -> Condition:
            return self._granted(compiler, owner_row, word.position, grant.scopes)

        paths = [[(segment, path.position) for segment in path.text.split(".")] for path in grant.part.paths]
        return compiler.part(bound, owner, paths, rule)

    def _granted(self, compiler: Compiler, bound: Bound, position: Position, scopes: tuple[str, ...]) -> Condition:
        """What shows a row to this role, for a reader who holds one of `scopes`."""
        found: list[Condition] = []
        for grant in self._grants(bound.row.type):
            if grant.anchor is not None and grant.anchor.only:
                continue
            if grant.id in self.stack:
                raise GrantsError.at(position, f"this goes round in circles: {' → '.join([*self.stack, grant.id])}")
            self.stack.append(grant.id)
            condition = self._condition(compiler, grant, bound)
            self.stack.pop()
            if grant.scopes != scopes:
                condition = combine("and", [scope_condition(grant.scopes), condition])
            found.append(condition)
        return combine("or", found) if found else FALSE

    def _remember(self, compiler: Compiler, row: Row, condition: Condition) -> None:
        for table, columns in views_read(condition.sql).items():
            self.views.setdefault(table, set()).update(columns)
        self.own.setdefault(row.type, set()).update(compiler.own)
