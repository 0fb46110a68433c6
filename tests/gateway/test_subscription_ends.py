"""What still waits for a client when its source has ended is not given out after the token, nor without a record (security case A17)."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from gateway.authorization.caller import Caller
from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.execution.sharing import Answer, Buffering, Subscriber
from gateway.subscriptions import Subscription

FIRST, SECOND = b'{"data":{"n":1}}', b'{"data":{"n":2}}'


class Unrecorded:
    """Nothing can be recorded after the first."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def keep(self, _: Caller | None, seen: Any, refused: GatewayError | None = None) -> None:
        if self.kept:
            raise GatewayError(GraphQLIssue("Nothing can be recorded.", Code.AUDIT_UNAVAILABLE))
        self.kept.append(seen)


def ended(*answers: bytes, expires_in: float = 600, recording: Any = None) -> tuple[Subscription, list[Subscriber]]:
    """A subscription whose source has ended while `answers` wait, and who left its upstream."""
    left: list[Subscriber] = []
    subscriber = Subscriber(Buffering(), left.append)
    caller = Caller("READER", {}, frozenset(), expires_at=int(time.time() + expires_in))
    opening: Any = SimpleNamespace(
        compiled=SimpleNamespace(plan=SimpleNamespace(operation=None)),
        caller=caller,
        renewable=True,
        recording=recording,
        consultation=None,
    )
    shown: Any = None
    owner: Any = SimpleNamespace(forget=lambda *_: None)
    found = Subscription(owner, subscriber, opening, shown, margin=0)
    for body in answers:
        subscriber.offer(Answer(body, seen=body))
    subscriber.finish()
    return found, left


def codes(body: bytes) -> list[str]:
    return [error["extensions"]["code"] for error in orjson.loads(body)["errors"]]


async def test_what_waits_is_given_out_when_the_source_has_ended():
    found, left = ended(FIRST, SECOND)
    assert [answer async for answer in found] == [FIRST, SECOND]
    assert (found.code, len(left)) == ("", 1)
    found.close()


async def test_a17_what_waits_is_not_given_out_after_the_token():
    found, left = ended(FIRST, SECOND, expires_in=-1)
    heard = [answer async for answer in found]
    assert [codes(answer) for answer in heard] == [["TOKEN_EXPIRED"]]
    assert (found.code, len(left)) == ("TOKEN_EXPIRED", 1)
    found.close()


async def test_a_subscription_whose_source_ended_is_ended_at_once_by_us_too():
    found, left = ended(FIRST, SECOND)
    found.end(GraphQLIssue("No longer.", Code.FORBIDDEN))
    found.end(GraphQLIssue("No longer again.", Code.TOKEN_EXPIRED))
    assert [codes(answer) async for answer in found] == [["FORBIDDEN"]]
    assert (found.code, len(left)) == ("FORBIDDEN", 1)
    found.close()


async def test_an_end_after_the_last_answer_adds_nothing():
    found, _ = ended(FIRST)
    assert await anext(found) == FIRST
    found.end(GraphQLIssue("No longer.", Code.FORBIDDEN))
    with pytest.raises(StopAsyncIteration):
        await anext(found)
    assert found.code == ""
    found.close()


@pytest.mark.parametrize("waiting", [(FIRST, SECOND), (FIRST, SECOND, FIRST)])
async def test_nothing_that_waits_leaves_without_a_record(waiting: tuple[bytes, ...]):
    recording = Unrecorded()
    found, left = ended(*waiting, recording=recording)
    first, *rest = [answer async for answer in found]
    assert (first, [codes(answer) for answer in rest]) == (FIRST, [["AUDIT_UNAVAILABLE"]])
    assert (recording.kept, found.code, len(left)) == ([FIRST], "AUDIT_UNAVAILABLE", 1)
    found.close()
