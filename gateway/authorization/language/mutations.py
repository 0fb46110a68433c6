"""Reads the section `mutations`: which action on which rows each mutation of the graph is, so that writes have grants as reads have."""

from __future__ import annotations

from gateway.authorization.language.model import Mutation
from gateway.authorization.language.problems import one_of
from gateway.authorization.language.source import Entry
from gateway.authorization.language.typenames import read_type

__all__ = ["ACTIONS", "READ", "WRITES", "read_mutations"]

READ = "lezen"
WRITES = ("registreren", "wijzigen", "verwijderen")
ACTIONS = (READ, *WRITES)
"""What a grant may allow: read, register, change, end. The words are part of the published file format."""


def read_mutations(section: Entry) -> dict[str, Mutation]:
    found: dict[str, Mutation] = {}
    for name, entry in section.entries().items():
        mutation = _mutation(name, entry)
        if mutation is not None:
            found[name] = mutation
    return found


def _mutation(name: str, entry: Entry) -> Mutation | None:
    parts = entry.entries(("action", "type", "input", "stored", "keys"), required=("action", "type"))
    type_name = read_type(parts.get("type"))
    if type_name is None or "action" not in parts:
        return None
    action = parts["action"].word()
    if action not in WRITES:
        parts["action"].problem(f"the action of a mutation is {one_of(WRITES)}")
    if action in WRITES[:2] and "input" not in parts:
        entry.problem("'input' is missing: which argument has the new values?")
    stored = read_type(parts.get("stored"))
    if stored is None and action != "registreren":
        stored = type_name
    return Mutation(
        name=name,
        action=action,
        type=type_name,
        input=parts["input"].word() if "input" in parts else "",
        stored=stored,
        keys=frozenset(parts["keys"].words()) if "keys" in parts else frozenset(),
        position=entry.key_position,
    )
