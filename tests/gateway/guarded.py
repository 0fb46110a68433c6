"""A whole gateway over a graph that guards itself: `@authenticated`, `@requiresScopes` and `@policy`, composed by ours."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import jwt

from gateway.app import build_app
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.settings import AuthorizationSettings, IssuerSettings, PolicySettings, Settings, SubgraphSettings
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from tests.gateway.execution.harness import Federation, World
from tests.gateway.library import AUDIENCE, ISSUER, KEY, Library, subgraph_handler, write_files
from tests.gateway.subgraphs.harness import serving

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@requires", "@external", "@shareable", "@authenticated", "@requiresScopes", "@policy"])
"""
POLICIES = {"staff": PolicySettings(scopes=("staff:yes",)), "board": PolicySettings(roles=("CLERK",))}


def composed(**subgraphs: str) -> Supergraph:
    result = compose([SubgraphInput(name, f"http://{name}/graphql", LINK + sdl) for name, sdl in subgraphs.items()])
    assert result.supergraph_sdl is not None, result.errors
    return read_supergraph(result.supergraph_sdl)


@asynccontextmanager
async def guarded(
    folder: Path, sdl: dict[str, str], world: World, *, issuer: bool = True, **settings: Any
) -> AsyncGenerator[Library]:
    """The gateway as `gateway serve` builds it over `sdl`, without a grants file."""
    write_files(folder)
    federation = Federation(sdl, world)
    seen: list[tuple[str, dict[str, str], Any]] = []
    async with AsyncExitStack() as stack:
        entries: dict[str, SubgraphSettings] = {}
        for name in sdl:
            place = folder / f"{name}.sock"
            server = await stack.enter_async_context(serving(subgraph_handler(name, federation, seen, {}), place))
            entries[name] = SubgraphSettings(url=server.url)
        trusted = AuthorizationSettings(
            issuers=(IssuerSettings(ISSUER, jwks=str(folder / "jwks.json"), audience=AUDIENCE),), policies=POLICIES
        )
        chosen = Settings(supergraph="-", subgraphs=entries, authorization=trusted if issuer else None, **settings)
        app = build_app(chosen, supergraph=composed(**sdl))
        yield Library(app, federation, seen)
        await app.stop()


def scoped(*scopes: str) -> str:
    """An access token with these scopes."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "p", "jti": " ".join(scopes) or "-", "iat": now, "exp": now + 600}
    return jwt.encode(
        {**claims, "scope": " ".join(scopes)}, KEY, algorithm="ES256", headers={"kid": "k", "typ": "at+jwt"}
    )
