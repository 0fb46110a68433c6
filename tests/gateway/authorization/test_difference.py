"""`gateway grants diff`: what changes for whom, and nothing where only the writing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.authorization.difference import Change, changes, differences
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


CALLS = (
    GRANTS.replace(
        "  def mine(L: Loan):",
        """\
  def late(L: Loan):
      return past(L) or past(L)

  def past(L: Loan):
      return L.until < today

  def ping(L: Loan):
      return pong(L)

  def pong(L: Loan):
      return ping(L) or L.reader is None

  def mine(L: Loan):""",
    )
    .replace("when: any(soon(L) for L in X.loans)", "when: X.branch == caller.branch or any(late(L) for L in X.loans)")
    .replace("when: any(mine(L) for L in X.loans)", "when: any(ping(L) for L in X.loans)")
)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        # Through a function that the predicate calls, for those who call it and for nobody else.
        (("L.until < today", "L.until <= today"), ["CLERK: title", "CLERK: loans"]),
        (("L.reader is None", "L.reader is not None"), ["READER: title", "READER: bookID"]),
        (("L.reader == caller.card", "L.reader != caller.card"), []),
    ],
)
def test_a_function_counts_for_whoever_calls_it(edit: tuple[str, str], expected: list[str]):
    assert edit[0] in CALLS
    found = differences(parse_grants(CALLS), parse_grants(CALLS.replace(*edit, 1)))
    role, told = "", list[str]()
    for line in found:
        if line.startswith(" "):
            assert line.endswith(" (rows)")
            told.append(f"{role}: {line.split('.')[-1].split(' ')[0]}")
        else:
            role = line.rstrip(":")
    assert sorted(told) == sorted(expected)


def test_roles_and_inputs_that_are_other_ones():
    text = GRANTS.replace(
        "  AUDITOR:\n    identifiers: {badge: '^x$'}\n", "  EDITOR:\n    identifiers: {desk: '^x$'}\n"
    )
    after = text.replace("role: AUDITOR", "role: EDITOR").replace("isbn: [Book.title]", "isbn: [Book.price]")
    assert list(changes(parse_grants(GRANTS), parse_grants(after))) == [
        Change("AUDITOR", "lezen", "stock.Loan.loanID", "lost"),
        Change("AUDITOR", "lezen", "stock.Loan.until", "lost"),
        Change("EDITOR", "lezen", "stock.Loan.loanID", "gained"),
        Change("EDITOR", "lezen", "stock.Loan.until", "gained"),
        Change("AUDITOR", "", "", "changed", ("claims",)),
        Change("EDITOR", "", "", "changed", ("claims",)),
        Change("", "", "", "changed", ("inputs",)),
    ]


def test_ways_that_change_places_are_told_as_such():
    """Each scope and each predicate is still there, but not with the other that it was with."""
    lent = "scope: stock\n    type: stock.Book\n    fields: [title, loans]"
    own = "scope: stock\n    type: stock.Book\n    fields: [bookID, title, price, loans]"
    before = GRANTS.replace(lent, lent.replace("scope: stock", "scope: reviews"))
    after = GRANTS.replace(own, own.replace("scope: stock", "scope: reviews"))
    assert list(differences(parse_grants(before), parse_grants(after))) == [
        "CLERK:",
        "  ~ lezen stock.Book.bookID (scope)",
        "  ~ lezen stock.Book.loans (scope with rows)",
        "  ~ lezen stock.Book.price (scope)",
        "  ~ lezen stock.Book.title (scope with rows)",
    ]


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
