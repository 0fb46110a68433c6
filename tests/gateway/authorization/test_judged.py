"""The grants of a register with their predicates compiled: what a register cannot do, and what shows a row of another type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.authorization.judged import Judged, judge, write_judge
from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.problems import GrantsError
from gateway.authorization.predicates import ROW, Bound
from gateway.authorization.tables import read_mapping
from tests.gateway.authorization import gallery
from tests.gateway.authorization.library import GRANTS, MAPPING


def mapping(**changes: Any) -> Any:
    """The library's, with other values at places such as `Book__table`."""
    made = json.loads(json.dumps(MAPPING))
    for place, value in changes.items():
        entry = made["types"]
        *steps, last = place.split("__")
        for step in steps:
            entry = entry[step]
        entry[last] = value
    return read_mapping(made)


def line_of(part: str, text: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def problems(text: str, **changes: Any) -> list[str]:
    with pytest.raises(GrantsError) as caught:
        judge(parse_grants(text), mapping(**changes))
    return [str(problem) for problem in caught.value.problems]


def judged(text: str, role: str, type_: str) -> dict[str, Judged]:
    """The grants of a role on a type, by their ids."""
    (found,) = (one for one in judge(parse_grants(text), mapping()) if one.role.name == role)
    return {grant.id: grant for grant in found.types[type_]}


# --- what a register cannot do -----------------------------------------------------------------------------------------------


def test_all_mistakes_are_told_at_once_and_nothing_hidden_is_named():
    text = GRANTS.replace(
        "type: stock.Book\n    fields: [bookID, title, price", "type: stock.Boook\n    fields: [bookID, price"
    )
    text = text.replace("when: any(soon(L) for L in X.loans)", "when: X.titel == caller.branch")
    text = text.replace("fields: [loanID, until]", "fields: [bookID, untl, book]")
    assert problems(text, Loan__relations__book__hidden=True) == [
        "46:11: stock has no type 'Boook'; did you mean 'Book'?",
        "55:11: Book has no column 'titel'; did you mean 'title'?",
        "68:30: stock.Loan has no field 'book'",
        "76:14: stock.Loan has no field 'bookID'",
        "76:22: stock.Loan has no field 'untl'; did you mean 'until'?",
        "76:28: stock.Loan has no field 'book'",
    ]


def test_a_type_that_is_hidden_is_none():
    alone = (
        GRANTS[: GRANTS.index("  - id: BOOK-OWN")]
        + GRANTS[GRANTS.index("  - id: LOAN-AUDITOR") : GRANTS.index("  - id: LOAN-KEY")]
    )
    assert problems(alone, Loan__hidden=True) == [f"{line_of('type: stock.Loan', alone)}:11: stock has no type 'Loan'"]


@pytest.mark.parametrize("rule", ["when: X.title == 'a'", "part_of: Loan\n    path: book", "anchored: [bookID]"])
def test_which_rows_of_another_register_are_visible_says_only_their_home(rule: str):
    text = GRANTS[: GRANTS.index("  - id: BOOK-OWN")]
    grant = "  - id: OWN\n    role: CLERK\n    action: lezen\n    scope: stock\n    type: stock.Book\n    fields: [bookID]\n"
    here = line_of("- id: OWN", text + grant)
    told = f"{here}:9: Book lives in another register; only its home can say which rows are visible"
    assert problems(f"{text}{grant}    {rule}\n", Book__table="") == [told]
    (clerk, *_) = judge(parse_grants(text + grant), mapping(Book__table=""))
    assert [one.condition.sql for one in clerk.types["Book"]] == ["true"]


@pytest.mark.parametrize(("owner", "hint"), [("Boook", "; did you mean 'Book'?"), ("Book", "; did you mean 'Book'?")])
def test_a_part_has_an_owner_that_the_register_keeps(owner: str, hint: str):
    text = (
        GRANTS[: GRANTS.index("  - id: BOOK-OWN")]
        + GRANTS[GRANTS.index("  - id: LOAN-CLERK") : GRANTS.index("  - id: LOAN-AUDITOR")]
    )
    text = text.replace("part_of: Book", f"part_of: {owner}")
    place = f"{line_of('part_of', text)}:14"
    assert problems(text, Book__table="") == [f"{place}: stock keeps no '{owner}'{hint}"]


def test_what_goes_round_in_circles_is_told_with_its_way():
    text = GRANTS.replace("when: X.branch == caller.branch", "when: any(granted(L) for L in X.loans)")
    assert problems(text) == [
        "48:15: this goes round in circles: LOAN-CLERK → BOOK-OWN → LOAN-CLERK",
        "69:14: this goes round in circles: BOOK-OWN → LOAN-CLERK → BOOK-OWN",
    ]
    file = parse_grants(gallery.GRANTS.replace("when: X.price is not None", "when: granted(X)"))
    tables = read_mapping(gallery.MAPPING)
    (sell,) = (grant for grant in file.grants if grant.id == "SELL")
    assert sell.when is not None
    with pytest.raises(GrantsError, match=r"this goes round in circles: SELL → READ → READ$"):
        write_judge(file, tables, "KEEPER", sell, None).predicate(sell.when, Bound(tables.rows["Painting"], ROW))


# --- what shows a row of another type ---------------------------------------------------------------------------------------

LOANS = 'EXISTS (SELECT FROM policy."loan" pol1 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID"'
MORE = """\
  - {id: LOAN-OLD, role: READER, action: lezen, scope: reviews, type: stock.Loan, fields: [reader], when: X.reader == 'a'}
  - {id: SEEN, role: [READER, AUDITOR], action: lezen, scope: stock, type: stock.Book, fields: [price], when: any(granted(L) for L in X.loans)}
never:"""


def test_what_only_an_anchored_root_shows_shows_nothing_else():
    """LOAN-KEY of the readers counts at its roots only; LOAN-OLD, which comes after it, is of another scope than who asks."""
    text = GRANTS.replace("never:", MORE)
    held = "(SELECT position(' reviews:read ' in current_setting('caller.scopes', true)) > 0)"
    seen = judged(text, "READER", "Book")["SEEN"]
    assert seen.condition.sql == f"{LOANS} AND {held} AND pol1.\"reader\" = 'a' OFFSET 0)"
    alone = judged(
        text.replace("role: READER, action: lezen, scope: reviews", "role: CLERK, action: lezen, scope: reviews"),
        "READER",
        "Book",
    )
    assert alone["SEEN"].condition.sql == "false"


def test_what_an_anchored_root_shows_too_is_shown_everywhere():
    assert judged(GRANTS.replace("never:", MORE), "AUDITOR", "Book")["SEEN"].condition.sql == f"{LOANS} OFFSET 0)"


def test_a_grant_and_what_it_was_made_of():
    assert judged(GRANTS, "READER", "Loan") == {
        "LOAN-KEY": Judged(
            id="LOAN-KEY",
            scopes=("stock:read", "stock:old"),
            fields=("loanID",),
            condition=judged(GRANTS, "READER", "Loan")["LOAN-KEY"].condition,
            anchor=("loanID",),
            anchor_only=True,
            copies="",
        )
    }


# --- what a role reads for it ------------------------------------------------------------------------------------------------


def test_the_columns_that_predicates_read():
    clerk, reader, auditor = judge(parse_grants(GRANTS), mapping())
    assert (clerk.views, clerk.own) == (
        {"book": {"client_key", "bookID", "branch"}, "loan": {"client_key", "bookID", "until"}},
        {"Book": {"client_key", "bookID", "branch"}, "Loan": {"client_key", "bookID"}},
    )
    assert (reader.views, reader.own) == (
        {"loan": {"client_key", "bookID", "reader"}},
        {"Book": {"client_key", "bookID"}, "Loan": set()},
    )
    assert (auditor.views, auditor.own) == ({}, {"Loan": set()})


@pytest.mark.parametrize(
    ("when", "columns"),
    [
        ("any(mine(L) for L in X.loans)", ["reader"]),
        ("any(L.client_key == caller.client_key for L in X.loans)", ["client_key"]),
        # Of two codes none leads to all that a caller may see.
        ("any(mine(L) or L.client_key == caller.client_key for L in X.loans)", []),
        ("X.title == 'a'", []),
    ],
)
def test_where_the_persons_of_a_caller_are_found(when: str, columns: list[str]):
    text = GRANTS.replace("when: any(mine(L) for L in X.loans)", f"when: {when}")
    reader = judge(parse_grants(text), mapping())[1]
    assert [(entry.table, entry.column) for entry in reader.entries.get("Book", ())] == [("loan", c) for c in columns]
