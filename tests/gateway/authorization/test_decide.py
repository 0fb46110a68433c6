"""The static decision: what of an operation a caller may not have, named before anything is fetched."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from gateway.authorization.decide import Reason, decide, shape
from gateway.authorization.grants import Grants, caller_from_claims, load_grants
from gateway.language.operation import Field
from tests.gateway.authorization.gallery import grants as gallery
from tests.gateway.authorization.harness import caller, decision, operation, refused
from tests.gateway.authorization.library import GRANTS, grants, library

CLERK = caller("CLERK", "stock:read reviews:read")
READER = caller("READER", "stock:read reviews:read")
AUDITOR = caller("AUDITOR", "stock:read")


def test_what_the_role_has_grants_for_is_allowed():
    assert decision(grants(), CLERK, "{ books { title price loans { reader } reviews { stars } } }").allowed


def test_every_refused_coordinate_is_named_once_in_the_order_of_the_operation():
    query = "{ books { price title branch loans { reader until } again: price } }"
    assert refused(grants(), READER, query) == [
        "Book.price: role",
        "Book.branch: role",
        "Book.loans: role",
        "Loan.reader: role",
        "Loan.until: role",
    ]


def test_an_old_scope_opens_the_same_and_a_refusal_names_the_first():
    old = caller("CLERK", "stock:old")
    assert decision(grants(), old, "{ books { title } }").allowed
    verdict = decision(grants(), caller("CLERK", "reviews:read"), "{ books { title reviews { stars } } }")
    assert verdict.missing_scopes == ("stock:read",)
    assert [(r.coordinate, r.scope) for r in verdict.refused] == [
        ("Book.title", "stock:read"),
        # A contribution to an entity needs the entity's home too.
        ("Book.reviews", "stock:read"),
    ]


def test_no_role_no_rights():
    assert refused(grants(), caller(None, "stock:read"), "{ books { title } }") == ["Book.title: role"]


@pytest.mark.parametrize(
    "query",
    [
        "{ books { branch } }",
        "{ books { title: branch } }",
        "{ a: books { x: branch } }",
        "{ books { ...F } } fragment F on Book { branch }",
        "{ books { ... on Book { ... { branch } } } }",
        "query ($yes: Boolean!) { books { branch @include(if: $yes) } }",
        "query ($yes: Boolean!) { books { ... @include(if: $yes) { branch } } }",
        "query ($no: Boolean!) { books { branch @skip(if: $no) } }",
        "query ($yes: Boolean!) { books @include(if: $yes) { branch } }",
    ],
)
def test_a_forbidden_field_is_refused_however_it_is_written(query: str):
    assert refused(grants(), CLERK, query, {"yes": True, "no": False})[:1] == ["Book.branch: role"]


def test_a_field_that_is_skipped_is_not_asked_for():
    query = "query ($yes: Boolean!) { books { title branch @include(if: $yes) } }"
    assert decision(grants(), CLERK, query, {"yes": False}).allowed


def test_a_condition_without_a_value_counts_as_fulfilled():
    for directive in ("@include(if: $yes)", "@skip(if: $yes)"):
        query = f"query ($yes: Boolean) {{ books {{ title branch {directive} }} }}"
        assert refused(grants(), CLERK, query, {}) == ["Book.branch: role"]


def test_the_words_of_reasons():
    assert [reason.value for reason in Reason] == ["scope", "role", "anchor", "input"]


def test_introspection_is_free_but_not_the_types_that_it_hangs_on():
    assert decision(grants(), CLERK, "{ __typename __schema { x: __typename } books { __typename } }").allowed
    assert refused(grants(), AUDITOR, "{ books { __typename } }") == ["Query.books: role"]


def test_a_field_of_an_interface_is_asked_of_every_type_that_may_stand_there():
    assert refused(grants(), CLERK, "{ things { title } }") == ["Map.title: role"]
    assert decision(grants(), CLERK, "{ things { ... on Book { title } } }").allowed
    assert refused(grants(), CLERK, "{ things { ... on Map { title } ... on Book { title: branch } } }") == [
        "Map.title: role",
        "Book.branch: role",
    ]


def test_a_mutation_needs_a_grant_of_its_own():
    assert refused(grants(), CLERK, "mutation { remove { title } }") == ["Mutation.remove: role"]


# --- filters and sorts -------------------------------------------------------------------------------------------------

FILTERS = [
    ('{ books(where: {price: {eq: "1"}}) { title } }', {}),
    ("query ($v: String) { books(where: {price: {eq: $v}}) { title } }", {"v": "1"}),
    ("query ($v: TextFilter) { books(where: {price: $v}) { title } }", {"v": {"eq": "1"}}),
    ("query ($v: BookFilter) { books(where: $v) { title } }", {"v": {"price": {"eq": "1"}}}),
    ("query ($v: BookFilter) { books(where: $v) { title } }", {"v": {"and": [{"title": {}}, {"price": {}}]}}),
    ("query ($v: [BookFilter!]) { books(where: {and: $v}) { title } }", {"v": [{"price": {}}]}),
    ('{ books(where: {and: {and: [{price: {or: [{eq: "1"}]}}]}}) { title } }', {}),
    ("{ books(where: {price: null}) { title } }", {}),
    ("{ books(order: [{title: ASC}, {price: DESC}]) { title } }", {}),
    ("query ($o: [BookSort!]) { books(order: $o) { title } }", {"o": [{"price": "ASC"}]}),
]


@pytest.mark.parametrize(("query", "variables"), FILTERS)
def test_filtering_and_sorting_on_a_field_is_reading_it(query: str, variables: dict[str, object]):
    assert refused(grants(), READER, query, variables) == ["Book.price: role"]
    assert decision(grants(), CLERK, query, variables).allowed


def test_a_filter_over_a_relation_reads_the_edge_and_what_it_asks_behind_it():
    query = '{ books(where: {loans: {some: {until: {eq: "x"}, book: {isbn: {eq: "x"}}}}}) { title } }'
    assert refused(grants(), READER, query) == ["Book.loans: role", "Loan.until: role", "Loan.book: role"]


@pytest.mark.parametrize("loans", ["{any: true}", "{some: {}}", "null"])
def test_what_a_caller_sees_nothing_of_is_not_counted_either(loans: str):
    query = "{ books(where: {loans: " + loans + "}) { title } }"
    assert decision(grants(), CLERK, query).allowed
    blind = load_grants(
        GRANTS.replace("id: LOAN-CLERK\n    role: CLERK", "id: LOAN-CLERK\n    role: AUDITOR"), library()
    )
    assert refused(blind, CLERK, query) == ["Book.loans: role"]


def test_an_omitted_variable_filters_nothing():
    query = "query ($v: TextFilter) { books(where: {price: $v}) { title } }"
    assert decision(grants(), READER, query, {}).allowed


def test_an_identity_input_is_no_data():
    assert decision(grants(), READER, '{ books(where: {myBranch: {eq: "1"}}) { title } }').allowed


def test_an_argument_of_which_nobody_said_what_it_reads_is_refused():
    assert refused(grants(), CLERK, "{ books { reviews(first: 1) { stars } } }") == ["Book.reviews(first:): input"]


# --- anchors -----------------------------------------------------------------------------------------------------------

PINNED = [
    ('{ loans(where: {loanID: {eq: "1"}}) { loanID until } }', {}),
    ("query ($v: String) { loans(where: {loanID: {eq: $v}}) { loanID } }", {"v": "1"}),
    ("query ($v: LoanFilter) { loans(where: $v) { loanID } }", {"v": {"loanID": {"eq": "1"}}}),
    ('query ($v: TextFilter) { loans(where: {loanID: $v, until: {gt: "2"}}) { loanID } }', {"v": {"eq": "1"}}),
]
LOOSE = [
    ("{ loans { loanID } }", {}),
    ("{ loans(where: {loanID: {eq: null}}) { loanID } }", {}),
    ("query ($v: String) { loans(where: {loanID: {eq: $v}}) { loanID } }", {"v": None}),
    ("query ($v: String) { loans(where: {loanID: {eq: $v}}) { loanID } }", {}),
    ('{ loans(where: {loanID: {gt: "1"}}) { loanID } }', {}),
    ('{ loans(where: {loanID: {or: [{eq: "1"}]}}) { loanID } }', {}),
    ('{ loans(where: {until: {eq: "1"}}) { loanID } }', {}),
]


@pytest.mark.parametrize(("query", "variables"), PINNED)
def test_an_anchored_root_whose_field_is_pinned(query: str, variables: dict[str, object]):
    assert decision(grants(), AUDITOR, query, variables).allowed


@pytest.mark.parametrize(("query", "variables"), LOOSE)
def test_an_anchored_root_whose_field_is_not_pinned(query: str, variables: dict[str, object]):
    (refusal,) = decision(grants(), AUDITOR, query, variables).refused
    assert (refusal.coordinate, refusal.reason, refusal.needs) == ("Query.loans", Reason.ANCHOR, ("loanID",))


def test_anchored_only_counts_at_a_root_and_nowhere_else():
    assert decision(grants(), READER, '{ loans(where: {loanID: {eq: "1"}}) { loanID } }').refused == ()
    assert refused(grants(), READER, "{ books { loans { loanID } } }") == ["Book.loans: role", "Loan.loanID: role"]


MORE = (
    GRANTS.replace("homes:\n", "  EDITOR: {identifiers: {desk: x}}\nhomes:\n", 1)
    .replace("scopes:\n", "scopes:\n  loans: [loans:read]\n", 1)
    .replace(
        "never:",
        """\
  - {id: A-1, role: AUDITOR, action: lezen, scope: stock, type: stock.Loan, fields: [loanID, reader, until, book], anchored: [reader, until]}
  - {id: A-2, role: AUDITOR, action: lezen, scope: stock, type: stock.Loan, fields: [loanID, reader], anchored: [reader]}
  - {id: C-1, role: CLERK, action: lezen, scope: stock, type: stock.Loan, fields: [loanID, until], anchored: [loanID]}
  - {id: E-1, role: EDITOR, action: lezen, scope: loans, type: stock.Loan, fields: [loanID]}
  - {id: E-2, role: EDITOR, action: lezen, scope: reviews, type: reviews.Book, fields: [bookID, reviews]}
  - {id: E-3, role: EDITOR, action: lezen, scope: stock, type: stock.Book, fields: [title]}
never:""",
        1,
    )
)


@cache
def more() -> Grants:
    return load_grants(MORE, library())


def test_what_one_anchor_opens_another_does_not():
    query = '{ loans(where: {loanID: {eq: "1"}}) { loanID until reader book { __typename } } }'
    assert [(r.coordinate, r.reason, r.needs) for r in decision(more(), AUDITOR, query).refused] == [
        ("Loan.reader", Reason.ANCHOR, ("reader", "until")),
        ("Loan.book", Reason.ANCHOR, ("reader", "until")),
    ]
    assert decision(more(), AUDITOR, '{ loans(where: {reader: {eq: "1"}}) { loanID reader } }').allowed
    (refusal,) = decision(more(), AUDITOR, '{ loans(where: {reader: {eq: "1"}}) { until } }').refused
    assert (refusal.coordinate, refusal.reason, refusal.needs) == ("Loan.until", Reason.ANCHOR, ("loanID",))


def test_a_filter_reads_what_the_anchors_of_its_root_open_and_no_more():
    pinned = '{ loans(where: {loanID: {eq: "1"}, reader: {%s: "x"}}) { loanID } }'
    (refusal,) = decision(more(), AUDITOR, pinned % "gt").refused
    assert (refusal.coordinate, refusal.reason, refusal.needs) == ("Loan.reader", Reason.ANCHOR, ("reader", "until"))
    assert decision(more(), AUDITOR, pinned % "eq").allowed


def test_a_filter_reads_along_an_edge_what_no_anchor_of_its_root_has_to_open():
    nested = '{ loans(where: {loanID: {eq: "1"}, book: {loans: {some: {until: {gt: "2"}}}}}) { loanID } }'
    text = MORE.replace(
        "fields: [loanID, until]\n    anchored: [loanID]", "fields: [loanID, until, book]\n    anchored: [loanID]"
    )
    text = text.replace(
        "never:",
        "  - {id: A-3, role: AUDITOR, action: lezen, scope: stock, type: stock.Book, fields: [bookID, loans]}\n"
        "  - {id: A-4, role: AUDITOR, action: lezen, scope: stock, type: stock.Loan, fields: [until, loanID], anchored: [until]}\nnever:",
        1,
    )
    assert decision(load_grants(text, library()), AUDITOR, nested).allowed


def test_a_root_that_is_not_pinned_is_refused_once():
    """What it would give, were it pinned, is not said to be refused as well; what it would not give, is."""
    assert refused(grants(), READER, "{ loans { loanID } }") == ["Query.loans: anchor"]
    assert refused(grants(), READER, "{ loans { loanID reader } }") == ["Query.loans: anchor", "Loan.reader: role"]


def test_a_pinned_root_gives_what_another_register_adds_to_its_type():
    """Who sees an entity at its home only when it is pinned, sees then what is added to it elsewhere."""
    text = GRANTS.replace(
        "fields: [bookID, title]\n    when: any(mine(L) for L in X.loans)",
        "fields: [bookID, title]\n    anchored: [title]",
    )
    reviewed = '{ books(where: {title: {eq: "Dune"}}) { reviews { stars } } }'
    assert decision(load_grants(text, library()), READER, reviewed).allowed
    assert refused(load_grants(text, library()), READER, "{ books { reviews { stars } } }") == ["Query.books: anchor"]


def test_behind_an_edge_is_no_type_whose_grants_count_at_roots_only():
    text = GRANTS.replace("fields: [bookID, title]\n", "fields: [bookID, title, loans]\n")
    assert refused(load_grants(text, library()), READER, "{ books { loans { __typename } } }") == ["Book.loans: role"]
    some = "{ books(where: {loans: {any: true}}) { title } }"
    assert refused(load_grants(text, library()), READER, some) == ["Book.loans: role"]


def test_the_fewest_fields_to_pin_are_told():
    (refusal,) = decision(more(), AUDITOR, "{ loans { loanID } }").refused
    assert (refusal.coordinate, refusal.needs) == ("Query.loans", ("loanID",))


def test_a_root_gives_without_a_pin_what_needs_none():
    assert decision(more(), CLERK, "{ loans { loanID reader } }").allowed
    (refusal,) = decision(more(), CLERK, "{ loans { loanID until } }").refused
    assert (refusal.coordinate, refusal.reason, refusal.needs) == ("Loan.until", Reason.ANCHOR, ("loanID",))
    assert decision(more(), CLERK, '{ loans(where: {loanID: {eq: "1"}}) { reader until } }').allowed
    # Reached along an edge, the row decides alone.
    assert decision(more(), CLERK, "{ books { loans { until } } }").allowed


def test_what_is_read_behind_an_edge_is_judged_as_what_is_reached_along_it():
    """The until of other loans is open to who pins nothing, that of these is not."""
    more_grants = """\
  - {id: A-3, role: AUDITOR, action: lezen, scope: stock, type: stock.Book, fields: [bookID, loans]}
  - {id: A-4, role: AUDITOR, action: lezen, scope: stock, type: stock.Loan, fields: [until], anchored: [until]}
never:"""
    text = GRANTS.replace("fields: [loanID, until]", "fields: [loanID, book]").replace("never:", more_grants)
    some = '{ loans(where: {loanID: {eq: "1"}, book: {loans: {some: {until: {gt: "2"}}}}}) { loanID } }'
    assert refused(load_grants(text, library()), AUDITOR, some) == []
    own = '{ loans(where: {loanID: {eq: "1"}, until: {gt: "2"}}) { loanID } }'
    assert refused(load_grants(text, library()), AUDITOR, own) == ["Loan.until: anchor"]


def test_an_input_that_reads_another_type_asks_no_anchor_of_its_root():
    text = GRANTS.replace(
        "LoanFilter: {reads: stock.Loan}", "LoanFilter: {reads: stock.Loan, fields: {reader: [Book.title]}}"
    )
    text = text.replace("role: READER\n", "role: [READER, AUDITOR]\n", 1)
    query = '{ loans(where: {loanID: {eq: "1"}, reader: {gt: "x"}}) { loanID } }'
    assert refused(load_grants(text, library()), AUDITOR, query) == []


def test_along_an_edge_no_anchor_helps():
    query = '{ books { loans(where: {loanID: {eq: "1"}}) { __typename } } }'
    assert refused(grants(), READER, query) == ["Book.loans: role", "Loan.loanID: role"]


def test_a_filter_through_an_edge_to_a_type_that_no_grant_opens():
    text = GRANTS.replace("fields: [loanID, until]", "fields: [loanID, until, book]")
    query = '{ loans(where: {loanID: {eq: "1"}, book: {}}) { loanID } }'
    assert refused(load_grants(text, library()), AUDITOR, query) == ["Loan.book: role"]
    named = '{ loans(where: {loanID: {eq: "1"}, book: {title: {eq: "x"}}}) { loanID } }'
    assert refused(load_grants(text, library()), AUDITOR, named) == ["Book.title: role"]


# --- what a refusal says --------------------------------------------------------------------------------------------------


def test_the_scope_of_a_contribution_is_that_of_the_home_of_its_type():
    verdict = decision(more(), caller("EDITOR", "reviews:read"), "{ books { reviews { __typename } } }")
    assert [(r.coordinate, r.reason, r.scope) for r in verdict.refused] == [
        ("Book.reviews", Reason.SCOPE, "stock:read"),
    ]


def test_a_type_that_is_only_named_is_refused_with_the_scope_that_would_open_it():
    nothing = caller("CLERK", "")
    for query in ("{ books { __typename } }", "{ things { __typename } }"):
        (refusal,) = decision(grants(), nothing, query).refused
        assert (refusal.coordinate[:6], refusal.reason, refusal.scope) == ("Query.", Reason.SCOPE, "stock:read")
    (refusal,) = decision(grants(), caller("AUDITOR", ""), "{ books { __typename } }").refused
    assert (refusal.coordinate, refusal.reason, refusal.scope) == ("Query.books", Reason.ROLE, None)


def test_what_counts_at_anchored_roots_only_is_no_scope_that_is_missing_elsewhere():
    nothing = caller("READER", "")
    for query, coordinate in (("{ loans { loanID } }", "Loan.loanID"), ("{ loans { __typename } }", "Query.loans")):
        (refusal,) = decision(grants(), nothing, query).refused
        assert (refusal.coordinate, refusal.reason, refusal.scope) == (coordinate, Reason.SCOPE, "stock:read")
    assert [(r.coordinate, r.scope) for r in decision(grants(), nothing, "{ books { loans { loanID } } }").refused] == [
        ("Book.loans", None),
        ("Loan.loanID", None),
    ]
    opened = load_grants(GRANTS.replace("fields: [bookID, title]\n", "fields: [bookID, title, loans]\n"), library())
    assert [
        (r.coordinate, r.scope) for r in decision(opened, nothing, "{ books { loans { __typename } } }").refused
    ] == [
        ("Book.loans", "stock:read"),
    ]


def test_a_role_that_is_missing_is_no_missing_scope():
    verdict = decision(grants(), READER, "{ books { price } }")
    assert (verdict.allowed, verdict.missing_scopes) == (False, ())


def test_everything_that_was_asked_for_is_told_allowed_or_not():
    query = '{ books(where: {price: {eq: "1"}, isbn: {eq: "2"}}) { bookID branch } things { title } __typename }'
    assert decision(grants(), CLERK, query).coordinates == {
        "Book.price", "Book.title", "Book.bookID", "Book.branch", "Map.title",
    }  # fmt: skip


def test_the_places_are_the_fields_that_would_have_to_go():
    asked = operation(library().schema, "{ books { title branch } loans { until } }")
    verdict = decide(asked, {}, grants(), CLERK)
    books, loans = (root for root in asked.selections if isinstance(root, Field))
    assert verdict.places == {id(books.selections[1]), id(loans.selections[0])}
    nothing = decide(asked, {}, grants(), AUDITOR)
    assert nothing.places == {id(books), *map(id, books.selections), id(loans)}


def test_of_mutations_each_is_judged_with_all_that_its_input_stands_for():
    keeper = caller("KEEPER", "gallery:read gallery:write")
    hang = 'hang(painting: {title: "a", price: 5, size: {width: 1}}) { title }'
    sell, dust = 'sell(paintingID: "1") { paintingID }', 'dust(paintingID: "2") { title }'
    verdict = decision(gallery(), keeper, f"mutation {{ {sell} {hang} {dust} }}")
    assert [f"{r.coordinate}: {r.reason.value}" for r in verdict.refused] == [
        "Painting.size: role",
        "Mutation.dust: role",
        "Mutation.dust(paintingID:): input",
    ]
    assert verdict.coordinates == {
        "Mutation.sell", "Painting.paintingID", "Mutation.hang", "Painting.title", "Painting.price", "Painting.size", "Mutation.dust",
        "Mutation.dust(paintingID:)",
    }  # fmt: skip


@pytest.mark.parametrize("query", ["mutation { __typename }", "mutation { __typename remove { title } }"])
def test_what_the_root_is_called_is_free_and_what_follows_is_not(query: str):
    expected = ["Mutation.remove: role"] if "remove" in query else []
    assert refused(grants(), CLERK, query) == expected


# --- what of the variables a decision hangs on --------------------------------------------------------------------------

SHAPES: list[tuple[Any, Any, bool]] = [
    ({"where": {"id": "1"}}, {"where": {"id": "2"}}, True),
    ({"n": 1}, {"n": 1.5}, True),
    ({"n": [{"a": 1}, {"b": 2}]}, {"n": [{"b": 3}, {"a": 4}, {"a": 5}]}, True),
    ({"yes": True}, {"yes": False}, False),
    ({"yes": True}, {"yes": "true"}, False),
    ({"yes": None}, {"yes": False}, False),
    ({"v": None}, {"v": "x"}, False),
    ({"v": None}, {}, False),
    ({"v": {}}, {"v": None}, False),
    ({"v": {}}, {"v": "x"}, False),
    ({"v": {"a": "x"}}, {"v": {"b": "x"}}, False),
    ({"v": {"a": "x"}}, {"v": {"a": None}}, False),
    ({"v": []}, {"v": {}}, False),
    ({"v": []}, {"v": "x"}, False),
    ({"v": ["x"]}, {"v": "x"}, False),
    ({"v": ["x"]}, {"v": [None]}, False),
    ({"v": [{"a": 1}]}, {"v": [{"b": 1}]}, False),
    ({"v": [{"a": 1}]}, {"v": {"a": 1}}, False),
]


@pytest.mark.parametrize(("one", "other", "alike"), SHAPES)
def test_variables_share_a_decision_when_only_values_differ(one: Any, other: Any, alike: bool):
    assert (shape(one) == shape(other), hash(shape(one)) == hash(shape(other))) == (alike, alike)


# --- claims ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"kind": "clerk", "branch": "12"}, ("CLERK", {"branch": "12"})),
        ({"branch": "12"}, ("CLERK", {"branch": "12"})),
        ({"kind": "boss", "branch": "12"}, (None, {})),
        ({"kind": "clerk", "branch": "x"}, (None, {})),
        ({"kind": "clerk", "branch": "12\n"}, (None, {})),
        ({"kind": "clerk", "branch": None, "card": "abc"}, ("READER", {"card": "abc"})),
        ({"branch": "", "card": "abc"}, ("READER", {"card": "abc"})),
        ({"card": "abc1"}, (None, {})),
        ({"kind": "clerk", "branch": 12}, (None, {})),
        ({}, (None, {})),
    ],
)
def test_claims_become_a_role_and_its_identifier(claims: dict[str, object], expected: object):
    assert caller_from_claims(grants(), claims) == expected


def test_two_identifiers_at_once_are_refused():
    with pytest.raises(ValueError, match="more than one identifier: branch, card"):
        caller_from_claims(grants(), {"branch": "12", "card": "abc"})
    with pytest.raises(ValueError, match="more than one identifier: badge, branch, card"):
        caller_from_claims(grants(), {"card": "abc", "branch": "12", "badge": "not even one"})


def test_a_shape_holds_keys_and_truths_and_no_values():
    assert shape({"where": {"id": "1", "any": [True, {"eq": None}, 2, "x"]}}) == (
        ("where", (("id", "."), ("any", ("[]", frozenset({True, (("eq", None),), "."}))))),
    )
