"""The whole register on its ASGI face: real database, real roles and policies, real signatures."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest
import structlog
import structlog.testing

from registers.common.migrations import migrate
from registers.common.shell import RegisterApp, Settings, register_app
from tests.registers.common.conftest import EVA, JAN, ROWS, SECRET, make_id
from tests.registers.common.example import REGISTER
from tests.registers.common.keys import GATEWAY, ISSUER, Keys

SOCKET = Path("/run/example.sock")
JSON = "application/json"


class Reply:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.raw: bytes = messages[1]["body"]

    @property
    def json(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def code(self) -> str:
        return self.json["errors"][0]["extensions"]["code"]


async def request(
    app: RegisterApp,
    body: Any = None,
    *,
    method: str = "POST",
    path: str = "/graphql",
    headers: dict[str, str] | None = None,
    unix: bool = True,
) -> Reply:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    lines = {"content-type": JSON, **(headers or {})}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.lower().encode(), value.encode()) for name, value in lines.items()],
        "client": None,
        "server": (str(SOCKET), None) if unix else ("127.0.0.1", 80),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return Reply(sent)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def register_url(postgres: str) -> str:
    """The register's database, migrated and filled; returned for its login role."""

    async def prepare() -> None:
        admin = await asyncpg.connect(postgres)
        await admin.execute('DROP DATABASE IF EXISTS "huizen_shell"')
        await admin.execute('CREATE DATABASE "huizen_shell" TEMPLATE template0')
        await admin.close()
        url = postgres.replace("/postgres?", "/huizen_shell?")
        await migrate(url, REGISTER)
        connection = await asyncpg.connect(url)
        for table, rows in ROWS.items():
            await connection.copy_records_to_table(table, records=rows)
        await connection.close()

    asyncio.run(prepare())
    return postgres.replace("postgres@/postgres?", "huizen_shell_app@/huizen_shell?")


def make_settings(url: str, keys: Keys, **changes: Any) -> Settings:
    settings = Settings(
        database_url=url,
        secret=SECRET,
        gateway_jwks=str(keys.gateway_jwks),
        issuer_jwks=str(keys.issuer_jwks),
        gateway=GATEWAY,
        issuer=ISSUER,
        unix=SOCKET,
    )
    return dataclasses.replace(settings, **changes)


@pytest.fixture
async def app(register_url: str, keys: Keys) -> AsyncIterator[RegisterApp]:
    made = register_app(REGISTER, make_settings(register_url, keys))
    await made.start()
    yield made
    await made.stop()


async def test_row_level_security_applies_to_every_reference(app: RegisterApp, keys: Keys) -> None:
    resident = {"Decision-Context": keys.context("BEWONER", identifiers={"bsn": EVA})}
    reply = await request(app, {"query": "{ huis { naam bewoner { bsn } } }"}, headers=resident)
    assert (reply.status, reply.json) == (
        200,
        {"data": {"huis": [{"naam": "Eik", "bewoner": {"bsn": EVA}}, {"naam": "Leeg", "bewoner": {"bsn": EVA}}]}},
    )
    assert reply.headers["content-type"] == "application/graphql-response+json; charset=utf-8"

    # A filter sees no more than a selection: Jan's house does not make a room appear.
    probing = '{ kamer(where: {huis: {naam: {eq: "Berk"}}}) { naam } }'
    assert (await request(app, {"query": probing}, headers=resident)).json == {"data": {"kamer": []}}


async def test_the_next_caller_on_the_same_connection_is_the_next_caller(register_url: str, keys: Keys) -> None:
    app = register_app(REGISTER, make_settings(register_url, keys, pool_size=1))
    await app.start()
    query = {"query": "{ huis { naam } }"}

    async def names(context: str) -> list[str]:
        reply = await request(app, query, headers={"Decision-Context": context})
        return [row["naam"] for row in reply.json["data"]["huis"]]

    try:
        for _ in range(8):
            assert await names(keys.context("BEWONER", identifiers={"bsn": EVA})) == ["Eik", "Leeg"]
            assert await names(keys.context("MAKELAAR")) == ["Berk", "Eik", "Leeg"]
            assert await names(keys.context("BEWONER", identifiers={"bsn": JAN})) == ["Berk"]
            assert await names(keys.context("BEWONER", identifiers={"bsn": "'; RESET ROLE; --"})) == []
    finally:
        await app.stop()


async def test_a_hidden_non_null_row_is_an_error_that_says_nothing(app: RegisterApp, keys: Keys) -> None:
    headers = {"Decision-Context": keys.context("MAKELAAR")}
    reply = await request(app, {"query": "{ kamer { huis { bewoner { naam } } } }"}, headers=headers)
    assert reply.json == {
        "data": {"kamer": None},
        "errors": [
            {
                "message": "There is nothing to show at this place.",
                "path": ["kamer", 2, "huis", "bewoner"],
                "extensions": {"code": "NOT_FOUND"},
            }
        ],
    }


async def test_a_refused_operation_is_403_and_names_its_coordinates(app: RegisterApp, keys: Keys) -> None:
    headers = {"Decision-Context": keys.context("MAKELAAR")}
    reply = await request(app, {"query": "{ huis { bewoner { bsn } } kamer { gebouwd } }"}, headers=headers)
    assert reply.status == 403
    assert reply.json == {
        "errors": [
            {
                "message": "Not allowed to read Bewoner.bsn.",
                "extensions": {"code": "FORBIDDEN", "coordinate": "Bewoner.bsn"},
            },
            {
                "message": "Kamer.gebouwd needs the scope anders:read.",
                "extensions": {"code": "FORBIDDEN", "coordinate": "Kamer.gebouwd", "missingScope": "anders:read"},
            },
        ]
    }
    assert reply.headers["www-authenticate"] == 'Bearer error="insufficient_scope", scope="anders:read"'


async def test_an_access_token_reads_roots_but_no_entities(app: RegisterApp, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {keys.token()}"}
    reply = await request(app, {"query": "{ huis { naam } }"}, headers=headers, unix=False)
    assert [row["naam"] for row in reply.json["data"]["huis"]] == ["Berk", "Eik", "Leeg"]
    entities = '{ _entities(representations: [{__typename: "Straat", straatID: "x"}]) { __typename } }'
    reply = await request(app, {"query": entities}, headers=headers, unix=False)
    assert (reply.status, reply.code) == (403, "FORBIDDEN")
    # An identity filter has to name the caller.
    for code, expected in (("12345678", 3), ("87654321", 0)):
        query = "query ($c: String) { huis(where: {agbCode: {eq: $c}}) { naam } }"
        reply = await request(app, {"query": query, "variables": {"c": code}}, headers=headers, unix=False)
        assert len(reply.json["data"]["huis"]) == expected


async def test_a_party_without_a_role_reads_nothing(app: RegisterApp, keys: Keys) -> None:
    headers = {"Authorization": f"Bearer {keys.token(agb=..., instantie_type=...)}"}
    reply = await request(app, {"query": "{ huis { naam } }"}, headers=headers)
    assert (reply.status, reply.code) == (403, "FORBIDDEN")


async def test_nothing_is_answered_without_a_credential(app: RegisterApp, keys: Keys) -> None:
    context = {"Decision-Context": keys.context("MAKELAAR")}
    for headers, unix in (({}, True), (context, False), ({"Authorization": "Basic eA=="}, True)):
        for query in ("{ huis { naam } }", "{ __typename }", "{ __schema { queryType { name } } }", "geen graphql"):
            reply = await request(app, {"query": query}, headers=headers, unix=unix)
            assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
            assert reply.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_development_shows_the_schema_and_no_data(register_url: str, keys: Keys) -> None:
    app = register_app(REGISTER, make_settings(register_url, keys, dev=True))
    await app.start()
    try:
        reply = await request(app, {"query": "{ b: _service { sdl } a: __typename __schema { queryType { name } } }"})
        assert list(reply.json["data"]) == ["b", "a", "__schema"]
        assert reply.json["data"]["a"] == "Query"
        assert '@link(url: "https://specs.apollo.dev/federation/v2.9"' in reply.json["data"]["b"]["sdl"]
        for query in ("{ huis { naam } }", "{ versie }", "{ ...A } fragment A on Query { kamer { naam } }"):
            reply = await request(app, {"query": query})
            assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
        # The page is another option: development alone does not serve it.
        assert (await request(app, method="GET", path="/")).status == 404
    finally:
        await app.stop()


async def test_the_explorer_is_a_page_and_opens_nothing(register_url: str, keys: Keys) -> None:
    app = register_app(REGISTER, make_settings(register_url, keys, explorer=True))
    await app.start()
    try:
        page = await request(app, method="GET", path="/", unix=False)
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        etag = {"If-None-Match": page.headers["etag"]}
        assert (await request(app, method="GET", path="/", headers=etag)).status == 304
        for query in ("{ huis { naam } }", "{ versie }", "{ __typename }", "{ __schema { queryType { name } } }"):
            reply = await request(app, {"query": query}, unix=False)
            assert (reply.status, reply.code) == (401, "UNAUTHENTICATED")
        for path in ("/assets/", "/assets/../page.py", "/assets/vendor/react.LICENSE", "/page.py"):
            assert (await request(app, method="GET", path=path)).status == 404
        assert (await request(app, method="POST", path="/")).status == 404
    finally:
        await app.stop()


async def test_what_went_wrong_is_logged_without_a_value(
    register_url: str, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = register_app(REGISTER, make_settings(register_url, keys, dev=True))
    await app.start()

    async def fail(*_: Any) -> bytes:
        raise RuntimeError("invalid input: 999990019")

    try:
        assert app._engine is not None
        monkeypatch.setattr(app._engine, "run", fail)
        with structlog.testing.capture_logs() as lines:
            reply = await request(
                app, {"query": "{ huis { naam } }"}, headers={"Decision-Context": keys.context("MAKELAAR")}
            )
        assert (reply.status, reply.code) == (500, "INTERNAL_SERVER_ERROR")
        [line] = [line for line in lines if line["event"] == "request_failed"]
        assert line["reason"] == "RuntimeError"
        assert line["where"][-1].endswith(" fail")
        assert "999990019" not in str(lines)
    finally:
        await app.stop()


async def test_fields_of_strawberry_and_of_the_database_in_one_answer(app: RegisterApp, keys: Keys) -> None:
    query = """
        query ($nee: Boolean = false) {
          versie
          huis(where: {naam: {eq: "Berk"}}) { naam }
          ...Meer
          __type(name: "Huis") { name @skip(if: $nee) }
          __type(name: "Huis") { kind }
        }
        fragment Meer on Query { nog: versie weg: versie @include(if: $nee) }
    """
    reply = await request(app, {"query": query}, headers={"Decision-Context": keys.context("MAKELAAR")})
    assert reply.json == {
        "data": {
            "versie": "1",
            "huis": [{"naam": "Berk"}],
            "nog": "1",
            "__type": {"name": "Huis", "kind": "OBJECT"},
        }
    }


async def test_another_release_of_the_grants(register_url: str, keys: Keys) -> None:
    app = register_app(REGISTER, make_settings(register_url, keys, releases=frozenset({"release-2"})))
    await app.start()
    try:
        statuses = {
            release: (
                await request(
                    app,
                    {"query": "{ huis { naam } }"},
                    headers={"Decision-Context": keys.context("MAKELAAR", grants=release)},
                )
            ).status
            for release in ("release-1", "release-2", "release-3")
        }
        assert statuses == {"release-1": 200, "release-2": 200, "release-3": 503}
    finally:
        await app.stop()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"method": "GET"}, 405, "METHOD_NOT_ALLOWED"),
        ({"headers": {"accept": "text/html"}}, 406, "NOT_ACCEPTABLE"),
        ({"headers": {"content-type": "text/plain"}}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"headers": {"content-type": "application/json; charset=latin1"}}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"body": b"{"}, 400, "BAD_USER_INPUT"),
        ({"body": []}, 400, "BAD_USER_INPUT"),
        ({"body": {"query": "{", "variables": {}}}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"body": {"query": "{ onbekend }"}}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"body": {"query": "{ huis { naam } }", "operationName": "X"}}, 400, "BAD_USER_INPUT"),
        ({"body": {"query": "{ huis { naam } }", "variables": []}}, 400, "BAD_USER_INPUT"),
        ({"body": b"x" * 5_000_000}, 413, "PAYLOAD_TOO_LARGE"),
    ],
)
async def test_http_rules(app: RegisterApp, keys: Keys, changes: dict[str, Any], status: int, code: str) -> None:
    headers = {"Decision-Context": keys.context("MAKELAAR"), **changes.pop("headers", {})}
    body = changes.pop("body", {"query": "{ huis { naam } }"})
    reply = await request(app, body, headers=headers, **changes)
    assert (reply.status, reply.code) == (status, code)


async def test_media_type_and_trace(app: RegisterApp, keys: Keys) -> None:
    headers = {"Decision-Context": keys.context("MAKELAAR"), "Accept": JSON, "X-B3-TraceId": "a" * 32}
    reply = await request(app, {"query": "{ huis { naam } }"}, headers=headers)
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert reply.headers["x-b3-traceid"] == "a" * 32
    assert len(reply.headers["x-b3-spanid"]) == 16
    for invalid in ("0" * 32, "A" * 32, "short"):
        reply = await request(app, {"query": "{ __typename }"}, headers={**headers, "X-B3-TraceId": invalid})
        assert reply.headers["x-b3-traceid"] != invalid


async def test_errors_repeat_no_value_of_the_client(app: RegisterApp, keys: Keys) -> None:
    headers = {"Decision-Context": keys.context("MAKELAAR")}
    for body in (
        {"query": "query ($i: UUID) { huis(where: {huisID: {eq: $i}}) { naam } }", "variables": {"i": "999990019"}},
        {"query": '{ huis(where: {huisID: {eq: "999990019"}}) { naam } }'},
        {"query": "{ huis(where: {naam: {eq: 999990019}}) { naam } }"},
        {"query": '{ "999990019" }'},
        {"query": "{ huis(where: {naam: 999990019}) { naam } }"},
        {"query": '{ huis { kamers(order: {naam: "999990019"}) { naam } } }'},
        {"query": "query ($n: String) { huis(where: {naam: {eq: $n}}) { naam } }", "variables": {"n": "999990019\x00"}},
    ):
        reply = await request(app, body, headers=headers)
        assert reply.status == 400
        assert b"999990019" not in reply.raw


async def test_health(app: RegisterApp, register_url: str, keys: Keys) -> None:
    assert (await request(app, method="GET", path="/health/live")).status == 200
    ready = await request(app, method="GET", path="/health/ready")
    assert (ready.status, ready.json) == (200, {"status": "ready"})
    assert (await request(app, method="GET", path="/")).status == 404
    admin = await asyncpg.connect(register_url.replace("huizen_shell_app@", "postgres@"))
    try:
        known = await admin.fetchval("SELECT sha256 FROM migration.policies")
        await admin.execute("UPDATE migration.policies SET sha256 = 'other'")
        stale = await request(app, method="GET", path="/health")
        assert (stale.status, stale.json["reason"]) == (
            503,
            "The row policies of huizen are of another release; run `registers migrate huizen`.",
        )
        await admin.execute("UPDATE migration.policies SET sha256 = $1", known)
    finally:
        await admin.close()


async def test_a_database_that_went_away(app: RegisterApp, register_url: str, keys: Keys) -> None:
    headers = {"Decision-Context": keys.context("MAKELAAR")}
    query = {"query": "{ huis { naam } }"}
    assert (await request(app, query, headers=headers)).status == 200
    admin = await asyncpg.connect(register_url.replace("huizen_shell_app@", "postgres@"))
    try:
        stop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huizen_shell_app'"
        await admin.execute(stop)
        # A connection that the server dropped is replaced; nobody notices.
        assert (await request(app, query, headers=headers)).status == 200
        await admin.execute("ALTER ROLE huizen_shell_app NOLOGIN")
        await admin.execute(stop)
        reply = await request(app, query, headers=headers)
        assert (reply.status, reply.code) == (503, "DATABASE_UNAVAILABLE")
        assert (await request(app, method="GET", path="/health/ready")).status == 503
    finally:
        await admin.execute("ALTER ROLE huizen_shell_app LOGIN")
        await admin.close()
    assert (await request(app, query, headers=headers)).status == 200


@pytest.mark.parametrize(("failures", "status"), [(1, 200), (2, 503)])
async def test_a_ready_check_that_meets_a_farewell_of_the_database(
    app: RegisterApp, monkeypatch: pytest.MonkeyPatch, failures: int, status: int
) -> None:
    """The driver's word for a farewell that it reads in the middle of something is an internal error of its own."""
    fetch, left = asyncpg.Connection.fetch, [failures]

    async def farewell(self: Any, *arguments: Any, **options: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")
        return await fetch(self, *arguments, **options)

    monkeypatch.setattr(asyncpg.Connection, "fetch", farewell)
    assert (await request(app, method="GET", path="/health/ready")).status == status
    assert left == [0]
    assert (await request(app, method="GET", path="/health/ready")).status == 200


async def test_statements_are_cached_by_all_they_depend_on(app: RegisterApp, keys: Keys) -> None:
    assert app._engine is not None
    statements = app._engine._statements
    query = "query ($n: String, $m: [Int]) { kamer(where: {naam: {eq: $n}, nummer: {in: $m}}) { kamerID } }"

    async def ask(**variables: Any) -> list[str]:
        headers = {"Decision-Context": keys.context("MAKELAAR")}
        reply = await request(app, {"query": query, "variables": variables}, headers=headers)
        return [row["kamerID"] for row in reply.json["data"]["kamer"]]

    before = len(statements)
    assert await ask(n="Keuken", m=[1, 2]) == [str(make_id(31))]
    assert await ask(n="keuken", m=[3]) == [str(make_id(33))]
    assert len(statements) == before + 1
    assert await ask(n="Zolder", m=[None]) == [str(make_id(32))]
    assert await ask(n=None) == []
    assert len(statements) == before + 3
