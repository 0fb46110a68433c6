"""The page of a register, as `registers serve` serves it, in a real browser that can reach nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from registers.common.page import VENDORED, vendor_folder
from tests.browser import CHROMIUM, open_page
from tests.harness import REPOSITORY, SCOPES, Network, register_audience, request

OFFICE = "uzovi:5050"
FETCHED = (folder := vendor_folder()) is not None and all((folder / name).is_file() for name in VENDORED)
ANSWER = "(document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue() ?? '')"
ASKED = "performance.getEntriesByName(new URL('graphql', location).href).length > 0"


@pytest.mark.browser
@pytest.mark.assets
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(not FETCHED, reason="the page's files were not fetched (make assets)")
async def test_a_pasted_token_answers_the_first_query(net: Network, tmp_path: Path) -> None:
    origin = net.url("indicatie")
    async with open_page(tmp_path / "profile") as page:
        await page.go(f"{origin}/")
        await page.until("document.querySelector('button.graphiql-execute-button') !== null")
        shown = await page.text()
        assert "Register indicatie" in shown
        assert f"Paste an access token for {register_audience('indicatie')}" in shown
        # Nothing is asked without a token.
        await page.evaluate("document.querySelector('button.graphiql-execute-button').click()")
        await page.until(f"{ANSWER}.includes('Paste an access token')")
        assert f"{origin}/graphql" not in page.requests

        await page.paste("#token", f"Bearer {net.token(OFFICE, register_audience('indicatie'))}\n")
        await page.until("document.querySelector('#token-state').textContent.startsWith('until ')")
        await page.until(ASKED)
        await page.evaluate("document.querySelector('button.graphiql-execute-button').click()")
        answer = json.loads(await page.until(f"{ANSWER}.includes('besluitnummer') && {ANSWER}"))
        assert list(answer) == ["data"]
        assert set(answer["data"]["wlzIndicatie"][0]) == {
            *("wlzindicatieID", "besluitnummer", "afgiftedatum", "ingangsdatum", "einddatum", "grondslag"),
        }

        # The schema came with the token: the documentation is that of this register.
        await page.evaluate("document.querySelector('button[aria-label=\"Show Documentation Explorer\"]').click()")
        await page.until("document.querySelector('.graphiql-doc-explorer')?.innerText.includes('Query')")
        (tmp_path / "page.png").write_bytes(await page.screenshot())

        assert {
            f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, page.requests) if parts.scheme != "data"
        } == {origin}
        assert page.complaints == []
        # The browser keeps nothing of it.
        assert await page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.skipif(not FETCHED, reason="the page's files were not fetched (make assets)")
async def test_a_token_for_somebody_else_is_said_at_once(net: Network, tmp_path: Path) -> None:
    async with open_page(tmp_path / "profile") as page:
        await page.go(f"{net.url('client')}/")
        await page.until("document.querySelector('button.graphiql-execute-button') !== null")
        await page.paste("#token", net.token(OFFICE))
        await page.until("document.querySelector('#token-state').textContent.startsWith('for another audience')")


@pytest.mark.parametrize("name", SCOPES)
def test_every_register_answers_its_first_query_to_a_token_only(net: Network, name: str) -> None:
    query = (REPOSITORY / "registers" / name / "explorer.graphql").read_text()
    assert request(f"{net.url(name)}/", method="GET").status == 200
    assert (refused := net.ask(query, at=name)).status == 401
    assert refused.codes == ["UNAUTHENTICATED"]
    answered = net.ask(query, at=name, token=net.token(OFFICE, register_audience(name)))
    data: dict[str, Any] = answered.json()
    assert (answered.status, "errors" in data) == (200, False)
    [rows] = data["data"].values()
    assert rows
