"""The chain: what is changed, taken out, moved or brought in does not follow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest

from gateway.audit.chain import ChainError, Head, beginning, follow, link, read_line


def chain(instance: str, *records: bytes) -> list[bytes]:
    head, lines = beginning(instance), list[bytes]()
    for record in records:
        line, head = link(head, record)
        lines.append(line.removesuffix(b"\n"))
    return lines


def walked(instance: str, lines: list[bytes]) -> Head:
    head = beginning(instance)
    for line in lines:
        head = follow(head, read_line(line))
    return head


THREE = (b'{"kind":"opened"}', b'{"kind":"request","status":200}', b'{"kind":"closed"}')


def test_a_line_is_json_with_its_hash_and_number_first():
    first = chain("one", *THREE)[0]
    start = hashlib.sha256(b"journal of one").hexdigest()
    digest = hashlib.sha256(start.encode() + b'"sequence":1,"kind":"opened"}').hexdigest()
    assert json.loads(first) == {"hash": digest, "sequence": 1, "kind": "opened"}
    assert list(json.loads(first)) == ["hash", "sequence", "kind"]


def test_a_whole_chain_is_walked_to_its_head():
    lines = chain("one", *THREE)
    assert walked("one", lines) == Head(3, json.loads(lines[-1])["hash"])


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (lambda a, b, c: [a, b.replace(b"200", b"403"), c], "line 2 was changed, or the one before it"),
        (lambda a, b, c: [a, c], "line 2 is missing, 3 stands in its place"),
        (lambda a, b, c: [a, c, b], "line 2 is missing, 3 stands in its place"),
        (lambda a, b, c: [b, c], "line 1 is missing, 2 stands in its place"),
        (lambda a, b, c: [a, b, b], "line 3 is missing, 2 stands in its place"),
        (lambda a, b, c: [a, b"nothing", c], "this is no line of a journal"),
        (lambda a, b, c: [a, b.replace(b',"kind"', b', "kind"'), c], "this is no line of a journal"),
    ],
    ids=["changed", "taken out", "moved", "beginning gone", "twice", "no line", "other bytes"],
)  # fmt: skip
def test_what_does_not_follow_is_found(lines: Callable[..., list[bytes]], said: str):
    with pytest.raises(ChainError, match=said):
        walked("one", lines(*chain("one", *THREE)))


def test_a_line_of_another_chain_does_not_follow():
    with pytest.raises(ChainError, match="line 2 was changed"):
        walked("one", [chain("one", *THREE)[0], *chain("two", *THREE)[1:]])


def test_a_whole_chain_does_not_pass_for_that_of_another_instance():
    with pytest.raises(ChainError, match="line 1 was changed"):
        walked("two", chain("one", *THREE))
