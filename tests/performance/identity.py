"""`make bench PART=identity`: what it costs to know who asks, in process, a microsecond being what counts.

Medians and minima of batches. A token that is known costs a look-up; one that is new a signature; what ties it to its holder comes on top.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from gateway.authorization.grants import load_grants
from gateway.identity.authenticator import TokenAuthenticator
from gateway.identity.binding import Binding
from gateway.identity.jwks import FileSource, KeySet
from gateway.identity.participants import Participants
from gateway.identity.peer import ADDRESS, CERTIFICATE, METHOD
from gateway.identity.proofs import Proofs
from gateway.identity.revocation import Revocations
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.transport.peers import Peers
from tests.gateway.library import AUDIENCE, GRANTS, ISSUER, supergraph, token, write_files
from tests.security.stand import URL, Authority, Proof

__all__ = ["main"]

BATCHES, HITS, NEW = 15, 4000, 40

Work = Callable[[int], Awaitable[Any]]


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        print("| what | median | least |\n|---|---|---|")
        asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> None:
    write_files(folder)
    keys = KeySet(FileSource(folder / "jwks.json"))
    verifier = TokenVerifier([TrustedIssuer(ISSUER, frozenset({AUDIENCE}), keys)])
    grants = load_grants(GRANTS, supergraph())
    authority = Authority(folder / "certificates")
    own, holder = authority.issue("party"), Proof()
    plain, tied, held = (
        f"{scheme} {token(name='x' * 200, cnf=confirmation)}".encode()
        for scheme, confirmation in (
            ("Bearer", None),
            ("Bearer", {"x5t#S256": own.thumbprint}),
            ("DPoP", {"jkt": holder.thumbprint}),
        )
    )
    # As a server has them: each request brings bytes of its own.
    headers = [bytes(bytearray(plain)) for _ in range(HITS)]
    await _row("a known token verified", lambda turn: verifier.verify(headers[turn]), HITS)

    simple = TokenAuthenticator(verifier, grants)
    asked = [{b"authorization": header, ADDRESS: b"192.0.2.7", METHOD: b"POST"} for header in headers]
    await _row("a known token to its caller", lambda turn: simple.caller(asked[turn]), HITS)

    (folder / "rules.json").write_text(json.dumps({"default": {"rate": 1e9, "addresses": ["192.0.2.0/24"]}}))
    revocations = Revocations([FileSource(authority.revoke())], [authority.certificate])
    binding = Binding(proofs=Proofs([URL]), revocations=revocations)
    full = TokenAuthenticator(verifier, grants, binding, Participants(folder / "rules.json"))
    bound = [{**each, b"authorization": tied, CERTIFICATE: own.der} for each in asked]
    await _row(
        "… bound to a certificate, not revoked, address and rate looked at", lambda turn: full.caller(bound[turn]), HITS
    )

    proofs = [holder.make(held.decode().partition(" ")[2]).encode() for _ in range(BATCHES * NEW)]
    proving = [{**asked[0], b"authorization": held, b"dpop": proof} for proof in proofs]
    count = iter(range(len(proving)))
    await _row("… bound to a key, with a proof (ES256)", lambda _: full.caller(proving[next(count)]), NEW)

    fresh = [f"Bearer {token(jti=str(number))}".encode() for number in range(BATCHES * NEW)]
    number = iter(range(len(fresh)))
    await _row("a new token (ES256)", lambda _: verifier.verify(fresh[next(number)]), NEW)

    peers = Peers()
    scope: Any = {"type": "http", "client": ("192.0.2.7", 1), "method": "POST", "headers": [(b"a", b"b")] * 8}

    async def told(_: int) -> None:
        peers.told(scope)

    await _row("what is told of the peer", told, HITS)


async def _row(what: str, work: Work, count: int) -> None:
    for turn in range(min(count, 3) if count == HITS else 0):
        await work(turn)
    batches: list[float] = []
    for _ in range(BATCHES):
        started = time.perf_counter()
        for turn in range(count):
            await work(turn)
        batches.append((time.perf_counter() - started) / count * 1e6)
    print(f"| {what} | {statistics.median(batches):.2f} µs | {min(batches):.2f} µs |", flush=True)
