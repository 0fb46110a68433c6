"""The page of a register: what is served, with which headers, and that it knows no other host."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import orjson
import pytest
from graphql import parse, validate

from registers import cli
from registers.cli import NAMES, load_register
from registers.common import page as module
from registers.common.page import PAGE, VENDORED, answer_page, load_page, vendor_folder
from tests.registers.common.example import REGISTER
from tests.registers.listing import served

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)
OWN = {"/", "/assets/boot.js", "/assets/icon.svg", "/assets/register.json", "/assets/style.css"}


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    folder = tmp_path / "vendor"
    folder.mkdir()
    for name in (*VENDORED, "react.LICENSE", "other.js"):
        (folder / name).write_text(f"/* {name} */")
    (tmp_path / "secret.js").write_text("x")
    return folder


def test_its_files_and_no_others(vendor: Path) -> None:
    files = load_page(REGISTER, vendor)
    assert set(files) == OWN | {f"/assets/vendor/{name}" for name in VENDORED}
    for path in (
        "",
        "/index.html",
        "/assets",
        "/assets/../secret.js",
        "/assets/vendor/other.js",
        "/assets/vendor/%2e%2e",
    ):
        assert answer_page(files, "GET", path, {}) is None
    for method in ("POST", "PUT", "OPTIONS", "get"):
        assert answer_page(files, method, "/", {}) is None


def test_headers_of_every_file(vendor: Path) -> None:
    files = load_page(REGISTER, vendor)
    for path, file in files.items():
        reply = answer_page(files, "GET", path, {})
        assert reply is not None
        headers = {name.decode(): value.decode() for name, value in reply.headers}
        assert (reply.status, reply.body) == (200, file.body)
        assert headers == {
            "content-security-policy": POLICY,
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "referrer-policy": "no-referrer",
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "cache-control": "no-cache",
            "accept-ranges": "none",
            "etag": file.etag.decode(),
            "content-type": file.media_type.decode(),
            "content-length": str(len(file.body)),
        }


def test_a_file_is_sent_whole_or_not_at_all(vendor: Path) -> None:
    files = load_page(REGISTER, vendor)
    file = files["/assets/boot.js"]
    ranges = b"bytes=" + b",".join(b"0-" for _ in range(1000))
    cases = {
        ("GET", b"range", ranges): (200, file.body),
        ("GET", b"if-none-match", b'"other"'): (200, file.body),
        ("GET", b"if-none-match", file.etag): (304, b""),
        ("GET", b"if-none-match", b'"other", W/' + file.etag): (304, b""),
        ("HEAD", b"if-none-match", b"*"): (304, b""),
        ("HEAD", b"range", ranges): (200, b""),
    }
    for (method, name, value), expected in cases.items():
        reply = answer_page(files, method, "/assets/boot.js", {name: value})
        assert reply is not None
        assert (reply.status, reply.body) == expected
        assert ((b"content-length", b"%d" % len(file.body)) in reply.headers) == (reply.status == 200)


def test_the_page_asks_its_own_files_and_no_other_host(vendor: Path) -> None:
    files = load_page(REGISTER, vendor)
    html = files["/"].body.decode()
    asked = set(re.findall(r'(?:src|href)="([^"]*)"', html))
    assert {f"/{name}" for name in asked} <= set(files)
    # Nothing inline (the policy would stop it), and no address of anybody.
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:|style=", html) == []
    for name in ("index.html", "boot.js", "style.css"):
        text = (PAGE / name).read_text()
        assert re.findall(r"(?:https?:|wss?:)?//[\w.-]+\.\w+|@import|url\(|eval\(|innerHTML", text) == []
    script = (PAGE / "boot.js").read_text()
    assert set(re.findall(r'fetch\("([^"]*)"', script)) == {"assets/register.json", "graphql"}
    assert "localStorage" not in script
    assert "sessionStorage" not in script


def test_without_graphiql_the_page_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "vendor_folder", lambda: None)
    files = load_page(REGISTER)
    assert set(files) == OWN
    assert b"run \xe2\x80\x9cpython -m gateway.transport.fetch_assets\xe2\x80\x9d once" in files["/assets/boot.js"].body
    # A folder that is named has to be right.
    (tmp_path / "react.js").write_text("")
    with pytest.raises(
        ValueError, match=r"There is no react-dom\.js, graphiql\.js, graphiql\.css in .*--graphiql-assets"
    ):
        load_page(REGISTER, tmp_path)


@pytest.mark.assets
def test_a_checkout_finds_what_set_up_fetched() -> None:
    folder = vendor_folder()
    if folder is None:
        pytest.skip("the page's files were not fetched (make assets)")
    assert {f"/assets/vendor/{name}" for name in VENDORED} <= set(load_page(REGISTER))


@pytest.mark.parametrize("name", NAMES)
def test_the_first_query_of_a_register_is_one_of_its_own(name: str) -> None:
    register = load_register(name)
    described = orjson.loads(load_page(register)["/assets/register.json"].body)
    query = described.pop("query")
    assert described == {"name": name, "audience": register.audience, "openSchema": False}
    assert (register.package_dir / "explorer.graphql").read_text() == query
    assert validate(served(register.schema), parse(query)) == []
    # What a screen shows first has no names, numbers or addresses of people.
    assert not re.search(r"bsn|naam|adres|telefoon|postcode", query.split("\n", 1)[1], re.IGNORECASE)


def test_a_register_without_a_first_query_shows_its_roots() -> None:
    bare = dataclasses.replace(REGISTER, package_dir=PAGE)
    described = orjson.loads(load_page(bare, open_schema=True)["/assets/register.json"].body)
    assert described["openSchema"] is True
    assert validate(served(bare.schema), parse(described["query"])) == []


def test_the_page_is_there_by_itself_on_a_loopback_host_only() -> None:
    hosts = ("127.0.0.1", "127.8.8.8", "::1", "localhost", "0.0.0.0", "::", "10.0.0.1", "register.example")
    assert [host for host in hosts if cli._is_loopback(host)] == ["127.0.0.1", "127.8.8.8", "::1", "localhost"]
