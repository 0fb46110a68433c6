"""A selection as SQL expressions that build JSON.

A list is a correlated sub-select with `json_agg`, a to-one relation a scalar sub-select, a row `json_build_object`. Where the
caller's rules leave something out of a row that *is* visible, a marker takes its place: `{"<nonce>": "F"}` for a refused
field, `{"<nonce>": "N"}` for a non-null relation without a (visible, matching) row. `complete` turns markers into errors.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphql import GraphQLNonNull

from registers.common.access import PLAIN, Access, Rules
from registers.common.mapping import Relation, Table
from registers.common.sql.filters import names_id, order_by, where
from registers.common.sql.pages import paged
from registers.common.sql.scope import Scope
from registers.common.sql.selection import Selected
from registers.common.sql.values import Leaf

__all__ = ["MISSING", "REFUSED_FIELD", "entity_list", "joined", "json_object", "root_list"]

REFUSED_FIELD = Leaf(path=("@markers", "F"))
MISSING = Leaf(path=("@markers", "N"))

_MAX_PAIRS = 50
"""A function call takes at most 100 arguments; longer objects are written in pieces and joined as text."""


def root_list(scope: Scope, selected: Selected, table: Table, rules: Rules) -> str:
    """A query root: all visible rows of a type that match, by `rules`. Where no id is named, the caller's own code is a way in."""
    if not rules.any(table.type):
        scope.refuse(f"Query.{selected.name}")
    alias = scope.alias(table, rules)
    named = names_id(table, selected.arguments.get("where"))
    entry = "" if named else rules.entry(table.type, alias)
    conditions = [*([entry] if entry else []), *scope.shown(alias)]
    return _list(scope, selected, table, alias, scope.row(f'"{table.table}"', alias), conditions)


def _list(scope: Scope, selected: Selected, table: Table, alias: str, source: str, conditions: list[str]) -> str:
    if table.paging is not None:
        return _page(scope, selected, table, alias, source, conditions)
    conditions = [*conditions, *_where(scope, selected, table, alias)]
    order = order_by(scope, table, alias, selected.arguments.get("order"), selected.argument_types.get("order"))
    item = json_object(scope, table, alias, selected.children[table.type])
    condition = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"(SELECT coalesce(json_agg({item} ORDER BY {order}), '[]'::json) FROM {source}{condition})"


def _page(scope: Scope, selected: Selected, table: Table, alias: str, source: str, conditions: list[str]) -> str:
    """A page of a list. Which rows it has is found by their keys alone, so that the JSON of no other row is made."""
    page = paged(scope, selected, table, alias)
    found = " AND ".join([*conditions, *_where(scope, selected, table, alias), *page.conditions]) or "true"
    keys = f'SELECT {alias}."{table.key}" FROM {source} WHERE {found} ORDER BY {page.order} LIMIT {page.limit}'
    item = json_object(scope, table, alias, selected.children[table.type])
    named = f'{alias}."{table.key}" = ANY(ARRAY({keys}))'
    return f"(SELECT coalesce(json_agg({item} ORDER BY {page.order}), '[]'::json) FROM {source} WHERE {named})"


def _where(scope: Scope, selected: Selected, table: Table, alias: str) -> list[str]:
    if "where" not in selected.arguments:
        return []
    condition = where(scope, table, alias, selected.arguments["where"], selected.argument_types["where"])
    return [] if condition == "true" else [condition]


def json_object(scope: Scope, table: Table, alias: str, fields: Sequence[Selected]) -> str:
    """One row as a JSON object."""
    return joined([f"'{field.key}', {_value(scope, table, alias, field)}" for field in fields])


def joined(pairs: Sequence[str]) -> str:
    """A JSON object of `'key', value` pairs, however many."""
    pieces = [
        f"json_build_object({', '.join(pairs[start : start + _MAX_PAIRS])})"
        for start in range(0, len(pairs) or 1, _MAX_PAIRS)
    ]
    if len(pieces) == 1:
        return pieces[0]
    inner = [f"substr({piece}::text, 2)" if index else f"{piece}::text" for index, piece in enumerate(pieces)]
    return "(" + " || ', ' || ".join([*(f"left({text}, -1)" for text in inner[:-1]), inner[-1]]) + ")::json"


def _value(scope: Scope, table: Table, alias: str, field: Selected) -> str:
    if field.name == "__typename":
        return f"'{table.type}'::text"
    column = table.column(field.name)
    if column is not None and not column.hidden and scope.record.opens(table.type, field):
        return _recorded(scope, alias, column.column)
    access = scope.rules_of(alias).field(table.type, field.name)
    if access.refused:
        scope.refuse(f"{table.type}.{field.name}")
    if column is not None and not column.hidden:
        condition = " AND ".join(
            filter(None, [scope.readable(access, alias), _origin_condition(scope, alias, column.column)])
        )
        return _guarded(scope, condition, f'{alias}."{column.column}"', leaf=True)
    relation = table.relation(field.name)
    if relation is None or relation.hidden:
        raise LookupError(f"{table.type}.{field.name} is not in the mapping")
    return _guarded(scope, scope.readable(access, alias), _relation(scope, alias, relation, field), leaf=False)


def _recorded(scope: Scope, alias: str, column: str) -> str:
    """A key that is not the caller's: its gateway notes which rows it was shown. Which those are is decided as ever.

    A stub is shown where its key may be read on the row that it was made from. Elsewhere it is no row of the answer: null, and no refusal.
    """
    access, owner = _origin(scope, alias, column)
    value = f'{alias}."{column}"'
    if access.refused:
        return "NULL::text"
    condition = scope.readable(access, owner)
    return f"CASE WHEN {condition} THEN {value} END" if condition else value


def _origin_condition(scope: Scope, alias: str, column: str) -> str:
    """What reading a stub's key takes on the row that it was made from."""
    access, owner = _origin(scope, alias, column)
    if access.refused:
        scope.refuse(f"{scope.table_of(owner).type}.{scope.origins[alias][1][column]}")
    return scope.readable(access, owner)


def _origin(scope: Scope, alias: str, column: str) -> tuple[Access, str]:
    """How a stub's key may be read on the row that it was made from, and that row: the key is a copy of one of its columns."""
    origin = scope.origins.get(alias)
    if origin is None:
        return PLAIN, alias
    owner_alias, made_from = origin
    owner = scope.table_of(owner_alias)
    access = PLAIN
    for local in (item for item in owner.columns if item.column == made_from.get(column) and not item.hidden):
        # An alias of the column (IR's deprecated `id`) is another field with the same content.
        if local.name == local.column:
            access = scope.rules_of(owner_alias).field(owner.type, local.name)
    return access, owner_alias


def _guarded(scope: Scope, condition: str, expression: str, *, leaf: bool) -> str:
    if not condition:
        return expression
    value = f"to_json({expression})" if leaf else expression
    return f"CASE WHEN {condition} THEN {value} ELSE {_marker(scope, REFUSED_FIELD)} END"


def _marker(scope: Scope, marker: Leaf) -> str:
    scope.marked = True
    return scope.bind_raw(marker, "json")


def _relation(scope: Scope, alias: str, relation: Relation, field: Selected) -> str:
    source, conditions, table, other = _reach(scope, alias, relation)
    if not scope.rules.any(table.type):
        scope.refuse(f"{scope.table_of(alias).type}.{field.name}")
    if relation.many:
        return _list(scope, field, table, other, source, conditions)
    conditions = [*conditions, *_where(scope, field, table, other)]
    item = json_object(scope, table, other, field.children[table.type])
    unique = table.stub or (relation.through is None and table.key in {remote for _, remote in relation.on})
    limit = "" if unique else f" ORDER BY {order_by(scope, table, other, None, None)} LIMIT 1"
    row = f"(SELECT {item} FROM {source} WHERE {' AND '.join(conditions) or 'true'}{limit})"
    return f"coalesce({row}, {_marker(scope, MISSING)})" if isinstance(field.type, GraphQLNonNull) else row


def _reach(scope: Scope, alias: str, relation: Relation) -> tuple[str, list[str], Table, str]:
    """FROM, conditions, table and alias of the rows behind a relation; a `through` passes its middle by EXISTS."""
    table = scope.mapping.table(relation.target)
    if relation.through is None:
        other = scope.alias(table)
        return scope.source(alias, relation, other), scope.join(alias, relation, other), table, other
    owner = scope.table_of(alias)
    first = owner.relation(relation.through[0])
    assert first is not None
    middle = scope.mapping.table(first.target)
    second = middle.relation(relation.through[1])
    assert second is not None
    between, other = scope.alias(middle), scope.alias(table)
    joined = " AND ".join([*scope.join(alias, first, between), *scope.join(between, second, other)])
    passed = f"EXISTS (SELECT 1 FROM {scope.source(alias, first, between)} WHERE {joined})"
    return scope.source(between, second, other), [passed], table, other


def entity_list(scope: Scope, selected: Selected, kinds: Sequence[tuple[str, str]]) -> str:
    """The `_entities` of one response key, aligned with its representations.

    `kinds` are the (type, key field) pairs that occur; the arrays of `registers.common.entities` come in as parameters.
    A representation of no kind is null, and so is a row that does not exist or is not the caller's.
    """
    root = ("@entities", selected.key)
    columns, arms = ["kind"], []
    arrays = [scope.bind_raw(Leaf(path=(*root, "kind")), "text[]")]
    for type_name, key in kinds:
        table = scope.mapping.table(type_name)
        if not scope.rules.any(type_name) and all(
            child.name == "__typename" or scope.record.opens(type_name, child) for child in selected.children[type_name]
        ):
            # Asked only whether it is there, about a type of which the caller may see no row.
            if scope.rules.partial(type_name):
                scope.refuse(f"{type_name}.__typename")
            arms.append(f"WHEN '{type_name}.{key}' THEN NULL::json")
            continue
        alias = scope.alias(table)
        made: list[str] = []
        for column in [item for item in table.columns if table.stub or item.name == key]:
            cast = {"uuid": "uuid[]", "key": "uuid[]"}.get(column.kind, "text[]")
            name = f"k{len(arrays)}"
            arrays.append(scope.bind_raw(Leaf(path=(*root, type_name, key, column.name)), cast))
            columns.append(name)
            made.append(f'r.{name} AS "{column.column}"' if table.stub else f'{alias}."{column.column}" = r.{name}')
        item = json_object(scope, table, alias, selected.children[type_name])
        if table.stub:
            source = scope.row(f"(SELECT {', '.join(made)})", alias)
            row = f"(SELECT {item} FROM {source})"
        else:
            made += scope.shown(alias)
            source = scope.row(f'"{table.table}"', alias)
            row = f"(SELECT {item} FROM {source} WHERE {' AND '.join(made)} LIMIT 1)"
        arms.append(f"WHEN '{type_name}.{key}' THEN {row}")
    value = f"CASE r.kind {' '.join(arms)} END" if arms else "NULL::json"
    listed = f"coalesce(json_agg({value} ORDER BY r.position), '[]'::json)"
    return f"(SELECT {listed} FROM unnest({', '.join(arrays)}) WITH ORDINALITY AS r({', '.join(columns)}, position))"
