"""Predicates as SQL: typed against the tables of a register while they are written.

The form is the one that was measured to be fast by key: correlated `EXISTS` over the narrow views of schema `policy`, which
belong to the owner of the tables and therefore see all rows. Functions are inlined. What the caller is comes from settings
of the transaction, each in an uncorrelated sub-select, so that PostgreSQL evaluates it once a statement.

A comparison with a missing value is false: SQL's `NULL` where only truth counts (`AND`, `OR`, the top of a policy), and
`… IS NOT TRUE` where it is negated. A to-one step inside a comparison becomes `EXISTS` as well (no row, no truth); where its
absence could make something true (`is None`, `coalesce`) it becomes a scalar sub-select.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.authorization.functions import BUILT_IN, infer
from gateway.authorization.language.expressions import (
    Any_,
    Attribute,
    Call,
    Choice,
    Comparison,
    Constant,
    Expression,
    Function,
    Logic,
    Name,
    Negation,
    Presence,
    Step,
    Sum,
)
from gateway.authorization.language.problems import GrantsError, Position, meant
from gateway.authorization.paths import Join, reversed_joins, steps_of
from gateway.authorization.tables import Row, Tables

__all__ = ["Bound", "Compiler", "Condition", "quoted"]

ROW = "{row}"
"""Stands for the alias of the row in question; the user of the SQL puts one in."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def setting(name: str) -> str:
    return f"(SELECT nullif(current_setting({literal('caller.' + name)}, true), ''))"


@dataclass(frozen=True, slots=True)
class Bound:
    """A name bound to a row: its type and the SQL alias it has."""

    row: Row
    alias: str


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: SQL and kind (`bool`, `date`, `text`, …); `literal` marks a constant, whose kind adapts."""

    sql: str
    kind: str
    literal: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A truth value. `cost` counts the look-ups that it takes; `atomic` needs no brackets."""

    sql: str
    cost: int = 0
    atomic: bool = True

    def inside(self) -> str:
        return self.sql if self.atomic else f"({self.sql})"


TRUE = Condition("true")
FALSE = Condition("false")

Scope = Mapping[str, "Bound | Value"]
Granted = Callable[["Compiler", Bound, Position], Condition]
"""Answers `granted(row)`: what shows a row of that type to this role."""


@dataclass(slots=True)
class Compiler:
    """Writes one predicate. `used` collects the columns that each view must have, `own` those read of the row itself."""

    tables: Tables
    functions: Sequence[Function]
    identifiers: Mapping[str, str]
    """Identifier of the role → kind (`text`, or `key` for a derived one)."""
    timezone: str
    granted: Granted
    used: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    own: set[str] = field(default_factory=set[str])
    _aliases: int = 0
    _depth: int = 0

    def predicate(self, expression: Expression, row: Row) -> Condition:
        """The condition for a row that the predicate calls `X`."""
        return self.condition(expression, {"X": Bound(row, ROW)})

    # --- truth ---

    def condition(self, node: Expression, scope: Scope) -> Condition:
        match node:
            case Logic():
                return combine(node.operator, [self.condition(part, scope) for part in node.parts])
            case Negation():
                inner = self.condition(node.value, scope)
                return Condition(f"({inner.sql}) IS NOT TRUE", inner.cost, atomic=False)
            case Comparison() | Choice():
                return self._atom(node, scope)
            case Presence():
                value = self._scalar(node.value, scope, joins=None)
                return Condition(f"{value.sql} IS {'NOT ' if node.present else ''}NULL", int("SELECT" in value.sql), atomic=False)
            case Any_():
                return self._any(node, scope)
            case Constant(value=bool() as value):
                return TRUE if value else FALSE
            case Call():
                return self._call_condition(node, scope)
            case _:
                value = self._scalar(node, scope, joins=None)
                if value.kind != "bool":
                    raise GrantsError.at(node.position, f"a condition is expected here, this is a {value.kind}")
                return Condition(value.sql)

    def _call_condition(self, node: Call, scope: Scope) -> Condition:
        if node.function == "granted":
            if len(node.arguments) != 1:
                raise GrantsError.at(node.position, "granted takes one row: granted(B)")
            return self.granted(self, self._row(node.arguments[0], scope), node.position)
        inner, body = self._enter(node, scope)
        try:
            return self.condition(body, inner)
        finally:
            self._depth -= 1

    def _atom(self, node: Comparison | Choice, scope: Scope) -> Condition:
        joins: list[tuple[Join, str, str]] = []
        if isinstance(node, Choice):
            value = self._scalar(node.value, scope, joins)
            among = ", ".join(_fit(_constant(item), value, item.position).sql for item in node.among)
            sql = f"{value.sql} IN ({among})"
        else:
            left, right = self._scalar(node.left, scope, joins), self._scalar(node.right, scope, joins)
            left, right = _fit(left, right, node.position), _fit(right, left, node.position)
            operator = {"==": "=", "!=": "<>"}.get(node.operator, node.operator)
            sql = f"{left.sql} {operator} {right.sql}"
        return self._exists(joins, Condition(sql, atomic=False)) if joins else Condition(sql, atomic=False)

    def _any(self, node: Any_, scope: Scope) -> Condition:
        inner = dict(scope)
        joins: list[tuple[Join, str, str]] = []
        for step in node.steps:
            inner[step.variable] = self._step(step, inner, joins)
        return self._exists(joins, self.condition(node.condition, inner))

    def _step(self, step: Step, scope: Scope, joins: list[tuple[Join, str, str]]) -> Bound:
        names, root = _path(step.path)
        start = self._bound(root, scope)
        if not names:
            raise GrantsError.at(step.position, f"'{root.name}' is one row; walk a relation of it: {root.name}.…")
        alias, row = start.alias, start.row
        for join in steps_of(self.tables, start.row, names):
            alias, row = self._join(join, alias, joins), join.target
        return Bound(row, alias)

    def _join(self, join: Join, owner: str, joins: list[tuple[Join, str, str]]) -> str:
        self._aliases += 1
        alias = f"p{self._aliases}"
        self._read(owner, join.source, [local for local, _ in join.on])
        joins.append((join, owner, alias))
        self._read(alias, join.target, [remote for _, remote in join.on])
        return alias

    def _exists(self, joins: Sequence[tuple[Join, str, str]], condition: Condition) -> Condition:
        sources = ", ".join(f"policy.{quoted(join.target.table)} {alias}" for join, _, alias in joins)
        parts = [
            f"{alias}.{quoted(remote)} = {owner}.{quoted(local)}"
            for join, owner, alias in joins
            for local, remote in join.on
        ]
        if condition.sql != "true":
            parts.append(f"({condition.sql})" if condition.sql_is_or() else condition.sql) if False else parts.append(_and_part(condition))
        where = " AND ".join(parts)
        return Condition(f"EXISTS (SELECT FROM {sources} WHERE {where})", condition.cost + len(joins))

    def part(self, row: Row, owner: Row, names: Sequence[tuple[str, Position]], rule: Callable[[Bound], Condition]) -> Condition:
        """The condition on a part: an owner that leads to it by this path exists, and the rule holds for the owner."""
        joins: list[tuple[Join, str, str]] = []
        alias = ROW
        for join in reversed_joins(self.tables, owner, names, row):
            alias = self._join(join, alias, joins)
        return self._exists(joins, rule(Bound(owner, alias)))

    # --- values ---

    def _scalar(self, node: Expression, scope: Scope, joins: list[tuple[Join, str, str]] | None) -> Value:
        match node:
            case Constant():
                return _constant(node)
            case Name(name="today"):
                return Value("(SELECT nullif(current_setting('caller.today', true), '')::date)", "date")
            case Name():
                bound = scope.get(node.name)
                if isinstance(bound, Value):
                    return bound
                hint = "a row; name one of its columns" if bound else f"not known here{meant(node.name, [*scope, 'today'])}"
                raise GrantsError.at(node.position, f"'{node.name}' is {hint}")
            case Attribute(owner=Name(name="caller")):
                return self._identifier(node)
            case Attribute():
                return self._column(node, scope, joins)
            case Sum():
                left, right = self._scalar(node.left, scope, joins), self._scalar(node.right, scope, joins)
                if {left.kind, right.kind} != {"int"}:
                    raise GrantsError.at(node.position, "only whole numbers are added; for dates there are days() and years()")
                return Value(f"({left.sql} {node.operator} {right.sql})", "int")
            case Call():
                return self._call(node, scope, joins)
            case _:
                condition = self.condition(node, scope)
                return Value(f"({condition.sql})", "bool")

    def _identifier(self, node: Attribute) -> Value:
        kind = self.identifiers.get(node.name)
        if kind is None:
            known = ", ".join(f"caller.{name}" for name in self.identifiers) or "none"
            raise GrantsError.at(node.position, f"this role has no identifier '{node.name}'; it has {known}")
        cast = "::uuid" if kind == "key" else ""
        return Value(f"(SELECT nullif(current_setting({literal('caller.' + node.name)}, true), ''){cast})", kind)

    def _column(self, node: Attribute, scope: Scope, joins: list[tuple[Join, str, str]] | None) -> Value:
        names, root = _path(node.owner)
        start = self._bound(root, scope)
        here: list[tuple[Join, str, str]] = []
        alias, row = start.alias, start.row
        for join in steps_of(self.tables, start.row, names, single=True, ending=node.name):
            alias, row = self._join(join, alias, here), join.target
        column = row.columns.get(node.name)
        if column is None:
            if node.name in row.relations:
                raise GrantsError.at(node.position, f"{row.type}.{node.name} leads to rows; write any(… for … in …)")
            known = [*row.columns, *row.relations]
            raise GrantsError.at(node.position, f"{row.type} has no column '{node.name}'{meant(node.name, known)}")
        self._read(alias, row, [column.column])
        sql = f"{alias}.{quoted(column.column)}"
        if here and joins is None:
            return Value(self._scalar_select(here, sql), column.kind)
        if joins is not None:
            joins.extend(here)
        return Value(sql, column.kind)

    def _scalar_select(self, joins: Sequence[tuple[Join, str, str]], sql: str) -> str:
        inner = self._exists(joins, TRUE).sql
        return "(" + inner.removeprefix("EXISTS (").replace("SELECT FROM", f"SELECT {sql} FROM", 1)

    def _call(self, node: Call, scope: Scope, joins: list[tuple[Join, str, str]] | None) -> Value:
        built_in = BUILT_IN.get(node.function)
        if built_in is not None:
            inner = joins if built_in.strict else None
            values = [self._scalar(argument, scope, inner) for argument in node.arguments]
            kinds = [(value.kind, value.literal) for value in values]
            kind = infer(built_in, kinds, node.position)
            sql = built_in.write([_fit(v, Value("", kind), node.position).sql for v in values] if built_in.alike else [v.sql for v in values], literal(self.timezone))
            return Value(sql, kind)
        entered, body = self._enter(node, scope)
        try:
            return self._scalar(body, entered, joins)
        finally:
            self._depth -= 1

    # --- names ---

    def _enter(self, node: Call, scope: Scope) -> tuple[Scope, Expression]:
        """Bind the arguments of a function of the file; what it returns is compiled in its place."""
        arguments = [self._argument(argument, scope) for argument in node.arguments]
        self._depth += 1
        if self._depth > 32:
            raise GrantsError.at(node.position, f"'{node.function}' calls itself")
        named = [function for function in self.functions if function.name == node.function]
        if not named:
            known = [*BUILT_IN, "granted", "any", *(function.name for function in self.functions)]
            raise GrantsError.at(node.position, f"there is no function '{node.function}'{meant(node.function, known)}")
        for function in named:
            if len(function.parameters) == len(arguments) and all(
                self._accepts(parameter.types, argument)
                for parameter, argument in zip(function.parameters, arguments, strict=True)
            ):
                names = (parameter.name for parameter in function.parameters)
                return dict(zip(names, arguments, strict=True)), function.body
        given = ", ".join(_described(argument) for argument in arguments)
        forms = "; ".join(
            ", ".join(f"{p.name}: {' | '.join(p.types)}" for p in function.parameters) for function in named
        )
        raise GrantsError.at(node.position, f"'{node.function}' does not take ({given}); it takes ({forms})")

    def _argument(self, node: Expression, scope: Scope) -> Bound | Value:
        if isinstance(node, Name) and isinstance(scope.get(node.name), Bound):
            return scope[node.name]
        if isinstance(node, Attribute) and _root(node).name != "caller":
            names, root = _path(node)
            start = self._bound(root, scope)
            if _leads_to_row(self.tables, start.row, names):
                raise GrantsError.at(node.position, "a row is passed by its name; bind it with any(… for B in …)")
        return self._scalar(node, scope, joins=None)

    def _accepts(self, types: Sequence[str], argument: Bound | Value) -> bool:
        if isinstance(argument, Value):
            return argument.kind in types
        return argument.row.type in types or f"{self.tables.register}.{argument.row.type}" in types

    def _row(self, node: Expression, scope: Scope) -> Bound:
        if isinstance(node, Name):
            return self._bound(node, scope)
        raise GrantsError.at(node.position, "a row is passed by its name; bind it with any(… for B in …)")

    def _bound(self, node: Name, scope: Scope) -> Bound:
        bound = scope.get(node.name)
        if isinstance(bound, Bound):
            return bound
        if bound is None:
            raise GrantsError.at(node.position, f"'{node.name}' is not known here{meant(node.name, scope)}")
        raise GrantsError.at(node.position, f"'{node.name}' is a {bound.kind}, not a row")

    def _read(self, alias: str, row: Row, columns: Sequence[str]) -> None:
        if alias == ROW:
            self.own.update(columns)
        else:
            self.used.setdefault(row.table, set()).update(columns)
