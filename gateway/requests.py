"""From a request to its operation: the document is named or written out, parsed, validated and kept, its variables are checked.

Whatever follows from the text alone is kept, a refusal too; the key holds everything that the value depends on (security case A19).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from graphql import GraphQLSchema

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.introspection import Introspection
from gateway.language.documents import Limits, coerce_variables, parse_operation
from gateway.language.operation import Operation, OperationKind
from gateway.language.weights import document_weight
from gateway.planning.cache import BytesCache
from gateway.settings import Settings
from gateway.trusted import TrustedDocuments, not_supported

__all__ = ["Documents", "GraphQLRequest", "check_kind"]


class GraphQLRequest(NamedTuple):
    """The parameters of one request, their JSON types checked. `read_only` (a GET) admits queries alone. `document_id` names a
    trusted document; `query` may be empty then.
    """

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = MappingProxyType({})
    extensions: Mapping[str, Any] = MappingProxyType({})
    read_only: bool = False
    document_id: str | None = None


class Documents:
    """The operations of one schema. `trusted`: the documents that may be asked by id; None when there are none. `reserved`: a response key that no
    client may write.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        settings: Settings,
        introspection: Introspection,
        grants: Grants | None = None,
        trusted: TrustedDocuments | None = None,
        reserved: str | None = None,
    ) -> None:
        self._schema = schema
        self._introspection = introspection
        self._grants = grants
        self._trusted = trusted
        self._limits = replace(_limits(settings), reserved_key=reserved)
        self.cache = BytesCache[tuple[Any, ...], "Operation | GatewayError"](settings.caches.documents)

    def operation(self, request: GraphQLRequest, caller: Caller | None) -> Operation:
        """Raises `GatewayError`: 400 for what is no valid operation of this schema or over a limit."""
        if self._trusted is not None or request.document_id is not None:
            request = self._identified(request)
        found = self._parsed(request, self._schema)
        if isinstance(found, GatewayError):
            found = self._told(found, request, caller)
            raise found.anew()
        return found

    def variables(self, operation: Operation, request: GraphQLRequest) -> dict[str, Any]:
        """The values of all variables, defaults included (GraphQL §6.1.2). Raises `GatewayError`, 400."""
        if not operation.variables:
            return {}
        return coerce_variables(self._schema, operation, request.variables)

    def prepared(self, request: GraphQLRequest) -> Operation | None:
        """The operation of a request that names no trusted document; None when it is not valid here."""
        found = self._parsed(request, self._schema)
        return found if isinstance(found, Operation) else None

    def newest(self, limit: int) -> list[tuple[GraphQLRequest, str]]:
        """The documents that were asked last, the latest first, with the signatures of their operations."""
        return [
            (GraphQLRequest(key[0], key[1]), found.signature)
            for key, found in self.cache.newest(limit)
            if key[2] is None and isinstance(found, Operation)
        ]

    def _identified(self, request: GraphQLRequest) -> GraphQLRequest:
        """The request with the text of its document."""
        if self._trusted is None:
            if request.query:
                return request
            raise not_supported()
        text = self._trusted.text(request.query, request.document_id)
        return request if text == request.query else request._replace(query=text)

    def _told(self, error: GatewayError, request: GraphQLRequest, caller: Caller | None) -> GatewayError:
        """What is wrong with a document, in words of the schema that the caller may know: what validation says names
        types that the client did not write (security case A16).
        """
        if error.issues[0].code is not Code.GRAPHQL_VALIDATION_FAILED or not self._introspection.is_cut(caller):
            return error
        told = self._parsed(request, self._introspection.schema_for(caller), self._introspection.who(caller))
        return told if isinstance(told, GatewayError) else error

    def _parsed(self, request: GraphQLRequest, schema: GraphQLSchema, who: Any = None) -> Operation | GatewayError:
        key = (request.query, request.operation_name, who)
        found = self.cache.get(key)
        if found is None:
            try:
                found = parse_operation(schema, request.query, request.operation_name, self._limits)
            except GatewayError as error:
                found = error.anew()
            self.cache.put(key, found, document_weight(request.query, found))
        return found


def check_kind(operation: Operation, *, read_only: bool, streams: bool = False) -> None:
    """Whether an operation of this kind may come this way. Raises `GatewayError`, 400 or 405."""
    if operation.kind is OperationKind.SUBSCRIPTION and not streams:
        issue = GraphQLIssue("A subscription cannot be answered with one response.", Code.GRAPHQL_VALIDATION_FAILED)
        raise GatewayError(issue)
    if read_only and operation.kind is OperationKind.MUTATION:
        # GraphQL over HTTP §6.2.1: a GET changes nothing.
        issue = GraphQLIssue("A GET can carry a query only.", Code.METHOD_NOT_ALLOWED)
        raise GatewayError(issue, headers={"Allow": "POST"})


def _limits(settings: Settings) -> Limits:
    limits = settings.limits
    return Limits(
        max_source=limits.body_bytes,
        max_tokens=limits.max_tokens,
        max_depth=limits.max_depth,
        max_fields=limits.max_fields,
        max_aliases=limits.max_aliases,
        max_root_fields=1 if settings.profile == "network" else limits.max_root_fields,
        single_operation=settings.profile == "network",
        max_repeated_keys=limits.max_repeated_keys,
    )
