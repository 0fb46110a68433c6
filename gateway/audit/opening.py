"""For whom the key of an entity is asked beside what the caller wrote.

A key that is refused nulls its row, and who may not have a field must not notice that it was asked. So a key is asked where nobody is refused it: of
subgraphs that open keys to the record (`subgraphs.NAME.record_keys`, `docs/decisions/0011-…`), and of others for those callers of whom every
reading grant on the type opens it. What the directives of the graph close stays closed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants
from gateway.supergraph.model import Supergraph

__all__ = ["NONE", "Withheld"]

NONE: frozenset[str] = frozenset()
_KEPT = 256

_Class = tuple[str | None, frozenset[str], frozenset[str]]
"""All that counts of a caller: role, scopes, and the coordinates that directives close."""


class Withheld:
    """The types of which the key is not asked. `keys`: the key of each entity; `opened`: the subgraphs that open keys to the record."""

    def __init__(
        self, supergraph: Supergraph, keys: Mapping[str, str], grants: Grants | None, opened: frozenset[str]
    ) -> None:
        self._keys = keys
        self._grants = grants
        self._judged: dict[str, tuple[str, ...]] = {}
        for name, key in keys.items():
            owners = grants.owners.get(f"{name}.{key}", ()) if grants is not None else supergraph.types[name].joins
            if not opened.issuperset(owners) or not owners:
                self._judged[name] = tuple(owner for owner in owners if owner not in opened)
        self._coordinates = frozenset(f"{name}.{keys[name]}" for name in self._judged)
        self._found: OrderedDict[_Class, frozenset[str]] = OrderedDict()

    def of(self, caller: Caller | None, closed: frozenset[str]) -> frozenset[str]:
        """For a caller to whom the directives of the graph close `closed`."""
        if not self._judged:
            return NONE
        role, scopes = (caller.role, caller.scopes) if caller is not None else (None, NONE)
        if self._grants is not None:
            scopes &= self._grants.known_scopes
        return self._of((role, scopes, closed & self._coordinates))

    def learn(self, other: Withheld) -> None:
        """Expect the callers that another one knew."""
        for role, scopes, closed in other._found if self._judged else ():
            self._of((role, scopes, closed & self._coordinates))

    def variants(self) -> Iterable[frozenset[str]]:
        """What differs between the callers that are known; for plans that are made before they come."""
        return dict.fromkeys(self._found.values()) or (self._made(None, NONE, NONE),)

    def _of(self, class_: _Class) -> frozenset[str]:
        found = self._found.get(class_)
        if found is None:
            found = self._found[class_] = self._made(*class_)
            if len(self._found) > _KEPT:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(class_)
        return found

    def _made(self, role: str | None, scopes: frozenset[str], closed: frozenset[str]) -> frozenset[str]:
        return frozenset(
            name
            for name, registers in self._judged.items()
            if f"{name}.{self._keys[name]}" in closed or not self._granted(name, registers, role, scopes)
        )

    def _granted(self, name: str, registers: Iterable[str], role: str | None, scopes: frozenset[str]) -> bool:
        """Whether every grant that the caller holds on the type opens the key, at each register that decides on it."""
        if self._grants is None:
            return True
        held = [grant for grant in self._grants.of_role(role) if not scopes.isdisjoint(grant.scopes)]
        for register in registers:
            here = [grant for grant in held if (grant.type.register, grant.type.name) == (register, name)]
            if not here or any(self._keys[name] not in {word.text for word in grant.fields} for grant in here):
                return False
        return bool(registers)
