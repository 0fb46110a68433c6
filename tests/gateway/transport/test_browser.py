"""The page in a real browser that can reach nothing but the gateway."""

from __future__ import annotations

import asyncio
import html
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.settings import ExplorerSettings
from gateway.transport.fetch_assets import missing, read_lock
from tests.gateway.library import library
from tests.gateway.subgraphs.harness import serving
from tests.gateway.transport.harness import served
from tests.gateway.transport.test_explorer import issuer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.assets,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[str]:
    examples = tmp_path / "examples"
    examples.mkdir()
    (examples / "1.graphql").write_text("# title: All books\n# as: uzovi:5050\n{ books { title } }\n")
    async with serving(issuer) as server:
        explorer = ExplorerSettings(participants_url=server.url, token_url=server.url, examples=str(examples))
        async with library(tmp_path, grants=False, explorer=explorer) as desk, served(desk.app) as port:
            yield f"http://127.0.0.1:{port}/"


async def shown(url: str, profile: Path) -> tuple[str, str]:
    """The document as the browser has it after a few seconds, and what it complained of. No name resolves."""
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
        *(f"--user-data-dir={profile}", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
        *("--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom", url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(90):
        document, complaints = await process.communicate()
    return document.decode(), complaints.decode()


@pytest.mark.skipif(bool(missing(read_lock())), reason="the page's files were not fetched (make assets)")
async def test_the_page_starts_without_reaching_out(page: str, tmp_path: Path):
    document, complaints = await shown(page, tmp_path / "profile")
    text = html.unescape(re.sub(r"<[^>]+>", "", document))
    assert 'class="graphiql-container"' in document
    assert '<option value="uzovi:5050"' in document
    assert ">All books</option>" in document
    assert "books" in text
    assert 'aria-label="Show Plan"' in document
    assert [line for line in complaints.splitlines() if "CONSOLE" in line] == []


async def test_without_its_files_the_page_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from gateway.transport import assets

    monkeypatch.setattr(assets.load_assets, "__defaults__", (assets.PAGE, tmp_path / "nothing", assets.LOCK))
    async with library(tmp_path, grants=False) as desk, served(desk.app) as port:
        document, _ = await shown(f"http://127.0.0.1:{port}/", tmp_path / "profile")
    assert "Run “python -m gateway.transport.fetch_assets” once" in document
