"""The embedded PostgreSQL: first start, adoption, adversity, plain sentences."""

from __future__ import annotations

import asyncio
import errno
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest

from network import postgres_place
from network.postgres import EmbeddedPostgres, PostgresError
from network.postgres_place import Place
from network.postgres_process import is_alive, remove_stale_locks, running_postmaster, stop_postmaster


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "state", throw_away=True)
    yield server
    server.destroy()


async def ask(server: EmbeddedPostgres, query: str, *, dbname: str = "postgres") -> object:
    connection = await asyncpg.connect(server.admin_url(dbname))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def wait_for_end(server: EmbeddedPostgres) -> None:
    while server.alive():
        time.sleep(0.01)


def place_of(server: EmbeddedPostgres) -> Place:
    return server._require_place()


async def test_first_start_makes_a_cluster_that_listens_on_a_closed_unix_socket_only(server: EmbeddedPostgres):
    assert server.start() is True
    assert await ask(server, "SHOW listen_addresses") == ""
    assert await ask(server, "SHOW server_encoding") == "UTF8"
    assert await ask(server, "SELECT current_user") == "postgres"
    place = place_of(server)
    assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700
    assert stat.S_IMODE(place.home.stat().st_mode) == 0o700


async def test_it_runs_as_nobody_important(server: EmbeddedPostgres):
    server.start()
    owner = place_of(server).data.stat().st_uid
    assert owner != 0
    assert owner == os.geteuid() or pwd.getpwuid(owner).pw_name in ("postgres", "nobody")


async def test_data_survive_a_stop(server: EmbeddedPostgres):
    server.start()
    await ask(server, "CREATE DATABASE kept")
    server.stop()
    assert not server.alive()
    server.start()
    assert await ask(server, "SELECT current_database()", dbname="kept") == "kept"


async def test_a_second_starter_adopts_the_running_server(server: EmbeddedPostgres, tmp_path: Path):
    server.start()
    second = EmbeddedPostgres(tmp_path / "state")
    assert second.start() is False
    assert second.pid == server.pid
    assert second.admin_url("x") == server.admin_url("x")


async def test_after_kill_9_of_the_server_nothing_committed_is_lost(tmp_path: Path, request: pytest.FixtureRequest):
    server = EmbeddedPostgres(tmp_path / "state")
    request.addfinalizer(server.destroy)
    server.start()
    await ask(server, "CREATE TABLE kept AS SELECT 7 AS n")
    first = server.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await asyncio.to_thread(wait_for_end, server)
    assert (place_of(server).data / "postmaster.pid").exists()
    assert server.start() is True
    assert server.pid != first
    assert await ask(server, "SELECT n FROM kept") == 7


async def test_a_lock_file_that_names_somebody_elses_process_is_removed(server: EmbeddedPostgres):
    server.start()
    server.stop()
    lock = place_of(server).data / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{place_of(server).data}\n")
    assert running_postmaster(place_of(server).data) is None
    assert server.start() is True


async def test_an_interrupted_first_start_is_made_anew(server: EmbeddedPostgres):
    place = place_of(server)
    for half in (place.home / "data.new4711", place.data):
        half.mkdir()
        (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert await ask(server, "SELECT 1") == 1
    assert not (place.home / "data.new4711").exists()


def test_a_starter_killed_in_initdb_leaves_nothing_that_counts(server: EmbeddedPostgres, tmp_path: Path):
    script = f"from network.postgres import EmbeddedPostgres; EmbeddedPostgres({str(tmp_path / 'state')!r}).start()"
    home = place_of(server).home
    starter = subprocess.Popen([sys.executable, "-c", script], start_new_session=True)
    deadline = time.monotonic() + 20
    while not list(home.glob("data.new*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert server.start() in (True, False)
    assert (place_of(server).data / "global" / "pg_control").exists()


def test_a_state_folder_with_a_long_path_gets_a_short_socket_path(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / ("a" * 120), throw_away=True)
    try:
        server.start()
        assert len(str(place_of(server).sockets / ".s.PGSQL.5432")) < 100
    finally:
        server.destroy()


def test_a_state_that_was_removed_and_made_anew_does_not_meet_old_data(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / "state", throw_away=True)
    server.start()
    old = server.pid
    assert old is not None
    shutil.rmtree(tmp_path / "state")
    if os.geteuid() != 0:
        stop_postmaster(old, timeout=10)
    again = EmbeddedPostgres(tmp_path / "state", throw_away=True)
    try:
        assert again.start() is True
        assert not is_alive(old)
    finally:
        again.destroy()


def test_destroy_leaves_nothing(tmp_path: Path):
    server = EmbeddedPostgres(tmp_path / "state", throw_away=True)
    server.start()
    place = place_of(server)
    server.destroy()
    assert not place.home.exists()
    assert not place.sockets.exists()


def test_no_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgres_place, "WHEEL", "no_such_wheel")
    with pytest.raises(PostgresError, match=r"not installed\. .* --database-url"):
        EmbeddedPostgres(tmp_path).start()


def test_nearly_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(postgres_place.shutil, "disk_usage", lambda folder: SimpleNamespace(free=3_000_000))
    with pytest.raises(PostgresError, match=r"has 3 MB left; the database needs 209 MB"):
        EmbeddedPostgres(tmp_path).start()


def test_a_nearly_full_disk_keeps_nobody_from_stopping_what_runs(
    server: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    server.start()
    monkeypatch.setattr(postgres_place.shutil, "disk_usage", lambda folder: SimpleNamespace(free=3_000_000))
    EmbeddedPostgres(tmp_path / "state").stop()
    assert not server.alive()


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "cannot be written by this user"),
        (errno.EIO, "could not be set up"),
    ],
)
def test_errors_of_the_system_become_sentences(
    number: int, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(state: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(postgres_place, "_refuse_when_full", fail)
    with pytest.raises(PostgresError, match=sentence):
        EmbeddedPostgres(tmp_path).start()


def test_a_uid_that_nobody_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 123_456)
    with pytest.raises(PostgresError, match="uid 123456, which has no entry in the user database"):
        postgres_place.find_place(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to hand over to another user")
def test_root_without_a_user_to_hand_over_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def unknown(name: str) -> pwd.struct_passwd:
        raise KeyError(name)

    monkeypatch.setattr(pwd, "getpwnam", unknown)
    with pytest.raises(PostgresError, match="neither a user `postgres` nor `nobody`"):
        postgres_place.find_place(tmp_path)


def test_a_damaged_cluster_gives_the_reason(server: EmbeddedPostgres):
    server.start()
    server.stop()
    (place_of(server).data / "postgresql.conf").write_text("nonsense = on\n")
    with pytest.raises(PostgresError, match=r"The database did not start: configuration file .* contains errors\."):
        server.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_as_an_ordinary_user_everything_stays_in_the_state_folder(tmp_path_factory: pytest.TempPathFactory):
    nobody = pwd.getpwnam("nobody")
    home = Path("/var/tmp") / f"iwlz-user-{os.getpid()}"
    home.mkdir(mode=0o700)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from network.postgres import EmbeddedPostgres\n"
        "server = EmbeddedPostgres(sys.argv[1], throw_away=True)\n"
        "server.start(); print(server.admin_url('x')); server.stop()\n"
    )
    try:
        try:
            done = subprocess.run(
                [sys.executable, "-c", script, str(home / "state")],
                capture_output=True,
                text=True,
                user=nobody.pw_uid,
                group=nobody.pw_gid,
                extra_groups=[],
                check=False,
            )
        except PermissionError:
            pytest.skip("the interpreter of this run lies where other users cannot reach it")
        assert done.stderr == ""
        assert done.stdout == f"postgresql://postgres@/x?host={home}/state/postgres/socket&port=5432\n"
        assert (home / "state" / "postgres" / "data" / "PG_VERSION").exists()
    finally:
        shutil.rmtree(home)


def test_remove_stale_locks_takes_only_the_locks(tmp_path: Path):
    for name in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock", "kept"):
        (tmp_path / name).touch()
    remove_stale_locks(tmp_path, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


async def test_the_shared_fixture_is_an_admin_url(postgres: str):
    connection = await asyncpg.connect(postgres)
    assert await connection.fetchval("SELECT usesuper FROM pg_user WHERE usename = current_user") is True
    await connection.close()
