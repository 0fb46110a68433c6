"""What a role with its scopes can get at all: the union of its grants, at every register that decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.authorization.caller import Caller
from gateway.authorization.grants import Anchored, Grants, load_grants, uncovered
from gateway.authorization.language.document import parse_grants
from tests.gateway.authorization.harness import supergraph
from tests.gateway.authorization.library import GRANTS, grants, library

ALL = frozenset({"stock:read", "reviews:read"})


def of(*written: str, homes: str = "{Book: stock}") -> Grants:
    """Grants of the role CLERK: `register.Type [fields]`, each with the scope that bears the register's name, or after `@`."""
    lines = [f"version: 1\nroles: {{CLERK: {{identifiers: {{branch: x}}}}}}\nhomes: {homes}"]
    lines.append("scopes: {stock: [stock, old], reviews: [reviews], extra: [extra]}\ngrants:")
    for number, grant in enumerate(written):
        where, _, scope = grant.partition(" @")
        type_, _, fields = where.partition(" ")
        scope = scope or type_.partition(".")[0]
        given = f"id: G{number}, role: CLERK, action: lezen, scope: {scope}, type: {type_}, fields: {fields}"
        lines.append(f"  - {{{given}}}")
    return load_grants("\n".join(lines) + ("" if written else " []"), library())


def reached(grants: Grants, *scopes: str) -> set[str]:
    return set(grants.reach("CLERK", frozenset(scopes)).allowed)


BOOK, TITLE = "stock.Book [bookID]", "stock.Book [title]"
REVIEWS = "reviews.Book [bookID, reviews]"


def test_nothing_is_open_without_a_grant_a_role_or_a_scope():
    assert reached(of(), "stock") == set()
    assert reached(of(TITLE)) == set()
    assert reached(of(TITLE), "reviews") == set()
    assert grants().reach(None, ALL).allowed == grants().reach("NOBODY", ALL).allowed == set()
    assert grants().reach(None, ALL).types == set()


def test_grants_add_up_and_any_of_their_scopes_will_do():
    both = of(TITLE, "stock.Book [price] @extra")
    assert reached(both, "stock") == reached(both, "old") == {"Book.title"}
    assert reached(both, "stock", "extra") == {"Book.title", "Book.price"}


def test_a_contribution_needs_its_own_grant_and_one_at_the_home():
    assert reached(of(REVIEWS), "reviews") == set()
    assert reached(of(REVIEWS, TITLE), "reviews") == set()
    assert reached(of(REVIEWS, TITLE), "reviews", "stock") == {"Book.title", "Book.reviews"}
    assert reached(of(TITLE), "reviews", "stock") == {"Book.title"}


def test_a_key_is_judged_at_the_home_and_without_a_home_by_all_who_have_it():
    assert reached(of(BOOK), "stock") == {"Book.bookID"}
    assert reached(of(BOOK, homes="{}"), "stock") == set()
    assert reached(of(BOOK, REVIEWS, homes="{}"), "stock", "reviews") == {"Book.bookID", "Book.reviews"}
    assert reached(of(REVIEWS, homes="{}"), "reviews") == {"Book.reviews"}


def test_the_grants_that_open_a_coordinate_are_told():
    opened = of(BOOK, BOOK, REVIEWS, homes="{}").reach("CLERK", frozenset({"stock", "reviews"})).grants
    assert opened == {"Book.bookID": ("G0", "G1", "G2"), "Book.reviews": ("G2",)}


def test_a_type_is_reached_where_it_is_at_home():
    assert of(TITLE, "reviews.Review [stars]").reach("CLERK", frozenset({"stock", "reviews"})).types == {
        "Book",
        "Review",
    }
    assert of(REVIEWS).reach("CLERK", frozenset({"reviews"})).types == set()


def test_a_grant_that_is_disabled_gives_nothing():
    text = GRANTS.replace("id: REVIEW\n", "id: REVIEW\n    enabled: false\n")
    assert "Review.stars" in grants().reach("CLERK", ALL).allowed
    assert "Review.stars" not in load_grants(text, library()).reach("CLERK", ALL).allowed


def test_anchored_grants_open_at_a_root_what_is_theirs():
    reach = grants().reach("READER", ALL)
    (anchor,) = reach.anchors["Loan"]
    assert (anchor.grant, anchor.fields, anchor.coordinates) == ("LOAN-KEY", ("loanID",), {"Loan.loanID"})
    assert (reach.plain_roots, "Loan" in reach.types, "Loan.loanID" in reach.allowed) == ({"Loan": set()}, False, False)
    auditor = grants().reach("AUDITOR", ALL)
    assert (auditor.plain_roots, auditor.types) == ({"Loan": set()}, {"Loan"})
    assert auditor.allowed == {"Loan.loanID", "Loan.until"}
    assert grants().reach("CLERK", ALL).anchors == {}


def test_at_an_anchored_root_plain_grants_count_for_their_own_type_only():
    text = GRANTS.replace(
        "never:",
        """\
  - {id: PLAIN, role: AUDITOR, action: lezen, scope: stock, type: stock.Loan, fields: [reader]}
  - {id: BOOK, role: AUDITOR, action: lezen, scope: stock, type: stock.Book, fields: [title]}
never:""",
    )
    reach = load_grants(text, library()).reach("AUDITOR", ALL)
    assert reach.plain_roots == {"Loan": {"Loan.reader"}}
    assert [anchor.grant for anchor in reach.anchors["Loan"]] == ["LOAN-AUDITOR"]


@pytest.mark.parametrize(
    ("written", "coordinate", "held", "expected"),
    [
        ((TITLE,), "Book.title", "", "stock"),
        ((TITLE,), "Book.title", "reviews", "stock"),
        ((TITLE,), "Book.title", "old", ""),
        ((TITLE,), "Book.price", "", None),
        ((TITLE, "reviews.Book [reviews]"), "Book.reviews", "stock", "reviews"),
        ((TITLE,), "Book.reviews", "", None),
        (("stock.Loan [loanID] @extra", TITLE), "Book.title", "", "stock"),
        (("stock.Book [price] @extra", TITLE), "Book.title", "", "stock"),
        ((TITLE, "stock.Book [title] @extra"), "Book.title", "extra", ""),
        ((TITLE,), "Book.nothing", "", None),
        ((TITLE,), "Loan.title", "", None),
    ],
)
def test_which_scope_is_missing(written: tuple[str, ...], coordinate: str, held: str, expected: str | None):
    assert of(*written).scope_for("CLERK", coordinate, frozenset(held.split())) == expected
    assert of(*written).scope_for("READER", coordinate, frozenset(held.split())) is None


def test_of_two_registers_that_decide_the_first_that_lacks_a_scope_is_told():
    both = of(BOOK, REVIEWS, homes="{}")
    assert both.scope_for("CLERK", "Book.bookID", frozenset()) == "stock"
    assert both.scope_for("CLERK", "Book.bookID", frozenset({"stock"})) == "reviews"
    assert both.scope_for("CLERK", "Book.bookID", frozenset({"reviews"})) == "stock"
    assert both.scope_for("CLERK", "Book.bookID", frozenset({"reviews", "stock"})) == ""
    assert of(BOOK, homes="{}").scope_for("CLERK", "Book.bookID", frozenset()) is None


def test_elsewhere_than_at_a_root_a_grant_for_anchored_roots_only_needs_no_scope():
    only, at_home = (
        "stock.Loan [loanID], anchored: [loanID], anchor_only: true",
        "stock.Loan [loanID], anchored: [loanID]",
    )
    assert of(only).scope_for("CLERK", "Loan.loanID", frozenset()) == "stock"
    assert of(only).scope_for("CLERK", "Loan.loanID", frozenset(), at_root=False) is None
    assert [anchor.grant for anchor in of(only).reach("CLERK", frozenset({"stock"})).anchors["Loan"]] == ["G0"]
    assert of(at_home).scope_for("CLERK", "Loan.loanID", frozenset(), at_root=False) == "stock"
    assert of("stock.Loan [loanID]").scope_for("CLERK", "Loan.loanID", frozenset(), at_root=False) == "stock"


def test_what_was_worked_out_is_kept_for_the_pairs_used_last():
    scopes = [f"s{number}" for number in range(300)]
    text = GRANTS.replace("reviews: [reviews:read]", f"reviews: [{', '.join(scopes)}]")
    loaded = load_grants(text, library())
    first, second = loaded.reach("CLERK", frozenset({"unknown"})), loaded.reach("READER", frozenset())
    assert loaded.reach("CLERK", frozenset({"unknown too"})) is first
    kept = [loaded.reach("CLERK", frozenset({scope})) for scope in scopes[:254]]
    assert loaded.reach("READER", frozenset()) is second  # 256 pairs are kept
    assert loaded.reach("CLERK", frozenset()) is first
    loaded.reach("CLERK", frozenset({"s299"}))
    assert loaded.reach("CLERK", frozenset()) is first
    again = loaded.reach("CLERK", frozenset({"s0"}))
    assert (again is kept[0], again == kept[0]) == (False, True)


def test_anchors_are_of_their_own_type():
    found = of(
        "stock.Loan [loanID, until], anchored: [loanID]", "stock.Book [bookID], anchored: [bookID]", TITLE
    ).reach("CLERK", frozenset({"stock"}))
    assert found.anchors == {
        "Loan": (Anchored("G0", ("loanID",), frozenset({"Loan.loanID", "Loan.until"})),),
        "Book": (Anchored("G1", ("bookID",), frozenset({"Book.bookID"})),),
    }
    assert found.plain_roots == {"Loan": set(), "Book": {"Book.title"}}


def test_what_only_writing_grants_name_is_read_by_nobodys_decision():
    text = GRANTS.replace(
        "grants:\n",
        "mutations:\n  rename: {action: wijzigen, type: stock.Map, input: map}\ngrants:\n"
        "  - {id: RENAME, role: CLERK, action: wijzigen, scope: stock, type: stock.Map, fields: [title]}\n",
    )
    assert uncovered(replace(grants(), file=parse_grants(text))) == ["stock.Map.title"]


def test_what_nobody_decided_on():
    text = GRANTS.replace("never:\n  stock.Book: [branch]\n", "")
    missing = uncovered(load_grants(text, library()))
    assert missing == sorted(missing)
    assert [name for name in missing if not name.startswith("stock.Map")] == ["stock.Book.branch"]
    assert uncovered(grants()) == ["stock.Map.title"]
    # Without a home every register that has the key decides on it.
    less = GRANTS.replace("homes:\n  Book: stock\n", "").replace("fields: [bookID, reviews]", "fields: [reviews]")
    assert uncovered(load_grants(less, library())) == ["reviews.Book.bookID", "stock.Map.title"]


def test_on_roots_nobody_decides():
    graph = supergraph(stock="type Query { a: Int } type Mutation { b: Int } type Subscription { c: Int }")
    text = "version: 1\nroles: {A: {identifiers: {b: x}}}\ngrants: []\n"
    assert uncovered(load_grants(text, graph)) == []


def test_a_release_is_that_of_the_register_or_of_the_file():
    loaded = grants()
    assert loaded.release == loaded.file.release
    assert (loaded.release_of("stock"), loaded.release_of("elsewhere")) == (loaded.release, loaded.release)


def test_a_caller_is_of_no_party_by_what_is_for_the_record_only():
    one = Caller(role="CLERK", identifiers={}, scopes=ALL, name="Ann")
    assert one == Caller(role="CLERK", identifiers={}, scopes=ALL, name="Bo")
    bare = (one.subject, one.actor, one.token_id, one.expires_at, one.audience, one.key, one.issuer)
    assert bare == ("", None, "", 0, "", "", "")
