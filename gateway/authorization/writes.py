"""What a role may write: the grants of other actions than reading, over the input and the stored row.

    mutation + input ─▶ static decision: is there any grant for what is written?           (`decide`)
                     ─▶ `check_write`: which grants does the input itself decide?           (pure)
                     ─▶ the SQL of what is left, asked of the stored row in its transaction  (register)

A field may be written when *one* grant that lists it holds for this input and this row, as a field may be read. In predicates `input` is the
argument with the new values (absent and null alike are missing), and `X` the stored row: the one that is changed or ended, or the
one that a registration is added to (`stored`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLScalarType,
    get_named_type,
    get_nullable_type,
)

from gateway.authorization.aliases import views_read
from gateway.authorization.conditions import Condition, combine
from gateway.authorization.given import Given, decided
from gateway.authorization.judged import write_judge
from gateway.authorization.language.expressions import Expression
from gateway.authorization.language.model import Grant, GrantsFile, Mutation
from gateway.authorization.language.problems import GrantsError, Problem
from gateway.authorization.predicates import ROW, Bound
from gateway.authorization.tables import Tables
from gateway.supergraph.model import Supergraph

__all__ = ["WriteCheck", "WriteRule", "Writes", "check_write", "compile_writes", "input_kinds"]

_KINDS = {
    "ID": "text",
    "String": "text",
    "Int": "int",
    "Float": "float",
    "Boolean": "bool",
    "UUID": "uuid",
    "Date": "date",
    "DateTime": "datetime",
}


@dataclass(frozen=True, slots=True)
class WriteRule:
    """A grant for one mutation: what it lets write (`Type.field`), by which predicate, and the SQL of it.

    In `sql`, `{row}` is the alias of the stored row and `{input}` the argument as jsonb.
    """

    grant: str
    scopes: tuple[str, ...]
    fields: frozenset[str]
    when: Expression | None
    sql: str


@dataclass(frozen=True, slots=True)
class Writes:
    """The rules of a register: mutation → role → rules; and what the predicates read of the stored rows, by role and table."""

    rules: Mapping[str, Mapping[str, tuple[WriteRule, ...]]]
    kinds: Mapping[str, Mapping[str, Any]]
    views: Mapping[str, Mapping[str, frozenset[str]]]

    def as_json(self, file: GrantsFile) -> dict[str, Any]:
        """The form in `fields.json`."""
        return {
            name: {
                "action": file.mutations[name].action,
                "type": file.mutations[name].type.name,
                "input": file.mutations[name].input,
                "roles": {
                    role: [
                        {
                            "grant": rule.grant,
                            "scopes": list(rule.scopes),
                            "fields": sorted(rule.fields),
                            "when": None if rule.sql == "true" else rule.sql,
                        }
                        for rule in found
                    ]
                    for role, found in sorted(roles.items())
                },
            }
            for name, roles in sorted(self.rules.items())
        }


@dataclass(frozen=True, slots=True)
class WriteCheck:
    """The outcome: `refused` coordinates that no grant lets write with this input; `sql` what the stored row still has to
    answer (`true`: nothing). `grants` are those that may count.
    """

    refused: tuple[str, ...]
    sql: str
    grants: tuple[str, ...]


def check_write(
    rules: Iterable[WriteRule], type_name: str, written: Iterable[str], scopes: frozenset[str], given: Given
) -> WriteCheck:
    """Decide a write as far as the input does. `written` are the coordinates that the input stands for.

    `type_name` stands for the write as such: without a field (an end), one grant has to hold all the same.
    """
    judged = [(rule, decided(rule.when, given)) for rule in rules if not scopes.isdisjoint(rule.scopes)]
    open_ = [(rule, verdict) for rule, verdict in judged if verdict is not False]
    refused: list[str] = []
    conditions: list[Condition] = []
    for coordinate in sorted(set(written)) or [type_name]:
        listing = [pair for pair in open_ if coordinate == type_name or coordinate in pair[0].fields]
        if not listing:
            refused.append(coordinate)
        elif not any(verdict for _, verdict in listing):
            conditions.append(combine("or", [_condition(rule.sql) for rule, _ in listing]))
    return WriteCheck(
        refused=tuple(refused),
        sql="false" if refused else combine("and", conditions).sql,
        grants=tuple(rule.grant for rule, _ in open_),
    )


def _condition(sql: str) -> Condition:
    """What is joined keeps its own brackets."""
    return Condition(sql if sql in {"true", "false"} else f"({sql})")


def compile_writes(file: GrantsFile, tables: Tables, supergraph: Supergraph) -> Writes:
    """Compile the enabled writing grants of a register for each mutation of its that they are about.

    Raises `GrantsError` with every place where a predicate does not fit the input or the tables.
    """
    problems: list[Problem] = []
    rules: dict[str, dict[str, tuple[WriteRule, ...]]] = {}
    views: dict[str, dict[str, set[str]]] = {}
    mutations = {name: m for name, m in file.mutations.items() if m.type.register == tables.register}
    kinds = {name: input_kinds(supergraph, mutation) for name, mutation in mutations.items()}
    for name, mutation in mutations.items():
        for grant in file.grants:
            if not grant.enabled or (grant.action, grant.type) != (mutation.action, mutation.type):
                continue
            for role in (word.text for word in grant.roles):
                try:
                    rule = _rule(file, tables, grant, mutation, role, kinds[name], views.setdefault(role, {}))
                except GrantsError as error:
                    problems.extend(error.problems)
                    continue
                known = rules.setdefault(name, {}).get(role, ())
                rules[name][role] = (*known, rule)
    if problems:
        raise GrantsError(problems)
    frozen = {role: {table: frozenset(names) for table, names in found.items()} for role, found in views.items()}
    return Writes(rules, kinds, frozen)


def _rule(
    file: GrantsFile,
    tables: Tables,
    grant: Grant,
    mutation: Mutation,
    role: str,
    kinds: Mapping[str, Any],
    views: dict[str, set[str]],
) -> WriteRule:
    stored = tables.rows.get(mutation.stored.name) if mutation.stored is not None else None
    if mutation.stored is not None and (stored is None or stored.stub):
        raise GrantsError.at(mutation.stored.position, f"{tables.register} keeps no rows of '{mutation.stored.name}'")
    compiler = write_judge(file, tables, role, grant, kinds if mutation.input else None)
    condition = compiler.predicate(grant.when, Bound(stored, ROW) if stored is not None else None)
    for table, columns in views_read(condition.sql).items():
        views.setdefault(table, set()).update(columns)
    if stored is not None:
        views.setdefault(stored.table, set()).update({stored.key_column, *compiler.own})
    fields = frozenset(f"{grant.type.name}.{word.text}" for word in grant.fields)
    return WriteRule(grant.id, grant.scopes, fields, grant.when, condition.sql)


def input_kinds(supergraph: Supergraph, mutation: Mutation) -> dict[str, Any]:
    """The fields of the input of a mutation: name → kind, or → the same of a nested input. Lists and strangers have no kind."""
    fields: Any = getattr(supergraph.schema.mutation_type, "fields", {})
    field = fields.get(mutation.name)
    argument = field.args.get(mutation.input) if field is not None else None
    return {} if argument is None else _kinds(argument.type, ())


def _kinds(type_: Any, above: Sequence[str]) -> dict[str, Any]:
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType) or named.name in above:
        return {}
    found: dict[str, Any] = {}
    for name, field in named.fields.items():
        kind = _kind(field.type, (*above, named.name))
        if kind:
            found[name] = kind
    return found


def _kind(type_: Any, above: Sequence[str]) -> Any:
    inner = get_nullable_type(type_)
    if isinstance(inner, GraphQLList):
        return None
    if isinstance(inner, GraphQLEnumType):
        return "text"
    return _KINDS.get(inner.name) if isinstance(inner, GraphQLScalarType) else _kinds(inner, above)
