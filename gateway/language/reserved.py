"""The response key that the gateway keeps for itself: no document of a client may have it, on any level, in a fragment or out of it."""

from __future__ import annotations

from typing import Any, NoReturn

from graphql import DocumentNode, FieldNode, Visitor, get_location, visit

from gateway.errors import Code, GatewayError, GraphQLIssue

__all__ = ["check_reserved"]


def check_reserved(document: DocumentNode, key: str) -> None:
    """Raise GatewayError RESERVED_RESPONSE_KEY where a field of the document, used or not, is answered under `key`."""
    visit(document, _Reader(key))


class _Reader(Visitor):
    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        if (node.alias or node.name).value == self._key:
            self._refuse(node)

    def _refuse(self, node: FieldNode) -> NoReturn:
        message = f"The response key `{self._key}` is the gateway's own; choose another alias."
        place = get_location(node.loc.source, node.loc.start) if node.loc is not None else None
        locations = ((place.line, place.column),) if place is not None else ()
        raise GatewayError(GraphQLIssue(message, Code.RESERVED_RESPONSE_KEY, locations=locations))
