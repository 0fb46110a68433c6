"""One exchange on a connection of its own, with whom the gateway asks seldom: an autorisatieserver, a collector of traces."""

from __future__ import annotations

import asyncio
import ssl

from gateway.subgraphs.connection import Connection, ExchangeError, Response
from gateway.subgraphs.endpoint import Target

__all__ = ["ask_once"]


async def ask_once(
    target: Target, method: str, body: bytes = b"", *, seconds: float, max_answer: int = 4 * 1024 * 1024
) -> Response:
    """Send JSON and return the JSON that comes back, whatever its status. Raises `OSError` (`TimeoutError` among them) when nothing
    comes in `seconds`, to connect and to answer each.
    """
    head = f"{method} {target.path} HTTP/1.1\r\nHost: {target.authority}\r\nAccept: application/json\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    data = f"{head}Connection: close\r\n\r\n".encode("ascii") + body
    connection = await asyncio.wait_for(_connected(target, max_answer), seconds)
    try:
        return await connection.request(data, asyncio.get_running_loop().time() + seconds)
    except ExchangeError as error:
        raise ConnectionError(error.kind.value) from None
    finally:
        connection.abort()


async def _connected(target: Target, max_answer: int) -> Connection:
    loop = asyncio.get_running_loop()

    def made() -> Connection:
        return Connection(loop, max_answer)

    if target.unix is not None:
        _, connection = await loop.create_unix_connection(made, target.unix)
    else:
        context = ssl.create_default_context() if target.tls else None
        _, connection = await loop.create_connection(made, target.host, target.port, ssl=context)
    return connection
