"""`gateway grants diff --replay`: what a gateway recorded, decided again by two grants files, as people and machines are told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.supergraph.reader import read_supergraph
from tests.gateway.audit.harness import settings
from tests.gateway.library import GRANTS, SDL, library, token
from tests.gateway.test_cli import gateway
from tests.gateway.transport.harness import ask

TITLE, PRICE, FILTERED = (
    "{ featured { title } }",
    "{ featured { price } }",
    '{ books(where: {price: {gt: "999990019"}}) { title } }',
)
READER = "type: stock.Book, fields: [bookID, title]}"
CLERK = "type: stock.Book, fields: [bookID, title, price, loans]}"


async def recorded(folder: Path, *asked: tuple[str, str]) -> None:
    """Let a gateway keep a journal of these operations, each by a role, and of one request without a token."""
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
    made = compose([SubgraphInput(name, f"http://{name}/", link + sdl) for name, sdl in SDL.items()]).supergraph_sdl
    assert made is not None
    (folder / "schema.graphql").write_text(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.gateway.library.supergraph", lambda: read_supergraph(made))
        async with library(folder, audit=settings(folder, private_identifiers=("card",))) as desk:
            await ask(desk.app, TITLE)
            for query, role in asked:
                await ask(desk.app, query, token=token(role))


def diff(folder: Path, *edits: tuple[str, str], more: tuple[str | Path, ...] = ()) -> tuple[int, str, str]:
    after = GRANTS
    for old, new in edits:
        assert old in after
        after = after.replace(old, new)
    (folder / "after.yaml").write_text(after)
    files = folder / "grants.yaml", folder / "after.yaml"
    return gateway(
        "grants", "diff", *files, "--replay", folder / "journal", "--supergraph", folder / "schema.graphql", *more
    )


TRIO = ((TITLE, "READER"), (TITLE, "READER"), (TITLE, "CLERK"), (PRICE, "READER"), (FILTERED, "CLERK"))
ROWS = "Which rows are seen is not replayed; where other rows are meant stands above."
UNKNOWN = "  1 requests: ended before somebody known had asked a valid operation"


async def test_which_recorded_operations_change_their_verdict(tmp_path: Path):
    await recorded(tmp_path, *TRIO)
    edits = (READER, READER.replace("title", "price")), (CLERK, CLERK.replace(" price,", ""))
    status, output, problem = diff(tmp_path, *edits)
    assert (status, problem) == (1, "")
    lines = re.sub(r"  [0-9a-f]{16} ", "  <signature> ", output).splitlines()
    lines[9:11] = sorted(lines[9:11])  # in the order of their signatures
    assert lines == [
        "CLERK:",
        "  - lezen stock.Book.price",
        "READER:",
        "  + lezen stock.Book.price",
        "  - lezen stock.Book.title",
        "",
        "Of 6 requests on record 5 were decided again: 0 by their text, 5 by their coordinates.",
        "These would be decided otherwise:",
        "  <signature> query of READER, 2 requests: would be refused (Book.title)",
        "  <signature> query of CLERK, 1 requests: would be refused (Book.price)",
        "  <signature> query of READER, 1 requests: would be allowed (Book.price)",
        "Not decided again:",
        UNKNOWN,
        ROWS,
    ]
    # A filter is reading, and its value is nowhere.
    assert "999990019" not in output


async def test_fields_that_nobody_asked_change_no_verdict_and_the_status_says_so(tmp_path: Path):
    await recorded(tmp_path, (TITLE, "READER"))
    assert diff(tmp_path, (CLERK, CLERK.replace(" price,", ""))) == (
        0,
        f"""\
CLERK:
  - lezen stock.Book.price

Of 2 requests on record 1 were decided again: 0 by their text, 1 by their coordinates.
None of these would be decided otherwise.
Not decided again:
{UNKNOWN}
{ROWS}
""",
        "",
    )


async def test_for_a_machine(tmp_path: Path):
    await recorded(tmp_path, (TITLE, "READER"))
    (tmp_path / "manifest.json").write_text(json.dumps({"a": TITLE, "b": "{ nothing }"}))
    more = ("--documents", tmp_path / "manifest.json", "--format", "json")
    status, output, _ = diff(tmp_path, (READER, READER.replace("title", "price")), more=more)
    found = json.loads(output)
    assert len(found["replay"]["changed"][0].pop("signature")) == 64
    assert (status, found) == (
        1,
        {
            "different": True,
            "changes": [
                {"role": "READER", "action": "lezen", "place": "stock.Book.price", "change": "gained", "what": []},
                {"role": "READER", "action": "lezen", "place": "stock.Book.title", "change": "lost", "what": []},
            ],
            "replay": {
                "requests": 2,
                "evaluations": 0,
                "byText": 1,
                "byCoordinates": 0,
                "elsewhere": 0,
                "changed": [
                    {
                        "type": "query",
                        "role": "READER",
                        "scopes": ["reviews:read", "stock:read"],
                        "requests": 1,
                        "wouldBe": "refused",
                        "coordinates": ["Book.title"],
                    }
                ],
                "notReplayed": {"ended before somebody known had asked a valid operation": 1},
            },
        },
    )


async def test_what_other_grants_decided_is_said_to_be(tmp_path: Path):
    await recorded(tmp_path, (TITLE, "READER"))
    (tmp_path / "grants.yaml").write_text("# another one\n" + GRANTS)
    output = diff(tmp_path)[1]
    assert "1 of the requests were decided then by other grants than the first file, or on another graph." in output


async def test_what_cannot_be_used_is_status_2(tmp_path: Path):
    await recorded(tmp_path, (TITLE, "READER"))
    files = tmp_path / "grants.yaml", tmp_path / "grants.yaml"
    graph = ("--supergraph", tmp_path / "schema.graphql")
    journal = ("--replay", tmp_path / "journal")
    nowhere = tmp_path / "nowhere"
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in (tmp_path / "journal").iterdir():
        content = file.read_bytes().replace(b'"kind":"request"', b'"kind":request')
        (broken / file.name).write_bytes(content)
    (spoiled,) = (file.name for file in broken.glob("*.jsonl") if b'"kind":request' in file.read_bytes())
    wrong: list[tuple[tuple[Any, ...], str]] = [
        (journal, "--replay needs a --supergraph: whose grants count for a field, the graph says."),
        (graph, "--supergraph and --documents serve to replay a journal; give --replay as well."),
        (("--replay", nowhere, *graph), f"{nowhere}: No such file or directory."),
        (("--replay", tmp_path, *graph), f"There is no journal in {tmp_path}."),
        (("--replay", broken, *graph), f"{spoiled}: line 2 cannot be read; `gateway audit verify` says more."),
        ((*journal, "--supergraph", nowhere), f"CONFIG_NOT_FOUND: supergraph: there is no file {nowhere}."),
        ((*journal, *graph, "--documents", nowhere), f"{nowhere}: No such file or directory."),
        ((*journal, *graph, "--documents", tmp_path / "secret"), f"{tmp_path / 'secret'} is no JSON."),
    ]
    for words, sentence in wrong:
        assert gateway("grants", "diff", *files, *words) == (2, "", f"{sentence}\n")
