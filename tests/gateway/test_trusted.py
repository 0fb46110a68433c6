"""Trusted documents: what may be asked by id, and what may be asked at all."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gateway.settings import DocumentSettings, SettingsError
from gateway.trusted import read_manifest
from tests.gateway.library import Library, library
from tests.gateway.transport.harness import Reply, call

TITLES = "query Titles { books { title } }"
REVIEWS = "query Reviews { books { reviews { stars } } }"
OTHER = "{ books { bookID } }"
TITLES_ANSWER = {"data": {"books": [{"title": "Dune"}, {"title": "Emma"}]}}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


LISTED = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [
        {"id": sha256(TITLES), "name": "Titles", "type": "query", "body": TITLES},
        {"id": "reviews-1", "name": "Reviews", "type": "query", "body": REVIEWS},
    ],
}
RELAY = {"0d4c": TITLES, "reviews-1": REVIEWS}


def manifest(folder: Path, content: Any = LISTED, mode: Any = "prefer") -> DocumentSettings:
    (folder / "manifest.json").write_text(json.dumps(content))
    return DocumentSettings(str(folder / "manifest.json"), mode)


async def post(desk: Library, **content: Any) -> Reply:
    headers = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
    return await call(desk.app, headers=headers, body=json.dumps(content).encode())


def by_hash(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}


def told(reply: Reply) -> list[tuple[str, str]]:
    return [(error["extensions"]["code"], error["message"]) for error in reply.json()["errors"]]


@pytest.mark.parametrize("mode", ["prefer", "only"])
@pytest.mark.parametrize(
    "asked",
    [
        {"documentId": sha256(TITLES)},
        {"documentId": f"sha256:{sha256(TITLES)}"},
        {"extensions": by_hash(TITLES)},
        {"query": TITLES, "extensions": by_hash(TITLES)},
        {"query": TITLES},
        {"documentId": None, "query": TITLES},
    ],
)
async def test_a_trusted_document_is_answered_by_id_and_by_text(tmp_path: Path, asked: dict[str, Any], mode: str):
    async with library(tmp_path, grants=False, documents=manifest(tmp_path, mode=mode)) as desk:
        reply = await post(desk, **asked)
        assert (reply.status, reply.json()) == (200, TITLES_ANSWER)


@pytest.mark.parametrize("document_id", ["0d4c", sha256(TITLES)])
async def test_relays_manifest_gives_ids_and_texts(tmp_path: Path, document_id: str):
    async with library(tmp_path, grants=False, documents=manifest(tmp_path, RELAY, "only")) as desk:
        assert (await post(desk, documentId=document_id)).json() == TITLES_ANSWER


async def test_a_document_is_asked_by_id_over_get(tmp_path: Path):
    async with library(tmp_path, grants=False, documents=manifest(tmp_path, mode="only")) as desk:
        for asked in ({"documentId": sha256(TITLES)}, {"extensions": json.dumps(by_hash(TITLES))}):
            headers = {"GraphQL-Require-Preflight": "1"}
            reply = await call(desk.app, "GET", query_string=urlencode(asked), headers=headers)
            assert (reply.status, reply.json()) == (200, TITLES_ANSWER)


NOT_FOUND = [("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")]
NOT_LISTED = [("QUERY_NOT_IN_SAFELIST", "Only trusted documents are answered here.")]
NOT_THE_ONE = [("BAD_USER_INPUT", "The document is not the one that its id stands for.")]


@pytest.mark.parametrize(
    ("mode", "asked", "problem"),
    [
        ("prefer", {"extensions": by_hash(OTHER)}, NOT_FOUND),
        ("prefer", {"documentId": "nope"}, NOT_FOUND),
        ("prefer", {"query": OTHER, "extensions": by_hash(TITLES)}, NOT_THE_ONE),
        ("prefer", {"query": OTHER, "extensions": by_hash(OTHER)}, None),
        ("prefer", {"query": OTHER}, None),
        ("only", {"extensions": by_hash(OTHER)}, NOT_FOUND),
        ("only", {"query": OTHER, "extensions": by_hash(TITLES)}, NOT_THE_ONE),
        ("only", {"query": OTHER, "extensions": by_hash(OTHER)}, NOT_LISTED),
        ("only", {"query": OTHER}, NOT_LISTED),
        ("only", {"query": TITLES + " "}, NOT_LISTED),
        ("only", {"query": "{ __schema { queryType { name } } }"}, NOT_LISTED),
        ("off", {"query": OTHER, "extensions": by_hash(TITLES)}, None),
        ("off", {"extensions": by_hash(TITLES)}, [("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported")]),
        ("off", {"documentId": 1}, [("BAD_USER_INPUT", "The parameter documentId must be a string.")]),
        ("off", {"extensions": {"persistedQuery": 1}}, [("BAD_USER_INPUT", "The extension persistedQuery must have a sha256Hash.")]),
        ("off", {}, [("BAD_USER_INPUT", "The parameter query is missing.")]),
    ],
)  # fmt: skip
async def test_what_else_is_answered(
    tmp_path: Path, mode: str, asked: dict[str, Any], problem: list[tuple[str, str]] | None
):
    async with library(tmp_path, grants=False, documents=manifest(tmp_path, mode=mode)) as desk:
        reply = await post(desk, **asked)
        if problem is None:
            assert reply.json() == {"data": {"books": [{"bookID": "1"}, {"bookID": "2"}]}}
        else:
            assert (reply.status, told(reply), desk.seen) == (400, problem, [])


async def test_an_unknown_document_is_not_learnt(tmp_path: Path):
    async with library(tmp_path, grants=False, documents=manifest(tmp_path)) as desk:
        assert (await post(desk, query=OTHER, extensions=by_hash(OTHER))).status == 200
        assert told(await post(desk, extensions=by_hash(OTHER))) == NOT_FOUND


async def test_documents_are_planned_before_anybody_asks(tmp_path: Path):
    listed = {**RELAY, "older": "{ notAnyMore }"}
    async with library(tmp_path, grants=False, documents=manifest(tmp_path, listed)) as desk:
        caches = desk.app.lifecycle.current.pipeline.caches
        before = {name: cache.misses for name, cache in caches.items()}
        await post(desk, documentId="0d4c")
        await post(desk, documentId="reviews-1")
        assert {name: cache.misses for name, cache in caches.items()} == before


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("[", "is no JSON"),
        ("[]", "is no manifest: expected an object"),
        ('{"a": 1}', "is no manifest: expected an id and a text for every document"),
        ('{"format": "other", "operations": []}', "expected the format apollo-persisted-query-manifest, version 1"),
        (json.dumps({**LISTED, "version": 2}), "expected the format apollo-persisted-query-manifest, version 1"),
        (json.dumps({**LISTED, "operations": {}}), "expected a list of operations"),
        (json.dumps({**LISTED, "operations": [{"id": "a"}]}), "expected an id and a text for every document"),
        (
            json.dumps({**LISTED, "operations": [{"id": "a", "body": "{a}"}, {"id": "a", "body": "{b}"}]}),
            "has two documents with the id a",
        ),
    ],
)
def test_what_is_no_manifest(tmp_path: Path, content: str, problem: str):
    file = tmp_path / "manifest.json"
    file.write_text(content)
    with pytest.raises(ValueError, match=problem):
        read_manifest(file, only=True)


async def test_a_manifest_that_is_not_there_stops_the_start(tmp_path: Path):
    with pytest.raises(SettingsError, match=r"^documents\.manifest: there is no file ") as caught:
        async with library(tmp_path, grants=False, documents=DocumentSettings(str(tmp_path / "no.json"), "only")):
            pass
    assert caught.value.code == "CONFIG_NOT_FOUND"
