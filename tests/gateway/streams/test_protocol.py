"""`graphql-transport-ws` without sockets: what comes in above, what is told, said and closed below."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.streams.messages import Request
from gateway.streams.protocol import (
    Acknowledged,
    ClientProtocol,
    Close,
    Completed,
    Failed,
    Initiated,
    Next,
    Pinged,
    Ponged,
    ServerProtocol,
    State,
    Subscribed,
)

INIT = '{"type": "connection_init"}'
ACK = '{"type": "connection_ack"}'


def subscribe(id_: str = "1", **payload: Any) -> str:
    return json.dumps({"type": "subscribe", "id": id_, "payload": {"query": "{ a }", **payload}})


def said(protocol: ServerProtocol | ClientProtocol) -> list[Any]:
    return [json.loads(text) for text in protocol.data_to_send()]


def ready() -> ServerProtocol:
    protocol = ServerProtocol()
    protocol.receive(INIT)
    protocol.acknowledge()
    said(protocol)
    return protocol


def connected() -> ClientProtocol:
    protocol = ClientProtocol()
    protocol.init()
    protocol.receive(ACK)
    protocol.subscribe("1", {"query": "{ a }"})
    said(protocol)
    return protocol


# --- the server: a whole life -------------------------------------------------------------------------------------------


def test_a_connection_from_init_to_complete() -> None:
    protocol = ServerProtocol()
    assert protocol.receive('{"type": "connection_init", "payload": {"authorization": "x"}}') == Initiated(
        {"authorization": "x"}
    )
    protocol.acknowledge({"hello": 1})
    assert protocol.receive(subscribe("7", variables={"n": 1}, operationName="A", extensions={"e": 2})) == Subscribed(
        "7", Request("{ a }", "A", {"n": 1}, {"e": 2})
    )
    protocol.next("7", b'{"data":{"a":1}}')
    protocol.next("7", {"data": {"a": 2}})
    protocol.complete("7")
    assert said(protocol) == [
        {"type": "connection_ack", "payload": {"hello": 1}},
        {"type": "next", "id": "7", "payload": {"data": {"a": 1}}},
        {"type": "next", "id": "7", "payload": {"data": {"a": 2}}},
        {"type": "complete", "id": "7"},
    ]
    assert (protocol.state, protocol.closing, protocol.operations) == (State.READY, None, set())


def test_an_error_ends_an_operation_and_frees_its_id() -> None:
    protocol = ready()
    protocol.receive(subscribe())
    protocol.error("1", [{"message": "no"}])
    protocol.next("1", {"data": None})
    protocol.complete("1")
    assert said(protocol) == [{"type": "error", "id": "1", "payload": [{"message": "no"}]}]
    assert protocol.receive(subscribe()) == Subscribed("1", Request("{ a }"))


@pytest.mark.parametrize("payload", [None, {"a": 1}])
def test_ping_and_pong_pass_at_any_time(payload: Any) -> None:
    for protocol in (ServerProtocol(), ready()):
        ping = {"type": "ping"} if payload is None else {"type": "ping", "payload": payload}
        assert protocol.receive(json.dumps(ping)) == Pinged(payload)
        protocol.pong(payload)
        assert said(protocol) == [{**ping, "type": "pong"}]
        assert protocol.receive(json.dumps({**ping, "type": "pong"})) == Ponged(payload)


# --- the server: breaches, each with its close code ---------------------------------------------------------------------


BREACHES: dict[str, tuple[list[str | bytes], Close]] = {
    "not JSON": (["{"], Close(4400, "Invalid message: not JSON")),
    "not an object": (["[]"], Close(4400, "Invalid message: not an object")),
    "binary": ([b"{}"], Close(4400, "Invalid message: a binary frame")),
    "no type": (["{}"], Close(4400, "Invalid message: unknown type")),
    "unknown type": (['{"type": "start"}'], Close(4400, "Invalid message: unknown type")),
    "type of another kind": (['{"type": ["ping"]}'], Close(4400, "Invalid message: unknown type")),
    "message of the server": ([ACK], Close(4400, "Invalid message: connection_ack from this side")),
    "init payload": (
        ['{"type": "connection_init", "payload": "x"}'],
        Close(4400, "Invalid message: the payload of connection_init must be an object"),
    ),
    "second init": ([INIT, INIT], Close(4429, "Too many initialisation requests")),
    "subscribe first": ([subscribe()], Close(4401, "Unauthorized")),
    "subscribe before the ack": ([INIT, subscribe()], Close(4401, "Unauthorized")),
}


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_before_the_ack_closes(name: str) -> None:
    messages, closing = BREACHES[name]
    protocol = ServerProtocol()
    for message in messages:
        protocol.receive(message)
    assert (protocol.closing, protocol.state, said(protocol)) == (closing, State.CLOSED, [])


OPERATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "no id": ({"payload": {"query": "{a}"}}, "subscribe needs an id, a string of 1 to 256 characters"),
    "empty id": ({"id": "", "payload": {"query": "{a}"}}, "subscribe needs an id, a string of 1 to 256 characters"),
    "id is a number": ({"id": 1, "payload": {"query": "{a}"}}, "subscribe needs an id, a string of 1 to 256 characters"),
    "long id": ({"id": "x" * 257, "payload": {"query": "{a}"}}, "subscribe needs an id, a string of 1 to 256 characters"),
    "no payload": ({"id": "1"}, "subscribe needs a payload"),
    "no query": ({"id": "1", "payload": {}}, "query must be a string"),
    "query is a list": ({"id": "1", "payload": {"query": []}}, "query must be a string"),
    "operationName": ({"id": "1", "payload": {"query": "", "operationName": 1}}, "operationName must be a string"),
    "variables": ({"id": "1", "payload": {"query": "", "variables": []}}, "variables must be an object"),
    "extensions": ({"id": "1", "payload": {"query": "", "extensions": "x"}}, "extensions must be an object"),
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_malformed_subscribe_closes_4400(name: str) -> None:
    content, problem = OPERATIONS[name]
    protocol = ready()
    assert protocol.receive(json.dumps({"type": "subscribe", **content})) is None
    assert protocol.closing == Close(4400, f"Invalid message: {problem}")


def test_null_parameters_count_as_left_out() -> None:
    message = subscribe(operationName=None, variables=None, extensions=None)
    assert ready().receive(message) == Subscribed("1", Request("{ a }"))


def test_a_running_id_is_taken_and_a_finished_one_is_free() -> None:
    protocol = ready()
    protocol.receive(subscribe("1"))
    protocol.receive('{"type": "complete", "id": "1"}')
    assert protocol.receive(subscribe("1")) == Subscribed("1", Request("{ a }"))
    assert protocol.receive(subscribe("1")) is None
    assert protocol.closing == Close(4409, "Subscriber for 1 already exists")


def test_a_message_beyond_the_size_closes_1009() -> None:
    protocol = ServerProtocol(max_size=len(INIT))
    assert protocol.receive(INIT) == Initiated(None)
    protocol.receive(INIT + " ")
    assert protocol.closing == Close(1009, f"Message larger than {len(INIT)} bytes")


def test_the_size_is_counted_in_bytes() -> None:
    protocol = ServerProtocol(max_size=40)
    protocol.receive('{"type": "ping", "payload": {"a": "ééé"}}')
    assert protocol.closing == Close(1009, "Message larger than 40 bytes")


def test_a_lone_surrogate_is_no_message() -> None:
    protocol = ServerProtocol()
    protocol.receive('{"type": "ping", "payload": {"a": "\ud800"}}')
    assert protocol.closing == Close(4400, "Invalid message: not JSON")


# --- the server: time, refusals, races ------------------------------------------------------------------------------------


def test_no_init_in_time_closes_4408() -> None:
    protocol = ServerProtocol()
    protocol.init_timed_out()
    assert protocol.closing == Close(4408, "Connection initialisation timeout")


@pytest.mark.parametrize("acknowledged", [False, True])
def test_the_init_timeout_is_harmless_once_init_came(acknowledged: bool) -> None:
    protocol = ServerProtocol()
    protocol.receive(INIT)
    if acknowledged:
        protocol.acknowledge()
    protocol.init_timed_out()
    assert protocol.closing is None


def test_a_forbidden_init_closes_4403() -> None:
    protocol = ServerProtocol()
    protocol.receive(INIT)
    protocol.forbid()
    assert (protocol.closing, said(protocol)) == (Close(4403, "Forbidden"), [])


def test_what_was_said_before_closing_still_goes_out_and_nothing_after() -> None:
    protocol = ready()
    protocol.receive(subscribe())
    protocol.next("1", {"data": 1})
    protocol.close(1001, "Going away")
    protocol.next("1", {"data": 2})
    protocol.pong()
    protocol.close(4400, "later")
    assert said(protocol) == [{"type": "next", "id": "1", "payload": {"data": 1}}]
    assert protocol.closing == Close(1001, "Going away")
    assert protocol.receive(subscribe("2")) is None


def test_a_complete_that_crosses_a_next_ends_the_operation_once() -> None:
    protocol = ready()
    protocol.receive(subscribe())
    assert protocol.receive('{"type": "complete", "id": "1"}') == Completed("1")
    protocol.next("1", {"data": 1})
    protocol.complete("1")
    protocol.error("1", [{"message": "late"}])
    assert protocol.receive('{"type": "complete", "id": "1"}') is None
    assert (said(protocol), protocol.closing) == ([], None)


def test_a_complete_for_an_unknown_id_is_passed_over() -> None:
    protocol = ready()
    assert protocol.receive('{"type": "complete", "id": "x"}') is None
    assert protocol.closing is None


def test_nothing_is_said_on_a_lost_line() -> None:
    protocol = ready()
    protocol.receive(subscribe())
    protocol.next("1", {"data": 1})
    protocol.lost()
    protocol.next("1", {"data": 2})
    assert (said(protocol), protocol.operations, protocol.closing) == ([], set(), None)


# --- the client -----------------------------------------------------------------------------------------------------------


def test_a_client_from_init_to_complete() -> None:
    protocol = ClientProtocol()
    protocol.init({"token": "t"})
    assert protocol.receive(ACK) == Acknowledged(None)
    protocol.subscribe("1", b'{"query":"{a}"}')
    assert protocol.receive('{"type": "next", "id": "1", "payload": {"data": {"a": 1}}}') == Next(
        "1", {"data": {"a": 1}}
    )
    assert protocol.receive('{"type": "complete", "id": "1"}') == Completed("1")
    assert protocol.receive('{"type": "complete", "id": "1"}') is None
    assert said(protocol) == [
        {"type": "connection_init", "payload": {"token": "t"}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{a}"}},
    ]


def test_a_client_hears_of_errors_once() -> None:
    protocol = connected()
    message = '{"type": "error", "id": "1", "payload": [{"message": "no"}]}'
    assert protocol.receive(message) == Failed("1", [{"message": "no"}])
    assert protocol.receive(message) is None
    assert protocol.closing is None


def test_a_client_passes_over_what_crosses_its_complete() -> None:
    protocol = connected()
    protocol.complete("1")
    protocol.complete("1")
    for late in (
        '{"type": "next", "id": "1", "payload": {}}',
        '{"type": "error", "id": "1", "payload": [{}]}',
        '{"type": "complete", "id": "1"}',
    ):
        assert protocol.receive(late) is None
    assert (said(protocol), protocol.closing) == ([{"type": "complete", "id": "1"}], None)


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ('{"type": "subscribe", "id": "1", "payload": {"query": ""}}', "subscribe from this side"),
        ('{"type": "next", "id": "1", "payload": []}', "next needs a payload"),
        ('{"type": "next", "id": "1"}', "next needs a payload"),
        ('{"type": "error", "id": "1", "payload": {}}', "error needs a list of errors"),
        ('{"type": "error", "id": "1", "payload": []}', "error needs a list of errors"),
        (ACK, "an ack that nobody asked for"),
        ("ka", "not JSON"),
    ],
)
def test_a_client_closes_4400_on_a_malformed_message(message: str, reason: str) -> None:
    protocol = connected()
    assert protocol.receive(message) is None
    assert protocol.closing == Close(4400, f"Invalid message: {reason}")


def test_a_client_takes_no_answer_before_the_ack() -> None:
    protocol = ClientProtocol()
    protocol.init()
    protocol.receive('{"type": "next", "id": "1", "payload": {}}')
    assert protocol.closing == Close(4400, "Invalid message: next before the ack")


def test_no_ack_in_time_closes_4504() -> None:
    protocol = ClientProtocol()
    protocol.init()
    protocol.ack_timed_out()
    assert protocol.closing == Close(4504, "Connection acknowledgement timeout")
    late = connected()
    late.ack_timed_out()
    assert late.closing is None


def test_a_client_may_not_subscribe_early_or_twice() -> None:
    with pytest.raises(ValueError, match="acknowledged"):
        ClientProtocol().subscribe("1", {})
    with pytest.raises(ValueError, match="an id of its own"):
        connected().subscribe("1", {})


def test_both_sides_understand_each_other() -> None:
    client, server = ClientProtocol(), ServerProtocol()

    def exchange() -> list[Any]:
        events: list[Any] = [server.receive(text) for text in client.data_to_send()]
        return [*events, *(client.receive(text) for text in server.data_to_send())]

    client.init({"a": 1})
    assert exchange() == [Initiated({"a": 1})]
    server.acknowledge()
    assert exchange() == [Acknowledged(None)]
    client.subscribe("1", {"query": "{ a }"})
    assert exchange() == [Subscribed("1", Request("{ a }"))]
    server.next("1", b'{"data":null}')
    server.error("1", [{"message": "x"}])
    assert exchange() == [Next("1", {"data": None}), Failed("1", [{"message": "x"}])]
