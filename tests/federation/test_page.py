"""`docs/federation.md` links every folder here, and nothing that is not there."""

from __future__ import annotations

import re

from tests.federation.cases import FOLDER, features

PAGE = FOLDER.parent.parent / "docs" / "federation.md"
LINK = re.compile(r"\]\(\.\./tests/federation/([\w-]+)/?\)")


def linked() -> set[str]:
    return set(LINK.findall(PAGE.read_text(encoding="utf-8")))


def test_every_folder_is_linked_and_every_link_leads_to_a_folder() -> None:
    assert linked() == {feature.name for feature in features()}


def test_every_row_of_a_table_of_directives_links_a_folder() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").split("\n") if line.startswith("| `@")]
    assert rows
    assert [row for row in rows if not LINK.search(row)] == []
