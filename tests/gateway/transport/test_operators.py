"""Who may see `/metrics` and `/usage`: this machine, who has the token, or everybody — and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import SettingsError, TelemetrySettings
from gateway.telemetry.metrics import Metrics
from gateway.transport.asgi import App
from gateway.transport.operators import operator_routes, read_guard
from gateway.transport.pages import Health, build_pages
from tests.gateway.telemetry.exposition import parse
from tests.gateway.transport.harness import call

TOKEN = "a-token-of-operators"
FAR = ("192.0.2.7", 50000)


def pages(settings: TelemetrySettings) -> App:
    return build_pages(health=Health(), assets={}, operators=operator_routes(Metrics(), read_guard(settings)))


@pytest.fixture
def protected(tmp_path: Path) -> App:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    return pages(TelemetrySettings(metrics_access="bearer", metrics_token=str(tmp_path / "token")))


@pytest.mark.parametrize("path", ["/metrics", "/usage"])
@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (("127.0.0.1", 5), {}, 200),
        (("::1", 5), {"Host": "[::1]:8000"}, 200),
        (FAR, {}, 403),
        (None, {}, 403),
        (("127.0.0.1", 5), {"Host": "evil.example"}, 403),
        (("127.0.0.1", 5), {"X-Forwarded-For": "127.0.0.1"}, 403),
        (("127.0.0.1", 5), {"Forwarded": "for=192.0.2.7"}, 403),
        (("127.0.0.1", 5), {"Sec-Fetch-Site": "cross-site"}, 403),
        (("127.0.0.1", 5), {"Authorization": f"Bearer {TOKEN}", "Host": "gateway.example"}, 403),
    ],
)
async def test_without_a_setting_only_this_machine(
    path: str, client: tuple[str, int] | None, headers: dict[str, str], status: int
):
    reply = await call(pages(TelemetrySettings()), "GET", path, client=client, headers=headers)
    assert (reply.status, reply.headers["cache-control"]) == (status, "no-store")
    assert status == 200 or reply.codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (None, 401),
        ("", 401),
        (TOKEN, 401),
        (f"Basic {TOKEN}", 401),
        (f"Bearer {TOKEN}x", 401),
        ("Bearer ", 401),
        ("Bearer \xff", 401),
    ],
)
async def test_with_a_token_who_has_it(protected: App, given: str | None, status: int):
    headers = {"Authorization": given} if given is not None else {}
    reply = await call(protected, "GET", "/metrics", client=FAR, headers=headers)
    assert reply.status == status
    if status == 401:
        assert (reply.codes, reply.headers["www-authenticate"]) == (["UNAUTHENTICATED"], "Bearer")
        assert (await call(protected, "GET", "/usage", headers=headers)).status == 401


async def test_open_means_everybody():
    reply = await call(pages(TelemetrySettings(metrics_access="open")), "GET", "/metrics", client=FAR)
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "gateway_requests_total" in parse(reply.body.decode())


def test_a_token_that_is_none_stops_the_start(tmp_path: Path):
    short = tmp_path / "short"
    short.write_text("secret\n")
    for name, code in (
        (None, "CONFIG_INVALID"),
        (str(tmp_path / "none"), "CONFIG_NOT_FOUND"),
        (str(short), "CONFIG_INVALID"),
    ):
        with pytest.raises(SettingsError, match=r"^telemetry\.metrics_token: ") as caught:
            read_guard(TelemetrySettings(metrics_access="bearer", metrics_token=name))
        assert (caught.value.code, "secret" in str(caught.value)) == (code, False)
