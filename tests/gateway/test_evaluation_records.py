"""Evaluations that others ask for are decisions: each is on record before its answer leaves, and none is answered without."""

from __future__ import annotations

import hashlib
import hmac
import json
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.composition.compose import compose
from gateway.composition.model import SubgraphInput
from gateway.supergraph.reader import read_supergraph
from tests.gateway.audit.harness import SECRET, records, settings
from tests.gateway.library import GRANTS, ISSUER, SDL, Library, library, token
from tests.gateway.test_cli import gateway
from tests.gateway.test_decision_point import CLERK, ONE, POINT, READER, SEVERAL, post, question
from tests.gateway.transport.harness import Reply, ask

ASKER = token("CLERK", scopes=["pdp:ask"], sub="pep", jti="t-1")
PRICE = "{ featured { price } }"


def hashed(value: str) -> str:
    return hmac.new(SECRET.encode(), value.encode(), hashlib.sha256).hexdigest()


def audit(folder: Path) -> Any:
    return settings(folder, persons=("Loan.reader",), private_identifiers=("card",), purpose_header="X-Purpose")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path, audit=audit(tmp_path), decision_point=POINT) as running:
        yield running


async def asked(desk: Library, body: Any, path: str = ONE, **more: Any) -> Reply:
    return await post(desk, body, path, **{"by": ASKER, **more})


def kept(folder: Path) -> list[dict[str, Any]]:
    return [record for record in records(folder) if record["kind"] == "evaluation"]


def several(*resources: Any, **more: Any) -> dict[str, Any]:
    return {"subject": READER, "action": {"name": "QUERY"}, "evaluations": list(resources), **more}


def field(name: str) -> dict[str, Any]:
    return {"resource": {"type": "graphql:field", "id": name}}


# -- what is written -------------------------------------------------------------------------------------------------------


async def test_a_record_says_who_asked_about_whom_and_what_and_on_which_ground(desk: Library, tmp_path: Path):
    trace = "463ac35c9f6413ad48485a3953bb6124"
    body = question(READER, {"query": PRICE}) | {"context": {"purpose_of_use": "LENDING"}}
    reply = await asked(desk, body, X_B3_TraceId=trace)
    assert reply.json()["decision"] is False
    (record,) = kept(tmp_path)
    grants = desk.app.lifecycle.current.grants
    assert grants is not None
    assert (len(record.pop("hash")), len(record.pop("span")), record.pop("at")[-1]) == (64, 16, "Z")
    assert len(record["operation"].pop("signature")) == 64
    assert record == {
        "sequence": 2,
        "kind": "evaluation",
        "trace": trace,
        "result": "refused",
        "status": 200,
        "caller": {
            "role": "CLERK",
            "identifiers": {"branch": "12"},
            "subject": "pep",
            "actor": None,
            "token": "t-1",
            "issuer": ISSUER,
            "scopes": ["pdp:ask"],
        },
        "purpose": "LENDING",
        "operation": {
            "type": "query",
            "action": "R",
            "coordinates": ["Book.price"],
            "grants": [],
            "release": grants.release,
            "supergraph": desk.app.lifecycle.current.supergraph.hash,
        },
        "evaluation": {
            "decision": False,
            "reason": "FORBIDDEN",
            "subject": {
                "reference": hashed("ann"),
                "role": "READER",
                "identifiers": {"card": hashed("ann")},
                "scopes": ["reviews:read", "stock:read"],
            },
            "number": 1,
            "of": 1,
        },
    }


async def test_each_evaluation_of_a_batch_has_its_record_up_to_the_one_that_ends_it(desk: Library, tmp_path: Path):
    body = several(field("Book.title"), {"resource": {"type": "book"}}, field("Book.price"), options={})
    body["options"] = {"evaluations_semantic": "execute_all"}
    assert (await asked(desk, body, SEVERAL)).status == 200
    body["options"] = {"evaluations_semantic": "deny_on_first_deny"}
    assert (await asked(desk, body, SEVERAL)).status == 200
    told = [(one["evaluation"], one["operation"]["coordinates"], one["operation"]["grants"]) for one in kept(tmp_path)]
    short = [
        (e["number"], e["of"], e["decision"], e.get("reason"), coordinates, grants) for e, coordinates, grants in told
    ]
    assert short == [
        (1, 3, True, None, ["Book.title"], ["BOOK-READER"]),
        (2, 3, False, "MALFORMED", [], []),
        (3, 3, False, "FORBIDDEN", ["Book.price"], []),
        (1, 2, True, None, ["Book.title"], ["BOOK-READER"]),
        (2, 2, False, "MALFORMED", [], []),
    ]
    assert len({one["trace"] for one in kept(tmp_path)[:3]}) == 1


async def test_who_was_not_let_in_leaves_a_record_as_far_as_it_came(desk: Library, tmp_path: Path):
    await asked(desk, question(READER, id="Book.title"), by=None)
    await asked(desk, question(READER, id="Book.title"), by=token("CLERK", sub="curious"))
    await asked(desk, b"{")
    assert [
        (one["result"], one["status"], one["code"], one.get("caller", {}).get("subject"), one.get("evaluation"))
        for one in kept(tmp_path)
    ] == [
        ("refused", 401, "UNAUTHENTICATED", None, None),
        ("refused", 403, "FORBIDDEN", "curious", None),
        ("error", 400, "BAD_USER_INPUT", "pep", None),
    ]


async def test_nothing_that_is_described_is_written_unless_it_is_known_by_name(desk: Library, tmp_path: Path):
    """Whatever can be sent as free text could be somebody's number: in the journal it is a keyed hash, and elsewhere nothing."""
    secret = "999990019"
    described = {"type": secret, "id": secret, "properties": {"scopes": [secret], "note": secret}}
    fitting = {"type": "card", "id": "nineteen", "properties": {"scopes": [secret, "stock:read"]}}
    for body in (
        question(described, {"coordinates": [f"Book.{secret}", "Book.title"]}, id=secret),
        question({**described, "type": "branch"}, {"query": f'{{ books(where: {{title: {{eq: "{secret}"}}}}) {{ title }} }}'}),
        question(fitting, id=secret) | {"context": {"purpose_of_use": secret}},
        question(fitting, {"query": f"query n{secret} {{ n{secret}: featured {{ title }} }}"}, action=secret),
        {**question(fitting), "resource": {"type": secret, "id": secret}},
    ):  # fmt: skip
        assert (await asked(desk, body)).status == 200
    told = kept(tmp_path)
    text = json.dumps(told)
    # What the role of a clerk is named by is no person, and stands as it is where it fits.
    assert text.count(secret) == 1
    assert told[1]["evaluation"]["subject"]["identifiers"] == {"branch": secret}
    assert "nineteen" not in text
    assert [one["evaluation"]["subject"]["reference"] for one in told] == [hashed(secret)] * 2 + [
        hashed("nineteen")
    ] * 3
    assert [one["evaluation"].get("unknown") for one in told] == [1, None, 1, None, None]


# -- without a record no answer --------------------------------------------------------------------------------------------


async def test_what_cannot_be_recorded_is_not_answered(desk: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gateway.audit.writing.JournalWriter.write", full)
    judged: list[Any] = []
    judge = desk.app.lifecycle.current.decisions
    assert judge is not None
    answered = judge._judge
    monkeypatch.setattr(judge, "_judge", lambda entry: judged.append(entry) or answered(entry))
    for path, body in ((ONE, question(READER, id="Book.title")), (SEVERAL, several(*[field("Book.title")] * 3))):
        reply = await asked(desk, body, path)
        assert (reply.status, reply.codes, reply.headers["retry-after"]) == (503, ["AUDIT_UNAVAILABLE"], "5")
        assert b"decision" not in reply.body
    # From the second request on nothing is judged any more, and the same is said to queries.
    assert len(judged) == 1
    reply = await ask(desk.app, PRICE, token=token("CLERK"))
    assert (reply.status, [one["extensions"]["code"] for one in reply.json()["errors"]]) == (503, ["AUDIT_UNAVAILABLE"])


async def test_a_fault_of_ours_is_on_record(desk: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fails(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr("gateway.judging.GraphJudge._refused", fails)
    assert (await asked(desk, question(READER, id="Book.title"))).status == 500
    (record,) = kept(tmp_path)
    assert (record["result"], record["code"]) == ("error", "INTERNAL_SERVER_ERROR")


# -- who reads them --------------------------------------------------------------------------------------------------------


async def written(folder: Path) -> Path:
    """A journal of three evaluations (one that is refused as a whole, one of a list with a name that is none) and one look."""
    made = _schema()
    (folder / "schema.graphql").write_text(made)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.gateway.library.supergraph", lambda: read_supergraph(made))
        async with library(folder, audit=audit(folder), decision_point=POINT) as desk:
            desk.federation.world.roots["loans"] = [{"__typename": "Loan", "loanID": "5", "reader": "ann"}]
            await asked(desk, question(CLERK, {"query": PRICE}))
            await asked(desk, question(READER, {"coordinates": ["Book.title"]}))
            await asked(desk, question(READER, {"coordinates": ["Book.title", "Book.isbn"]}))
            await ask(desk.app, "{ loans { reader } }", token=token("CLERK"))
    return folder / "journal"


def _schema() -> str:
    link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
    made = compose([SubgraphInput(name, f"http://{name}/", link + sdl) for name, sdl in SDL.items()]).supergraph_sdl
    assert made is not None
    return made


async def test_the_chain_is_proven_with_them(tmp_path: Path):
    journal = await written(tmp_path)
    status, output, _ = gateway("audit", "verify", journal, "--key", tmp_path / "audit.pem")
    assert (status, output.split(": ", 1)[1]) == (0, "lines 1 to 6 in 1 files, closed, signed to 6.\n")


async def test_an_evaluation_is_not_a_look(tmp_path: Path):
    journal = await written(tmp_path)
    person = ("--person", "-", "--secret", tmp_path / "secret", "--format", "json")
    status, output, _ = gateway("audit", "who-saw", journal, *person, stdin="ann")
    assert (status, [json.loads(line)["kind"] for line in output.splitlines()]) == (0, ["request"])


async def test_it_is_handed_over_with_who_asked_and_about_whom(tmp_path: Path):
    journal = await written(tmp_path)
    status, output, _ = gateway("audit", "export", journal)
    clerk, reader, *_ = [one for one in ET.fromstring(output) if one.find("event").get("eventCode") == "evaluation"]  # type: ignore[union-attr]
    assert status == 0
    for found, result, reason, asker, subject, coordinates in (
        (clerk, "success", "", "branch:12", "branch:12", "Book.price"),
        (reader, "success", "", "branch:12", f"card:{hashed('ann')}", "Book.title"),
    ):
        event, thing = found.find("event"), found.find("object")
        users = [(user.get("userId"), user.get("initiator")) for user in found.findall("user")]
        assert event is not None
        assert thing is not None
        assert (event.get("result"), event.get("errorCode"), event.get("actionCode")) == (result, reason, "R")
        assert users == [(asker, "true"), (subject, "false")]
        assert thing.get("identifier") == coordinates


async def test_they_are_decided_again_by_other_grants(tmp_path: Path):
    journal = await written(tmp_path)
    (tmp_path / "after.yaml").write_text(GRANTS.replace("fields: [bookID, title]}", "fields: [bookID]}"))
    files = tmp_path / "grants.yaml", tmp_path / "after.yaml"
    graph = ("--supergraph", tmp_path / "schema.graphql")
    status, output, problem = gateway("grants", "diff", *files, "--replay", journal, *graph)
    assert (status, problem) == (1, "")
    assert output.partition("\n\n")[2].splitlines() == [
        "Of 4 requests on record (3 of them evaluations) 3 were decided again: 0 by their text, 3 by their coordinates.",
        "These would be decided otherwise:",
        "  a list, as query of READER, 1 requests: would be refused (Book.title)",
        "Not decided again:",
        "  1 requests: ended before somebody known had asked a valid operation",
        "Which rows are seen is not replayed; where other rows are meant stands above.",
    ]
