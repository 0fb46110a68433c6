"""The JSON Schema of a grants file, for editors. What a schema cannot say (names that fit a graph, predicates that fit tables) the loader does."""

from __future__ import annotations

from typing import Any

from gateway.authorization.language.expressions import MAX_CALLS
from gateway.authorization.language.mutations import ACTIONS, WRITES

__all__ = ["grants_schema"]

_WORD = {"type": "string", "minLength": 1}
_SCALAR = {"type": ["string", "number", "boolean"], "description": "read as it is written, quoted or not"}
_WORD_MAP = {"type": "object", "additionalProperties": _SCALAR}
_WORDS: dict[str, Any] = {"oneOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}
_TYPE = {"type": "string", "pattern": "^[^.]+\\.[^.]+$", "description": "register.Type"}
_PREDICATE = {
    "oneOf": [{"type": "string"}, {"type": "boolean"}],
    "description": "Python's expression syntax over the row X, `caller`, `today` and (for a write) `input`; true only where nothing it compares is missing",
}


def _record(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = list(required)
    return found


def _named(value: dict[str, Any], text: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": value, "description": text}


_ROLE = _record(
    {
        "claims": {**_WORD_MAP, "description": "claims of the access token that must have these values"},
        "identifiers": _named(_WORD, "claims that name the party, each with the regular expression of its whole value"),
        "derived": _named(_WORD, "identifiers that a register computes from another one"),
    },
    "identifiers",
)
_GRANT = _record(
    {
        "id": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_.-]*$"},
        "source": {**_WORDS, "description": "the published rules that it implements"},
        "role": _WORDS,
        "action": {"enum": list(ACTIONS)},
        "scope": {**_WORD, "description": "a name of the section `scopes`"},
        "type": _TYPE,
        "fields": {
            **_WORDS,
            "description": "fields, edges included; `<NAME>` stands for a set of the section `fields`. Of every action but `verwijderen`",
        },
        "when": _PREDICATE,
        "part_of": {**_WORD, "description": "the type whose visible rows show these"},
        "path": {**_WORDS, "description": "how the owner leads to these rows"},
        "anchored": {**_WORDS, "description": "fields that a query root must pin to a value"},
        "anchor_only": {"type": "boolean", "description": "whether the grant counts nowhere but at such a root"},
        "enabled": {"type": "boolean"},
    },
    "id", "role", "action", "scope", "type",
)  # fmt: skip
_MUTATION = _record(
    {
        "action": {"enum": list(WRITES)},
        "type": _TYPE,
        "input": {**_WORD, "description": "the argument with the new values, which predicates call `input`"},
        "stored": {**_TYPE, "description": "the row that predicates call X, where it is not the one of `type`: what a registration is added to"},
        "keys": {**_WORDS, "description": "arguments that name the row or the request, and write nothing"},
    },
    "action", "type",
)  # fmt: skip
_INPUT = _record(
    {
        "reads": _TYPE,
        "combinators": _WORDS,
        "claims": {**_WORD_MAP, "description": "input fields that hold an identity of the caller, and read nothing"},
        "ignored": _WORDS,
        "fields": _named(_WORDS, "input fields that read something else than the field of their name: Type.field"),
    },
    "reads",
)
_INPUTS = _record(
    {
        "equality": {**_WORDS, "description": "operators that hold a field to one value"},
        "transparent": {
            "type": "array",
            "items": _record({"types": _WORDS, "fields": _WORDS}, "types", "fields"),
            "description": "input types that read nothing themselves: operators, quantifiers",
        },
        "types": _named(_INPUT, "what the fields of each input type read"),
    }
)


def grants_schema() -> dict[str, Any]:
    """The schema, JSON Schema 2020-12."""
    sections = {
        "version": {"enum": [1, "1"]},
        "extends": {**_WORDS, "description": "files that are read first; nothing of theirs is said anew"},
        "timezone": {**_WORD, "description": "in which `today` and days are counted, e.g. Europe/Amsterdam"},
        "roles": _named(_ROLE, "how claims become a role and its identifiers"),
        "homes": _named(_WORD, "entity type → the register that judges whether it exists"),
        "functions": {
            "type": "string",
            "description": "the vocabulary of predicates: Python functions of one return each, none of which calls itself; "
            f"calls go at most {MAX_CALLS} functions deep",
        },
        "scopes": _named(_WORDS, "names of scopes; any of a list will do, the first is named in refusals"),
        "fields": _named(_WORDS, "named sets of fields"),
        "inputs": _INPUTS,
        "mutations": _named(
            _MUTATION, "mutation → what it does; one that is not listed needs a reading grant on the field"
        ),
        "grants": {"type": "array", "items": _GRANT},
        "never": _named(_WORDS, "register.Type → fields that no grant is to give"),
    }
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A grants file"}
    return {**head, **_record(sections, "version", "grants")}
