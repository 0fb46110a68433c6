"""Takes away what has been kept long enough: whole files of a journal that is proven, never a line.

First it is signed that everything up to a head was dropped, then the files go: a file that is gone without that signature is missing, and the
chain of what stays is proven from that head on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.anchors import Anchor, sign_anchor
from gateway.audit.chain import ChainError, Head, read_line
from gateway.audit.places import Segment, anchors_file, is_alive, last_lines, now, segments_of
from gateway.audit.verify import verify_journal

__all__ = ["retain"]


def retain(
    folder: Path, key: Ed25519PrivateKey, before: str, shipped: Mapping[str, int] | None = None
) -> Iterator[str]:
    """Drop the files whose last record is from before `before` (ISO 8601, UTC); yields what was done. A journal with a problem is left alone.

    `shipped`: the last line of each instance that the audit database has; then a file goes only when all of it is there. Raises OSError.
    """
    for proof in verify_journal(folder, key.public_key()):
        if proof.problems:
            yield f"{proof.instance}: left alone, because {proof.problems[0]}."
            continue
        old = list(_old(folder, proof.instance, before))
        if shipped is not None:
            there = [entry for entry in old if entry[1].sequence <= shipped.get(proof.instance, 0)]
            if len(there) < len(old):
                yield f"{proof.instance}: {len(old) - len(there)} files kept, because they are not all in the audit database."
            old = there
        if not old:
            continue
        segment, head = old[-1]
        _sign(folder, Anchor(proof.instance, head, now(), "dropped"), key)
        for dropped, _ in old:
            dropped.path.unlink()
        yield f"{proof.instance}: {len(old)} files dropped, up to line {head.sequence} ({segment.path.name})."


def _old(folder: Path, instance: str, before: str) -> Iterator[tuple[Segment, Head]]:
    """The files from the beginning that may go, each with its last head; not the one that is being written."""
    segments = segments_of(folder, instance)
    for segment in segments[:-1] if is_alive(folder, instance) else segments:
        line = next(last_lines(segment.path, 1 << 24), None)
        if line is None:
            return
        try:
            head, at = read_line(line).head, json.loads(line)["at"]
        except (ChainError, ValueError, KeyError, RecursionError):
            return  # what cannot be read cannot be old
        if not isinstance(at, str) or at >= before:
            return
        yield segment, head


def _sign(folder: Path, anchor: Anchor, key: Ed25519PrivateKey) -> None:
    with anchors_file(folder, anchor.instance).open("ab") as file:
        file.write(sign_anchor(anchor, key).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
