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
from gateway.identity.peer import ADDRESS, METHOD
from gateway.identity.proofs import Proofs
from gateway.identity.revocation import Revocations
from gateway.identity.tokens import TokenVerifier, TrustedIssuer
from gateway.transport.peers import Peers
from tests.gateway.library import AUDIENCE, GRANTS, ISSUER, supergraph, token, write_files
from tests.security.stand import URL, Authority, Proof

__all__ = ["main"]

BATCHES, HITS, NEW = 15, 4000, 40


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

    def of(header: bytes, **more: bytes) -> Callable[[], list[dict[bytes, bytes]]]:
        """Requests as a server has them: each brings bytes of its own, whose hash nobody has made yet."""
        told = {f":{name}".encode(): value for name, value in more.items()}
        return lambda: [
            {b"authorization": bytes(bytearray(header)), ADDRESS: b"192.0.2.7", **told} for _ in range(HITS)
        ]

    await _row("a known token verified", of(plain), lambda headers: verifier.verify(headers[b"authorization"]))

    simple = TokenAuthenticator(verifier, grants)
    await _row("a known token to its caller", of(plain), simple.caller)

    (folder / "rules.json").write_text(json.dumps({"default": {"rate": 1e9, "addresses": ["192.0.2.0/24"]}}))
    revocations = Revocations([FileSource(authority.revoke())], [authority.certificate])
    binding = Binding(proofs=Proofs([URL]), revocations=revocations)
    full = TokenAuthenticator(verifier, grants, binding, Participants(folder / "rules.json"))
    what = "… bound to a certificate, not revoked, address and rate looked at"
    await _row(what, of(tied, certificate=own.der), full.caller)

    held_token = held.decode().partition(" ")[2]

    def proven() -> list[dict[bytes, bytes]]:
        proofs = [holder.make(held_token).encode() for _ in range(NEW)]
        return [{b"authorization": held, b"dpop": proof, METHOD: b"POST", ADDRESS: b"192.0.2.7"} for proof in proofs]

    await _row("… bound to a key, with a proof (ES256)", proven, full.caller)

    def fresh() -> list[bytes]:
        return [f"Bearer {token(jti=str(time.perf_counter_ns()))}".encode() for _ in range(NEW)]

    await _row("a new token (ES256)", fresh, verifier.verify)

    peers = Peers()
    scope: Any = {"type": "http", "client": ("192.0.2.7", 1), "method": "POST", "headers": [(b"a", b"b")] * 8}

    async def told(asked: Any) -> None:
        peers.told(asked)

    await _row("what is told of the peer", lambda: [scope] * HITS, told)


async def _row(what: str, requests: Callable[[], list[Any]], work: Callable[[Any], Awaitable[Any]]) -> None:
    """A row of the table: each batch has requests of its own, made before the clock starts."""
    batches: list[float] = []
    for _ in range(BATCHES):
        asked = requests()
        started = time.perf_counter()
        for request in asked:
            await work(request)
        batches.append((time.perf_counter() - started) / len(asked) * 1e6)
    print(f"| {what} | {statistics.median(batches):.2f} µs | {min(batches):.2f} µs |", flush=True)
