"""On what ground a query root could have given anything: a row's own fields, or a relation of the row with somebody.

The existing network tells these apart: where a query names its own code there are rows or none, and where only a relation could show the record it answers
that there is none (dossier on authorization, §6.3). Looked at is what the grants ask of a row, and which fields the query pins; never a row.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import get_named_type

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.authorization.language.expressions import Any_, Attribute, Call, Expression, Function, Logic, Name
from gateway.authorization.language.model import Grant
from gateway.authorization.reads import pinned_fields
from gateway.language.operation import Field

__all__ = ["only_by_relation"]

_ROW = "X"


def only_by_relation(root: Field, variables: Mapping[str, Any], grants: Grants, caller: Caller) -> bool:
    """Whether rows of this root could reach `caller` through relations alone, as it was asked.

    A ground that looks at the row itself counts where the fields that it looks at are pinned; one that looks at nothing always does.
    """
    name = get_named_type(root.type).name
    home = grants.homes.get(name)
    pinned = pinned_fields(grants.inputs, grants.supergraph.schema, root, variables)
    related = False
    for grant in grants.of_role(caller.role):
        if grant.type.name != name or home not in {None, grant.type.register} or not caller.scopes & set(grant.scopes):
            continue
        for fields in _grounds(grant, grants):
            if fields is None:
                related = True
            elif pinned.issuperset(fields):
                return False
    return related


def _grounds(grant: Grant, grants: Grants) -> Iterator[frozenset[str] | None]:
    """For each alternative of a grant the coordinates of the row that it looks at; None where it goes through a relation.

    A part is its owner's matter, and asks nothing of itself (it has no `when`). What pins its fields is given for those.
    """
    type_ = grant.type.name
    if grant.anchor is not None:
        yield frozenset(f"{type_}.{word.text}" for word in grant.anchor.fields)
    elif grant.when is None:
        yield frozenset()
    else:
        for alternative in _alternatives(grant.when):
            fields = _own_fields(alternative, _functions(grants.file.functions, grant))
            # What no client can name (the key of a person) no client has to pin.
            yield fields and frozenset(c for f in fields if (c := f"{type_}.{f}") in grants.owners)


def _alternatives(when: Expression) -> tuple[Expression, ...]:
    return when.parts if isinstance(when, Logic) and when.operator == "or" else (when,)


def _functions(functions: tuple[Function, ...], grant: Grant) -> Mapping[str, Function]:
    """Those that take the row; functions of one name differ in the types of their parameters."""
    accepted = {grant.type.name, str(grant.type), "object"}
    return {f.name: f for f in functions if not f.parameters or accepted & set(f.parameters[0].types)}


def _own_fields(ground: Expression, functions: Mapping[str, Function]) -> frozenset[str] | None:
    """The fields of the row that a ground looks at; None where it goes through a relation."""
    found: set[str] = set()
    waiting: list[tuple[Any, frozenset[str]]] = [(ground, frozenset({_ROW}))]
    # Bodies that were looked at: a circle that only tables can tell is refused by the registers, and no request may hang on it here.
    called: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        node, rows = waiting.pop()
        if isinstance(node, Any_) or (isinstance(node, Attribute) and isinstance(node.owner, Attribute)):
            return None
        if isinstance(node, Attribute) and isinstance(node.owner, Name):
            found |= {node.name} if node.owner.name in rows else set()
        elif isinstance(node, Call) and node.function in functions:
            body, named = _called(functions[node.function], node, rows)
            if (node.function, named) not in called:
                called.add((node.function, named))
                waiting.append((body, named))
        else:
            waiting += [(part, rows) for part in _parts(node)]
    return frozenset(found)


def _called(function: Function, call: Call, rows: frozenset[str]) -> tuple[Any, frozenset[str]]:
    """The body, and the names that the row has there."""
    pairs = zip(function.parameters, call.arguments, strict=False)
    named = {parameter.name for parameter, given in pairs if isinstance(given, Name) and given.name in rows}
    return function.body, frozenset(named)


def _parts(node: Any) -> Iterator[Any]:
    if dataclasses.is_dataclass(node):
        yield from (getattr(node, part.name) for part in dataclasses.fields(node))
    elif isinstance(node, tuple):
        yield from node
