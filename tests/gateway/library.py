"""A whole gateway over two subgraphs on real sockets, with grants and tokens, of a domain that is not care."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from gateway.app import GatewayApp, build_app
from gateway.settings import (
    AuthorizationSettings,
    DecisionContextSettings,
    IssuerSettings,
    Settings,
    StreamSettings,
    SubgraphSettings,
)
from gateway.subgraphs.failure import FetchFailure
from gateway.supergraph.model import Supergraph
from tests.gateway.execution.harness import Federation, World
from tests.gateway.planning.harness import graph
from tests.gateway.subgraphs.harness import Line, serving

STOCK = """
type Query { books(where: BookFilter, order: [BookSort!]): [Book!]! loans: [Loan!] featured: Book! }
type Mutation { remove: Book }
type Subscription { sold(title: String): Book }
type Book @key(fields: "bookID") { bookID: ID! title: String price: Int loans: [Loan!] }
type Loan @key(fields: "loanID") { loanID: ID! reader: String book: Book }
input BookFilter { and: [BookFilter!] title: TextFilter price: TextFilter }
input TextFilter { eq: String gt: String }
input BookSort { title: Sort price: Sort }
enum Sort { ASC DESC }
"""
REVIEWS = """
type Book @key(fields: "bookID") { bookID: ID! reviews: [Review!] }
type Review { stars: Int! }
"""
SDL = {"stock": STOCK, "reviews": REVIEWS}

GRANTS = """\
version: 1
timezone: Europe/Amsterdam
roles:
  CLERK: {identifiers: {branch: '^[0-9]+$'}}
  READER: {identifiers: {card: '^[a-z]+$'}}
homes: {Book: stock}
scopes:
  stock: [stock:read]
  reviews: [reviews:read]
inputs:
  equality: [eq]
  transparent:
    - {types: [TextFilter], fields: [eq, gt]}
  types:
    BookFilter: {reads: stock.Book, combinators: [and]}
    BookSort: {reads: stock.Book}
grants:
  - {id: BOOK-CLERK, role: CLERK, action: lezen, scope: stock, type: stock.Book, fields: [bookID, title, price, loans]}
  - {id: BOOK-READER, role: READER, action: lezen, scope: stock, type: stock.Book, fields: [bookID, title]}
  - {id: LOAN-CLERK, role: CLERK, action: lezen, scope: stock, type: stock.Loan, fields: [loanID, reader, book]}
  - {id: REVIEWS, role: [CLERK, READER], action: lezen, scope: reviews, type: reviews.Book, fields: [bookID, reviews]}
  - {id: SOLD, role: [CLERK, READER], action: lezen, scope: stock, type: stock.Subscription, fields: [sold]}
  - {id: REVIEW, role: [CLERK, READER], action: lezen, scope: reviews, type: reviews.Review, fields: [stars]}
"""

ISSUER = "https://issuer.example"
AUDIENCE = "https://library.example/graphql"
GATEWAY = "https://library.example/gateway"
KEY = generate_private_key(SECP256R1())


def books() -> World:
    shelf = [
        {
            "__typename": "Book",
            "__keys__": ("bookID",),
            "bookID": "1",
            "title": "Dune",
            "price": 9,
            "reviews": [{"stars": 5}],
        },
        {"__typename": "Book", "__keys__": ("bookID",), "bookID": "2", "title": "Emma", "price": 7, "reviews": []},
    ]
    roots: dict[str, Any] = {
        "books": lambda _owner, **_: shelf,
        "featured": shelf[0],
        "loans": None,
        "remove": shelf[1],
    }
    return World(roots, {"Book": shelf})


@dataclass
class Library:
    """`seen` holds (subgraph, headers in lower case, request) of every fetch. `failing`: answers instead, by subgraph."""

    app: GatewayApp
    federation: Federation
    seen: list[tuple[str, dict[str, str], Any]] = field(default_factory=list[tuple[str, dict[str, str], Any]])
    extra: dict[str, str] = field(default_factory=dict[str, str])
    """Header lines that a subgraph adds to its answers, by subgraph."""

    @property
    def asked(self) -> list[str]:
        return [subgraph for subgraph, _, _ in self.seen]


@cache
def supergraph() -> Supergraph:
    return graph(**SDL)


def token(role: str = "CLERK", **claims: Any) -> str:
    now = int(time.time())
    identifier = {"CLERK": {"branch": "12"}, "READER": {"card": "ann"}, "NOBODY": {}}[role]
    content = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "party",
        "jti": f"{role}-{now}",
        "iat": now,
        "exp": now + 600,
        "scopes": ["stock:read", "reviews:read"],
        **identifier,
        **claims,
    }
    return jwt.encode(content, KEY, algorithm="ES256", headers={"kid": "k", "typ": "at+jwt"})


def write_files(folder: Path) -> None:
    """Grants, the issuer's key set and the gateway's own key, as an operator would have them."""
    (folder / "grants.yaml").write_text(GRANTS)
    jwk = {**ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True), "kid": "k"}
    (folder / "jwks.json").write_text(json.dumps({"keys": [jwk]}))
    own = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@asynccontextmanager
async def library(
    folder: Path,
    *,
    grants: bool = True,
    stock: StreamSettings | None = None,
    rules: str = GRANTS,
    record_keys: Collection[str] = (),
    **settings: Any,
) -> AsyncGenerator[Library]:
    """The gateway as `gateway serve` builds it, over subgraphs that listen on sockets in `folder`.

    `stock` says how that subgraph streams, `rules` is the grants file, and `record_keys` are the subgraphs that open keys to the record.
    """
    write_files(folder)
    (folder / "grants.yaml").write_text(rules)
    federation = Federation(SDL, books())
    seen: list[tuple[str, dict[str, str], Any]] = []
    extra: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        entries: dict[str, SubgraphSettings] = {}
        for name in SDL:
            server = await stack.enter_async_context(
                serving(subgraph_handler(name, federation, seen, extra), folder / f"{name}.sock")
            )
            entries[name] = SubgraphSettings(
                url=server.url,
                audience=f"https://library.example/{name}",
                timeout=0.5,
                record_keys=name in record_keys,
                subscriptions=stock if stock is not None and name == "stock" else StreamSettings(),
            )
        protected: dict[str, Any] = {
            "grants": str(folder / "grants.yaml"),
            "authorization": AuthorizationSettings(
                issuers=(IssuerSettings(ISSUER, jwks=str(folder / "jwks.json"), audience=AUDIENCE),)
            ),
            "decision_context": DecisionContextSettings(key=str(folder / "key.pem"), issuer=GATEWAY),
        }
        given: dict[str, Any] = {**(protected if grants else {}), **settings}
        chosen = Settings(supergraph="-", subgraphs=entries, **given)
        app = build_app(chosen, supergraph=supergraph())
        yield Library(app, federation, seen, extra)
        await app.stop()


def subgraph_handler(
    name: str, federation: Federation, seen: list[tuple[str, dict[str, str], Any]], extra: dict[str, str]
) -> Any:
    async def handle(line: Line) -> None:
        while raw := await line.request():
            head, _, body = raw.partition(b"\r\n\r\n")
            headers = dict(_header(text) for text in head.decode().split("\r\n")[1:])
            seen.append((name, headers, json.loads(body)))
            answer = await federation.fetch(name, body)
            if isinstance(answer, FetchFailure):
                await line.answer(
                    json.dumps(
                        {"errors": [{"message": "secret 10.0.0.1", "extensions": {"code": answer.code}}]}
                    ).encode(),
                    f"{answer.status} Nope",
                )
            else:
                await line.answer(answer, extra=extra.get(name, ""))

    return handle


def _header(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip().lower(), value.strip()


def decision_context(headers: Mapping[str, str]) -> dict[str, Any]:
    """The claims that a subgraph was told, unverified."""
    return jwt.decode(headers["decision-context"], options={"verify_signature": False})
