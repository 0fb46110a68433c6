"""A real browser for tests: Chromium, driven over a pipe by the DevTools protocol, with no name that resolves.

Every request that a page makes is remembered, and so is what it complained of, so that a test can say that there was
none to another host. https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["CHROMIUM", "Page", "open_page"]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""None where there is no browser."""

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)


@dataclass
class Page:
    """One tab. `requests`: the URLs it asked for; `complaints`: errors and warnings of its console."""

    _write: Callable[[bytes], None]
    _session: str = ""
    requests: list[str] = field(default_factory=list[str])
    complaints: list[str] = field(default_factory=list[str])
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _waiting: dict[int, asyncio.Future[dict[str, Any]]] = field(
        default_factory=dict[int, "asyncio.Future[dict[str, Any]]"]
    )

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol."""
        number = next(self._numbers)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._write(json.dumps(message).encode() + b"\0")
        async with asyncio.timeout(30):
            reply = await waiting
        assert "error" not in reply, (method, reply["error"])
        return reply["result"]

    async def attach(self) -> None:
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Network", "Runtime", "Log", "Page"):
            await self.call(f"{domain}.enable")

    def receive(self, message: dict[str, Any]) -> None:
        if (waiting := self._waiting.pop(message.get("id", -1), None)) is not None and not waiting.done():
            waiting.set_result(message)
        parameters = message.get("params", {})
        match message.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(parameters["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(parameters["url"])
            case "Runtime.exceptionThrown":
                self.complaints.append(str(parameters["exceptionDetails"].get("exception", {}).get("description")))
            case "Log.entryAdded" if parameters["entry"]["level"] in {"warning", "error"}:
                self.complaints.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" if parameters["type"] in {"warning", "error", "assert"}:
                self.complaints.append(str(parameters["args"]))
            case _:
                pass

    async def go(self, url: str) -> None:
        await self.call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression; promises are awaited."""
        reply = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in reply, reply["exceptionDetails"]
        return reply["result"].get("value")

    async def until(self, script: str, seconds: float = 45) -> Any:
        """Wait until an expression is true; return its value."""
        value: Any = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not (value := await self.evaluate(script)):  # noqa: ASYNC110 - nothing tells us
                    await asyncio.sleep(0.1)
        if not value:
            raise AssertionError(f"never true: {script}\n{self.complaints}\n{await self.text()}")
        return value

    async def text(self) -> str:
        """What the page shows."""
        return str(await self.evaluate("document.body.innerText"))

    async def paste(self, selector: str, text: str) -> None:
        """Focus an element and insert text there, as a paste does."""
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.call("Input.insertText", text=text)

    async def screenshot(self) -> bytes:
        """A PNG of what is in view."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])


@contextlib.asynccontextmanager
async def open_page(profile: Path) -> AsyncGenerator[Page]:
    """A fresh browser with one empty tab; it is gone afterwards."""
    assert CHROMIUM is not None
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    # The browser reads from descriptor 3 and writes to 4, each message ended by a zero byte.
    script = f'exec "$0" "$@" 3<&{to_read} 4>&{from_write}'
    with (profile.parent / f"{profile.name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *("/bin/bash", "-c", script, CHROMIUM, *_FLAGS, f"--user-data-dir={profile}"),
            pass_fds=(to_read, from_write),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Its own idea of a home, so that a person's browser settings play no part.
            env={**os.environ, "HOME": str(profile.parent)},
        )
    os.close(to_read)
    os.close(from_write)
    stream = asyncio.StreamReader(limit=64 * 1024 * 1024)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(from_read, "rb")
    )
    page = Page(lambda data: _write_all(to_write, data))
    listener = asyncio.create_task(_listen(stream, page.receive))
    try:
        await page.attach()
        yield page
    finally:
        await _end(process, listener)
        transport.close()
        os.close(to_write)


async def _listen(stream: asyncio.StreamReader, receive: Callable[[dict[str, Any]], None]) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError):
        while True:
            receive(json.loads((await stream.readuntil(b"\0"))[:-1]))


async def _end(process: asyncio.subprocess.Process, listener: asyncio.Task[None]) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(10):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
    listener.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await _finished(listener)


async def _finished(task: Awaitable[None]) -> None:
    await task


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
