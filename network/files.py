"""Files that are whole or absent, and folders that are closed to others."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

__all__ = ["FolderError", "closed_folder", "write_file"]

MAXIMUM_SOCKET_PATH = 100
"""A unix socket path may have 107 bytes on Linux and 103 on macOS."""


class FolderError(Exception):
    """A folder that should be ours is not; a sentence."""


def write_file(path: Path, content: bytes | str, *, mode: int = 0o644) -> None:
    """Write `content` beside its place and rename it. The file never exists with more rights than `mode`."""
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def closed_folder(wanted: Path, *, longest_name: str, uid: int) -> Path:
    """Return a folder of `uid` with mode 0700 for unix sockets: `wanted`, or one in /tmp when its path is too long.

    Raises `FolderError` when somebody else has it.
    """
    folder = wanted
    if len(os.fsencode(folder / longest_name)) >= MAXIMUM_SOCKET_PATH:
        digest = hashlib.blake2b(os.fsencode(wanted), digest_size=6).hexdigest()
        folder = Path("/tmp") / f"iwlz-{digest}"  # noqa: S108 - its owner is checked
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        # We just made it, so it is no link that somebody left for root to follow.
        os.chown(folder, uid, -1, follow_symlinks=False)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise FolderError(f"{folder} belongs to another user (uid {found.st_uid}). Remove it, or use another --state.")
    folder.chmod(0o700)
    return folder
