"""`@deprecated(reason: null)`, which GraphQL allowed until 2021 and which deprecates nothing: it is taken away.

Source: https://spec.graphql.org/October2021/#sec--deprecated
"""

from __future__ import annotations

import re
from typing import Any

from graphql import REMOVE, ConstDirectiveNode, DocumentNode, NullValueNode, Visitor, visit

__all__ = ["without_null_reasons"]

_MAYBE = re.compile(r"reason[\s,]*:[\s,]*null\b")


class _Remover(Visitor):
    def enter_directive(self, node: ConstDirectiveNode, *_context: Any) -> Any:
        arguments = node.arguments or ()
        nothing = any(isinstance(a.value, NullValueNode) for a in arguments if a.name.value == "reason")
        return REMOVE if node.name.value == "deprecated" and nothing else None


def without_null_reasons(document: DocumentNode, text: str) -> DocumentNode:
    """The document that was parsed from `text` without such directives."""
    return visit(document, _Remover()) if _MAYBE.search(text) else document
