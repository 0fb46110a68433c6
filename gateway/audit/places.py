"""Where a journal lies: a folder with, for each process that wrote there, its segments and its anchors.

    20261126T021500Z-5f0c1b2a.000000000001.jsonl     lines from number 1
    20261126T021500Z-5f0c1b2a.000000048213.jsonl     lines from number 48213
    20261126T021500Z-5f0c1b2a.anchors                a signed anchor a line

The anchors file is locked by the process as long as it lives.
"""

from __future__ import annotations

import fcntl
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

__all__ = [
    "INSTANCE",
    "Segment",
    "anchors_file",
    "instances_of",
    "is_alive",
    "last_lines",
    "new_instance",
    "now",
    "segment_file",
    "segments_of",
]

INSTANCE = "[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}"
"""The name of an instance, as a pattern."""
_SEGMENT = re.compile(rf"({INSTANCE})\.([0-9]{{12,19}})\.jsonl")
_ANCHORS = re.compile(rf"({INSTANCE})\.anchors")


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """A file of an instance; `first` is the number of its first line."""

    instance: str
    first: int
    path: Path


def now() -> str:
    """The time: UTC, ISO 8601 to the microsecond."""
    global _second  # noqa: PLW0603 - the date is worked out once a second; two threads that do it at once say the same
    second, micro = divmod(time.time_ns() // 1000, 1_000_000)
    known = _second
    if known[0] != second:
        known = _second = (second, datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S"))
    return f"{known[1]}.{micro:06d}Z"


_second: tuple[int, str] = (-1, "")


def new_instance() -> str:
    """A name for the journal of one process; later ones sort later."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"


def segment_file(folder: Path, instance: str, first: int) -> Path:
    return folder / f"{instance}.{first:012d}.jsonl"


def anchors_file(folder: Path, instance: str) -> Path:
    return folder / f"{instance}.anchors"


def segments_of(folder: Path, instance: str | None = None) -> list[Segment]:
    """The segments of a folder, or of one instance in it, in their order. Raises OSError."""
    found = ((_SEGMENT.fullmatch(path.name), path) for path in folder.iterdir())
    segments = (Segment(match[1], int(match[2]), path) for match, path in found if match is not None)
    meant = (segment for segment in segments if instance is None or segment.instance == instance)
    # What bears such a name and is no file no gateway made; only of those that are meant is it asked.
    return sorted(segment for segment in meant if segment.path.is_file())


def instances_of(folder: Path) -> list[str]:
    """All instances of which anything is there, in order. Raises OSError."""
    named = ((_ANCHORS.fullmatch(path.name), path) for path in folder.iterdir())
    anchored = {match[1] for match, path in named if match is not None and path.is_file()}
    return sorted(anchored | {segment.instance for segment in segments_of(folder)})


def is_alive(folder: Path, instance: str) -> bool:
    """Whether the process that writes this instance still runs."""
    try:
        with anchors_file(folder, instance).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
    except OSError:
        return False


def last_lines(path: Path, size: int = 65536) -> Iterator[bytes]:
    """The whole lines at the end of a file, the last one first; those that lie within `size` bytes."""
    with path.open("rb") as file:
        end = file.seek(0, 2)
        file.seek(max(0, end - size))
        tail = file.read()
    lines = tail.split(b"\n")[:-1]
    yield from reversed(lines if end <= size else lines[1:])
