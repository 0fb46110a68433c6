"""What the page asks for besides GraphQL: who it may be, a token for one of them, and example queries.

Participants and tokens come from a development autorisatieserver that the settings name, through our own origin, so that the
page talks to nobody else. Handing out tokens is for the machine that the network runs on: the connection must come from
it, and for its name, so that neither a neighbour nor a page that rebinds its own name to us gets one.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.settings import ExplorerSettings, SettingsError
from gateway.subgraphs.endpoint import Target, target_of
from gateway.subgraphs.once import ask_once

__all__ = ["Explorer", "is_local", "read_examples"]

MAXIMUM_ANSWER = 4 * 1024 * 1024
MAXIMUM_BODY = 8 * 1024
SECONDS = 10.0

_LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")
_HEAD = re.compile(r"#[ \t]*(?P<name>[a-z]+):[ \t]*(?P<value>.*)")


class Explorer:
    """Answers `/explorer/*`. Raises `SettingsError` when the settings cannot be used."""

    def __init__(self, settings: ExplorerSettings) -> None:
        self._local_only = settings.local_only
        self._participants = _target("participants_url", settings.participants_url)
        self._token = _target("token_url", settings.token_url)
        self._examples = orjson.dumps(read_examples(Path(settings.examples)) if settings.examples else [])

    async def participants(self, request: Request) -> Response:
        """`[{id, name, …}]`; an empty list when the page has no autorisatieserver to ask."""
        if self._participants is None:
            return _json(b"[]")
        return self._refused(request) or await _forwarded(self._participants, "GET")

    async def token(self, request: Request) -> Response:
        """`{"as": "uzovi:5050"}` in, the autorisatieserver's answer out."""
        refused = self._refused(request)
        if self._token is None or refused is not None:
            return refused or _error(404, "NOT_FOUND", "This gateway has no autorisatieserver to ask for tokens.")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _error(415, "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json.")
        try:
            asked: Any = orjson.loads(await _body(request))
            party = asked["as"]
        except (ValueError, TypeError, KeyError):
            party = None
        if not isinstance(party, str):
            return _error(400, "BAD_USER_INPUT", 'The body must be {"as": "PARTICIPANT"}.')
        return await _forwarded(self._token, "POST", orjson.dumps({"as": party}))

    async def examples(self, request: Request) -> Response:  # noqa: ARG002
        """`[{title, as, query, variables}]`."""
        return _json(self._examples)

    def _refused(self, request: Request) -> Response | None:
        if not self._local_only or is_local(request):
            return None
        return _error(403, "FORBIDDEN", "Tokens are handed out on the machine that runs the network only.")


def read_examples(place: Path) -> list[dict[str, Any]]:
    """Read example queries: `.graphql` files of a folder in the order of their names, or a JSON list. Raises
    `SettingsError`.

    A file begins with comment lines `# title: …`, and where it needs them `# as: uzovi:5050` and `# variables: {…}`.
    """
    try:
        if place.is_dir():
            return [_example(file) for file in sorted(place.glob("*.graphql"))]
        content: Any = orjson.loads(place.read_bytes())
    except OSError as error:
        raise SettingsError("CONFIG_INVALID", f"explorer.examples: {place} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"explorer.examples: {place}: {error}.") from None
    if not isinstance(content, list) or not all(isinstance(entry, dict) and "query" in entry for entry in content):
        message = f"explorer.examples: {place}: expected a list of objects with title and query."
        raise SettingsError("CONFIG_INVALID", message)
    return content


def _example(file: Path) -> dict[str, Any]:
    lines = file.read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = {"title": file.stem.replace("-", " ")}
    while lines and (match := _HEAD.fullmatch(lines[0])):
        found[match["name"]] = orjson.loads(match["value"]) if match["name"] == "variables" else match["value"]
        del lines[0]
    while lines and lines[0].strip(" #") == "":
        del lines[0]
    return {**found, "query": "\n".join(lines).rstrip() + "\n"}


def is_local(request: Request) -> bool:
    peer = request.client
    if peer is None:
        return True  # a unix socket
    try:
        loopback = ipaddress.ip_address(peer.host).is_loopback
    except ValueError:
        return False
    same_site = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return loopback and same_site and _LOCAL_HOST.fullmatch(request.headers.get("host", "")) is not None


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAXIMUM_BODY:
            raise ValueError("too large")
    return body


def _target(name: str, url: str | None) -> Target | None:
    if url is None:
        return None
    try:
        return target_of(url)
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"explorer.{name}: {error}.") from None


async def _forwarded(target: Target, method: str, body: bytes = b"") -> Response:
    """The other server's JSON with its status; 502 when there is none."""
    try:
        answer = await ask_once(target, method, body, seconds=SECONDS, max_answer=MAXIMUM_ANSWER)
    except OSError:
        return _error(502, "DOWNSTREAM_SERVICE_ERROR", "The autorisatieserver does not answer.")
    return _json(answer.body, answer.status)


def _error(status: int, code: str, message: str) -> Response:
    return _json(orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]}), status)


def _json(body: bytes, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(body, status, headers, media_type="application/json")
