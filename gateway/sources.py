"""Where a configuration is read from, and how a change of its files is seen: by polling, without a further dependency.

A file is told by its time, its inode and its size, links followed, so that an edit in place, a file moved over another and a swapped
link are all changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import Settings
from gateway.supergraph.model import Supergraph

__all__ = ["Fingerprint", "Reading", "Source", "fingerprint"]


Fingerprint = tuple[tuple[int, int, int] | None, ...]
"""Time (ns), inode and size of each file; None for one that is not there."""

_CLOCK_STEP = 20_000_000
"""Nanoseconds that a file's time may lag behind the clock."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A configuration as read: `supergraph` when it was composed, and the files that all of it came from. `begun` (ns) is the
    time before the first of them was opened.
    """

    settings: Settings
    supergraph: Supergraph | None = None
    files: tuple[Path, ...] = ()
    begun: int = 0

    @property
    def told(self) -> Fingerprint:
        """The files as they were read: one that has changed since is told as none."""
        return tuple(
            told if told is not None and told[0] < self.begun - _CLOCK_STEP else None
            for told in fingerprint(self.files)
        )


Source = Callable[[], Reading]
"""Reads a configuration anew. Raises `OperatorError`."""


def fingerprint(files: Iterable[Path]) -> Fingerprint:
    """Tell the files as they are."""
    return tuple(map(_told, files))


def _told(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
