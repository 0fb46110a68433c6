"""Whatever arrives, in whatever order: the protocol of sockets and the readers of streams end in a code, or go on, and never raise anything else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.streams.events import EventReader, EventTooLargeError, ServerEvent, write_event
from gateway.streams.messages import MESSAGE_TYPES
from gateway.streams.multipart import MultipartError, MultipartReader
from gateway.streams.protocol import (
    Acknowledged,
    ClientProtocol,
    CloseCode,
    Completed,
    Failed,
    Initiated,
    Next,
    Pinged,
    ServerProtocol,
    State,
    Subscribed,
)

CODES = set(CloseCode)

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
DEEP = st.integers(1, 1500).map(lambda depth: f'{{"type":"ping","payload":{{"a":{"[" * depth}{"]" * depth}}}}}')
PAYLOADS = (
    VALUES
    | st.fixed_dictionaries({"query": st.just("{ a }") | VALUES}, optional={"variables": VALUES, "extensions": VALUES})
    | st.lists(st.fixed_dictionaries({"message": st.text(max_size=5)}), max_size=2)
)
IDS = st.sampled_from(["1", "2", "é" * 64, "😀" * 64]) | VALUES
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(MESSAGE_TYPES)) | VALUES}, optional={"id": IDS, "payload": PAYLOADS}
).map(lambda message: json.dumps(message, allow_nan=True))
FRAMES: st.SearchStrategy[str | bytes] = MESSAGES | DEEP | st.text(max_size=20) | st.binary(max_size=20)


def well_formed(protocol: ServerProtocol | ClientProtocol) -> None:
    """What goes out is JSON, a code is one of ours, and a reason fits a close frame (RFC 6455 §5.5)."""
    for text in protocol.data_to_send():
        json.loads(text)
    if protocol.closing is not None:
        assert protocol.closing.code in CODES
        assert len(protocol.closing.reason.encode()) <= 123


@settings(max_examples=500)
@given(st.lists(FRAMES, max_size=12), st.booleans())
def test_a_server_meets_any_frames(frames: list[str | bytes], ready: bool) -> None:
    protocol = ServerProtocol(max_size=4000)
    if ready:
        protocol.receive('{"type":"connection_init"}')
        protocol.acknowledge()
    for frame in frames:
        running = set(protocol.operations)
        match protocol.receive(frame):
            case Initiated():
                protocol.acknowledge()
            case Subscribed(id=id_):
                assert id_ not in running
                assert protocol.state is State.READY
            case Completed(id=id_):
                assert id_ in running
                protocol.next(id_, b"{}")
                assert protocol.data_to_send() == []
            case Pinged(payload):
                protocol.pong(payload)
            case _:
                pass
        well_formed(protocol)
    if protocol.state is State.CLOSED:
        assert (protocol.operations, protocol.receive('{"type":"ping"}')) == (set(), None)


@settings(max_examples=500)
@given(st.lists(FRAMES, max_size=12), st.booleans())
def test_a_client_meets_any_frames(frames: list[str | bytes], ready: bool) -> None:
    protocol = ClientProtocol(max_size=4000)
    protocol.init()
    if ready:
        protocol.receive('{"type":"connection_ack"}')
        protocol.subscribe("1", {"query": "{ a }"})
    ended = False
    for frame in frames:
        match protocol.receive(frame):
            case Acknowledged():
                assert not ready
            case Next(payload=payload):
                assert (ended, isinstance(payload, dict)) == (False, True)
            case Failed() | Completed():
                assert not ended
                ended = True
            case Pinged(payload):
                protocol.pong(payload)
            case _:
                pass
        well_formed(protocol)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["subscribe", "complete", "next", "error", "end"]), st.sampled_from("ab")), max_size=30
)


@settings(max_examples=500)
@given(ACTIONS)
def test_each_operation_is_told_of_once(actions: list[tuple[str, str]]) -> None:
    """Both sides act in any order: of an id there is never a word before its subscribe, after its end, or of an end twice."""
    protocol = ServerProtocol()
    protocol.receive('{"type":"connection_init"}')
    protocol.acknowledge()
    protocol.data_to_send()
    running: set[str] = set()
    for action, id_ in actions:
        alive = id_ in running
        expected: list[str] = []
        match action:
            case "subscribe":
                protocol.receive(json.dumps({"type": "subscribe", "id": id_, "payload": {"query": "{ a }"}}))
                if alive:
                    assert protocol.closing is not None
                    assert protocol.closing.code == CloseCode.SUBSCRIBER_EXISTS
                    return
                running.add(id_)
            case "complete":
                told = protocol.receive(json.dumps({"type": "complete", "id": id_}))
                assert told == (Completed(id_) if alive else None)
                running.discard(id_)
            case "next":
                protocol.next(id_, b'{"data":null}')
                expected = ["next"] if alive else []
            case "error":
                protocol.error(id_, [{"message": "no"}])
                expected = ["error"] if alive else []
                running.discard(id_)
            case _:
                protocol.complete(id_)
                expected = ["complete"] if alive else []
                running.discard(id_)
        assert [json.loads(text)["type"] for text in protocol.data_to_send()] == expected
        assert protocol.operations == running


@settings(max_examples=500)
@given(st.binary(max_size=200), st.integers(1, 20), st.integers(1, 100))
def test_a_reader_of_events_meets_any_bytes_in_any_pieces(data: bytes, piece: int, max_size: int) -> None:
    reader = EventReader(max_size)
    try:
        for place in range(0, len(data), piece):
            for event in reader.feed(data[place : place + piece]):
                assert len(event.data) <= max_size
    except EventTooLargeError:
        assert len(data) > max_size


@settings(max_examples=300)
@given(st.lists(VALUES, max_size=5), st.integers(1, 50), st.sampled_from([b"\n", b"\r", b"\r\n"]))
def test_events_that_were_written_are_read_however_they_are_cut(values: list[Any], piece: int, end: bytes) -> None:
    bodies = [json.dumps(value).encode() for value in values]
    text = b"".join(write_event("next", body) for body in bodies).replace(b"\n", end)
    reader = EventReader(10_000)
    found = [event for place in range(0, len(text), piece) for event in reader.feed(text[place : place + piece])]
    # The very last CR may be half of a line end.
    found += reader.feed(b"\n")
    assert found == [ServerEvent("next", body) for body in bodies]


@settings(max_examples=500)
@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"--x\r\n", b"\r\n--x--", b"\r\n\r\n", b"{}"]), max_size=10))
def test_a_reader_of_parts_meets_any_bytes(pieces: list[bytes]) -> None:
    reader = MultipartReader("x", 100)
    try:
        for piece in pieces:
            for part in reader.feed(piece):
                assert len(part) <= 100
    except MultipartError:
        return


@settings(max_examples=300)
@given(st.lists(st.dictionaries(st.text(max_size=8), VALUES, max_size=3), max_size=5), st.integers(1, 60))
def test_parts_that_were_written_are_read_however_they_are_cut(values: list[Any], piece: int) -> None:
    bodies = [json.dumps(value).encode() for value in values]
    head = b"\r\n--x\r\nContent-Type: application/json\r\n\r\n"
    text = b"".join(head + body for body in bodies) + b"\r\n--x--\r\n"
    reader = MultipartReader("x", 10_000)
    found = [part for place in range(0, len(text), piece) for part in reader.feed(text[place : place + piece])]
    assert (found, reader.finished) == (bodies, True)
