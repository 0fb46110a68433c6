"""For whom a key is asked that not everybody may have, and that nobody notices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from gateway.audit.opening import Withheld
from gateway.authorization.caller import Caller
from gateway.authorization.grants import load_grants
from gateway.settings import SettingsError
from tests.gateway.audit.harness import requests, settings
from tests.gateway.library import AUDIENCE, GRANTS, Library, decision_context, library, supergraph, token
from tests.gateway.transport.harness import Reply, ask

# A reader gets no number of a book, nor does a clerk who only looks at the shelf.
_GRANTS = GRANTS.replace("type: stock.Book, fields: [bookID, title]", "type: stock.Book, fields: [title]")
SHELF = "  - {id: SHELF, role: CLERK, action: lezen, scope: shelf, type: stock.Book, fields: [price]}\n"
RULES = _GRANTS.replace("scopes:\n", "scopes:\n  shelf: [shelf:read]\n") + SHELF
ALL = frozenset({"stock:read", "shelf:read", "reviews:read"})
QUERY = "{ books { title } }"
TITLES = b'{"data":{"books":[{"title":"Dune"},{"title":"Emma"}]}}'


def caller(role: str, *scopes: str) -> Caller:
    return Caller(role, {}, frozenset(scopes) or ALL)


def withheld(*opened: str, grants: bool = True) -> Withheld:
    found = load_grants(RULES, supergraph()) if grants else None
    return Withheld(supergraph(), {"Book": "bookID", "Loan": "loanID"}, found, frozenset(opened))


NOTHING: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("who", "types"),
    [
        (caller("CLERK", "stock:read"), NOTHING),
        # One of the grants that are held leaves it out: then it may be refused on a row.
        (caller("CLERK", "stock:read", "shelf:read"), {"Book"}),
        (caller("CLERK", "shelf:read"), {"Book", "Loan"}),
        (caller("CLERK", "none:read"), {"Book", "Loan"}),
        (caller("READER"), {"Book", "Loan"}),
        (caller("NOBODY"), {"Book", "Loan"}),
        (None, {"Book", "Loan"}),
    ],
)
def test_a_key_is_asked_of_those_to_whom_every_grant_that_they_hold_opens_it(
    who: Caller | None, types: Collection[str]
):
    assert withheld().of(who, NOTHING) == types
    assert withheld("reviews").of(who, NOTHING) == types


def test_of_a_subgraph_that_opens_keys_to_the_record_every_key_is_asked():
    assert withheld("stock").of(caller("READER"), NOTHING) == NOTHING
    assert withheld("stock").of(None, frozenset({"Book.bookID"})) == NOTHING


def test_what_the_graph_itself_closes_is_not_asked():
    closed = frozenset({"Book.bookID", "Book.title"})
    assert withheld().of(caller("CLERK", "stock:read"), closed) == {"Book"}
    assert withheld(grants=False).of(None, closed) == {"Book"}
    assert withheld(grants=False).of(None, NOTHING) == NOTHING


def test_plans_are_made_beforehand_for_callers_such_as_there_were():
    before, after = withheld(), withheld()
    assert list(after.variants()) == [{"Book", "Loan"}]
    for who in (caller("CLERK", "stock:read"), caller("CLERK"), caller("READER")):
        before.of(who, NOTHING)
    after.learn(before)
    assert list(after.variants()) == [NOTHING, {"Book"}, {"Book", "Loan"}]
    assert list(withheld("stock").variants()) == [NOTHING]


# -- a whole gateway ---------------------------------------------------------------------------------------------------


def desk(folder: Path, *record_keys: str, **more: Any) -> AbstractAsyncContextManager[Library]:
    return library(folder, rules=RULES, record_keys=record_keys, audit=settings(folder), **more)


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Library]:
    """A library whose stock opens keys to the record."""
    async with desk(tmp_path, "stock") as running:
        yield running


async def asks(library: Library, query: str, role: str = "READER", **more: Any) -> Reply:
    return await ask(library.app, query, headers={"Authorization": f"Bearer {token(role)}"}, **more)


async def test_who_may_not_have_a_key_is_on_record_with_it_and_hears_nothing_of_it(opened: Library, tmp_path: Path):
    assert (await asks(opened, QUERY)).body == TITLES
    assert [record["records"] for record in requests(tmp_path)] == [{"Book": ["1", "2"]}]
    ((name, headers, request),) = opened.seen
    assert name == "stock"
    assert "__key:bookID" in request["query"].replace(" ", "")
    assert decision_context(headers)["record_key"] == "__key"
    assert (await asks(opened, "{ books { bookID } }")).status == 403


@pytest.mark.parametrize(
    "query",
    [
        "query ($no: Boolean! = false) { books { title @include(if: $no) } }",
        "query ($no: Boolean! = false) { books { ... @include(if: $no) { title } } }",
        "{ books { title @skip(if: true) } }",
        "{ books { ... on Book @include(if: false) { title } } }",
    ],
)
async def test_rows_of_which_everything_is_skipped_are_counted_by_the_caller_and_named_in_its_record(
    opened: Library, tmp_path: Path, query: str
):
    assert (await asks(opened, query)).body == b'{"data":{"books":[{},{}]}}'
    assert [record["records"] for record in requests(tmp_path)] == [{"Book": ["1", "2"]}]


async def test_a_subgraph_that_does_not_open_keys_is_not_told_and_not_asked(tmp_path: Path):
    async with desk(tmp_path) as closed:
        for role in ("READER", "CLERK"):
            assert (await asks(closed, QUERY, role)).body == TITLES
    first, second = closed.seen
    assert ["__key" in str(request) for _, _, request in closed.seen] == [False, True]
    assert ["record_key" in decision_context(headers) for _, headers, _ in (first, second)] == [False, False]
    assert [record.get("records") for record in requests(tmp_path)] == [None, {"Book": ["1", "2"]}]


async def test_without_a_journal_nobody_is_told_and_the_name_is_free(tmp_path: Path):
    async with library(tmp_path, rules=RULES, record_keys=("stock",)) as plain:
        reply = await asks(plain, "{ books { __key: title } }")
    assert reply.body == b'{"data":{"books":[{"__key":"Dune"},{"__key":"Emma"}]}}'
    assert "record_key" not in decision_context(plain.seen[0][1])


@pytest.mark.parametrize(
    "query",
    [
        "{ books { __key: bookID } }",
        "{ books { __key: title } }",
        "{ __key: books { title } }",
        "{ books { ...F } } fragment F on Book { reviews { ... on Review { __key: stars } } }",
        "{ books { ... on Book { ... { __key: __typename } } } }",
        "query ($no: Boolean = false) { books { title __key: bookID @include(if: $no) } }",
        "{ books { title __key: bookID @skip(if: true) } }",
        "query A { books { title } } query B { books { __key: title } }",
    ],
)
async def test_a_client_cannot_borrow_it(opened: Library, tmp_path: Path, query: str):
    more = {"operation_name": "A"} if query.startswith("query A") else {}
    reply = await asks(opened, query, "CLERK", **more)
    assert (reply.status, reply.codes) == (400, ["RESERVED_RESPONSE_KEY"])
    (error,) = reply.json()["errors"]
    assert error["message"] == "The response key `__key` is the gateway's own; choose another alias."
    assert error["locations"] == [{"line": 1, "column": query.index("__key") + 1}]
    assert opened.asked == []
    assert [record["code"] for record in requests(tmp_path)] == ["RESERVED_RESPONSE_KEY"]


async def test_the_word_elsewhere_is_no_alias(opened: Library):
    query = 'query __key { books(where: {title: {eq: "__key"}}) { _key: title __key_: price } }'
    assert (await asks(opened, query, "CLERK")).status == 200


async def test_what_a_caller_is_told_shows_nothing_of_it(opened: Library):
    told = await asks(opened, QUERY, path="/plan")
    assert told.status == 200
    assert b"__key" not in told.body
    assert b"bookID" not in told.body
    # And what is planned for the one is not what is run for the other.
    assert (await asks(opened, QUERY)).body == TITLES
    assert "__key" in str(opened.seen[0][2])


async def test_a_reference_without_a_key_for_the_record_is_in_the_answer_as_ever_and_in_no_record(
    opened: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A register says null, and no error, of a reference that the caller may follow no further."""

    async def fetch(*_: Any) -> bytes:
        return b'{"data":{"books":[{"title":"Dune","__key":null},{"title":"Emma","__key":"2"}]}}'

    monkeypatch.setattr(opened.federation, "fetch", fetch)
    assert (await asks(opened, QUERY)).body == TITLES
    assert [record["records"] for record in requests(tmp_path)] == [{"Book": ["2"]}]


async def test_a_subgraph_that_breaks_its_word_is_at_fault_and_the_key_is_not_named(opened: Library):
    opened.federation.world.roots["books"] = [{"__typename": "Book", "__keys__": ("bookID",), "title": "Dune"}]
    reply = await asks(opened, QUERY)
    (error,) = reply.json()["errors"]
    assert (reply.json()["data"], error["path"], reply.codes) == (None, ["books", 0], ["DOWNSTREAM_SERVICE_ERROR"])
    assert b"__key" not in reply.body


def test_a_subgraph_that_would_not_be_told_cannot_open_keys(tmp_path: Path):
    from gateway.instances import opened_to
    from gateway.settings import DecisionContextSettings, Settings, SubgraphSettings

    signed: dict[str, Any] = {"decision_context": DecisionContextSettings("key.pem", AUDIENCE), "grants": "grants.yaml"}
    open_ = SubgraphSettings(record_keys=True, audience=AUDIENCE)
    assert opened_to(Settings(supergraph="-", subgraphs={"stock": open_}, **signed)) == {"stock"}
    for changed, given in ((SubgraphSettings(record_keys=True), signed), (open_, {})):
        with pytest.raises(SettingsError) as refused:
            opened_to(Settings(supergraph="-", subgraphs={"stock": changed}, **given))
        assert str(refused.value).startswith("subgraphs.stock.record_keys: expected `audience`")
