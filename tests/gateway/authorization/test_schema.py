"""The JSON Schema of a grants file knows what the loader knows, and is published as it is."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from gateway.authorization.language import document, inputs
from gateway.authorization.language.schema import grants_schema
from tests.gateway.authorization.library import GRANTS
from tests.harness import REPOSITORY

SCHEMA = grants_schema()


def test_every_section_and_every_key_is_there():
    sections = SCHEMA["properties"]
    assert tuple(sections) == document._SECTIONS  # pyright: ignore[reportPrivateUsage] - what the loader reads
    assert tuple(sections["grants"]["items"]["properties"]) == document._GRANT  # pyright: ignore[reportPrivateUsage]
    types = sections["inputs"]["properties"]["types"]["additionalProperties"]
    assert tuple(types["properties"]) == inputs._TYPE  # pyright: ignore[reportPrivateUsage]
    assert tuple(sections["grants"]["items"]["properties"]["action"]["enum"]) == document.ACTIONS


def test_it_is_published():
    assert json.loads((REPOSITORY / "docs" / "grants.schema.json").read_text()) == grants_schema()


@pytest.mark.parametrize(
    "text",
    [
        GRANTS,
        *((REPOSITORY / place).read_text() for place in ("network/grants.yaml", "examples/wmo/grants.yaml")),
    ],
    ids=["tests", "network", "wmo"],
)  # fmt: skip
def test_grants_files_fit(text: str):
    assert list(wrong(yaml.safe_load(text), SCHEMA, "")) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("version: 1", "version: 2", "/version"),
        ("id: BOOK-OWN", "id: 1x", "/grants/0/id"),
        ("action: lezen", "action: look", "/grants/0/action"),
        ("    when: X.branch", "    whem: X.branch", "/grants/0"),
        ("    type: stock.Book\n", "", "/grants/0"),
        ("type: stock.Book", "type: Book", "/grants/0/type"),
        ("anchor_only: true", "anchor_only: [1]", "/grants/5/anchor_only"),
    ],
)
def test_what_does_not_fit(old: str, new: str, where: str):
    assert old in GRANTS
    assert next(wrong(yaml.safe_load(GRANTS.replace(old, new, 1)), SCHEMA, ""))[0] == where


KINDS: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float)}


def wrong(value: Any, schema: dict[str, Any], where: str) -> Any:
    """The places where a value does not fit, for the words of JSON Schema that ours uses."""
    kinds = schema.get("type", [])
    if kinds and not isinstance(value, tuple(KINDS[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))):
        yield where, "type"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield where, "enum"
    if "oneOf" in schema and sum(not list(wrong(value, one, where)) for one in schema["oneOf"]) != 1:
        yield where, "oneOf"
    if isinstance(value, str) and ("pattern" in schema and not re.search(schema["pattern"], value)):
        yield where, "pattern"
    if isinstance(value, list):
        for number, item in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from wrong(item, schema.get("items", {}), f"{where}/{number}")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        if set(schema.get("required", ())) - value.keys():
            yield where, "required"
        more = schema.get("additionalProperties", True)
        if more is False and value.keys() - known.keys():
            yield where, "unknown"
        for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType]
            below: Any = known.get(key, more if isinstance(more, dict) else {})  # pyright: ignore[reportUnknownArgumentType]
            yield from wrong(inner, below, f"{where}/{key}")
