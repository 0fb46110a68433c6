"""The subgraphs of both graphs on one port: `python -m tests.performance.gateways.subgraphs PORT`.

A request body is executed by graphql-core when it is first seen, and answered from a dictionary ever after: under load the
subgraphs cost next to nothing, and what is measured is the gateway. Paths are `/small/fleet` and so on; anything else is
answered with the number of requests so far.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, ClassVar

import httptools
import uvloop
from graphql import GraphQLSchema, graphql_sync

from tests.gateway.execution.harness import resolve, subgraph_schema
from tests.performance.gateways.ships import BIG, SMALL, Graph


class Subgraph:
    def __init__(self, graph: Graph, sdl: str) -> None:
        self._graph = graph
        self._schema: GraphQLSchema = subgraph_schema(sdl, graph.world)
        self._known: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        """A whole HTTP response."""
        known = self._known.get(body)
        if known is None:
            known = self._known[body] = _response(json.dumps(self._executed(json.loads(body)), separators=(",", ":")))
        return known

    def _executed(self, request: Any) -> Any:
        return graphql_sync(
            self._schema,
            request["query"],
            root_value=self._graph.world.roots,
            variable_values=request.get("variables"),
            field_resolver=resolve,
            type_resolver=lambda value, _info, _type: value["__typename"],
        ).formatted


class Protocol(asyncio.Protocol):
    subgraphs: ClassVar = {
        f"/{graph.name}/{name}".encode(): Subgraph(graph, sdl)
        for graph in (SMALL, BIG)
        for name, sdl in graph.sdl.items()
    }
    asked = 0

    def __init__(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._body: list[bytes] = []

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        body = b"".join(self._body)
        self._body.clear()
        subgraph = self.subgraphs.get(self._url)
        if subgraph is None:
            self._transport.write(_response(str(Protocol.asked)))
        else:
            Protocol.asked += 1
            self._transport.write(subgraph.answer(body))


def _response(text: str) -> bytes:
    body = text.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
