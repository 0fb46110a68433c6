"""Keys change under load, at the shipped processes: no request fails, and a flood of invented key ids changes nothing."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import jwt

from tests.gateway.library import AUDIENCE, GRANTS
from tests.harness import REPOSITORY
from tests.security.stand import Stand, base64url, stand

NAME = "https://issuer.example"
PARTY = {
    "id": "uzovi:5050",
    "number": "1",
    "name": "Een",
    "instantie_type": "Zorgkantoor",
    "scopes": ["reviews:read", "stock:read"],
}
ROUNDS = 2
AHEAD = 5
REFRESH = 0.5


@contextmanager
def issuing(folder: Path) -> Generator[int]:
    """A running autorisatieserver; its port for development tokens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "participants.json").write_text(json.dumps([PARTY]))
    command = [sys.executable, "-m", "issuer", "serve", "--state", str(folder), "--issuer", NAME]
    command += ["--dev", "--dev-port", str(port), "--default-audience", AUDIENCE]
    with (folder / "issuer.log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, cwd=REPOSITORY)
        try:
            deadline = time.monotonic() + 20
            while not _listens(port):
                assert time.monotonic() < deadline
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def new_token(port: int) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/dev/token", '{"as": "uzovi:5050"}', {"Content-Type": "application/json"})
        return json.loads(connection.getresponse().read())["access_token"]
    finally:
        connection.close()


@dataclass
class Load:
    """Clients that ask without a pause: with a fresh token each time, with one token all the time, and with invented key ids."""

    running: Stand
    port: int
    kept: str
    answers: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    keys: set[str] = field(default_factory=set[str])
    over: threading.Event = field(default_factory=threading.Event)

    def fresh(self) -> str:
        token = new_token(self.port)
        self.keys.add(jwt.get_unverified_header(token)["kid"])
        return token

    def unknown(self) -> str:
        header = {**jwt.get_unverified_header(self.kept), "kid": str(time.monotonic_ns())}
        return f"{base64url(json.dumps(header).encode())}.{self.kept.partition('.')[2]}"

    def ask(self, kind: str) -> None:
        make = {"fresh": self.fresh, "kept": lambda: self.kept, "unknown": self.unknown}[kind]
        while not self.over.is_set():
            self.answers[kind, self.running.ask(make()).status] += 1


def test_rotation_under_load_fails_no_request(tmp_path: Path) -> None:
    state = tmp_path / "issuer"
    state.mkdir()
    with issuing(state) as port:
        grants = GRANTS.replace("branch: '^[0-9]+$'", "uzovi: '^[0-9]+$'")
        (tmp_path / "by-office.yaml").write_text(grants)
        issuer = {"issuer": NAME, "jwks": f"http://127.0.0.1:{port}/.well-known/jwks.json", "jwks_refresh": REFRESH}
        with stand(tmp_path, issuer=issuer, tls=False, grants="by-office.yaml") as running:
            load = Load(running, port, new_token(port))
            kinds = ("fresh", "fresh", "kept", "unknown")
            threads = [threading.Thread(target=load.ask, args=(kind,)) for kind in kinds]
            for thread in threads:
                thread.start()
            try:
                for number in range(ROUNDS):
                    rotate(state)
                    wait_for_keys(load, number + 2)
            finally:
                load.over.set()
                for thread in threads:
                    thread.join()
    assert set(load.answers) == {("fresh", 200), ("kept", 200), ("unknown", 401)}
    assert len(load.keys) == ROUNDS + 1


def rotate(state: Path) -> None:
    command = [sys.executable, "-m", "issuer", "keys", "rotate", "--state", str(state), "--ahead", str(AHEAD)]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)


def wait_for_keys(load: Load, count: int) -> None:
    deadline = time.monotonic() + 120
    while len(load.keys) < count:
        assert time.monotonic() < deadline, "the new key never signed"
        load.over.wait(0.05)
