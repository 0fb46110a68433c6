"""Predicates over rows in plain Python: the meaning that the SQL must have."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.authorization.language.expressions import (
    Any_,
    Attribute,
    Call,
    Choice,
    Comparison,
    Constant,
    Expression,
    Logic,
    Name,
    Negation,
    Presence,
    Sum,
)
from gateway.authorization.language.model import GrantsFile

OPERATORS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
Row = Mapping[str, Any]


def evaluate(
    node: Expression,
    file: GrantsFile,
    mapping: Mapping[str, Any],
    world: Mapping[str, Sequence[Row]],
    row: Row,
    today: date,
) -> bool:
    return bool(_Evaluator(file, mapping, world, today).value(node, {"X": ("Book", row)}))


class _Evaluator:
    def __init__(
        self, file: GrantsFile, mapping: Mapping[str, Any], world: Mapping[str, Sequence[Row]], today: date
    ) -> None:
        self.file, self.mapping, self.world, self.today = file, mapping, world, today

    def value(self, node: Expression, scope: Mapping[str, Any]) -> Any:
        match node:
            case Constant():
                return node.value
            case Name(name="today"):
                return self.today
            case Name(name="forever"):
                return date.max
            case Name():
                return scope[node.name]
            case Attribute(owner=Name(name="caller")):
                return "1"
            case Attribute():
                return self.attribute(node, scope)
            case Sum():
                left, right = self.value(node.left, scope), self.value(node.right, scope)
                return None if left is None or right is None else left + right if node.operator == "+" else left - right
            case Call():
                return self.call(node, scope)
            case _:
                return self.truth(node, scope)

    def truth(self, node: Expression, scope: Mapping[str, Any]) -> bool:
        match node:
            case Logic():
                verdicts = [bool(self.value(part, scope)) for part in node.parts]
                return all(verdicts) if node.operator == "and" else any(verdicts)
            case Negation():
                return not self.value(node.value, scope)
            case Comparison():
                left, right = self.value(node.left, scope), self.value(node.right, scope)
                return left is not None and right is not None and OPERATORS[node.operator](left, right)
            case Choice():
                return self.value(node.value, scope) in [item.value for item in node.among]
            case Presence():
                return (self.value(node.value, scope) is not None) is node.present
            case Any_():
                return any(self.value(node.condition, bound) for bound in self.bindings(node.steps, scope))
            case _:
                raise AssertionError(node)

    def attribute(self, node: Attribute, scope: Mapping[str, Any]) -> Any:
        for type_name, row in self.rows(node.owner, scope):
            assert node.name in self.mapping["types"][type_name]["columns"]
            return row[node.name]
        return None

    def rows(self, node: Expression, scope: Mapping[str, Any]) -> Iterator[tuple[str, Row]]:
        if isinstance(node, Name):
            yield scope[node.name]
            return
        assert isinstance(node, Attribute)
        for type_name, row in self.rows(node.owner, scope):
            relation = self.mapping["types"][type_name]["relations"][node.name]
            pairs = [("client_key", "client_key"), *relation["on"]]
            for other in self.world[relation["target"]]:
                if all(row[local] is not None and row[local] == other[remote] for local, remote in pairs):
                    yield relation["target"], other

    def bindings(self, steps: Any, scope: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if not steps:
            yield scope
            return
        for bound in self.rows(steps[0].path, scope):
            yield from self.bindings(steps[1:], {**scope, steps[0].variable: bound})

    def call(self, node: Call, scope: Mapping[str, Any]) -> Any:
        given = [self.value(argument, scope) for argument in node.arguments]
        if node.function in {"min", "max", "coalesce"}:
            present = [value for value in given if value is not None]
            if not present:
                return None
            return {"min": min, "max": max, "coalesce": lambda values: values[0]}[node.function](present)
        for function in self.file.functions:
            if function.name == node.function:
                names = [parameter.name for parameter in function.parameters]
                return self.value(function.body, dict(zip(names, given, strict=True)))
        return None if None in given else self.built_in(node.function, given)

    def built_in(self, name: str, given: list[Any]) -> Any:
        match name:
            case "date":
                return given[0].astimezone(ZoneInfo("Europe/Amsterdam")).date()
            case "year":
                return given[0].year
            case "day":
                return date(*given)
            case "days":
                return given[0] + timedelta(days=given[1])
            case _:
                assert name == "years"
                leap = (given[0].month, given[0].day) == (2, 29)
                return given[0].replace(year=given[0].year + given[1], day=28 if leap else given[0].day)
