from __future__ import annotations

from gateway.planning.text import plan_json
from tests.gateway.planning.harness import graph, plan

GRAPH = {
    "a": 'type Query { t: T } type T @key(fields: "id") { id: ID! }',
    "b": 'type T @key(fields: "id") { id: ID! f(x: Int): Int }',
}


def test_a_plan_as_json() -> None:
    made = plan(graph(**GRAPH), "query($c: Boolean!, $x: Int) { t { f(x: $x) @include(if: $c) } }")
    assert plan_json(made) == {
        "kind": "QueryPlan",
        "node": {
            "kind": "Sequence",
            "nodes": [
                {
                    "kind": "Fetch",
                    "serviceName": "a",
                    "operationKind": "query",
                    "operation": "query($c: Boolean!){t{id @include(if: $c)}}",
                    "variableUsages": ["c"],
                },
                {
                    "kind": "Condition",
                    "conditions": [{"variable": "c", "wanted": True}],
                    "node": {
                        "kind": "EntityFetch",
                        "serviceName": "b",
                        "operation": "query($representations: [_Any!]!,$x: Int)"
                        "{_entities(representations:$representations){...on T{f(x: $x)}}}",
                        "variableUsages": ["x"],
                        "parts": [
                            {
                                "alias": "_entities",
                                "paths": ["t"],
                                "requires": [
                                    {
                                        "kind": "InlineFragment",
                                        "typeCondition": "T",
                                        "selections": [
                                            {"kind": "Field", "name": "__typename"},
                                            {"kind": "Field", "name": "id"},
                                        ],
                                    }
                                ],
                                "selections": "{...on T{f(x: $x)}}",
                                "homes": [],
                            }
                        ],
                    },
                },
            ],
        },
    }
