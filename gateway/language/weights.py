"""What a document holds in memory, in bytes, for the caches that keep it.

Counted and not measured: a look at each field once, where the interpreter would have to be asked about every object. The numbers are
what CPython 3.11 took for operations of 10 to 1,000 fields; `tests/gateway/test_weights.py` compares them with what is
allocated.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from graphql import Node

from gateway.errors import GatewayError
from gateway.language.operation import Field, Operation, Selection

__all__ = ["document_weight", "operation_weight", "selected"]

_OPERATION = 900
_FIELD = 145
_NODE = 290
"""One node of the syntax tree, with the tokens that say where it stood."""
_ISSUE = 390


def document_weight(query: str, found: Operation | GatewayError) -> int:
    """An entry for the text `query`: the operation that came of it, or what was wrong with it."""
    if isinstance(found, GatewayError):
        return 500 + sys.getsizeof(query) + _ISSUE * len(found.issues)
    return sys.getsizeof(query) + operation_weight(found)


def operation_weight(operation: Operation) -> int:
    """A normalized operation, with the declarations of its variables."""
    declared = operation.definition.variable_definitions or () if operation.definition is not None else ()
    fields, arguments = _counted(operation.selections)
    nodes = sum(map(_nodes, declared)) + arguments
    return _OPERATION + sys.getsizeof(operation.text) + _FIELD * fields + _NODE * nodes


def selected(selections: Iterable[Selection]) -> tuple[int, int]:
    """How many selections there are, and how many of them have selections of their own."""
    every = composite = 0
    for selection in selections:
        every += 1
        if selection.selections:
            below = selected(selection.selections)
            every += below[0]
            composite += 1 + below[1]
    return every, composite


def _counted(selections: Iterable[Selection]) -> tuple[int, int]:
    """Selections, and the nodes in their arguments."""
    fields = nodes = 0
    for selection in selections:
        fields += 1
        if isinstance(selection, Field):
            nodes += sum(1 + _nodes(argument.value) for argument in selection.arguments)
        below = _counted(selection.selections)
        fields += below[0]
        nodes += below[1]
    return fields, nodes


def _nodes(node: Node) -> int:
    """The nodes of a piece of syntax tree. A stack, since values may be nested as deep as a document may be."""
    found, stack = 0, [node]
    while stack:
        found += 1
        last = stack.pop()
        for key in last.keys:
            value = getattr(last, key)
            if isinstance(value, Node):
                stack.append(value)
            elif isinstance(value, (tuple, list)):
                stack.extend(one for one in value if isinstance(one, Node))
    return found
