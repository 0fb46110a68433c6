"""A policy decision point of somebody else's, as a process: `python decision_point.py MODE LOG`, prints its port.

It speaks HTTP/1.1 by hand, so that it can also speak it badly. Each request is a line of LOG: its head and its body. In the mode `told` the mode is
what stands in the file `mode` beside LOG when a question comes; `by purpose` refuses the one that stands in `refused`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

OTHERS: dict[str, bytes] = {
    "text": b'{"decision":"true"}',
    "number": b'{"decision":1}',
    "none": b"{}",
    "list": b'[{"decision":true}]',
    "html": b"<html>true</html>",
    "empty": b"",
    "flood": b'{"decision":true,"x":"' + b"x" * 100_000 + b'"}',
}
STATUSES = {
    "error": "500 Oops",
    "denied": "403 Forbidden",
    "created": "201 Created",
    "elsewhere": "307 Temporary Redirect",
}


def now(mode: str, log: Path) -> str:
    return log.with_name("mode").read_text() if mode == "told" else mode


def permits(purpose: str, log: Path) -> bool:
    refused = log.with_name("refused")
    return not refused.exists() or refused.read_text() != purpose


def answer(mode: str, body: bytes, port: int, log: Path) -> bytes:
    permitted = b'{"decision":true}'
    if mode == "by scopes":
        scopes = json.loads(body)["subject"]["properties"]["scopes"]
        permitted = json.dumps({"decision": "reviews:read" in scopes}).encode()
    elif mode == "by purpose":
        permitted = json.dumps({"decision": permits(json.loads(body)["context"]["purpose_of_use"], log)}).encode()
    elif mode == "no":
        permitted = b'{"decision":false,"context":{"reason":"secret reason"}}'
    content = OTHERS.get(mode, permitted)
    place = f"Location: http://127.0.0.1:{port}/yes\r\n" if mode == "elsewhere" else ""
    head = f"HTTP/1.1 {STATUSES.get(mode, '200 OK')}\r\nContent-Type: application/json\r\n{place}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


async def main(given: str, log: Path) -> None:
    port = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next(line for line in head.lower().splitlines() if line.startswith("content-length:"))
                body = await reader.readexactly(int(length.partition(":")[2]))
                with log.open("a") as file:
                    file.write(json.dumps({"head": head, "body": json.loads(body)}) + "\n")
                mode = now(given, log)
                if mode == "silent":
                    await reader.read()
                    return
                if mode == "cut":
                    writer.write(answer("yes", body, port, log)[:-5])
                    await writer.drain()
                    return
                if mode == "garbage":
                    writer.write(b"\x16\x03\x01 no http\r\n\r\n")
                    return
                writer.write(answer(mode, body, port, log))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
