"""The README tells the truth: its query, answer and plan are those of the product, and every command in it runs."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from network.postgres import EmbeddedPostgres
from tests.harness import REPOSITORY, Network

README = (REPOSITORY / "README.md").read_text()
BINARIES = REPOSITORY / ".venv" / "bin"
BSN = "999990202"
LONG = {"make run", "make test", "make check", "make generate", "make bench", "make proof"}
"""Habits that take minutes or run these very tests: `make -n` shows that they exist and what they start."""


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def _commands() -> list[str]:
    lines = [line.split("#")[0].strip() for block in _blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


def _run(command: list[str], timeout: float = 60) -> str:
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_query_answers_what_is_printed(net: Network) -> None:
    query, answer = _blocks("graphql")[0], _blocks("json")[0]
    reply = net.ask(query, {"bsn": BSN}, token=net.token("uzovi:5050"))
    assert reply.json() == json.loads(answer)


def test_a_strange_office_gets_what_is_printed(net: Network) -> None:
    printed = re.search(r"`(\{\"data\".*?\})`, the same bytes", README)
    assert printed
    query, token = _blocks("graphql")[0], net.token("uzovi:5505")
    known = net.ask(query, {"bsn": BSN}, token=token)
    unknown = net.ask(query, {"bsn": "111222333"}, token=token)
    assert known.body == unknown.body == printed[1].encode()


def test_the_query_is_the_first_example() -> None:
    example = (REPOSITORY / "network" / "examples" / "1-vier-registers.graphql").read_text()
    assert (
        "".join(line for line in example.splitlines(keepends=True) if not line.startswith("#")) == _blocks("graphql")[0]
    )


def test_the_plan_is_what_the_command_prints() -> None:
    command = next(line for line in _commands() if "gateway plan" in line)
    printed = re.search(r"^```\n(QueryPlan .*?)^```", README, re.MULTILINE | re.DOTALL)
    assert printed
    assert _run(shlex.split(command)).strip() == printed[1].strip()


@pytest.mark.parametrize("command", [c for c in _commands() if c.startswith("make")])
def test_make_knows_the_habit(command: str) -> None:
    assert " ".join(command.split()[:2]) in LONG
    assert _run(["make", "-n", *command.split()[1:]])


@pytest.mark.parametrize("command", [c for c in _commands() if "/network " in c and " down" not in c])
def test_network_commands_run(command: str, net: Network) -> None:
    assert _run([*shlex.split(command), "--state", str(net.state)])


def test_make_run_starts_the_network_and_network_down_stops_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    command = ["make", "run", f"STATE={state}", "PORT_BASE=0", "CLIENTS=3"]
    started = Network(state)
    with (tmp_path / "state.out").open("w") as out:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=out, stderr=out, text=True)
        try:
            started.wait(120)
            assert started.ask("{ clientprofiel { bsn } }", token=started.token("uzovi:5050")).status == 200
        finally:
            _run([str(BINARIES / "network"), "down", "--state", str(state)])
        assert process.wait(30) == 0
    EmbeddedPostgres(state).destroy()
    lines = (tmp_path / "state.out").read_text().splitlines()
    shown = lines[next(i for i, line in enumerate(lines) if line.startswith("The iWlz network runs")) :]
    assert len([line for line in shown if not line.startswith("Stopp")]) <= 24
    assert max(map(len, shown)) <= 80 + len(str(state))


def test_every_link_leads_somewhere() -> None:
    missing = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not (REPOSITORY / link).exists()]
    assert missing == []
