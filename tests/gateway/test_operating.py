"""`docs/operating-gateway.md` keeps up: every command, setting, metric and line of the log stands there as it is, and nothing else."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest

from gateway.app import app_of
from gateway.cli import app
from gateway.language.documents import Limits, parse_operation
from gateway.settings import Settings, TelemetrySettings
from gateway.sources import Reading
from gateway.telemetry.metrics import Counter, Histogram, Metrics
from tests.gateway.planning.harness import graph
from tests.gateway.telemetry.exposition import Family, parse
from tests.harness import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operating-gateway.md").read_text()


def table(head: str) -> list[list[str]]:
    """The rows of the table under the row `head`."""
    lines = PAGE.partition(f"\n| {head} |\n")[2].splitlines()[1:]
    rows = lines[: next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


# -- commands ----------------------------------------------------------------------------------------------------


def _commands(of: Any, above: str) -> Iterator[str]:
    for name in of:
        if name.startswith("-"):
            continue
        below = list(_commands(of[name], f"{above} {name}"))
        yield from below or [f"{above} {name}"]


def test_every_command_is_documented():
    assert sorted(names(row[0])[0] for row in table("Command | What it does")) == sorted(_commands(app, "gateway"))


# -- settings ----------------------------------------------------------------------------------------------------


def _struct(kind: Any) -> tuple[Any, str] | None:
    """The struct in a type, and what stands for the names or places above it."""
    origin = get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind, ""
    if origin is dict:
        found = _struct(get_args(kind)[1])
        return (found[0], ".*") if found else None
    if origin in (tuple, Union, types.UnionType) or hasattr(kind, "__metadata__"):
        return next(filter(None, map(_struct, get_args(kind))), None)
    return None


def _default(field: msgspec.structs.FieldInfo) -> str:
    default: Any = field.default
    if default is msgspec.NODEFAULT:
        return "none" if field.default_factory is not msgspec.NODEFAULT else "required"
    if default is None or default == ():
        return "none"
    if isinstance(default, tuple):
        members: tuple[Any, ...] = default
        return ", ".join(str(member) or '""' for member in members)
    return str(default).lower() if isinstance(default, bool) else str(default)


def _settings(kind: Any, above: str = "") -> Iterator[tuple[str, str]]:
    for field in msgspec.structs.fields(kind):
        found = _struct(field.type)
        key = above + field.name
        if found is None or found[1]:
            yield key, _default(field)
        if found is not None:
            yield from _settings(found[0], f"{key}{found[1]}.")


def test_every_setting_is_documented_with_its_default():
    written = [(names(row[0])[0], row[1]) for row in table("Key | Default | What")]
    assert len(dict(written)) == len(written)
    assert dict(written) == dict(_settings(Settings))


# -- metrics -----------------------------------------------------------------------------------------------------


def _families(monkeypatch: pytest.MonkeyPatch) -> dict[str, Family]:
    """Those of a gateway, each with a sample."""
    metrics = Metrics()
    monkeypatch.setattr("gateway.app.Metrics", lambda: metrics)
    graph_ = graph(stock="type Query { titles: [String!] }")
    telemetry = TelemetrySettings(otlp_url="http://127.0.0.1:9/")
    app_of(Reading(Settings(supergraph="-", telemetry=telemetry), graph_))
    for metric in vars(metrics).values():
        if isinstance(metric, Counter):
            metric.add(*metric.labels)
        elif isinstance(metric, Histogram):
            metric.observe(1, *metric.labels)
    metrics.operations.count(parse_operation(graph_.api, "{ titles }", None, Limits()), "", 1.0, failed=False)
    return parse(metrics.text())


def test_every_metric_is_documented_with_its_kind_and_labels(monkeypatch: pytest.MonkeyPatch):
    written = {names(row[0])[0]: (row[1], set(names(row[2]))) for row in table("Metric | Kind | Labels | What")}
    shown = {
        name: (family.kind, {label for _, pairs in family.samples for label, _ in pairs} - {"le"})
        for name, family in _families(monkeypatch).items()
    }
    assert written == shown


# -- the log -----------------------------------------------------------------------------------------------------


def _lines() -> Iterator[tuple[str, str, set[str]]]:
    """Event, level and the fields that are named where it is written."""
    for file in (REPOSITORY / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            where = ast.unparse(node.func)
            fields = {keyword.arg for keyword in node.keywords if keyword.arg}
            if where == "self._access_log":
                yield str(node.args[0].value), "info", fields
            elif match := re.fullmatch(r"(?:self\.)?_log\.(info|warning|error)", where):
                yield str(node.args[0].value), match[1], fields


def test_every_line_of_the_log_is_documented_with_its_fields():
    rows = {names(row[0])[0]: (row[1], set(names(row[2]))) for row in table("Event | Level | Fields | When")}
    written = {event: (level, fields) for event, level, fields in _lines()}
    assert rows.keys() == written.keys() | {"library"}
    assert [event for event, (level, _) in written.items() if rows[event][0] != level] == []
    missing = {event: fields - rows[event][1] for event, (_, fields) in written.items()}
    assert {event: fields for event, fields in missing.items() if fields} == {}
    assert rows["request"][1] == written["request"][1] == rows["slow_request"][1]
