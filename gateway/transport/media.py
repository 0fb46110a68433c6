"""Media types: which one a client accepts (GraphQL over HTTP, RFC 9110 §12.5.1), and what a body says it is.

Without a wish, and with `*/*`, the answer is `application/graphql-response+json`: its status codes mean something.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["MediaType", "Wish", "accepted_media_type", "event_stream_wish", "is_json"]


class MediaType(Enum):
    """The two media types of an answer. Under JSON every GraphQL answer has status 200 (GraphQL over HTTP §6.4.1)."""

    GRAPHQL = b"application/graphql-response+json; charset=utf-8"
    JSON = b"application/json; charset=utf-8"


_OFFERED = (
    (MediaType.GRAPHQL, ("application/graphql-response+json", "application/*", "*/*")),
    (MediaType.JSON, ("application/json", "application/*", "*/*")),
)


@lru_cache(maxsize=256)
def accepted_media_type(accept: bytes | None) -> MediaType:
    """Return the media type for an `Accept` header. Raises `GatewayError` 406 when it leaves out both."""
    if accept is None or not accept.strip():
        return MediaType.GRAPHQL
    ranges = dict(_ranges(accept.decode("latin-1")))
    best: tuple[float, MediaType] | None = None
    for media_type, names in _OFFERED:
        # The most specific range that fits says how much it is wanted.
        quality = next((ranges[name] for name in names if name in ranges), 0.0)
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, media_type)
    if best is None:
        message = "Accept must contain application/graphql-response+json or application/json."
        raise GatewayError(GraphQLIssue(message, Code.NOT_ACCEPTABLE))
    return best[1]


class Wish(Enum):
    """Whether a client takes its answers as server-sent events."""

    NO = "no"
    IF_NEEDED = "if needed"
    """For a subscription; it prefers JSON, or does not care, for anything else."""
    YES = "yes"


@lru_cache(maxsize=256)
def event_stream_wish(accept: bytes | None) -> Wish:
    """What `Accept` says of `text/event-stream`, which has to be named: `*/*` stands for JSON."""
    if accept is None or b"text/event-stream" not in accept.lower():
        return Wish.NO
    ranges = dict(_ranges(accept.decode("latin-1")))
    wanted = ranges.get("text/event-stream", 0.0)
    if wanted <= 0:
        return Wish.NO
    named = [ranges.get(name, 0.0) for name in ("application/graphql-response+json", "application/json")]
    return Wish.IF_NEEDED if max(named) >= wanted else Wish.YES


@lru_cache(maxsize=64)
def is_json(content_type: bytes | None) -> bool:
    """Whether a body says that it is `application/json` in UTF-8, which is the only encoding JSON has (RFC 8259 §8.1)."""
    if content_type is None:
        return False
    essence, _, parameters = content_type.decode("latin-1").lower().partition(";")
    return essence.strip() == "application/json" and _charset(parameters) in {"", "utf-8", "utf8"}


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.lower().split(","):
        name, _, parameters = part.partition(";")
        if _charset(parameters) in {"", "utf-8", "utf8"}:
            yield name.strip(), _quality(parameters)


def _quality(parameters: str) -> float:
    value = _parameter(parameters, "q")
    try:
        return min(float(value), 1.0) if value else 1.0
    except ValueError:
        return 0.0


def _charset(parameters: str) -> str:
    return _parameter(parameters, "charset")


def _parameter(parameters: str, wanted: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == wanted:
            return value.strip().strip('"')
    return ""
