"""The floor: what the *small* graph costs when its plan is written by hand. `python -m tests.performance.gateways.floor PORT BASE`.

No limits, no checks, no nulls, no errors, no telemetry, no second query: the server (uvicorn, raw ASGI), the exchanges, JSON,
and one merge. A gateway in Python cannot cost less, and what it costs more is the price of being one.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any
from urllib.parse import urlsplit

import httptools
import orjson
import uvicorn

ROOT = b'{"query":"query($page:Page!){ships(page:$page){imo name flag length}}","variables":'
BERTHS = b'{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Ship{berth terminal}}}","variables":{"r":'
CREWS = b'{"query":"query($r:[_Any!]!){_entities(representations:$r){...on Ship{draught crew note}}}","variables":{"r":'


class Connection(asyncio.Protocol):
    idle: list[Connection] = []  # noqa: RUF012 - one pool for all of them

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._parts: list[bytes] = []
        self.waiter: asyncio.Future[bytes]

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        body = b"".join(self._parts)
        self._parts.clear()
        self.idle.append(self)
        self.waiter.set_result(body)


class Floor:
    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._place = parts.hostname or "", parts.port or 80
        self._heads = {
            name: f"POST /small/{name} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ".encode()
            for name in ("fleet", "berths", "crews")
        }

    async def _post(self, name: str, body: bytes) -> Any:
        loop = asyncio.get_running_loop()
        if Connection.idle:
            connection = Connection.idle.pop()
        else:
            _, connection = await loop.create_connection(Connection, *self._place)
        connection.waiter = loop.create_future()
        connection.transport.write(b"%b%d\r\n\r\n%b" % (self._heads[name], len(body), body))
        return orjson.loads(await connection.waiter)["data"]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            return
        request = orjson.loads((await receive())["body"])
        ships = (await self._post("fleet", ROOT + orjson.dumps(request["variables"]) + b"}"))["ships"]
        keys = orjson.dumps([{"__typename": "Ship", "imo": ship["imo"]} for ship in ships]) + b"}}"
        berths, crews = await asyncio.gather(self._post("berths", BERTHS + keys), self._post("crews", CREWS + keys))
        for ship, berth, crew in zip(ships, berths["_entities"], crews["_entities"], strict=True):
            ship.update(berth)
            ship.update(crew)
        body = orjson.dumps({"data": {"ships": ships}})
        head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(
        Floor(sys.argv[2]),
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
