"""Shadow mode: a second grants file is compared with the first on every request, and decides nothing."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from gateway.commands import serving_source
from gateway.settings import AuthorizationSettings, IssuerSettings, Settings, SettingsError, read_settings
from gateway.settings.reading import check_complete
from tests.gateway.library import AUDIENCE, GRANTS, ISSUER, library, token
from tests.gateway.telemetry.exposition import parse
from tests.gateway.test_cli import gateway
from tests.gateway.transport.harness import ask, call

TITLE, PRICE, LOANS = "{ featured { title } }", "{ featured { price } }", "{ loans { reader } }"


def shadow(folder: Path, *edits: tuple[str, str]) -> dict[str, Any]:
    text = GRANTS
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (folder / "next.yaml").write_text(text)
    return {"shadow_grants": str(folder / "next.yaml")}


def told(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == event]


async def counted(app: Any) -> dict[str, float]:
    family = parse((await call(app, "GET", "/metrics")).body.decode())["gateway_shadow_decisions_total"]
    return {dict(labels)["kind"]: value for (_, labels), value in family.samples.items()}


READER = "type: stock.Book, fields: [bookID, title]}"
READS_PRICE = (READER, "type: stock.Book, fields: [bookID, price]}")


@pytest.mark.parametrize(
    ("query", "role", "status", "kind", "coordinates"),
    [
        (TITLE, "CLERK", 200, "same", None),
        (TITLE, "READER", 200, "would_refuse", ["Book.title"]),
        (PRICE, "READER", 403, "would_allow", ["Book.price"]),
        ("{ books(where: {price: {gt: \"1\"}}) { loans { reader } } }", "READER", 403, "other_coordinates", ["Book.price"]),
        (LOANS, "READER", 403, "same", None),
    ],
)  # fmt: skip
async def test_the_first_decides_and_the_difference_is_told(
    query: str, role: str, status: int, kind: str, coordinates: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    async with library(tmp_path, **shadow(tmp_path, READS_PRICE)) as desk:
        for _ in range(3):
            assert (await ask(desk.app, query, token=token(role))).status == status
        assert await counted(desk.app) == {kind: 3}
    lines = told(capsys, "shadow_differs")
    assert [(line["kind"], line["role"], line["coordinates"]) for line in lines] == (
        [] if coordinates is None else [(kind, role, coordinates)]
    )


async def test_the_log_holds_nothing_of_a_caller_but_its_role(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    async with library(tmp_path, **shadow(tmp_path, READS_PRICE)) as desk:
        query = '{ books(where: {title: {eq: "999990019"}}) { title } }'
        await ask(desk.app, query, token=token("READER", card="secretcard"))
        log = capsys.readouterr().err
    assert "shadow_differs" in log
    assert [word for word in ("999990019", "secretcard", "eyJ") if word in log] == []


async def test_a_role_of_its_own_is_the_one_that_it_decides_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    edits = ("  READER: {identifiers: {card: '^[a-z]+$'}}", "  READER: {identifiers: {card: '^[0-9]+$'}}")
    async with library(tmp_path, **shadow(tmp_path, edits)) as desk:
        assert (await ask(desk.app, TITLE, token=token("READER"))).status == 200
        assert await counted(desk.app) == {"would_refuse": 1}
    (line,) = told(capsys, "shadow_differs")
    assert (line["role"], line["shadow_role"]) == ("READER", None)


@pytest.mark.parametrize("fault", [RuntimeError("no answer"), KeyError("role"), RecursionError()])
async def test_a_fault_of_it_is_counted_and_reaches_nobody(
    fault: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fails(*_: Any, **__: Any) -> Any:
        raise fault

    monkeypatch.setattr("gateway.shadowing.decide", fails)
    async with library(tmp_path, **shadow(tmp_path)) as desk:
        for _ in range(2):
            reply = await ask(desk.app, TITLE, token=token("READER"))
            assert (reply.status, reply.json()) == (200, {"data": {"featured": {"title": "Dune"}}})
        assert await counted(desk.app) == {"error": 2}
    # The second time nothing is evaluated any more.
    assert [line["reason"] for line in told(capsys, "shadow_failed")] == [type(fault).__name__]


LOOKS = (
    TITLE,
    PRICE,
    LOANS,
    "{ featured { pric } }",
    "{ __schema { types { name fields { name } inputFields { name } } } }",
    '{ __type(name: "Book") { fields { name } } }',
    '{ books(where: {price: {gt: "1"}}) { title } }',
)


async def test_no_caller_can_tell_whether_there_is_a_second_file(tmp_path: Path):
    """Nor what it would open: not by answers, suggestions, the schema, parts of answers or explanations."""
    issuer = IssuerSettings(ISSUER, jwks=str(tmp_path / "jwks.json"), audience=AUDIENCE)
    authorization = AuthorizationSettings(issuers=(issuer,), explain_scope="gateway:explain")
    scopes = ["stock:read", "reviews:read", "gateway:explain"]
    answers: list[list[tuple[int, bytes, Any]]] = []
    for second in ({}, shadow(tmp_path, READS_PRICE)):
        async with library(tmp_path, authorization=authorization, **second) as desk:
            found: list[tuple[int, bytes, Any]] = []
            for query, role, wish in product(
                LOOKS, ("READER", "NOBODY"), ({}, {"authorization": True, "partial": True})
            ):
                reply = await ask(desk.app, query, token=token(role, scopes=scopes), extensions=wish)
                headers = {name: value for name, value in reply.headers.items() if "trace" not in name}
                found.append((reply.status, reply.body, headers))
            answers.append(found)
    assert answers[0] == answers[1]
    explained = [body for _, body, _ in answers[0] if b'"authorization"' in body]
    assert len(explained) > len(LOOKS)


async def test_who_is_told_by_hash_what_is_compared(tmp_path: Path):
    async with library(tmp_path, **shadow(tmp_path, READS_PRICE)) as desk:
        facts = desk.app.lifecycle.current.facts
        assert sorted(facts) == ["grants", "shadow", "supergraph"]
        assert facts["grants"] != facts["shadow"]


async def test_a_second_file_that_is_none_is_said_before_anything_serves(tmp_path: Path):
    given = shadow(tmp_path, ("stock.Loan", "stock.Lone"))
    with pytest.raises(SettingsError, match=r"next.yaml:20:70: stock has no type 'Lone'; did you mean 'Loan'"):
        async with library(tmp_path, **given):
            pass
    with pytest.raises(SettingsError, match="shadow_grants: there is no file"):
        async with library(tmp_path, shadow_grants=str(tmp_path / "nowhere.yaml")):
            pass


def test_there_is_nothing_to_compare_with_without_the_first(tmp_path: Path):
    with pytest.raises(SettingsError, match="shadow_grants: expected `grants` as well"):
        check_complete(Settings(supergraph="-", shadow_grants="next.yaml"))
    file = tmp_path / "gateway.yaml"
    file.write_text("shadow_grants: next.yaml\n")
    assert read_settings(file).shadow_grants == str(tmp_path / "next.yaml")
    assert gateway("settings", "check", file)[0] == 0


def test_it_is_read_anew_with_the_rest(tmp_path: Path):
    shadow(tmp_path, READS_PRICE)
    (tmp_path / "next.yaml").rename(tmp_path / "base.yaml")
    (tmp_path / "next.yaml").write_text("extends: [base.yaml]\nversion: 1\n")
    file = tmp_path / "gateway.yaml"
    file.write_text("shadow_grants: next.yaml\nsupergraph: schema.graphql\n")
    assert serving_source(settings=file)().files == (
        file, tmp_path / "schema.graphql", tmp_path / "base.yaml", tmp_path / "next.yaml",
    )  # fmt: skip
