"""What a grants file says of a graph: every name that the graph does not know is a mistake, and the hint is a name that would do."""

from __future__ import annotations

import pytest

from gateway.authorization.checks import owners_of
from gateway.authorization.grants import GrantsError, load_grants
from tests.gateway.authorization.library import GRANTS, library
from tests.gateway.planning.harness import graph

SHELF = graph(
    stock='type Query { books: [Book] } type Book @key(fields: "bookID") { bookID: ID! title: String }',
    shop="""
    type Book @key(fields: "bookID") { bookID: ID! title: String @external label: String @requires(fields: "title") }
    """,
)


def told(*edits: tuple[str, str]) -> list[str]:
    """Line and message of each problem of the library's grants with these edits."""
    text = GRANTS
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(GrantsError) as caught:
        load_grants(text, library())
    return [f"{text.splitlines()[problem.line - 1].strip()} | {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            ("homes:\n  Book: stock", "homes:\n  Bok: stock"),
            "Bok: stock | there is no type 'Bok' in the graph; did you mean 'Book'?",
        ),
        (
            ("type: stock.Book", "type: stok.Book"),
            "type: stok.Book | there is no register 'stok'; did you mean 'stock'?",
        ),
        # The hint is of this register: `Loan` is in the graph, and not here.
        (("type: reviews.Review", "type: reviews.Loam"), "type: reviews.Loam | reviews has no type 'Loam'"),
        (("type: reviews.Review", "type: reviews.Loan"), "type: reviews.Loan | reviews has no type 'Loan'"),
        (
            ("anchored: [loanID]", "anchored: [reader]"),
            "anchored: [reader] | an anchor is a field of its grant; 'reader' is not among them",
        ),
        (
            ("    BookFilter:\n", "    BookFiltr:\n"),
            "BookFiltr: | there is no input type 'BookFiltr'; did you mean 'BookFilter'?",
        ),
        (
            ("    LoanFilter: {", "    Loan: {"),
            "Loan: {reads: stock.Loan} | there is no input type 'Loan'; did you mean 'LoanList'?",
        ),
        (("    BookSort: {", "    Mapp: {"), "Mapp: {reads: stock.Book} | there is no input type 'Mapp'"),
        (
            ("    LoanFilter: {reads: stock.Loan}", "    LoanFilter: {reads: stock.Lone}"),
            "LoanFilter: {reads: stock.Lone} | stock has no type 'Lone'; did you mean 'Loan'?",
        ),
        (("isbn: [Book.title]", "isbn: [Bok.title]"), "BookFilter: | there is no field 'Bok.title' in the graph"),
        (
            ("claims: {myBranch: branch}", "claims: {myBranch: brnch}"),
            "BookFilter: | 'brnch' is no identifier of any role; did you mean 'branch'?",
        ),
    ],
)
def test_a_name_that_the_graph_does_not_know(edit: tuple[str, str], expected: str):
    assert told(edit) == [expected]


def test_a_combinator_that_the_input_type_does_not_have():
    assert told(("combinators: [and]", "combinators: [annd, and, xor]")) == [
        "BookFilter: | BookFilter has no field 'annd'; did you mean 'and'?",
        "BookFilter: | BookFilter has no field 'xor'",
    ]


def test_a_transparent_type_names_all_its_fields():
    """Else a field that is added later would pass unseen. A type that the graph does not have is nobody's filter."""
    edit = (
        "    - types: [TextFilter]\n      fields: [eq, gt, or]",
        "    - types: [Nobody, TextFilter]\n      fields: [eq]",
    )
    assert told(edit) == [
        "CLERK: | TextFilter.gt is not among the transparent fields of this input type",
        "CLERK: | TextFilter.or is not among the transparent fields of this input type",
    ]


def test_a_transparent_type_that_reads_something_as_well_is_told_of_where_it_does():
    edits = (
        ("      fields: [some, any]", "      fields: [some]"),
        ("    BookSort: {", "    LoanList: {reads: stock.Loan, ignored: [some, any]}\n    BookSort: {"),
    )
    assert told(*edits) == [
        (
            "LoanList: {reads: stock.Loan, ignored: [some, any]} | "
            "LoanList.any is not among the transparent fields of this input type"
        )
    ]


def test_who_decides_on_a_field():
    assert owners_of(library(), {"Book": "stock"}, "Book", "bookID") == ("stock",)
    assert owners_of(library(), {}, "Book", "bookID") == ("stock", "reviews")
    assert owners_of(library(), {"Book": "stock"}, "Book", "reviews") == ("reviews",)
    assert owners_of(library(), {}, "Book", "nothing") == ()
    assert owners_of(library(), {}, "Nothing", "bookID") == ()


def test_a_register_that_only_needs_a_field_does_not_decide_on_it():
    assert owners_of(SHELF, {}, "Book", "title") == ("stock",)
    grant = "{id: A, role: CLERK, action: lezen, scope: s, type: shop.Book, fields: [title]}"
    text = f"version: 1\nroles: {{CLERK: {{identifiers: {{branch: x}}}}}}\nscopes: {{s: [s]}}\ngrants: [{grant}]\n"
    with pytest.raises(GrantsError, match=r"4:\d+: shop\.Book has no field 'title'$"):
        load_grants(text, SHELF)
