"""The gateway over invented supergraphs answers what graphql-core answers over the schema that was split.

An example is a graph (a schema, and how it is split over subgraphs) with some operations on it. The way is the real one:
compose, read the supergraph, parse, plan, compile, execute; only the sockets are left out.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from graphql import lexicographic_sort_schema, parse, print_schema, validate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from tests.proof import examples, record
from tests.properties.federation.comparing import difference
from tests.properties.federation.inventing import graphs
from tests.properties.federation.operations import Question, questions
from tests.properties.federation.plans import plan_faults
from tests.properties.federation.reporting import report
from tests.properties.federation.running import Federation
from tests.properties.federation.sampling import INDEPENDENT

OPERATIONS = 16
EXAMPLES = examples(480)
"""Operations; there are some on each graph."""


def test_the_gateway_answers_what_the_whole_schema_answers() -> None:
    counts: Counter[str] = Counter()
    seen: set[str] = set()
    with asyncio.Runner() as runner:

        @settings(
            max_examples=EXAMPLES // OPERATIONS,
            backend=INDEPENDENT,
            database=None,
            deadline=None,
            suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example),
            phases=(Phase.generate,),
        )
        @given(st.data())
        def compare(data: st.DataObject) -> None:
            graph = data.draw(graphs())
            federation = Federation(graph, runner)
            assert _api(federation) == ""
            for _ in range(OPERATIONS):
                question = data.draw(questions(federation.api))
                if _is_new(seen, federation, question):
                    _ask(federation, question, counts)
                else:
                    counts["repeated operations left out"] += 1
            counts["graphs"] += 1
            counts["subgraphs"] += len(federation.sdl)

        compare()
    record(**counts)


def _is_new(seen: set[str], federation: Federation, question: Question) -> bool:
    graph = federation.graph
    mark = repr((federation.sdl, graph.salt, graph.trouble, sorted(graph.labels), question))
    if mark in seen:
        return False
    seen.add(mark)
    return True


def _api(federation: Federation) -> str:
    """Composing what was split gives back the schema: where not, both."""
    made = print_schema(lexicographic_sort_schema(federation.supergraph.api))
    whole = print_schema(lexicographic_sort_schema(federation.api))
    return "" if made == whole else report(federation, None, f"the API schema differs:\n{made}\n--- expected:\n{whole}")


def _ask(federation: Federation, question: Question, counts: Counter[str]) -> None:
    try:
        operation = federation.operation(question.query)
    except GatewayError:
        assert validate(federation.api, parse(question.query)), report(federation, None, f"refused: {question.query}")
        counts["invalid operations left out"] += 1
        return
    plan = federation.plan(operation)
    assert plan == federation.plan(operation), report(federation, question, "planned twice, differently")
    federation.violations.clear()
    federation.world.mutations.clear()
    ours = federation.gateway(plan, question.variables)
    called, federation.world.mutations[:] = list(federation.world.mutations), []
    theirs = federation.monolith(question.query, question.variables)
    # Selections of one key under different conditions are merged apart, so their keys may come in another order.
    ordered = "(if: $" not in question.query
    found = difference(ours, theirs, lambda: federation.trouble(question.query, question.variables), ordered=ordered)
    found = found or "; ".join([*federation.violations, *plan_faults(plan)])
    if not found and called != federation.world.mutations:
        found = f"mutations ran as {called}, not as {federation.world.mutations}"
    assert not found, report(federation, question, found, ours, theirs)
    counts["operations"] += 1
    counts["fetches"] += len(plan.fetches)
    counts["operations with errors"] += bool(theirs.errors)
