"""§1 `@key` on interfaces: which keys of an implementation serve the interface's."""

from __future__ import annotations

import pytest

from tests.gateway.composition.harness import codes

NOT_ON_IMPLEMENTATION = ["INTERFACE_KEY_NOT_ON_IMPLEMENTATION"]


@pytest.mark.parametrize(
    ("interface", "implementation", "expected"),
    [
        ('@key(fields: "id")', '@key(fields: "id")', []),
        ('@key(fields: "id k")', '@key(fields: "k id")', []),
        ('@key(fields: "id o { a b }")', '@key(fields: "o { b, a } id")', []),
        ('@key(fields: "id", resolvable: false)', '@key(fields: "id")', []),
        ('@key(fields: "id", resolvable: false)', '@key(fields: "id", resolvable: false)', []),
        ('@key(fields: "id")', '@key(fields: "id", resolvable: false)', NOT_ON_IMPLEMENTATION),
        ('@key(fields: "id")', '@key(fields: "id k")', NOT_ON_IMPLEMENTATION),
        ('@key(fields: "id")', "", NOT_ON_IMPLEMENTATION),
    ],
)
def test_a_key_of_the_implementation_that_lets_in_as_many_in_any_order(
    interface: str, implementation: str, expected: list[str]
):
    fields = "{ id: ID! k: ID! o: O }"
    sdl = f"type Query {{ i: I }} interface I {interface} {fields} type T implements I {implementation} {fields}"
    assert codes(a=f"{sdl} type O {{ a: Int b: Int }}") == expected
