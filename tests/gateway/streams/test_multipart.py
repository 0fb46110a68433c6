"""Multipart bodies: parts come out as soon as they are whole, however the bytes are cut."""

from __future__ import annotations

import pytest

from gateway.streams.multipart import MultipartError, MultipartReader, boundary_of

HEAD = b"content-type: application/json\r\n\r\n"


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ('multipart/mixed;boundary="graphql";subscriptionSpec="1.0"', "graphql"),
        ("Multipart/Mixed; Boundary=graphql;subscriptionSpec=1.0,application/json", "graphql"),
        ("multipart/mixed", "-"),
        ("multipart/form-data; boundary=x", None),
        ("application/json", None),
    ],
)
def test_the_boundary_is_read_from_the_type(content_type: str, boundary: str | None) -> None:
    assert boundary_of(content_type) == boundary


BODIES = {
    "delimiter at the end of each part": (
        b"--graphql\r\n" + HEAD + b'{"n":1}\r\n--graphql\r\n' + HEAD + b'{"n":"}\\n"}\r\n--graphql--\r\n'
    ),
    "delimiter at the start of each part": (
        b"\r\n--graphql\r\n" + HEAD + b'{"n":1}\r\n' + b"\r\n--graphql\r\n" + HEAD + b'{"n":"}\\n"}\r\n\r\n--graphql--\r\n'
    ),
    "delimiter at the end of each part, and again": (
        b"--graphql\r\n" + HEAD + b'{"n":1}\r\n--graphql\r\n' + HEAD + b'{"n":"}\\n"}\r\n--graphql\r\n--graphql--\r\n'
    ),
    "preamble, bare line ends, no heads, words after the end": (
        b'hello\n--graphql\n\n\n{"n":1}\n--graphql\n\n\n{"n":"}\\n"}\n--graphql--\n{"n":3}\n--graphql\n'
    ),
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize("name", BODIES)
def test_parts_are_read_as_they_come(name: str, size: int) -> None:
    reader = MultipartReader("graphql", 1000)
    body = BODIES[name]
    found = [part for start in range(0, len(body), size) for part in reader.feed(body[start : start + size])]
    assert found == [b'{"n":1}', b'{"n":"}\\n"}']
    assert reader.finished


def test_a_whole_object_does_not_wait_for_its_delimiter() -> None:
    reader = MultipartReader("graphql", 1000)
    assert reader.feed(b"--graphql\r\n" + HEAD + b'{"n": {}') == []
    assert reader.feed(b"}") == [b'{"n": {}}']
    assert reader.feed(b"\r\n--graphql\r\n" + HEAD) == []
    assert reader.feed(b"{}") == [b"{}"]
    assert not reader.finished


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 20_000,
        b"--graphql\r\n" + b"x: y\r\n" * 2000,
        b"--graphql\r\n" + HEAD + b'{"a":"' + b"x" * 20_000,
        b"--graphql\r\n" + HEAD + b'"' + b"x" * 2000 + b'"\r\n--graphql\r\n',
        b"--graphqlish\r\n" + HEAD,
    ],
    ids=["no delimiter", "endless head", "endless part", "large part", "another delimiter"],
)
def test_what_is_no_multipart_body_is_given_up(body: bytes) -> None:
    with pytest.raises(MultipartError):
        MultipartReader("graphql", 1000).feed(body)
