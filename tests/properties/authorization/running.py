"""The shipped path in one process: grants file, decision at the gateway, generated row policies in PostgreSQL.

The gateway's pipeline and the register's ASGI application are the real ones; between them only the socket is left out. The gateway signs
a decision context for every asker, the register verifies it and becomes the asker's role.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Self, cast
from unittest.mock import patch

import asyncpg
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import gateway.fetching
import registers.common.shell
from gateway.authorization.caller import Caller
from gateway.authorization.command import compile_command
from gateway.authorization.grants import Grants, caller_from_claims, load_grants
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.identity.context import ContextSigner
from gateway.instances import Served
from gateway.pipeline import Pipeline
from gateway.requests import GraphQLRequest
from gateway.settings import Settings as GatewaySettings
from gateway.settings import SubgraphSettings
from gateway.subgraphs.connection import Response
from gateway.supergraph.reader import read_supergraph
from gateway.telemetry.trace import trace_of
from registers.common.definition import RegisterDefinition
from registers.common.migrations import migrate
from registers.common.shell import RegisterApp, Settings
from tests.properties.authorization.asking import Question
from tests.properties.authorization.model import TYPES, Row, World
from tests.properties.authorization.reading import SECRET, Asker
from tests.properties.authorization.register import MAPPING, MIGRATIONS, SCHEMA

__all__ = ["Reply", "Stage"]

AUDIENCE = "https://balie.example/register"
GATEWAY = "https://gateway.example"
TABLES = {
    "Persoon": ("client", "persoonID", "naam", "woonplaats", "geboren", "geheim"),
    "Zaak": (
        "client", "zaakID", "soort", "beheerder", "waarnemer", "opening", "sluiting", "bedrag", "notitie", "persoonID", "voorgangerID",
    ),
    "Stuk": ("client", "stukID", "titel", "auteur", "moment", "bladzijden", "zaakID"),
    "Partij": ("client", "partijID", "code", "rol", "van", "tot", "zaakID"),
    "Betrokkene": ("client", "betrokkeneID", "code", "van", "tot", "zaakID"),
}  # fmt: skip
"""The columns of each table, in its order."""


@dataclass(frozen=True)
class Reply:
    """An answer, and what was sent to registers for it."""

    status: int
    body: bytes
    fetches: tuple[bytes, ...] = ()

    def json(self) -> Any:
        return json.loads(self.body)


class _Quiet:
    """The access log of a register would be longer than the run."""

    def info(self, *_: Any, **__: Any) -> None:
        pass

    def error(self, event: str, **more: Any) -> None:
        raise AssertionError((event, more))


class _Direct:
    """The way to the register without a socket, in the form of the gateway's HTTP client."""

    plain = frozenset({"balie"})
    answers = False

    def __init__(self, app: RegisterApp) -> None:
        self.app = app
        self.fetches: list[bytes] = []

    def hears(self, _name: bytes) -> bool:
        return False

    async def post(self, _subgraph: str, headers: bytes, body: bytes, **_: Any) -> Response:
        self.fetches.append(body)
        lines = [line.split(b": ", 1) for line in headers.split(b"\r\n") if line]
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "server": (str(self.app.settings.unix), None),
            "headers": [(b"content-type", b"application/json"), *((name.lower(), value) for name, value in lines)],
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return Response(sent[0]["status"], sent[1]["body"])


class _Known:
    """Says who asks: the verified claims stand in the place of the token."""

    def __init__(self, grants: Grants) -> None:
        self.grants = grants

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        said = json.loads(headers[b"authorization"])
        role, identifiers = caller_from_claims(self.grants, said["claims"])
        return Caller(role, identifiers, frozenset(said["scopes"]), audience=AUDIENCE)

    def check_again(self, caller: Caller, headers: Mapping[bytes, bytes]) -> None:
        pass


class Stage:
    """One database; a grants file and rows at a time."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.day = date.min
        self.runner = asyncio.Runner()
        self.exits = ExitStack()
        self.signer = ContextSigner(Ed25519PrivateKey.generate(), issuer=GATEWAY)
        composed = compose([SubgraphInput("balie", "http://balie/graphql", SCHEMA.as_str())])
        assert composed.supergraph_sdl is not None, composed.errors
        self.supergraph = read_supergraph(composed.supergraph_sdl)
        self.register = RegisterDefinition("balie", SCHEMA, MAPPING, folder, AUDIENCE)

    def __enter__(self) -> Self:
        self.exits.enter_context(patch.object(gateway.fetching.Days, "today", lambda _: self.day))
        self.exits.enter_context(patch.object(registers.common.shell, "_log", _Quiet()))
        (self.folder / "migrations").symlink_to(MIGRATIONS)
        (self.folder / "mapping.json").write_text(json.dumps(MAPPING.as_json()))
        (self.folder / "jwks.json").write_bytes(orjson.dumps(self.signer.jwks()))
        self.admin: Any = self.runner.run(asyncpg.connect(self.url))
        self.app: RegisterApp | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self.runner.run(self._leave())
        self.runner.close()
        self.exits.close()

    async def _leave(self) -> None:
        if self.app is not None:
            await self.app.stop()
        await self.admin.close()

    def play(self, text: str) -> None:
        """Put a grants file to work, the way that it is shipped: checked, compiled, migrated, served."""
        self.runner.run(self._play(text))

    async def _play(self, text: str) -> None:
        if self.app is not None:
            await self.app.stop()
        grants = load_grants(text, self.supergraph)
        (self.folder / "grants.yaml").write_text(text)
        policies = self.folder / "policies"
        status = compile_command(self.folder / "mapping.json", self.folder / "grants.yaml", policies, check=False)
        assert status == 0
        await self._changed(policies)
        await migrate(self.url, self.register)
        name = self.url.partition("?")[0].rpartition("/")[2]
        settings = Settings(
            self.url.replace("postgres@", f"{name}_app@"),
            SECRET,
            gateway_jwks=str(self.folder / "jwks.json"),
            gateway=GATEWAY,
            unix=self.folder / "balie.sock",
            pool_size=1,
        )
        self.app = RegisterApp(self.register, settings)
        await self.app.start()
        self.client = _Direct(self.app)
        self.pipeline = Pipeline(
            self.supergraph,
            client=cast("Any", self.client),
            settings=GatewaySettings(
                supergraph="-", subgraphs={"balie": SubgraphSettings(url="http://balie/graphql", audience=AUDIENCE)}
            ),
            grants=grants,
            authenticator=_Known(grants),
            signer=self.signer,
            served=Served(audiences={"balie": AUDIENCE}),
        )

    async def _changed(self, policies: Path) -> None:
        """For who wants to see a leak found: what was generated may be spoiled here."""

    def fill(self, world: World) -> None:
        """Replace all rows."""
        self.runner.run(self._fill(world))

    async def _fill(self, world: World) -> None:
        async with self.admin.transaction():
            await self.admin.execute("TRUNCATE persoon, zaak, stuk, partij, betrokkene")
            for name, columns in TABLES.items():
                records = [_record(row, columns) for row in world.rows[name]]
                await self.admin.copy_records_to_table(name.lower(), records=records)

    def change(self, removed: Iterable[Row], added: Iterable[Row]) -> None:
        """Take rows away, then put rows in, without touching the others."""
        self.runner.run(self._change(list(removed), list(added)))

    async def _change(self, removed: list[Row], added: list[Row]) -> None:
        async with self.admin.transaction():
            for name, columns in TABLES.items():
                key = TYPES[name].key
                gone = [uuid.UUID(row[key]) for row in removed if row["type"] == name]
                if gone:
                    await self.admin.execute(f'DELETE FROM {name.lower()} WHERE "{key}" = ANY($1::uuid[])', gone)
                records = [_record(row, columns) for row in added if row["type"] == name]
                if records:
                    await self.admin.copy_records_to_table(name.lower(), records=records)

    def ask(self, asker: Asker, questions: Iterable[Question]) -> list[Reply]:
        """Ask one question after the other as one asker, on its day."""
        self.day = asker.today
        said = json.dumps({"claims": dict(asker.claims), "scopes": sorted(asker.scopes)}).encode()

        async def run() -> list[Reply]:
            found: list[Reply] = []
            for question in questions:
                extensions = {"partial": True} if question.partial else {}
                request = GraphQLRequest(question.query, variables=question.variables, extensions=extensions)
                self.client.fetches.clear()
                answer = await self.pipeline.handle(request, {b"authorization": said}, trace_of({}))
                found.append(Reply(answer.status, answer.body, tuple(self.client.fetches)))
            return found

        return self.runner.run(run())


def _record(row: Row, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(
        uuid.UUID(row[name]) if row[name] and (name == "client" or name.endswith("ID")) else row[name]
        for name in columns
    )
