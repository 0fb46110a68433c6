"""Every published query is valid at its register, as it is sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSchema, parse, validate

from registers.graph import register
from tests.registers.listing import served

QUERIES = sorted((Path(__file__).parents[1] / "end_to_end" / "published_queries").glob("*.graphql"))
HOMES = {"QIR": "indicatie", "QBR": "bemiddeling", "POL": "bemiddeling", "QLR": "zorglevering"}


@pytest.fixture(scope="module")
def schemas() -> dict[str, GraphQLSchema]:
    return {name: served(register(name).schema) for name in set(HOMES.values())}


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_query_is_valid(query: Path, schemas: dict[str, GraphQLSchema]) -> None:
    assert validate(schemas[HOMES[query.name[:3]]], parse(query.read_text("utf-8"))) == []


def test_there_are_queries() -> None:
    assert {path.name[:3] for path in QUERIES} == set(HOMES)
