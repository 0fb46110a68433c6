"""A caller of whom only the rights are told, and what tells two callers apart."""

from __future__ import annotations

from dataclasses import replace

from gateway.authorization.caller import Caller
from tests.gateway.authorization.harness import refused
from tests.gateway.authorization.library import grants

QUERY = "{ books { title } }"


def test_a_caller_of_whom_nothing_is_told():
    caller = Caller(None, {}, frozenset())
    assert {name: getattr(caller, name) for name in Caller.__dataclass_fields__} == {
        "role": None,
        "identifiers": {},
        "scopes": frozenset(),
        "subject": "",
        "actor": None,
        "token_id": "",
        "expires_at": 0,
        "audience": "",
        "key": "",
        "issuer": "",
        "name": "",
        "shadow_role": None,
    }
    assert refused(grants(), caller, QUERY) == ["Book.title: role"]


def test_a_name_and_a_role_to_compare_with_tell_nobody_apart():
    caller = Caller("CLERK", {"branch": "1"}, frozenset({"all"}), subject="a", name="one", shadow_role="CLERK")
    other = replace(caller, name="two", shadow_role=None)
    assert (other == caller, refused(grants(), other, QUERY)) == (True, refused(grants(), caller, QUERY))
    assert replace(caller, subject="b") != caller
