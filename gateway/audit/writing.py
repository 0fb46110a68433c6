"""The thin writer of a journal: links records, appends them, and comes back when they are on the disk.

Everything here blocks and runs in one worker thread. What cannot be written leaves nothing behind: the file is cut back to what was acknowledged,
and the chain stands where it stood. That a folder was moved away or closed for writing is looked at each time, because the open file would go on
taking what nobody finds again.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.anchors import Anchor, sign_anchor
from gateway.audit.chain import beginning, link
from gateway.audit.places import anchors_file, instances_of, now, segment_file

__all__ = ["JournalWriter"]

_DAY = 10
"""Letters of a date in ISO 8601."""
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


class JournalWriter:
    """Writes one instance. Every method raises OSError, and has changed nothing then. `head` is what is on the disk."""

    def __init__(self, folder: Path, instance: str, key: Ed25519PrivateKey, *, segment_bytes: int) -> None:
        self.head = beginning(instance)
        self.anchored = self.head
        self._folder = folder
        self._instance = instance
        self._key = key
        self._segment_bytes = segment_bytes
        self._file = -1
        self._path = folder
        self._size = 0
        self._day = ""
        self._anchors = -1

    def open(self) -> None:
        """Take the place: the folder is made, the anchors file locked. FileExistsError where a journal of that name is."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._instance in instances_of(self._folder):
            raise FileExistsError(errno.EEXIST, "a journal of this name is there", str(self._folder))
        self._take_anchors(os.O_EXCL)
        self._begin_segment()

    def write(self, records: Sequence[bytes]) -> None:
        """Append records as the next lines; they are on the disk afterwards."""
        self._check_place()
        if self._size >= self._segment_bytes or self._day != now()[:_DAY]:
            self.anchor()
            self._begin_segment()
        head, lines = self.head, list[bytes]()
        for record in records:
            line, head = link(head, record)
            lines.append(line)
        data = b"".join(lines)
        try:
            _write_all(self._file, data)
            os.fdatasync(self._file)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, self._size)
            raise
        self.head = head
        self._size += len(data)

    def anchor(self) -> str | None:
        """Sign the head and keep the statement; None when it is anchored already."""
        if self.head == self.anchored:
            return None
        text = sign_anchor(Anchor(self._instance, self.head, now()), self._key)
        size = os.fstat(self._anchors).st_size
        try:
            _write_all(self._anchors, text.encode() + b"\n")
            os.fdatasync(self._anchors)
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._anchors, size)
            raise
        self.anchored = self.head
        return text

    def mend(self) -> None:
        """Begin anew after a failure: another file, in a place that can be written. The end of the file before is signed, wherever that one is now."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_same(self._anchors, anchors_file(self._folder, self._instance)):
            self._take_anchors()
        self._cut_back()
        self.anchor()
        self._begin_segment()

    def close(self) -> None:
        for file in (self._file, self._anchors):
            if file >= 0:
                os.close(file)
        self._file = self._anchors = -1

    def _check_place(self) -> None:
        if not os.stat(self._folder).st_mode & _WRITABLE or not os.access(self._folder, os.W_OK):  # noqa: PTH116
            raise PermissionError(13, "the folder is closed for writing", str(self._folder))
        if not _is_same(self._file, self._path):
            raise FileNotFoundError(2, "the journal was taken away", str(self._path))

    def _cut_back(self) -> None:
        """Take away what was not acknowledged, when that did not succeed at once."""
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            if _is_same(self._file, self._path):
                raise

    def _begin_segment(self) -> None:
        path = segment_file(self._folder, self._instance, self.head.sequence + 1)
        if not os.stat(self._folder).st_mode & _WRITABLE:  # noqa: PTH116
            raise PermissionError(13, "the folder is closed for writing", str(self._folder))
        # A file of that name holds nothing that was acknowledged.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _sync_folder(self._folder)
        except OSError:
            os.close(file)
            raise
        if self._file >= 0:
            os.close(self._file)
        self._file, self._path, self._size, self._day = file, path, 0, now()[:_DAY]

    def _take_anchors(self, new: int = 0) -> None:
        path = anchors_file(self._folder, self._instance)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | new, 0o600)
        try:
            # Of one that is new, who looks whether we are alive may hold the lock for a moment; of another one, anybody for good.
            fcntl.flock(file, fcntl.LOCK_EX if new else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise
        if self._anchors >= 0:
            os.close(self._anchors)
        self._anchors, self.anchored = file, beginning(self._instance)


def _write_all(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _is_same(file: int, path: Path) -> bool:
    """Whether an open file is still the one that stands at `path`."""
    try:
        there = os.stat(path)  # noqa: PTH116 - once for each write
    except FileNotFoundError:
        return False
    here = os.fstat(file)
    return (there.st_ino, there.st_dev) == (here.st_ino, here.st_dev)


def _sync_folder(folder: Path) -> None:
    """A file is there after a crash only when its folder says so."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
