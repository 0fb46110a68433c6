"""Server-sent events: a stream cut at every place reads the same."""

from __future__ import annotations

import pytest

from gateway.streams.events import HEARTBEAT, EventReader, EventTooLargeError, ServerEvent, write_event

STREAM = (
    b"\xef\xbb\xbf: welcome\n"
    b"retry: 10\nevent: next\ndata: {\"a\":\ndata: 1}\nid: 4\n\n"
    b":\n\n"
    b"data:plain\r\n\r\n"
    b"event: next\rdata: x\r\r"
    b"ignored\n\n"
    b"event: complete\n\n"
    b"data: cut off"
)  # fmt: skip
EVENTS = [
    ServerEvent("next", b'{"a":\n1}'),
    ServerEvent("message", b"plain"),
    ServerEvent("next", b"x"),
    ServerEvent("complete", b""),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_stream_is_read_as_it_comes(size: int) -> None:
    reader = EventReader(1000)
    found = [event for start in range(0, len(STREAM), size) for event in reader.feed(STREAM[start : start + size])]
    assert found == EVENTS


def test_what_is_written_is_read() -> None:
    written = write_event("next", b'{"data":1}') + HEARTBEAT + write_event("complete")
    assert EventReader(1000).feed(written) == [ServerEvent("next", b'{"data":1}'), ServerEvent("complete", b"")]


@pytest.mark.parametrize(
    "stream", [b"data: " + b"x" * 200, (b"data: " + b"x" * 50 + b"\n") * 3, b"event: next" + b" " * 200]
)
def test_an_event_without_end_is_given_up(stream: bytes) -> None:
    with pytest.raises(EventTooLargeError):
        EventReader(100).feed(stream)
