"""Proves a journal: that nothing in it was changed, taken out, put elsewhere or cut off since it was signed.

For each process that wrote here the chain is walked from its first line (or from where retention signed that it dropped what was before) to its
last, and must go through every head that was signed and every head that a later journal saw when it began. What was written after the last
signature is said, because its end proves nothing yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.anchors import Anchor, AnchorError, read_anchor
from gateway.audit.chain import ChainError, Head, Link, beginning, follow, read_line
from gateway.audit.places import INSTANCE, Segment, anchors_file, instances_of, is_alive, segments_of

__all__ = ["Proof", "verify_journal", "verify_journals"]


@dataclass(slots=True)
class Proof:
    """What became of one instance. `problems` are sentences; none when it is whole. `signed` is the last head with a signature."""

    instance: str
    head: Head
    files: int = 0
    signed: int = 0
    dropped: int = 0
    closed: bool = False
    alive: bool = False
    torn: bool = False
    """The last line was never finished: its process was killed while writing, and nobody got an answer for it."""
    problems: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        state = "written to" if self.alive else "closed" if self.closed else "ended without closing"
        parts = [f"{self.instance}: lines {self.dropped + 1} to {self.head.sequence} in {self.files} files", state]
        parts.append(f"signed to {self.signed}" if self.signed else "not signed yet")
        if self.dropped:
            parts.append(f"up to {self.dropped} dropped by retention")
        if self.torn:
            parts.append("the last line unfinished")
        return ", ".join(parts) + "."


def verify_journal(folder: Path, key: Ed25519PublicKey, more: Iterable[str] = ()) -> list[Proof]:
    """Walk every chain in a folder. `more` are anchors that were kept elsewhere. Raises OSError for a folder that cannot be read."""
    return verify_journals((folder,), (key,), more)


def verify_journals(folders: Sequence[Path], keys: Sequence[Ed25519PublicKey], more: Iterable[str] = ()) -> list[Proof]:
    """Walk every chain in all of `folders`, signed with any of `keys`. `more` are anchors of all of them that were kept elsewhere. Raises OSError."""
    places = [(instance, folder) for folder in folders for instance in instances_of(folder)]
    elsewhere = _Elsewhere(keys, more)
    told = {place: _named(place[1], place[0]) for place in places}
    seen = [head for heads in told.values() for head in heads or ()]
    here = {instance for instance, _ in places}
    named = dict.fromkeys([*elsewhere.anchors, *(name for name, _ in seen)])
    gone = [(instance, folders[0]) for instance in named if instance not in here]
    proofs: list[Proof] = []
    for instance, folder in sorted([*places, *gone]):
        proof = Proof(instance, beginning(instance), alive=is_alive(folder, instance))
        wanted = [head for name, head in seen if name == instance]
        _Walk(folder, keys, proof, wanted, elsewhere.anchors.get(instance, [])).walk()
        if told.get((instance, folder), []) is None:
            proof.problems.append("its first line does not say as it should which journals there were before")
        proofs.append(proof)
    if elsewhere.problems:
        proofs.append(Proof("anchors kept elsewhere", Head(0, ""), problems=elsewhere.problems))
    return proofs


class _Elsewhere:
    def __init__(self, keys: Sequence[Ed25519PublicKey], texts: Iterable[str]) -> None:
        self.anchors: dict[str, list[Anchor]] = {}
        self.problems: list[str] = []
        for text in texts:
            try:
                anchor = read_anchor(text, *keys)
            except AnchorError as error:
                self.problems.append(f"{error}")
                continue
            self.anchors.setdefault(anchor.instance, []).append(anchor)


class _Walk:
    def __init__(
        self, folder: Path, keys: Sequence[Ed25519PublicKey], proof: Proof, seen: list[Head], elsewhere: list[Anchor]
    ) -> None:
        self._folder = folder
        self._keys = keys
        self._proof = proof
        anchors = [*self._own_anchors(), *elsewhere]
        dropped = [anchor.head for anchor in anchors if anchor.kind == "dropped"]
        self._start = max(dropped, key=lambda head: head.sequence, default=beginning(proof.instance))
        self._wanted: dict[int, set[str]] = {}
        for head in [*seen, *(anchor.head for anchor in anchors)]:
            if head.sequence > self._start.sequence:
                self._wanted.setdefault(head.sequence, set()).add(head.hash)
        signed = [anchor.head.sequence for anchor in anchors]
        self._signed = frozenset(signed)
        proof.signed = max(signed, default=0)
        proof.dropped = self._start.sequence

    def walk(self) -> None:
        proof, segments = self._proof, self._segments()
        proof.head, proof.files = self._start, len(segments)
        for number, segment in enumerate(segments):
            if segment.first != proof.head.sequence + 1:
                away = "; from there on it was written in another folder of that name" if _is_mended(segment) else ""
                missing = f"lines {proof.head.sequence + 1} to {segment.first - 1} are missing, a file or more"
                self._problem(missing + away)
                return
            if not self._segment(segment, next(iter(segments[number + 1 :]), None)):
                return
        missing = max(self._wanted, default=0)
        if missing > proof.head.sequence:
            self._problem(f"the end is missing: there were {missing} lines, and {proof.head.sequence} are left")
        elif not proof.alive and proof.closed and proof.signed < proof.head.sequence:
            self._problem("it was closed, and the signature of its end is missing")

    def _own_anchors(self) -> Iterator[Anchor]:
        path = anchors_file(self._folder, self._proof.instance)
        try:
            lines = path.read_text(encoding="ascii", errors="replace").splitlines()
        except FileNotFoundError:
            self._problem("its signatures are missing")
            return
        for number, text in enumerate(lines, 1):
            try:
                anchor = read_anchor(text, *self._keys)
            except AnchorError as error:
                self._problem(f"line {number} of its signatures: {error}")
                continue
            if anchor.instance == self._proof.instance:
                yield anchor
            else:
                self._problem(f"line {number} of its signatures is about another journal")

    def _segments(self) -> list[Segment]:
        """Those that retention has not dropped; what it was about to take away when it was killed is not looked at."""
        found = segments_of(self._folder, self._proof.instance)
        return [segment for segment in found if segment.first > self._start.sequence]

    def _segment(self, segment: Segment, following: Segment | None) -> bool:
        proof = self._proof
        with segment.path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    if following is not None:
                        return self._problem(f"{segment.path.name} ends in the middle of a line")
                    proof.torn = True
                    break
                try:
                    found = read_line(line[:-1])
                    proof.head = follow(proof.head, found)
                except ChainError as error:
                    return self._problem(f"{segment.path.name}: {error}")
                proof.closed = b'"kind":"closed"' in found.content[:64]
                if not self._agrees(proof.head):
                    return self._problem(
                        f"{segment.path.name}: line {proof.head.sequence} is not the one that was signed"
                    )
        if following is None or proof.head.sequence in self._signed:
            return True
        # Once, gateways did not sign the end of a file that they could not write to any more; a later head says as much.
        if _is_mended(following) and proof.signed > proof.head.sequence:
            return True
        return self._problem(f"{segment.path.name}: the signature of its end is missing")

    def _agrees(self, head: Head) -> bool:
        wanted = self._wanted.get(head.sequence)
        return wanted is None or wanted == {head.hash}

    def _problem(self, sentence: str) -> bool:
        self._proof.problems.append(sentence)
        return False


def _is_mended(segment: Segment) -> bool:
    """Whether a file was begun because the one before it could not be written to."""
    with segment.path.open("rb") as file:
        link = _first(file.readline().removesuffix(b"\n"))
    return link is not None and b'"kind":"interrupted"' in link.content[:64]


class _Seen(msgspec.Struct, frozen=True):
    instance: Annotated[str, msgspec.Meta(pattern=f"^{INSTANCE}$")]
    sequence: Annotated[int, msgspec.Meta(ge=0)]
    hash: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class _Opening(msgspec.Struct, frozen=True):
    kind: str
    before: tuple[_Seen, ...] = ()


def _named(folder: Path, instance: str) -> list[tuple[str, Head]] | None:
    """The journals that this one saw when it began, each with its head then; None when it does not say that as a journal does."""
    for segment in segments_of(folder, instance)[:1]:
        with segment.path.open("rb") as file:
            link = _first(file.readline().removesuffix(b"\n"))
        if link is None:
            return []  # the walk says so
        try:
            opening = msgspec.json.decode(b"{" + link.content, type=_Opening)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return [(seen.instance, Head(seen.sequence, seen.hash)) for seen in opening.before if opening.kind == "opened"]
    return []


def _first(line: bytes) -> Link | None:
    try:
        return read_line(line)
    except ChainError:
        return None
