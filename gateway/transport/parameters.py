"""From a request to its four parameters — query, operationName, variables, extensions — or a coded refusal.

GraphQL over HTTP §5 and §6: a POST carries a JSON object, a GET the same names in its query string with JSON inside. A list
would be a batch, which is refused: one request, one operation, one decision, one line in the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson

from gateway.begun import Begun
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.requests import GraphQLRequest
from gateway.settings import LimitSettings
from gateway.transport.asgi import ClientGone, Receive
from gateway.transport.media import is_json

__all__ = ["from_body", "from_query_string", "read_body"]

_CLOSE = {"Connection": "close"}
_MAX_PARAMETERS = 16


async def read_body(headers: Mapping[bytes, bytes], receive: Receive, limits: LimitSettings) -> bytes:
    """Read a JSON body as it comes, up to the limit, within its time (security case D07).

    Raises `GatewayError`: 415 for another media type or a compressed body, 413, 408; and `ClientGone`.
    """
    if not is_json(headers.get(b"content-type")):
        message = "The body must be announced as Content-Type: application/json, in UTF-8."
        raise GatewayError(GraphQLIssue(message, Code.UNSUPPORTED_MEDIA_TYPE))
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise GatewayError(GraphQLIssue("A compressed body is not read.", Code.UNSUPPORTED_MEDIA_TYPE), headers=_CLOSE)
    announced = headers.get(b"content-length", b"")
    if announced.isdigit() and int(announced) > limits.body_bytes:
        raise _too_large(limits)
    # Mostly the body is there already, and nothing has to be timed.
    body = Begun(_receive(receive, limits))
    if body.done:
        return await body
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await body
    except TimeoutError:
        issue = GraphQLIssue(f"The body did not arrive within {limits.body_seconds:g} seconds.", Code.BAD_USER_INPUT)
        raise GatewayError(issue, status=408, headers=_CLOSE) from None


def from_body(body: bytes) -> GraphQLRequest:
    """Parse the body of a POST. Raises `GatewayError` 400."""
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad("The body is not valid JSON in UTF-8.") from None
    if isinstance(content, list):
        raise _bad("Batching is not supported: send one operation a request.")
    if not isinstance(content, dict):
        raise _bad("The body must be a JSON object.")
    return _request(content, read_only=False)


def from_query_string(query_string: bytes, limits: LimitSettings) -> GraphQLRequest:
    """Parse the query string of a GET. Raises `GatewayError` 400 or 413."""
    if len(query_string) > limits.body_bytes:
        raise _too_large(limits)
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_PARAMETERS,
        )
    except ValueError:
        raise _bad("The query string cannot be read.") from None
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise (
                _bad(f"The parameter {name} may be given once.") if name in _NAMES else _bad("A parameter is repeated.")
            )
        content[name] = _decoded(name, value) if name in _ENCODED else value
    return _request(content, read_only=True)


_ENCODED = frozenset({"variables", "extensions"})
_NAMES = _ENCODED | {"query", "operationName"}


async def _receive(receive: Receive, limits: LimitSettings) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limits.body_bytes:
            raise _too_large(limits)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _request(content: Mapping[str, Any], *, read_only: bool) -> GraphQLRequest:
    query = content.get("query")
    extensions = _map(content, "extensions")
    document_id = _document_id(content, extensions)
    if query is None:
        if document_id is None:
            raise _bad("The parameter query is missing.")
        query = ""
    if not isinstance(query, str):
        raise _bad("The parameter query must be a string.")
    operation_name = content.get("operationName")
    if operation_name is not None and not isinstance(operation_name, str):
        raise _bad("The parameter operationName must be a string.")
    variables = _map(content, "variables")
    return GraphQLRequest(query, operation_name, variables, extensions, read_only=read_only, document_id=document_id)


def _document_id(content: Mapping[str, Any], extensions: Mapping[str, Any]) -> str | None:
    """The id of a trusted document, under its own name or as the ecosystem's clients send it."""
    if "documentId" in content:
        found = content["documentId"]
        if found is not None and not isinstance(found, str):
            raise _bad("The parameter documentId must be a string.")
        return found
    if "persistedQuery" not in extensions:
        return None
    persisted = extensions["persistedQuery"]
    found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(found, str):
        raise _bad("The extension persistedQuery must have a sha256Hash.")
    return found


def _map(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = content.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _bad(f"The parameter {name} must be an object.")
    return value


def _decoded(name: str, value: str) -> Any:
    try:
        return orjson.loads(value) if value else None
    except orjson.JSONDecodeError:
        raise _bad(f"The parameter {name} must be an object in JSON.") from None


def _bad(message: str) -> GatewayError:
    return GatewayError(GraphQLIssue(message, Code.BAD_USER_INPUT))


def _too_large(limits: LimitSettings) -> GatewayError:
    # What was not read is not read any more: the connection ends with the answer.
    issue = GraphQLIssue(f"The request is larger than {limits.body_bytes} bytes.", Code.PAYLOAD_TOO_LARGE)
    return GatewayError(issue, headers=_CLOSE)
