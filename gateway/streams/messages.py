"""The messages of `graphql-transport-ws`: from text to checked values and back.

What is not exactly a message of the protocol is refused with the close code that the protocol gives for it (4400); an unknown key beside
the known ones is passed over, as other implementations do. JSON is read once, here, and its size is looked at before that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

__all__ = [
    "MESSAGE_TYPES",
    "SUBPROTOCOL",
    "Message",
    "MessageType",
    "ProtocolError",
    "Request",
    "read_message",
    "request_of",
    "write_message",
]

SUBPROTOCOL = "graphql-transport-ws"
MAX_ID = 256
"""Characters of an operation id. Ids are kept for as long as an operation runs."""

MessageType = Literal["connection_init", "connection_ack", "ping", "pong", "subscribe", "next", "error", "complete"]
MESSAGE_TYPES: frozenset[str] = frozenset(
    {"connection_init", "connection_ack", "ping", "pong", "subscribe", "next", "error", "complete"}
)
_WITH_ID = frozenset({"subscribe", "next", "error", "complete"})
_MAX_REASON = 120
"""Bytes. A close frame carries at most 125, two of which are the code (RFC 6455 §5.5)."""


class ProtocolError(Exception):
    """What the other side did is no part of the protocol; the socket closes with `code` and `reason`."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:_MAX_REASON].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `payload` is an object, a list of errors (type `error`), or None."""

    type: str
    id: str = ""
    payload: Any = None


@dataclass(frozen=True, slots=True)
class Request:
    """What a `subscribe` asks: the parameters of a GraphQL request. With a `document_id` the query may be empty."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    extensions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    document_id: str | None = None


def read_message(data: str | bytes, max_size: int) -> Message:
    """Read one text message of at most `max_size` bytes. Raises `ProtocolError` 4400, or 1009 when it is larger."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > max_size:
        raise ProtocolError(1009, f"Message larger than {max_size} bytes")
    try:
        content: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _invalid("not JSON") from None
    if not isinstance(content, dict):
        raise _invalid("not an object")
    type_ = content.get("type")
    if not isinstance(type_, str) or type_ not in MESSAGE_TYPES:
        raise _invalid("unknown type")
    return Message(type_, _id(content, type_), _payload(content, type_))


def write_message(type_: MessageType, id_: str = "", payload: Any = None) -> str:
    """The text of a message. `payload` may be JSON in bytes (an answer, made already); None leaves it out."""
    head: dict[str, Any] = {"type": type_}
    if id_:
        head["id"] = id_
    if isinstance(payload, bytes):
        return f'{orjson.dumps(head).decode()[:-1]},"payload":{payload.decode()}}}'
    if payload is not None:
        head["payload"] = payload
    return orjson.dumps(head).decode()


def request_of(payload: Any) -> Request:
    """The payload of a `subscribe`. Raises `ProtocolError` 4400."""
    if not isinstance(payload, dict):
        raise _invalid("subscribe needs a payload")
    query, name, extensions = payload.get("query"), payload.get("operationName"), _object(payload, "extensions")
    document_id = _document_id(payload, extensions)
    if query is None and document_id is not None:
        query = ""
    if not isinstance(query, str):
        raise _invalid("query must be a string")
    if name is not None and not isinstance(name, str):
        raise _invalid("operationName must be a string")
    return Request(query, name, _object(payload, "variables"), extensions, document_id)


def _id(content: Mapping[str, Any], type_: str) -> str:
    if type_ not in _WITH_ID:
        return ""
    id_ = content.get("id")
    if not isinstance(id_, str) or not id_ or len(id_) > MAX_ID:
        raise _invalid(f"{type_} needs an id, a string of 1 to {MAX_ID} characters")
    return id_


def _payload(content: Mapping[str, Any], type_: str) -> Any:
    payload = content.get("payload")
    match type_:
        case "complete":
            return None
        case "error":
            if not isinstance(payload, list) or not payload or not all(isinstance(entry, dict) for entry in payload):
                raise _invalid("error needs a list of errors")
        case "next" | "subscribe":
            if not isinstance(payload, dict):
                raise _invalid(f"{type_} needs a payload")
        case _:
            if payload is not None and not isinstance(payload, dict):
                raise _invalid(f"the payload of {type_} must be an object")
    return payload


def _document_id(payload: Mapping[str, Any], extensions: Mapping[str, Any]) -> str | None:
    """The id of a trusted document, under its own name or as the ecosystem's clients send it."""
    found, persisted = payload.get("documentId"), extensions.get("persistedQuery")
    if found is None and persisted is not None:
        found = persisted.get("sha256Hash") if isinstance(persisted, dict) else persisted
    if found is not None and not isinstance(found, str):
        raise _invalid("the id of a document must be a string")
    return found


def _object(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _invalid(f"{name} must be an object")
    return value


def _invalid(what: str) -> ProtocolError:
    return ProtocolError(4400, f"Invalid message: {what}")
