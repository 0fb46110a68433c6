"""One request through the whole gateway: who asks, what is refused, what is fetched, what comes back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.pipeline import Pipeline
from gateway.settings import AuthorizationSettings, IssuerSettings, LimitSettings
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.library import AUDIENCE, GATEWAY, ISSUER, Library, decision_context, library, token
from tests.gateway.transport.harness import ask, call

BOOKS = "{ books { title reviews { stars } } }"
ANSWER = {"data": {"books": [{"title": "Dune", "reviews": [{"stars": 5}]}, {"title": "Emma", "reviews": []}]}}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path) as running:
        yield running


@pytest.fixture
async def open_desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path, grants=False) as running:
        yield running


# -- without grants ----------------------------------------------------------------------------------------------------


async def test_without_grants_nobody_needs_a_token_and_subgraphs_hear_of_none(open_desk: Library):
    reply = await ask(
        open_desk.app, BOOKS, headers={"Cookie": "a=b", "X-Forwarded-For": "1", "Authorization": "Bearer x"}
    )
    assert (reply.status, reply.json()) == (200, ANSWER)
    names = [sorted(headers) for _, headers, _ in open_desk.seen]
    t14 = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "traceparent",
        "x-b3-parentspanid",
        "x-b3-spanid",
        "x-b3-traceid",
    ]
    assert names == [t14, t14]


async def test_the_trace_id_goes_all_the_way_and_each_hop_has_a_span_of_its_own(open_desk: Library):
    trace = "463ac35c9f6413ad48485a3953bb6124"
    reply = await ask(open_desk.app, BOOKS, headers={"X-B3-TraceId": trace, "X-B3-SpanId": "0020000000000001"})
    assert reply.headers["x-b3-traceid"] == trace
    assert {headers["x-b3-traceid"] for _, headers, _ in open_desk.seen} == {trace}
    assert len({headers["x-b3-spanid"] for _, headers, _ in open_desk.seen} | {"0020000000000001"}) == 3


async def test_introspection_beside_data_comes_in_the_order_of_the_client(open_desk: Library):
    query = (
        '{ __typename t: __type(name: "Review") { fields { name } } books { title } __schema { queryType { name } } }'
    )
    reply = await ask(open_desk.app, query)
    assert reply.body == (
        b'{"data":{"__typename":"Query","t":{"fields":[{"name":"stars"}]},'
        b'"books":[{"title":"Dune"},{"title":"Emma"}],"__schema":{"queryType":{"name":"Query"}}}}'
    )


async def test_a_mutation_runs_by_post_only(open_desk: Library):
    preflight = {"GraphQL-Require-Preflight": "1"}
    refused = await call(open_desk.app, "GET", query_string="query=mutation{remove{title}}", headers=preflight)
    assert (refused.status, refused.headers["allow"], refused.codes) == (405, "POST", ["METHOD_NOT_ALLOWED"])
    assert open_desk.asked == []
    assert (await ask(open_desk.app, "mutation { remove { title } }")).json() == {"data": {"remove": {"title": "Emma"}}}


@pytest.mark.parametrize(
    ("query", "more", "status", "code"),
    [
        ("{", {}, 400, "GRAPHQL_PARSE_FAILED"),
        ("{ books { isbn } }", {}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("query A { books { title } } query B { loans { loanID } }", {}, 400, "BAD_USER_INPUT"),
        ("query A { books { title } }", {"operationName": "B"}, 400, "BAD_USER_INPUT"),
        ("query A($t: String!) { books(where: {title: {eq: $t}}) { title } }", {}, 400, "BAD_USER_INPUT"),
        ("{ a: books { title } " * 3, {}, 400, "GRAPHQL_PARSE_FAILED"),
        ("{" + " ".join(f"a{n}: featured {{ title }}" for n in range(21)) + "}", {}, 400, "QUERY_TOO_COMPLEX"),
        ("subscription { sold { title } }", {}, 400, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_what_cannot_be_executed_is_coded_and_nothing_is_fetched(
    query: str, more: dict[str, Any], status: int, code: str, open_desk: Library
):
    reply = await ask(open_desk.app, query, **more)
    assert (reply.status, reply.codes[0], "data" in reply.json()) == (status, code, False)
    again = await ask(open_desk.app, query, **more)
    assert again.body == reply.body
    legacy = await ask(open_desk.app, query, headers={"Accept": "application/json"}, **more)
    assert (legacy.status, legacy.body) == (200, reply.body)
    assert open_desk.asked == []


async def test_a_subgraph_that_is_down_costs_its_branch_only(open_desk: Library):
    open_desk.federation.answers["reviews"] = lambda *_: FetchFailure(FailureKind.STATUS, 500)
    reply = await ask(open_desk.app, BOOKS)
    assert reply.status == 200
    assert reply.json()["data"] == {"books": [{"title": "Dune", "reviews": None}, {"title": "Emma", "reviews": None}]}
    assert [(error["path"], error["extensions"]["code"]) for error in reply.json()["errors"]] == [
        (["books", 0, "reviews"], "DOWNSTREAM_SERVICE_ERROR"),
        (["books", 1, "reviews"], "DOWNSTREAM_SERVICE_ERROR"),
    ]
    assert b"10.0.0.1" not in reply.body


async def test_nothing_left_of_the_data_is_a_502_and_a_200_under_application_json(open_desk: Library):
    open_desk.federation.answers["stock"] = lambda *_: FetchFailure(FailureKind.STATUS, 500)
    reply = await ask(open_desk.app, BOOKS)
    assert (reply.status, reply.json()["data"], reply.codes) == (502, None, ["DOWNSTREAM_SERVICE_ERROR"])
    assert (await ask(open_desk.app, BOOKS, headers={"Accept": "application/json"})).status == 200


async def test_the_time_of_a_request_ends(tmp_path: Path):
    import asyncio

    async with library(tmp_path, grants=False, limits=LimitSettings(request_seconds=0.1)) as desk:

        async def slow(subgraph: str, body: bytes, **_: Any) -> bytes:
            await asyncio.sleep(5)
            return b"{}"

        desk.federation.fetch = slow  # type: ignore[method-assign]
        started = time.monotonic()
        reply = await ask(desk.app, BOOKS)
    assert (reply.status, reply.codes) == (504, ["DOWNSTREAM_TIMEOUT"])
    assert time.monotonic() - started < 1


async def test_d10_a_fault_of_ours_says_nothing_but_its_trace_id(open_desk: Library, monkeypatch: pytest.MonkeyPatch):
    def fault(*_: Any) -> None:
        raise RuntimeError("password=hunter2 at 10.0.0.1")

    monkeypatch.setattr(Pipeline, "_plan", fault)
    reply = await ask(open_desk.app, BOOKS, headers={"X-B3-TraceId": "1" * 32})
    assert reply.status == 500
    assert reply.json() == {
        "errors": [
            {
                "message": "Something went wrong in the gateway; the trace id finds it in our log.",
                "extensions": {"code": "INTERNAL_SERVER_ERROR", "traceId": "1" * 32},
            }
        ]
    }


async def test_the_plan_of_an_operation_can_be_asked_for(open_desk: Library):
    reply = await ask(open_desk.app, BOOKS, path="/plan")
    assert reply.status == 200
    assert reply.json()["text"].startswith('QueryPlan {\n  Sequence {\n    Fetch(service: "stock")')
    assert reply.json()["json"]["kind"] == "QueryPlan"
    assert open_desk.asked == []
    assert (await call(open_desk.app, "GET", "/plan")).status == 405


# -- with grants -------------------------------------------------------------------------------------------------------


async def test_who_may_ask_gets_an_answer_and_each_register_a_context_of_its_own(desk: Library):
    trace = "463ac35c9f6413ad48485a3953bb6124"
    reply = await ask(desk.app, BOOKS, token=token(), headers={"X-B3-TraceId": trace})
    assert (reply.status, reply.json()) == (200, ANSWER)
    contexts = {name: decision_context(headers) for name, headers, _ in desk.seen}
    assert {name: context["aud"] for name, context in contexts.items()} == {
        "stock": "https://library.example/stock",
        "reviews": "https://library.example/reviews",
    }
    told = contexts["stock"]
    assert told.pop("exp") - told.pop("iat") == 30
    assert len(told.pop("grants")) == 64
    assert told == {
        "iss": GATEWAY,
        "aud": "https://library.example/stock",
        "role": "CLERK",
        "identifiers": {"branch": "12"},
        "scopes": ["reviews:read", "stock:read"],
        "actor": None,
        "trace": trace,
        "today": datetime.now(ZoneInfo("Europe/Amsterdam")).date().isoformat(),
    }


@pytest.mark.parametrize(
    "given",
    [
        None,
        "x",
        lambda: token(aud="https://other.example"),
        lambda: token(exp=int(time.time()) - 99),
        lambda: token(iss="x"),
    ],
)
async def test_a_token_that_does_not_count_is_a_401(given: str | Callable[[], str] | None, desk: Library):
    wrong: str | None = given() if callable(given) else given
    reply = await ask(desk.app, "{ nonsense", token=wrong)
    assert (reply.status, reply.codes) == (401, ["UNAUTHENTICATED"])
    assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    legacy = await ask(desk.app, BOOKS, headers={"Accept": "application/json"})
    assert legacy.status == 401
    assert desk.asked == []


async def test_a_refusal_names_every_coordinate_and_fetches_nothing(desk: Library):
    query = "{ books(order: [{price: ASC}]) { title p: price ... on Book { loans { loanID } } } }"
    reply = await ask(desk.app, query, token=token("READER"))
    assert reply.status == 403
    assert "www-authenticate" not in reply.headers
    assert reply.json() == {
        "errors": [
            {
                "message": f"{coordinate} is not granted to this caller.",
                "extensions": {"code": "FORBIDDEN", "coordinate": coordinate},
            }
            for coordinate in ("Book.price", "Book.loans", "Loan.loanID")
        ]
    }
    assert desk.asked == []


async def test_a_missing_scope_is_named(desk: Library):
    reply = await ask(desk.app, BOOKS, token=token(scopes=["stock:read"]))
    assert reply.status == 403
    assert reply.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="reviews:read"'
    assert reply.json()["errors"][0]["extensions"] == {
        "code": "FORBIDDEN",
        "coordinate": "Book.reviews",
        "missingScope": "reviews:read",
    }
    assert desk.asked == []


async def test_a_filter_in_a_variable_is_judged_each_time_it_has_another_shape(desk: Library):
    query = "query Q($w: BookFilter, $p: Boolean!) { books(where: $w) { title price @include(if: $p) } }"

    async def status(where: Any, price: bool = False) -> int:
        return (await ask(desk.app, query, token=token("READER"), variables={"w": where, "p": price})).status

    assert await status({"title": {"eq": "Emma"}}) == 200
    assert await status({"title": {"eq": "Dune"}}) == 200
    assert await status({"price": {"gt": "1"}}) == 403
    assert await status({"and": [{"title": {"eq": "Dune"}}, {"price": {"gt": "1"}}]}) == 403
    assert await status(None) == 200
    assert await status(None, price=True) == 403
    assert await status({"title": {"eq": "Oz"}}) == 200


async def test_a19_two_callers_with_one_text_are_judged_apart(desk: Library):
    query = "{ books { price } }"
    statuses = [
        (await ask(desk.app, query, token=token(role))).status for role in ("CLERK", "READER", "CLERK", "NOBODY")
    ]
    assert statuses == [200, 403, 200, 403]
    assert (await ask(desk.app, query, token=token(scopes=["reviews:read"]))).status == 403


async def test_a_token_for_one_register_opens_that_register_only(desk: Library):
    stock = token(aud="https://library.example/stock")
    assert (await ask(desk.app, "{ books { title } }", token=stock)).status == 200
    assert (await ask(desk.app, "{ books { title } }", token=token(aud=["x", AUDIENCE]))).status == 200
    desk.seen.clear()
    reply = await ask(desk.app, BOOKS, token=stock)
    assert reply.status == 403
    assert reply.json()["errors"] == [
        {
            "message": f"{coordinate} lies outside the audience of the access token.",
            "extensions": {"code": "FORBIDDEN", "coordinate": coordinate},
        }
        for coordinate in ("Book.reviews",)
    ]
    assert (await ask(desk.app, BOOKS, token=token(aud="https://library.example/reviews"))).status == 403
    assert desk.asked == []


async def test_an_issuer_opens_the_audiences_that_are_its_own(tmp_path: Path):
    """One whose tokens are for a register names the gateway as another issuer knows it: that is no audience of its tokens."""
    jwks = str(tmp_path / "jwks.json")
    issuers = (
        IssuerSettings(ISSUER, jwks=jwks, audience="elsewhere"),
        IssuerSettings("https://b", jwks=jwks, audience=AUDIENCE),
    )
    stock = "https://library.example/stock"
    async with library(tmp_path, authorization=AuthorizationSettings(issuers=issuers)) as desk:
        told = {
            (issuer, *aud): (await ask(desk.app, BOOKS, token=token(iss=issuer, aud=aud))).status
            for issuer, aud in (
                (ISSUER, [AUDIENCE]),
                (ISSUER, [stock, AUDIENCE]),
                (ISSUER, [stock, "elsewhere"]),
                ("https://b", [stock, AUDIENCE]),
                ("https://b", [stock, "elsewhere"]),
            )
        }
    assert told == {
        (ISSUER, AUDIENCE): 401,
        (ISSUER, stock, AUDIENCE): 403,
        (ISSUER, stock, "elsewhere"): 200,
        ("https://b", stock, AUDIENCE): 200,
        ("https://b", stock, "elsewhere"): 403,
    }


@pytest.mark.parametrize("code", ["AUTHORIZATION_UNAVAILABLE", "POLICY_MISMATCH"])
async def test_a_register_that_cannot_decide_ends_the_whole_request(code: str, desk: Library):
    desk.federation.answers["reviews"] = lambda *_: FetchFailure(FailureKind.STATUS, 503, code)
    reply = await ask(desk.app, BOOKS, token=token())
    assert (reply.status, reply.codes, "data" in reply.json()) == (503, ["AUTHORIZATION_UNAVAILABLE"], False)


async def test_the_plan_is_shown_to_who_may_run_it(desk: Library):
    statuses = [
        (await ask(desk.app, "{ books { price } }", path="/plan", token=given)).status
        for given in (token(), token("READER"), None)
    ]
    assert statuses == [200, 403, 401]


async def test_a16_introspection_shows_what_the_caller_may_use(desk: Library):
    query = '{ __type(name: "Book") { fields { name } } loan: __type(name: "Loan") { name } }'

    async def seen(role: str) -> Any:
        return (await ask(desk.app, query, token=token(role))).json()["data"]

    def fields(*names: str) -> dict[str, Any]:
        return {"fields": [{"name": name} for name in names]}

    assert await seen("CLERK") == {
        "__type": fields("bookID", "title", "price", "loans", "reviews"),
        "loan": {"name": "Loan"},
    }
    assert await seen("READER") == {"__type": fields("bookID", "title", "reviews"), "loan": None}
    assert await seen("NOBODY") == {"__type": None, "loan": None}
    assert (await ask(desk.app, query)).status == 401


async def test_introspection_can_be_switched_off(tmp_path: Path):
    async with library(tmp_path, grants=False, introspection=False) as desk:
        reply = await ask(desk.app, "{ __schema { queryType { name } } }")
        assert (reply.status, reply.codes) == (400, ["GRAPHQL_VALIDATION_FAILED"])
        assert (await ask(desk.app, "{ __typename books { title } }")).status == 200


async def test_a_second_request_takes_everything_from_caches(desk: Library):
    await ask(desk.app, BOOKS, token=token())
    await ask(desk.app, BOOKS, token=token())
    text = (await call(desk.app, "GET", "/metrics")).body.decode()
    for cache in ("documents", "decisions", "plans"):
        assert f'gateway_cache_requests_total{{cache="{cache}",result="hit"}} 1\n' in text
        assert f'gateway_cache_requests_total{{cache="{cache}",result="miss"}} 1\n' in text
    assert 'gateway_subgraph_fetches_total{subgraph="stock",outcome="ok"} 2\n' in text
    assert 'gateway_subgraph_connections{subgraph="stock"} 1\n' in text


async def test_every_answer_carries_a_trace_id(desk: Library):
    for path in ("/", "/health", "/nothing", "/graphql", "/plan"):
        reply = await call(desk.app, "GET", path)
        assert len(reply.headers["x-b3-traceid"]) == 32, path
