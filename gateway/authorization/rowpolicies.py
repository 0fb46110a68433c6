"""From grants to what a register enforces: `policies.sql` for its database, `fields.json` for its statements.

    grants.yaml + mapping of a register ─▶ judged conditions ─▶ row policies, views, column rights   (policies.sql)
                                                           └──▶ which field on which ground, inputs  (fields.json)

One policy for each table and role, alternatives cheapest first. Policies look only at views of schema `policy`, which hold the
few columns that predicates read and belong to the owner of the tables: so no policy names its own table, which would recurse.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gateway.authorization.conditions import Condition, merged
from gateway.authorization.fieldgroups import field_groups
from gateway.authorization.judged import Judged, JudgedRole, judge, scope_condition
from gateway.authorization.language.model import GrantsFile
from gateway.authorization.language.problems import GrantsError
from gateway.authorization.predicates import ROW
from gateway.authorization.sql import quoted
from gateway.authorization.tables import CLIENT_KEY, Row, Tables, read_mapping
from gateway.authorization.writes import Writes, compile_writes
from gateway.supergraph.model import Supergraph

__all__ = ["compile_policies"]

_ACTION = "lezen"
_HEAD = """\
-- Made by `gateway grants compile`; do not edit. Register: {register}. Grants release: {release}.
-- {{prefix}} is the name of the database. Runs as the owner of the tables, in one transaction, as often as wanted.
"""

_PROJECTOR = """\
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{{prefix}}_projector') THEN
        CREATE POLICY project ON {name} TO "{{prefix}}_projector" USING (true) WITH CHECK (true);
    END IF;
END $$;"""
"""Whoever copies rows of another register here sees and writes them all; that login reads nothing else."""


def compile_policies(
    grants: GrantsFile, mapping: Mapping[str, Any], supergraph: Supergraph | None = None
) -> tuple[str, dict[str, Any]]:
    """Return the SQL of `policies.sql` and the value of `fields.json` for one register.

    `mapping` is the JSON form of a register's mapping; `supergraph` types the inputs of mutations, where the file has some of this
    register. The SQL wants PostgreSQL 15 or newer. Raises `GrantsError` when a predicate does not fit the tables or the inputs.
    """
    tables = read_mapping(mapping)
    writes = _writes(grants, tables, supergraph)
    roles = [_seeing(role, writes) for role in judge(grants, tables)]
    head = _HEAD.format(register=tables.register, release=grants.releases.get(tables.register, grants.release))
    blocks = [head, _roles(roles), _clean(tables, roles), _views(tables, roles)]
    blocks += [_table(tables, row, roles) for row in _stored(tables)]
    fields = field_groups(grants, tables, roles)
    return "\n".join(blocks), fields if writes is None else {**fields, "writes": writes.as_json(grants)}


def _writes(grants: GrantsFile, tables: Tables, supergraph: Supergraph | None) -> Writes | None:
    own = [mutation for mutation in grants.mutations.values() if mutation.type.register == tables.register]
    if not own:
        return None
    if supergraph is None:
        message = "the inputs of mutations are typed against the graph: give --supergraph"
        raise GrantsError.at(own[0].position, message)
    return compile_writes(grants, tables, supergraph)


def _seeing(role: JudgedRole, writes: Writes | None) -> JudgedRole:
    """With what writing predicates read of stored rows, in the views; the rows themselves are shown to nobody for that."""
    if writes is None:
        return role
    views = dict(role.views)
    for table, columns in writes.views.get(role.role.name, {}).items():
        views[table] = views.get(table, frozenset()) | columns
    return replace(role, views=views)


def _stored(tables: Tables) -> list[Row]:
    return sorted((row for row in tables.rows.values() if not row.stub), key=lambda row: row.table)


def _role_name(role: JudgedRole) -> str:
    return quoted(f"{{prefix}}_{role.role.name.lower()}")


def _roles(roles: Iterable[JudgedRole]) -> str:
    """One role without login for each role of the file; the register's login role may become each of them."""
    lines = ["-- Roles."]
    for role in roles:
        name = f"{{prefix}}_{role.role.name.lower()}"
        lines.append(
            f"DO $$ BEGIN\n"
            f"    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN\n"
            f'        CREATE ROLE "{name}" NOLOGIN NOBYPASSRLS;\n'
            f"    END IF;\n"
            f"    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{{prefix}}_app') THEN\n"
            f'        GRANT "{name}" TO "{{prefix}}_app";\n'
            f"    END IF;\n"
            f"END $$;"
        )
    return "\n".join(lines) + "\n"


def _clean(tables: Tables, roles: Sequence[JudgedRole]) -> str:
    """Take away what an earlier release gave, from helper tables, history and outbox too."""
    names = ", ".join(map(_role_name, roles))
    listed = ", ".join(f"'{row.table}'" for row in _stored(tables))
    return (
        "-- What an earlier release gave.\n"
        "DO $$ DECLARE old record; BEGIN\n"
        "    FOR old IN SELECT policyname, tablename FROM pg_policies\n"
        f"        WHERE schemaname = 'public' AND tablename IN ({listed}) LOOP\n"
        "        EXECUTE format('DROP POLICY %I ON public.%I', old.policyname, old.tablename);\n"
        "    END LOOP;\n"
        "END $$;\n"
        "DROP SCHEMA IF EXISTS policy CASCADE;\n"
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {names};\n"
        "CREATE SCHEMA policy;\n"
        f"GRANT USAGE ON SCHEMA public, policy TO {names};\n"
    )


def _views(tables: Tables, roles: Sequence[JudgedRole]) -> str:
    """The columns that predicates read. Callers get no more of them than their own predicates need."""
    kinds = {row.table: row for row in _stored(tables)}
    lines = ["-- What predicates read: all rows, few columns."]
    for table in sorted({table for role in roles for table in role.views}):
        columns = {column for role in roles for column in role.views.get(table, ())}
        shown = ", ".join(map(quoted, _ordered(kinds[table], columns)))
        lines.append(f"CREATE VIEW policy.{quoted(table)} AS SELECT {shown} FROM public.{quoted(table)};")
        lines += [
            f"GRANT {_shown(kinds[table], role.views[table], columns)} ON policy.{quoted(table)} TO {_role_name(role)};"
            for role in roles
            if table in role.views
        ]
    return "\n".join(lines) + "\n"


def _shown(row: Row, own: Iterable[str], columns: Iterable[str]) -> str:
    """The right to its own columns of a view: to the view where that is all, since columns are looked up one by one when a statement begins."""
    if set(own) == set(columns):
        return "SELECT"
    return f"SELECT ({', '.join(map(quoted, _ordered(row, own)))})"


def _ordered(row: Row, columns: Iterable[str]) -> list[str]:
    """Columns in the order of the mapping, `client_key` first."""
    order = [CLIENT_KEY, *(column.column for column in row.columns.values())]
    return sorted(set(columns), key=lambda name: (order.index(name) if name in order else len(order), name))


def _table(tables: Tables, row: Row, roles: Sequence[JudgedRole]) -> str:
    name = f"public.{quoted(row.table)}"
    lines = [f"-- {row.type}", f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"]
    if row.projected:
        lines.append(_PROJECTOR.format(name=name))
    for role in roles:
        judged = role.types.get(row.type, ())
        if not judged:
            continue
        columns = ", ".join(map(quoted, _ordered(row, _readable(tables, row, role, judged))))
        lines.append(f"GRANT SELECT ({columns}) ON {name} TO {_role_name(role)};")
        policy = quoted(f"{_ACTION}_{role.role.name.lower()}")
        using = _using(judged).replace(ROW, quoted(row.table))
        lines.append(f"CREATE POLICY {policy} ON {name} FOR SELECT TO {_role_name(role)} USING (\n{using}\n);")
    return "\n".join(lines) + "\n"


def _readable(tables: Tables, row: Row, role: JudgedRole, judged: Sequence[Judged]) -> set[str]:
    """Columns of granted fields, what joins and predicates need, and nothing else."""
    granted = {name for grant in judged for name in grant.fields}
    columns = {row.columns[name].column for name in granted if name in row.columns}
    columns |= {CLIENT_KEY, row.key_column, *role.own.get(row.type, ())}
    for owner in tables.rows.values():
        for relation in owner.relations.values():
            if owner.type == row.type:
                columns |= {local for local, _ in relation.on}
            if relation.target == row.type:
                columns |= {remote for _, remote in relation.on}
    return columns


def _using(judged: Sequence[Judged]) -> str:
    """The alternatives, by the scopes that they ask for: scope AND (cheapest OR … OR dearest)."""
    by_scopes: dict[tuple[str, ...], list[Judged]] = {}
    for grant in judged:
        by_scopes.setdefault(grant.scopes, []).append(grant)
    groups: list[str] = []
    for scopes, grants in by_scopes.items():
        scope = _bracketed(scope_condition(scopes))
        if any(grant.condition.sql == "true" for grant in grants):
            groups.append(f"    {scope}")
            continue
        alternatives = "\n        OR ".join(_alternatives(grants))
        groups.append(f"    {scope} AND (\n        {alternatives}\n    )")
    return "\n    OR ".join(group if len(groups) == 1 else f"({group.strip()})" for group in groups)


def _alternatives(grants: Sequence[Judged]) -> list[str]:
    asked = {grant.condition.sql: grant.condition for grant in grants if grant.condition.sql != "false"}
    texts = [part.sql if part.operator in {"", "or"} else f"({part.sql})" for part in merged(asked.values())]
    return texts or ["false"]


def _bracketed(condition: Condition) -> str:
    return f"({condition.sql})" if condition.operator else condition.sql
