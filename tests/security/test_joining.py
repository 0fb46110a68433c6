"""`docs/nl/aansluiten.md`, carried out to the letter against a running network: from nothing to the first query, and out again."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness import REPOSITORY, Network

PAGE = (REPOSITORY / "docs" / "nl" / "aansluiten.md").read_text()
BLOCKS = re.findall(r"```(sh|json)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [text for kind, text in BLOCKS if kind == "sh"]
ANSWERS = [text.strip() for kind, text in BLOCKS if kind == "json"]
REQUEST, ADD, TOKEN, ASK, WITHOUT, BLOCK, LIST, REMOVE = COMMANDS


class Shell:
    """Runs blocks of the page one after another in one folder, with the variables that the page speaks of."""

    def __init__(self, folder: Path, net: Network) -> None:
        command = net.services()["issuer"]["command"]
        gateway = json.loads(_settings(net))
        self._folder = folder
        self._environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STATE": str(net.state),
            "AUTORISATIESERVER": f"https://localhost:{command[command.index('--port') + 1]}",
            "GATEWAY": f"https://localhost:{gateway['listen']['tls']['port']}",
        }

    def run(self, *blocks: str) -> str:
        script = "set -eu\n" + "\n".join(blocks)
        done = subprocess.run(
            ["bash", "-c", script], cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _settings(net: Network) -> str:
    import yaml

    content: Any = yaml.safe_load((net.state / "gateway" / "gateway.yaml").read_text())
    return json.dumps(content)


@pytest.fixture
def shell(net: Network, tmp_path: Path) -> Iterator[Shell]:
    yield Shell(tmp_path, net)
    left = ["participant", "remove", "--state", str(net.state / "issuer"), "--as", "agb:51519999"]
    subprocess.run([sys.executable, "-m", "issuer", *left], capture_output=True, check=False)


def soon(ask: Callable[[], str], *expected: str) -> None:
    deadline = time.monotonic() + 20
    while (answer := ask()) not in expected:
        assert time.monotonic() < deadline, answer


def codes(answer: str) -> list[str]:
    return [error["extensions"]["code"] for error in json.loads(answer).get("errors", ())]


def test_a_new_party_comes_from_nothing_to_its_first_query(shell: Shell) -> None:
    shell.run(REQUEST)
    assert shell.run(ADD) == "agb:51519999 Zorgaanbieder Nieuw"
    shell.run(TOKEN)
    # The gateway may have looked for participants less than a second ago.
    assert shell.run(ASK) == ANSWERS[0]
    assert shell.run(ASK.splitlines()[0], WITHOUT) == ANSWERS[1]

    shell.run(BLOCK)
    soon(lambda: ",".join(codes(shell.run(ASK))), "NOT_ALLOWED")
    assert json.loads(shell.run(TOKEN, "cat token.json"))["error_description"] == "Forbidden"
    assert re.search(r"agb:51519999 +Zorgaanbieder +Zorgaanbieder Nieuw +blocked", shell.run(LIST))

    assert shell.run(REMOVE) == ""
    assert json.loads(shell.run(TOKEN, "cat token.json"))["error_description"] == "Invalid Client Certificate"


def test_a_party_has_one_valid_certificate(shell: Shell) -> None:
    shell.run(REQUEST, ADD, TOKEN)
    assert shell.run(ASK) == ANSWERS[0]
    shell.run("mkdir old && cp partij.key partij.crt token.json old", REQUEST, ADD)
    # The token of the old certificate lives for an hour; the certificate does not.
    soon(lambda: ",".join(codes(shell.run("cd old", ASK))), "INVALID_CLIENT_CERTIFICATE")
    refused = json.loads(shell.run("cd old", TOKEN, "cat token.json"))
    assert refused["error_description"] == "Invalid Client Certificate"
    shell.run(TOKEN)
    assert shell.run(ASK) == ANSWERS[0]
