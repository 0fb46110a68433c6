"""Refusals as the existing network words them (`profile: network`), for clients that are built on its codes and bodies.

What executes is answered as ever. Whatever is refused before that has its own HTTP status under either media type, as `application/json`, with the
code that its policies return: "not permitted" is 400 or 401 there, never 403 (dossier on authorization, §6.2 and §6.3).
"""

from __future__ import annotations

import orjson

from gateway.answers import GraphQLResponse
from gateway.errors import Code

__all__ = ["as_network", "worded"]

_BAD_REQUEST = frozenset(
    {
        Code.BAD_USER_INPUT,
        Code.COST_ESTIMATED_TOO_EXPENSIVE,
        Code.FORBIDDEN,
        Code.GRAPHQL_PARSE_FAILED,
        Code.GRAPHQL_VALIDATION_FAILED,
        Code.OWNER_REQUIRED,
        Code.PLAN_BUDGET,
        Code.QUERY_TOO_COMPLEX,
    }
)
_NO_OPERATION = b'{"ErrorCode":"bad_request","Error":"No operation found to evaluate"}'
_TOKEN = {Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED}
_PLAIN = {Code.INVALID_CLIENT_CERTIFICATE: "Invalid Client Certificate", Code.NOT_ALLOWED: "Not Allowed"}


def as_network(response: GraphQLResponse) -> tuple[GraphQLResponse, bytes | None]:
    """The answer, and the media type that it has instead of the negotiated one; None where nothing changes."""
    if not response.issues:
        return response, None
    codes = {issue.code for issue in response.issues}
    if codes & _TOKEN:
        return _refused(response, 401, *_token(response))
    for code, text in _PLAIN.items():
        if code in codes:
            return _refused(response, 403, _errors(response, text, code.name), b"application/json")
    text = response.issues[0].message
    if text == "No operation found to evaluate.":
        return _refused(response, 400, _NO_OPERATION, b"application/json")
    if Code.FORBIDDEN in codes and (response.role is None or response.status == 401):
        # No claim says who this is; or no relation was found.
        return _refused(response, 401, _errors(response, text, "UNAUTHORIZED"), b"application/json")
    if codes & _BAD_REQUEST:
        return _refused(response, 400, _errors(response, text, "BAD_REQUEST"), b"application/json")
    return _refused(response, response.status, _errors(response, text, response.code), b"application/json")


def worded(response: GraphQLResponse, *, network: bool) -> GraphQLResponse:
    """A refusal as it is told on a stream, where there is no status and no media type: always `errors` in JSON."""
    if not network or not response.issues:
        return response
    told, media_type = as_network(response)
    if media_type == b"text/plain":
        return told._replace(body=_content(told.body.decode(), "UNAUTHORIZED"))
    if told.body == _NO_OPERATION:
        return told._replace(body=_errors(response, "No operation found to evaluate", "BAD_REQUEST"))
    return told


def _token(response: GraphQLResponse) -> tuple[bytes, bytes]:
    told = response.issues[0].message
    if told == "An access token is required.":
        return _errors(response, "Unauthorized", "UNAUTHORIZED"), b"application/json"
    return (b"Jwt is expired" if told == "The access token has expired." else b"Jwt is invalid"), b"text/plain"


def _errors(response: GraphQLResponse, text: str, code: str) -> bytes:
    name = response.asked.name if response.asked is not None and response.asked.name else ""
    kind = response.asked.kind.value if response.asked is not None else "query"
    message = f"{name} {kind}: {text}".lstrip()
    return _content(message, code)


def _content(message: str, code: str) -> bytes:
    return orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})


def _refused(response: GraphQLResponse, status: int, body: bytes, media_type: bytes) -> tuple[GraphQLResponse, bytes]:
    return response._replace(status=status, body=body, executed=False), media_type
