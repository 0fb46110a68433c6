"""The schema that a caller is shown ends where its grants end, for every role and every choice of scopes."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLObjectType, build_schema, get_named_type, print_schema

from gateway.authorization.grants import Grants, load_grants
from gateway.supergraph.reader import read_supergraph
from gateway.visible import visible_schema
from tests.harness import REPOSITORY, SCOPES, Network
from tests.security.parties import CIZ, CLIENT, OFFICE, PROVIDER, forged

ROLES = ("ZORGKANTOOR", "ZORGAANBIEDER", "CIZ", "BURGER", "ONDERNEMING", None)
CHOICES = [frozenset(chosen) for size in range(5) for chosen in combinations(SCOPES.values(), size)]


@cache
def _grants() -> Grants:
    supergraph = read_supergraph((REPOSITORY / "schema.graphql").read_text())
    return load_grants((REPOSITORY / "network" / "grants.yaml").read_text(), supergraph)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_shown_that_no_grant_opens(role: str | None) -> None:
    grants = _grants()
    for scopes in CHOICES:
        reach = grants.reach(role, scopes)
        shown = visible_schema(grants.supergraph.schema, (reach, grants.inputs))
        anchored = {c for anchors in reach.anchors.values() for anchor in anchors for c in anchor.coordinates}
        open_ = reach.allowed | anchored
        for name, type_ in build_schema(print_schema(shown) or "type Query").type_map.items():
            if name.startswith("__") or name == "Query":
                continue
            if isinstance(type_, GraphQLObjectType):
                assert {f"{name}.{field}" for field in type_.fields} <= open_
            if isinstance(type_, GraphQLInputObjectType) and name in grants.inputs.types:
                entry = grants.inputs.types[name]
                free = {*entry.combinators, *entry.claims, *entry.ignored}
                for field in type_.fields.keys() - free:
                    reads = entry.overrides.get(field) or (f"{entry.reads.name}.{field}",)
                    assert set(reads) <= open_
        types = {name for name, type_ in shown.type_map.items() if isinstance(type_, GraphQLObjectType)}
        roots = {get_named_type(field.type).name for field in shown.query_type.fields.values()}  # type: ignore[union-attr]
        assert roots <= reach.types | set(reach.anchors)
        assert types - {"Query"} - {name for name in types if name.startswith("__")} <= {
            c.partition(".")[0] for c in open_
        }


@pytest.mark.parametrize("role", [None, "ONDERNEMING"])
def test_without_grants_the_schema_is_empty(role: str | None) -> None:
    grants = _grants()
    shown = visible_schema(grants.supergraph.schema, (grants.reach(role, CHOICES[-1]), grants.inputs))
    assert shown.query_type is not None
    assert dict(shown.query_type.fields) == {}


def test_callers_are_shown_their_own_schema_in_turn(net: Network) -> None:
    """Answers about the schema are kept: by role and scopes, not by question."""
    query = '{ __type(name: "Overdracht") { fields { name } } }'
    variable = "query ($name: String!) { __type(name: $name) { fields { name } } }"
    without = forged(net, scopes=[SCOPES["indicatie"]])
    tokens = {party: net.token(party) for party in (OFFICE, PROVIDER, CIZ, CLIENT)} | {"without": without}
    for _ in range(2):
        seen = {party: _type(net, query, token) for party, token in tokens.items()}
        assert {party for party, type_ in seen.items() if type_ is not None} == {OFFICE, CLIENT}
        assert seen == {party: _type(net, variable, token, {"name": "Overdracht"}) for party, token in tokens.items()}
    assert net.ask(query).status == 401


def _type(net: Network, query: str, token: str, variables: dict[str, Any] | None = None) -> Any:
    return net.ask(query, variables, token=token).json()["data"]["__type"]
