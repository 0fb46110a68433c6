"""Every request leaves a record before its answer leaves; without a record there is no answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import SettingsError
from tests.gateway.audit.harness import SECRET, requests, settings
from tests.gateway.library import ISSUER, Library, library, supergraph, token
from tests.gateway.streaming.harness import DUNE, DUNE_SOLD, EMMA, SOLD, bearer, street
from tests.gateway.transport.harness import ask

PRIVATE: dict[str, Any] = {
    "private_identifiers": ("card",),
    "persons": ("Loan.reader",),
    "purpose_header": "X-Purpose",
}


def hashed(value: str) -> str:
    return hmac.new(SECRET.encode(), value.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Library]:
    async with library(tmp_path, audit=settings(tmp_path, **PRIVATE)) as running:
        yield running


async def test_a_field_that_should_name_a_person_and_is_not_there_stops_the_start(tmp_path: Path):
    """Else what it should hide would stand in every record as it is."""
    with pytest.raises(SettingsError) as refused:
        async with library(tmp_path, audit=settings(tmp_path, persons=("Loan.raeder",))):
            pass
    assert (refused.value.code, str(refused.value)) == (
        "CONFIG_INVALID",
        "audit.persons: Loan.raeder is no field of an object of this graph.",
    )


def asked(**more: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(**more)}"}


async def test_a_record_says_who_got_what_on_which_ground(desk: Library, tmp_path: Path):
    trace = "463ac35c9f6413ad48485a3953bb6124"
    headers = {**asked(sub="office:12", act={"sub": "clerk:7"}, jti="t-1"), "X-B3-TraceId": trace}
    headers["X-Purpose"] = "loans:overview"
    reply = await ask(desk.app, "{ books { title reviews { stars } } }", headers=headers)
    assert reply.json()["data"]["books"][0] == {"title": "Dune", "reviews": [{"stars": 5}]}
    (record,) = requests(tmp_path)
    assert record.pop("hash")
    assert record.pop("at").endswith("Z")
    assert len(record.pop("span")) == 16
    operation = record.pop("operation")
    assert len(operation.pop("signature")) == 64
    assert len(operation.pop("release")) == 64
    assert record == {
        "sequence": 2,
        "kind": "request",
        "trace": trace,
        "result": "success",
        "status": 200,
        "caller": {
            "role": "CLERK",
            "identifiers": {"branch": "12"},
            "subject": "office:12",
            "actor": "clerk:7",
            "token": "t-1",
            "issuer": ISSUER,
            "scopes": ["reviews:read", "stock:read"],
        },
        "purpose": "loans:overview",
        "registers": ["reviews", "stock"],
        "records": {"Book": ["1", "2"]},
        "counts": {"Book": 2},
    }
    assert operation == {
        "type": "query",
        "action": "R",
        "coordinates": ["Book.reviews", "Book.title", "Review.stars"],
        "grants": ["BOOK-CLERK", "REVIEW", "REVIEWS"],
        "supergraph": supergraph().hash,
    }


async def test_keys_that_were_not_asked_for_are_recorded_and_not_answered(desk: Library, tmp_path: Path):
    reply = await ask(desk.app, "{ books { price } }", headers=asked())
    assert reply.body == b'{"data":{"books":[{"price":9},{"price":7}]}}'
    assert [record["records"] for record in requests(tmp_path)] == [{"Book": ["1", "2"]}]
    assert desk.asked == ["stock"]


async def test_a_refusal_is_recorded_with_what_was_asked(desk: Library, tmp_path: Path):
    reply = await ask(desk.app, "{ books { price } }", headers=asked(role="READER"))
    assert reply.status == 403
    (record,) = requests(tmp_path)
    kept = {name: record.get(name) for name in ("result", "status", "code", "records", "registers")}
    assert kept == {"result": "refused", "status": 403, "code": "FORBIDDEN", "records": None, "registers": None}
    assert record["operation"]["coordinates"] == ["Book.price"]
    assert desk.asked == []


async def test_a_request_without_a_token_and_one_without_sense_are_recorded(desk: Library, tmp_path: Path):
    await ask(desk.app, "{ books { title } }")
    await ask(desk.app, "{ nonsense }", headers=asked())
    kept = [(r["result"], r["code"], "caller" in r, "operation" in r) for r in requests(tmp_path)]
    assert kept == [
        ("refused", "UNAUTHENTICATED", False, False),
        ("error", "GRAPHQL_VALIDATION_FAILED", True, False),
    ]


async def test_a_person_is_recorded_as_a_keyed_hash(desk: Library, tmp_path: Path):
    desk.federation.world.roots["loans"] = [{"__typename": "Loan", "loanID": "5", "reader": "ann"}]
    await ask(desk.app, "{ loans { reader } }", headers=asked())
    await ask(desk.app, "{ books { title } }", headers=asked(role="READER", sub="card:ann", jti="ann-1"))
    first, second = requests(tmp_path)
    assert (first["persons"], first["records"]) == ([hashed("ann")], {"Loan": ["5"]})
    assert second["caller"]["identifiers"] == {"card": hashed("ann")}
    assert second["caller"]["subject"] == f"card:{hashed('ann')}"
    assert second["caller"]["token"] == f"{hashed('ann')}-1"
    text = "".join(path.read_text() for path in (tmp_path / "journal").glob("*.jsonl"))
    assert "ann" not in text


async def test_neither_a_value_nor_a_name_of_the_client_s_is_kept(desk: Library, tmp_path: Path):
    query = 'query secret1 { secret2: books(where: {title: {eq: "secret3"}}) { title } }'
    await ask(desk.app, query, headers={**asked(), "X-Purpose": "for secret4"})
    await ask(desk.app, query, headers={**asked(), "X-Purpose": "client:123456789"})
    assert [record.get("purpose") for record in requests(tmp_path)] == [None, None]
    text = "".join(path.read_text() for path in (tmp_path / "journal").glob("*.jsonl"))
    assert "secret" not in text


async def test_variables_decide_which_coordinates_were_asked(desk: Library, tmp_path: Path):
    query = "query ($w: BookFilter) { books(where: $w) { bookID } }"
    for where in ({"title": {"eq": "Dune"}}, {"price": {"eq": "9"}}):
        await ask(desk.app, query, variables={"w": where}, headers=asked())
    assert [record["operation"]["coordinates"] for record in requests(tmp_path)] == [
        ["Book.bookID", "Book.title"],
        ["Book.bookID", "Book.price"],
    ]


async def test_a_mutation_is_on_record_before_it_runs(tmp_path: Path):
    async with library(tmp_path, grants=False, audit=settings(tmp_path)) as desk:
        await ask(desk.app, "mutation { remove { title } }")
    kinds = [(record["kind"], record["operation"]["action"], record.get("records")) for record in requests(tmp_path)]
    assert kinds == [("begun", "E", None), ("request", "E", {"Book": ["2"]})]


async def test_without_a_journal_nothing_is_read(desk: Library, tmp_path: Path):
    await ask(desk.app, "{ books { title } }", headers=asked())
    (tmp_path / "journal").chmod(0o500)
    first = await ask(desk.app, "{ books { title } }", headers=asked())
    before = list(desk.asked)
    second = await ask(desk.app, "{ books { title } }", headers=asked())
    assert [(reply.status, reply.codes, reply.headers["retry-after"]) for reply in (first, second)] == [
        (503, ["AUDIT_UNAVAILABLE"], "5")
    ] * 2
    assert b"Dune" not in first.body + second.body
    assert desk.asked == before
    (tmp_path / "journal").chmod(0o700)


async def test_without_grants_requests_are_recorded_too(tmp_path: Path):
    async with library(tmp_path, grants=False, audit=settings(tmp_path)) as desk:
        await ask(desk.app, "{ books { title } }")
    (record,) = requests(tmp_path)
    assert "caller" not in record
    assert record["operation"]["coordinates"] == ["Book.title", "Query.books"]
    assert record["records"] == {"Book": ["1", "2"]}


# -- subscriptions -----------------------------------------------------------------------------------------------------


async def test_each_event_is_on_record_before_it_leaves(tmp_path: Path):
    async with (
        street(tmp_path, grants=True, audit=settings(tmp_path)) as town,
        town.socket(init={"Authorization": bearer(token())}) as client,
    ):
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        assert (await client.hear())["payload"] == DUNE_SOLD
        kept = [(record["kind"], record.get("records"), record["caller"]["role"]) for record in requests(tmp_path)]
    assert kept == [("request", None, "CLERK"), ("event", {"Book": ["1"]}, "CLERK")]


async def test_an_event_that_cannot_be_recorded_does_not_leave(tmp_path: Path):
    async with (
        street(tmp_path, grants=True, audit=settings(tmp_path)) as town,
        town.socket(init={"Authorization": bearer(token())}) as client,
    ):
        await client.subscribe(SOLD)
        await town.shop.streams(1)
        town.shop.publish(DUNE)
        assert (await client.hear())["payload"] == DUNE_SOLD
        (tmp_path / "journal").chmod(0o500)
        town.shop.publish(EMMA)
        heard = await client.hear()
        (tmp_path / "journal").chmod(0o700)
    assert [error["extensions"]["code"] for error in heard["payload"]["errors"]] == ["AUDIT_UNAVAILABLE"]
    assert "Emma" not in str(heard)
