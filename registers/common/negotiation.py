"""The rules of GraphQL over HTTP that a register keeps: POST, JSON in, one of two media types out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from registers.common.engine import Request
from registers.common.errors import Issue, RegisterError

__all__ = ["GRAPHQL", "JSON", "accepted", "parse_body", "require_json"]

GRAPHQL = b"application/graphql-response+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"


@lru_cache(maxsize=256)
def accepted(accept: bytes | None) -> bytes:
    """The media type of the answer. Without a wish the one whose status codes mean something. Raises 406."""
    if accept is None or not accept.strip():
        return GRAPHQL
    wishes = dict(_wish(part) for part in accept.decode("latin-1").lower().split(","))
    best: tuple[float, bytes] | None = None
    for media, names in (
        (GRAPHQL, ("application/graphql-response+json", "application/*", "*/*")),
        (JSON, ("application/json", "application/*", "*/*")),
    ):
        quality = next((wishes[name] for name in names if name in wishes), 0.0)
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, media)
    if best is None:
        raise RegisterError.of(
            "NOT_ACCEPTABLE", "Accept must contain application/graphql-response+json or application/json."
        )
    return best[1]


def _wish(part: str) -> tuple[str, float]:
    name, _, parameters = part.partition(";")
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                return name.strip(), float(value)
            except ValueError:
                return name.strip(), 0.0
    return name.strip(), 1.0


@lru_cache(maxsize=64)
def require_json(content_type: bytes | None) -> None:
    """Raise 415 unless the body says it is JSON in UTF-8."""
    essence, _, parameters = (content_type or b"").decode("latin-1").lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip().strip('"')
    if essence.strip() != "application/json" or charset not in {"", "utf-8", "utf8"}:
        raise RegisterError.of("UNSUPPORTED_MEDIA_TYPE", "Send the request as application/json.")


def parse_body(body: bytes) -> Request:
    """Read a GraphQL request. Raises BAD_USER_INPUT; a list of requests (batching) is not served."""
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad("The body is no JSON.") from None
    if not isinstance(content, dict):
        raise _bad("The body must be a JSON object with the member query.")
    query, name, variables = content.get("query"), content.get("operationName"), content.get("variables")
    if not isinstance(query, str):
        raise _bad("The body must be a JSON object with the member query.")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName must be a string.")
    if variables is not None and not isinstance(variables, Mapping):
        raise _bad("variables must be an object.")
    return Request(query, name or None, variables or {})


def _bad(message: str) -> RegisterError:
    return RegisterError(Issue(message, "BAD_USER_INPUT"))
