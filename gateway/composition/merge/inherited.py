"""Access demands that interfaces have from their implementations.

A field read through an interface must demand all that it demands on each type that may come back (security cases A01, A02):
so the demands of all implementations stand on the interface too, and hold together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway.composition.facts import Facts
from gateway.composition.merge.directives import DEMANDS
from gateway.composition.model import Applied
from gateway.supergraph.model import TypeKind

__all__ = ["inherited_demands"]


def inherited_demands(facts: Sequence[Facts]) -> Mapping[str, Sequence[Applied]]:
    """The demands by interface (`Node`) and by interface field (`Node.id`)."""
    interfaces: dict[str, set[str]] = {}
    for one in facts:
        for found in one.subgraph.types.values():
            if found.kind is TypeKind.OBJECT:
                interfaces.setdefault(found.name, set()).update(found.interfaces)
    inherited: dict[str, list[Applied]] = {}
    for one in facts:
        for name, implemented in interfaces.items():
            found = one.subgraph.types.get(name)
            for interface in sorted(implemented) if found is not None else ():
                assert found is not None
                inherited.setdefault(interface, []).extend(_demands(found.applied))
                for field in found.fields.values():
                    if (name, field.name) not in one.external:
                        inherited.setdefault(f"{interface}.{field.name}", []).extend(_demands(field.applied))
    return {place: demands for place, demands in inherited.items() if demands}


def _demands(applied: Sequence[Applied]) -> list[Applied]:
    return [one for one in applied if one.federation and one.name in DEMANDS]
