"""A running network for tests: the shipped commands as processes, and a small HTTP client that hides nothing."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = ["GATEWAY_AUDIENCE", "SCOPES", "Network", "Reply", "request"]

REPOSITORY = Path(__file__).parent.parent
GATEWAY_AUDIENCE = "https://netwerk.iwlz.example/graphql"
SCOPES: dict[str, str] = {
    "indicatie": "registers/wlzindicatieregister/indicaties/indicatie:read",
    "bemiddeling": "registers/wlzbemiddelingsregister/bemiddelingen/bemiddeling:read",
    "zorglevering": "registers/wlzleveringsregister/leveringen/levering:read",
    "client": "registers/wlzclientregister/clienten/client:read",
}


def register_audience(name: str) -> str:
    return f"https://netwerk.iwlz.example/registers/{name}"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.json().get("errors", ())]


def request(
    url: str,
    *,
    method: str = "POST",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30,
) -> Reply:
    """One HTTP/1.1 request on a connection of its own; header names of the reply in lower case."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Reply(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


@dataclass
class Network:
    """`network up` on a state folder, started as a person starts it."""

    state: Path
    clients: int = 40
    seed: int = 1
    extra: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    _tokens: dict[tuple[str, str, str | None], str] = field(default_factory=dict[tuple[str, str, "str | None"], str])

    def start(self, timeout: float = 120) -> None:
        command = [sys.executable, "-m", "network", "up", "--state", str(self.state), "--port-base", "0"]
        command += ["--clients", str(self.clients), "--seed", str(self.seed), *self.extra]
        self.log = (self.state.parent / f"{self.state.name}.out").open("w")
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, text=True, cwd=REPOSITORY, start_new_session=True
        )
        self.wait(timeout)

    def wait(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self.process is not None and self.process.poll() is not None:
                raise AssertionError(f"network up ended with {self.process.returncode}:\n{self.output()}")
            if self._ready():
                return
            time.sleep(0.1)
        raise AssertionError(f"the network was not ready in {timeout} s:\n{self.output()}")

    def _ready(self) -> bool:
        try:
            run = json.loads((self.state / "run.json").read_text())
        except (OSError, ValueError):
            return False
        if not run["ready"] or (self.process is not None and run["supervisor"] != self.process.pid):
            return False  # still starting, or what a killed predecessor left
        services = {entry["name"]: entry for entry in run["processes"]}
        return {"gateway", "issuer", *SCOPES} <= set(services) and all(s["ready"] for s in services.values())

    def output(self) -> str:
        return (self.state.parent / f"{self.state.name}.out").read_text()

    def services(self) -> dict[str, dict[str, Any]]:
        """`run.json` by name."""
        run = json.loads((self.state / "run.json").read_text())
        return {entry["name"]: entry for entry in run["processes"]}

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()

    def url(self, name: str) -> str:
        return str(self.services()[name]["url"]).removesuffix("/graphql")

    def _token_url(self) -> str:
        command = self.services()["issuer"]["command"]
        return f"http://127.0.0.1:{command[command.index('--dev-port') + 1]}/dev/token"

    def token(self, party: str, audience: str = GATEWAY_AUDIENCE, scope: str | None = None) -> str:
        """A token for a party (`uzovi:5050`), from the autorisatieserver; scope defaults to all that the party has."""
        key = (party, audience, scope)
        if key not in self._tokens:
            wish: dict[str, Any] = {"as": party, "audience": audience}
            if scope is not None:
                wish["scope"] = scope
            reply = request(
                self._token_url(),
                body=json.dumps(wish).encode(),
                headers={"Content-Type": "application/json"},
            )
            assert reply.status == 200, reply.body
            self._tokens[key] = reply.json()["access_token"]
        return self._tokens[key]

    def ask(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        at: str = "gateway",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A GraphQL request over HTTP, at the gateway or at a register."""
        sent = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        return request(self.url(at) + "/graphql", body=body, headers={**sent, **(headers or {})})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
