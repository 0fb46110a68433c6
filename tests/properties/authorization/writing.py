"""Grants to write, invented over the plain register: who may change a case, add a party to it, or end a paper.

A written field needs one grant that lists it and whose predicate holds for this input and this stored row; an end needs one grant that holds.
The stored row of a party that is added is its case.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.properties.authorization.inventing import ALL_CODES, DAYS, ROLES, TEXTS, Writer
from tests.properties.authorization.model import ONE, Row
from tests.properties.authorization.reading import Grants, Sight
from tests.properties.authorization.register import SCHEMA

__all__ = ["MUTATIONS", "SDL", "Mutation", "allowed", "invent_input", "invent_writing_grants", "listed"]


@dataclass(frozen=True)
class Mutation:
    """`kinds`: the fields of its input."""

    name: str
    action: str
    type: str
    stored: str
    kinds: Mapping[str, str] = field(default_factory=dict[str, str])

    def query(self, key: str) -> str:
        """The mutation as it is asked, on the stored row with this key."""
        keyed = f'{self.stored.lower()}ID: "{key}"'
        if not self.kinds:
            return f"mutation {{ {self.name}({keyed}) {{ __typename }} }}"
        return f"mutation ($invoer: {self.type}Invoer!) {{ {self.name}({keyed}, invoer: $invoer) {{ __typename }} }}"


MUTATIONS = (
    Mutation(
        "wijzigZaak",
        "wijzigen",
        "Zaak",
        "Zaak",
        {"soort": "text", "beheerder": "code", "waarnemer": "code", "sluiting": "date", "bedrag": "int"},
    ),
    Mutation(
        "voegPartijToe", "registreren", "Partij", "Zaak", {"code": "code", "rol": "text", "van": "date", "tot": "date"}
    ),
    Mutation("verwijderStuk", "verwijderen", "Stuk", "Stuk"),
)
_GRAPHQL = {"text": "String", "code": "String", "date": "Date", "int": "Int"}


def _sdl() -> str:
    parts = [SCHEMA.as_str(), "type Mutation {"]
    for mutation in MUTATIONS:
        arguments = f"{mutation.stored.lower()}ID: UUID!" + (
            f", invoer: {mutation.type}Invoer!" if mutation.kinds else ""
        )
        parts.append(f"  {mutation.name}({arguments}): {mutation.type}")
    parts.append("}")
    for mutation in MUTATIONS:
        if mutation.kinds:
            fields = " ".join(f"{name}: {_GRAPHQL[kind]}" for name, kind in mutation.kinds.items())
            parts.append(f"input {mutation.type}Invoer {{ {fields} }}")
    return "\n".join(parts)


SDL = _sdl()
"""The register with mutations; it has no resolvers for them."""


def invent_writing_grants(rng: random.Random) -> Grants:
    """A grants file for reading, with grants to write in it."""
    lines = Writer(rng, ONE).lines()
    at = lines.index("grants:")
    found = [f"    {m.type}Invoer: {{reads: balie.{m.type}}}" for m in MUTATIONS if m.kinds]
    found.append("mutations:")
    for mutation in MUTATIONS:
        more = ", input: invoer" if mutation.kinds else ""
        more += f", stored: balie.{mutation.stored}" if mutation.action == "registreren" else ""
        head = f"action: {mutation.action}, type: balie.{mutation.type}"
        found.append(f"  {mutation.name}: {{{head}{more}, keys: [{mutation.stored.lower()}ID]}}")
    written = [line for mutation in MUTATIONS for line in _Rights(rng).lines_of(mutation)]
    return Grants("\n".join([*lines[:at], *found, "grants:", *written, *lines[at + 1 :]]) + "\n", ONE)


class _Rights(Writer):
    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng, ONE)

    def lines_of(self, mutation: Mutation) -> list[str]:
        found: list[str] = []
        for role, identifier in ROLES.items():
            for number in range(self.rng.choice((0, 1, 1, 2))):
                found += [
                    f"  - id: W-{mutation.name}-{role}-{number}",
                    f"    role: {role}",
                    f"    action: {mutation.action}",
                    f"    scope: {self.rng.choice(('EEN', 'EEN', 'TWEE'))}",
                    f"    type: balie.{mutation.type}",
                ]
                if mutation.kinds:
                    found.append(f"    fields: [{', '.join(self._some(list(mutation.kinds), 0.7))}]")
                if self._maybe(0.93):
                    found.append(f'    when: "{self._judges(mutation, identifier, 2)}"')
        return found

    def _judges(self, mutation: Mutation, identifier: str, depth: int) -> str:
        """A predicate over the input and the stored row."""
        if depth > 0 and self._maybe(0.6):
            word = self.rng.choice((" and ", " or ", " or "))
            return f"({word.join(self._judges(mutation, identifier, depth - 1) for _ in range(2))})"
        if depth > 0 and self._maybe(0.15):
            return f"not {self._judges(mutation, identifier, depth - 1)}"
        if not mutation.kinds or self._maybe(0.45):
            return self.condition("X", mutation.stored, identifier, depth)
        return self._given(mutation, identifier)

    def _given(self, mutation: Mutation, identifier: str) -> str:
        rng = self.rng
        name, kind = rng.choice(list(mutation.kinds.items()))
        value = f"input.{name}"
        forms = [f"{value} is {rng.choice(('', 'not '))}None"]
        if kind == "code":
            forms += [f"{value} == caller.{identifier}"] * 2
            forms += [f"{value} {rng.choice(('==', '!='))} X.beheerder"] if mutation.stored == "Zaak" else []
        if kind == "text":
            forms += [f"{value} {rng.choice(('in', 'not in'))} ('{rng.choice(TEXTS)}', '{rng.choice(TEXTS)}')"]
        if kind == "date":
            forms += [
                f"{value} {rng.choice(('<=', '>'))} today",
                f"{value} >= X.opening",
                f"days({value}, {rng.randint(-30, 200)}) >= coalesce(X.sluiting, today)",
                f"min({value}, X.opening) < today",
            ]
        if kind == "int":
            forms += [f"{value} + {rng.randint(0, 2)} {rng.choice(('<', '>='))} X.bedrag", f"{value} <= 3"]
        return rng.choice(forms)


def invent_input(rng: random.Random, mutation: Mutation) -> dict[str, Any]:
    """What is written: some of the fields, some of them empty."""
    found: dict[str, Any] = {}
    for name, kind in mutation.kinds.items():
        if rng.random() < 0.6:
            values = {"text": TEXTS, "code": ALL_CODES, "int": (0, 1, 2, 3, 4), "date": DAYS}[kind]
            value: Any = rng.choice(values) if rng.random() < 0.85 else None
            found[name] = value.isoformat() if isinstance(value, date) else value
    return found


# --- what the file says ---------------------------------------------------------------------------------------------


def _rights(sight: Sight, mutation: Mutation) -> list[dict[str, Any]]:
    found = [
        g for g in sight.grants.file["grants"] if g["action"] == mutation.action and sight.role in _words(g["role"])
    ]
    return [g for g in found if g["type"] == f"balie.{mutation.type}" and sight.holds(g)]


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def listed(sight: Sight, mutation: Mutation) -> frozenset[str] | None:
    """The fields that some grant of the asker lets write, for some row; None when there is no grant at all."""
    found = _rights(sight, mutation)
    return frozenset(name for grant in found for name in grant.get("fields", ())) if found else None


def allowed(sight: Sight, mutation: Mutation, given: Mapping[str, Any], row: Row) -> bool:
    """Whether the asker may write this input, on this stored row."""
    typed = {name: _typed(given.get(name), kind) for name, kind in mutation.kinds.items()}
    holding = [grant for grant in _rights(sight, mutation) if _holds(sight, grant, {"X": row, "input": typed})]
    if not given:
        return bool(holding)
    return all(any(name in grant["fields"] for grant in holding) for name in given)


def _holds(sight: Sight, grant: Mapping[str, Any], names: Mapping[str, Any]) -> bool:
    return "when" not in grant or sight.truth(sight.grants.expression(grant["when"]), names)


def _typed(value: Any, kind: str) -> Any:
    return date.fromisoformat(value) if kind == "date" and value is not None else value
