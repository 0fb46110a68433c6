"""The served register: TCP and unix socket at once, and what a start that cannot succeed says."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import socket
import stat
import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import asyncpg
import orjson
import pytest

from registers.common.definition import RegisterDefinition
from registers.common.server import Listen, ServeError, serve
from registers.common.shell import register_app
from tests.harness import request
from tests.registers.common.example import REGISTER
from tests.registers.common.keys import Keys
from tests.registers.common.test_shell import make_settings, register_url

__all__ = ["register_url"]  # a fixture of that module


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, context: str) -> int:
    body = orjson.dumps({"query": "{ huis { naam } }"})
    lines = [
        "POST /graphql HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        # Nobody gets closer by saying so.
        "X-Forwarded-For: unix",
        f"Decision-Context: {context}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])


@contextlib.asynccontextmanager
async def served(url: str, keys: Keys, listen: Listen) -> AsyncGenerator[None]:
    import uvicorn

    app = register_app(REGISTER, make_settings(url, keys, unix=listen.unix))
    servers: list[uvicorn.Server] = []

    class Remembered(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            servers.append(self)

        @contextlib.contextmanager
        def capture_signals(self):  # type: ignore[no-untyped-def]  # the test process keeps its own
            yield

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("registers.common.server.Server", Remembered)
        task = asyncio.create_task(serve(app, listen))
        while not (servers and servers[0].started):
            assert not task.done(), task
            await asyncio.sleep(0.01)
        yield
        servers[0].should_exit = True
        await task


async def test_a_decision_context_counts_on_the_unix_socket_only(register_url: str, keys: Keys, tmp_path: Path) -> None:
    listen = Listen(port=free_port(), unix=tmp_path / "r.sock")
    assert listen.unix is not None
    async with served(register_url, keys, listen):
        assert stat.S_IMODE(listen.unix.stat().st_mode) == 0o600
        context = keys.context("MAKELAAR")
        assert await post(*await asyncio.open_unix_connection(listen.unix), context) == 200
        assert await post(*await asyncio.open_connection("127.0.0.1", listen.port), context) == 401

        # What is in use is said, and left alone.
        app = register_app(REGISTER, make_settings(register_url, keys))
        with pytest.raises(ServeError, match=f"Port {listen.port} on 127.0.0.1 is in use"):
            await serve(app, Listen(port=listen.port))
        with pytest.raises(ServeError, match="Another process serves"):
            await serve(app, Listen(unix=listen.unix))
        assert await post(*await asyncio.open_unix_connection(listen.unix), context) == 200
    assert not listen.unix.exists()


async def test_a_socket_that_a_killed_process_left_is_replaced(register_url: str, keys: Keys, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "r.sock"))
    left.close()
    async with served(register_url, keys, Listen(unix=tmp_path / "r.sock")):
        assert await post(*await asyncio.open_unix_connection(tmp_path / "r.sock"), keys.context("MAKELAAR")) == 200


async def test_a_start_that_cannot_succeed(postgres: str, register_url: str, keys: Keys, tmp_path: Path) -> None:
    async def sentence(url: str, listen: Listen) -> str:
        with pytest.raises(ServeError) as raised:
            await serve(register_app(REGISTER, make_settings(url, keys)), listen)
        return str(raised.value)

    anywhere = Listen(unix=tmp_path / "r.sock")
    assert "is it running?" in await sentence("postgresql://x:geheim@127.0.0.1:1/weg", anywhere)
    assert await sentence(postgres, anywhere) == (
        "The database of huizen is not migrated; run `registers migrate huizen`."
    )
    (tmp_path / "file").write_text("x")
    assert "is no socket" in await sentence(register_url, Listen(unix=tmp_path / "file"))
    assert "cannot be made" in await sentence(register_url, Listen(unix=tmp_path / ("x" * 200)))


def test_a_register_without_policies_is_not_served(keys: Keys, tmp_path: Path) -> None:
    bare = RegisterDefinition("huizen", REGISTER.schema, REGISTER.mapping, tmp_path)
    settings = make_settings("postgresql://x/y", keys)
    with pytest.raises(ValueError, match="has no policies"):
        register_app(bare, settings)
    assert register_app(bare, dataclasses.replace(settings, open=True)).fields is None


def command(*words: str, **variables: str) -> tuple[int, str, str]:
    environment = {**os.environ, **variables}
    done = subprocess.run(
        [sys.executable, "-m", "registers", *words], capture_output=True, text=True, env=environment, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_commands_describe_a_register_or_say_one_sentence() -> None:
    code, out, _ = command("mapping", "bemiddeling")
    assert (code, orjson.loads(out)["register"]) == (0, "bemiddeling")
    code, out, _ = command("sdl", "client")
    assert (code, out.startswith("schema @link(")) == (0, True)
    secret = {"IWLZ_CLIENT_KEY_SECRET": "x"}
    url = ("--database-url", "postgresql://x:geheim@127.0.0.1:1/weg")
    assert command("serve", "client", *url, **secret) == (
        1,
        "",
        "registers: Nothing to listen on: give --port, --unix, or both.\n",
    )
    assert command("serve", "client", "--port", "0", *url, **secret) == (
        1,
        "",
        "registers: The database cannot be reached (ConnectionRefusedError); is it running?\n",
    )
    folder = str(Path(__file__).parent)
    code, out, err = command("serve", "client", "--port", "0", "--graphiql-assets", folder, *url, **secret)
    assert (code, out) == (1, "")
    assert err == (
        f"registers: There is no react.js, react-dom.js, graphiql.js, graphiql.css in {folder}; "
        "--graphiql-assets names a folder with GraphiQL.\n"
    )
    code, out, err = command("migrate", "client", *url)
    assert (code, out, err) == (
        1,
        "",
        "registers: client: The database cannot be reached (ConnectionRefusedError); is it running?\n",
    )


def test_a_process_serves_and_stops_on_a_signal(postgres: str, tmp_path: Path) -> None:
    """The shipped command, with a register of the network in a database of its own."""
    name = "iwlz_client_served"
    url = postgres.replace("/postgres?", f"/{name}?")
    asyncio.run(_create(postgres, name))
    code, out, err = command("migrate", "client", IWLZ_DATABASE_URL=url)
    assert (code, err) == (0, ""), out
    unix = tmp_path / "client.sock"
    environment = {
        **os.environ,
        "IWLZ_DATABASE_URL": url.replace("postgres@/", f"{name}_app@/"),
        "IWLZ_CLIENT_KEY_SECRET": "x",
    }
    words = [sys.executable, "-m", "registers", "serve", "client", "--port", "0", "--unix", str(unix), "--dev"]
    process = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        first = orjson.loads(process.stderr.readline())
        assert (first["event"], first["register"]) == ("serving", "client")
        assert asyncio.run(_schema_roots(unix)) == 200
        # Nothing was said of a page: on a loopback host it is there.
        page = request(f"http://127.0.0.1:{first['port']}/", method="GET")
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        again = {"If-None-Match": page.headers["etag"], "Range": "bytes=0-1"}
        assert request(f"http://127.0.0.1:{first['port']}/", method="GET", headers=again).status == 304
        assert request(f"http://127.0.0.1:{first['port']}/", method="HEAD").status == 200
        process.terminate()
        assert process.wait(20) == 0
        assert not unix.exists()
    finally:
        process.kill()
        process.communicate()


async def _create(postgres: str, name: str) -> None:
    admin = await asyncpg.connect(postgres)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    await admin.close()


async def _schema_roots(unix: Path) -> int:
    reader, writer = await asyncio.open_unix_connection(unix)
    body = b'{"query": "{ __schema { queryType { name } } }"}'
    head = f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(head.encode() + b"Connection: close\r\n\r\n" + body)
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])
