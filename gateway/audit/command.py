"""What the commands `gateway audit …` do: arguments in, lines out, or a sentence of what a person can mend."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.audit.anchors import Anchor, AnchorError, read_anchor, read_public_key
from gateway.audit.configured import read_hasher, read_signing_key
from gateway.audit.reports import Sought, as_sentences, as_xml, read_records
from gateway.audit.retention import retain
from gateway.audit.verify import verify_journals
from gateway.errors import OperatorError

__all__ = ["Format", "drop", "export", "prepare", "verify", "who_saw"]

Format = Literal["text", "json"]


def verify(journals: Sequence[Path], keys: Sequence[Path], database: str | None = None) -> tuple[list[str], bool]:
    """Lines that say what was proven, and whether everything was. Raises `OperatorError`."""
    if not journals:
        raise OperatorError("Say which journal: a folder, or more of them.")
    folders, publics = list(map(_journal, journals)), list(map(_public_key, keys))
    kept = _kept(database)
    proofs = verify_journals(folders, publics, kept)
    lines: list[str] = []
    for proof in proofs:
        lines.append(str(proof))
        lines += [f"  PROBLEM: {problem}." for problem in proof.problems]
    if not proofs:
        raise OperatorError(f"There is no journal in {', '.join(map(str, journals))}.")
    whole = not any(proof.problems for proof in proofs)
    if database is None:
        return lines, whole
    copied, problems = _copied(database, kept, publics, {proof.instance for proof in proofs if proof.alive})
    lines.append(f"The audit database: {copied} lines.")
    lines += [f"  PROBLEM: {instance}: {problem}." for instance, problem in problems.items()]
    return lines, whole and not problems


def who_saw(
    journal: Path,
    *,
    person: str | None,
    secret: Path | None,
    records: Sequence[str],
    since: str,
    until: str,
    format: Format,
) -> Iterator[str]:
    """One line for each record that shows the person or one of the records (`Type:key`). Raises `OperatorError`."""
    if person is None and not records:
        raise OperatorError("Say of whom or of what: --person FILE with --secret FILE, or --record Type:key.")
    hashed = None
    if person is not None:
        if secret is None:
            raise OperatorError("--person needs the --secret that the journal's hashes were made with.")
        hashed = read_hasher(secret)(_value(person))
    sought = Sought(_moment(since), _moment(until), hashed, frozenset(map(_named, records)))
    found = read_records(_journal(journal), sought)
    yield from as_sentences(found) if format == "text" else map(json.dumps, found)


def export(journal: Path, *, since: str, until: str) -> Iterator[str]:
    """The records of a time as XML. Raises `OperatorError`."""
    return as_xml(read_records(_journal(journal), Sought(_moment(since), _moment(until))))


def drop(journal: Path, key: Path, before: str, database: str | None = None) -> Iterator[str]:
    """Drop what is older, and is in the audit database where there is one. Raises `OperatorError`."""
    return retain(_journal(journal), read_signing_key(key), _moment(before), _shipped(database))


def prepare(database: str, role: str | None) -> None:
    """Make the tables, and let `role` write to them. Raises `OperatorError`."""
    from gateway.audit.database import prepare as prepared

    asyncio.run(prepared(database, role))


def _kept(database: str | None) -> list[str]:
    if database is None:
        return []
    from gateway.audit.database import read_anchors

    return asyncio.run(read_anchors(database))


def _copied(
    database: str, anchors: Iterable[str], keys: Sequence[Ed25519PublicKey], alive: Container[str]
) -> tuple[int, Mapping[str, str]]:
    """How many lines the database has, and what is wrong with them."""
    from gateway.audit.copies import Copies
    from gateway.audit.database import each_row

    copies = Copies(_signed(anchors, keys))
    asyncio.run(each_row(database, copies.line))
    return copies.lines, copies.problems(alive)


def _signed(anchors: Iterable[str], keys: Sequence[Ed25519PublicKey]) -> Iterator[Anchor]:
    for text in anchors:
        # What was not signed was said of the files already.
        with contextlib.suppress(AnchorError):
            yield read_anchor(text, *keys)


def _shipped(database: str | None) -> dict[str, int] | None:
    if database is None:
        return None
    from gateway.audit.database import read_shipped

    return asyncio.run(read_shipped(database))


def _journal(folder: Path) -> Path:
    if not folder.is_dir():
        raise OperatorError(f"There is no folder {folder}.")
    return folder


def _public_key(path: Path) -> Ed25519PublicKey:
    try:
        return read_public_key(path.read_bytes())
    except ValueError as error:
        raise OperatorError(f"{path}: {error}.") from None


def _value(source: str) -> str:
    """What names a person never stands on a command line, which everybody on the machine can read."""
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    return text.strip()


def _named(text: str) -> tuple[str, str]:
    name, separator, key = text.partition(":")
    if not separator or not name or not key:
        raise OperatorError(f"--record needs Type:key, not {text}.")
    return name, key


def _moment(text: str) -> str:
    """A date or a moment as records write it: UTC."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorError(f"{text} is no date (2026-11-26) and no moment (2026-11-26T02:15:00Z).") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
