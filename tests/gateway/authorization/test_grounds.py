"""Which published queries the existing network answers by a relation, and which by the caller's own code (UCIR-0001 and further)."""

from __future__ import annotations

import pytest

from gateway.authorization.grants import load_grants
from gateway.authorization.grounds import only_by_relation
from gateway.language.operation import Field
from tests.gateway.authorization.harness import caller, network, operation
from tests.gateway.authorization.library import GRANTS, library

ID = '{eq: "1"}'


@pytest.mark.parametrize(
    ("role", "query", "expected"),
    [
        # UCIR-0002, UCIR-0003 and UCIR-0004: a relation has to be found.
        ("ZORGAANBIEDER", f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", True),
        ("ZORGKANTOOR", f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", True),
        # UCIR-0001: the own code is in the query.
        (
            "ZORGKANTOOR",
            f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}, initieelVerantwoordelijkZorgkantoor: {ID}}}) {{ wlzindicatieID }} }}",
            False,
        ),
        # A source holder needs no ground but its role.
        ("CIZ", f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", False),
        # UCBR-0001 and UCBR-0004 name the own code; UCBR-0012 asks for somebody else's.
        (
            "ZORGAANBIEDER",
            f"{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {ID}, instelling: {ID}}}) {{ instelling }} }}",
            False,
        ),
        (
            "ZORGKANTOOR",
            f"{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {ID}, uitvoerendZorgkantoor: {ID}}}) {{ instelling }} }}",
            False,
        ),
        (
            "ZORGKANTOOR",
            f"{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {ID}}}) {{ instelling }} }}",
            True,
        ),
        # UCBR-0009 and UCBR-0010.
        (
            "ZORGAANBIEDER",
            f"{{ regiehouder(where: {{regiehouderID: {ID}, instelling: {ID}}}) {{ instelling }} }}",
            False,
        ),
        ("CIZ", f"{{ bemiddeling(where: {{wlzIndicatieID: {ID}}}) {{ verantwoordelijkZorgkantoor }} }}", False),
        # Without a role, or without its scope, there is no ground at all.
        (None, f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", False),
    ],
)
def test_by_relation_or_by_ones_own(role: str | None, query: str, expected: bool):
    grants = network()
    root = operation(grants.supergraph.schema, query).selections[0]
    assert isinstance(root, Field)
    assert only_by_relation(root, {}, grants, caller(role)) is expected


# --- how a ground is taken apart -------------------------------------------------------------------------------------------

HEAD = GRANTS[: GRANTS.index("functions: |")]
INPUTS = GRANTS[GRANTS.index("inputs:") : GRANTS.index("grants:")]
FUNCTIONS = """\
functions: |
  def always():
      return today is not None

  def titled(B: Book):
      return named(B)

  def named(B: stock.Book):
      return B.title == caller.branch

  def named(L: Loan):
      return L.book.title == caller.branch

  def priced(R: object):
      return R.price == 5

  def told(B: Book, other: object, number: Int):
      return other.price == number

  def ping(B: Book):
      return pong(B)

  def pong(B: shop.Book):
      return True

  def pong(B: Book):
      return ping(B) or B.title is None

"""
RELATION = "any(L.reader == caller.branch for L in X.loans)"
NOTHING, TITLE, PRICE, BOTH = "{}", "{title: {eq: 1}}", "{price: {eq: 1}}", "{title: {eq: 1}, price: {eq: 1}}"


def grant(name: str, when: str | None, type_: str = "Book", scope: str = "stock", **more: str) -> str:
    """A grant of the clerks."""
    told = {"when": when, "scope": scope, "role": "CLERK", "action": "lezen", "type": f"stock.{type_}"}
    field = "bookID" if type_ == "Book" else "loanID"
    lines = [f"    {key}: {value}\n" for key, value in {**told, **more}.items() if value is not None]
    return f"  - id: {name}\n    fields: [{field}]\n" + "".join(lines)


def related(*grants: str, root: str = "books", where: str = NOTHING, scopes: str = "stock:read") -> bool:
    checked = load_grants(f"{HEAD}{FUNCTIONS}{INPUTS}grants:\n{''.join(grants)}", library())
    query = f"{{ {root}(where: {where}) {{ __typename }} }}"
    field = operation(library().schema, query).selections[0]
    assert isinstance(field, Field)
    return only_by_relation(field, {}, checked, caller("CLERK", scopes))


@pytest.mark.parametrize(
    ("when", "pinned"),
    [
        # Each with the filters that pin what it looks at. Beside it a relation is a ground, which counts where nothing is pinned.
        (None, {NOTHING, TITLE, PRICE, BOTH}),
        ("today is not None", {NOTHING, TITLE, PRICE, BOTH}),
        ("always()", {NOTHING, TITLE, PRICE, BOTH}),
        ("X.title == caller.branch", {TITLE, BOTH}),
        ("caller.branch == X.title", {TITLE, BOTH}),
        ("X.title == caller.branch or X.price == 5", {TITLE, PRICE, BOTH}),
        ("X.title == caller.branch and X.price == 5", {BOTH}),
        ("not (X.title == caller.branch and X.price == 5)", {BOTH}),
        ("today <= years(X.title, 2)", {TITLE, BOTH}),
        ("titled(X)", {TITLE, BOTH}),
        ("named(X)", {TITLE, BOTH}),
        ("named(X, 5)", {TITLE, BOTH}),
        ("priced(X)", {PRICE, BOTH}),
        ("titled(X) and priced(X)", {BOTH}),
        ("ping(X)", {TITLE, BOTH}),
        # What a function is given beside the row is no row.
        ("told(X, X, 5)", {PRICE, BOTH}),
        ("told(X, caller, 5)", {NOTHING, TITLE, PRICE, BOTH}),
        ("told(X, coalesce(X.title, X.title), 5)", {NOTHING, TITLE, PRICE, BOTH}),
        (f"X.title == caller.branch and {RELATION}", set()),
        (f"X.title == caller.branch or {RELATION}", {TITLE, BOTH}),
    ],
)
def test_a_ground_on_the_row_counts_where_the_fields_that_it_looks_at_are_pinned(when: str | None, pinned: set[str]):
    grants = (grant("OWN", when), grant("RELATION", RELATION))
    assert {where for where in (NOTHING, TITLE, PRICE, BOTH) if not related(*grants, where=where)} == pinned


@pytest.mark.parametrize(
    ("grants", "where", "expected"),
    [
        ((grant("OTHER", RELATION),), NOTHING, False),
        ((grant("OWN", "X.reader == caller.branch", "Loan"),), NOTHING, False),
        ((grant("PATH", "X.book.title == caller.branch", "Loan"),), NOTHING, True),
        ((grant("CALLED", "named(X)", "Loan"),), NOTHING, True),
        ((grant("PATH", "X.book.title == caller.branch", "Loan"), grant("PART", None, "Loan", part_of="Book", path="loans")), NOTHING, False),
        ((grant("PATH", "X.book.title == caller.branch", "Loan"), grant("PIN", None, "Loan", anchored="[loanID]")), NOTHING, True),
        ((grant("PATH", "X.book.title == caller.branch", "Loan"), grant("PIN", None, "Loan", anchored="[loanID]")), "{loanID: {eq: 1}}", False),
        ((grant("PATH", "X.book.title == caller.branch", "Loan"), grant("OTHER", None)), NOTHING, True),
    ],
)  # fmt: skip
def test_a_relation_is_the_only_ground_where_no_other_counts(grants: tuple[str, ...], where: str, expected: bool):
    assert related(*grants, root="loans", where=where) is expected


def test_a_grant_without_its_scope_is_no_ground():
    grants = (grant("OWN", None), grant("RELATION", RELATION, scope="reviews"))
    assert related(*grants, scopes="reviews:read") is True
    assert related(*grants, scopes="reviews:read stock:old") is False
    assert related(*grants, scopes="other") is False
