"""In process: a decision that is known, a decision context that is signed already, and grants of which there are many."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.assembly import load_supergraph, read_grants
from gateway.authorization.caller import Caller
from gateway.authorization.grants import Grants, load_grants
from gateway.deciding import Decisions
from gateway.identity.context import ContextSigner
from gateway.identity.jwks import FileSource, KeySet
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.introspection import Introspection
from gateway.requests import Documents, GraphQLRequest
from gateway.settings import AuthorizationSettings, IssuerSettings, Settings
from gateway.supergraph.model import Supergraph
from tests.end_to_end.published_queries.cases import CASES
from tests.gateway import library
from tests.harness import GATEWAY_AUDIENCE, REPOSITORY, SCOPES

__all__ = ["decided", "many_grants", "rows"]

BATCHES, TIMES = 15, 5000
ID = "0d8d1d0c-1111-4111-8111-111111111111"


def rows() -> list[tuple[str, str, str]]:
    """What, microseconds or milliseconds of CPU (the median of batches, the least in brackets), what was aimed at."""
    graph = load_supergraph(REPOSITORY / "schema.graphql")
    grants = read_grants(REPOSITORY / "network" / "grants.yaml", graph)
    few, many, loading = _sizes()
    return [
        ("a published query, decided before", _microseconds(_decision(graph, grants)), "≤ 5 µs"),
        ("a token, verified before", asyncio.run(_token()), "≤ 3 µs"),
        ("a decision context, signed before", _microseconds(_context(kept=True)), "reused"),
        ("… one that is signed", _microseconds(_context(kept=False), 50), ""),
        ("2,000 grants read and checked", f"{loading:.0f} ms", "≤ 1 s"),
        ("a query decided before, 50 grants", _microseconds(few), ""),
        ("… 2,000 grants", _microseconds(many), "the same"),
    ]


def _microseconds(work: Callable[[], Any], times: int = TIMES) -> str:
    work()
    batches: list[float] = []
    for _ in range(BATCHES):
        started = time.process_time()
        for _ in range(times):
            work()
        batches.append((time.process_time() - started) / times * 1e6)
    return f"{statistics.median(batches):.1f} µs ({min(batches):.1f})"


def _decision(graph: Supergraph, grants: Grants) -> Callable[[], Any]:
    issuer = IssuerSettings(issuer="https://issuer.example", jwks="keys", audience=GATEWAY_AUDIENCE)
    settings = Settings(authorization=AuthorizationSettings(issuers=(issuer,)))
    decisions = Decisions(graph, grants, settings, {})
    introspection = Introspection(graph.api, grants, decisions.demands, enabled=True)
    documents = Documents(graph.api, settings, introspection, grants)
    query = next(case.query for case in CASES if case.id == "QBR-0001-ZA")
    request = GraphQLRequest(query, None, {"bemiddelingspecificatieID": ID, "instelling": "51510101"})
    caller = Caller("ZORGAANBIEDER", {"agb": "51510101"}, frozenset(SCOPES.values()), audience=GATEWAY_AUDIENCE)
    operation = documents.operation(request, caller)
    variables = documents.variables(operation, request)
    return lambda: decisions.check(operation, variables, caller)


async def _token() -> str:
    with tempfile.TemporaryDirectory() as folder:
        library.write_files(Path(folder))
        keys = KeySet(FileSource(Path(folder) / "jwks.json"))
        verifier = TokenVerifier([TrustedIssuer(library.ISSUER, frozenset({library.AUDIENCE}), keys)])
        given = f"Bearer {library.token(name='x' * 200)}".encode()
        batches: list[float] = []
        await verifier.verify(given)
        for _ in range(BATCHES):
            # Each request brings bytes of its own, whose hash nobody has made yet.
            sent = [bytes(bytearray(given)) for _ in range(TIMES)]
            batches.append(await _each(sent, verifier.verify))
    return f"{statistics.median(batches):.1f} µs ({min(batches):.1f})"


async def _each(sent: Sequence[bytes], work: Callable[[bytes], Awaitable[Any]]) -> float:
    started = time.process_time()
    for one in sent:
        await work(one)
    return (time.process_time() - started) / len(sent) * 1e6


def _context(*, kept: bool) -> Callable[[], Any]:
    signer = ContextSigner(Ed25519PrivateKey.generate(), issuer="https://gateway.example", maximum_kept=4096 * kept)
    caller = Caller("ZORGAANBIEDER", {"agb": "51510101"}, frozenset(SCOPES.values()), expires_at=2**40)
    day = date(2026, 11, 26)
    return lambda: signer.header_for(caller, "https://register.example", "a" * 32, day, "b" * 64)


# -- many grants -------------------------------------------------------------------------------------------------------


def many_grants(count: int) -> str:
    """A grants file of the library's, with as many grants of other roles and of the same one as make `count`."""
    lines: list[str] = [*library.GRANTS.rstrip().splitlines()]
    own = sum(line.startswith("  - {id: ") for line in lines)
    roles = [f"  ROLE{number}: {{identifiers: {{code{number}: '^[0-9]+$'}}}}" for number in range(20)]
    lines[lines.index("roles:") + 1 : lines.index("roles:") + 1] = roles
    for number in range(count - own):
        role = "CLERK" if number % 4 == 0 else f"ROLE{number % 20}"
        lines.append(
            f"  - {{id: G{number}, role: {role}, action: lezen, scope: stock, type: stock.Book, fields: [bookID, title]}}"
        )
    return "\n".join(lines) + "\n"


def _sizes() -> tuple[Callable[[], Any], Callable[[], Any], float]:
    """A decision among 50 grants and among 2,000, and the milliseconds that the latter take to load."""
    graph = library.supergraph()
    text = many_grants(2000)
    times: list[float] = []
    for _ in range(3):
        started = time.process_time()
        load_grants(text, graph)
        times.append((time.process_time() - started) * 1000)
    few, many = (decided(graph, load_grants(many_grants(count), graph)) for count in (50, 2000))
    return few, many, statistics.median(times)


def decided(graph: Supergraph, grants: Grants) -> Callable[[], Any]:
    """What decides a query of a clerk, over and over."""
    issuer = IssuerSettings(issuer=library.ISSUER, jwks="keys", audience=library.AUDIENCE)
    settings = Settings(authorization=AuthorizationSettings(issuers=(issuer,)))
    decisions = Decisions(graph, grants, settings, {})
    introspection = Introspection(graph.api, grants, decisions.demands, enabled=True)
    documents = Documents(graph.api, settings, introspection, grants)
    scopes = frozenset({"stock:read", "reviews:read"})
    caller = Caller("CLERK", {"branch": "1"}, scopes, audience=library.AUDIENCE)
    request = GraphQLRequest("query ($where: BookFilter) { books(where: $where) { bookID title price } }")
    operation = documents.operation(request, caller)
    return lambda: decisions.check(operation, {"where": {"title": {"eq": "x"}}}, caller)
