"""Which of several subgraphs is first shows nowhere: not in what is answered, not in what is asked."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gateway.errors import Code
from gateway.execution.compile import compile_plan
from gateway.execution.execute import execute
from gateway.execution.result import ExecutionResult
from gateway.execution.state import MAX_ISSUES
from gateway.planning.planner import plan_operation
from gateway.subgraphs.failure import FailureKind, FetchFailure
from tests.gateway.execution.harness import Federation, World, entity_parts
from tests.gateway.planning.harness import operation

HOMES = {"Dossier": "ir"}
SDL = {
    "br": """
        type Query { zaken: [Zaak!]! }
        type Zaak { dossier: Dossier }
        type Dossier @key(fields: "id") { id: ID! }
    """,
    "ir": 'type Dossier @key(fields: "id") { id: ID! besluit: String }',
    "cr": """
        type Dossier @key(fields: "id") { id: ID! kleur: String kaart: Kaart }
        type Kaart @key(fields: "id") { id: ID! }
    """,
    "kr": 'type Kaart @key(fields: "id") { id: ID! blad: String }',
}
ORDERS = list(itertools.permutations(("ir", "cr", "kr")))

Change = Callable[[Any, Any], Any]


class _InOrder:
    """Subgraphs that answer as fast as their place in `order`: the first at once, each next one many turns of the loop later."""

    def __init__(self, federation: Federation, order: Sequence[str]) -> None:
        self.federation = federation
        self.order = order

    async def fetch(self, subgraph: str, body: bytes, *, idempotent: bool = True) -> bytes | FetchFailure:
        for _ in range(20 * self.order.index(subgraph) if subgraph in self.order else 0):
            await asyncio.sleep(0)
        return await self.federation.fetch(subgraph, body, idempotent=idempotent)


def make(count: int = 2, **answers: Change) -> Federation:
    dossiers = [
        {
            "__typename": "Dossier",
            "id": str(number),
            "besluit": "ja",
            "kleur": "rood",
            "kaart": {"__typename": "Kaart", "id": f"k{number}"},
        }
        for number in range(count)
    ]
    kaarten = [{"__typename": "Kaart", "id": f"k{number}", "blad": "b"} for number in range(count)]
    world = World({"zaken": [{"dossier": found} for found in dossiers]}, {"Dossier": dossiers, "Kaart": kaarten})
    return Federation(SDL, world, answers=dict(answers))


async def run(federation: Federation, query: str, order: Sequence[str]) -> ExecutionResult:
    federation.requests.clear()
    made = plan_operation(federation.supergraph, operation(federation.supergraph.api, query), homes=HOMES)
    return await execute(compile_plan(made, federation.supergraph.api), {}, _InOrder(federation, order))


def refusing(code: str) -> Change:
    """All entities are null, with an error at each."""

    def answer(request: Any, answer: Any) -> Any:
        for alias, representations in entity_parts(request).items():
            answer["data"][alias] = [None] * len(representations)
            answer["errors"] = [
                {"message": "m", "path": [alias, place], "extensions": {"code": code}}
                for place in range(len(representations))
            ]
        return answer

    return answer


def failing(_request: Any, _answer: Any) -> Any:
    return FetchFailure(FailureKind.TIMEOUT)


def absent(request: Any, answer: Any) -> Any:
    """Its home does not have the second one."""
    for alias, representations in entity_parts(request).items():
        for place, representation in enumerate(representations):
            if representation["id"] == "1":
                answer["data"][alias][place] = None
    return answer


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
@pytest.mark.parametrize(
    ("home", "other", "told"),
    [
        (failing, refusing("FORBIDDEN"), Code.FORBIDDEN),
        (failing, refusing("BAD_USER_INPUT"), Code.BAD_USER_INPUT),
        (failing, refusing("SOMETHING"), Code.DOWNSTREAM_TIMEOUT),
        (refusing("FORBIDDEN"), refusing("SOMETHING"), Code.FORBIDDEN),
        (refusing("FORBIDDEN"), refusing("AUTHORIZATION_UNAVAILABLE"), Code.AUTHORIZATION_UNAVAILABLE),
        (refusing("BAD_USER_INPUT"), refusing("FORBIDDEN"), Code.FORBIDDEN),
    ],
    ids=["refused", "input", "time", "home", "rows-left-out", "refused-before-input"],
)
async def test_of_two_errors_of_one_object_the_graver_is_told(
    home: Change, other: Change, told: Code, order: Sequence[str]
) -> None:
    result = await run(
        make(1, ir=home, cr=other),
        "{ zaken { dossier { besluit kleur } } }",
        order,
    )
    assert result.data == {"zaken": [{"dossier": None}]}
    issues = [issue for issue in result.errors if issue.path == ("zaken", 0, "dossier")]
    assert [issue.code for issue in issues] == [told]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_what_is_asked_beneath_an_object_does_not_hang_on_when_its_home_found_it_absent(
    order: Sequence[str],
) -> None:
    federation = make(ir=absent)
    result = await run(federation, "{ zaken { dossier { kaart { blad } } } }", order)
    assert result.data == {"zaken": [{"dossier": {"kaart": {"blad": "b"}}}, {"dossier": None}]}
    assert result.errors == ()
    assert sorted(json.dumps(entity_parts(request)) for name, request in federation.requests if name == "kr") == [
        '{"_entities": [{"__typename": "Kaart", "id": "k0"}, {"__typename": "Kaart", "id": "k1"}]}'
    ]


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
async def test_which_errors_are_too_many_to_tell_does_not_hang_on_whose_came_first(order: Sequence[str]) -> None:
    result = await run(
        make(400, ir=refusing("FORBIDDEN"), cr=failing), "{ zaken { dossier { besluit kleur } } }", order
    )
    assert len(result.errors) == MAX_ISSUES
    places = [("zaken", place, "dossier", *end) for place in range(400) for end in ((), ("kleur",))]
    assert [issue.path for issue in result.errors] == places[:MAX_ISSUES]
