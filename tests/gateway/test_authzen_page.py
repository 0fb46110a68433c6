"""`docs/authzen.md` keeps up: its exchanges are held with a gateway, and with a decision point that the gateway asks."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.settings import DecisionPointSettings, ExternalDecisionPointSettings
from tests.gateway.library import Library, library, token
from tests.gateway.subgraphs.harness import Line, serving
from tests.gateway.transport.harness import ask, call
from tests.harness import REPOSITORY

PAGE = (REPOSITORY / "docs" / "authzen.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXCHANGES = [(asked, told) for (kind, asked), (_, told) in pairwise(BLOCKS) if kind == "http"]
TOKENS = {"ASKER": token("CLERK", scopes=["pdp:ask"]), "READER": token("READER")}
POINT = DecisionPointSettings("https://graph.example", scope="pdp:ask")


def settings(of: str) -> Any:
    """A section of the YAML on the page."""
    text = next(text for kind, text in BLOCKS if kind == "yaml" and text.startswith(of))
    return msgspec.yaml.decode(text)[of]


@pytest.mark.parametrize("exchange", EXCHANGES, ids=range(len(EXCHANGES)))
async def test_the_exchanges(exchange: tuple[str, str], tmp_path: Path):
    asked, told = exchange
    head, _, body = asked.partition("\n\n")
    line, *rest = head.splitlines()
    method, path = line.split(" ")
    headers = dict(text.split(": ", 1) for text in rest)
    if "Authorization" in headers:
        headers["Authorization"] = re.sub(r"(\w+)$", lambda found: TOKENS[found[1]], headers["Authorization"])
    async with library(tmp_path, decision_point=POINT) as desk:
        reply = await call(desk.app, method, path, headers=headers, body=body.encode())
        grants = desk.app.lifecycle.current.grants
    assert grants is not None
    assert reply.json() == json.loads(told.replace("HASH", grants.release))
    assert reply.headers.get("x-request-id") == headers.get("X-Request-ID")


async def test_the_settings_of_a_decision_point_are_some():
    found = msgspec.convert(settings("decision_point"), DecisionPointSettings)
    assert (found.url, found.scope, found.max_evaluations) == (POINT.url, POINT.scope, POINT.max_evaluations)


@asynccontextmanager
async def listening(questions: list[Any]) -> AsyncGenerator[str]:
    """A decision point that permits everything and remembers what it was asked."""

    async def permit(line: Line) -> None:
        while raw := await line.request():
            questions.append(json.loads(raw.partition(b"\r\n\r\n")[2]))
            await line.answer(b'{"decision":true}')

    async with serving(permit) as server:
        yield server.url


async def test_what_another_one_hears(tmp_path: Path):
    given: dict[str, Any] = {**settings("external_decision_point"), "tls": None, "token": None}
    told = next(json.loads(text) for kind, text in BLOCKS if kind == "json" and "purpose_of_use" in text)
    query = re.findall(r"^For the query `(.*?)` of a clerk", PAGE, re.MULTILINE)[0]
    questions: list[Any] = []
    async with listening(questions) as url:
        point = msgspec.convert({**given, "url": url}, ExternalDecisionPointSettings)
        async with library(tmp_path, external_decision_point=point) as desk:
            reply = await ask(desk.app, query, token=token("CLERK"), headers={"X-Purpose": "stocktaking"})
            assert reply.status == 200
    (question,) = questions
    signature = question["resource"]["id"]
    assert re.fullmatch("[0-9a-f]{64}", signature)
    told["resource"]["id"] = signature
    assert question == told


async def test_a_gateway_understands_the_questions_of_another_one(tmp_path: Path):
    questions: list[Any] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    async with listening(questions) as url, library(tmp_path / "one", decision_point=POINT) as other:
        point = ExternalDecisionPointSettings(url, timeout=5.0, identifiers=("branch", "card"))
        async with library(tmp_path / "two", external_decision_point=point) as desk:
            assert (await ask(desk.app, "{ featured { title } }", token=token("READER"))).status == 200
        assert (await _evaluated(other, questions[0]))["decision"] is True
        questions[0]["resource"]["properties"]["coordinates"].append("Book.price")
        assert (await _evaluated(other, questions[0]))["decision"] is False


async def _evaluated(desk: Library, question: Any) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {TOKENS['ASKER']}"}
    reply = await call(desk.app, path="/access/v1/evaluation", headers=headers, body=json.dumps(question).encode())
    return reply.json()
