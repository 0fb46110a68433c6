"""Lines of the log: one JSON object each, sampled where that is asked for, never a reason to fail."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Generator
from typing import Any

import pytest

from gateway.telemetry.logs import RequestLog, configure_logs, get_log
from tests.harness import REPOSITORY


class Lines:
    """What the log wrote."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured

    def text(self) -> str:
        """All since the last time."""
        return self._captured.readouterr().err

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Generator[Lines]:
    handlers, level = logging.root.handlers[:], logging.root.level
    configure_logs("json")
    capsys.readouterr()  # what waited of the tests before
    yield Lines(capsys)
    configure_logs("json")
    logging.root.handlers[:], logging.root.level = handlers, level


def test_a_line_is_a_json_object_with_event_level_and_time(lines: Lines):
    get_log("x").warning("fetch_failed", subgraph="stock", ms=1.5)
    [line] = lines.entries()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("timestamp"))
    assert line == {"event": "fetch_failed", "level": "warning", "subgraph": "stock", "ms": 1.5}


def test_lines_of_libraries_come_without_their_values(lines: Lines):
    try:
        raise ValueError("999990019")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception for %s\nmore", "999990019")
    logging.getLogger("asyncio").error("Task <Task 999990019>")
    text = lines.text()
    first, second = map(json.loads, text.splitlines())
    assert (first["event"], first["source"], first["text"]) == ("library", "uvicorn.error", "Exception for %s")
    assert (first["reason"], second["text"]) == ("ValueError", "")
    assert "999990019" not in text


def test_the_console_form_is_for_people(lines: Lines):
    configure_logs("console")
    get_log("x").info("reloaded", seconds=0.5)
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} info +reloaded +seconds=0\.5\n", lines.text())


def test_a_log_that_cannot_be_written_costs_no_answer(monkeypatch: pytest.MonkeyPatch):
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Broken())
    get_log("x").info("request")


def test_a_line_that_waited_when_its_loop_ended_is_written_before_the_next_log(lines: Lines):
    async def ask() -> None:
        RequestLog(get_log("x"))("request", status=200, ms=1.0)

    asyncio.run(ask())
    assert lines.text() == ""
    configure_logs("console")
    [line] = lines.entries()
    assert (line["event"], line["status"]) == ("request", 200)
    assert lines.text() == ""


def test_requests_are_sampled_but_for_slow_and_failed_ones(lines: Lines):
    log = RequestLog(get_log("x"), sample=0.0, slow_seconds=0.1)
    log("request", status=200, ms=99.0)
    log("request", status=404, ms=1.0)
    log("request", status=502, ms=2.0)
    log("request", status=200, ms=100.0, trace="a")
    assert [(line["event"], line["level"], line["status"]) for line in lines.entries()] == [
        ("request", "info", 502),
        ("slow_request", "warning", 200),
    ]
    for _ in range(1000):
        RequestLog(get_log("x"), sample=0.5)("request", status=200, ms=1.0)
    assert 300 < len(lines.entries()) < 700


def test_the_gateway_has_one_log():
    """A logging library would write beside it, in another form."""
    source = (REPOSITORY / "gateway").rglob("*.py")
    assert [
        file.name for file in source if re.search(r"^(import|from) structlog", file.read_text(), re.MULTILINE)
    ] == []


async def test_lines_of_requests_are_written_together_and_before_whatever_comes_after_them(lines: Lines):
    log = RequestLog(get_log("x"))
    log("request", status=200, ms=1.0)
    log("request", status=201, ms=1.0)
    assert lines.text() == ""
    get_log("x").warning("fetch_failed")
    assert [line.get("status") for line in lines.entries()] == [200, 201, None]
    for status in range(256):
        log("request", status=status, ms=1.0)
    assert [line["status"] for line in lines.entries()] == list(range(256))


def test_no_line_is_left_behind_when_the_process_ends():
    script = """
import asyncio
from gateway.telemetry.logs import RequestLog, get_log
async def main():
    RequestLog(get_log("x"))("request", status=200, ms=1.0)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert json.loads(done.stderr)["status"] == 200
