"""Traces: taken when right, made when not; B3 first, W3C where B3 is absent; nothing malformed comes back."""

from __future__ import annotations

import re

import pytest

from gateway.telemetry.trace import Trace, trace_of

B3 = b"463ac35c9f6413ad48485a3953bb6124"
SPAN = b"0020000000000001"
OTHER = b"0af7651916cd43dd8448eb211c80319c"


def taken(headers: dict[bytes, bytes]) -> tuple[str, str | None, bool | None, str]:
    """What a trace has from a request: id, parent, sampled, state."""
    trace = trace_of(headers)
    assert re.fullmatch("[0-9a-f]{16}", trace.span)
    return trace.id, trace.parent, trace.sampled, trace.state


def is_made(headers: dict[bytes, bytes]) -> bool:
    """Whether the trace is new: nothing of the request is in it."""
    trace = trace_of(headers)
    assert re.fullmatch("[0-9a-f]{32}", trace.id)
    everything = b" ".join(headers.values())
    return trace.id.encode() not in everything and (trace.parent, trace.sampled, trace.state) == (None, None, "")


@pytest.mark.parametrize(
    ("more", "parent", "sampled"),
    [
        ({}, None, None),
        ({b"x-b3-spanid": SPAN}, SPAN.decode(), None),
        ({b"x-b3-spanid": SPAN, b"x-b3-sampled": b"1"}, SPAN.decode(), True),
        ({b"x-b3-sampled": b"0"}, None, False),
        ({b"x-b3-sampled": b"false"}, None, False),
        ({b"x-b3-sampled": b"yes"}, None, None),
        ({b"x-b3-flags": b"1"}, None, True),
        ({b"x-b3-spanid": b"0" * 16}, None, None),
        ({b"x-b3-spanid": SPAN + b"\r\nEvil: 1"}, None, None),
    ],
)
def test_b3_in_many_headers(more: dict[bytes, bytes], parent: str | None, sampled: bool | None):
    assert taken({b"x-b3-traceid": B3, **more}) == (B3.decode(), parent, sampled, "")


@pytest.mark.parametrize(
    ("rest", "sampled"),
    [(b"", None), (b"-1", True), (b"-0", False), (b"-d", True), (b"-1-" + OTHER[:16], True)],
)
def test_b3_in_one_header(rest: bytes, sampled: bool | None):
    headers = {b"b3": B3 + b"-" + SPAN + rest, b"x-b3-traceid": OTHER}
    assert taken(headers) == (B3.decode(), SPAN.decode(), sampled, "")


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"0" * 32,
        B3.upper(),
        B3[:31],
        B3 + b"0",
        B3[:16],
        b"g" * 32,
        B3 + b"\n",
        b"463ac35c9f6413ad, 48485a3953bb6124",
    ],
)
def test_a_malformed_trace_id_is_replaced(given: bytes):
    assert is_made({b"x-b3-traceid": given})
    assert is_made({b"b3": given + b"-" + SPAN})
    assert is_made({b"traceparent": b"00-" + given + b"-" + SPAN + b"-01", b"tracestate": b"a=1"})


@pytest.mark.parametrize(
    "given", [b"0", b"1", B3, B3 + b"-" + SPAN + b"-2", B3 + b"-" + SPAN + b"-1-", B3 + b"-" + b"0" * 16]
)
def test_a_malformed_single_header_is_replaced(given: bytes):
    assert is_made({b"b3": given})


def test_w3c_counts_where_b3_is_absent():
    parent = b"00-" + B3 + b"-" + SPAN + b"-01"
    assert taken({b"traceparent": parent}) == (B3.decode(), SPAN.decode(), True, "")
    assert taken({b"traceparent": parent[:-1] + b"0"}) == (B3.decode(), SPAN.decode(), False, "")
    assert taken({b"traceparent": b"01" + parent[2:] + b"-more"}) == (B3.decode(), SPAN.decode(), True, "")
    assert taken({b"traceparent": parent, b"x-b3-traceid": OTHER}) == (OTHER.decode(), None, None, "")
    assert taken({b"traceparent": parent, b"x-b3-traceid": b"nonsense"}) == (B3.decode(), SPAN.decode(), True, "")
    for wrong in (
        b"ff" + parent[2:],
        parent + b"-more",
        parent.upper(),
        parent[:-3],
        b"00-" + B3 + b"-" + b"0" * 16 + b"-01",
    ):
        assert is_made({b"traceparent": wrong}), wrong


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b"a=1,b@c=x y", "a=1,b@c=x y"),
        (b" a=1 , ,b=2\t", "a=1,b=2"),
        (b"a=1,B=2", ""),
        (b"a=", ""),
        (b"a=1\r\nEvil: 1", ""),
        (b"a=\xff", ""),
        (b",".join(b"k%d=v" % number for number in range(33)), ""),
        (b"a=" + b"x" * 600, ""),
    ],
)
def test_a_tracestate_is_handed_on_when_it_is_well_formed(given: bytes, kept: str):
    headers = {b"traceparent": b"00-" + B3 + b"-" + SPAN + b"-01", b"tracestate": given}
    assert trace_of(headers).state == kept


def test_a_tracestate_without_a_traceparent_is_nothing():
    assert trace_of({b"x-b3-traceid": B3, b"tracestate": b"a=1"}).state == ""


def test_a_fetch_is_a_span_under_ours():
    assert Trace("a" * 32, "b" * 16).headers("c" * 16).decode() == (
        f"X-B3-TraceId: {'a' * 32}\r\nX-B3-SpanId: {'c' * 16}\r\nX-B3-ParentSpanId: {'b' * 16}\r\n"
        f"traceparent: 00-{'a' * 32}-{'c' * 16}-01\r\n"
    )
    lines = Trace("a" * 32, "b" * 16, sampled=False).headers("c" * 16).decode()
    assert lines.endswith(f"-{'c' * 16}-00\r\nX-B3-Sampled: 0\r\n")
    lines = Trace("a" * 32, "b" * 16, sampled=True, state="v=1").headers("c" * 16).decode()
    assert lines.endswith(f"-{'c' * 16}-01\r\nX-B3-Sampled: 1\r\ntracestate: v=1\r\n")


def test_made_ids_differ():
    assert trace_of({}).id != trace_of({}).id
    assert trace_of({}).span != trace_of({}).span
