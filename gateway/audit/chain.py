"""The hash chain of a journal: values in, values out, no file is touched here.

A line is one JSON object that begins with its own hash and its number:

    {"hash":"<64 hex>","sequence":7,…}

The hash is SHA-256 over the hash before it and the bytes of the line that follow its own: a line that is changed, taken out, put
elsewhere or brought in from another chain breaks the one after it. The first of an instance follows the hash of the instance's name.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

__all__ = ["ChainError", "Head", "Link", "beginning", "follow", "link", "read_line"]

_LINE = re.compile(rb'\{"hash":"([0-9a-f]{64})",("sequence":([1-9][0-9]{0,18}),"kind":.*\})', re.DOTALL)


class ChainError(Exception):
    """A line that is none, or that does not follow the one before it; a sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: the number and the hash (hex) of its last line; number 0 before the first."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Link:
    """A line as read. `content` is what its hash is over, besides the hash before."""

    head: Head
    content: bytes


def beginning(instance: str) -> Head:
    """The head of a chain without a line. Another instance begins elsewhere, so no chain passes for another's."""
    return Head(0, hashlib.sha256(b"journal of " + instance.encode()).hexdigest())


def link(before: Head, record: bytes) -> tuple[bytes, Head]:
    """The line (with its end) that a record becomes after `before`, and the new head. A record is a JSON object with `kind` first."""
    sequence = before.sequence + 1
    content = b'"sequence":%d,%b' % (sequence, record[1:])
    head = Head(sequence, _hash(before, content))
    return b'{"hash":"%b",%b\n' % (head.hash.encode(), content), head


def read_line(line: bytes) -> Link:
    """Read a line without its end. Raises `ChainError` for what no journal wrote."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ChainError("this is no line of a journal")
    return Link(Head(int(found[3]), found[1].decode()), found[2])


def follow(before: Head, found: Link) -> Head:
    """The head after a line. Raises `ChainError` when the line is not the one that came after `before`."""
    if found.head.sequence != before.sequence + 1:
        raise ChainError(f"line {before.sequence + 1} is missing, {found.head.sequence} stands in its place")
    if _hash(before, found.content) != found.head.hash:
        raise ChainError(f"line {found.head.sequence} was changed, or the one before it")
    return found.head


def _hash(before: Head, content: bytes) -> str:
    return hashlib.sha256(before.hash.encode() + content).hexdigest()
