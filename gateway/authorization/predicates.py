"""Predicates as SQL: typed against the tables of a register while they are written.

The form is the one that was measured to be fast by key: correlated `EXISTS` over the narrow views of schema `policy`, which
belong to the owner of the tables and therefore see all rows. Functions are inlined.

A comparison with a missing value is false: SQL's `NULL` where only truth counts (`AND`, `OR`, the top of a policy), and
`… IS NOT TRUE` where it is negated. A to-one step inside a comparison becomes `EXISTS` as well (no row, no truth); where its
absence could make something true (`is None`, `coalesce`) it becomes a scalar sub-select.

What looks into copies of another register's rows (tables that are `projected`) counts only while those are fresh: each alternative
(`or`) that does is joined with `fresh`; where its opposite could make something true (`not`), all around it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.authorization.conditions import FALSE, FRESH, TRUE, Condition, combine
from gateway.authorization.language.expressions import (
    MAX_CALLS,
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
from gateway.authorization.language.problems import GrantsError, Position, meant, one_of
from gateway.authorization.looks import Joined, exists, select
from gateway.authorization.paths import Fork, Join, Segment, forked, reversed_joins, split_path, steps_of
from gateway.authorization.sql import BUILT_IN, SQL_KINDS, Value, constant, fit, literal, quoted, setting
from gateway.authorization.tables import CLIENT_KEY, Row, Tables

__all__ = ["INPUT", "ROW", "Bound", "Compiler"]

ROW = "{row}"
"""Stands for the alias of the row in question; the user of the SQL puts one in."""

INPUT = "{input}"
"""Stands for the input of a mutation, as jsonb."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A name bound to a row: its type and the SQL alias it has."""

    row: Row
    alias: str


Scope = Mapping[str, Bound | Value]
Granted = Callable[["Compiler", Bound, Position], Condition]
"""Answers `granted(row)`: what shows a row of that type to this role."""


@dataclass(slots=True)
class Compiler:
    """Writes the predicates of one role. `own` collects the columns that are read of the row in question."""

    tables: Tables
    functions: Sequence[Function]
    identifiers: Mapping[str, str]
    """Identifier of the role → kind (`text`, or `key` for a derived one)."""
    timezone: str
    granted: Granted
    own: set[str] = field(default_factory=set[str])
    fresh: Condition = FRESH
    """What is joined to alternatives that hang on copies; `FALSE` to see what is left without them."""
    gated: int = 0
    """How many alternatives were joined with `fresh`."""
    aliases: int = 0
    entered: list[Function] = field(default_factory=list[Function])
    """The functions whose bodies are being written, each called by the one before."""
    _copied: int = 0
    """How often a copy was read outside of such an alternative."""

    given: Mapping[str, Any] | None = None
    """The kinds of the input of a mutation, which predicates call `input`; None where there is none."""

    def predicate(self, expression: Expression | None, bound: Bound | None) -> Condition:
        """The condition for a row, which the predicate calls `X`. No predicate holds for every row."""
        return TRUE if expression is None else self._alternatives(expression, {"X": bound} if bound else {})

    def _alternatives(self, node: Expression, scope: Scope) -> Condition:
        if isinstance(node, Logic) and node.operator == "or":
            return combine("or", [self._alternatives(part, scope) for part in node.parts])
        if isinstance(node, Logic) and any(isinstance(part, Logic) and part.operator == "or" for part in node.parts):
            # A choice inside of an `and`: what is chosen may hang on copies, or not.
            return combine("and", [self._alternatives(part, scope) for part in node.parts])
        if isinstance(node, Call) and node.function != "granted" and node.function not in BUILT_IN:
            inner, body = self._enter(node, scope)
            found = self._alternatives(body, inner)
            self.entered.pop()
            return found
        before = self._copied
        return self._gated(self.condition(node, scope), before)

    def _gated(self, found: Condition, before: int) -> Condition:
        """What was found, where copies are fresh if any was read for it. `before`: what had been read of them already."""
        if self._copied == before:
            return found
        self._copied = before
        self.gated += 1
        return combine("and", [self.fresh, found])

    def _opposable(self, node: Expression, scope: Scope) -> Condition:
        """A condition whose opposite may count: what is gated in it hangs as a whole."""
        before = self.gated
        found = self.condition(node, scope)
        if self.gated != before:
            self._copied += 1
        return found

    def part(
        self, bound: Bound, owner: Row, paths: Sequence[Sequence[Segment]], rule: Callable[[Bound], Condition]
    ) -> Condition:
        """The condition on a part: an owner that leads to it by one of these paths exists, and the rule holds for the owner."""
        ways = [reversed_joins(self.tables, owner, segments, bound.row) for segments in paths]
        before = self._copied
        fork = forked(ways)
        if fork is not None:
            return self._gated(self._forked(bound, owner, fork, rule), before)
        return self._gated(combine("or", [self._way(bound, owner, joins, rule) for joins in ways]), before)

    def _way(self, bound: Bound, owner: Row, way: Sequence[Join], rule: Callable[[Bound], Condition]) -> Condition:
        joins: list[Joined] = []
        alias = self._walked(way, bound.alias, joins)
        return exists(joins, rule(Bound(owner, alias)))

    def _forked(self, bound: Bound, owner: Row, fork: Fork, rule: Callable[[Bound], Condition]) -> Condition:
        """What all ways have in common is looked into once; which of them it was is a choice in that look."""
        joins: list[Joined] = []
        start = self._walked(fork.before, bound.alias, joins)
        meeting = self._joined(fork.meeting, start, joins)
        choice = combine("or", [self._arm(arm, start, meeting) for arm in fork.arms])
        alias = self._walked(fork.after, meeting, joins)
        return exists(joins, combine("and", [choice, rule(Bound(owner, alias))]))

    def _arm(self, arm: Sequence[Join], start: str, meeting: str) -> Condition:
        """Whether one of the ways leads from the row where they part to the row where they meet."""
        *between, last = arm
        joins: list[Joined] = []
        alias = self._walked(between, start, joins)
        self._read(alias, last.source, [local for local, _ in last.on])
        # All are rows of one person already: each join of the ways says so.
        on = [pair for pair in last.on if pair != (CLIENT_KEY, CLIENT_KEY)]
        equal = [Condition(f"{meeting}.{quoted(remote)} = {alias}.{quoted(local)}") for local, remote in on]
        return exists(joins, combine("and", equal))

    def _walked(self, way: Sequence[Join], alias: str, joins: list[Joined]) -> str:
        for join in way:
            alias = self._joined(join, alias, joins)
        return alias

    # --- truth ---

    def condition(self, node: Expression, scope: Scope) -> Condition:
        match node:
            case Logic():
                return combine(node.operator, [self.condition(part, scope) for part in node.parts])
            case Negation():
                inner = self._opposable(node.value, scope)
                return Condition(f"(({inner.sql}) IS NOT TRUE)", inner.cost)
            case Comparison():
                return self._comparison(node, scope)
            case Choice():
                return self._choice(node, scope)
            case Presence():
                value = self._value(node.value, scope, None)
                return Condition(f"{value.sql} IS {'NOT ' if node.present else ''}NULL", int("policy." in value.sql))
            case Any_():
                return self._any(node, scope)
            case Constant(value=bool() as value):
                return TRUE if value else FALSE
            case Call() if node.function == "granted":
                return self._granted(node, scope)
            case Call() if node.function not in BUILT_IN:
                inner, body = self._enter(node, scope)
                found = self.condition(body, inner)
                self.entered.pop()
                return found
            case _:
                value = self._value(node, scope, None)
                if value.kind != "bool":
                    raise GrantsError.at(node.position, f"a condition is expected here, this is a {value.kind}")
                return Condition(value.sql)

    def _granted(self, node: Call, scope: Scope) -> Condition:
        if len(node.arguments) != 1 or not isinstance(node.arguments[0], Name):
            raise GrantsError.at(node.position, "granted takes one row by its name: granted(B)")
        return self.granted(self, self._bound(node.arguments[0], scope), node.position)

    def _comparison(self, node: Comparison, scope: Scope) -> Condition:
        joins: list[Joined] = []
        left, right = self._value(node.left, scope, joins), self._value(node.right, scope, joins)
        left, right = fit(left, right, node.position), fit(right, left, node.position)
        operator = {"==": "=", "!=": "<>"}.get(node.operator, node.operator)
        entries = left.own(right) if operator == "=" else None
        return exists(joins, Condition(f"{left.sql} {operator} {right.sql}", entries=entries))

    def _choice(self, node: Choice, scope: Scope) -> Condition:
        joins: list[Joined] = []
        value = self._value(node.value, scope, joins)
        among = ", ".join(fit(constant(item), value, item.position).sql for item in node.among)
        return exists(joins, Condition(f"{value.sql} IN ({among})"))

    def _any(self, node: Any_, scope: Scope) -> Condition:
        inner = dict(scope)
        joins: list[Joined] = []
        for step in node.steps:
            inner[step.variable] = self._step(step, inner, joins)
        return exists(joins, self.condition(node.condition, inner))

    def _step(self, step: Step, scope: Scope, joins: list[Joined]) -> Bound:
        root, segments = split_path(step.path)
        start = self._bound(root, scope)
        if not segments:
            raise GrantsError.at(step.position, f"'{root.name}' is one row; walk a relation of it: {root.name}.…")
        alias, row = start.alias, start.row
        for join in steps_of(self.tables, start.row, segments):
            alias, row = self._joined(join, alias, joins), join.target
        return Bound(row, alias)

    def _joined(self, join: Join, owner: str, joins: list[Joined]) -> str:
        self.aliases += 1
        alias = f"pol{self.aliases}"
        self._read(owner, join.source, [local for local, _ in join.on])
        self._read(alias, join.target, [remote for _, remote in join.on])
        joins.append(Joined(join, owner, alias))
        return alias

    # --- values; `joins` collects to-one steps, None makes them sub-selects ---

    def _value(self, node: Expression, scope: Scope, joins: list[Joined] | None) -> Value:
        match node:
            case Constant():
                return constant(node)
            case Name(name="today"):
                return Value(setting("today", "::date"), "date")
            case Name(name="forever"):
                return Value("'infinity'::date", "date")
            case Name():
                return self._named(node, scope)
            case Attribute(owner=Name(name="caller")):
                return self._identifier(node)
            case Attribute():
                return self._column(node, scope, joins)
            case Sum():
                left, right = self._value(node.left, scope, joins), self._value(node.right, scope, joins)
                if {left.kind, right.kind} != {"int"}:
                    raise GrantsError.at(
                        node.position, "only whole numbers are added; dates move by days() and years()"
                    )
                return Value(f"({left.sql} {node.operator} {right.sql})", "int")
            case Call():
                return self._call(node, scope, joins)
            case _:
                return Value(f"({self._opposable(node, scope).sql})", "bool")

    def _named(self, node: Name, scope: Scope) -> Value:
        bound = scope.get(node.name)
        if isinstance(bound, Value):
            return bound
        if bound is None:
            hint = meant(node.name, [*scope, "today", "forever"])
            if node.name == "X":
                hint = "; there is no stored row"
            if node.name == "caller":
                hint = "; name one of its identifiers: caller.…"
            raise GrantsError.at(node.position, f"'{node.name}' is not known here{hint}")
        raise GrantsError.at(node.position, f"'{node.name}' is a row of {bound.row.type}; name one of its columns")

    def _identifier(self, node: Attribute) -> Value:
        kind = self.identifiers.get(node.name)
        if kind is None:
            known = ", ".join(f"caller.{name}" for name in self.identifiers)
            raise GrantsError.at(node.position, f"this role has no identifier '{node.name}'; it has {known}")
        return Value(setting(node.name, "::uuid" if kind == "key" else ""), kind, identifier=node.name)

    def _input(self, path: Sequence[Segment]) -> Value:
        """A value of the input of a mutation; `INPUT` stands for the whole as jsonb."""
        kind: Any = self.given
        for number, (name, position) in enumerate(path):
            known: Mapping[str, Any] = kind if isinstance(kind, Mapping) else {}
            kind = known.get(name)
            if kind is None:
                so_far = ".".join(("input", *(word for word, _ in path[:number])))
                raise GrantsError.at(position, f"{so_far} has no value '{name}'{meant(name, known)}")
        if not isinstance(kind, str):
            names = " or ".join(f"'{name}'" for name in kind)
            raise GrantsError.at(path[-1][1], f"'{path[-1][0]}' is a nested input; name one of its values: {names}")
        names = ",".join(name for name, _ in path)
        return Value(f"({INPUT} #>> {literal('{' + names + '}')})::{SQL_KINDS[kind]}", kind)

    def _column(self, node: Attribute, scope: Scope, joins: list[Joined] | None) -> Value:
        root, segments = split_path(node.owner)
        if root.name == "input" and self.given is not None and "input" not in scope:
            return self._input([*segments, (node.name, node.position)])
        start = self._bound(root, scope)
        here: list[Joined] = []
        alias, row = start.alias, start.row
        for join in steps_of(self.tables, start.row, segments, single=True):
            alias, row = self._joined(join, alias, here), join.target
        column = row.columns.get(node.name)
        if column is None:
            if node.name in row.relations:
                raise GrantsError.at(node.position, f"{row.type}.{node.name} leads to rows; write any(… for … in …)")
            hint = meant(node.name, [*row.columns, *row.relations])
            raise GrantsError.at(node.position, f"{row.type} has no column '{node.name}'{hint}")
        self._read(alias, row, [column.column])
        sql = f"{alias}.{quoted(column.column)}"
        if joins is None and here:
            return Value(select(sql, here), column.kind)
        if joins is not None:
            joins.extend(here)
        return Value(sql, column.kind, place=(row.table, column.column))

    def _call(self, node: Call, scope: Scope, joins: list[Joined] | None) -> Value:
        built_in = BUILT_IN.get(node.function)
        if built_in is None:
            inner, body = self._enter(node, scope)
            found = self._value(body, inner, joins)
            self.entered.pop()
            return found
        given = [self._value(argument, scope, joins if built_in.strict else None) for argument in node.arguments]
        kind = built_in.kind_of(given, node.position)
        if built_in.alike:
            given = [fit(value, Value("", kind), node.position) for value in given]
        return Value(built_in.write([value.sql for value in given], literal(self.timezone)), kind)

    # --- names ---

    def _enter(self, node: Call, scope: Scope) -> tuple[Scope, Expression]:
        """Bind the arguments of a function of the file; what it returns is written in its place."""
        arguments = [self._argument(argument, scope) for argument in node.arguments]
        if len(self.entered) == MAX_CALLS:
            raise GrantsError.at(node.position, self._too_deep(node.function))
        named = [function for function in self.functions if function.name == node.function]
        if not named:
            known = [*BUILT_IN, "granted", "any", *(function.name for function in self.functions)]
            raise GrantsError.at(node.position, f"there is no function '{node.function}'{meant(node.function, known)}")
        for function in named:
            if self._fits(function, arguments):
                self.entered.append(function)
                names = (parameter.name for parameter in function.parameters)
                return dict(zip(names, arguments, strict=True)), function.body
        given = ", ".join(a.kind if isinstance(a, Value) else a.row.type for a in arguments)
        forms = "; or ".join(
            ", ".join(f"{p.name}: {' | '.join(p.types)}" for p in function.parameters) for function in named
        )
        raise GrantsError.at(node.position, f"'{node.function}' does not take ({given}); it takes ({forms})")

    def _too_deep(self, name: str) -> str:
        """What calls itself comes here again and again; so does a chain of functions that are all different."""
        last = next((place for place, function in enumerate(self.entered) if function in self.entered[:place]), None)
        if last is None:
            return f"'{name}' is called {MAX_CALLS + 1} functions deep, and calls may go {MAX_CALLS}"
        ring = self.entered[self.entered.index(self.entered[last]) : last + 1]
        return f"'{ring[0].name}' calls itself: {' -> '.join(function.name for function in ring)}"

    def _fits(self, function: Function, arguments: Sequence[Bound | Value]) -> bool:
        return len(function.parameters) == len(arguments) and all(
            self._accepts(parameter.types, argument)
            for parameter, argument in zip(function.parameters, arguments, strict=True)
        )

    def _accepts(self, types: Sequence[str], argument: Bound | Value) -> bool:
        if isinstance(argument, Value):
            return argument.kind in types
        return (
            bool({"object", argument.row.type} & set(types)) or f"{self.tables.register}.{argument.row.type}" in types
        )

    def _argument(self, node: Expression, scope: Scope) -> Bound | Value:
        bound = scope.get(node.name) if isinstance(node, Name) else None
        return bound if bound is not None else self._value(node, scope, None)

    def _bound(self, node: Name, scope: Scope) -> Bound:
        bound = scope.get(node.name)
        if isinstance(bound, Bound):
            return bound
        if bound is None:
            known = f"rows are {one_of(sorted(scope))}" if scope else "there is no stored row"
            raise GrantsError.at(node.position, f"'{node.name}' is not known here; {known}")
        raise GrantsError.at(node.position, f"'{node.name}' is a {bound.kind}, not a row")

    def _read(self, alias: str, row: Row, columns: Sequence[str]) -> None:
        self._copied += row.projected
        if alias == ROW:
            self.own.update(columns)
