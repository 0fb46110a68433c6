"""CIZ reads a mediation by the indication that it gave out, and no other way: what counts as naming it, at the gateway and at the register alike."""

from __future__ import annotations

from typing import Any

import pytest

from tests.harness import Network, register_audience

OFFICE, CIZ = "uzovi:5050", "kvk:62253778"
READ = "{ wlzIndicatieID }"
VARIABLE = f"query ($id: UUID) {{ bemiddeling(where: {{wlzIndicatieID: {{eq: $id}}}}) {READ} }}"
DEFAULT = VARIABLE.replace("$id: UUID", '$id: UUID = "ONE"')
FILTER = f"query ($w: BemiddelingFilterInput) {{ bemiddeling(where: $w) {READ} }}"
PINNED = f'bemiddeling(where: {{wlzIndicatieID: {{eq: "ONE"}}}}) {READ}'


def where(text: str) -> str:
    return f"{{ bemiddeling(where: {{{text}}}) {READ} }}"


@pytest.fixture(scope="module")
def ids(net: Network) -> tuple[str, str]:
    """The indications of two mediations."""
    rows = net.ask("{ bemiddeling { wlzIndicatieID } }", token=net.token(OFFICE)).json()["data"]["bemiddeling"]
    one, two = sorted({row["wlzIndicatieID"] for row in rows})[:2]
    return one, two


@pytest.mark.parametrize(
    ("query", "variables", "shown"),
    [
        (f"{{ {PINNED} }}", {}, "ONE"),
        (VARIABLE, {"id": "ONE"}, "ONE"),
        (DEFAULT, {}, "ONE"),
        (FILTER, {"w": {"wlzIndicatieID": {"eq": "ONE"}}}, "ONE"),
        (where('wlzIndicatieID: {eq: "ONE", neq: "TWO"}'), {}, "ONE"),
        # Beside what is named other conditions only take away.
        (where('wlzIndicatieID: {eq: "ONE"}, or: [{wlzIndicatieID: {eq: "TWO"}}]'), {}, ""),
        (f"{{ one: {PINNED} two: {PINNED.replace('ONE', 'TWO')} }}", {}, "ONE TWO"),
    ],
)
def test_who_names_the_indication_reads_its_mediation(
    net: Network, ids: tuple[str, str], query: str, variables: dict[str, Any], shown: str
) -> None:
    for reply in _asked(net, ids, query, variables):
        assert (reply.status, list(reply.json())) == (200, ["data"]), reply.body
        found = {row["wlzIndicatieID"] for rows in reply.json()["data"].values() for row in rows}
        assert found == {ids[("ONE", "TWO").index(name)] for name in shown.split()}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (f"{{ bemiddeling {READ} }}", {}),
        (where('wlzIndicatieID: {in: ["ONE"]}'), {}),
        (where("wlzIndicatieID: {in: []}"), {}),
        (where('wlzIndicatieID: {neq: "ONE"}'), {}),
        (where("wlzIndicatieID: {eq: null}"), {}),
        (where('or: [{wlzIndicatieID: {eq: "ONE"}}]'), {}),
        (where('and: [{wlzIndicatieID: {eq: "ONE"}}]'), {}),
        (where('wlzIndicatieID: {and: [{eq: "ONE"}]}'), {}),
        (where('bemiddelingspecificatie: {some: {bemiddeling: {wlzIndicatieID: {eq: "ONE"}}}}'), {}),
        (VARIABLE, {}),
        (VARIABLE, {"id": None}),
        (DEFAULT, {"id": None}),
        (FILTER, {}),
        (FILTER, {"w": None}),
        (FILTER, {"w": {}}),
        (FILTER, {"w": {"wlzIndicatieID": None}}),
        # What one root names opens nothing at another, nor does a root that is skipped.
        (f"{{ one: {PINNED} all: bemiddeling {READ} }}", {}),
        (f"{{ one: {PINNED} bemiddelingspecificatie {{ bemiddeling {READ} }} }}", {}),
        (f"{{ one: {PINNED.replace(READ, '@skip(if: true) ' + READ)} all: bemiddeling {READ} }}", {}),
        ("{ bemiddeling { wlzIndicatieID @skip(if: true) } }", {}),
    ],
)
def test_nothing_else_names_it(net: Network, ids: tuple[str, str], query: str, variables: dict[str, Any]) -> None:
    for reply in _asked(net, ids, query, variables):
        assert (reply.status, set(reply.codes), "data" in reply.json()) == (403, {"FORBIDDEN"}, False), reply.body


def _asked(net: Network, ids: tuple[str, str], query: str, variables: dict[str, Any]) -> list[Any]:
    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: filled(inner) for key, inner in value.items()}
        return value.replace("ONE", ids[0]).replace("TWO", ids[1]) if isinstance(value, str) else value

    audiences = {"gateway": net.token(CIZ), "bemiddeling": net.token(CIZ, register_audience("bemiddeling"))}
    return [net.ask(filled(query), filled(variables), token=token, at=at) for at, token in audiences.items()]
