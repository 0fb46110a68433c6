"""A decision point of somebody else's beside a gateway: a process that listens, and may change its mind."""

from __future__ import annotations

import json
import sys
from asyncio.subprocess import PIPE, create_subprocess_exec
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from gateway.settings import ExternalDecisionPointSettings
from tests.gateway.library import Library
from tests.gateway.telemetry.exposition import parse
from tests.gateway.transport.harness import call

SCRIPT = Path(__file__).with_name("decision_point.py")


@asynccontextmanager
async def deciding(folder: Path, mode: str = "told") -> AsyncGenerator[str]:
    """Runs one in a mode; gives its URL. What it was asked is in `asked.jsonl`."""
    process = await create_subprocess_exec(
        sys.executable, "-I", "-S", SCRIPT, mode, folder / "asked.jsonl", stdout=PIPE
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}/access/v1/evaluation"
    finally:
        process.kill()
        await process.wait()


def tell(folder: Path, mode: str) -> None:
    """From now on it answers so."""
    (folder / "mode").write_text(mode)


def asked(folder: Path) -> list[Any]:
    file = folder / "asked.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def external(url: str, **more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"timeout": 5.0, "connect_timeout": 5.0, **more}
    return {"external_decision_point": ExternalDecisionPointSettings(url, **given)}


async def outcomes(desk: Library) -> dict[str, float]:
    family = parse((await call(desk.app, "GET", "/metrics")).body.decode())["gateway_consultations_total"]
    return {dict(labels)["outcome"]: value for (_, labels), value in family.samples.items()}
