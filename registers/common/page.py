"""The page of a register: GraphiQL from its own origin, and a box for an access token.

The page is static. It holds nothing of anybody, asks nothing without a token, and keeps tokens and queries in memory only: what a
caller may see is judged at `/graphql`, as for everybody. All files are read once, under fixed names; nothing of a request ever
becomes a path. A file is sent whole or, when the browser has it (`ETag`), not at all; `Range` is not looked at.

GraphiQL itself is not ours and not committed: set-up fetches it into a folder (`VENDORED` names the files). Without it the page says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import orjson

from registers.common.definition import RegisterDefinition

__all__ = ["HEADERS", "VENDORED", "File", "PageReply", "answer_page", "load_page", "vendor_folder"]

PAGE = Path(__file__).parent / "graphiql"
VENDORED = ("react.js", "react-dom.js", "graphiql.js", "graphiql.css")

_TYPES = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".json": b"application/json",
}

# Inline styles are CodeMirror's. No inline script, no WebSocket, and no other host in either direction.
_POLICY = (
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
)
HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", _POLICY),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"cache-control", b"no-cache"),
    (b"accept-ranges", b"none"),
)
"""On every file of the page."""

_QUERY = "{ __schema { queryType { fields { name description } } } }\n"


@dataclass(frozen=True, slots=True)
class File:
    media_type: bytes
    body: bytes
    etag: bytes


@dataclass(frozen=True, slots=True)
class PageReply:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def vendor_folder() -> Path | None:
    """Where set-up puts GraphiQL in a checkout, beside this package; None when it is not there."""
    place = Path(__file__).parents[2] / "gateway" / "transport" / "assets" / "vendor"
    return place if place.is_dir() else None


def load_page(
    register: RegisterDefinition, vendor: Path | None = None, *, open_schema: bool = False
) -> Mapping[str, File]:
    """The files of the page by URL path. `open_schema`: the schema needs no token.

    GraphiQL comes from `vendor`, which has to hold all of it (ValueError otherwise); without `vendor`, from where set-up put it,
    as far as it is there.
    """
    found = {f"/assets/{file.name}": _file(file.name, file.read_bytes()) for file in PAGE.iterdir() if _known(file)}
    found["/"] = found.pop("/assets/index.html")
    found["/assets/register.json"] = _file("register.json", _description(register, open_schema=open_schema))
    if vendor is not None and (absent := [name for name in VENDORED if not (vendor / name).is_file()]):
        raise ValueError(
            f"There is no {', '.join(absent)} in {vendor}; --graphiql-assets names a folder with GraphiQL."
        )
    if (place := vendor or vendor_folder()) is not None:
        files = [place / name for name in VENDORED if (place / name).is_file()]
        found |= {f"/assets/vendor/{file.name}": _file(file.name, file.read_bytes()) for file in files}
    return MappingProxyType(found)


def answer_page(files: Mapping[str, File], method: str, path: str, headers: Mapping[bytes, bytes]) -> PageReply | None:
    """The answer to a GET or HEAD of one file; None when that is not what was asked."""
    file = files.get(path)
    if file is None or method not in {"GET", "HEAD"}:
        return None
    lines = [*HEADERS, (b"etag", file.etag)]
    if _has_it(file, headers.get(b"if-none-match", b"")):
        return PageReply(304, lines, b"")
    lines += [(b"content-type", file.media_type), (b"content-length", b"%d" % len(file.body))]
    return PageReply(200, lines, file.body if method == "GET" else b"")


def _known(file: Path) -> bool:
    return file.suffix in _TYPES


def _file(name: str, body: bytes) -> File:
    return File(_TYPES[Path(name).suffix], body, b'"%s"' % hashlib.sha256(body).hexdigest()[:32].encode())


def _description(register: RegisterDefinition, *, open_schema: bool) -> bytes:
    """What the page has to know of this register; all of it is published."""
    first = register.package_dir / "explorer.graphql"
    return orjson.dumps(
        {
            "name": register.name,
            "audience": register.audience,
            "openSchema": open_schema,
            "query": first.read_text(encoding="utf-8") if first.is_file() else _QUERY,
        }
    )


def _has_it(file: File, if_none_match: bytes) -> bool:
    known = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return file.etag in known or b"*" in known
