"""An answer that holds markers: refused fields and missing rows become errors, and nulls travel up by the GraphQL rules.

Only called when the random nonce of this process occurs in the bytes, so the ordinary answer is never decoded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, get_named_type

from registers.common.errors import Issue
from registers.common.sql.selection import Selected

__all__ = ["complete"]


class _NullError(Exception):
    """A null that its non-null position hands to the parent."""


def complete(
    data: bytes, fields: Sequence[Selected], nonce: str, entity_types: Mapping[str, Sequence[str | None]]
) -> tuple[Any, list[Issue]]:
    """Return `data` with markers resolved (None when the null reached the top) and the errors with their paths."""
    completion = _Completion(nonce, entity_types)
    try:
        return completion.members(orjson.loads(data), fields, ()), completion.issues
    except _NullError:
        return None, completion.issues


class _Completion:
    def __init__(self, nonce: str, entity_types: Mapping[str, Sequence[str | None]]) -> None:
        self.nonce = nonce
        self.entity_types = entity_types
        self.issues: list[Issue] = []

    def members(self, value: dict[str, Any], fields: Sequence[Selected], path: tuple[str | int, ...]) -> dict[str, Any]:
        for field in fields:
            value[field.key] = self.field(value[field.key], field, field.type, (*path, field.key))
        return value

    def field(self, value: Any, field: Selected, kind: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(kind, GraphQLNonNull):
            found = self.field(value, field, kind.of_type, path)
            if found is None:
                raise _NullError
            return found
        if isinstance(value, dict) and self.nonce in value:
            self.issues.append(_issue(value[self.nonce], path))
            return None
        try:
            return self.nullable(value, field, kind, path)
        except _NullError:
            return None

    def nullable(self, value: Any, field: Selected, kind: Any, path: tuple[str | int, ...]) -> Any:
        if value is None:
            return None
        if isinstance(kind, GraphQLList):
            return [self.field(item, field, kind.of_type, (*path, index)) for index, item in enumerate(value)]
        if not field.children:
            return value
        return self.members(value, field.children[self.type_name(field, kind, path)], path)

    def type_name(self, field: Selected, kind: Any, path: tuple[str | int, ...]) -> str:
        named = get_named_type(kind)
        if isinstance(named, GraphQLObjectType):
            return named.name
        found = self.entity_types[field.key][int(path[-1])]
        assert found is not None
        return found


def _issue(marker: str, path: tuple[str | int, ...]) -> Issue:
    if marker == "F":
        return Issue("Not allowed to read this field here.", "FORBIDDEN", path)
    # A row that is not there, not yours, or not what `where` asked for: the same words for all three.
    return Issue("There is nothing to show at this place.", "NOT_FOUND", path)
