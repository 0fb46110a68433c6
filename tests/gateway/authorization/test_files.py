"""A neighbour's grants: a file that extends another one adds to it and changes nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.assembly import read_grants
from gateway.authorization.files import ChainError, chain_of, parse_chain
from gateway.authorization.rowpolicies import compile_policies
from gateway.settings import SettingsError
from tests.gateway.authorization.harness import supergraph
from tests.gateway.authorization.library import GRANTS, MAPPING, REVIEWS, STOCK

EXTENSION = """\
version: 1
extends: library.yaml
roles:
  EDITOR:
    identifiers: {desk: '^[a-z]+$'}
scopes:
  press: [press:read]
fields:
  column: [body]
functions: |
  def known(X: Column):
      return X.desk is not None
homes:
  Column: press
grants:
  - id: COLUMN
    role: [EDITOR, CLERK]
    action: lezen
    scope: press
    type: press.Column
    fields: [columnID, <column>]
    when: known(X)
"""
PRESS = "type Query { columns: [Column!] } type Column { columnID: ID! body: String desk: String }"


@pytest.fixture(name="folder")
def folder_with_two_files(tmp_path: Path) -> Path:
    (tmp_path / "library.yaml").write_text(GRANTS)
    (tmp_path / "press.yaml").write_text(EXTENSION)
    return tmp_path


def test_the_extended_file_comes_first_and_each_file_once(folder: Path) -> None:
    (folder / "both.yaml").write_text("version: 1\nextends: [press.yaml, library.yaml]\ngrants: []\n")
    assert [file.name for file, _ in chain_of(folder / "both.yaml")] == ["library.yaml", "press.yaml", "both.yaml"]


def test_both_say_together_who_may_what(folder: Path) -> None:
    graph = supergraph(stock=STOCK, reviews=REVIEWS, press=PRESS)
    grants = read_grants(folder / "press.yaml", graph)
    assert list(grants.roles) == ["CLERK", "READER", "AUDITOR", "EDITOR"]
    assert {"Column.columnID", "Column.body"} == grants.reach("EDITOR", frozenset({"press:read"})).allowed
    assert "Book.title" in grants.reach("CLERK", frozenset({"stock:read"})).allowed


def test_a_neighbour_who_joins_changes_nobody_elses_release(folder: Path) -> None:
    alone, both = parse_chain(folder / "library.yaml"), parse_chain(folder / "press.yaml")
    assert (alone.releases["stock"], alone.releases["reviews"]) == (alone.release, alone.release)
    assert both.releases == {**alone.releases, "press": both.release}
    assert both.release != alone.release
    assert compile_policies(both, MAPPING)[1]["release"] == alone.release


def test_grants_on_a_register_of_the_extended_file_are_a_new_release_of_it(folder: Path) -> None:
    more = EXTENSION + GRANTS[GRANTS.index("  - id: BOOK-OWN") : GRANTS.index("  - id: BOOK-LENT")].replace(
        "OWN", "ALSO"
    )
    (folder / "press.yaml").write_text(more)
    alone, both = parse_chain(folder / "library.yaml"), parse_chain(folder / "press.yaml")
    assert both.releases == {"stock": both.release, "reviews": alone.release, "press": both.release}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  EDITOR:", "  CLERK:", "4:3: the file that this one extends says already what 'CLERK' is"),
        ("  press: [", "  stock: [", "7:3: the file that this one extends says already what 'stock' is"),
        ("def known(", "def soon(", "11:3: the file that this one extends says already what 'soon' is"),
        ("  Column: press", "  Book: press", "14:3: the file that this one extends says already what 'Book' is"),
        ("id: COLUMN", "id: BOOK-OWN", "16:5: the id 'BOOK-OWN' is used twice"),
        ("version: 1", "version: 1\ntimezone: UTC", "2:11: the file that this one extends counts in Europe/Amsterdam"),
        ("role: [EDITOR,", "role: [EDITER,", "17:12: there is no role 'EDITER'; did you mean 'EDITOR'?"),
    ],
)
def test_nothing_is_said_anew(folder: Path, old: str, new: str, problem: str) -> None:
    (folder / "press.yaml").write_text(EXTENSION.replace(old, new, 1))
    with pytest.raises(ChainError) as caught:
        parse_chain(folder / "press.yaml")
    assert str(caught.value).splitlines()[0] == f"{folder / 'press.yaml'}:{problem}"


def test_a_file_that_is_missing_or_wrong_is_the_one_that_is_named(folder: Path) -> None:
    graph = supergraph(stock=STOCK, reviews=REVIEWS, press=PRESS)
    (folder / "library.yaml").write_text(GRANTS.replace("[title, loans]", "[titel, loans]"))
    with pytest.raises(SettingsError, match=r"library\.yaml:.*'titel'; did you mean 'title'\?$") as caught:
        read_grants(folder / "press.yaml", graph)
    assert caught.value.code == "GRANTS_INVALID"
    (folder / "library.yaml").unlink()
    with pytest.raises(SettingsError, match=r"grants: there is no file .*library\.yaml\.") as caught:
        read_grants(folder / "press.yaml", graph)
    assert caught.value.code == "CONFIG_NOT_FOUND"
