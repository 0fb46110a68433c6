"""However many grants there are: a request pays for its own operation. Counted in calls, because a clock says too much of the machine."""

from __future__ import annotations

from gateway.authorization.grants import load_grants
from tests.gateway import library
from tests.gateway.language.harness import calls
from tests.performance.authorization.decisions import decided, many_grants


def test_a_decision_among_two_thousand_grants_takes_no_step_more_than_among_fifty():
    graph = library.supergraph()
    few, many = (decided(graph, load_grants(many_grants(count), graph)) for count in (50, 2000))
    few()
    many()
    assert calls(many) == calls(few)


def test_two_thousand_grants_are_read_in_steps_that_grow_with_their_number():
    graph = library.supergraph()
    load_grants(many_grants(50), graph)
    some, more = (calls(lambda count=count: load_grants(many_grants(count), graph)) for count in (500, 2000))
    assert more < 4.4 * some
