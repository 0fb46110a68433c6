"""Refuses what a page of another origin could make a browser send without asking us first (security case T13).

A browser asks first (preflight) for `Content-Type: application/json` and for any header that it does not know; we allow no
other origin, so such a request never comes from one. A POST needs that media type anyway. A GET must show one of the two.
A GET with another media type is refused as such: browsers were found to send some of them without asking
(GHSA-hff2-gcpx-8f4p).
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.transport.media import is_json

__all__ = ["PREFLIGHT_HEADERS", "check_get"]

PREFLIGHT_HEADERS = (b"graphql-require-preflight", b"apollo-require-preflight", b"x-apollo-operation-name")
"""Our own, and the two that clients of the ecosystem send."""


def check_get(headers: Mapping[bytes, bytes]) -> None:
    """Let a GET pass that no other origin can have sent. Raises `GatewayError` 400 or 415."""
    content_type = headers.get(b"content-type")
    if content_type is not None and not is_json(content_type):
        issue = GraphQLIssue("A GET has no body, or one of application/json.", Code.UNSUPPORTED_MEDIA_TYPE)
        raise GatewayError(issue)
    if content_type is None and not any(headers.get(name) for name in PREFLIGHT_HEADERS):
        message = "A GET needs the header GraphQL-Require-Preflight, so that no page of another origin can send it."
        raise GatewayError(GraphQLIssue(message, Code.CSRF_PREVENTION))
