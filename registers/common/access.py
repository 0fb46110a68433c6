"""What a caller may read, as the compiler asks for it: a field plain, under a condition, or not at all.

The source is `policies/fields.json`, generated from the grants. Row-level security decides over rows; this decides over the
fields of the rows that are left, before anything is read. Deny by default: a type, field or input that the file does not
name is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import orjson

__all__ = [
    "PLAIN",
    "REFUSED",
    "Access",
    "AccessRules",
    "AllowAll",
    "Anchor",
    "FieldsFile",
    "Rules",
    "both",
    "load_fields",
]


@dataclass(frozen=True, slots=True)
class Access:
    """Refused, plain (no conditions), or readable on the rows where one of the SQL conditions holds.

    Conditions speak of the row as `{row}`. Several groups come from several coordinates that all have to be readable.
    """

    refused: bool = False
    groups: tuple[tuple[str, ...], ...] = ()

    def condition(self, alias: str) -> str:
        """The SQL condition on the row called `alias`; empty when there is none."""
        parts = ["(" + " OR ".join(f"({text})" for text in group) + ")" for group in self.groups]
        return " AND ".join(parts).replace("{row}", alias)


PLAIN = Access()
REFUSED = Access(refused=True)


def both(first: Access, second: Access) -> Access:
    """What is readable where both are."""
    if first.refused or second.refused:
        return REFUSED
    return Access(groups=(*first.groups, *(group for group in second.groups if group not in first.groups)))


@dataclass(frozen=True, slots=True)
class Anchor:
    """A grant that counts at a query root only when each of `fields` is filtered on equality with a value.

    `only`: it counts nowhere else either. Its row policy asks for `caller.anchored`, which shows its rows to the whole
    statement; see `Rules.rows`.
    """

    grant: str
    fields: tuple[str, ...]
    only: bool = False


class Rules(Protocol):
    """The access of one caller (role and scopes)."""

    def field(self, type_name: str, name: str) -> Access:
        """The access to a field or relation of a type."""
        ...

    def input(self, input_type: str, name: str) -> tuple[str, ...] | None:
        """The coordinates that a filter or sort field reads; None when it is refused."""
        ...

    def any(self, type_name: str) -> bool:
        """Whether any field of the type is readable on some row."""
        ...

    def anchors(self, type_name: str) -> Sequence[Anchor]:
        """The grants on the type that a root has to anchor."""
        ...

    def missing_scope(self, type_name: str, name: str | None) -> str | None:
        """The scope with which a refused field (None: some field of the type) would be readable; None when none helps."""
        ...

    def without(self, grants: frozenset[str], *, shown: frozenset[str] = frozenset()) -> Rules:
        """The same rules when these grants do not count. `shown`: those of which the row policies show the rows all the same."""
        ...

    def rows(self, type_name: str, alias: str) -> str:
        """A condition on the row called `alias`: that a grant shows it that counts. Empty where the row policies say so already."""
        ...

    def partial(self, type_name: str) -> bool:
        """Whether rows of the type are left out because what is copied from another register is not fresh."""
        ...

    def entry(self, type_name: str, alias: str) -> str:
        """A condition on the row called `alias` that holds for every row of the type that the policies show; empty for none.

        It takes nothing away: it starts at the caller's own code, where a list that names no key would read everything.
        """
        ...


@dataclass(frozen=True, slots=True)
class AllowAll:
    """Everything, plain: for tests of the compiler and for a register in development without policies."""

    def field(self, type_name: str, name: str) -> Access:  # noqa: ARG002
        return PLAIN

    def input(self, input_type: str, name: str) -> tuple[str, ...] | None:  # noqa: ARG002
        return ()

    def any(self, type_name: str) -> bool:  # noqa: ARG002
        return True

    def anchors(self, type_name: str) -> Sequence[Anchor]:  # noqa: ARG002
        return ()

    def missing_scope(self, type_name: str, name: str | None) -> str | None:  # noqa: ARG002
        return None

    def without(self, grants: frozenset[str], *, shown: frozenset[str] = frozenset()) -> Rules:  # noqa: ARG002
        return self

    def rows(self, type_name: str, alias: str) -> str:  # noqa: ARG002
        return ""

    def partial(self, type_name: str) -> bool:  # noqa: ARG002
        return False

    def entry(self, type_name: str, alias: str) -> str:  # noqa: ARG002
        return ""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """The rules of a role with the scopes that the caller holds. `stubs` are `Type.key` of entities that live elsewhere.

    The key of a stub is readable without a grant: the caller already holds it, in the row or the representation it came from.
    """

    types: Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
    inputs: Mapping[str, Any]
    scopes: frozenset[str]
    anchored: Mapping[str, tuple[Anchor, ...]] = field(default_factory=dict[str, tuple[Anchor, ...]])
    stubs: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    """Of the excluded grants, those of which the row policies show the rows."""
    conditions: Mapping[str, Sequence[Mapping[str, Any]]] = field(
        default_factory=dict[str, Sequence[Mapping[str, Any]]]
    )
    """Of each type with anchored grants, which rows each of its grants shows."""
    entries: Mapping[str, str] = field(default_factory=dict[str, str])
    stale: bool = False
    """Whether grants do not count that hang on rows copied from another register."""

    def field(self, type_name: str, name: str) -> Access:
        conditions: list[str] = []
        for alternative in self._alternatives(type_name, name):
            if alternative["when"] is None:
                return PLAIN
            conditions.append(alternative["when"])
        if conditions:
            return Access(groups=(tuple(dict.fromkeys(conditions)),))
        return PLAIN if f"{type_name}.{name}" in self.stubs else REFUSED

    def _alternatives(self, type_name: str, name: str) -> list[Mapping[str, Any]]:
        found = self._granted(type_name, name)
        return [item for item in found if item.get("copies") != "all"] if self.stale else found

    def _granted(self, type_name: str, name: str) -> list[Mapping[str, Any]]:
        found = self.types.get(type_name, {}).get(name, ())
        return [item for item in found if item["grant"] not in self.excluded and self._held(item.get("scopes"))]

    def _held(self, scopes: Sequence[str] | None) -> bool:
        return scopes is None or not self.scopes.isdisjoint(scopes)

    def input(self, input_type: str, name: str) -> tuple[str, ...] | None:
        found = self.inputs.get(f"{input_type}.{name}")
        if found is None:
            return None
        return tuple(found) if isinstance(found, list) else ()

    def any(self, type_name: str) -> bool:
        if any(coordinate.startswith(f"{type_name}.") for coordinate in self.stubs):
            return True
        return any(self._alternatives(type_name, name) for name in self.types.get(type_name, {}))

    def anchors(self, type_name: str) -> Sequence[Anchor]:
        return self.anchored.get(type_name, ())

    def missing_scope(self, type_name: str, name: str | None) -> str | None:
        fields = self.types.get(type_name, {})
        candidates = fields.values() if name is None else [fields.get(name, ())]
        found = [item for items in candidates for item in items if item["grant"] not in self.excluded]
        if not found or any(self._held(item.get("scopes")) for item in found):
            return None
        return found[0]["scopes"][0]

    def without(self, grants: frozenset[str], *, shown: frozenset[str] = frozenset()) -> Rules:
        if not grants:
            return self
        return replace(self, excluded=self.excluded | grants, shown=self.shown | (shown & grants))

    def rows(self, type_name: str, alias: str) -> str:
        held = [item for item in self.conditions.get(type_name, ()) if self._held(item["scopes"])]
        if not any(item["grant"] in self.shown for item in held):
            return ""
        counting = [item["when"] for item in held if item["grant"] not in self.excluded]
        return f"({' OR '.join(f'({text})' for text in counting) or 'false'})".replace("{row}", alias)

    def partial(self, type_name: str) -> bool:
        names = self.types.get(type_name, {}) if self.stale else ()
        return any("copies" in item for name in names for item in self._granted(type_name, name))

    def entry(self, type_name: str, alias: str) -> str:
        return self.entries.get(type_name, "").replace("{row}", alias)


@dataclass(frozen=True, slots=True)
class FieldsFile:
    """`fields.json`, read once."""

    release: str
    roles: Mapping[str, Any]
    inputs: Mapping[str, Any]
    claims: Mapping[str, Any]

    def rules(
        self, role: str | None, scopes: frozenset[str], stubs: frozenset[str] = frozenset(), *, stale: bool = False
    ) -> Rules:
        """The rules of a role; of an unknown role, rules that refuse everything. `stale`: without what hangs on copies."""
        found = self.roles.get(role or "", {})
        anchors = {
            type_name: tuple(Anchor(item["grant"], tuple(item["fields"]), item.get("kind") == "only") for item in items)
            for type_name, items in found.get("anchors", {}).items()
        }
        return AccessRules(
            found.get("types", {}),
            self.inputs,
            scopes,
            anchors,
            stubs if found else frozenset(),
            conditions=found.get("rows", {}),
            entries=found.get("entries", {}),
            stale=stale,
        )

    @property
    def copies(self) -> bool:
        """Whether any grant hangs on rows copied from another register."""
        return any(
            "copies" in item
            for role in self.roles.values()
            for fields in role.get("types", {}).values()
            for items in fields.values()
            for item in items
        )

    def knows(self, role: str | None) -> bool:
        return role in self.roles


def load_fields(path: Path) -> FieldsFile | None:
    """Read `fields.json`; None when there is none. ValueError, in a sentence, when it cannot be used."""
    if not path.exists():
        return None
    try:
        document = orjson.loads(path.read_bytes())
        return FieldsFile(document["release"], document["roles"], document["inputs"], document.get("claims", {}))
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is no field list of a register ({type(error).__name__}); generate it again."
        ) from error
