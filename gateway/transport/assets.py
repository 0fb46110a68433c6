"""The page's files, in memory, under fixed names: nothing of a request ever becomes a path.

A file is sent whole or, when the browser has it already (`ETag`), not at all; `Range` is not looked at, so a flood of ranges costs
nothing (security case T16).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.transport.headers import PAGE_HEADERS

__all__ = ["Asset", "answer_asset", "load_assets"]

HERE = Path(__file__).parent
PAGE = HERE / "graphiql"
LOCK = HERE / "assets.lock.json"
VENDOR = HERE / "assets" / "vendor"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    media_type: str
    etag: str


def load_assets(page: Path = PAGE, vendor: Path = VENDOR, lock: Path = LOCK) -> Mapping[str, Asset]:
    """Read the files of the page by URL path: `/` and `/assets/NAME`. Vendored files that were never fetched are left
    out; the page says so by itself.
    """
    found = {"/": _asset(page / "index.html")}
    for file in sorted(page.iterdir()):
        if file.suffix in _TYPES and file.name != "index.html":
            found[f"/assets/{file.name}"] = _asset(file)
    packages: list[Any] = json.loads(lock.read_text())["packages"]
    for name in (name for package in packages for name in package["files"].values()):
        file = vendor / name
        if file.suffix in _TYPES and file.is_file():
            found[f"/assets/vendor/{name}"] = _asset(file)
    return MappingProxyType(found)


def answer_asset(asset: Asset, request: Request) -> Response:
    """Answer a GET or HEAD of one file."""
    headers = {**PAGE_HEADERS, "Cache-Control": "no-cache", "ETag": asset.etag}
    if _has_it(asset, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    return Asset(body, _TYPES[file.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _has_it(asset: Asset, if_none_match: str) -> bool:
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return asset.etag in known or "*" in known
