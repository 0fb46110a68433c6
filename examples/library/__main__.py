"""`python -m examples.library`: three subgraphs and a gateway over them, until Ctrl-C or SIGTERM. `--sdl` writes the SDL files anew."""

import argparse
import asyncio
import contextlib
import importlib
import signal
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import uvicorn
import yaml
from strawberry.asgi import GraphQL

HERE = Path(__file__).parent
NAMES = ("catalogue", "members", "reviews")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m examples.library")
    parser.add_argument(
        "--port", type=int, default=4000, help="of the gateway; the subgraphs take the three after it; 0: free ones"
    )
    parser.add_argument("--sdl", action="store_true", help="write catalogue.graphql and so on, and end")
    asked = parser.parse_args()
    if asked.sdl:
        for name in NAMES:
            (HERE / f"{name}.graphql").write_text(_schema(name).as_str() + "\n")
        return
    sys.exit(asyncio.run(_serve(asked.port)))


def _schema(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - strawberry's federation schema
    return importlib.import_module(f"examples.library.{name}").schema


class _Server(uvicorn.Server):
    """Leaves signals to us: three servers would each want them, and raise them again past our clearing up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def _serve(port: int) -> int:
    """Serve until a signal, or until the gateway ends by itself. Returns the exit status."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    servers = [
        _Server(
            uvicorn.Config(
                GraphQL(_schema(name)), port=port + place if port else 0, log_level="warning", ws="websockets-sansio"
            )
        )
        for place, name in enumerate(NAMES, 1)
    ]
    serving = [asyncio.create_task(server.serve()) for server in servers]
    while not all(server.started for server in servers):  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.05)
    ports = [server.servers[0].sockets[0].getsockname()[1] for server in servers]
    try:
        return await _gateway(port, ports, told)
    finally:
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*serving)


async def _gateway(port: int, ports: list[int], told: asyncio.Event) -> int:
    """`gateway serve` over the subgraphs, for as long as nobody says `told`."""
    with tempfile.TemporaryDirectory() as folder:
        # The settings say where the subgraphs really listen; supergraph.yaml has the usual places.
        settings = Path(folder) / "gateway.yaml"
        urls = {name: {"url": f"http://127.0.0.1:{own}/"} for name, own in zip(NAMES, ports, strict=True)}
        settings.write_text(yaml.safe_dump({"listen": {"port": port}, "subgraphs": urls}))
        command = [sys.executable, "-m", "gateway", "serve", "--config", str(HERE / "supergraph.yaml")]
        gateway = await asyncio.create_subprocess_exec(*command, "--settings", str(settings))
        ends = [asyncio.create_task(told.wait()), asyncio.create_task(gateway.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ends[0].cancel()
            # It ends its streams in order, and needs the subgraphs for that.
            with contextlib.suppress(ProcessLookupError):
                gateway.terminate()
            await gateway.wait()
        return gateway.returncode or 0


if __name__ == "__main__":
    main()
