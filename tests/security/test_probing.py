"""Nothing can be learned of a hidden row or a refused field by asking cleverly: filters, sorts, links, keys."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from registers.synthetic.edge_cases import CASES
from tests.harness import Network, request
from tests.security.parties import CIZ, OFFICE, PROVIDER, forged, lines, refused

FILTERED = "query ($w: BemiddelingspecificatieFilterInput) { bemiddelingspecificatie(where: $w) { instelling } }"
REFUSED = "Bemiddelingspecificatie.pgbPercentage"


# --- a field that a provider never gets -------------------------------------------------------------------------------

WAYS_IN: list[dict[str, Any]] = [
    {"pgbPercentage": {"eq": 2000}},
    {"pgbPercentage": {"eq": None}},
    {"pgbPercentage": {"neq": None}},
    {"pgbPercentage": {"nin": [1, None]}},
    {"pgbPercentage": {"and": [{"or": [{"ngt": 1}]}]}},
    {"pgbPercentage": {}},
    {"pgbPercentage": None},
    {"and": [{"pgbPercentage": {"gt": 1}}]},
    {"and": {"pgbPercentage": {"gt": 1}}},
    {"or": [{"instelling": {"eq": "51510101"}}, {"pgbPercentage": {"gt": 1}}]},
    {"and": [{}, {"and": [{}, {"or": {"pgbPercentage": None}}]}]},
    {"bemiddeling": {"bemiddelingspecificatie": {"some": {"pgbPercentage": {"gt": 1}}}}},
    {"bemiddeling": {"bemiddelingspecificatie": {"all": {"pgbPercentage": {"gt": 1}}}}},
    {"bemiddeling": {"bemiddelingspecificatie": {"none": {"pgbPercentage": {"gt": 1}}}}},
    {"bemiddeling": {"client": {"bemiddeling": {"none": {"bemiddelingspecificatie": {"all": {"pgbPercentage": {}}}}}}}},
]


@pytest.mark.parametrize("at", ["gateway", "bemiddeling"])
@pytest.mark.parametrize("where", WAYS_IN, ids=str)
def test_a_refused_field_filters_nothing(at: str, where: dict[str, Any], net: Network) -> None:
    token = forged(net, at, uzovi=None, agb="51510101", instantie_type="Zorgaanbieder")
    # First what is allowed, so that a decision or a statement is there to be mistaken for this one's.
    assert net.ask(FILTERED, {"w": {"instelling": {"eq": "51510101"}}}, token=token, at=at).status == 200
    assert refused(net.ask(FILTERED, {"w": where}, token=token, at=at)) == [REFUSED]
    assert net.ask(FILTERED, {}, token=token, at=at).status == 200


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query ($v: Int) { bemiddelingspecificatie(where: {pgbPercentage: {eq: $v}}) { instelling } }", {}),
        ("query ($v: Int) { bemiddelingspecificatie(where: {pgbPercentage: {eq: $v}}) { instelling } }", {"v": None}),
        (
            "query ($v: IntOperationFilterInput) { bemiddelingspecificatie(where: {pgbPercentage: $v}) { instelling } }",
            {"v": None},
        ),
        ("query ($v: Boolean = false) { bemiddelingspecificatie { pgbPercentage @include(if: $v) } }", {"v": None}),
        ("query ($v: Boolean!) { bemiddelingspecificatie { ... @skip(if: $v) { pgbPercentage } } }", {"v": False}),
        (
            "query ($v: Boolean!) { bemiddelingspecificatie { a: instelling @include(if: $v) b: pgbPercentage @skip(if: $v) } }",
            {"v": False},
        ),
        ("{ bemiddeling { bemiddelingspecificatie(order: [{pgbPercentage: ASC}]) { instelling } } }", {}),
        ("{ bemiddeling { bemiddelingspecificatie(order: {pgbPercentage: null}) { instelling } } }", {}),
        (
            """query ($o: [BemiddelingspecificatieSortInput!]) {
                bemiddeling { bemiddelingspecificatie(order: $o) { instelling } }
            }""",
            {"o": [{"instelling": "ASC"}, {"pgbPercentage": "DESC"}]},
        ),
    ],
)
def test_a_refused_field_is_refused_in_every_spelling(query: str, variables: dict[str, Any], net: Network) -> None:
    reply = net.ask(query, variables, token=net.token(PROVIDER))
    assert reply.status in {400, 403}
    assert "data" not in reply.json()


def test_sorting_by_a_hidden_row_behind_a_link_is_refused(net: Network) -> None:
    query = "{ client { bemiddeling(order: [{overdracht: {overdrachtDatum: ASC}}]) { bemiddelingID } } }"
    assert refused(net.ask(query, token=net.token(PROVIDER))) == [
        "Bemiddeling.overdracht",
        "Overdracht.overdrachtDatum",
    ]


# --- a field of some rows only ----------------------------------------------------------------------------------------

ASKED = CASES["request_to_other"].ids
"""A levering of another provider; 51510101 was asked to take it over and sees its id and its client (LRA0006)."""


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (f'leveringID: {{eq: "{ASKED["levering"]}"}}', True),
        (f'bemiddelingspecificatieID: {{eq: "{ASKED["eigen"]}"}}', False),
        (f'bemiddelingspecificatieID: {{in: ["{ASKED["eigen"]}", "{uuid.UUID(int=0)}"]}}', False),
        ('bemiddelingspecificatieID: {gt: "00000000-0000-0000-0000-000000000000"}', False),
        ("bemiddelingspecificatieID: {neq: null}", False),
        ("bemiddelingspecificatieID: {eq: null}", True),  # as for any row: it has no such value for this caller
        (f'bemiddelingspecificatieID: {{neq: "{ASKED["eigen"]}"}}', True),
        (f'bemiddelingspecificatieID: {{neq: "{uuid.UUID(int=0)}"}}', True),
    ],
)
def test_a_value_that_is_refused_on_this_row_is_none_for_a_filter(where: str, found: bool, net: Network) -> None:
    query = f"{{ levering(where: {{{where}}}) {{ leveringID }} }}"
    rows = lines(net.ask(query, token=net.token(PROVIDER)), "levering")
    assert ({"leveringID": str(ASKED["levering"])} in rows) is found


def test_a_link_that_is_refused_on_this_row_leads_nowhere(net: Network) -> None:
    where = f'(where: {{leveringID: {{eq: "{ASKED["levering"]}"}}}})'
    token = net.token(PROVIDER)
    reply = net.ask(f"{{ levering{where} {{ leveringID bemiddelingspecificatie {{ instelling }} }} }}", token=token)
    assert reply.json() == {
        "errors": [
            {
                "message": "This caller may not read this field here.",
                "path": ["levering", 0, "bemiddelingspecificatie"],
                "extensions": {"code": "FORBIDDEN"},
            }
        ],
        "data": {"levering": [{"leveringID": str(ASKED["levering"]), "bemiddelingspecificatie": None}]},
    }
    round_about = f'{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {{eq: "{ASKED["eigen"]}"}}}}) {{ levering {{ leveringID }} }} }}'
    assert lines(net.ask(round_about, token=token), "bemiddelingspecificatie") == []


# --- not yours, not there ---------------------------------------------------------------------------------------------

HIDDEN = CASES["two_offices"].ids
BY_ID = {
    "wlzIndicatie": ("wlzindicatieID", "wlzindicatieID client { bsn profiel { bsn } } bemiddeling { bemiddelingID }"),
    "bemiddeling": ("bemiddelingID", "bemiddelingID wlzIndicatie { bsn } client { profiel { leveringen { leveringID } } }"),
    "bemiddelingspecificatie": ("bemiddelingspecificatieID", "instelling levering { leveringID client { bsn } }"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("root", "hidden"),
    [("wlzIndicatie", "indicatie"), ("bemiddeling", "bemiddeling"), ("bemiddelingspecificatie", "eigen")],
)
@pytest.mark.parametrize("party", ["uzovi:5532", "agb:66600011", "bsn:999990111"])
def test_c02_not_yours_and_not_there_are_the_same_bytes(root: str, hidden: str, party: str, net: Network) -> None:
    key, fields = BY_ID[root]
    query = f"query ($id: UUID) {{ {root}(where: {{{key}: {{eq: $id}}}}) {{ {fields} }} }}"
    token = net.token(party)
    before = _fetches(net)
    yours = net.ask(query, {"id": str(HIDDEN[hidden])}, token=token)
    between = _fetches(net)
    there = net.ask(query, {"id": str(uuid.uuid4())}, token=token)
    assert {name: count - before.get(name, 0) for name, count in between.items()} == {
        name: count - between[name] for name, count in _fetches(net).items()
    }
    varying = {"date", "x-b3-traceid"}
    assert (yours.status, yours.body) == (there.status, there.body) == (200, f'{{"data":{{"{root}":[]}}}}'.encode())
    assert {n: v for n, v in yours.headers.items() if n not in varying} == {
        n: v for n, v in there.headers.items() if n not in varying
    }


def _fetches(net: Network) -> dict[str, int]:
    """How often the gateway has asked each register, with which outcome: whoever reads the metrics sees this."""
    page = request(net.url("gateway") + "/metrics", method="GET").body.decode()
    return {
        name: int(count)
        for name, count in re.findall(r"^(gateway_subgraph_fetches_total\{.*\}) (\d+)$", page, re.MULTILINE)
    }


def test_a_link_of_one_with_another_where_is_a_link_to_nothing(net: Network) -> None:
    """The Leveringsregister's to-one `where`: no match, a hidden row and no row at all are one error."""
    token = net.token(PROVIDER)
    asked = "{ verzoek { levering(where: {%s}) { leveringID } } }"
    answers = {
        net.ask(asked % where, token=token).body
        for where in (
            f'leveringID: {{eq: "{uuid.UUID(int=1)}"}}',
            f'bemiddelingspecificatieID: {{eq: "{uuid.UUID(int=1)}"}}',
            'leveringID: {in: []}',
        )
    }  # fmt: skip
    assert len(answers) == 1
    (answer,) = answers
    assert b"leveringID" not in answer


# --- CIZ names the indication -----------------------------------------------------------------------------------------

INDICATION = str(CASES["full_file"].ids["indicatie"])
BY_INDICATION = "query ($w: BemiddelingFilterInput) { bemiddeling(where: $w) { bemiddelingID } }"


@pytest.mark.parametrize(
    "where",
    [
        None,
        {},
        {"wlzIndicatieID": None},
        {"wlzIndicatieID": {}},
        {"wlzIndicatieID": {"eq": None}},
        {"wlzIndicatieID": {"neq": None}},
        {"wlzIndicatieID": {"in": [INDICATION]}},
        {"wlzIndicatieID": {"or": [{"eq": INDICATION}, {"neq": INDICATION}]}},
        {"or": [{"wlzIndicatieID": {"eq": INDICATION}}]},
        {"or": [{"wlzIndicatieID": {"eq": INDICATION}}, {"bemiddelingID": {"neq": None}}]},
        {"and": {"or": [{"wlzIndicatieID": {"eq": INDICATION}}, {"wlzIndicatieID": {"neq": INDICATION}}]}},
        {"bemiddelingspecificatie": {"some": {"uitvoerendZorgkantoor": {"neq": None}}}},
    ],
    ids=str,
)
@pytest.mark.parametrize("at", ["gateway", "bemiddeling"])
def test_ciz_lists_nothing_without_an_indication(at: str, where: Any, net: Network) -> None:
    token = forged(net, at, uzovi=None, kvk="62253778", instantie_type="Onderneming")
    named = net.ask(BY_INDICATION, {"w": {"wlzIndicatieID": {"eq": INDICATION}}}, token=token, at=at)
    assert len(lines(named, "bemiddeling")) == 1
    assert "Query.bemiddeling" in refused(net.ask(BY_INDICATION, {"w": where}, token=token, at=at))


def test_ciz_gets_no_second_list_beside_a_named_one(net: Network) -> None:
    named = f'a: bemiddeling(where: {{wlzIndicatieID: {{eq: "{INDICATION}"}}}}) {{ bemiddelingID }}'
    for more in (
        "bemiddeling { bemiddelingID }",
        "... on Query { b: bemiddeling(where: {}) { bemiddelingID } }",
        "...F",
    ):
        document = f"{{ {named} {more} }}" + (
            " fragment F on Query { b: bemiddeling { bemiddelingID } }" if more == "...F" else ""
        )
        assert refused(net.ask(document, token=net.token(CIZ))) == ["Query.bemiddeling"]


# --- keys and names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "aliased",
    [
        "__typename: bemiddelingID wlzIndicatie { besluitnummer }",
        "wlzIndicatieID: verantwoordelijkZorgkantoor wlzIndicatie { besluitnummer }",
        "wlzindicatieID: bemiddelingID wlzIndicatie { besluitnummer: besluitnummer wlzindicatieID: soortWlzindicatie }",
        "_typename: bemiddelingID wlzIndicatie { _typename: bsn besluitnummer }",
        "bemiddelingID: client { bsn } wlzIndicatie { besluitnummer }",
    ],
)
def test_an_alias_never_becomes_the_key_of_another_row(aliased: str, net: Network) -> None:
    token = net.token(OFFICE)
    plain = lines(net.ask("{ bemiddeling { wlzIndicatie { besluitnummer } } }", token=token), "bemiddeling")
    rows = lines(net.ask(f"{{ bemiddeling {{ {aliased} }} }}", token=token), "bemiddeling")
    numbers = [(row["wlzIndicatie"] or {}).get("besluitnummer") for row in rows]
    assert numbers == [(row["wlzIndicatie"] or {}).get("besluitnummer") for row in plain]


def test_a_variable_may_be_called_as_ours_are(net: Network) -> None:
    query = """query ($representations: UUID, $representations_0: UUID, $_entities: UUID) {
        bemiddeling(where: {bemiddelingID: {in: [$representations, $representations_0, $_entities]}}) {
            bemiddelingID wlzIndicatie { wlzindicatieID }
        }
    }"""
    case = CASES["full_file"].ids
    reply = net.ask(query, {"representations": str(case["bemiddeling"])}, token=net.token(OFFICE))
    expected = {"bemiddelingID": str(case["bemiddeling"]), "wlzIndicatie": {"wlzindicatieID": str(case["indicatie"])}}
    assert lines(reply, "bemiddeling") == [expected]


def test_the_doors_of_subgraphs_are_not_in_the_graph(net: Network) -> None:
    for query in ("{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"):
        assert net.ask(query, token=net.token(OFFICE)).codes == ["GRAPHQL_VALIDATION_FAILED"]
    names = (
        '{ a: __type(name: "_Any") { name } b: __type(name: "_Entity") { name } c: __type(name: "_Service") { name } }'
    )
    assert net.ask(names, token=net.token(OFFICE)).json() == {"data": {"a": None, "b": None, "c": None}}
