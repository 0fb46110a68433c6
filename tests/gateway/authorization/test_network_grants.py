"""The shipped grants over the shipped schemas: complete, up to date, and open to what was published."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from graphql import GraphQLInputObjectType, GraphQLSchema, get_named_type

from gateway.authorization.caller import Caller
from gateway.authorization.command import compile_command
from gateway.authorization.decide import Reason
from gateway.authorization.grants import load_grants, uncovered
from tests.gateway.authorization.harness import (
    GRANTS_FILE,
    REGISTERS,
    REPOSITORY,
    SCOPES,
    caller,
    decision,
    mapping_of,
    network,
    network_supergraph,
    refused,
)

ZK, ZA, CIZ, BURGER = caller("ZORGKANTOOR"), caller("ZORGAANBIEDER"), caller("CIZ"), caller("BURGER")


def test_every_field_has_a_grant_or_an_explicit_never():
    assert uncovered(network()) == []


def test_a_field_that_nobody_decided_on_is_found():
    text = GRANTS_FILE.read_text().replace("  indicatie.Grondslag: [id]\n", "")
    assert uncovered(load_grants(text, network_supergraph())) == ["indicatie.Grondslag.id"]


def test_what_is_never_granted_is_in_no_grant():
    never = {(str(n.type), word.text) for n in network().file.never for word in n.fields}
    granted = {(str(g.type), word.text) for g in network().file.grants for word in g.fields}
    assert never & granted == set()


def test_every_input_field_of_the_graph_says_what_it_reads():
    schema: GraphQLSchema = network_supergraph().schema
    known = {*network().inputs.types, *network().inputs.transparent}
    inputs = {name for name, type_ in schema.type_map.items() if isinstance(type_, GraphQLInputObjectType)}
    assert inputs == known
    scalars = [
        f"{type_.name}.{name}({argument}:)"
        for type_ in schema.type_map.values()
        if not type_.name.startswith("__")
        for name, field in (getattr(type_, "fields", None) or {}).items()
        for argument, definition in (getattr(field, "args", None) or {}).items()
        if not isinstance(get_named_type(definition.type), GraphQLInputObjectType)
    ]
    assert scalars == []


def test_every_enabled_grant_says_where_it_comes_from():
    assert [grant.id for grant in network().file.grants if not grant.source] == []


@pytest.mark.parametrize("name", REGISTERS)
def test_the_checked_in_policies_are_what_the_grants_say(name: str, tmp_path: Path):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(mapping_of(name)))
    assert compile_command(mapping, GRANTS_FILE, REPOSITORY / "registers" / name / "policies", check=True) == 0


def test_the_engine_knows_no_word_of_care():
    words = re.compile(r"wlz|zorg|bemiddel|indicati(?!ng)|levering|uzovi|\bagb|\bbsn\b|\bciz", re.IGNORECASE)
    found = {
        f"{file.name}:{number}: {match.group()}"
        for file in (REPOSITORY / "gateway" / "authorization").rglob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        for match in words.finditer(line)
    }
    assert found == set()


@pytest.mark.parametrize(
    ("who", "coordinates"),
    [
        (ZA, ["Bemiddelingspecificatie.pgbPercentage", "Bemiddeling.overdracht", "Overdracht.overdrachtID"]),
        (CIZ, ["Bemiddelingspecificatie.pgbPercentage", "Bemiddeling.overdracht", "Overdracht.overdrachtID"]),
        (ZK, []),
        (BURGER, []),
    ],
)
def test_conformance_3_who_may_ask_for_what(who: Caller, coordinates: list[str]):
    query = """query ($id: UUID) { bemiddeling(where: {wlzIndicatieID: {eq: $id}}) {
        bemiddelingspecificatie { pgbPercentage } overdracht { overdrachtID } } }"""
    asked = [refusal.coordinate for refusal in decision(network(), who, query, {"id": "x"}).refused]
    assert asked == coordinates


def test_conformance_11_a_filter_on_what_the_role_may_not_read():
    query = '{ bemiddeling(where: {overdracht: {verhuisDatum: {gt: "2025-01-01"}}}) { bemiddelingID } }'
    assert refused(network(), ZA, query) == ["Bemiddeling.overdracht: role", "Overdracht.verhuisDatum: role"]
    assert decision(network(), ZK, query).allowed


def test_conformance_13_the_missing_scope_is_named():
    query = "{ wlzIndicatie { besluitnummer bemiddeling { verantwoordelijkZorgkantoor } } }"
    verdict = decision(network(), caller("ZORGKANTOOR", "IR"), query)
    assert verdict.missing_scopes == (SCOPES["BR"],)
    assert [r.coordinate for r in verdict.refused] == [
        "WlzIndicatie.bemiddeling",
        "Bemiddeling.verantwoordelijkZorgkantoor",
    ]
    behind = "{ bemiddeling { wlzIndicatie { bemiddeling { bemiddelingID } } } }"
    assert decision(network(), caller("ZORGKANTOOR", "BR"), behind).missing_scopes == (SCOPES["IR"],)
    assert decision(network(), caller("ZORGKANTOOR", "BR"), "{ bemiddeling { wlzIndicatie { __typename } } }").refused


def test_ciz_lists_no_bemiddelingen_without_an_indication():
    wide = "{ bemiddeling { verantwoordelijkZorgkantoor } }"
    (refusal,) = decision(network(), CIZ, wide).refused
    assert (refusal.coordinate, refusal.reason, refusal.needs) == (
        "Query.bemiddeling",
        Reason.ANCHOR,
        ("wlzIndicatieID",),
    )
    along = "{ wlzIndicatie { bemiddeling { bemiddelingspecificatie { uitvoerendZorgkantoor } } } }"
    assert decision(network(), CIZ, along).allowed


def test_a_client_reads_no_comments_and_no_contact_persons():
    query = "{ wlzIndicatie { commentaar client { contactPersoon { voornamen } } } }"
    assert refused(network(), BURGER, query) == [
        "WlzIndicatie.commentaar: role",
        "IndicatieClient.contactPersoon: role",
        "ContactPersoon.voornamen: role",
    ]


def test_ucir_0005_is_there_but_off():
    (grant,) = [grant for grant in network().file.grants if "UCIR-0005" in grant.source]
    assert not grant.enabled
    assert "IR-ZK31" not in (REPOSITORY / "registers/indicatie/policies/policies.sql").read_text()


def test_the_graph_in_one_question():
    """Every register, every link field, from the person in the middle."""
    query = """{ clientprofiel(where: {bsn: {eq: "x"}}) { bsn taal
        indicaties { wlzindicatieID bemiddeling { bemiddelingID wlzIndicatie { besluitnummer } } client { profiel { bsn } } }
        bemiddelingen(where: {client: {bsn: {eq: "x"}}}, order: [{bemiddelingID: ASC}]) {
            client { profiel { taal } } bemiddelingspecificatie { levering { leveringID } } }
        leveringen { bemiddelingspecificatie { zzpCode } client { profiel { taal } } } } }"""
    for who in (ZK, ZA, BURGER):
        assert refused(network(), who, query) == []
    assert refused(network(), CIZ, query)[0] == "Clientprofiel.bsn: role"


PUBLISHED = sorted((REPOSITORY / "tests" / "end_to_end" / "published_queries").glob("*.graphql"))


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.name.removesuffix(".graphql"))
def test_a_published_query_is_open_to_its_party_and_closed_to_who_has_no_scope(file: Path):
    query = file.read_text()
    role = "CIZ" if "-CIZ" in file.name else "ZORGAANBIEDER" if "-ZA" in file.name else "ZORGKANTOOR"
    variables = dict.fromkeys(re.findall(r"\$(\w+)\s*:", query), "x")
    register = {"QI": "IR", "QB": "BR", "PO": "BR", "QL": "LR"}[file.name[:2]]
    assert refused(network(), caller(role, register), query, variables) == []
    assert decision(network(), caller(role, ""), query, variables).missing_scopes == (SCOPES[register],)
    assert not decision(network(), caller(None, register), query, variables).allowed
