"""The shipped path in one process: grants file, decision at the gateway, generated row policies in PostgreSQL.

The gateway's pipeline and the registers' ASGI applications are the real ones; between them only the socket is left out. The gateway signs
a decision context for every asker and register, each register verifies its own and becomes the asker's role.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, cast
from unittest.mock import patch

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import gateway.fetching
import registers.common.freshness
import registers.common.shell
from gateway.audit.record import Hasher
from gateway.audit.recorder import Recorder
from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants, caller_from_claims, load_grants
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.identity.context import ContextSigner
from gateway.instances import Served
from gateway.pipeline import Pipeline
from gateway.requests import GraphQLRequest
from gateway.settings import AuditSettings, SubgraphSettings
from gateway.settings import Settings as GatewaySettings
from gateway.subgraphs.connection import Response
from gateway.supergraph.reader import read_supergraph
from gateway.telemetry.trace import trace_of
from tests.properties.authorization.asking import Question
from tests.properties.authorization.model import ONE, Layout, Row, World
from tests.properties.authorization.reading import Asker
from tests.properties.authorization.serving import GATEWAY, Serving, parts_of
from tests.properties.authorization.staging import empty_database

__all__ = ["Reply", "Stage"]

AUDIT = AuditSettings(folder="-", key="-", secret="-")
"""Only who is asked what counts here: nothing is written."""


@dataclass(frozen=True)
class Reply:
    """An answer, what was sent to which register for it (which of them was sent first is chance), and what is on record of it."""

    status: int
    body: bytes
    fetches: tuple[tuple[str, bytes], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def json(self) -> Any:
        return json.loads(self.body)


class _Quiet:
    """The access log of a register would be longer than the run."""

    def info(self, *_: Any, **__: Any) -> None:
        pass

    def error(self, event: str, **more: Any) -> None:
        raise AssertionError((event, more))


class _Silent(_Quiet):
    def error(self, event: str, **more: Any) -> None:
        pass


class _Direct:
    """The way to the registers without a socket, in the form of the gateway's HTTP client."""

    answers = False

    def __init__(self, served: Mapping[str, Serving]) -> None:
        self.served = served
        self.plain = frozenset(served)
        self.fetches: list[tuple[str, bytes]] = []

    def hears(self, _name: bytes) -> bool:
        return False

    async def post(self, subgraph: str, headers: bytes, body: bytes, **_: Any) -> Response:
        self.fetches.append((subgraph, body))
        return await self.served[subgraph].answer(headers, body)


class _Journal:
    """Keeps records, as the gateway's journal does on a disk."""

    failing = False

    def __init__(self) -> None:
        self.records: list[bytes] = []

    async def append(self, record: bytes) -> None:
        self.records.append(record)


class _Known:
    """Says who asks: the verified claims stand in the place of the token."""

    def __init__(self, grants: Grants, audience: str) -> None:
        self.grants = grants
        self.audience = audience

    async def caller(self, headers: Mapping[bytes, bytes]) -> Caller:
        said = json.loads(headers[b"authorization"])
        role, identifiers = caller_from_claims(self.grants, said["claims"])
        return Caller(role, identifiers, frozenset(said["scopes"]), audience=self.audience)

    def check_again(self, caller: Caller, headers: Mapping[bytes, bytes]) -> None:
        pass

    def judged(self, headers: Mapping[bytes, bytes]) -> bytes | None:
        return None


class Stage:
    """The registers of a layout, each with a database of its own (`name` and theirs), behind a gateway; a grants file and rows at a time."""

    def __init__(self, postgres: str, name: str, folder: Path, layout: Layout = ONE) -> None:
        self.folder = folder
        self.layout = layout
        self.runner = asyncio.Runner()
        self.exits = ExitStack()
        self.signer = ContextSigner(Ed25519PrivateKey.generate(), issuer=GATEWAY)
        self.parts = parts_of(layout)
        self.served = {
            part.name: Serving(part, empty_database(postgres, f"{name}_{part.name}"), folder / part.name)
            for part in self.parts
        }
        inputs = [SubgraphInput(p.name, f"http://{p.name}/graphql", p.schema.as_str()) for p in self.parts]
        composed = compose(inputs)
        assert composed.supergraph_sdl is not None, composed.errors
        self.supergraph = read_supergraph(composed.supergraph_sdl)
        self.audiences = {part.name: part.audience for part in self.parts}

    def __enter__(self) -> Self:
        self.exits.enter_context(patch.object(registers.common.shell, "_log", _Quiet()))
        self.exits.enter_context(patch.object(registers.common.freshness, "_log", _Silent()))
        (self.folder / "jwks.json").write_bytes(orjson.dumps(self.signer.jwks()))
        self._together(serving.enter() for serving in self.served.values())
        return self

    def __exit__(self, *_: object) -> None:
        self._together(serving.leave() for serving in self.served.values())
        self.runner.close()
        self.exits.close()

    def _together(self, work: Iterable[Any]) -> None:
        async def run() -> None:
            for item in work:
                await item

        self.runner.run(run())

    def play(self, text: str) -> None:
        """Put a grants file to work, the way that it is shipped: checked, compiled, migrated, served."""
        grants = load_grants(text, self.supergraph)
        (self.folder / "grants.yaml").write_text(text)
        self._together(self._play(serving) for serving in self.served.values())
        self.client = _Direct(self.served)
        self.journal = _Journal()
        self.pipeline = Pipeline(
            self.supergraph,
            client=cast("Any", self.client),
            settings=GatewaySettings(
                supergraph="-",
                subgraphs={
                    name: SubgraphSettings(url=f"http://{name}/graphql", audience=audience)
                    for name, audience in self.audiences.items()
                },
            ),
            grants=grants,
            authenticator=_Known(grants, " ".join(self.audiences.values())),
            signer=self.signer,
            served=Served(audiences=self.audiences),
            recorder=Recorder(
                cast("Any", self.journal), AUDIT, Hasher(b""), self.supergraph, grants, frozenset(self.served)
            ),
        )

    async def _play(self, serving: Serving) -> None:
        await self._changed(await serving.compile(self.folder / "grants.yaml"))
        await serving.start(self.folder / "jwks.json")
        await serving.hear(stale=False)

    async def _changed(self, policies: Path) -> None:
        """For who wants to see a leak found: what was generated may be spoiled here."""

    def fill(self, world: World) -> None:
        """Replace all rows."""
        self._together(serving.fill(world) for serving in self.served.values())

    def change(self, removed: Iterable[Row], added: Iterable[Row]) -> None:
        """Take rows away, then put rows in, without touching the others."""
        gone, come = list(removed), list(added)
        self._together(serving.change(gone, come) for serving in self.served.values())

    def hear(self, stale: frozenset[str]) -> None:
        """These registers have heard nothing of their copies for long; the others have just now."""
        self._together(serving.hear(stale=name in stale) for name, serving in self.served.items())

    def ask(self, asker: Asker, questions: Iterable[Question]) -> list[Reply]:
        """Ask one question after the other as one asker, on its day."""
        said = json.dumps({"claims": dict(asker.claims), "scopes": sorted(asker.scopes)}).encode()

        async def run() -> list[Reply]:
            found: list[Reply] = []
            for question in questions:
                extensions = {"partial": True} if question.partial else {}
                request = GraphQLRequest(question.query, variables=question.variables, extensions=extensions)
                self.client.fetches.clear()
                self.journal.records.clear()
                answer = await self.pipeline.handle(request, {b"authorization": said}, trace_of({}))
                (record,) = self.journal.records
                fetches = tuple(sorted(self.client.fetches))
                found.append(Reply(answer.status, answer.body, fetches, json.loads(record)))
            return found

        with patch.object(gateway.fetching.Days, "today", lambda _: asker.today):
            return self.runner.run(run())
