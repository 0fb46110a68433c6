"""The test stand: the subgraphs as one process, and `gateway serve` or the floor as another, all of them as shipped."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

from gateway.commands import composed
from tests.harness import request
from tests.performance.gateways.ships import LINK, Graph
from tests.performance.processes import LOAD_CORE, MEASURED_CORE, free_port, running, until

__all__ = ["Served", "Stand", "bodies", "stand"]

ISSUER, AUDIENCE = "https://issuer.example", "https://harbour.example/graphql"


@dataclass(frozen=True)
class Served:
    """What is measured. `ready` is how many seconds passed from its start to its first right answer."""

    url: str
    process: subprocess.Popen[bytes]
    ready: float
    token: str = ""

    def ask(self, body: bytes) -> Any:
        """The data of one answer. Raises RuntimeError for any other answer."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = request(self.url, body=body, headers=headers).json()
        if "errors" in answer:
            raise RuntimeError(str(answer)[:500])
        return answer["data"]


def bodies(graph: Graph, query: str | None = None) -> list[bytes]:
    """A request body for each of a graph's variables."""
    return [json.dumps({"query": query or graph.query, "variables": dict(each)}).encode() for each in graph.variables]


@dataclass
class Stand:
    """`base` is where the subgraphs are."""

    folder: Path
    base: str

    def asked(self) -> int:
        """Requests that the subgraphs have had."""
        return int(request(f"{self.base}/asked", body=b"").body)

    @contextmanager
    def gateway(self, graph: Graph, *, token: bool = False, **settings: Any) -> Generator[Served]:
        """`gateway serve` on a graph; with a token there are grants, and decision contexts are signed for the subgraphs."""
        port = free_port()
        # gateway.yaml is YAML, of which JSON is a part.
        content = {"listen": {"port": port}, "supergraph": str(self.supergraph(graph)), **settings}
        if token:
            content |= self._protected(graph)
        path = self.folder / f"gateway-{port}.yaml"
        path.write_text(json.dumps(content))
        command = (sys.executable, "-m", "gateway", "serve", "--settings", str(path))
        with self._served(command, port, graph, self._token(graph) if token else "") as served:
            yield served

    @contextmanager
    def floor(self, graph: Graph) -> Generator[Served]:
        port = free_port()
        command = (sys.executable, "-m", "tests.performance.gateways.floor", str(port), self.base)
        with self._served(command, port, graph, "") as served:
            yield served

    @contextmanager
    def other(self, graph: Graph, command: str) -> Generator[Served]:
        """Another gateway. `{port}` and `{supergraph}` in its command are filled in; it is asked at `/graphql`."""
        port = free_port()
        filled = shlex.split(command.format(port=port, supergraph=self.supergraph(graph)))
        with self._served(filled, port, graph, "") as served:
            yield served

    def supergraph(self, graph: Graph) -> Path:
        """Compose a graph as an operator does, and say where it stands."""
        path = self.folder / f"{graph.name}.graphql"
        if not path.exists():
            entries: dict[str, Any] = {}
            for name, sdl in graph.sdl.items():
                (self.folder / f"{graph.name}.{name}.graphql").write_text(LINK + sdl)
                entries[name] = {
                    "routing_url": f"{self.base}/{graph.name}/{name}",
                    "schema": {"file": f"{graph.name}.{name}.graphql"},
                }
            config = self.folder / f"{graph.name}.yaml"
            config.write_text(json.dumps({"subgraphs": entries}))
            path.write_text(composed(config))
        return path

    @contextmanager
    def _served(self, command: Sequence[str], port: int, graph: Graph, token: str) -> Generator[Served]:
        url, log = f"http://127.0.0.1:{port}/graphql", self.folder / f"{port}.log"
        with running(command, core=MEASURED_CORE, log=log) as process:
            served = Served(url, process, 0, token)
            body = bodies(graph)[0]
            seconds = until(lambda: bool(served.ask(body)), process=process, log=log)
            yield Served(url, process, seconds, token)

    # -- grants and tokens ---------------------------------------------------------------------------------------

    @cached_property
    def _key(self) -> Any:
        return generate_private_key(SECP256R1())

    def _protected(self, graph: Graph) -> dict[str, Any]:
        scopes = "".join(f"  {name}: [{name}:read]\n" for name in graph.sdl)
        (self.folder / "grants.yaml").write_text(
            "version: 1\ntimezone: Europe/Amsterdam\nroles:\n  HARBOUR: {identifiers: {harbour: '^[0-9]+$'}}\n"
            f"scopes:\n{scopes}{graph.grants}"
        )
        jwk = {**ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True), "kid": "k"}
        (self.folder / "jwks.json").write_text(json.dumps({"keys": [jwk]}))
        own = Ed25519PrivateKey.generate()
        (self.folder / "key.pem").write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        issuer = {"issuer": ISSUER, "jwks": str(self.folder / "jwks.json"), "audience": AUDIENCE}
        return {
            "grants": str(self.folder / "grants.yaml"),
            "authorization": {"issuers": [issuer]},
            "decision_context": {"key": str(self.folder / "key.pem"), "issuer": "https://harbour.example/gateway"},
            "subgraphs": {name: {"audience": f"https://harbour.example/{name}"} for name in graph.sdl},
        }

    def _token(self, graph: Graph) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "harbour",
            "jti": "1",
            "iat": now,
            "exp": now + 3000,
            "harbour": "1",
            "scopes": [f"{name}:read" for name in graph.sdl],
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": "k", "typ": "at+jwt"})


@contextmanager
def stand() -> Generator[Stand]:
    """Subgraphs that listen, and a folder for everything else."""
    with tempfile.TemporaryDirectory() as text:
        folder, port = Path(text), free_port()
        log = folder / "subgraphs.log"
        command = (sys.executable, "-m", "tests.performance.gateways.subgraphs", str(port))
        with running(command, core=LOAD_CORE, log=log) as process:
            found = Stand(folder, f"http://127.0.0.1:{port}")
            until(lambda: found.asked() >= 0, process=process, log=log)
            yield found
