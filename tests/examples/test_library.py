"""examples/library: strawberry subgraphs of an unrelated domain under `gateway serve --config`, run as the README says."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.harness import REPOSITORY, request

HERE = REPOSITORY / "examples" / "library"
README = (HERE / "README.md").read_text()


@contextmanager
def example() -> Generator[tuple[subprocess.Popen[str], str]]:
    """The process, and the URL of its gateway."""
    command = [sys.executable, "-u", "-m", "examples.library", "--port", "0"]
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = None
    for line in process.stdout:
        found = re.search(r"gateway serves (http://[^\s,]+)", line)
        if found:
            break
    assert found is not None, "the example ended"
    try:
        yield process, found[1].rstrip("/").removesuffix("/graphql")
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="module", name="url")
def running_example() -> Iterator[str]:
    with example() as (_, url):
        yield url


def ask(url: str, query: str, **variables: Any) -> Any:
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    body = json.dumps({"query": query, "variables": variables}).encode()
    return request(f"{url}/graphql", body=body, headers=headers).json()


def test_the_question_of_the_readme_has_the_answer_of_the_readme(url: str) -> None:
    query = README.split("```graphql\n")[1].split("```")[0]
    answer = README.split("```json\n")[1].split("```")[0]
    assert ask(url, query, number="7") == json.loads(answer)


def test_a_mutation_in_one_subgraph_is_completed_by_another(url: str) -> None:
    query = "mutation($isbn: ID!) { lend(number: 8, isbn: $isbn) { due book { title lent } } }"
    assert ask(url, query, isbn="9789025304") == {
        "data": {"lend": {"due": "2027-01-01", "book": {"title": "De avonden", "lent": 1}}}
    }


def test_what_the_readme_says_of_the_schemas_is_there(url: str) -> None:
    assert ask(url, "{ best { title evenings } }") == {
        "data": {
            "best": [{"title": "De aanslag", "evenings": 5}, {"title": "De ontdekking van de hemel", "evenings": 16}]
        }
    }


async def test_the_subscription_of_the_readme_over_websocket(url: str) -> None:
    lines = README.split("```\n→")[1].split("```")[0]
    said = [(line[:1], json.loads(line[2:])) for line in f"→{lines}".splitlines()]
    protocol = [Subprotocol("graphql-transport-ws")]
    async with connect(f"ws{url.removeprefix('http')}/graphql", subprotocols=protocol, proxy=None) as socket:
        for arrow, message in said:
            if arrow == "→":
                await socket.send(json.dumps(message))
            else:
                assert json.loads(await asyncio.wait_for(socket.recv(), 20)) == message


def test_the_subscription_of_the_readme_as_events(url: str) -> None:
    command, answer = README.split("```sh\ncurl")[1].split("```\n\n```\n")
    asked = re.search(r"-d '(.*)'", command)
    assert asked is not None
    headers = dict(re.findall(r"-H '([^:]+): ([^']+)'", command))
    reply = request(f"{url}/graphql", body=asked[1].encode(), headers=headers)
    assert (reply.headers["content-type"], reply.body.decode()) == (
        "text/event-stream; charset=utf-8",
        answer.split("```")[0],
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_the_example_ends_its_gateway_too(number: signal.Signals) -> None:
    with example() as (process, url):
        assert ask(url, "{ best { title } }")["data"]
        process.send_signal(number)
        assert process.wait(20) == 0
        with pytest.raises(ConnectionRefusedError):
            request(f"{url}/graphql", body=b"{}")


def test_the_sdl_files_are_up_to_date() -> None:
    before = {path.name: path.read_text() for path in HERE.glob("*.graphql")}
    subprocess.run([sys.executable, "-m", "examples.library", "--sdl"], cwd=REPOSITORY, check=True)
    assert {path.name: path.read_text() for path in HERE.glob("*.graphql")} == before
    assert set(before) == {"catalogue.graphql", "members.graphql", "reviews.graphql"}


def test_the_python_of_the_gateway_page_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    page = (REPOSITORY / "docs" / "gateway.md").read_text()
    exec(page.split("```python\n")[1].split("```")[0], {})
    assert capsys.readouterr().out == page.split("prints\n\n```\n")[1].split("```")[0]
