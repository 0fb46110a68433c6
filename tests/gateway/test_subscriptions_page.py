"""`docs/subscriptions.md` keeps up: its conversations are held with a gateway, its tables are what the code has."""

from __future__ import annotations

import json
import re
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from gateway.errors import Code
from gateway.settings import SubscriptionSettings
from gateway.streams.protocol import CloseCode
from tests.gateway.library import token
from tests.gateway.streaming.harness import DUNE, EMMA, EventSource, Street, bearer, events, street
from tests.gateway.streaming.shop import END
from tests.harness import REPOSITORY

PAGE = (REPOSITORY / "docs" / "subscriptions.md").read_text()
BLOCKS = re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SOLD = {"Dune": DUNE, "Emma": EMMA}


def conversations(first: str) -> list[list[tuple[str, str]]]:
    """The blocks that begin so, as (arrow, text)."""
    found = [block for block in BLOCKS if block.startswith(first)]
    return [[(line[0], line[2:]) for line in block.splitlines()] for block in found]


def tokens() -> dict[str, str]:
    now = int(time.time())
    return {
        "ANN": token("READER", exp=now + 300),
        "ANN-LATER": token("READER", exp=now + 500, jti="later"),
        "CLERK": token("CLERK", exp=now + 500),
        "EXPIRED": token("READER", iat=now - 700, exp=now - 100),
    }


def meant(text: str, given: dict[str, str]) -> Any:
    """What a line of the page says, with the tokens of this run."""
    return json.loads(re.sub(r"Bearer ([A-Z-]+)", lambda found: bearer(given[found[1]]), text))


def publish(town: Street, expected: Any) -> None:
    sold = (expected.get("data") or {}).get("sold")
    if sold is not None:
        town.shop.publish(SOLD[sold["title"]])


async def test_the_conversations_over_websocket(tmp_path: Path) -> None:
    held = conversations("→ {")
    async with street(tmp_path, grants=True) as town:
        for lines in held:
            given = tokens()
            later = int(time.time()) + 500
            async with town.socket(ready=False) as client:
                for arrow, text in lines:
                    message = meant(text, given)
                    if arrow == "→":
                        await client.raw.send(json.dumps(message))
                        if message["type"] == "subscribe" and "ANN" in text and "sold { title" in text:
                            await town.shop.streams(1)
                        continue
                    if message["type"] == "next":
                        publish(town, message["payload"])
                    heard = await client.hear()
                    if "expiresAt" in (message.get("payload") or {}):
                        assert abs(heard["payload"].pop("expiresAt") - later) <= 2
                        del message["payload"]["expiresAt"]
                    assert heard == message
            await town.quiet()
    assert len(held) == 4


async def test_the_end_before_the_token(tmp_path: Path) -> None:
    (lines,) = [lines for lines in conversations("← {") if "TOKEN_EXPIRED" in lines[0][1]]
    async with street(tmp_path, grants=True, subscriptions=SubscriptionSettings(expiry_margin=298)) as town:
        now = int(time.time())
        async with town.socket() as client:
            own = bearer(token("READER", exp=now + 301))
            await client.subscribe("subscription { sold { title } }", extensions={"authorization": own})
            assert [await client.hear() for _ in lines] == [json.loads(text) for _, text in lines]


async def test_the_events_of_one_request(tmp_path: Path) -> None:
    request = next(block for block in BLOCKS if block.startswith("POST /graphql HTTP/1.1"))
    answer = next(block for block in BLOCKS if block.startswith(":\n"))
    head, _, body = request.strip().partition("\n\n")
    headers = dict(line.split(": ", 1) for line in head.splitlines()[1:])
    async with street(tmp_path, grants=True) as town:
        ann = headers["Authorization"].replace("ANN", tokens()["ANN"])
        async with events(town.port, body=json.loads(body), Accept=headers["Accept"], Authorization=ann) as stream:
            await town.shop.streams(1)
            for item in (DUNE, EMMA, END):
                town.shop.publish(item)
            assert (await stream.unframed()).decode() == answer


async def test_the_conversation_over_a_single_connection(tmp_path: Path) -> None:
    (lines,) = conversations("→ PUT")
    chosen = SubscriptionSettings(single_connection=True)
    async with street(tmp_path, grants=True, subscriptions=chosen) as town, AsyncExitStack() as stack:
        ann, reserved = bearer(token("READER")), ""
        stream: EventSource | None = None
        status, answered = 0, b""
        for arrow, text in lines:
            if arrow == "←" and text.startswith("event"):
                name, _, data = text.removeprefix("event: ").partition(" ")
                publish(town, json.loads(data).get("payload", {}))
                assert stream is not None
                assert await stream.event() == (name, json.loads(data))
            elif arrow == "←":
                assert status == int(text.split()[0])
                reserved = reserved or answered.decode()
            else:
                method, path, *rest = text.split(" ", 2)
                more = {"X_GraphQL_Event_Stream_Token": reserved} if "token=" not in path and reserved else {}
                asked = events(
                    town.port,
                    method,
                    path.replace("STREAM", reserved),
                    body=json.loads(rest[0]) if rest else None,
                    Accept="text/event-stream" if method == "GET" else "*/*",
                    Authorization="" if method == "GET" else ann,
                    **more,
                )
                reply = await stack.enter_async_context(asked)
                status = reply.status
                if method == "GET":
                    stream = reply
                else:
                    answered = await reply.content()
                if "sold" in text:
                    await town.shop.streams(1)
                if method == "DELETE":
                    await town.shop.streams(0)


def test_the_close_codes_are_those_of_the_code() -> None:
    rows = {int(code) for code in re.findall(r"^\| (\d{4}) \|", PAGE, re.MULTILINE)}
    assert rows == set(CloseCode) - {CloseCode.NORMAL, CloseCode.INTERNAL, CloseCode.ACK_TIMEOUT}


def test_the_codes_that_end_a_subscription_are_codes() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)
    assert rows
    assert set(rows) <= {code.name for code in Code}
