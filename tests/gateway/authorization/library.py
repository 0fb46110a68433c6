"""A graph that has nothing to do with care: books, loans and reviews, with grants for clerks and readers."""

from __future__ import annotations

from functools import cache
from typing import Any

from gateway.authorization.grants import Grants, load_grants
from gateway.supergraph.model import Supergraph
from tests.gateway.authorization.harness import supergraph

STOCK = """
type Query { books(where: BookFilter, order: [BookSort!]): [Book!]! loans(where: LoanFilter): [Loan!]! things: [Thing!] }
type Mutation { remove(title: String): Book }
interface Thing { title: String }
type Book implements Thing { bookID: ID! title: String price: Int branch: String loans(where: LoanFilter): [Loan!] }
type Map implements Thing { title: String }
type Loan { loanID: ID! reader: String until: String book: Book }
input BookFilter { and: [BookFilter!] title: TextFilter price: TextFilter isbn: TextFilter loans: LoanList myBranch: TextFilter }
input LoanFilter { loanID: TextFilter reader: TextFilter until: TextFilter book: BookFilter }
input LoanList { some: LoanFilter any: Boolean }
input TextFilter { eq: String gt: String or: [TextFilter!] }
input BookSort { title: Sort price: Sort }
enum Sort { ASC DESC }
"""
REVIEWS = "type Book { bookID: ID! reviews(first: Int): [Review!] } type Review { stars: Int book: Book }"

GRANTS = """\
version: 1
timezone: Europe/Amsterdam
roles:
  CLERK:
    claims: {kind: clerk}
    identifiers: {branch: '^[0-9]+$'}
  READER:
    identifiers: {card: '^[a-z]+$'}
    derived: {client_key: card}
  AUDITOR:
    identifiers: {badge: '^x$'}
homes:
  Book: stock
scopes:
  stock: [stock:read, stock:old]
  reviews: [reviews:read]
functions: |
  # A loan is soon over, or was lately.
  def soon(L: Loan):
      return L.until is None or today <= years(L.until, 2)

  def mine(L: Loan):
      return L.reader == caller.card
inputs:
  equality: [eq]
  transparent:
    - types: [TextFilter]
      fields: [eq, gt, or]
    - types: [LoanList]
      fields: [some, any]
  types:
    BookFilter:
      reads: stock.Book
      combinators: [and]
      claims: {myBranch: branch}
      fields:
        isbn: [Book.title]
    BookSort: {reads: stock.Book}
    LoanFilter: {reads: stock.Loan}
grants:
  - id: BOOK-OWN
    source: [house rule 1]
    role: CLERK
    action: lezen
    scope: stock
    type: stock.Book
    fields: [bookID, title, price, loans]
    when: X.branch == caller.branch
  - id: BOOK-LENT
    role: CLERK
    action: lezen
    scope: stock
    type: stock.Book
    fields: [title, loans]
    when: any(soon(L) for L in X.loans)
  - id: BOOK-READER
    role: READER
    action: lezen
    scope: stock
    type: stock.Book
    fields: [bookID, title]
    when: any(mine(L) for L in X.loans)
  - id: LOAN-CLERK
    role: CLERK
    action: lezen
    scope: stock
    type: stock.Loan
    fields: [loanID, reader, book]
    part_of: Book
    path: loans
  - id: LOAN-AUDITOR
    role: AUDITOR
    action: lezen
    scope: stock
    type: stock.Loan
    fields: [loanID, until]
    anchored: [loanID]
  - id: LOAN-KEY
    role: READER
    action: lezen
    scope: stock
    type: stock.Loan
    fields: [loanID]
    anchored: [loanID]
    anchor_only: true
  - id: REVIEWS
    role: [CLERK, READER]
    action: lezen
    scope: reviews
    type: reviews.Book
    fields: [bookID, reviews]
  - id: REVIEW
    role: [CLERK, READER]
    action: lezen
    scope: reviews
    type: reviews.Review
    fields: [stars, book]
never:
  stock.Book: [branch]
"""


def _column(name: str, kind: str = "text", *, hidden: bool = False, refers: str = "") -> dict[str, Any]:
    return {"column": name, "kind": kind, "nullable": True, "hidden": hidden, "refers": refers}


def _relation(target: str, on: list[list[str]], *, many: bool = False, hidden: bool = False) -> dict[str, Any]:
    return {
        "target": target,
        "many": many,
        "nullable": True,
        "hidden": hidden,
        "on": on,
        "through": None,
        "same_client": True,
    }


MAPPING: dict[str, Any] = {
    "register": "stock",
    "types": {
        "Book": {
            "table": "book",
            "key": "bookID",
            "stub": False,
            "hidden": False,
            "keyed_from": "",
            "columns": {
                "bookID": _column("bookID", "uuid"),
                "title": _column("title"),
                "price": _column("price", "int"),
                "branch": _column("branch"),
                "bought": _column("bought", "datetime"),
            },
            "relations": {"loans": _relation("Loan", [["bookID", "bookID"]], many=True)},
        },
        "Loan": {
            "table": "loan",
            "key": "loanID",
            "stub": False,
            "hidden": False,
            "keyed_from": "",
            "columns": {
                "loanID": _column("loanID", "uuid"),
                "reader": _column("reader"),
                "until": _column("until", "date"),
                "bookID": _column("bookID", "uuid", hidden=True, refers="Book"),
            },
            "relations": {"book": _relation("Book", [["bookID", "bookID"]])},
        },
    },
    "roots": {"books": "Book", "loans": "Loan"},
    "filters": {},
    "identity": {},
    "ignored": [],
}


@cache
def library() -> Supergraph:
    return supergraph(stock=STOCK, reviews=REVIEWS)


@cache
def grants() -> Grants:
    return load_grants(GRANTS, library())
