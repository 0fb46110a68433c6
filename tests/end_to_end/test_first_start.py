"""First starts that go wrong: a full disk, `kill -9` while the database is made, `kill -9` while it is filled.

Each says a plain sentence or nothing at all, leaves nothing half-made, and the next start has everything.
"""

from __future__ import annotations

import asyncio
import contextlib
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
from registers.synthetic.tables import REGISTERS
from tests.harness import REPOSITORY, Network

CLIENTS = 25


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
        preexec_fn=limited,  # noqa: PLW1509 - no threads here
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


@pytest.mark.parametrize(
    ("full", "sentence"),
    [
        (
            "few bytes left",
            "The disk of {state} has 12 MB left; the database needs 209 MB. "
            "Free some space, or choose another folder with --state.",
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
    """Four megabytes are enough for our files, not for a database."""
    done = _up(state, limit=4 * 1024 * 1024)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    (line,) = done.stderr.splitlines()
    home = EmbeddedPostgres(state)._require_place().home
    assert line.startswith(f"The database in {home} could not be made: ")
    assert [path.name for path in home.glob("data*")] == []


# --- interrupted ------------------------------------------------------------------------------------------------------


def _interrupted(net: Network, when: Callable[[], bool], *, everything: bool) -> None:
    """Start, and kill the start (with its children, or alone) as soon as `when` says so."""
    command = [sys.executable, "-m", "network", "up", "--state", str(net.state), "--port-base", "0"]
    process = subprocess.Popen(
        [*command, "--clients", str(net.clients), "--seed", str(net.seed)],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not when():
        assert process.poll() is None and time.monotonic() < deadline, "too late to interrupt"
        time.sleep(0.002)
    (os.killpg if everything else os.kill)(process.pid, signal.SIGKILL)
    process.wait()


def _making(net: Network) -> Callable[[], bool]:
    """Whether `initdb` is at work."""

    def when() -> bool:
        with contextlib.suppress(OSError, ValueError, KeyError):
            return any(EmbeddedPostgres(net.state)._require_place().home.glob("data.new*/base"))
        return False

    return when


def _filling(net: Network) -> Callable[[], bool]:
    """Whether the network is being loaded: a `registers seed` with its key of this state."""

    def when() -> bool:
        for pid in leftover_processes(net.state / "run.json", marker=str(net.state)):
            with contextlib.suppress(OSError):
                if b"\0seed\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return _rows(net) > 0
        return False

    return when


def _rows(net: Network) -> int:
    try:
        return sum(sum(found.values()) for found in asyncio.run(_counted(net)).values())
    except (OSError, asyncpg.PostgresError):
        return 0


async def _counted(net: Network) -> dict[str, dict[str, int]]:
    """Rows by register and table, as they lie in the databases."""
    server = EmbeddedPostgres(net.state)
    counted: dict[str, dict[str, int]] = {}
    for register in REGISTERS:
        connection = await asyncpg.connect(server.admin_url(f"iwlz_{register}"))
        try:
            counted[register] = {
                table: await connection.fetchval(f'SELECT count(*) FROM "{table}"') for table in _expected(net)[register]
            }
        finally:
            await connection.close()
    return counted


def _expected(net: Network) -> dict[str, dict[str, int]]:
    if not _EXPECTED:
        loaded: Any = network(net.clients, net.seed, date.today())
        _EXPECTED.update(loaded)
    return _EXPECTED


_EXPECTED: dict[str, dict[str, int]] = {}
