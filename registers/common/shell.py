"""The ASGI application around one register: credentials in, answers and their headers out.

`POST /graphql` answers queries; `/health/live` says that the process runs, `/health` and `/health/ready` that it can answer (database,
policies of this release). With `explorer`, `GET /` shows GraphiQL: a page only, which opens nothing. With `dev`, the schema needs no
credential; data always does. A decision context counts on the unix socket only: what reaches that socket is decided by the
permissions of its folder.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from registers.common.access import load_fields
from registers.common.caller import ANYBODY, Caller
from registers.common.client_key import client_key
from registers.common.context import context_verifier
from registers.common.credentials import SignedCaller, unauthenticated
from registers.common.definition import RegisterDefinition
from registers.common.engine import Engine
from registers.common.errors import RegisterError
from registers.common.freshness import MAX_STALENESS
from registers.common.health import readiness
from registers.common.jwks import KeySet
from registers.common.logs import whereabouts
from registers.common.negotiation import GRAPHQL, JSON, accepted, parse_body, require_json
from registers.common.page import File, answer_page, load_page
from registers.common.pool import Database, open_database
from registers.common.sql.document import Limits
from registers.common.tokens import token_verifier
from registers.common.trace import new_span, trace_of

__all__ = ["RegisterApp", "Settings", "register_app"]

GATEWAY = "https://netwerk.iwlz.example/gateway"
ISSUER = "https://autorisatieserver.iwlz.example"

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """How one register runs. Times are in seconds; `maximum_body` in bytes.

    Without `gateway_jwks` no decision context is honoured, without `issuer_jwks` no access token. `dev` shows the schema to everybody;
    `open` (development only) serves everything to everybody, for a register without policies. `explorer` serves the page at `/`,
    with GraphiQL from `graphiql_assets`. `releases`: other grants releases that are announced. `max_staleness`: how
    long relations copied from another register count without a sign of life.
    """

    database_url: str
    secret: bytes
    gateway_jwks: str = ""
    issuer_jwks: str = ""
    gateway: str = GATEWAY
    issuer: str = ISSUER
    unix: Path | None = None
    dev: bool = False
    open: bool = False
    explorer: bool = False
    graphiql_assets: Path | None = None
    releases: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    pool_size: int = 8
    statement_timeout: float = 10.0
    max_staleness: float = MAX_STALENESS
    maximum_body: int = 4 * 1024 * 1024


def register_app(register: RegisterDefinition, settings: Settings) -> RegisterApp:
    """The ASGI application of a register. Its database opens with the lifespan, or with `start`."""
    return RegisterApp(register, settings)


class RegisterApp:
    """See the head of the module."""

    def __init__(self, register: RegisterDefinition, settings: Settings) -> None:
        self.register = register
        self.settings = settings
        self.fields = None if settings.open else load_fields(register.policies / "fields.json")
        if self.fields is None and not settings.open:
            raise ValueError(f"The register {register.name} has no policies; make them with `gateway grants compile`.")
        self._page = self._load_page()
        self._contexts = self._context_verifier()
        self._tokens = self._token_verifier()
        self._engine: Engine | None = None
        self.database: Database | None = None

    def _load_page(self) -> Mapping[str, File]:
        if not self.settings.explorer:
            return {}
        open_schema = self.settings.dev or self.settings.open
        return load_page(self.register, self.settings.graphiql_assets, open_schema=open_schema)

    def _context_verifier(self) -> SignedCaller | None:
        place = self.settings.gateway_jwks
        if not place:
            return None
        return context_verifier(KeySet(place), gateway=self.settings.gateway, audience=self.register.audience)

    def _token_verifier(self) -> SignedCaller | None:
        place = self.settings.issuer_jwks
        if not place:
            return None
        roles = self.fields.claims if self.fields else {}
        return token_verifier(KeySet(place), issuer=self.settings.issuer, audience=self.register.audience, roles=roles)

    def _derive(self, bsn: str) -> Any:
        return client_key(self.settings.secret, bsn)

    async def start(self) -> None:
        """Open the database. Raises `DatabaseUnavailableError`."""
        self.database = await open_database(
            self.settings.database_url,
            as_roles=self.fields is not None,
            derive=self._derive,
            size=self.settings.pool_size,
            statement_timeout=self.settings.statement_timeout,
        )
        self._engine = Engine(
            self.register,
            self.database,
            fields=self.fields,
            derive=self._derive,
            limits=self.settings.limits,
            releases=self.settings.releases,
            max_staleness=self.settings.max_staleness,
        )

    async def stop(self) -> None:
        if self.database is not None:
            await self.database.close()
        self.database = self._engine = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                if self._engine is None:
                    await self.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if path == "/graphql":
            await self._graphql(scope, receive, send)
        elif path == "/health/live" and method in {"GET", "HEAD"}:
            await _answer(send, 200, JSON, b'{"status":"live"}')
        elif path in {"/health", "/health/ready"} and method in {"GET", "HEAD"}:
            status, body = await readiness(self.database, self.register)
            await _answer(send, status, JSON, body)
        elif (found := answer_page(self._page, method, path, dict(scope["headers"]))) is not None:
            await send({"type": "http.response.start", "status": found.status, "headers": found.headers})
            await send({"type": "http.response.body", "body": found.body})
        else:
            await _answer(
                send, 404, JSON, b'{"errors":[{"message":"Nothing here.","extensions":{"code":"NOT_FOUND"}}]}'
            )

    async def _graphql(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        trace, span = trace_of(headers.get(b"x-b3-traceid")), new_span()
        media, status, caller, code = GRAPHQL, 200, ANYBODY, ""
        extra: list[tuple[bytes, bytes]] = []
        try:
            media = self._negotiated(scope, headers)
            caller = await self._caller(scope, headers)
            body = await self._body(headers, receive)
            engine = self._engine
            if engine is None:
                raise RegisterError.of("DATABASE_UNAVAILABLE", "The register is not ready.")
            answer = await engine.run(parse_body(body), caller)
        except RegisterError as error:
            status, answer, code = error.status, error.body(), error.issues[0].code
            extra = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
        except Exception as error:  # noqa: BLE001 - the last line before the client: say nothing of what went wrong
            _log.error("request_failed", trace=trace, reason=type(error).__name__, where=whereabouts(error))
            failure = RegisterError.of("INTERNAL_SERVER_ERROR", "The register could not answer.")
            status, answer, code = 500, failure.body(), "INTERNAL_SERVER_ERROR"
        extra += [(b"x-b3-traceid", trace.encode()), (b"x-b3-spanid", span.encode())]
        await _answer(send, status, media, answer, extra)
        _log.info(
            "request",
            register=self.register.name,
            trace=trace,
            span=span,
            status=status,
            code=code,
            credential=caller.kind,
            role=caller.role,
            milliseconds=round((time.perf_counter() - started) * 1000, 1),
        )

    @staticmethod
    def _negotiated(scope: dict[str, Any], headers: dict[bytes, bytes]) -> bytes:
        if scope["method"] != "POST":
            error = RegisterError.of("METHOD_NOT_ALLOWED", "Send queries by POST.")
            error.headers["Allow"] = "POST"
            raise error
        media = accepted(headers.get(b"accept"))
        require_json(headers.get(b"content-type"))
        return media

    async def _caller(self, scope: dict[str, Any], headers: dict[bytes, bytes]) -> Caller:
        context = headers.get(b"decision-context")
        if context is not None and self._contexts is not None and self._is_gateway(scope):
            return await self._contexts.verify(context.decode("latin-1"))
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() == "bearer" and self._tokens is not None:
            return await self._tokens.verify(token.strip())
        if self.settings.open:
            return Caller("context", None, {}, frozenset())
        if self.settings.dev and not authorization and context is None:
            return ANYBODY
        raise unauthenticated("A credential is required.")

    def _is_gateway(self, scope: dict[str, Any]) -> bool:
        """Whether the request came over our unix socket. `client` proves nothing: it is empty for a TCP peer that left."""
        server = scope.get("server")
        return server is not None and server[1] is None and server[0] == str(self.settings.unix)

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        limit = self.settings.maximum_body
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            raise RegisterError.of("PAYLOAD_TOO_LARGE", "The request is too large.")
        parts: list[bytes] = []
        held = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RegisterError.of("BAD_USER_INPUT", "The request ended early.")
            part = message.get("body", b"")
            held += len(part)
            if held > limit:
                raise RegisterError.of("PAYLOAD_TOO_LARGE", "The request is too large.")
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)


async def _answer(
    send: Send, status: int, media: bytes, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    lines = [
        (b"content-type", media),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *(headers or []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})
