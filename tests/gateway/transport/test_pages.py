"""The page and its files, health, metrics and keys."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.settings import ExplorerSettings
from gateway.telemetry.metrics import Metrics
from gateway.transport.asgi import App
from gateway.transport.assets import PAGE, load_assets
from gateway.transport.explorer import Explorer
from gateway.transport.operators import operator_routes
from gateway.transport.pages import Health, build_pages
from tests.gateway.transport.harness import call


def pages(vendor: Path | None = None, health: Health | None = None) -> App:
    assets = load_assets(vendor=vendor) if vendor is not None else load_assets()
    return build_pages(
        health=health or Health(ready=True, facts={"supergraph": "ab"}),
        assets=assets,
        explorer=Explorer(ExplorerSettings()),
        operators=operator_routes(Metrics(), lambda _: None),
        key_set=lambda: {"keys": [{"kid": "1"}]},
    )


async def test_health_says_ready_between_start_and_stop():
    health = Health(facts={"supergraph": "ab"})
    app = pages(health=health)
    before = await call(app, "GET", "/health/ready")
    health.ready = True
    after = await call(app, "GET", "/health/ready")
    assert (before.status, after.status, after.json()) == (503, 200, {"status": "ok", "supergraph": "ab"})
    assert (await call(app, "GET", "/health/live")).status == 200


async def test_metrics_and_keys_have_their_places():
    metrics = await call(pages(), "GET", "/metrics")
    assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert metrics.body.startswith(b"# HELP gateway_requests_total ")
    keys = await call(pages(), "GET", "/.well-known/jwks.json")
    assert (keys.json(), keys.headers["cache-control"]) == ({"keys": [{"kid": "1"}]}, "public, max-age=60")


async def test_what_is_not_there_and_what_it_cannot_do_are_coded():
    nothing = await call(pages(), "GET", "/etc/passwd")
    assert (nothing.status, nothing.codes) == (404, ["NOT_FOUND"])
    for path in ("/assets/../pages.py", "/assets/%2e%2e/pages.py", "/assets/vendor/", "/assets/index.html"):
        assert (await call(pages(), "GET", path)).status == 404
    method = await call(pages(), "DELETE", "/metrics")
    assert (method.status, method.codes, "GET" in method.headers["allow"]) == (405, ["METHOD_NOT_ALLOWED"], True)


async def test_the_page_has_no_inline_code_and_a_policy_that_forbids_it():
    reply = await call(pages(), "GET", "/")
    policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["connect-src"] == "'self' ws: wss:"
    assert "script-src" not in policy
    html = reply.body.decode()
    assert re.findall(r"<script(?! src=)|<style|\son\w+=|javascript:", html) == []
    assert re.findall(r"https?://|\s(?:src|href)=\"//", html) == []
    assert not re.search(r"https?://", (PAGE / "boot.js").read_text())


async def test_the_page_names_files_that_are_there_or_fetched():
    html = (await call(pages(), "GET", "/")).body.decode()
    names = re.findall(r"(?:src|href)=\"(/assets/[^\"]+)\"", html)
    assert len(names) == 9
    own = [name for name in names if not name.startswith("/assets/vendor/")]
    assert [(await call(pages(), "GET", name)).status for name in own] == [200, 200, 200]


async def test_the_page_comes_without_fetched_files_too(tmp_path: Path):
    app = pages(vendor=tmp_path)
    assert (await call(app, "GET", "/")).status == 200
    assert (await call(app, "GET", "/assets/vendor/react.js")).status == 404


async def test_a_file_that_the_browser_has_is_not_sent_again():
    first = await call(pages(), "GET", "/assets/boot.js")
    tag = first.headers["etag"]
    again = await call(pages(), "GET", "/assets/boot.js", headers={"If-None-Match": f'"x", W/{tag}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)


async def test_t16_a_flood_of_ranges_changes_nothing():
    whole = await call(pages(), "GET", "/assets/boot.js")
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(20_000))
    flooded = await call(pages(), "GET", "/assets/boot.js", headers={"Range": ranges})
    assert (flooded.status, flooded.body) == (200, whole.body)
    assert "content-range" not in flooded.headers
