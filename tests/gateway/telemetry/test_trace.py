"""Trace ids: 32 lower-case hexadecimal digits, taken when right, made when not."""

from __future__ import annotations

import re

import pytest

from gateway.telemetry.trace import trace_of

B3 = b"463ac35c9f6413ad48485a3953bb6124"


def test_a_right_trace_id_is_taken():
    assert trace_of({b"x-b3-traceid": B3}) == B3.decode()


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
def test_anything_else_is_replaced(given: bytes):
    made = trace_of({b"x-b3-traceid": given})
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert made.encode() != given


def test_a_w3c_traceparent_counts_where_b3_is_absent():
    parent = b"00-" + B3 + b"-00f067aa0ba902b7-01"
    assert trace_of({b"traceparent": parent}) == B3.decode()
    assert trace_of({b"traceparent": parent, b"x-b3-traceid": b"1" * 32}) == "1" * 32
    assert trace_of({b"traceparent": b"ff" + parent[2:]}) != B3.decode()


def test_made_trace_ids_differ():
    assert trace_of({}) != trace_of({})
