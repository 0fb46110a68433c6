"""`gateway usage`: which fields of a running gateway are asked, how often and by what class of callers; and which are not.

Reads the page `/usage`. Counts are of this process since its start; several processes are several pages.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLSchema

from gateway.errors import OperatorError

__all__ = ["Usage", "read_usage", "usage_lines"]

_SECONDS = 10.0
_NOBODY = "(none)"


class Usage(msgspec.Struct):
    """The page: since when, and requests by coordinate and class of callers."""

    since: str
    fields: dict[str, dict[str, int]]


def read_usage(url: str, token: Path | None = None) -> Usage:
    """Get the page of the gateway at `url` (`http://127.0.0.1:8000`). Raises `OperatorError` with a sentence."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise OperatorError(f"--url: expected http://… or https://…, got {url}.")
    request = urllib.request.Request(f"{url.rstrip('/')}/usage")  # noqa: S310 - the scheme is looked at above
    if token is not None:
        request.add_unredirected_header("Authorization", f"Bearer {token.read_text(encoding='utf-8').strip()}")
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            return msgspec.json.decode(answer.read(), type=Usage)
    except urllib.error.HTTPError as error:
        raise OperatorError(f"{url} answers {error.code}{_meaning(error.code)}.") from None
    except urllib.error.URLError as error:
        raise OperatorError(f"{url} does not answer: {error.reason}.") from None
    except msgspec.DecodeError:
        raise OperatorError(f"{url} has no page of usage.") from None


def usage_lines(page: Usage, schema: GraphQLSchema | None = None, *, unused: bool = False) -> Iterator[str]:
    """A line for each field, those asked most first; with a `schema` also those that nobody asked, with `unused` only those."""
    yield f"since {page.since}"
    if not unused:
        for coordinate, classes in sorted(page.fields.items(), key=lambda entry: (-sum(entry[1].values()), entry[0])):
            yield f"{sum(classes.values()):>10}  {coordinate}  {_told(classes)}"
    if schema is not None:
        for coordinate in sorted(_coordinates(schema) - page.fields.keys()):
            yield f"{0:>10}  {coordinate}"


def _coordinates(schema: GraphQLSchema) -> set[str]:
    found: set[str] = set()
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not name.startswith("__"):
            found.update(f"{name}.{field}" for field in kind.fields)
    return found


def _told(classes: Mapping[str, int]) -> str:
    ranked: list[Any] = sorted(classes.items(), key=lambda entry: (-entry[1], entry[0]))
    return ", ".join(f"{name or _NOBODY} {count}" for name, count in ranked)


def _meaning(status: int) -> str:
    if status == 401:
        return ": it wants the operators' token, in a file given as --token"
    if status == 403:
        return ": its usage is for the machine that it runs on only"
    return ": it has no page of usage there" if status == 404 else ""
