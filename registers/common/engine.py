"""One operation of one caller, from text to answer.

    document ─▶ variables ─▶ representations ─▶ statement ─▶ read ─▶ (markers?) ─▶ answer
    cached by    coerced      laid out          cached by     one round    completed only
    text                                        role, shape   trip more    when present

On a hit nothing is parsed, validated, decided or compiled. Root fields without a place in the mapping (the schema's own,
`_service`, later resolvers) are answered by strawberry and laid between the others.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    execute,
    value_from_ast_untyped,
)

from registers.common.access import AllowAll, FieldsFile, Rules
from registers.common.caller import Caller
from registers.common.credentials import unauthenticated
from registers.common.definition import RegisterDefinition
from registers.common.entities import Batch, entity_keys, sort_representations
from registers.common.errors import Issue, RegisterError
from registers.common.freshness import MAX_STALENESS, Freshness
from registers.common.lru import LRU
from registers.common.pool import Database
from registers.common.sql.complete import complete
from registers.common.sql.document import Document, Limits, load_document
from registers.common.sql.scope import RecordKeys
from registers.common.sql.selection import Selected, collect
from registers.common.sql.statement import Statement, compile_statement

__all__ = ["Engine", "Request"]

# The same words whether or not there are such rows.
_LEFT_OUT = Issue("Rows whose visibility hangs on stale relations are left out.", "AUTHORIZATION_UNAVAILABLE")
_SCHEMA_ROOTS = frozenset({"__schema", "__type", "__typename", "_service"})


@dataclass(frozen=True, slots=True)
class Request:
    """A GraphQL request as it came in."""

    query: str
    operation_name: str | None
    variables: Mapping[str, Any]


class Engine:
    """Answers operations on one register. `fields` None means: no policies, everything is allowed (development, tests)."""

    def __init__(
        self,
        definition: RegisterDefinition,
        database: Database,
        *,
        fields: FieldsFile | None,
        derive: Callable[[str], uuid.UUID],
        limits: Limits | None = None,
        releases: frozenset[str] = frozenset(),
        max_staleness: float = MAX_STALENESS,
    ) -> None:
        self.definition = definition
        self.database = database
        self._fields = fields
        self._derive = derive
        self._limits = limits or Limits()
        self._releases = releases | ({fields.release} if fields else frozenset())
        self._freshness = Freshness(database, max_staleness) if fields is not None and fields.copies else None
        # Strawberry keeps the graphql-core schema to itself; its printed form would lose the scalars' own parsing.
        self.schema = definition.schema._schema  # noqa: SLF001
        self._keys = entity_keys(definition.schema, definition.mapping)
        self._key_fields = frozenset(f"{type_name}.{key}" for type_name, keys in self._keys.items() for key in keys)
        self._stubs = frozenset(f"{table.type}.{table.key}" for table in definition.mapping.tables if table.stub)
        self._nonce = secrets.token_hex(16)
        self._markers = {name: orjson.dumps({self._nonce: name}).decode() for name in "FN"}
        self._documents: LRU[Document] = LRU(entries=2_000, size=64 * 1024 * 1024)
        self._statements: LRU[Statement] = LRU(entries=4_000, size=64 * 1024 * 1024)

    async def run(self, request: Request, caller: Caller) -> bytes:
        """Return the body of the answer. Raises `RegisterError` when the request ends without data."""
        self._check_release(caller)
        document = self._document(request)
        if caller.kind == "nobody" and not document.root_names <= _SCHEMA_ROOTS:
            raise unauthenticated("A credential is required.")
        variables = document.variables(self.schema, request.variables)
        batches = self._batches(document, variables, caller)
        fresh = self._freshness is None or await self._freshness.fresh()
        statement = self._statement(request, document, variables, batches, caller, fresh)
        data = await self._read(statement, variables, batches, caller, fresh)
        marked = statement.marked and self._nonce.encode() in data
        if not marked and not statement.others and not statement.partial:
            return b'{"data":' + data + b"}"
        return await self._assembled(statement, document, request, data, batches)

    def _check_release(self, caller: Caller) -> None:
        if caller.release is not None and self._fields is not None and caller.release not in self._releases:
            raise RegisterError.of("POLICY_MISMATCH", "The register's policies are of another release of the grants.")

    def _document(self, request: Request) -> Document:
        key = (request.query, request.operation_name)
        found = self._documents.get(key)
        if found is None:
            found = load_document(self.schema, request.query, request.operation_name, self._limits)
            self._documents.put(key, found, 30 * len(request.query) + 1000)
        return found

    def _batches(self, document: Document, variables: Mapping[str, Any], caller: Caller) -> dict[str, Batch]:
        batches: dict[str, Batch] = {}
        if document.entity_fields and caller.kind == "token":
            raise RegisterError.of("FORBIDDEN", "Entities are for the gateway.", coordinate="Query._entities")
        for field in document.entity_fields:
            key = field.alias.value if field.alias else field.name.value
            if key in batches:
                continue
            sent: Any = value_from_ast_untyped(_only_argument(field), dict(variables))
            representations = sent if isinstance(sent, list) else [sent]
            if len(representations) > self._limits.max_representations:
                raise RegisterError.of("QUERY_TOO_COMPLEX", "Too many representations at once.")
            batches[key] = sort_representations(representations, self.definition.mapping, self._keys, self._derive)
        return batches

    def _statement(
        self,
        request: Request,
        document: Document,
        variables: Mapping[str, Any],
        batches: Mapping[str, Batch],
        caller: Caller,
        fresh: bool,
    ) -> Statement:
        kinds = {key: batch.kinds for key, batch in batches.items()}
        key = (
            request.query,
            request.operation_name,
            caller.role,
            caller.scopes,
            caller.record_key,
            document.shape(variables),
            tuple(kinds.items()),
            fresh,
        )
        found = self._statements.get(key)
        if found is None:
            fields = collect(
                self.schema,
                cast("Any", self.schema.query_type),
                document.operation.selection_set,
                document.fragments,
                variables,
            )
            found = self._compiled(fields, kinds, caller, fresh)
            self._statements.put(key, found, found.size + len(request.query))
        return found

    def _compiled(
        self, fields: Sequence[Selected], kinds: Mapping[str, Sequence[tuple[str, str]]], caller: Caller, fresh: bool
    ) -> Statement:
        record = RecordKeys(caller.record_key, self._key_fields if caller.record_key else frozenset())

        def made(rules: Rules) -> Statement:
            label = caller.role or "" if self._fields else ""
            limit = self._limits.max_tables
            return compile_statement(
                self.schema,
                self.definition.mapping,
                rules,
                fields,
                kinds,
                label=label,
                max_tables=limit,
                record=record,
            )

        if fresh:
            return made(self._rules(caller))
        try:
            return made(self._rules(caller, stale=True))
        except RegisterError as error:
            if error.issues[0].code != "FORBIDDEN":
                raise
            # Refused in any case, or for as long as the relations are not fresh?
            made(self._rules(caller))
        raise RegisterError.of(
            "AUTHORIZATION_UNAVAILABLE", "What this caller may read hangs on relations that are stale."
        )

    def _rules(self, caller: Caller, *, stale: bool = False) -> Rules:
        if self._fields is None:
            return AllowAll()
        return self._fields.rules(caller.role, caller.scopes, self._stubs, stale=stale)

    async def _read(
        self,
        statement: Statement,
        variables: Mapping[str, Any],
        batches: Mapping[str, Batch],
        caller: Caller,
        fresh: bool,
    ) -> bytes:
        if not statement.sql:
            return b"{}"
        if all(field.name == "__typename" for field in statement.roots):
            return orjson.dumps({field.key: "Query" for field in statement.roots})
        values = {
            **variables,
            "@markers": self._markers,
            "@entities": {key: batch.arrays for key, batch in batches.items()},
        }
        arguments = statement.arguments(values)
        return await self.database.read(caller, statement.anchored, statement.sql, arguments, fresh=fresh)

    async def _assembled(
        self,
        statement: Statement,
        document: Document,
        request: Request,
        data: bytes,
        batches: Mapping[str, Batch],
    ) -> bytes:
        """Complete marked data and lay the answers of strawberry between, in the order asked for."""
        types = {key: batch.types for key, batch in batches.items()}
        found, issues = complete(data, statement.roots, self._nonce, types)
        errors = [issue.as_json() for issue in issues]
        if statement.partial:
            errors.append(_LEFT_OUT.as_json())
        if statement.others and found is not None:
            others, more = await self._others(statement.others, document, request)
            errors += more
            merged = found | (others or {})
            found = None if others is None else {key: merged[key] for key in statement.order}
        answer: dict[str, Any] = {"data": found}
        if errors:
            answer["errors"] = errors
        return orjson.dumps(answer)

    async def _others(
        self, fields: tuple[Selected, ...], document: Document, request: Request
    ) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        """Let strawberry answer the fields that have no place in the mapping."""
        operation = OperationDefinitionNode(
            operation=document.operation.operation,
            name=document.operation.name,
            variable_definitions=document.operation.variable_definitions,
            selection_set=SelectionSetNode(selections=tuple(node for field in fields for node in field.nodes)),
        )
        tree = DocumentNode(definitions=(operation, *document.fragments.values()))
        outcome: Any = execute(self.schema, tree, context_value={}, variable_values=dict(request.variables))
        result = cast("ExecutionResult", await outcome if isinstance(outcome, Awaitable) else outcome)
        return result.data, [_resolver_issue(error).as_json() for error in result.errors or ()]


def _only_argument(field: FieldNode) -> ValueNode:
    assert field.arguments
    return field.arguments[0].value


def _resolver_issue(error: GraphQLError) -> Issue:
    """What went wrong inside a resolver is for the log, not for the client."""
    return Issue("The field could not be read.", "INTERNAL_SERVER_ERROR", tuple(error.path or ()))
