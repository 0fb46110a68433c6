"""`network up`, `down`, `status`, `token` as processes: real PostgreSQL, real issuer, stand-ins for registers and gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import jwt
import pytest

import network
from network.postgres import EmbeddedPostgres
from network.postgres_process import is_alive, running_postmaster
from network.processes import read_run_file
from registers.graph import REGISTERS

ROOT = Path(network.__file__).resolve().parent.parent

STAND_IN = """
import asyncio, os, pathlib, signal, sys
command = sys.argv[1]
here = pathlib.Path(__file__).resolve().parent.parent
if command in ("migrate", "seed"):
    assert os.environ["IWLZ_DATABASE_URL"].startswith("postgresql://")
    with (here / "calls").open("a") as calls: calls.write(" ".join(sys.argv[1:3]) + "\\n")
    if (here / f"fail-{command}").exists(): sys.exit(f"{command} has a reason")
    if (here / f"slow-{command}").exists():
        import time; time.sleep(30)
    sys.exit(0)
if command == "inzage":
    assert os.environ["IWLZ_DATABASE_URL"].startswith("postgresql://")
    assert sys.argv[2] in ("parties", "locate")
    sys.exit(0)
if command == "audit":
    assert os.environ["GATEWAY_AUDIT_DATABASE"].startswith("postgresql://")
    assert sys.argv[2:] == ["prepare", "--role", "iwlz_audit_app"]
    sys.exit(0)
options = dict(zip(sys.argv[1:], sys.argv[2:]))
port = options.get("--port")
if port is None and "--settings" in options:
    import yaml
    port = yaml.safe_load(open(options["--settings"]))["listen"]["port"]
async def answer(reader, writer):
    await reader.readline()
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
    await writer.drain()
    writer.close()
async def main():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    servers = [await asyncio.start_server(answer, "127.0.0.1", int(port))] if port else []
    if "--unix" in options: servers.append(await asyncio.start_unix_server(answer, options["--unix"]))
    await stop.wait()
asyncio.run(main())
"""


@dataclass
class House:
    """A folder with our packages, in which registers and gateway are stand-ins."""

    folder: Path

    @property
    def state(self) -> Path:
        return self.folder / ".iwlz"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "network", *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": "", "COLUMNS": "200"}

    @contextlib.contextmanager
    def up(self, *arguments: str, ready: bool = True) -> Generator[subprocess.Popen[str]]:
        """`network up` in the background, killed for good afterwards."""
        process = subprocess.Popen(
            self.command("up", "--port-base", "0", *arguments),
            cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        with process.stdout:
            try:
                if ready:
                    self.wait_ready(process)
                yield process
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait(120)

    def wait_ready(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + 120
        while not self.ready(process.pid):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise AssertionError(process.stdout.read() if process.stdout else "not ready")
            time.sleep(0.05)

    def ready(self, supervisor: int) -> bool:
        """Whether this very supervisor is ready; a killed one leaves a file that says so of itself."""
        content = self.running() or {}
        written = (self.state / "tokens" / "ciz.jwt").exists()
        return content.get("supervisor") == supervisor and content["ready"] and written

    def running(self) -> dict[str, Any] | None:
        return read_run_file(self.state / "run.json")

    def pids(self) -> dict[str, int]:
        return {process["name"]: process["pid"] for process in (self.running() or {"processes": []})["processes"]}

    def calls(self) -> list[str]:
        calls = self.folder / "calls"
        return sorted(calls.read_text().splitlines()) if calls.exists() else []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    for name in ("network", "issuer", "iwlz"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("registers", "gateway"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").touch()
        (folder / name / "__main__.py").write_text(STAND_IN)
    (folder / "schema.graphql").touch()
    return folder


@pytest.fixture
def house(folder: Path) -> Generator[House]:
    house = House(folder)
    yield house
    house.run("down")
    EmbeddedPostgres(house.state).destroy()
    shutil.rmtree(house.state)
    for left in (*folder.glob("fail-*"), *folder.glob("slow-*"), folder / "calls"):
        left.unlink(missing_ok=True)


MIGRATIONS = ["migrate all"]


def test_a_day_of_the_network(house: House):
    assert house.run("status").stdout == "No network runs in .iwlz.\n"
    assert house.run("token", "--as", "uzovi:5050").stderr.startswith("There is no network in ")
    with house.up() as process:
        assert house.calls() == [*MIGRATIONS, "seed --clients"]
        names = ["issuer", "indicatie", "bemiddeling", "zorglevering", "client", "inzage", "relations", "gateway"]
        assert list(house.pids()) == names

        status = house.run("status")
        assert status.returncode == 0
        places = {line.split()[0]: line.split()[3] for line in status.stdout.splitlines()}
        assert {name for name, place in places.items() if not place.startswith("http")} == {"relations"}
        assert places["relations"] == "-"
        assert [line.split()[0] + " " + line.split()[2] for line in status.stdout.splitlines()] == [
            f"{name} ready" for name in names
        ]

        token = house.run("token", "--as", "agbcode:51510101").stdout.strip()
        claims = jwt.decode(token, options={"verify_signature": False})
        assert (claims["iss"], claims["aud"], claims["agb"]) == (
            "https://autorisatieserver.iwlz.example",
            "https://netwerk.iwlz.example/graphql",
            "51510101",
        )
        shown = (house.state / "tokens" / "zorgkantoor.jwt").read_text()
        assert jwt.decode(shown, options={"verify_signature": False})["uzovi"] == "5050"

        second = house.run("up")
        assert second.returncode == 0
        assert second.stderr == ""
        assert second.stdout.startswith(
            f"The network of this state runs already (process {process.pid}). The gateway is http://127.0.0.1:"
        )

        pids = [*house.pids().values(), running_postmaster_of(house)]
        assert house.run("down").stdout == "Stopped.\n"
        output = process.stdout.read() if process.stdout else ""
        assert process.wait(120) == 0
        assert "The iWlz network runs: 200 clients (seed 1)" in output
        assert output.splitlines()[-1] == "Stopping."
        assert [pid for pid in pids if is_alive(pid)] == []
    assert house.run("down").stdout == "No network runs in .iwlz.\n"


def running_postmaster_of(house: House) -> int:
    place = EmbeddedPostgres(house.state)._require_place()
    pid = running_postmaster(place.data)
    assert pid is not None
    return pid


def test_after_kill_9_of_the_supervisor_the_next_start_cleans_up_and_keeps_the_data(house: House):
    with house.up("--clients", "20") as process:
        before = house.pids()
        process.kill()
        process.wait()
    assert all(is_alive(pid) for pid in before.values())
    (house.folder / "calls").unlink()
    with house.up("--clients", "30") as process:
        assert not any(is_alive(pid) for pid in before.values())
        assert house.calls() == MIGRATIONS
        process.terminate()
        output = process.stdout.read() if process.stdout else ""
    assert "This state holds 20 clients of seed 1, and keeps them." in output


def test_after_kill_9_of_everything(house: House):
    with house.up() as process:
        postmaster = running_postmaster_of(house)
        for pid in (process.pid, *house.pids().values(), postmaster):
            os.kill(pid, signal.SIGKILL)
        process.wait()
    with house.up():
        assert set(house.pids()) == {
            "issuer",
            "indicatie",
            "bemiddeling",
            "zorglevering",
            "client",
            "inzage",
            "relations",
            "gateway",
        }


def test_down_ends_what_a_killed_supervisor_left(house: House):
    with house.up() as process:
        before = [*house.pids().values(), running_postmaster_of(house)]
        process.kill()
        process.wait()
    assert house.run("down").stdout == "Stopped.\n"
    assert [pid for pid in before if is_alive(pid)] == []


def test_an_interrupted_first_load_is_done_again(house: House):
    (house.folder / "slow-seed").touch()
    with house.up(ready=False) as process:
        deadline = time.monotonic() + 120
        while "seed --clients" not in house.calls() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read() if process.stdout else ""
        assert process.wait(120) == 0
    assert output.splitlines()[-1] == "Stopped before everything ran; the next start continues."
    (house.folder / "slow-seed").unlink()
    (house.folder / "calls").unlink()
    with house.up():
        assert house.calls() == [*MIGRATIONS, "seed --clients"]


@pytest.mark.parametrize("step", ["migrate", "seed"])
def test_a_step_that_fails_gives_its_reason_and_leaves_nothing_running(house: House, step: str):
    (house.folder / f"fail-{step}").touch()
    done = house.run("up", "--port-base", "0")
    assert done.returncode == 1
    assert f"failed (status 1): {step} has a reason The whole report is in {house.state}/log/{step}.log." in done.stderr
    assert house.running() is None
    assert EmbeddedPostgres(house.state).start() is True


def test_a_port_in_use(house: House):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        if port > 65_000:
            pytest.skip("no room above this port")
        done = house.run("up", "--port-base", str(port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Port {port}, meant for gateway, is in use by another program.")


def test_detached(house: House):
    done = house.run("up", "--port-base", "0", "--detach")
    assert done.returncode == 0
    assert "The iWlz network runs:" in done.stdout
    assert house.run("status").returncode == 0
    assert house.run("down").stdout == "Stopped.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--clients", "0"], "A network has at least one client (--clients).\n"),
        (["--port-base", "70000"], "--port-base is 0 or a number from 1 to 65526, not 70000.\n"),
        (
            ["--port-base", "0", "--database-url", "postgresql:///x?host=/no/such"],
            "The database server cannot be reached: ",
        ),
    ],
)
def test_plain_sentences(house: House, arguments: list[str], sentence: str):
    done = house.run("up", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith(sentence)
    assert "Traceback" not in done.stderr


def test_a_real_server_instead_of_the_embedded_one(house: House, postgres_server: EmbeddedPostgres):
    admin = postgres_server.admin_url("postgres")
    with house.up("--database-url", admin):
        content = house.running()
        assert content is not None
        assert content["embedded_database"] is False
        assert not (house.state / "postgres").exists()
        assert json.dumps(content).count(admin) == 0
    asyncio.run(dropped(admin))


async def dropped(admin: str) -> None:
    """The server is shared by tests, of which others begin without these databases."""
    connection: Any = await asyncpg.connect(admin)
    for name in REGISTERS:
        await connection.execute(f"DROP DATABASE iwlz_{name} WITH (FORCE)")
    await connection.close()
