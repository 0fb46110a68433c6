"""Trusted documents: the operations that a build of the clients wrote down, asked for by id instead of by text.

A manifest is a file of JSON: the ecosystem's persisted-query manifest, or Relay's object of hash to text. A document is found by the id
that the manifest gives it and by the SHA-256 of its text. With `only`, nothing else is answered, whatever its shape: the limits of the
gateway then hold for documents that somebody has reviewed. Nothing is ever added by a request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["TrustedDocuments", "not_supported", "read_manifest"]

_FORMAT = "apollo-persisted-query-manifest"


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """`texts`: by id and by SHA-256 (hex). `only`: no other document is answered."""

    texts: Mapping[str, str]
    known: frozenset[str]
    only: bool

    def text(self, query: str, document_id: str | None) -> str:
        """The text to answer. `query` is empty when only an id was sent.

        Raises `GatewayError`: PERSISTED_QUERY_NOT_FOUND, QUERY_NOT_IN_SAFELIST, and BAD_USER_INPUT for a text and the id of
        another one.
        """
        found = self.texts.get(document_id.removeprefix("sha256:")) if document_id is not None else None
        if found is not None:
            if query and query != found:
                raise _refused("The document is not the one that its id stands for.", Code.BAD_USER_INPUT)
            return found
        if document_id is not None and not query:
            # Clients of the ecosystem look for these words, and send the text then.
            raise _refused("PersistedQueryNotFound", Code.PERSISTED_QUERY_NOT_FOUND)
        if self.only and query not in self.known:
            raise _refused("Only trusted documents are answered here.", Code.QUERY_NOT_IN_SAFELIST)
        return query


def not_supported() -> GatewayError:
    """What a client hears that sends an id to a gateway without trusted documents."""
    return _refused("PersistedQueryNotSupported", Code.PERSISTED_QUERY_NOT_SUPPORTED)


def read_manifest(path: Path, *, only: bool, content: bytes | None = None) -> TrustedDocuments:
    """Read a manifest of either form; `content` where it was read before. Raises ValueError, saying what is wrong with it, and OSError."""
    try:
        document: Any = orjson.loads(path.read_bytes() if content is None else content)
    except orjson.JSONDecodeError:
        raise ValueError(f"{path} is no JSON") from None
    if not isinstance(document, dict):
        raise ValueError(f"{path} is no manifest: expected an object")
    texts: dict[str, str] = {}
    entries = _listed(document, path) if "operations" in document or "format" in document else document.items()
    for name, text in entries:
        if not isinstance(name, str) or not isinstance(text, str) or not name or not text:
            raise ValueError(f"{path} is no manifest: expected an id and a text for every document")
        if texts.setdefault(name, text) != text:
            raise ValueError(f"{path} has two documents with the id {name}")
    known = frozenset(texts.values())
    return TrustedDocuments({**{_sha256(text): text for text in known}, **texts}, known, only)


def _listed(content: dict[Any, Any], path: Path) -> Iterator[tuple[Any, Any]]:
    if content.get("format") != _FORMAT or content.get("version") != 1:
        raise ValueError(f"{path} is no manifest that is known here: expected the format {_FORMAT}, version 1")
    operations = content.get("operations")
    if not isinstance(operations, list):
        raise ValueError(f"{path} is no manifest: expected a list of operations")
    for found in operations:
        entry: dict[Any, Any] = found if isinstance(found, dict) else {}
        yield entry.get("id"), entry.get("body")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refused(message: str, code: Code) -> GatewayError:
    return GatewayError(GraphQLIssue(message, code))
