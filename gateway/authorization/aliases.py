"""Aliases in the SQL of policies, found in its text: which stand in it, which tables they are of, and other names for them.

Conditions are texts that are put into one another, so that a text is all that there is to ask. What is quoted is never taken for an alias.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["aliases", "bound", "columns_of", "renamed", "tokens", "views_read"]

_NAME = r'(?:"(?:[^"]|"")*"|\w+)'
_TOKEN = re.compile(rf"""'(?:[^']|'')*'|\bpol[0-9]+\b(?:\.{_NAME})?|"(?:[^"]|"")*\"""")
_BOUND = re.compile(rf"""'(?:[^']|'')*'|\bpolicy\.({_NAME}) (pol[0-9]+)\b|"(?:[^"]|"")*\"""")


def tokens(sql: str) -> list[str]:
    """Aliases, each with the column that is read of it: `pol1."code"`, or `pol1` where it is named alone."""
    return [token for token in _TOKEN.findall(sql) if token.startswith("pol")]


def aliases(sql: str) -> frozenset[str]:
    """All that stand in a text: of its own tables, and of those around it."""
    return frozenset(token.partition(".")[0] for token in tokens(sql))


def bound(sql: str) -> frozenset[str]:
    """The aliases of the tables that a text looks into itself."""
    return frozenset(alias for _, alias in _bound(sql))


def columns_of(alias: str, sql: str) -> frozenset[str]:
    """What a text says of one alias: `pol1."code"`, `pol1`."""
    return frozenset(token for token in tokens(sql) if token.partition(".")[0] == alias)


def views_read(sql: str) -> dict[str, frozenset[str]]:
    """The views of schema `policy` that a text looks into, each with the columns that it reads of it."""
    found: dict[str, frozenset[str]] = {}
    for table, alias in _bound(sql):
        columns = {_plain(token.partition(".")[2]) for token in columns_of(alias, sql) if "." in token}
        found[_plain(table)] = found.get(_plain(table), frozenset()) | columns
    return found


def renamed(sql: str, names: Mapping[str, str]) -> str:
    """With other names for aliases (`pol1`), or other columns for columns (`pol1."code"`)."""

    def name(token: re.Match[str]) -> str:
        alias, dot, column = token[0].partition(".")
        return names.get(token[0]) or names.get(alias, alias) + dot + column

    return _TOKEN.sub(name, sql)


def _bound(sql: str) -> list[tuple[str, str]]:
    """Table and alias of each look; what is quoted is passed over."""
    return [found for found in _BOUND.findall(sql) if found[1]]


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if '"' in name else name
