"""The pages of codes say what the code says, and every code has its words."""

from __future__ import annotations

from gateway.catalogue import EXPLAINED, composition_page, errors_table
from gateway.composition.codes import ERRORS, HINTS
from gateway.errors import Code
from tests.harness import REPOSITORY

DOCS = REPOSITORY / "docs"
STALE = "run `make generate`"


def test_every_code_that_a_client_meets_is_explained_and_no_other():
    assert [code.name for code in Code if code not in EXPLAINED] == []
    assert len(EXPLAINED) == len(Code)


def test_the_table_has_a_row_for_each_code():
    lines = errors_table().splitlines()
    assert lines[:2] == ["| HTTP | `extensions.code` | When | What to do |", "|---|---|---|---|"]
    assert "| 405 | `METHOD_NOT_ALLOWED` | another method than the resource has | see `Allow` |" in lines
    assert len(lines) == 2 + len(Code)
    statuses = [int(line.split("|")[1]) for line in lines[2:]]
    assert statuses == sorted(statuses)


def test_the_page_of_errors_has_the_table_as_it_is():
    assert f"`make generate`: -->\n\n{errors_table()}\n<!-- to here. -->" in (DOCS / "errors.md").read_text(), STALE


def test_the_page_of_composition_codes_is_as_it_is():
    page = (DOCS / "composition-errors.md").read_text()
    assert page == composition_page(), STALE
    assert [code for code in (*ERRORS, *HINTS) if f"| `{code}` |" not in page] == []
