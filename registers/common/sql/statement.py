"""The compiled form of an operation for one role and one shape of variables: SQL, parameters, and what it takes to read it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLSchema

from registers.common.access import Rules
from registers.common.errors import Issue, RegisterError
from registers.common.mapping import Mapping as RegisterMapping
from registers.common.sql.anchors import Anchors
from registers.common.sql.objects import entity_list, joined, json_object, root_list
from registers.common.sql.scope import NO_RECORD, Parameter, RecordKeys, Scope, TooComplexError
from registers.common.sql.selection import Selected
from registers.common.sql.values import take

__all__ = ["Statement", "compile_statement"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT that returns the JSON of `data` as bytes.

    `roots` are the response keys of the statement; `others` are the root fields that strawberry answers, `order` all keys as
    asked. `anchored` names the grants whose anchor holds at some root, for the row policies. `partial`: rows are left out, because what is
    copied from another register is not fresh.
    """

    sql: str
    parameters: tuple[Parameter, ...]
    roots: tuple[Selected, ...]
    others: tuple[Selected, ...]
    order: tuple[str, ...]
    marked: bool
    anchored: str
    partial: bool = False

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values of the parameters, in order. Raises BAD_USER_INPUT for text that PostgreSQL cannot hold."""
        return [_argument(parameter, take(parameter.source, values)) for parameter in self.parameters]

    @property
    def size(self) -> int:
        """Roughly what keeping this costs, in bytes."""
        return sys.getsizeof(self.sql) + 200 * (len(self.parameters) + _count(self.roots) + _count(self.others))


def _count(fields: Sequence[Selected]) -> int:
    return sum(1 + sum(_count(children) for children in field.children.values()) for field in fields)


def _argument(parameter: Parameter, value: Any) -> Any:
    if parameter.kind == "float":
        return [float(item) for item in value] if isinstance(value, list) else float(value)
    if parameter.kind == "text":
        for item in value if isinstance(value, list) else (value,):
            if "\x00" in item:
                raise RegisterError.of("BAD_USER_INPUT", "Text may not hold the character U+0000.")
    return value


def compile_statement(
    schema: GraphQLSchema,
    mapping: RegisterMapping,
    rules: Rules,
    fields: Sequence[Selected],
    kinds: Mapping[str, Sequence[tuple[str, str]]],
    *,
    label: str = "",
    max_tables: int = 300,
    record: RecordKeys = NO_RECORD,
) -> Statement:
    """Compile the root `fields` of an operation.

    `kinds` has, for each response key of an `_entities`, the (type, key field) pairs that its representations are of. `label`
    (the role) goes into the SQL as a comment, so that a connection keeps a plan per role: a plan under row-level security
    is made anew whenever the role changes. `record`: the keys that are read for the record of a gateway. Raises `RegisterError`
    FORBIDDEN naming every refused coordinate.
    """
    anchors = Anchors.of(mapping, rules, fields)
    scope = Scope(mapping, anchors.elsewhere, max_tables, record)
    builder = _Builder(schema, scope, anchors, kinds)
    try:
        builder.build(fields)
    except TooComplexError:
        raise RegisterError.of("QUERY_TOO_COMPLEX", "The operation reaches too many tables at once.") from None
    if scope.refused:
        raise refused(scope)
    comment = f"/* {label} */ " if label else ""
    sql, parameters = scope.numbered(f"{comment}SELECT json_send({joined(builder.pairs)})" if builder.pairs else "")
    return Statement(
        sql=sql,
        parameters=parameters,
        roots=tuple(builder.ours),
        others=tuple(builder.others),
        order=tuple(field.key for field in fields),
        marked=scope.marked,
        anchored=anchors.opened,
        partial=scope.partial,
    )


class _Builder:
    """Sorts the root fields into those of the statement and those that strawberry answers."""

    def __init__(
        self, schema: GraphQLSchema, scope: Scope, anchors: Anchors, kinds: Mapping[str, Sequence[tuple[str, str]]]
    ) -> None:
        assert schema.query_type is not None
        self.query = schema.query_type.name
        self.scope = scope
        self.anchors = anchors
        self.kinds = kinds
        self.tables = {root.field: scope.mapping.table(root.type) for root in scope.mapping.roots}
        self.pairs: list[str] = []
        self.ours: list[Selected] = []
        self.others: list[Selected] = []

    def build(self, fields: Sequence[Selected]) -> None:
        for field in fields:
            value = self._value(field)
            if value is None:
                self.others.append(field)
                continue
            self.ours.append(field)
            self.pairs.append(f"'{field.key}', {value}")

    def _value(self, field: Selected) -> str | None:
        if field.name == "_entities":
            _check_entities(self.scope, field, self.kinds[field.key])
            return entity_list(self.scope, field, self.kinds[field.key])
        if field.name == "__typename":
            return f"'{self.query}'::text"
        table = self.tables.get(field.name)
        return None if table is None else root_list(self.scope, field, table, self.anchors.at(field))


def refused(scope: Scope) -> RegisterError:
    """The refusal of a whole operation: an error for each coordinate that the caller wrote, and the scopes that are missing."""
    roots = {f"Query.{root.field}": root.type for root in scope.mapping.roots}
    issues: list[Issue] = []
    scopes: dict[str, None] = {}
    for coordinate in scope.refused:
        type_name, _, name = coordinate.partition(".")
        root = roots.get(coordinate)
        missing = scope.rules.missing_scope(root, None) if root else scope.rules.missing_scope(type_name, name)
        if missing is None:
            issues.append(_forbidden(f"Not allowed to read {coordinate}.", coordinate=coordinate))
        else:
            scopes.setdefault(missing)
            message = f"{coordinate} needs the scope {missing}."
            issues.append(_forbidden(message, coordinate=coordinate, missingScope=missing))
    # RFC 6750 §3.1
    challenge = f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'
    return RegisterError(*issues, headers={"WWW-Authenticate": challenge} if scopes else {})


def _forbidden(message: str, **extensions: str) -> Issue:
    return Issue(message, "FORBIDDEN", extensions=extensions)


def _check_entities(scope: Scope, field: Selected, kinds: Sequence[tuple[str, str]]) -> None:
    """Judge the branches of types that no representation is of, as if they were there."""
    present = {type_name for type_name, _ in kinds}
    for type_name, children in field.children.items():
        if type_name in present or not children:
            continue
        aside = Scope(scope.mapping, scope.rules, scope.max_tables, scope.record, refused=scope.refused)
        table = scope.mapping.table(type_name)
        json_object(aside, table, aside.alias(table), children)
