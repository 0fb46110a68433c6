"""From claims to the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gateway.authorization.caller import Caller
from gateway.authorization.claims import party_of
from gateway.authorization.language.model import Role
from gateway.authorization.language.problems import Position
from gateway.errors import GatewayError
from gateway.identity import caller as module
from gateway.identity.caller import caller_of, scopes_of

CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "sub": "20001000001131",
    "aud": "https://netwerk.example/graphql",
    "exp": 1_800_003_600,
    "jti": "one",
    "scopes": ["a:read", "b:read"],
    "uzovi": "5050",
    "instantie_naam": "Zorgkantoor",
}


@pytest.fixture(autouse=True)
def roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """The roles section is authorization's; here it is one rule."""

    def by_uzovi(grants: Any, claims: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
        if "agb" in claims and "uzovi" in claims:
            raise ValueError("two")
        return ("ZORGKANTOOR", {"uzovi": claims["uzovi"]}) if "uzovi" in claims else (None, {})

    monkeypatch.setattr(module, "caller_from_claims", by_uzovi)


GRANTS: Any = object()


def test_a_caller():
    assert caller_of(CLAIMS, GRANTS) == Caller(
        role="ZORGKANTOOR",
        identifiers={"uzovi": "5050"},
        scopes=frozenset({"a:read", "b:read"}),
        subject="20001000001131",
        actor=None,
        token_id="one",
        expires_at=1_800_003_600,
        audience="https://netwerk.example/graphql",
        issuer="https://issuer.example",
    )
    assert caller_of(CLAIMS, GRANTS).name == "Zorgkantoor"  # which tells nobody apart


@pytest.mark.parametrize(
    ("named", "accepted", "expected"),
    [
        (["a", "b"], None, "a b"),
        (["a", "b"], {"b", "c"}, "b"),
        ("a", {"b"}, ""),
        ("a", set[str](), ""),
    ],
)
def test_a_token_opens_what_its_issuer_can_open(named: Any, accepted: set[str] | None, expected: str):
    assert caller_of({**CLAIMS, "aud": named}, GRANTS, audiences=accepted).audience == expected


@pytest.mark.parametrize("value", [["5050"], {"code": "5050"}])
def test_an_identifier_that_is_no_text_identifies_nobody(value: Any, monkeypatch: pytest.MonkeyPatch):
    role = Role("ZORGKANTOOR", {}, {"uzovi": "[0-9]{4}"}, {}, Position(1, 1))
    monkeypatch.setattr(module, "caller_from_claims", lambda _, claims: party_of({role.name: role}, claims))
    with pytest.raises(GatewayError) as caught:
        caller_of({**CLAIMS, "uzovi": value}, GRANTS)
    message = "The access token does not identify one party."
    assert (caught.value.status, [issue.message for issue in caught.value.issues]) == (401, [message])
    shadowed = caller_of({**CLAIMS, "uzovi": value}, None, GRANTS)
    assert (shadowed.role, shadowed.shadow_role) == (None, None)


def test_two_parties_by_a_second_grants_file_are_none():
    caller = caller_of({**CLAIMS, "agb": "12345678"}, None, GRANTS)
    assert (caller.role, caller.shadow_role) == (None, None)


def test_who_acts_for_another():
    assert caller_of({**CLAIMS, "act": {"sub": "20001000001262"}}, GRANTS).actor == "20001000001262"
    for act in (None, "x", {}, {"sub": None}, {"sub": 1}):
        assert caller_of({**CLAIMS, "act": act}, GRANTS).actor is None


def test_a_party_without_role_is_a_caller_without_rights():
    claims = {key: value for key, value in CLAIMS.items() if key != "uzovi"}
    caller = caller_of(claims, GRANTS)
    assert (caller.role, caller.identifiers) == (None, {})


def test_two_parties_at_once_are_refused():
    with pytest.raises(GatewayError) as caught:
        caller_of({**CLAIMS, "agb": "12345678"}, GRANTS)
    assert (caught.value.status, caught.value.issues[0].code.name) == (401, "UNAUTHENTICATED")
    assert "5050" not in str(caught.value)


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scopes": ["a", "b", "a"]}, {"a", "b"}),
        ({"scope": "a  b"}, {"a", "b"}),
        ({"scopes": ["a"], "scope": "b"}, {"a"}),
        ({"scopes": [], "scope": "b"}, set()),
        ({"scopes": ["a", 7, None, ""]}, {"a"}),
        ({"scopes": "a b"}, set()),
        # RFC 6749 §3.3: a scope has no space, quote, backslash or control character.
        ({"scopes": ["a b", 'a"', "a\\", "a\n", "é", "ok!"]}, {"ok!"}),
        ({"scope": 'a" b\\ \x7f ok~'}, {"ok~"}),
        ({"scope": ["a"]}, set()),
        ({}, set()),
    ],
)
def test_scopes(claims: dict[str, Any], scopes: set[str]):
    assert scopes_of(claims) == scopes


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (["a", "b"], "a b"),
        (["a", 7, None, "a b", "", " c", "d"], "a d"),
        ("a b", ""),
        ([], ""),
    ],
)
def test_the_audiences_are_told_apart_by_spaces(audience: Any, expected: str):
    assert caller_of({**CLAIMS, "aud": audience}, GRANTS).audience == expected


@pytest.mark.parametrize(
    ("confirmation", "expected"),
    [
        ({"x5t#S256": "c"}, "c"),
        ({"jkt": "k"}, "k"),
        ({"x5t#S256": 1, "jkt": "k"}, "k"),
        ({}, ""),
        ("c", ""),
        (None, ""),
    ],
)
def test_what_a_token_is_bound_to(confirmation: Any, expected: str):
    assert caller_of({**CLAIMS, "cnf": confirmation}, GRANTS).key == expected


def test_without_grants_nobody_has_a_role():
    caller = caller_of(CLAIMS, None)
    assert (caller.role, caller.identifiers, caller.scopes) == (None, {}, {"a:read", "b:read"})


def test_the_role_of_a_second_grants_file_is_told_and_decides_nothing(monkeypatch: pytest.MonkeyPatch):
    found = {id(GRANTS): ("ZORGKANTOOR", {"uzovi": "5050"}), 1: ("OTHER", {"card": "x"})}
    monkeypatch.setattr(module, "caller_from_claims", lambda grants, claims: found[1 if grants == 1 else id(grants)])
    second: Any = 1
    caller = caller_of(CLAIMS, GRANTS, second)
    assert (caller.role, caller.identifiers, caller.shadow_role) == ("ZORGKANTOOR", {"uzovi": "5050"}, "OTHER")
    assert caller_of(CLAIMS, GRANTS).shadow_role is None
    assert caller_of(CLAIMS, GRANTS) == caller
