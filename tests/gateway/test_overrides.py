"""A field moves to another subgraph for a share of the requests: the label's own, or that of the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest

from gateway.app import GatewayApp, build_app
from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.overrides import Overrides
from gateway.settings import Settings
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph
from tests.gateway.transport.harness import ask

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@override", "@authenticated"])\n'
PRODUCTS = f"""{LINK}
type Query {{ product: Product }}
type Product @key(fields: "id") {{ id: ID! left: Int price: Int size: Int margin: Int @authenticated }}
"""
STOCK = f"""{LINK}
type Product @key(fields: "id") {{
  id: ID!
  left: Int @override(from: "products", label: "percent(25)")
  price: Int @override(from: "products", label: "prices-move")
  size: Int @override(from: "products", label: "percent(100)")
}}
"""
EARLY, MIDDLE, LATE = "f" * 24 + "00000000", "f" * 24 + "80000000", "f" * 32
A, B, C = "percent(25)", "prices-move", "percent(100)"


@pytest.fixture(scope="module")
def supergraph() -> Supergraph:
    found = compose([SubgraphInput("products", "http://p/", PRODUCTS), SubgraphInput("stock", "http://s/", STOCK)])
    assert found.supergraph_sdl is not None, found.errors
    return read_supergraph(found.supergraph_sdl)


@pytest.mark.parametrize(
    ("shares", "early", "middle", "late"),
    [
        ({}, {A, C}, {C}, {C}),
        ({B: 60}, {A, B, C}, {B, C}, {C}),
        ({A: 0, C: 0, B: 100}, {B}, {B}, {B}),
        ({"moved-long-ago": 50}, {A, C}, {C}, {C}),
    ],
)
def test_a_request_has_the_labels_of_a_greater_share_than_its_place(
    supergraph: Supergraph, shares: Mapping[str, float], early: set[str], middle: set[str], late: set[str]
) -> None:
    overrides = Overrides(supergraph, shares)
    assert [overrides.on(EARLY), overrides.on(MIDDLE), overrides.on(LATE)] == [early, middle, late]
    assert overrides.on("f" * 8 + "0" * 8) == early


def test_what_most_requests_have_is_usual(supergraph: Supergraph) -> None:
    assert Overrides(supergraph, {B: 50.5}).usual == {B, C}
    assert Overrides(supergraph, {B: 50}).usual == {C}


@pytest.fixture
async def app(supergraph: Supergraph) -> AsyncIterator[GatewayApp]:
    app = build_app(Settings(supergraph="-", overrides={B: 60}), supergraph=supergraph)
    await app.start()
    yield app
    await app.stop()


@pytest.mark.parametrize("document", ["{ product { left price size } }", "{ product { left price size margin } }"])
async def test_one_document_is_planned_for_each_share_and_kept(app: GatewayApp, document: str) -> None:
    async def asked(trace: str) -> list[str]:
        reply = await ask(app, document, path="/plan", headers={"X-B3-TraceId": trace})
        fetches = reply.json()["text"].split("Fetch(service: ")[1:]
        return [fetch.replace("\n", " ") for fetch in fetches]

    def from_stock(fetches: list[str]) -> set[str]:
        return {
            name for name in ("left", "price", "size") if any(name in f for f in fetches if f.startswith('"stock"'))
        }

    # Nobody has a token here: `margin` is taken out, and what is left has its plans all the same.
    early, middle, late = [await asked(trace) for trace in (EARLY, MIDDLE, LATE)]
    assert "margin" not in str([early, middle, late])
    assert from_stock(early) == {"left", "price", "size"}
    assert from_stock(middle) == {"price", "size"}
    assert from_stock(late) == {"size"}
    cache = app.lifecycle.current.pipeline.caches["plans"]
    assert (len(cache), await asked(MIDDLE), len(cache)) == (3, middle, 3)
