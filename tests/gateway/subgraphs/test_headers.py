"""Header rules: what goes to a subgraph and back, and what never does (security case T14)."""

from __future__ import annotations

import pytest

from gateway.subgraphs.headers import compile_rules

CLIENT = {
    b"host": b"gateway.example",
    b"authorization": b"Bearer t",
    b"content-type": b"application/json",
    b"cookie": b"session=1",
    b"x-tenant": b"12",
    b"x-app-version": b"3",
    b"x-app-secret": b"s",
    b"x-forwarded-for": b"10.0.0.1",
    b"forwarded": b"for=10.0.0.1",
    b"sec-websocket-key": b"k",
    b"traceparent": b"00",
    b"x-b3-traceid": b"1" * 32,
    b"decision-context": b"forged",
    b"transfer-encoding": b"chunked",
    b"user-agent": b"test",
}


def sent(headers: dict[bytes, bytes] | None = None, **rules: object) -> bytes:
    return compile_rules(**rules).lines(CLIENT if headers is None else headers)  # type: ignore[arg-type]


def test_nothing_travels_by_itself() -> None:
    rules = compile_rules()
    assert not rules.asks
    assert rules.lines(CLIENT) == b""


def test_by_name_in_any_case_and_only_when_it_is_there() -> None:
    assert sent(propagate=["X-Tenant", "X-Other"]) == b"x-tenant: 12\r\n"


def test_by_pattern() -> None:
    assert sent(propagate=["x-app-*"]) == b"x-app-version: 3\r\nx-app-secret: s\r\n"
    assert sent(propagate=["*-version"]) == b"x-app-version: 3\r\n"
    assert sent(propagate=["x-*-version"]) == b"x-app-version: 3\r\n"
    assert sent({b"x-ab": b"1"}, propagate=["x-ab*b"]) == b""


def test_renamed_inserted_and_removed() -> None:
    assert sent(rename={"x-tenant": "X-Customer"}) == b"x-customer: 12\r\n"
    assert sent(insert={"X-Source": "gateway"}) == b"x-source: gateway\r\n"
    assert sent(propagate=["x-app-*"], remove=["x-app-secret"]) == b"x-app-version: 3\r\n"
    assert sent(propagate=["x-tenant", "x-app-*"], remove=["x-*"], insert={"x-a": "1"}) == b""


def test_an_inserted_value_replaces_what_a_client_sent() -> None:
    for rules in (
        {"propagate": ["x-tenant"]},
        {"propagate": ["x-*"], "remove": ["x-app-*"]},
        {"rename": {"x-app-version": "x-tenant"}},
    ):
        assert sent(insert={"x-tenant": "0"}, **rules) == b"x-tenant: 0\r\n"  # type: ignore[arg-type]


def test_t14_a_pattern_for_everything_leaves_out_what_never_travels() -> None:
    assert sent(propagate=["*"]) == b"x-tenant: 12\r\nx-app-version: 3\r\nx-app-secret: s\r\nuser-agent: test\r\n"


def test_a_credential_travels_by_name_only() -> None:
    assert b"authorization" not in sent(propagate=["*", "auth*"])
    assert sent(propagate=["Authorization"]) == b"authorization: Bearer t\r\n"


def test_t14_what_a_client_says_is_of_its_connection_stays_there() -> None:
    headers = {b"connection": b"close, X-Tenant", b"x-tenant": b"1", b"x-app-a": b"2"}
    assert sent(headers, propagate=["x-tenant", "x-app-*", "x-ten*"]) == b"x-app-a: 2\r\n"


@pytest.mark.parametrize("value", [b"a\r\nx-evil: 1", b"a\nb", b"\x00", b"caf\xc3\xa9", b"a\x7f"])
def test_a_value_that_is_no_plain_text_stays_behind(value: bytes) -> None:
    assert sent({b"x-tenant": value, b"x-app-a": value}, propagate=["x-tenant", "x-app-*"]) == b""


def test_a_name_that_is_none_stays_behind() -> None:
    assert sent({b"x-a b": b"1", b"x-\xe9": b"1", b"x-a:": b"1", b"x-a\r\nx-evil": b"1"}, propagate=["x-*"]) == b""


NEVER = (
    "Connection Keep-Alive Proxy-Authorization TE Trailer Transfer-Encoding Upgrade Cookie Host Forwarded X-Forwarded-For "
    "X-Real-IP Via Sec-WebSocket-Key Sec-Fetch-Mode Content-Length Content-Type Content-Encoding Accept Decision-Context "
    "X-B3-TraceId traceparent"
)


@pytest.mark.parametrize("name", NEVER.split())
def test_t14_what_never_travels_cannot_be_configured(name: str) -> None:
    for rules in ({"propagate": [name]}, {"rename": {name: "x-a"}}, {"rename": {"x-a": name}}, {"insert": {name: "1"}}):
        with pytest.raises(ValueError, match=f"^the header {name} never goes to a subgraph$"):
            compile_rules(**rules)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["Content-Length", "Cache-Control", "Location", "Access-Control-Allow-Origin", "Connection"]
)
def test_what_never_goes_back_cannot_be_configured(name: str) -> None:
    with pytest.raises(ValueError, match=f"^the header {name} never goes back to a client$"):
        compile_rules(respond=[name])


@pytest.mark.parametrize("name", ["", "x a", "x:", "é", "x-*-*", "x\r\ny"])
def test_names_that_are_none_cannot_be_configured(name: str) -> None:
    for rules in ({"propagate": [name]}, {"remove": [name]}):
        with pytest.raises(ValueError, match=r"name|more than one"):
            compile_rules(**rules)  # type: ignore[arg-type]


def test_inserted_values_cannot_smuggle() -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        compile_rules(insert={"x-a": "1\r\nx-b: 2"})
