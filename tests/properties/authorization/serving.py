"""One register of a stage: its database, its row policies and its ASGI application, the shipped ones; only the socket is left out."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from strawberry.federation import Schema

import registers.common.mapping
from gateway.authorization.command import compile_command
from gateway.subgraphs.connection import Response
from registers.common.definition import RegisterDefinition
from registers.common.migrations import migrate
from registers.common.shell import RegisterApp, Settings
from tests.properties.authorization import register
from tests.properties.authorization.model import ONE, TYPES, Layout, Row, World
from tests.properties.authorization.reading import SECRET
from tests.properties.authorization.spread import personen, stukken, zaken

__all__ = ["GATEWAY", "Part", "Serving", "parts_of"]

GATEWAY = "https://gateway.example"
_MIGRATIONS = Path(__file__).parent / "migrations"
_PERSOON = ("client", "persoonID", "naam", "woonplaats", "geboren", "geheim")
_ZAAK = (
    "client", "zaakID", "soort", "beheerder", "waarnemer", "opening", "sluiting", "bedrag", "notitie", "persoonID", "voorgangerID",
)  # fmt: skip
_STUK = ("client", "stukID", "titel", "auteur", "moment", "bladzijden", "zaakID")
_PARTIJ = ("client", "partijID", "code", "rol", "van", "tot", "zaakID")
_BETROKKENE = ("client", "betrokkeneID", "code", "van", "tot")


@dataclass(frozen=True)
class Part:
    """A register that is served: `tables` are the columns of each of its tables, in their order."""

    name: str
    schema: Schema
    mapping: registers.common.mapping.Mapping
    tables: Mapping[str, tuple[str, ...]]

    @property
    def audience(self) -> str:
        return f"https://{self.name}.example/register"


_BALIE = {"Persoon": _PERSOON, "Zaak": _ZAAK, "Stuk": _STUK, "Partij": _PARTIJ, "Betrokkene": (*_BETROKKENE, "zaakID")}
_ZAKEN = {"Zaak": _ZAAK, "Partij": _PARTIJ, "Betrokkene": (*_BETROKKENE, "zaakID")}


def parts_of(layout: Layout) -> list[Part]:
    """The registers in which the data lies."""
    if layout is ONE:
        return [Part("balie", register.SCHEMA, register.MAPPING, _BALIE)]
    copied = {"Persoon": _PERSOON, "Betrokkene": (*_BETROKKENE, "persoonID")}
    return [
        Part("personen", personen.SCHEMA, personen.MAPPING, copied),
        Part("zaken", zaken.SCHEMA, zaken.MAPPING, _ZAKEN),
        Part("stukken", stukken.SCHEMA, stukken.MAPPING, {"Stuk": _STUK, "Betrokkene": (*_BETROKKENE, "zaakID")}),
    ]


class Serving:
    """A register at work under one grants file at a time."""

    def __init__(self, part: Part, url: str, folder: Path) -> None:
        self.part = part
        self.url = url
        self.folder = folder
        self.app: RegisterApp | None = None
        folder.mkdir()
        (folder / "migrations").symlink_to(_MIGRATIONS / part.name)
        (folder / "mapping.json").write_text(json.dumps(part.mapping.as_json()))
        self.definition = RegisterDefinition(part.name, part.schema, part.mapping, folder, part.audience)

    async def enter(self) -> None:
        self.admin: Any = await asyncpg.connect(self.url)

    async def leave(self) -> None:
        if self.app is not None:
            await self.app.stop()
        await self.admin.close()

    async def compile(self, grants: Path) -> Path:
        """Stop, and generate row policies; the folder that they are in."""
        if self.app is not None:
            await self.app.stop()
        policies = self.folder / "policies"
        assert compile_command(self.folder / "mapping.json", grants, policies, check=False) == 0
        return policies

    async def start(self, jwks: Path) -> None:
        await migrate(self.url, self.definition)
        name = self.url.partition("?")[0].rpartition("/")[2]
        settings = Settings(
            self.url.replace("postgres@", f"{name}_app@"),
            SECRET,
            gateway_jwks=str(jwks),
            gateway=GATEWAY,
            unix=self.folder / "register.sock",
            pool_size=1,
        )
        self.app = RegisterApp(self.definition, settings)
        await self.app.start()

    async def hear(self, *, stale: bool) -> None:
        """What is copied from another register is of now, or of long ago; the register looks anew."""
        if any(table.projected for table in self.part.mapping.tables):
            moment = "'epoch'" if stale else "clock_timestamp()"
            await self.admin.execute(f"UPDATE projectie.stand SET volledig_tot = {moment}")
            # What a register has read proves freshness for a while, whatever happens to the stand; here it may not wait.
            freshness: Any = self.app._engine._freshness if self.app and self.app._engine else None
            if freshness is not None:
                freshness._complete_until = float("-inf")

    async def answer(self, headers: bytes, body: bytes) -> Response:
        """What the register answers to a fetch."""
        assert self.app is not None
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

    async def fill(self, world: World) -> None:
        """Replace all rows."""
        async with self.admin.transaction():
            await self.admin.execute(f"TRUNCATE {', '.join(name.lower() for name in self.part.tables)}")
            await self._add([row for rows in world.rows.values() for row in rows])

    async def change(self, removed: list[Row], added: list[Row]) -> None:
        """Take rows away, then put rows in, without touching the others."""
        async with self.admin.transaction():
            for name in self.part.tables:
                key = TYPES[name].key
                gone = [uuid.UUID(row[key]) for row in removed if row["type"] == name]
                if gone:
                    await self.admin.execute(f'DELETE FROM {name.lower()} WHERE "{key}" = ANY($1::uuid[])', gone)
            await self._add(added)

    async def _add(self, rows: list[Row]) -> None:
        for name, columns in self.part.tables.items():
            records = [_record(row, columns) for row in rows if row["type"] == name]
            if records:
                await self.admin.copy_records_to_table(name.lower(), records=records)


def _record(row: Row, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(
        uuid.UUID(row[name]) if row[name] and (name == "client" or name.endswith("ID")) else row[name]
        for name in columns
    )
