"""What a register gets of small files: which field on which ground, and policies of which some alternatives are always or never true."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.problems import GrantsError
from gateway.authorization.matrix import matrix
from gateway.authorization.rowpolicies import compile_policies
from gateway.authorization.tables import read_mapping
from tests.gateway.authorization.library import MAPPING
from tests.gateway.authorization.test_rowpolicies import using

HEAD = """\
version: 1
roles:
  CLERK: {identifiers: {branch: x}}
  NOBODY: {identifiers: {none: x}}
  WRITER: {identifiers: {pen: x}}
scopes: {s: [s], t: [t]}
mutations:
  sell: {action: verwijderen, type: other.Book}
"""
SCOPE_S = "(SELECT position(' s ' in current_setting('caller.scopes', true)) > 0)"
SCOPE_T = "(SELECT position(' t ' in current_setting('caller.scopes', true)) > 0)"


def file_of(*grants: str) -> str:
    """Grants of the role CLERK to read, each as `type scope [fields] more`."""
    lines = []
    for number, grant in enumerate(grants):
        type_, scope, rest = grant.split(" ", 2)
        fields, _, more = rest.partition("]")
        lines.append(
            f"  - {{id: G{number}, role: CLERK, action: lezen, scope: {scope}, type: {type_}, fields: {fields}]{more}}}"
        )
    return f"{HEAD}grants:\n" + "\n".join(lines) + "\n"


def compiled(*grants: str, mapping: Any = MAPPING) -> tuple[str, Any]:
    sql, fields = compile_policies(parse_grants(file_of(*grants)), mapping)
    return sql, fields["roles"]["CLERK"]


def test_a_field_that_a_grant_gives_of_every_row_has_no_condition_there():
    _, clerk = compiled("stock.Book s [title, price], when: X.price == 1", "stock.Book t [price]")
    first, second = {"grant": "G0", "scopes": ["s"]}, {"grant": "G1", "scopes": ["t"]}
    assert clerk["types"]["Book"] == {
        "price": [{**first, "when": None}, {**second, "when": None}],
        "title": [{**first, "when": '{row}."price" = 1'}],
    }
    _, clerk = compiled(
        "stock.Book s [title, price], when: X.price == 1", "stock.Book t [price]", "stock.Book t [branch]"
    )
    assert [(one["grant"], one["when"]) for one in clerk["types"]["Book"]["price"]] == [
        ("G0", '{row}."price" = 1'),
        ("G1", None),
    ]


OPEN, DEAR = "{row}.\"title\" = 'a'", '{row}."price" > 5'


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        # One ground, where all count together.
        (
            ["s [price], when: X.title == 'a'", "s [price], when: X.price > 5"],
            [("G0 | G1", ["s"], f"{OPEN} OR {DEAR}")],
        ),
        # Who holds one scope need not hold the other.
        (
            ["s [price], when: X.title == 'a'", "t [price], when: X.price > 5"],
            [("G0", ["s"], OPEN), ("G1", ["t"], DEAR)],
        ),
        # A root may pin one and not the other.
        (
            ["s [price], when: X.title == 'a'", "s [price], anchored: [bookID], when: X.price > 5"],
            [("G0", ["s"], OPEN), ("G1", ["s"], DEAR)],
        ),
        # What holds for every row is no ground to hide behind another.
        (["s [price], when: X.title == 'a'", "s [price]"], [("G0", ["s"], OPEN), ("G1", ["s"], None)]),
    ],
)
def test_grounds_of_a_field(grants: list[str], expected: list[tuple[str, list[str], str | None]]):
    _, clerk = compiled(*(f"stock.Book {grant}" for grant in grants), "stock.Book s [branch], when: X.branch == 'b'")
    assert sorted((one["grant"], one["scopes"], one["when"]) for one in clerk["types"]["Book"]["price"]) == expected


LESS = "X.title == 'a' and X.price > 5"


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        # Whoever sees a row by the second sees it by the first, which opens the title of it.
        (["s [title], when: X.title == 'a'", f"s [price], when: {LESS}"], None),
        (["s [price], when: X.price > 5", "s [title], when: X.title == 'a'", f"s [branch], when: {LESS}"], OPEN),
        # The other way round it does not.
        ([f"s [title], when: {LESS}", "s [price], when: X.title == 'a'"], f"{OPEN} AND {DEAR}"),
        # Who holds one scope need not hold the other; a root may pin one and not the other.
        (["s [title], when: X.title == 'a'", f"t [price], when: {LESS}"], OPEN),
        (["s [title], when: X.title == 'a'", f"s [price], anchored: [bookID], when: {LESS}"], OPEN),
        (["s [title], anchored: [bookID], when: X.title == 'a'", f"s [price], when: {LESS}"], OPEN),
    ],
)
def test_a_field_has_no_condition_where_grants_without_it_show_no_other_rows(grants: list[str], expected: str | None):
    _, clerk = compiled(*(f"stock.Book {grant}" for grant in grants))
    (title,) = clerk["types"]["Book"]["title"]
    assert title["when"] == expected


def test_anchors_are_of_the_grants_that_have_one():
    _, clerk = compiled(
        "stock.Book s [title]", "stock.Book s [price, bookID], anchored: [bookID]", "stock.Loan s [loanID]"
    )
    assert clerk["anchors"] == {"Book": [{"grant": "G1", "fields": ["bookID"], "kind": "root"}]}
    assert [*clerk["rows"]] == ["Book"]


def test_a_scope_alone_where_one_alternative_holds_for_every_row():
    sql, _ = compiled(
        "stock.Book s [title], when: X.price == 1",
        "stock.Book s [price]",
        "stock.Book t [price], when: X.title is None",
    )
    assert using(sql, "book", "clerk") == [f"({SCOPE_S})", f"OR ({SCOPE_T} AND (", '"book"."title" IS NULL', "))"]  # fmt: skip


def test_an_alternative_that_never_holds_is_left_out_and_where_all_are_nothing_is_shown():
    sql, _ = compiled("stock.Book s [title], when: X.price == 1", "stock.Book s [price], when: 'False'")
    assert using(sql, "book", "clerk") == [f"{SCOPE_S} AND (", '"book"."price" = 1', ")"]
    sql, _ = compiled("stock.Book s [title], when: X.price == 1 and False", "stock.Book s [price], when: 'False'")
    assert using(sql, "book", "clerk") == [f"{SCOPE_S} AND (", "false", ")"]


def test_what_joins_compare_is_readable_on_both_sides():
    mapping = json.loads(json.dumps(MAPPING))
    books = mapping["types"]["Book"]["relations"]
    books["readers"] = {**books["loans"], "on": [["branch", "reader"]]}
    sql, _ = compiled("stock.Book s [title]", "stock.Loan s [until]", mapping=mapping)
    assert [
        line.partition(" TO ")[0] for line in sql.splitlines() if " ON public." in line and line.startswith("GRANT")
    ] == [
        'GRANT SELECT ("client_key", "bookID", "title", "branch") ON public."book"',
        'GRANT SELECT ("client_key", "loanID", "reader", "until", "bookID") ON public."loan"',
    ]


def test_a_key_may_have_a_column_of_another_name():
    mapping = json.loads(json.dumps(MAPPING))
    mapping["types"]["Book"]["columns"]["bookID"]["column"] = "nr"
    mapping["types"]["Book"]["relations"]["loans"]["on"] = [["nr", "bookID"]]
    mapping["types"]["Loan"]["relations"]["book"]["on"] = [["bookID", "nr"]]
    rows = read_mapping(mapping).rows
    assert (rows["Book"].key_column, rows["Loan"].key_column) == ("nr", "loanID")
    sql, _ = compiled("stock.Loan s [loanID], when: any(M.until is None for M in X.book.loans)", mapping=mapping)
    assert using(sql, "loan", "clerk")[1] == (
        'EXISTS (SELECT FROM policy."loan" pol1 WHERE pol1."client_key" = "loan"."client_key" AND pol1."bookID" = "loan"."bookID" '
        'AND pol1."until" IS NULL OFFSET 0)'
    )


def test_the_matrix_shows_who_reads_what():
    reading = file_of(
        "stock.Book s [title, price]", "stock.Book s [title, branch]", "stock.Loan s [loanID], enabled: false"
    )
    writing = "  - {id: W, role: WRITER, action: registreren, scope: s, type: stock.Loan, fields: [until]}\n"
    both = "  - {id: R, role: [NOBODY, CLERK], action: lezen, scope: s, type: stock.Map, fields: [title]}\n"
    assert matrix(parse_grants(reading + writing)) == (
        "**stock.Book**\n\n| | CLERK |\n|---|:-:|\n| title | ● |\n| price, branch | ○ |\n"
    )
    assert matrix(parse_grants(reading + both)).partition("**stock.Map**")[2] == (
        "\n\n| | CLERK | NOBODY |\n|---|:-:|:-:|\n| title | ● | ● |\n"
    )


@pytest.mark.parametrize(
    ("grant", "message"),
    [
        ("stock.Book s [title], part_of: Book, path: loans", "this path leads from Book to Loan, not to Book"),
        ("stock.Loan s [loanID], part_of: Book, path: loans.book", "this path leads from Book to Book, not to Loan"),
        ("stock.Loan s [loanID], part_of: Book, path: loan", "Book has no relation 'loan'; did you mean 'loans'?"),
    ],
)
def test_a_path_that_leads_elsewhere(grant: str, message: str):
    text = file_of(grant)
    with pytest.raises(GrantsError) as caught:
        compile_policies(parse_grants(text), MAPPING)
    (problem,) = caught.value.problems
    assert (text.splitlines()[problem.line - 1][problem.column - 1 :], problem.message) == (
        f"{grant.partition('path: ')[2]}}}",
        message,
    )
