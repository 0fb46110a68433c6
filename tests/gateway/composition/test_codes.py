"""Every refusal has its code: the smallest graph for each is in `cases.py`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import gateway.composition
from gateway.composition.codes import ERRORS, HINTS
from tests.gateway.composition.cases import COMPOSED_UNDER_TWO_NAMES, KEY_ON_OLD_INTERFACE, LINKS, REFUSED
from tests.gateway.composition.harness import codes

# What a composer cannot meet, or leaves to a later stage.
NOT_RAISED = {
    "DISALLOWED_INACCESSIBLE",  # GraphQL itself refuses directives on what is built in
    "INTERNAL_ERROR",  # see test_config
    "INVALID_FEDERATION_SUPERGRAPH",  # the reader's
    "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED",  # see test_satisfiability
    "TYPE_WITH_ONLY_UNUSED_EXTERNAL",  # see test_federation_1
    "UNSUPPORTED_FEATURE",
    "UNSUPPORTED_LINKED_FEATURE",  # the reader's
}


@pytest.mark.parametrize(("code", "subgraphs"), REFUSED, ids=[code for code, _ in REFUSED])
def test_graph_is_refused_with_its_code(code: str, subgraphs: dict[str, str]):
    assert codes(**subgraphs) == code.split()


@pytest.mark.parametrize(("code", "link"), LINKS)
def test_link_is_refused_with_its_code(code: str, link: str):
    assert codes(link=link, a="type Query { q: Int }") == [code]


def test_key_on_an_interface_needs_federation_2_3():
    assert codes(link="", a=KEY_ON_OLD_INTERFACE) == ["KEY_UNSUPPORTED_ON_INTERFACE"]


def test_composed_directive_has_one_name():
    assert codes(link="", **COMPOSED_UNDER_TWO_NAMES) == ["LINK_IMPORT_NAME_MISMATCH"]


def test_federation_1_extension_needs_a_base():
    sdl = 'type Query { t: T } extend type T @key(fields: "id") { id: ID! @external x: Int }'
    assert codes(link="", a=sdl) == ["EXTENSION_WITH_NO_BASE"]


def test_every_code_has_a_case():
    tested = {code for case, _ in (*REFUSED, *LINKS) for code in case.split()}
    tested |= {"KEY_UNSUPPORTED_ON_INTERFACE", "LINK_IMPORT_NAME_MISMATCH", "EXTENSION_WITH_NO_BASE"}
    assert sorted(set(ERRORS) - tested) == sorted(NOT_RAISED)


def test_every_code_that_the_source_raises_is_in_the_catalogue():
    source = "".join(path.read_text() for path in Path(gateway.composition.__file__).parent.rglob("*.py"))
    raised = set(re.findall(r'(?<!_)(?:error|hint)\(\s*"([A-Z_]+)"', source))
    assert raised - set(ERRORS) - set(HINTS) == set()
