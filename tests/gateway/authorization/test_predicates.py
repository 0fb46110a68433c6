"""Predicates as SQL, over tables with one of everything (`shop`): the whole text, what it knows about itself, and what does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.authorization.aliases import views_read
from gateway.authorization.conditions import FALSE, Condition, Entry
from gateway.authorization.predicates import ROW, Bound, Compiler
from tests.gateway.authorization.shop import FUNCTIONS, START, compiled, compiler, refused, sql, tables

SHORT = {
    "<today>": "nullif(current_setting('caller.today', true), '')::date",
    "<card>": "nullif(current_setting('caller.card', true), '')",
    "<fresh>": "current_setting('caller.relations', true) = 'fresh'",
    "<loans>": 'policy."loan" pol1 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID"',
    "<shelf>": 'policy."shelf" pol1 WHERE pol1."client_key" = {row}."client_key" AND pol1."shelf_id" = {row}."shelfID"',
    "<sales>": """pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol1."buyer" = 'me'""",
}
"""What the texts below say often."""
KINDS: dict[str, Any] = {
    "price": "int", "title": "text", "flag": "bool", "weight": "float", "id": "uuid", "day": "date", "at": "datetime",
    "size": {"width": "int", "height": "int"},
}  # fmt: skip
SOLD = "any(S.buyer == 'me' for S in X.sales)"


def whole(text: str) -> str:
    for word, meant in SHORT.items():
        text = text.replace(word, meant)
    return text


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("True", "true"),
        ("False", "false"),
        ("X.lent", '{row}."lent"'),
        ("not X.lent", '(({row}."lent") IS NOT TRUE)'),
        ("X.title == 'its'", """{row}."title" = 'its'"""),
        ('X.title == "it\'s"', """{row}."title" = 'it''s'"""),
        ("X.odd == 'a'", """{row}."o""dd" = 'a'"""),
        ("X.title != 'a'", """{row}."title" <> 'a'"""),
        ("X.price < 1", '{row}."price" < 1'),
        ("X.price <= X.weight", '{row}."price" <= {row}."weight"'),
        ("X.price > 1", '{row}."price" > 1'),
        ("X.price >= 1", '{row}."price" >= 1'),
        ("1 == X.price", '1 = {row}."price"'),
        ("X.lent == True", '{row}."lent" = true'),
        ("X.lent == False", '{row}."lent" = false'),
        ("X.bookID == '00000000-0000-0000-0000-000000000001'", """{row}."bookID" = '00000000-0000-0000-0000-000000000001'::uuid"""),
        ("X.bought >= '2026-01-01T00:00:00+01:00'", """{row}."bought" >= '2026-01-01T00:00:00+01:00'::timestamptz"""),
        ("'2026-01-01' < X.issued", '\'2026-01-01\'::date < {row}."issued"'),
        ("X.issued == today", '{row}."issued" = <today>'),
        ("X.issued < forever", """{row}."issued" < 'infinity'::date"""),
        ("X.price in (1, 2)", '{row}."price" IN (1, 2)'),
        ("X.weight in (1, 2)", '{row}."weight" IN (1, 2)'),
        ("X.title not in ('a', 'b')", """(({row}."title" IN ('a', 'b')) IS NOT TRUE)"""),
        ("X.bookID in ('00000000-0000-0000-0000-000000000001',)", """{row}."bookID" IN ('00000000-0000-0000-0000-000000000001'::uuid)"""),
        ("X.shelf.keeper in ('a', 'b')", """EXISTS (SELECT FROM <shelf> AND pol1."keeper" IN ('a', 'b') OFFSET 0)"""),
        ("X.title is None", '{row}."title" IS NULL'),
        ("X.shelf.keeper is not None", '(SELECT pol1."keeper" FROM <shelf>) IS NOT NULL'),
        ("X.shelf.keeper is None or X.price == 1", '{row}."price" = 1 OR (SELECT pol1."keeper" FROM <shelf>) IS NULL'),
        ("X.price + 1 - X.price == 2", '(({row}."price" + 1) - {row}."price") = 2'),
        ("X.title == caller.card", '{row}."title" = <card>'),
        ("caller.card == X.shelf.keeper", 'EXISTS (SELECT FROM <shelf> AND <card> = pol1."keeper" OFFSET 0)'),
        ("X.client_key == caller.key", """{row}."client_key" = nullif(current_setting('caller.key', true), '')::uuid"""),
        ("date(X.bought) == X.issued", '({row}."bought" AT TIME ZONE \'Europe/Amsterdam\')::date = {row}."issued"'),
        ("year(X.issued) == 2026", 'extract(year FROM {row}."issued")::int = 2026'),
        ("day(2026, 1, X.price) == today", 'make_date(2026, 1, {row}."price") = <today>'),
        ("years(X.issued, 1) <= days(today, -1)", '({row}."issued" + make_interval(years => 1))::date <= (<today> + -1)'),
        ("min(X.price, 3) == max(1, X.price)", 'least({row}."price", 3) = greatest(1, {row}."price")'),
        ("max(X.weight, 1) == 2", 'greatest({row}."weight", 1) = 2'),
        ("max(X.issued, '2026-01-01') == today", """greatest({row}."issued", '2026-01-01'::date) = <today>"""),
        ("coalesce(X.shelf.keeper, 'none') == 'none'", """coalesce((SELECT pol1."keeper" FROM <shelf>), 'none') = 'none'"""),
        ("coalesce('a', 'b') == 'a'", "coalesce('a', 'b') = 'a'"),
        ("coalesce(X.lent, False)", 'coalesce({row}."lent", false)'),
        ("(X.price == 1) == (X.lent or X.price == 2)", '({row}."price" = 1) = ({row}."lent" OR {row}."price" = 2)'),
        ("X.lent and X.lent", '{row}."lent"'),
        ("X.price == 1 and X.price == 2 or X.price == 3", '({row}."price" = 1 AND {row}."price" = 2) OR {row}."price" = 3'),
        ("(X.price == 1 or X.price == 2) and X.price == 3", '({row}."price" = 1 OR {row}."price" = 2) AND {row}."price" = 3'),
        ("X.price == 1 and False", "false"),
        ("X.price == 1 and True", '{row}."price" = 1'),
        ("X.price == 1 or True", "true"),
        ("X.price == 1 or False", '{row}."price" = 1'),
    ],
)  # fmt: skip
def test_columns_values_and_what_compares_them(when: str, expected: str):
    assert sql(when) == whole(expected)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("any(L.until > today for L in X.loans)", 'EXISTS (SELECT FROM <loans> AND pol1."until" > <today> OFFSET 0)'),
        ("any(True for L in X.loans)", "EXISTS (SELECT FROM <loans> OFFSET 0)"),
        ("any(False for L in X.loans)", "false"),
        ("any(L.until > today and L.until < forever for L in X.loans)", """EXISTS (SELECT FROM <loans> AND pol1."until" > <today> AND pol1."until" < 'infinity'::date OFFSET 0)"""),
        ("any(L.until > today or L.until is None for L in X.loans)", 'EXISTS (SELECT FROM <loans> AND (pol1."until" > <today> OR pol1."until" IS NULL) OFFSET 0)'),
        ("any(R.card == caller.card for R in X.readers)", 'EXISTS (SELECT FROM policy."loan" pol1, policy."reader" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."readerID" = pol1."readerID" AND pol2."card" = <card> OFFSET 0)'),
        ("any(B.price == 1 for L in X.loans for B in L.book)", 'EXISTS (SELECT FROM policy."loan" pol1, policy."book" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND pol2."price" = 1 OFFSET 0)'),
        ("any(L.book.shelf.keeper == 'a' for L in X.loans)", """EXISTS (SELECT FROM policy."loan" pol1, policy."book" pol2, policy."shelf" pol3 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND pol3."client_key" = pol2."client_key" AND pol3."shelf_id" = pol2."shelfID" AND pol3."keeper" = 'a' OFFSET 0)"""),
        ("any(date(L.book.bought) == today for L in X.loans)", """EXISTS (SELECT FROM policy."loan" pol1, policy."book" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND (pol2."bought" AT TIME ZONE 'Europe/Amsterdam')::date = <today> OFFSET 0)"""),
        ("any(L.until > today for L in X.shelf.books.loans)", 'EXISTS (SELECT FROM policy."book" pol1, policy."loan" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."shelfID" = {row}."shelfID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND pol2."until" > <today> OFFSET 0)'),
        ("any(M.until > today for L in X.loans for M in L.book.loans)", 'EXISTS (SELECT FROM policy."loan" pol1, policy."loan" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND pol2."until" > <today> OFFSET 0)'),
        ("any(L.until > today for L in X.editions.loans)", 'EXISTS (SELECT FROM policy."book" pol1, policy."loan" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND pol2."until" > <today> OFFSET 0)'),
        ("any(M.until > today for L in X.loans for M in L.book.editions.loans)", 'EXISTS (SELECT FROM policy."loan" pol1, policy."loan" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."client_key" = pol1."client_key" AND pol2."bookID" = pol1."bookID" AND pol2."until" > <today> OFFSET 0)'),
        ("any(T.keeper == 'a' for T in X.shelf.books.shelf)", """EXISTS (SELECT FROM policy."book" pol1, policy."shelf" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."shelfID" = {row}."shelfID" AND pol2."client_key" = pol1."client_key" AND pol2."shelf_id" = pol1."shelfID" AND pol2."keeper" = 'a' OFFSET 0)"""),
        ("any(True for L in X.loans) or X.price == 1", '{row}."price" = 1 OR EXISTS (SELECT FROM <loans> OFFSET 0)'),
        ("any(True for L in X.loans) and X.price == 1", '{row}."price" = 1 AND EXISTS (SELECT FROM <loans> OFFSET 0)'),
    ],
)  # fmt: skip
def test_ways_to_other_rows(when: str, expected: str):
    """A table that only passes a key on is left out; one that is no key, or leads to many rows, is not."""
    assert sql(when) == whole(expected)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("cheap(X)", '{row}."price" < 3'),
        ("cheap(X.price)", '{row}."price" < 2'),
        ("second(X)", '{row}."price" < 3'),
        ("any(cheap(S) for S in X.shelf)", """EXISTS (SELECT FROM <shelf> AND pol1."keeper" = 'cheap' OFFSET 0)"""),
        ("any(kept(S, caller.card) for S in X.shelf)", 'EXISTS (SELECT FROM <shelf> AND pol1."keeper" = <card> OFFSET 0)'),
        ("any(named(L, 'a') for L in X.loans)", """EXISTS (SELECT FROM policy."loan" pol1, policy."reader" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" AND pol2."readerID" = pol1."readerID" AND pol2."name" = 'a' OFFSET 0)"""),
        ("dated(X) < today", '{row}."issued" < <today>'),
        ("bought(X) < today", """({row}."bought" AT TIME ZONE 'Europe/Amsterdam')::date < <today>"""),
        ("granted(X)", "granted(Book {row})"),
        ("any(granted(L) for L in X.loans)", "EXISTS (SELECT FROM <loans> AND granted(Loan pol1) OFFSET 0)"),
        ("not granted(X) or cheap(X)", '{row}."price" < 3 OR ((granted(Book {row})) IS NOT TRUE)'),
        ("not cheap(X)", '(({row}."price" < 3) IS NOT TRUE)'),
    ],
)  # fmt: skip
def test_functions_are_written_in_their_place(when: str, expected: str):
    assert sql(when) == whole(expected)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("any(S.buyer == 'me' for S in X.sales)", '<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
        ("sold(X)", '<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
        ("not sold(X)", '<fresh> AND ((EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)) IS NOT TRUE)'),
        ("sold(X) or X.price == 1", '{row}."price" = 1 OR (<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0))'),
        ("X.lent and sold(X)", '<fresh> AND {row}."lent" AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
        ("X.price == 1 and (sold(X) or X.lent)", '{row}."price" = 1 AND ({row}."lent" OR (<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)))'),
        ("X.lent and (X.price == 1 and sold(X))", '<fresh> AND {row}."lent" AND {row}."price" = 1 AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
        ("(X.price == 1 or X.price == 2) and X.lent and sold(X)", '({row}."price" = 1 OR {row}."price" = 2) AND {row}."lent" AND <fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
        ("not (X.lent and sold(X))", '<fresh> AND (({row}."lent" AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)) IS NOT TRUE)'),
        ("any(S.buyer == 'me' for S in X.sales) == X.lent", '<fresh> AND (EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)) = {row}."lent"'),
        ("any(True for S in X.sales) and not granted(X)", """<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE pol1."client_key" = {row}."client_key" AND pol1."bookID" = {row}."bookID" OFFSET 0) AND ((<fresh> AND EXISTS (SELECT FROM policy."sale" pol2 WHERE pol2."client_key" = {row}."client_key" AND pol2."bookID" = {row}."bookID" AND pol2."buyer" = 'me' OFFSET 0)) IS NOT TRUE)"""),
        ("not granted(X)", '<fresh> AND ((<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)) IS NOT TRUE)'),
        ("granted(X)", '<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
        ("granted(X) or sold(X)", '<fresh> AND EXISTS (SELECT FROM policy."sale" pol1 WHERE <sales> OFFSET 0)'),
    ],
)  # fmt: skip
def test_what_hangs_on_copies_counts_while_they_are_fresh(when: str, expected: str):
    assert sql(when, granted_when=SOLD) == whole(expected)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("input.price > 1", "({input} #>> '{price}')::integer > 1"),
        ("input.size.width == input.price", "({input} #>> '{size,width}')::integer = ({input} #>> '{price}')::integer"),
        ("input.flag", "({input} #>> '{flag}')::boolean"),
        ("input.id == X.bookID", '({input} #>> \'{id}\')::uuid = {row}."bookID"'),
        ("input.day <= today", "({input} #>> '{day}')::date <= <today>"),
        ("input.at > X.bought", '({input} #>> \'{at}\')::timestamptz > {row}."bought"'),
        ("input.weight == 1", "({input} #>> '{weight}')::double precision = 1"),
        ("input.title == 'a'", "({input} #>> '{title}')::text = 'a'"),
        ("any(input.until == today for input in X.loans)", 'EXISTS (SELECT FROM <loans> AND pol1."until" = <today> OFFSET 0)'),
    ],
)  # fmt: skip
def test_values_of_the_input(when: str, expected: str):
    assert sql(when, given=KINDS) == whole(expected)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("input.size == 1", "1:1: 'size' is a nested input; name one of its values: 'width' or 'height'"),
        ("input.size.depth == 1", "1:1: input.size has no value 'depth'; did you mean 'width'?"),
        ("input.prise == 1", "1:1: input has no value 'prise'; did you mean 'price'?"),
        ("input.a.b.c == 1", "1:1: input has no value 'a'; did you mean 'at'?"),
        ("input == 1", "1:1: 'input' is not known here"),
    ],
)  # fmt: skip
def test_what_is_no_value_of_the_input(when: str, expected: str):
    assert refused(when, given=KINDS) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("X.price == 1", "1:1: 'X' is not known here; there is no stored row"),
        ("any(L for L in X.loans)", "1:16: 'X' is not known here; there is no stored row"),
        ("Y.price == 1", "1:1: 'Y' is not known here; there is no stored row"),
        ("X == 1", "1:1: 'X' is not known here; there is no stored row"),
    ],
)  # fmt: skip
def test_where_there_is_no_stored_row(when: str, expected: str):
    assert refused(when, None, given=KINDS) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("X", "1:1: 'X' is a row of Book; name one of its columns"),
        ("X.price", "1:1: a condition is expected here, this is a int"),
        ("X.lent and 'a'", "1:12: a condition is expected here, this is a text"),
        ("X.titel == 'a'", "1:1: Book has no column 'titel'; did you mean 'title'?"),
        ("Y.a == 1", "1:1: 'Y' is not known here; rows are 'X'"),
        ("todai == 1", "1:1: 'todai' is not known here; did you mean 'today'?"),
        ("caller == 1", "1:1: 'caller' is not known here; name one of its identifiers: caller.…"),
        ("input.price == 1", "1:1: 'input' is not known here; rows are 'X'"),
        ("X.loans == 1", "1:1: Book.loans leads to rows; write any(… for … in …)"),
        ("X.shelf == 1", "1:1: Book.shelf leads to rows; write any(… for … in …)"),
        ("X.loan.a == 1", "1:1: Book has no relation 'loan'; did you mean 'loans'?"),
        ("X.title.a == 1", "1:1: Book.title is a column; it leads nowhere"),
        ("X.loans.until == today", "1:1: Book.loans leads to many rows; write any(… for S in ….loans)"),
        ("any(L.a for L in X)", "1:13: 'X' is one row; walk a relation of it: X.…"),
        ("any(L.a for L in X.titel)", "1:18: Book has no relation 'titel'; did you mean 'title'?"),
        ("any(L.a for L in X.title)", "1:18: Book.title is a column; it leads nowhere"),
        ("any(L.a for L in X.lost)", "1:18: the mapping of shop has no rows behind Loan.nothing"),
        ("any(L.a for L in X.author)", "1:18: rows of Author are kept by another register; predicates stay within one"),
        ("any(L.a for L in X.nowhere)", "1:18: the mapping of shop has no rows behind Book.nowhere"),
        ("any(True for L in cheap(X).a)", "1:19: a path starts at a name: X.relation.column"),
        ("cheap(X).a == 1", "1:1: a path starts at a name: X.relation.column"),
        ("any(P.a == 1 for P in today.b)", "1:23: 'today' is not known here; rows are 'X'"),
        ("granted(X, X)", "1:1: granted takes one row by its name: granted(B)"),
        ("granted(X.price)", "1:1: granted takes one row by its name: granted(B)"),
        ("granted()", "1:1: granted takes one row by its name: granted(B)"),
        ("caller.cart == 'a'", "1:1: this role has no identifier 'cart'; it has caller.card, caller.key"),
        ("X.price + X.title == 1", "1:1: only whole numbers are added; dates move by days() and years()"),
        ("1 + X.weight == 1", "1:1: only whole numbers are added; dates move by days() and years()"),
        ("year() == 1", "1:1: year takes (date), not (nothing)"),
        ("year(X.title) == 1", "1:1: year takes (date), not (text)"),
        ("min(X.price) == 1", "1:1: min takes two or more values of one kind"),
        ("min(X.price, X.title) == 1", "1:1: min takes two or more values of one kind"),
        ("min(1, 'a') == 1", "1:1: min takes two or more values of one kind"),
        ("max(X.price, True) == 1", "1:1: a bool cannot be compared with a int"),
        ("coalesce() == 1", "1:1: coalesce takes two or more values of one kind"),
        ("X.bookID == caller.key", "1:1: a uuid cannot be compared with a key"),
        ("X.bought == X.issued", "1:1: a datetime cannot be compared with a date; date(…) gives the day of a moment"),
        ("X.price == 'a'", "1:1: a int cannot be compared with a text"),
        ("X.title == 1", "1:1: a text cannot be compared with a int"),
        ("X.title == X.issued", "1:1: a text cannot be compared with a date"),
        ("X.bookID == 'a'", "1:1: 'a' is no uuid"),
        ("X.bought == 'a'", "1:1: 'a' is no datetime"),
        ("X.issued == 'a'", "1:1: 'a' is no date"),
        ("X.issued == caller.card", "1:1: a date cannot be compared with a text"),
        ("X.issued == 1", "1:1: a date cannot be compared with a int"),
        ("1 == X.issued", "1:1: a int cannot be compared with a date"),
        ("X.price in ('a',)", "1:13: a text cannot be compared with a int"),
        ("cheep(X)", "1:1: there is no function 'cheep'; did you mean 'cheap'?"),
        ("gratned(X) == 1", "1:1: there is no function 'gratned'; did you mean 'granted'?"),
        ("anny(X)", "1:1: there is no function 'anny'; did you mean 'any'?"),
        ("cheap()", "1:1: 'cheap' does not take (); it takes (B: Book; or S: shop.Shelf; or price: int)"),
        ("cheap(X, X)", "1:1: 'cheap' does not take (Book, Book); it takes (B: Book; or S: shop.Shelf; or price: int)"),
        ("cheap(X.shelf.keeper)", "1:1: 'cheap' does not take (text); it takes (B: Book; or S: shop.Shelf; or price: int)"),
        ("any(cheap(L) for L in X.loans)", "1:5: 'cheap' does not take (Loan); it takes (B: Book; or S: shop.Shelf; or price: int)"),
        ("kept(X)", "1:1: 'kept' does not take (Book); it takes (row: object, keeper: text)"),
        ("kept(X, 1)", "1:1: 'kept' does not take (Book, int); it takes (row: object, keeper: text)"),
        ("kept(X.price, 'a')", "1:1: 'kept' does not take (int, text); it takes (row: object, keeper: text)"),
        ("kept(X, 'a')", "8:12: Book has no column 'keeper'"),
        ("priced(X.price)", "18:12: 'price' is a int, not a row"),
        ("dated(X)", "10:12: a condition is expected here, this is a date"),
        ("again(X)", "20:12: 'again' calls itself: again -> again"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_tables(when: str, expected: str):
    assert refused(when) == expected


def test_a_way_to_one_row_by_what_is_no_key():
    joined = (
        'policy."book" pol1, policy."book" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."title" = {row}."card" '
        'AND pol2."client_key" = pol1."client_key" AND pol2."title" = pol1."title"'
    )
    assert sql("any(B.price == 1 for B in X.favourite.namesakes)", "Reader") == (
        f"""EXISTS (SELECT FROM {joined} AND pol2."price" = 1 OFFSET 0)"""
    )


def test_a_way_from_another_type_that_is_no_key():
    joined = (
        'policy."book" pol1, policy."shelf" pol2 WHERE pol1."client_key" = {row}."client_key" AND pol1."shelfID" = {row}."shelf_id" '
        'AND pol2."client_key" = pol1."client_key" AND pol2."shelf_id" = pol1."shelfID"'
    )
    assert sql("any(T.keeper == 'a' for T in X.books.shelf)", "Shelf") == (
        f"""EXISTS (SELECT FROM {joined} AND pol2."keeper" = 'a' OFFSET 0)"""
    )


@pytest.mark.parametrize(
    ("when", "entries"),
    [
        ("X.title == caller.card", {Entry("book", "title", "card", "text")}),
        ("caller.card == X.title", {Entry("book", "title", "card", "text")}),
        ("X.client_key == caller.key", {Entry("book", "client_key", "key", "key")}),
        ("X.shelf.keeper == caller.card", {Entry("shelf", "keeper", "card", "text")}),
        ("any(B.shelf.keeper == caller.card for B in X.editions)", {Entry("shelf", "keeper", "card", "text")}),
        # What is nobody's own code, is no equality, or is of another person.
        ("X.title == 'a'", None),
        ("X.title != caller.card", None),
        ("coalesce(X.title, 'a') == caller.card", None),
        ("any(R.card == caller.card for R in X.readers)", None),
        ("not X.title == caller.card", None),
    ],
)  # fmt: skip
def test_whose_rows_a_condition_is_about(when: str, entries: set[Entry] | None):
    assert compiled(when)[0].entries == entries


@pytest.mark.parametrize(
    ("when", "cost"),
    [
        ("X.price == 1", 0),
        ("X.title is None", 0),
        ("X.shelf.keeper is None", 1),
        ("any(True for L in X.loans)", 1),
        ("any(R.card == 'a' for R in X.readers)", 2),
        ("not any(R.card == 'a' for R in X.readers)", 2),
        ("any(L.book.price == 1 for L in X.loans) and X.price == 1", 2),
    ],
)
def test_what_a_condition_costs_is_the_tables_that_it_looks_into(when: str, cost: int):
    assert compiled(when)[0].cost == cost


def test_the_columns_that_a_predicate_reads():
    found, made = compiled("X.shelf.keeper == X.title and any(L.until is None for L in X.loans) and not X.lent")
    assert made.own == {"client_key", "shelfID", "title", "bookID", "lent"}
    assert views_read(found.sql) == {
        "shelf": {"client_key", "shelf_id", "keeper"},
        "loan": {"client_key", "bookID", "until"},
    }


@pytest.mark.parametrize(
    ("when", "gated"),
    [
        ("X.lent", 0),
        (SOLD, 1),
        ("any(True for S in X.sales)", 1),
        (f"{SOLD} and not {SOLD}", 1),
        (f"{SOLD} or X.lent or not {SOLD}", 2),
    ],
)
def test_how_many_alternatives_hang_on_copies(when: str, gated: int):
    assert compiled(when)[1].gated == gated


def part(type_: str, owner: str, *paths: str) -> tuple[Condition, Compiler]:
    """A row that an owner with a price of 1 leads to along one of the paths."""
    made, rows = compiler(), tables().rows
    ways = [[(name, START) for name in path.split(".")] for path in paths]

    def rule(bound: Bound) -> Condition:
        return Condition(f'{bound.alias}."price" = 1')

    return made.part(Bound(rows[type_], ROW), rows[owner], ways, rule), made


def test_a_part_that_is_reached_over_copies_hangs_on_them():
    found, made = part("Sale", "Book", "sales")
    assert found.sql == whole(
        """<fresh> AND EXISTS (SELECT FROM policy."book" pol1 WHERE pol1."client_key" = {row}."client_key" """
        """AND pol1."bookID" = {row}."bookID" AND pol1."price" = 1 OFFSET 0)"""
    )
    assert made.gated == 1
    found, made = part("Loan", "Book", "loans")
    assert (made.gated, "caller.relations" in found.sql) == (0, False)


def test_where_ways_part_at_the_row_its_columns_are_read():
    found, made = part("Book", "Book", "namesakes", "namesakes.editions")
    assert made.own == {"client_key", "title", "bookID"}
    assert views_read(found.sql) == {"book": {"client_key", "title", "bookID", "price"}}


def test_what_is_left_without_copies():
    assert sql(f"{SOLD} or X.lent", fresh=FALSE) == '{row}."lent"'
    assert sql(f"{SOLD} and X.lent", fresh=FALSE) == "false"


def test_functions_may_be_called_as_often_as_wanted_but_not_without_end():
    often = " and ".join(["(cheap(X) or X.lent) and dated(X) < today"] * 40) + " or cheap(X)" * 40
    assert compiled(often)[1].entered == []
    assert compiled(f"not ({' and '.join(['cheap(X)'] * 40)})")[1].entered == []
    ring = f"{FUNCTIONS}def ping(B: Book):\n    return pong(B)\ndef pong(B: Book):\n    return ping(B)\n"
    assert refused("ping(X)", functions=ring).endswith("'ping' calls itself: ping -> pong -> ping")
    steps = "".join(f"def f{n}(B: Book):\n    return f{n + 1}(B)\n" for n in range(40)) + FUNCTIONS
    deep = f"{steps}def f40(B: Book):\n    return cheap(B)\n"
    assert sql("f10(X)", functions=deep) == '{row}."price" < 3'  # 32 calls
    assert refused("f9(X)", functions=deep) == "106:12: 'cheap' is called 33 functions deep, and calls may go 32"
