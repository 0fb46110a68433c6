"""Mistakes in a grants file: where they are, and what would be right."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gateway.authorization.grants import GrantsError, load_grants
from gateway.authorization.language.document import parse_grants
from gateway.authorization.rowpolicies import compile_policies
from tests.gateway.authorization.library import GRANTS, MAPPING, library


def problems(text: str) -> list[str]:
    with pytest.raises(GrantsError) as caught:
        parse_grants(dedent(text))
    return [str(problem) for problem in caught.value.problems]


def predicate_problem(when: str) -> str:
    """The problem with one predicate, in place of the first one of the library's grants."""
    text = GRANTS.replace("when: X.branch == caller.branch\n", f"when: {when}\n", 1)
    assert text != GRANTS
    with pytest.raises(GrantsError) as caught:
        compile_policies(parse_grants(text), MAPPING)
    (problem,) = caught.value.problems
    line = text.splitlines()[problem.line - 1]
    return f"{line[problem.column - 1 :]} | {problem.message}"


def test_all_mistakes_are_named_at_once_with_line_and_column():
    assert problems(
        """\
        version: 1
        roles:
          CLERK:
            identifiers: {branch: '^[0-9]+$'}
        scopes:
          read: [books:read]
        grants:
          - id: A
            role: CLARK
            action: lezen
            scope: reed
            type: books.Book
            fields: [title, <names>]
            whem: true
          - id: A
            role: CLERK
            action: look
            scope: read
            type: Book
            fields: [title]
            when: X.branch ==
        """
    ) == [
        "9:11: there is no role 'CLARK'; did you mean 'CLERK'?",
        "11:12: there is no scope 'reed' in the section `scopes`; did you mean 'read'?",
        "13:21: there is no set of fields 'names'",
        (
            "14:5: 'whem' is not known here; known are 'id', 'source', 'role', 'action', 'scope', 'type', 'fields', 'when', "
            "'part_of', 'path', 'anchored', 'anchor_only' or 'enabled'; did you mean 'when'?"
        ),
        "19:11: a type is written register.Type",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: [", "1:5: not YAML: expected the node content, but found '<stream end>'"),
        ("", "1:1: the file is empty"),
        ("version: 1\nroles: &r {}\ngrants: *r", "3:9: aliases are not allowed; write the value out"),
    ],
)
def test_what_is_no_readable_yaml(text: str, expected: str):
    assert problems(text) == [expected]


def test_a_key_that_stands_twice():
    assert problems("version: 1\nroles: {}\ngrants: []\nroles: {}") == ["4:1: 'roles' stands here twice"]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("X.branch == caller.brunch", "caller.brunch | this role has no identifier 'brunch'; it has caller.branch"),
        ("X.brnch == caller.branch", "X.brnch == caller.branch | Book has no column 'brnch'; did you mean 'branch'?"),
        ("Y.branch == 'a'", "Y.branch == 'a' | 'Y' is not known here; rows are 'X'"),
        (
            "X.loans.until > today",
            "X.loans.until > today | Book.loans leads to many rows; write any(… for S in ….loans)",
        ),
        ("any(L.until for L in X.loans)", "L.until for L in X.loans) | a condition is expected here, this is a date"),
        ("any(L.until > today for L in X.lones)", "X.lones) | Book has no relation 'lones'; did you mean 'loans'?"),
        (
            "X.bought > today",
            "X.bought > today | a datetime cannot be compared with a date; date(…) gives the day of a moment",
        ),
        ("today > 'soon'", "today > 'soon' | 'soon' is no date"),
        ("X.branch is 'a'", "'a' | `is` is followed by None; compare values with =="),
        ("X.branch == None", "None | None is asked for with `is None` or `is not None`"),
        (
            "True and [b for b in X.loans]",
            "[b for b in X.loans] | a list comprehension; write any(… for … in …) is not part of the language",
        ),
        (
            "__import__('os').system('x')",
            "__import__('os').system('x') | functions are called by name, without keywords: overlap(S, X)",
        ),
        ("X.loans[0]", "X.loans[0] | indexing is not part of the language"),
        ("X.price > 1.5", "1.5 | this kind of literal is not part of the language"),
        ("soon(X)", "soon(X) | 'soon' does not take (Book); it takes (L: Loan)"),
        ("sooon(X)", "sooon(X) | there is no function 'sooon'; did you mean 'soon'?"),
        ("years(today, 'a') > today", "years(today, 'a') > today | years takes (date, int), not (date, text)"),
        ("X", "X | 'X' is a row of Book; name one of its columns"),
    ],
)
def test_a_predicate_that_does_not_fit(when: str, expected: str):
    assert predicate_problem(when) == expected


def test_grants_that_rest_on_each_other():
    text = GRANTS.replace("when: X.branch == caller.branch\n", "when: any(granted(L) for L in X.loans)\n", 1)
    with pytest.raises(GrantsError) as caught:
        compile_policies(parse_grants(text), MAPPING)
    assert [problem.message for problem in caught.value.problems] == [
        "this goes round in circles: LOAN-CLERK → BOOK-OWN → LOAN-CLERK",
        "this goes round in circles: BOOK-OWN → LOAN-CLERK → BOOK-OWN",
    ]


def test_positions_inside_functions_and_predicates_of_several_lines():
    text = GRANTS.replace("return L.until is None", "return L.untill is None").replace(
        "any(mine(L) for L in X.loans)", "any(mine(L)\n      and L.fro < today for L in X.loans)"
    )
    with pytest.raises(GrantsError) as caught:
        compile_policies(parse_grants(text), MAPPING)
    pointed = [text.splitlines()[p.line - 1][p.column - 1 :] for p in caught.value.problems]
    assert pointed == ["L.untill is None or today <= years(L.until, 2)", "L.fro < today for L in X.loans)"]


def test_names_are_compared_with_the_graph():
    text = GRANTS.replace("[title, loans]", "[titel, loans]").replace("stock.Loan", "stock.Lone", 1)
    text = text.replace("homes:\n  Book: stock", "homes:\n  Book: shop").replace(
        "isbn: [Book.title]", "isbn: [Book.titel]"
    )
    with pytest.raises(GrantsError) as caught:
        load_grants(text, library())
    assert [problem.message for problem in caught.value.problems] == [
        "'shop' does not have Book; it is in stock, reviews",
        "there is no field 'Book.titel' in the graph",
        "stock has no type 'Lone'; did you mean 'Loan'?",
        "stock.Book has no field 'titel'; did you mean 'title'?",
    ]


def test_an_input_field_of_which_nobody_said_what_it_reads():
    text = GRANTS.replace("        isbn: [Book.title]\n", "").replace("      fields:\n", "", 1)
    with pytest.raises(GrantsError) as caught:
        load_grants(text, library())
    assert [problem.message for problem in caught.value.problems] == [
        (
            "BookFilter.isbn reads no field of stock.Book by name; say what it reads under `fields`, or under `combinators`, "
            "`claims` or `ignored`"
        )
    ]


@pytest.mark.parametrize("name", ["role", "scopes", "today", "anchored", "relations"])
def test_an_identifier_that_has_the_name_of_something_else_that_policies_are_told(name: str):
    text = f"version: 1\nroles:\n  A: {{claims: {{kind: a}}, identifiers: {{{name}: '.'}}}}\ngrants: []\n"
    assert problems(text)[-1] == f"3:39: '{name}' is what a register is told of every caller; name it otherwise"


@pytest.mark.parametrize("identifiers", ["{}", "null", "[]"])
def test_a_role_without_an_identifier_would_be_everybody(identifiers: str):
    text = f"version: 1\nroles:\n  A: {{claims: {{kind: a}}, identifiers: {identifiers}}}\ngrants: []\n"
    assert problems(text)[-1] == "3:39: a role has an identifier; without one it would fit whoever has none"
