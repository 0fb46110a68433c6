"""`docs/nl/inzagen.md`, carried out to the letter against a running network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from iwlz.participants import DEMO_CLIENTS
from tests.harness import REPOSITORY, Network

PAGE = (REPOSITORY / "docs" / "nl" / "inzagen.md").read_text()
(QUESTION,) = re.findall(r"```graphql\n(.*?)```", PAGE, re.DOTALL)
(SHOWN,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
MANDATE, REVOKE = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
BIN = Path(sys.executable).parent


def shell(net: Network, text: str, stdin: str = "", **more: str) -> str:
    place = json.loads((net.state / "run.json").read_text())["database_url"]
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "STATE": str(net.state), "IWLZ_DATABASE_URL": place, **more}
    done = subprocess.run(
        ["bash", "-c", text], capture_output=True, text=True, input=stdin, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def asked(net: Network, bsn: str, query: str = QUESTION) -> list[dict[str, Any]]:
    content = net.ask(query, token=net.token(f"bsn:{bsn}")).json()
    assert list(content) == ["data"], content
    return content["data"]["inzagen"]


@pytest.fixture(scope="module")
def persons(net: Network) -> tuple[str, str]:
    """A client of the office, and somebody else."""
    rows = net.ask("{ client { bsn } }", token=net.token("uzovi:5050")).json()["data"]["client"]
    client = next(bsn for bsn in DEMO_CLIENTS if {"bsn": bsn} in rows)
    return client, next(bsn for bsn in DEMO_CLIENTS if bsn != client)


def test_the_example_is_what_a_client_sees_and_a_mandate_shows_it_to_another(
    net: Network, persons: tuple[str, str]
) -> None:
    client, other = persons
    query = f'{{ client(where: {{bsn: {{eq: "{client}"}}}}) {{ taal }} }}'
    headers = {"X-Purpose": "wlz:uitvoering"}
    assert net.ask(query, token=net.token("uzovi:5050"), headers=headers).status == 200
    deadline = time.monotonic() + 20
    expected, found = json.loads(SHOWN), list[dict[str, Any]]()
    while not found and time.monotonic() < deadline:
        rows = asked(net, client)
        found = [row for row in rows if {name: row[name] for name in expected} == expected]
        time.sleep(0.1)
    assert found
    by_period = re.search(r"where: \{moment: [^`]*\}", PAGE)
    assert by_period is not None
    asked(net, client, f"{{ inzagen({by_period[0]}) {{ moment }} }}")
    profile = net.ask("{ clientprofiel { inzagen { moment } } }", token=net.token(f"bsn:{client}"))
    assert profile.json()["data"]["clientprofiel"][0]["inzagen"]

    number = shell(net, MANDATE, f"{client}\n{other}\n")
    assert found[0] in asked(net, other)
    listing = 'registers inzage mandates --person - --journal-secret "$STATE/gateway/audit-secret"'
    assert any(line.startswith(number) for line in shell(net, listing, client).splitlines())
    shell(net, REVOKE, NUMMER=number)
    assert found[0] not in asked(net, other)


def test_every_field_of_an_inzage_is_explained() -> None:
    schema = (REPOSITORY / "registers" / "inzage" / "schema.graphql").read_text()
    block = schema.partition("type Inzage @")[2].partition("\n}")[0]
    fields = set(re.findall(r"^  (\w+):", block, re.MULTILINE)) - {"inzageID"}
    assert fields == {
        name for row in re.findall(r"^\| (`[^|]*`) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)
    }


def test_the_explorer_example_asks_what_the_page_asks() -> None:
    example = Path(REPOSITORY / "registers" / "inzage" / "explorer.graphql").read_text()
    assert "inzagen(pagina: {eerste: 20})" in example
