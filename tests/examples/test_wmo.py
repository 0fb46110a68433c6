"""examples/wmo: a neighbour joins the running network with its own register and grants; nobody else is told."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from examples.wmo.register import REGISTER
from registers.common.check import problems
from tests.harness import REPOSITORY, Network, request

HERE = REPOSITORY / "examples" / "wmo"
QUESTION = (HERE / "vraag.graphql").read_text()


class Joined:
    """The example as a person runs it, beside the network of the tests."""

    def __init__(self, net: Network, url: str, process: subprocess.Popen[str]) -> None:
        self.net = net
        self.url = url
        self.process = process

    def token(self, party: str) -> str:
        command = [sys.executable, "-m", "examples.wmo", "--state", str(self.net.state), "token", "--as", party]
        return subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout.strip()

    def ask(self, query: str, token: str) -> Any:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/graphql-response+json",
            "Authorization": f"Bearer {token}",
        }
        reply = request(f"{self.url}/graphql", body=json.dumps({"query": query}).encode(), headers=headers)
        return {"status": reply.status, **reply.json()}


@pytest.fixture(scope="module", name="joined")
def running_example(net: Network) -> Iterator[Joined]:
    command = [sys.executable, "-u", "-m", "examples.wmo", "--state", str(net.state), "join", "--port", "0"]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=log, text=True)
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            found = re.search(r"gateway serves (http://[^\s,]+)", line)
            if found:
                url = found[1].removesuffix("/graphql").rstrip("/")
                break
        else:
            log.seek(0)
            raise AssertionError("".join(said) + log.read())
        yield Joined(net, url, process)
        process.terminate()
        process.wait(20)
        process.stdout.close()


def rows(joined: Joined, party: str, query: str) -> Any:
    answer = joined.ask(query, joined.token(party))
    assert answer.get("errors") is None, answer
    return answer["data"]


def test_a_client_asks_one_question_about_two_laws(joined: Joined) -> None:
    known = rows(joined, "gemeente:0363", "{ maatwerkvoorziening(order: [{ingangsdatum: ASC}]) { bsn } }")
    bsn = known["maatwerkvoorziening"][0]["bsn"]
    (person,) = rows(joined, f"bsn:{bsn}", QUESTION)["clientprofiel"]
    assert person["indicaties"], "the Wlz part"
    assert person["maatwerkvoorzieningen"] == [
        {"gemeente": "0363", "productcategorie": "02", "ingangsdatum": "2020-01-01", "einddatum": None}
    ]


def test_everybody_sees_its_own_rows_and_the_fields_that_it_may(joined: Joined) -> None:
    query = "{ maatwerkvoorziening { gemeente aanbieder toelichting } }"
    own = rows(joined, "gemeente:0518", query)["maatwerkvoorziening"]
    assert {row["gemeente"] for row in own} == {"0518"}
    assert all(row["toelichting"].startswith("Besproken") for row in own)
    delivered = rows(joined, "agb:51510101", "{ maatwerkvoorziening { aanbieder } }")["maatwerkvoorziening"]
    assert {row["aanbieder"] for row in delivered} == {"51510101"}
    refused = joined.ask(query, joined.token("agb:51510101"))
    assert (refused["status"], refused["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    assert "Maatwerkvoorziening.toelichting" in json.dumps(refused)


def test_a_municipality_sees_nothing_of_the_wlz(joined: Joined) -> None:
    refused = joined.ask("{ wlzIndicatie { besluitnummer } }", joined.token("gemeente:0363"))
    assert (refused["status"], refused["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


def test_a_party_of_the_network_sees_nothing_of_the_wmo_without_a_grant(joined: Joined) -> None:
    refused = joined.ask("{ maatwerkvoorziening { gemeente } }", joined.net.token("uzovi:5050"))
    assert (refused["status"], refused["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


def test_what_is_generated_is_up_to_date(tmp_path: Path) -> None:
    assert problems(REGISTER) == []
    assert (HERE / "schema.graphql").read_text() == REGISTER.schema.as_str() + "\n", "run examples/wmo/generate.sh"
    mapping = tmp_path / "wmo.json"
    mapping.write_text(json.dumps(REGISTER.mapping.as_json()))
    command = [sys.executable, "-m", "gateway", "grants", "compile", "--mapping", str(mapping)]
    command += ["--grants", str(HERE / "grants.yaml"), "--output", str(HERE / "policies"), "--check"]
    subprocess.run(command, check=True)


def test_the_gateway_has_no_line_for_it() -> None:
    found = [
        path
        for path in (REPOSITORY / "gateway").rglob("*.py")
        if re.search(r"\bwmo\b", path.read_text(), re.IGNORECASE)
    ]
    assert found == []


# The last one, since it ends the example that the others use.
def test_whoever_ends_the_register_ends_its_gateway_too(joined: Joined) -> None:
    joined.process.terminate()
    assert joined.process.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        joined.ask("{ maatwerkvoorziening { gemeente } }", "")
