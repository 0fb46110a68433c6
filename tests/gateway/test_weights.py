"""What the caches say that their entries weigh, beside what the interpreter has allocated for them."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from gateway.authorization.caller import Caller
from gateway.authorization.grants import load_grants
from gateway.deciding import Decisions
from gateway.errors import GatewayError
from gateway.execution.compile import compile_plan
from gateway.language.documents import Limits, parse_operation
from gateway.language.operation import Operation
from gateway.language.weights import document_weight
from gateway.planning.planner import plan_operation
from gateway.settings import Settings
from gateway.supergraph.model import Supergraph
from tests.gateway.library import GRANTS, supergraph
from tests.gateway.planning.harness import graph
from tests.performance.gateways.ships import BIG, SMALL

MANY = 20
LIMITS = Limits()


def wide(fields: int) -> tuple[dict[str, str], str]:
    """A list of things whose fields are dealt out over three subgraphs; every tenth takes an argument."""
    names = [f"f{number}" for number in range(fields)]
    owned = [" ".join(f"{name}(in: In): String" for name in names[place::3]) for place in range(3)]
    sdl = {f"s{place}": f'type Thing @key(fields: "id") {{ id: ID! {owned[place]} }}' for place in range(3)}
    sdl["s0"] += " type Query { things: [Thing!] } input In { a: [Int!] b: String }"
    sdl["s1"] += " input In { a: [Int!] b: String }"
    sdl["s2"] += " input In { a: [Int!] b: String }"
    asked = (f'{name}(in: {{a: [1, 2], b: "x"}})' if number % 10 == 0 else name for number, name in enumerate(names))
    return sdl, f"query Things {{ things {{ {' '.join(asked)} }} }}"


GRAPHS = {
    "small": (dict(SMALL.sdl), SMALL.query),
    "big": (dict(BIG.sdl), BIG.query),
    "10 fields": wide(10),
    "60 fields": wide(60),
}


def allocated(make: Callable[[int], object], many: int = MANY) -> float:
    """Bytes that one of many results takes while it is kept, and everything that came to be with it. What the interpreter keeps
    for itself (free lists) has been allocated by the first half.
    """
    kept = [make(0)]
    tracemalloc.start(1)
    try:
        taken: list[int] = []
        for half in (range(1, many), range(many, 2 * many)):
            kept += map(make, half)
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
        return (taken[1] - taken[0]) / many
    finally:
        tracemalloc.stop()


def close(said: float, real: float) -> bool:
    """Within a third: a sum of rounded counts is no scale, and half or double would be a lie."""
    return 0.75 < said / real < 1.4


@pytest.fixture(params=GRAPHS, scope="module")
def case(request: pytest.FixtureRequest) -> tuple[Supergraph, str]:
    sdl, query = GRAPHS[request.param]
    return graph(**sdl), query


def parsed(case: tuple[Supergraph, str], number: int) -> tuple[str, Operation]:
    """The same operation by another name: as far as a cache can see, another one."""
    text = case[1].replace("query ", f"query N{number:03}", 1)
    return text, parse_operation(case[0].api, text, None, LIMITS)


def test_a_document_weighs_what_is_allocated_for_it(case: tuple[Supergraph, str]):
    text, operation = parsed(case, 0)
    assert close(document_weight(text, operation), allocated(lambda number: parsed(case, number), 3 * MANY))


def test_a_plan_weighs_what_is_allocated_for_it_its_operation_included(case: tuple[Supergraph, str]):
    def made(number: int):
        operation = parsed(case, number)[1]
        return compile_plan(plan_operation(case[0], operation), case[0].api)

    assert close(made(0).weight, allocated(made))


@pytest.mark.parametrize("wrong", ["{ ships { imo } ", "{ nothing }", "{" + " ".join(f"n{n}" for n in range(15)) + "}"])
def test_what_is_wrong_with_a_document_is_kept_without_the_way_there(wrong: str):
    api = graph(**SMALL.sdl).api

    def refused(number: int) -> tuple[str, GatewayError]:
        text = f"{wrong} #{number:03}"
        with pytest.raises(GatewayError) as caught:
            parse_operation(api, text, None, LIMITS)
        return text, caught.value.anew()

    text, error = refused(0)
    assert (error.__traceback__, error.__context__) == (None, None)
    assert close(document_weight(text, error), allocated(refused, 10 * MANY))


@pytest.mark.parametrize("asked", ["{ books { title } }", "{ books { title price } loans { reader } }"])
@pytest.mark.parametrize("scopes", [1, 30])
def test_a_decision_weighs_what_is_allocated_for_it(asked: str, scopes: int):
    found = supergraph()
    operation = parse_operation(found.api, asked, None, LIMITS)
    decisions = Decisions(found, load_grants(GRANTS, found), Settings(), {})
    before = decisions.cache.size

    def decided(number: int) -> None:
        names = frozenset(f"urn:scope:{number:03}:{place:02}" for place in range(scopes))
        caller = Caller("CLERK", {"branch": "1"}, names)
        with pytest.raises(GatewayError):
            decisions.check(operation, {"where": {"title": {"eq": str(number)}}, "order": [{"price": "ASC"}]}, caller)

    real = allocated(decided, 10 * MANY)
    assert len(decisions.cache) == 20 * MANY
    assert close((decisions.cache.size - before) / len(decisions.cache), real)
