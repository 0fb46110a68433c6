"""Which published queries the existing network answers by a relation, and which by the caller's own code (UCIR-0001 and further)."""

from __future__ import annotations

import pytest

from gateway.authorization.grounds import only_by_relation
from gateway.language.operation import Field
from tests.gateway.authorization.harness import caller, network, operation

ID = '{eq: "1"}'


@pytest.mark.parametrize(
    ("role", "query", "expected"),
    [
        # UCIR-0002, UCIR-0003 and UCIR-0004: a relation has to be found.
        ("ZORGAANBIEDER", f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", True),
        ("ZORGKANTOOR", f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", True),
        # UCIR-0001: the own code is in the query.
        (
            "ZORGKANTOOR",
            f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}, initieelVerantwoordelijkZorgkantoor: {ID}}}) {{ wlzindicatieID }} }}",
            False,
        ),
        # A source holder needs no ground but its role.
        ("CIZ", f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", False),
        # UCBR-0001 and UCBR-0004 name the own code; UCBR-0012 asks for somebody else's.
        (
            "ZORGAANBIEDER",
            f"{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {ID}, instelling: {ID}}}) {{ instelling }} }}",
            False,
        ),
        (
            "ZORGKANTOOR",
            f"{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {ID}, uitvoerendZorgkantoor: {ID}}}) {{ instelling }} }}",
            False,
        ),
        (
            "ZORGKANTOOR",
            f"{{ bemiddelingspecificatie(where: {{bemiddelingspecificatieID: {ID}}}) {{ instelling }} }}",
            True,
        ),
        # UCBR-0009 and UCBR-0010.
        (
            "ZORGAANBIEDER",
            f"{{ regiehouder(where: {{regiehouderID: {ID}, instelling: {ID}}}) {{ instelling }} }}",
            False,
        ),
        ("CIZ", f"{{ bemiddeling(where: {{wlzIndicatieID: {ID}}}) {{ verantwoordelijkZorgkantoor }} }}", False),
        # Without a role, or without its scope, there is no ground at all.
        (None, f"{{ wlzIndicatie(where: {{wlzindicatieID: {ID}}}) {{ wlzindicatieID }} }}", False),
    ],
)
def test_by_relation_or_by_ones_own(role: str | None, query: str, expected: bool):
    grants = network()
    root = operation(grants.supergraph.schema, query).selections[0]
    assert isinstance(root, Field)
    assert only_by_relation(root, {}, grants, caller(role)) is expected
