"""Security case A21: an answer that is not there yet is waited for, and one that does not come is a refusal."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.authorization.caller import Caller
from gateway.pipeline import Pipeline
from tests.gateway.library import library, token
from tests.gateway.transport.harness import ask

QUERY = "{ featured { title price } }"


async def test_a21_who_asks_is_awaited_before_anything_is_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    original = Pipeline._caller  # pyright: ignore[reportPrivateUsage] - where the outcome comes from

    async def late(self: Pipeline, headers: Any) -> Caller | None:
        await asyncio.sleep(0)
        return await original(self, headers)

    monkeypatch.setattr(Pipeline, "_caller", late)
    async with library(tmp_path) as desk:
        assert (await ask(desk.app, QUERY, token=token("READER"))).codes == ["FORBIDDEN"]
        assert (await ask(desk.app, QUERY, token=token("CLERK"))).status == 200


@pytest.mark.parametrize("fault", [RuntimeError("no answer"), TimeoutError(), KeyError("role")])
async def test_a21_an_outcome_that_does_not_come_is_no_permission(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fails(*_: Any, **__: Any) -> Any:
        raise fault

    monkeypatch.setattr("gateway.deciding.decide", fails)
    async with library(tmp_path) as desk:
        reply = await ask(desk.app, QUERY, token=token("CLERK"))
        assert (reply.status, reply.codes, desk.seen) == (500, ["INTERNAL_SERVER_ERROR"], [])
