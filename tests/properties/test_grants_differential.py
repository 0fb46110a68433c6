"""The gateway against a brute-force reading of the authorization table: no leak, no wrong refusal.

Each example invents a caller, a day and a query with filters, sorting, aliases and fragments over the whole graph, asks the
gateway, and works the answer out by hand over the seeded rows (`tests/oracle`).
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from graphql import GraphQLSchema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.harness import Network
from tests.oracle.answer import answer
from tests.oracle.compare import comparable
from tests.oracle.world import World
from tests.proof import examples, record
from tests.properties.local_gateway import LocalGateway
from tests.properties.queries import questions

EXAMPLES = examples(200)


def _cells(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_cells(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(_cells(inner) for inner in value)
    return 1


def test_the_gateway_answers_what_the_table_says(
    net: Network, world: World, schema: GraphQLSchema, today: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: Counter[str] = Counter()
    with LocalGateway(net, monkeypatch) as gateway:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        )
        @given(st.data())
        def compare(data: st.DataObject) -> None:
            question = data.draw(questions(world, schema, today))
            expected = answer(schema, world, question.party, question.query)
            reply = gateway.ask(question.party, question.query)
            body = reply.json()
            assert reply.status == expected.status, body
            if expected.status == 403:
                assert set(reply.codes) == {"FORBIDDEN"}
                assert "data" not in body
                counts["refused"] += 1
                return
            errors = body.get("errors", ())
            refused = {tuple(e["path"]) for e in errors if e["extensions"]["code"] == "FORBIDDEN"}
            failed = {tuple(e["path"]) for e in errors if e["extensions"]["code"] != "FORBIDDEN"}
            assert comparable(body.get("data")) == comparable(expected.data)
            assert (refused, failed) == (expected.forbidden, expected.failed)
            counts["answered"] += 1
            counts["empty" if not any((expected.data or {}).values()) else "with rows"] += 1
            counts["with refused fields"] += bool(expected.forbidden)
            counts["values"] += _cells(expected.data)

        compare()
    record(
        pairs=counts["refused"] + counts["answered"],
        refused_before_anything_was_read=counts["refused"],
        answered=counts["answered"],
        answered_with_rows=counts["with rows"],
        answered_without_rows=counts["empty"],
        answered_with_refused_fields=counts["with refused fields"],
        values_compared=counts["values"],
    )
