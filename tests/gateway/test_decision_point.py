"""The gateway as a policy decision point: who may ask, what is judged, and that it is what the gateway itself decides."""

from __future__ import annotations

import contextlib
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authorization.authzen import Evaluation, Malformed, read_several
from gateway.authorization.authzen import judged as judged_by
from gateway.judging import GraphJudge
from gateway.settings import (
    AuthorizationSettings,
    DecisionPointSettings,
    IssuerSettings,
    Listen,
    ProxySettings,
    RevocationSettings,
    Settings,
    SettingsError,
)
from gateway.settings.reading import check_complete
from tests.gateway.audit.harness import records, settings
from tests.gateway.library import AUDIENCE, ISSUER, Library, library, token
from tests.gateway.telemetry.exposition import parse
from tests.gateway.transport.harness import Reply, ask, call
from tests.security.stand import Authority

POINT = DecisionPointSettings("https://pdp.example/", scope="pdp:ask", max_evaluations=3)
ASKER = token("CLERK", scopes=["pdp:ask"])
READER: Mapping[str, Any] = {"type": "CARD", "id": "ann", "properties": {"scopes": ["stock:read", "reviews:read"]}}
CLERK: Mapping[str, Any] = {"type": "CLERK", "id": "12", "properties": {"scopes": ["stock:read", "reviews:read"]}}
ONE, SEVERAL = "/access/v1/evaluation", "/access/v1/evaluations"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path, decision_point=POINT) as running:
        yield running


async def post(desk: Library, body: Any, path: str = ONE, by: str | None = ASKER, **headers: str) -> Reply:
    given = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if by is not None:
        given["Authorization"] = f"Bearer {by}"
    return await call(
        desk.app, path=path, headers=given, body=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


def question(
    subject: Mapping[str, Any], properties: Any = None, *, id: str = "x", action: str = "QUERY"
) -> dict[str, Any]:
    kind = "graphql:operation" if properties is not None else "graphql:field"
    resource = {"type": kind, "id": id, **({"properties": properties} if properties is not None else {})}
    return {"subject": subject, "action": {"name": action}, "resource": resource}


async def judged(desk: Library, asked: Any) -> tuple[bool, Any, Any]:
    """Decision, reason and what was refused; the policy is the one that serves."""
    reply = await post(desk, asked)
    assert reply.status == 200
    content = reply.json()
    assert content["context"].pop("policy_id") == desk.app.lifecycle.current.grants.release  # type: ignore[union-attr]
    context = content["context"]
    return content["decision"], context.get("reason"), context.get("refused")


# -- what is judged ------------------------------------------------------------------------------------------------------

QUERIES = (
    "{ featured { title } }",
    "{ featured { title price } }",
    "{ loans { reader } }",
    '{ books(where: {price: {gt: "1"}}) { title } }',
    "{ books(order: [{title: ASC}]) { reviews { stars } } }",
)


@pytest.mark.parametrize(("subject", "role"), [(READER, "READER"), (CLERK, "CLERK")])
async def test_a_document_is_judged_as_the_gateway_decides_it(subject: Mapping[str, Any], role: str, desk: Library):
    for query, scopes in product(QUERIES, (["stock:read", "reviews:read"], ["stock:read"], [])):
        described = {**subject, "properties": {"scopes": scopes}}
        decision, _, refused = await judged(desk, question(described, {"query": query}))
        answered = await ask(desk.app, query, token=token(role, scopes=scopes))
        assert decision is (answered.status == 200), (query, scopes)
        told = [error["extensions"] for error in answered.json().get("errors", ())]
        assert refused == ([{k: v for k, v in one.items() if k != "code"} for one in told] or None)


COORDINATES: list[Any] = [
    (READER, ["Book.title", "Review.stars"], "QUERY", (True, None, None)),
    (READER, ["Book.title", "Book.price"], "query", (
        False, "FORBIDDEN", [{"coordinate": "Book.price", "reason": "ROLE"}])),
    ({**READER, "properties": {"scope": "reviews:read"}}, ["Book.title"], "QUERY", (
        False, "FORBIDDEN", [{"coordinate": "Book.title", "reason": "SCOPE", "missingScope": "stock:read"}])),
    (CLERK, ["Query.loans", "Query.featured"], "QUERY", (True, None, None)),
    (READER, ["Query.loans"], "QUERY", (False, "FORBIDDEN", [{"coordinate": "Query.loans", "reason": "ROLE"}])),
    (CLERK, ["Mutation.remove"], "MUTATION", (
        False, "FORBIDDEN", [{"coordinate": "Mutation.remove", "reason": "ROLE"}])),
    (CLERK, ["Subscription.sold"], "SUBSCRIPTION", (True, None, None)),
    (CLERK, ["Subscription.sold"], "QUERY", (
        False, "FORBIDDEN", [{"coordinate": "Subscription.sold", "reason": "OTHER_ACTION"}])),
    (CLERK, ["Book.isbn"], "QUERY", (False, "FORBIDDEN", [{"coordinate": "Book.isbn", "reason": "UNKNOWN"}])),
    (CLERK, ["Nothing"], "QUERY", (False, "FORBIDDEN", [{"coordinate": "Nothing", "reason": "UNKNOWN"}])),
]  # fmt: skip


async def test_coordinates(desk: Library):
    for subject, coordinates, action, expected in COORDINATES:
        asked = question(subject, {"coordinates": coordinates}, action=action)
        assert (coordinates, await judged(desk, asked)) == (coordinates, expected)


async def test_a_thousand_coordinates_are_judged_and_no_more(desk: Library):
    """A batch judges its defaults again for each evaluation: a short question must not get an answer of hundreds of megabytes."""
    longest = ["Book.title"] * 1000
    assert await judged(desk, question(READER, {"coordinates": longest})) == (True, None, None)
    asked = question(READER, {"coordinates": [*longest, "Book.title"]})
    assert await judged(desk, asked) == (False, "TOO_MANY_COORDINATES", None)


async def test_a_field_is_one_coordinate(desk: Library):
    assert await judged(desk, question(READER, id="Book.title")) == (True, None, None)
    assert (await judged(desk, question(READER, id="Book.price")))[0] is False


DENIED: list[Any] = [
    (question(READER, {"query": "{"}), "GRAPHQL_PARSE_FAILED"),
    (question(READER, {"query": "{ isbn }"}), "GRAPHQL_VALIDATION_FAILED"),
    (question(READER, {"query": "query ($t: String!) { featured { title } books(where: {title: {eq: $t}}) { title } }"}),
     "BAD_USER_INPUT"),
    (question(READER, {"query": "{ featured { title } }"}, action="MUTATION"), "OTHER_ACTION"),
    (question(READER, {"query": 7}), "NOTHING_TO_JUDGE"),
    (question(READER, {"query": "{ featured { title } }", "variables": []}), "NOTHING_TO_JUDGE"),
    (question(READER, {}), "NOTHING_TO_JUDGE"),
    (question(READER, {"coordinates": []}), "NOTHING_TO_JUDGE"),
    (question(READER, {"coordinates": [7]}), "NOTHING_TO_JUDGE"),
    (question(READER, {"query": "{ featured { title } }"}, action="delete"), "UNKNOWN_ACTION"),
    ({**question(READER), "resource": {"type": "book", "id": "1"}}, "UNKNOWN_RESOURCE_TYPE"),
    (question({**READER, "properties": {"card": "bob"}}, {"query": "{ featured { title } }"}), "CONTRADICTING_SUBJECT"),
    # Two identifiers at once are one party too many, as in a token.
    (question({**READER, "properties": {"branch": "12"}}, {"query": "{ featured { title } }"}), "UNAUTHENTICATED"),
    (question({"type": "card", "id": "ann"}, {"query": "{ featured { title } }"}), "FORBIDDEN"),
    (question({"type": "card", "id": "NOT A CARD"}, {"query": "{ featured { title } }"}), "FORBIDDEN"),
    (question({"type": "user", "id": "ann"}, {"query": "{ featured { title } }"}), "FORBIDDEN"),
]  # fmt: skip


async def test_what_cannot_be_judged_is_denied(desk: Library):
    for asked, reason in DENIED:
        decision, told, _ = await judged(desk, asked)
        assert (decision, told, asked) == (False, reason, asked)


async def test_a_description_has_no_claims_that_only_a_token_can_have(desk: Library):
    properties = {"scopes": ["stock:read"], "aud": "https://elsewhere.example", "exp": 0, "cnf": {"jkt": "x"}}
    described = {"type": "card", "id": "ann", "properties": properties}
    assert await judged(desk, question(described, {"query": "{ featured { title } }"})) == (True, None, None)


async def test_several_with_defaults_and_an_end(desk: Library):
    body = {
        "subject": READER,
        "action": {"name": "QUERY"},
        "evaluations": [
            {"resource": {"type": "graphql:field", "id": id}} for id in ("Book.title", "Book.price", "Book.bookID")
        ],
        "options": {"evaluations_semantic": "deny_on_first_deny"},
    }
    reply = await post(desk, body, SEVERAL)
    content = reply.json()
    assert [one["decision"] for one in content["evaluations"]] == [True, False]
    assert content["results"] == content["evaluations"]
    body["options"] = {}
    assert [one["decision"] for one in (await post(desk, body, SEVERAL)).json()["results"]] == [True, False, True]


# -- who may ask -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [
        (None, 401, "UNAUTHENTICATED"),
        ("x.y.z", 401, "UNAUTHENTICATED"),
        (token("CLERK", aud="https://elsewhere.example", scopes=["pdp:ask"]), 401, "UNAUTHENTICATED"),
        (token("CLERK"), 403, "FORBIDDEN"),
    ],
)
async def test_who_may_not(by: str | None, status: int, code: str, desk: Library):
    # The body is not even looked at.
    reply = await post(desk, b"{", by=by)
    assert (reply.status, reply.codes) == (status, [code])
    assert ("pdp:ask" in reply.headers.get("www-authenticate", "")) is (status == 403)


async def test_it_is_off_unless_it_is_named(tmp_path: Path):
    async with library(tmp_path) as desk:
        for path in (ONE, SEVERAL, "/.well-known/authzen-configuration"):
            assert (await post(desk, question(READER, id="Book.title"), path)).status == 404


def test_settings_that_say_too_little():
    trusted = AuthorizationSettings(issuers=(IssuerSettings("https://i", jwks="jwks.json", audience=AUDIENCE),))
    for point, sentence in (
        (POINT, "decision_point: expected `authorization`"),
        (DecisionPointSettings("https://x"), "decision_point: expected a `scope` or `certificates`"),
        (DecisionPointSettings("http://x", scope="s"), "decision_point.url: expected an https URL"),
    ):
        authorization = None if point is POINT else trusted
        with pytest.raises(SettingsError, match=sentence):
            check_complete(Settings(supergraph="-", authorization=authorization, decision_point=point))


# -- the line ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "BAD_USER_INPUT"),
        (b"[]", 400, "BAD_USER_INPUT"),
        (b"{}", 400, "BAD_USER_INPUT"),
        (b'{"subject":' * 200_000, 413, "PAYLOAD_TOO_LARGE"),
        (b"\xff", 400, "BAD_USER_INPUT"),
        (json.dumps({"evaluations": [{}] * 4}).encode(), 400, "BAD_USER_INPUT"),
    ],
)
async def test_what_is_no_request(body: bytes, status: int, code: str, desk: Library):
    reply = await post(desk, body, SEVERAL)
    assert (reply.status, reply.codes) == (status, [code])


async def test_media_type_and_method(desk: Library):
    reply = await post(desk, question(READER, id="Book.title"), Content_Type="text/plain")
    assert (reply.status, reply.codes) == (415, ["UNSUPPORTED_MEDIA_TYPE"])
    reply = await call(desk.app, "GET", ONE, headers={"Authorization": f"Bearer {ASKER}"})
    assert (reply.status, reply.headers["allow"], reply.codes) == (405, "POST", ["METHOD_NOT_ALLOWED"])


@pytest.mark.parametrize(
    ("given", "back"), [("bfe9eb29-ab87", "bfe9eb29-ab87"), ("two words", None), ("x" * 201, None)]
)
async def test_the_id_of_a_request_comes_back_also_with_a_refusal(given: str, back: str | None, desk: Library):
    for by, status in ((ASKER, 200), (None, 401)):
        reply = await post(desk, question(READER, id="Book.title"), by=by, X_Request_ID=given)
        assert (reply.status, reply.headers.get("x-request-id")) == (status, back)
        assert (reply.headers["content-type"], reply.headers["cache-control"]) == ("application/json", "no-store")


async def test_where_it_is_found(desk: Library):
    reply = await call(desk.app, "GET", "/.well-known/authzen-configuration")
    assert (reply.status, reply.json()) == (
        200,
        {
            "policy_decision_point": "https://pdp.example",
            "access_evaluation_endpoint": "https://pdp.example/access/v1/evaluation",
            "access_evaluations_endpoint": "https://pdp.example/access/v1/evaluations",
        },
    )


async def test_a_fault_of_ours_permits_nothing(desk: Library, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr("gateway.judging.GraphJudge._refused", fails)
    reply = await post(desk, question(READER, id="Book.title"))
    assert (reply.status, reply.codes) == (500, ["INTERNAL_SERVER_ERROR"])
    assert b"secret" not in reply.body


async def test_it_is_counted_and_the_log_has_nothing_of_a_subject(desk: Library, capsys: pytest.CaptureFixture[str]):
    await post(desk, question(READER, id="Book.title"))
    await post(desk, question({**READER, "id": "secretcard"}, id="Book.price"))
    await post(desk, b"{")
    page = (await call(desk.app, "GET", "/metrics")).body.decode()
    family = parse(page)["gateway_access_evaluations_total"]
    assert (family[("permit",)], family[("deny",)], family[("refused",)]) == (1, 1, 1)
    log = capsys.readouterr().err
    told = [json.loads(line) for line in log.splitlines()]
    lines = [line for line in told if line["event"] == "evaluations"]  # what other tests left unwritten may come first
    assert [(line["event"], line["permitted"], line["denied"], line["code"]) for line in lines] == [
        ("evaluations", 1, 0, ""),
        ("evaluations", 0, 1, ""),
        ("evaluations", 0, 0, "BAD_USER_INPUT"),
    ]
    assert "secretcard" not in log


async def test_nothing_is_fetched_for_it(desk: Library):
    await post(desk, question(CLERK, {"query": "{ featured { title } }"}))
    assert desk.seen == []


# -- whatever is sent ----------------------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    ["subject", "action", "resource", "context", "type", "id", "name", "properties", "evaluations", "options", "scopes",
     "evaluations_semantic", "query", "coordinates", "variables", "operationName", "card", "branch", "CLERK", "QUERY",
     "graphql:operation", "graphql:field", "Book.title", "Query.loans", "{ featured { title } }", "Book.", ".", "__typename"]
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _WORDS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=10,
)
_TEXT = _WORDS | st.text(min_size=1, max_size=8)
_PROPERTIES = st.dictionaries(_WORDS, _JSON, max_size=5)


async def test_whatever_is_sent_gets_a_decision_or_a_400(desk: Library):
    assembly = desk.app.lifecycle.current
    judge = GraphJudge(assembly.pipeline, assembly.supergraph, assembly.grants, audience=AUDIENCE)

    @given(_JSON)
    @hypothesis.settings(max_examples=30, deadline=None)
    def any_body(body: Any) -> None:
        with contextlib.suppress(Malformed):
            outcomes = list(judged_by(read_several(body, 3), judge))
            assert all(outcome.decision in (True, False) for outcome in outcomes)

    @given(_TEXT, _PROPERTIES, _TEXT, _TEXT, _TEXT, _PROPERTIES)
    @hypothesis.settings(max_examples=60, deadline=None)
    def any_question(kind: str, claims: Any, action: str, resource: str, id: str, properties: Any) -> None:
        subject = {"type": kind, "id": id, "properties": claims}
        asked = Evaluation(subject, {"name": action}, {"type": resource, "id": id, "properties": properties})
        # Nobody is described here to whom a grant gives anything: no scope of the library is among the words.
        assert judge(asked).decision is False or "__typename" in str(properties)

    any_body()
    any_question()


# -- by certificate ------------------------------------------------------------------------------------------------------------


async def test_a_named_certificate_may_ask_without_a_token(tmp_path: Path):
    authority = Authority(tmp_path / "certificates")
    own, other, old = authority.issue("pep"), authority.issue("other"), authority.issue("old")
    trusted = AuthorizationSettings(
        issuers=(IssuerSettings(ISSUER, jwks=str(tmp_path / "jwks.json"), audience=AUDIENCE),),
        revocation=RevocationSettings((str(authority.revoke(old)),), str(authority.file)),
    )
    proxies = ProxySettings(("127.0.0.1",), certificate_header="Client-Cert")
    names = (own.thumbprint, old.thumbprint)
    for scope, stranger in ((None, "INVALID_CLIENT_CERTIFICATE"), ("pdp:ask", "UNAUTHENTICATED")):
        point = DecisionPointSettings("https://pdp.example", scope=scope, certificates=names)
        listen = Listen(proxies=proxies)
        audit = settings(tmp_path)
        async with library(tmp_path, authorization=trusted, listen=listen, decision_point=point, audit=audit) as desk:
            for certificate, code in (
                (own, None),
                (other, stranger),
                (old, "INVALID_CLIENT_CERTIFICATE"),
                (None, stranger),
            ):
                told = {"Client_Cert": f":{b64encode(certificate.der).decode()}:"} if certificate is not None else {}
                reply = await post(desk, question(READER, id="Book.title"), by=None, **told)
                assert (reply.json().get("decision"), reply.codes if code else None) == (
                    (None, [code]) if code else (True, None)
                )
    # Who asked stands in the record by thumbprint.
    askers = [one["caller"]["subject"] for one in records(tmp_path) if "evaluation" in one]
    assert askers == [f"x5t#S256:{own.thumbprint}"] * 2


async def test_rules_of_a_party_hold_for_its_certificate_too(tmp_path: Path):
    """Whoever asks without a token is known by the thumbprint and by the names of its certificate."""
    authority = Authority(tmp_path / "certificates")
    parties = [authority.issue(name) for name in ("blocked", "elsewhere", "often", "thumb", "unlisted")]
    blocked, elsewhere, often, thumb, unlisted = parties
    rules = tmp_path / "participants.json"
    listed: dict[str, Any] = {
        "blocked": {"blocked": True},
        "elsewhere": {"addresses": ["192.0.2.0/24"]},
        "often": {"rate": 0.01, "burst": 2},
        f"x5t#S256:{thumb.thumbprint}": {"blocked": True},
    }
    rules.write_text(json.dumps({"participants": listed}))
    trusted = AuthorizationSettings(
        issuers=(IssuerSettings(ISSUER, jwks=str(tmp_path / "jwks.json"), audience=AUDIENCE),), participants=str(rules)
    )
    names = tuple(certificate.thumbprint for certificate in parties)
    point = DecisionPointSettings("https://pdp.example", certificates=names)
    listen = Listen(proxies=ProxySettings(("127.0.0.1",), certificate_header="Client-Cert"))
    audit = settings(tmp_path)
    seen: list[Any] = []
    async with library(tmp_path, authorization=trusted, listen=listen, decision_point=point, audit=audit) as desk:
        for certificate in (unlisted, blocked, thumb, elsewhere, often, often, often):
            told = {"Client_Cert": f":{b64encode(certificate.der).decode()}:"}
            reply = await post(desk, question(READER, id="Book.title"), by=None, **told)
            seen.append((reply.status, reply.codes if reply.status != 200 else [], reply.headers.get("retry-after")))
    assert seen == [
        (200, [], None),
        (403, ["NOT_ALLOWED"], None),
        (403, ["NOT_ALLOWED"], None),
        (403, ["NOT_ALLOWED"], None),
        (200, [], None),
        (200, [], None),
        (429, ["RATE_LIMITED"], "100"),
    ]
    # Who was turned away is on record with its name as well.
    refused = [one["caller"]["subject"] for one in records(tmp_path) if one.get("status", 200) != 200]
    assert refused == [f"x5t#S256:{one.thumbprint}" for one in (blocked, thumb, elsewhere, often)]
