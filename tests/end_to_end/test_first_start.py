"""First starts that go wrong: a full disk, `kill -9` while the database is made, `kill -9` while it is filled.

Each says a plain sentence or nothing at all, leaves nothing half-made, and the next start has everything.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from network.postgres import EmbeddedPostgres
from network.processes import leftover_processes
from registers.synthetic.network import network
from registers.synthetic.tables import TABLES
from tests.harness import REPOSITORY, Network


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "state"
    yield place
    if place.exists():
        EmbeddedPostgres(place).destroy()


def _up(state: Path, *, limit: int | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """`network up` that is expected to fail; `limit`: no file may become larger (bytes)."""
    command = [sys.executable, "-m", "network", "up", "--state", str(state), "--port-base", "0", "--clients", "5"]

    def limited() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _assert_plain(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert (done.returncode, done.stderr) == (1, sentence + "\n")


# --- a full disk ------------------------------------------------------------------------------------------------------

FULL = {
    # Before anything is made.
    "few bytes left": """
import collections, shutil
usage = collections.namedtuple("usage", "total used free")
shutil.disk_usage = lambda path: usage(10**9, 10**9, 12_000_000)
""",
    # The first file that is written for good.
    "no byte left": """
import errno, os
def full(descriptor): raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
os.fsync = full
""",
}

FEW_LEFT = "The disk of {state} has 12 MB left; the database needs 209 MB."


@pytest.mark.parametrize(
    ("full", "sentence"),
    [
        (
            "few bytes left",
            f"{FEW_LEFT} Free some space, or choose another folder with --state.",
        ),
        ("no byte left", "The state folder {state} cannot be used: No space left on device."),
    ],
)
def test_a_full_disk(full: str, sentence: str, state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "patched"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(FULL[full])
    done = _up(state, PYTHONPATH=str(folder))
    _assert_plain(done, sentence.format(state=state))
    assert leftover_processes(state / "run.json", marker=str(state)) == []
    assert not (state / "run.json").exists()


def test_a_disk_that_fills_while_the_database_is_made(state: Path) -> None:
    """No file may pass 12 MB: enough for ours, not for the first WAL segment."""
    done = _up(state, limit=12 * 1024 * 1024)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    (line,) = done.stderr.splitlines()
    home = EmbeddedPostgres(state)._require_place().home
    assert line.startswith(f"The database in {home} could not be made: could not ")
    assert line.endswith("File too large.")
    assert [path.name for path in home.glob("data*")] == []


# --- interrupted ------------------------------------------------------------------------------------------------------

CLIENTS = 401
"""Three pieces of a load, so that there is a middle in which to break it off."""


def _interrupt(state: Path, wait: Callable[[], None], *, everything: bool) -> None:
    """Start a network and kill the start when `wait` is over: alone, or with the children that it has."""
    command = [sys.executable, "-m", "network", "up", "--state", str(state), "--port-base", "0"]
    process = subprocess.Popen(
        [*command, "--clients", str(CLIENTS)],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait()
    assert process.poll() is None
    (os.killpg if everything else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    assert not (state / "tokens" / "ciz.jwt").exists()


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "this took too long"
        time.sleep(0.002)


def _home(state: Path) -> Path:
    """Where the database lies, without the lock that its maker holds."""
    with contextlib.suppress(FileNotFoundError):
        return Path(json.loads((state / "postgres.json").read_text())["home"])
    return state / "postgres"


def _until_the_database_is_being_made(state: Path) -> None:
    _until(lambda: any(_home(state).glob("data.new*/base/1")))


def _until_half_of_it_is_loaded(state: Path) -> None:
    asyncio.run(_first_piece(EmbeddedPostgres(state)))


async def _first_piece(server: EmbeddedPostgres) -> None:
    """Wait until the first piece of a load is committed in a register."""
    deadline = time.monotonic() + 60
    connection: Any = None
    try:
        while time.monotonic() < deadline:
            try:
                if connection is None:
                    connection = await asyncpg.connect(server.admin_url("iwlz_indicatie"))
                if await connection.fetchval("SELECT EXISTS (SELECT FROM wlzindicatie)"):
                    return
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.02)
        raise AssertionError("this took too long")
    finally:
        if connection is not None:
            await connection.close()


async def _rows(state: Path) -> dict[str, dict[str, int]]:
    """How many rows lie in each table of each register."""
    server = EmbeddedPostgres(state)
    found: dict[str, dict[str, int]] = {}
    for register, tables in TABLES.items():
        connection = await asyncpg.connect(server.admin_url(f"iwlz_{register}"))
        try:
            found[register] = {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in tables}
        finally:
            await connection.close()
    return found


@pytest.mark.parametrize("everything", [False, True], ids=["alone", "everything"])
def test_a_first_start_that_is_killed_is_completed_by_the_next(everything: bool, state: Path, today: date) -> None:
    _interrupt(state, lambda: _until_the_database_is_being_made(state), everything=everything)
    assert not (_home(state) / "data").exists()
    _interrupt(state, lambda: _until_half_of_it_is_loaded(state), everything=everything)
    whole = Network(state, clients=CLIENTS)
    whole.start()
    try:
        expected = {
            register: {table: len(rows) for table, rows in tables.items()}
            for register, tables in network(CLIENTS, whole.seed, today).items()
        }
        assert asyncio.run(_rows(state)) == expected
        reply = whole.ask("{ bemiddeling { wlzIndicatie { besluitnummer } } }", token=whole.token("uzovi:5050"))
        assert (reply.status, "errors" in reply.json()) == (200, False)
    finally:
        whole.stop()
