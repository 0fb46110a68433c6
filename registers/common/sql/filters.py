"""Filters and sort orders of a type, as SQL over one alias.

Every column is read through the access of the caller: a field that is refused on this row is null for the filter and the sort
too, and a relation that is refused has no rows. Rows of other tables are reached by correlated EXISTS (filters) or a scalar
sub-select (sorts), so row-level security holds for them as for everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type

from registers.common.access import PLAIN, REFUSED, Access, both
from registers.common.mapping import Column, Relation, Table
from registers.common.sql.operators import OPERATOR_INPUTS, conjunction, disjunction, negation, operator_condition
from registers.common.sql.scope import Scope
from registers.common.sql.values import Leaf, Leaves, Word

__all__ = ["input_access", "names_id", "order_by", "where"]

_QUANTIFIERS = ("some", "all", "none", "any")


def where(scope: Scope, table: Table, alias: str, value: Mapping[str, Any] | None, kind: Any) -> str:
    """The condition of filter `value` (an input object of type `kind`) on the row `alias`; `true` for no condition."""
    if value is None:
        return "true"
    input_type = _input_object(kind)
    return conjunction([_part(scope, table, alias, input_type, name, item) for name, item in value.items()])


def _input_object(kind: Any) -> GraphQLInputObjectType:
    found = get_named_type(kind)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def _part(scope: Scope, table: Table, alias: str, input_type: GraphQLInputObjectType, name: str, value: Any) -> str:
    if name in {"and", "or"} and isinstance(_list_item(input_type.fields[name].type), GraphQLInputObjectType):
        if value is None:
            return "true"
        join = conjunction if name == "and" else disjunction
        return join([where(scope, table, alias, item, input_type) for item in value])
    coordinate = f"{input_type.name}.{name}"
    if coordinate in scope.mapping.ignored:
        return "true"
    claim = scope.mapping.identity.get(coordinate)
    if claim is not None:
        return _identity(scope, claim, value, input_type.fields[name].type)
    access = input_access(scope, table, alias, coordinate)
    if value is None:
        return "true"
    relation = table.relation(name)
    if relation is not None:
        return _related(scope, alias, relation, access, value, input_type.fields[name].type)
    column = _column(table, coordinate, name)
    operand = OPERATOR_INPUTS[_input_object(input_type.fields[name].type).name]
    condition = operator_condition(read(scope, column, alias, access), column.kind, operand, value, scope.bind)
    if access.condition(alias) and column.kind == operand and _names_value(value):
        # No index answers a CASE. What its value equals, the column equals too: said plainly, an index finds the row.
        plain = operator_condition(read(scope, column, alias, PLAIN), column.kind, operand, _named(value), scope.bind)
        return conjunction([plain, condition])
    return condition


def names_id(table: Table, value: Any) -> bool:
    """Whether a filter says which ids (its own, or of what it belongs to) a row may have: each of them has an index."""
    for name, item in value.items() if isinstance(value, dict) else ():
        if name == "and":
            if any(names_id(table, part) for part in item or ()):
                return True
        elif (column := table.column(name)) is not None and column.kind == "uuid" and _names_value(item):
            return True
    return False


def _names_value(value: Any) -> bool:
    """Whether operators ask for equality with a value, or with one of several."""
    return isinstance(value, dict) and bool(_named(value))


def _named(value: Mapping[str, Any]) -> dict[str, Any]:
    """The operators among these that say which values the column may have."""
    return {
        name: item
        for name, item in value.items()
        if (name == "eq" and isinstance(item, Leaf))
        or (name == "in" and isinstance(item, Leaves) and not item.has_null)
    }


def _list_item(kind: Any) -> Any:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    return get_named_type(inner) if isinstance(inner, GraphQLList) else None


def _column(table: Table, coordinate: str, name: str) -> Column:
    column = table.column(name)
    if column is None:
        raise LookupError(f"{coordinate} has no column in the mapping of {table.type}")
    return column


def input_access(scope: Scope, table: Table, alias: str, coordinate: str) -> Access:
    """Access to what an input field reads of the row `alias`; every refused coordinate is noted."""
    coordinates = scope.rules.input(*coordinate.split("."))
    if coordinates is None:
        scope.refuse(coordinate)
        return REFUSED
    access = PLAIN
    for read_coordinate in coordinates:
        owner, field = read_coordinate.split(".")
        rules = scope.rules_of(alias) if owner == table.type else scope.rules
        found = rules.field(owner, field)
        if found.refused:
            scope.refuse(read_coordinate)
            return REFUSED
        # A coordinate of another type speaks of another row: it has to be readable at all, its condition is judged there.
        if owner == table.type:
            access = both(access, found)
    return access


def read(scope: Scope, column: Column, alias: str, access: Access) -> str:
    """A column as the caller may know it: null where it is refused."""
    condition = scope.readable(access, alias)
    plain = f'{alias}."{column.column}"'
    return f"(CASE WHEN {condition} THEN {plain} END)" if condition else plain


def _identity(scope: Scope, claim: str, value: Mapping[str, Any] | None, kind: Any) -> str:
    """A filter that names the caller: true when it is the caller, and never a condition on data."""
    caller = f"(SELECT nullif(current_setting('caller.{claim}', true), ''))"
    return operator_condition(caller, "text", OPERATOR_INPUTS[_input_object(kind).name], value or {}, scope.bind)


def _related(scope: Scope, alias: str, relation: Relation, access: Access, value: Mapping[str, Any], kind: Any) -> str:
    input_type = _input_object(kind)
    if not set(_QUANTIFIERS) <= set(input_type.fields):
        found = _exists(scope, alias, relation, lambda t, a: where(scope, t, a, value, input_type))
        return _guarded(scope, access, alias, found)
    parts: list[str] = []
    for name, item in value.items():
        if item is None:
            continue
        parts.append(_quantified(scope, alias, relation, access, name, item, input_type.fields[name].type))
    return conjunction(parts)


def _quantified(scope: Scope, alias: str, relation: Relation, access: Access, name: str, value: Any, kind: Any) -> str:
    if name == "any":
        found = _guarded(scope, access, alias, _exists(scope, alias, relation, lambda _t, _a: "true"))
        return found if value else negation(found)
    if name == "all":
        missing = _exists(scope, alias, relation, lambda t, a: negation(where(scope, t, a, value, kind)))
        return negation(_guarded(scope, access, alias, missing))
    found = _guarded(
        scope, access, alias, _exists(scope, alias, relation, lambda t, a: where(scope, t, a, value, kind))
    )
    return found if name == "some" else negation(found)


def _guarded(scope: Scope, access: Access, alias: str, condition: str) -> str:
    """A relation that is refused on this row has no rows."""
    allowed = scope.readable(access, alias)
    return f"({allowed} AND {condition})" if allowed and condition != "false" else condition


def _exists(scope: Scope, alias: str, relation: Relation, inner: Callable[[Table, str], str]) -> str:
    """EXISTS a visible row behind `relation` for which `inner(table, alias)` holds."""
    if relation.through is not None:
        owner = scope.table_of(alias)
        first = _step(owner, relation.through[0])
        middle = scope.mapping.table(first.target)
        second = _step(middle, relation.through[1])
        return _exists(scope, alias, first, lambda t, a: _second(scope, t, a, second, inner))
    target = scope.mapping.table(relation.target)
    other = scope.alias(target)
    refused = len(scope.refused)
    condition = inner(target, other)
    if not scope.rules.any(target.type) and len(scope.refused) == refused:
        # Nothing is read of the rows behind it, yet they are counted; of a type of which the caller sees none.
        scope.refuse(f"{scope.table_of(alias).type}.{relation.name}")
        return "false"
    if condition == "false":
        return "false"
    parts = [*scope.join(alias, relation, other), *([] if condition == "true" else [condition])]
    return f"EXISTS (SELECT 1 FROM {scope.source(alias, relation, other)} WHERE {' AND '.join(parts) or 'true'})"


def _second(scope: Scope, table: Table, alias: str, step: Relation, inner: Callable[[Table, str], str]) -> str:
    """The second step of a `through`, under the access of its own row."""
    access = PLAIN if step.hidden else scope.rules_of(alias).field(table.type, step.name)
    if access.refused:
        scope.refuse(f"{table.type}.{step.name}")
        return "false"
    return _guarded(scope, access, alias, _exists(scope, alias, step, inner))


def _step(table: Table, name: str) -> Relation:
    relation = table.relation(name)
    if relation is None:
        raise LookupError(f"{table.type} has no relation {name}")
    return relation


def order_by(scope: Scope, table: Table, alias: str, value: list[Any] | None, kind: Any) -> str:
    """The ORDER BY of a list: the entries of `value` first to last, then the primary key, so that it is always total.

    Nulls are larger than every value, as PostgreSQL has it: last in ascending order, first in descending.
    """
    terms: list[str] = []
    for entry in value or ():
        terms += _order_terms(scope, table, alias, entry, _input_object(kind), lambda inner: inner)
    terms.append(f'{alias}."{_key(table).column}"')
    return ", ".join(terms)


def _key(table: Table) -> Column:
    return _column(table, table.key, table.key)


def _order_terms(
    scope: Scope,
    table: Table,
    alias: str,
    entry: Mapping[str, Any] | None,
    input_type: GraphQLInputObjectType,
    wrap: Callable[[str], str],
) -> list[str]:
    terms: list[str] = []
    for name, value in (entry or {}).items():
        coordinate = f"{input_type.name}.{name}"
        access = input_access(scope, table, alias, coordinate)
        if value is None or access.refused:
            continue
        if isinstance(value, Word):
            column = _column(table, coordinate, name)
            collate = ' COLLATE "C"' if column.kind == "text" else ""
            terms.append(
                f"{wrap(read(scope, column, alias, access))}{collate} {'DESC' if value.name == 'DESC' else 'ASC'}"
            )
            continue
        terms += _nested_terms(scope, table, alias, name, value, input_type, access, wrap)
    return terms


def _nested_terms(
    scope: Scope,
    table: Table,
    alias: str,
    name: str,
    value: Mapping[str, Any],
    input_type: GraphQLInputObjectType,
    access: Access,
    wrap: Callable[[str], str],
) -> list[str]:
    """Terms behind a to-one relation; each is a scalar sub-select, null when there is no (visible) row."""
    relation = _step(table, name)
    steps = (
        [relation]
        if relation.through is None
        else [
            _step(table, relation.through[0]),
            _step(scope.mapping.table(_step(table, relation.through[0]).target), relation.through[1]),
        ]
    )
    inner_alias, inner_table, around = alias, table, wrap
    for number, step in enumerate(steps):
        if number:  # the second step of a `through`, under the access of its own row
            access = PLAIN if step.hidden else scope.rules_of(inner_alias).field(inner_table.type, step.name)
        if access.refused:
            scope.refuse(f"{inner_table.type}.{step.name}")
            return []
        inner_table = scope.mapping.table(step.target)
        other = scope.alias(inner_table)
        around = _sub_select(scope, inner_alias, step, other, access, around)
        inner_alias = other
    return _order_terms(scope, inner_table, inner_alias, value, _input_object(input_type.fields[name].type), around)


def _sub_select(
    scope: Scope, alias: str, step: Relation, other: str, access: Access, around: Callable[[str], str]
) -> Callable[[str], str]:
    allowed = scope.readable(access, alias)
    source = scope.source(alias, step, other)
    joined = " AND ".join([*([allowed] if allowed else []), *scope.join(alias, step, other)]) or "true"
    return lambda inner: around(f"(SELECT {inner} FROM {source} WHERE {joined} LIMIT 1)")
