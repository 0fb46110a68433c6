"""`gateway grants diff`: what changes for whom, and nothing where only the writing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.authorization.difference import differences
from gateway.authorization.language.document import parse_grants
from tests.gateway.authorization.library import GRANTS
from tests.gateway.test_cli import gateway


def changed(*edits: tuple[str, str]) -> list[str]:
    after = GRANTS
    for old, new in edits:
        assert old in after
        after = after.replace(old, new, 1)
    return list(differences(parse_grants(GRANTS), parse_grants(after)))


def test_the_same_file_written_differently_changes_nothing():
    assert (
        changed(("version: 1\n", "# a remark\nversion: 1\n"), ("BOOK-OWN", "OWN"), ("[title, loans]", "[loans, title]"))
        == []
    )


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (("title, price, loans", "title, loans"), ["CLERK:", "  - lezen stock.Book.price"]),
        (("fields: [bookID, title]", "fields: [bookID, price]"), [
            "READER:", "  + lezen stock.Book.price", "  - lezen stock.Book.title",
        ]),
        # The reader's and the clerk's ways to a title are two; losing one of them means other rows.
        (("when: any(soon(L) for L in X.loans)", "when: any(soon(L) for L in X.loans)\n    enabled: false"), [
            "CLERK:", "  ~ lezen stock.Book.loans (rows)", "  ~ lezen stock.Book.title (rows)",
        ]),
        (("years(L.until, 2)", "years(L.until, 3)"), [
            "CLERK:", "  ~ lezen stock.Book.loans (rows)", "  ~ lezen stock.Book.title (rows)",
        ]),
        (("reviews: [reviews:read]", "reviews: [reviews:all]"), [
            "CLERK:", "  ~ lezen reviews.Book.bookID (scope)", "  ~ lezen reviews.Book.reviews (scope)",
            "  ~ lezen reviews.Review.book (scope)", "  ~ lezen reviews.Review.stars (scope)",
            "READER:", "  ~ lezen reviews.Book.bookID (scope)", "  ~ lezen reviews.Book.reviews (scope)",
            "  ~ lezen reviews.Review.book (scope)", "  ~ lezen reviews.Review.stars (scope)",
        ]),
        (("card: '^[a-z]+$'", "card: '^[a-z]{3}$'"), ["READER: other claims make this role"]),
        (("isbn: [Book.title]", "isbn: [Book.price]"), ["inputs: they read other fields"]),
    ],
)  # fmt: skip
def test_who_gains_and_who_loses(edit: tuple[str, str], expected: list[str]):
    assert changed(edit) == expected


def test_the_command(tmp_path: Path):
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(GRANTS)
    after.write_text(GRANTS.replace("title, price, loans", "title, loans"))
    assert gateway("grants", "diff", before, before) == (0, "Nobody gains or loses anything.\n", "")
    assert gateway("grants", "diff", before, after) == (1, "CLERK:\n  - lezen stock.Book.price\n", "")
    after.write_text("version: 1\n")
    status, output, problem = gateway("grants", "diff", before, after)
    assert (status, output, problem.splitlines()) == (
        2,
        "",
        [f"{after}:1:1: 'grants' is missing", f"{after}:1:1: 'roles' is missing"],
    )
