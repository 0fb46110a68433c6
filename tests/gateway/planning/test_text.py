from __future__ import annotations

from typing import Any

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
                    "condition": "c",
                    "ifClause": {
                        "kind": "Flatten",
                        "path": ["t"],
                        "node": {
                            "kind": "Fetch",
                            "serviceName": "b",
                            "operationKind": "query",
                            "operation": "query($representations: [_Any!]!,$x: Int)"
                            "{_entities(representations:$representations){...on T{f(x: $x)}}}",
                            "variableUsages": ["x"],
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
                        },
                    },
                },
            ],
        },
    }


def kinds(node: Any) -> list[str]:
    """Every `kind` of a plan, as a tool would count them."""
    if isinstance(node, list):
        return [kind for item in node for kind in kinds(item)]
    if not isinstance(node, dict):
        return []
    return [*([node["kind"]] if "kind" in node else []), *(kind for value in node.values() for kind in kinds(value))]


def test_a_request_over_several_paths_is_one_fetch_in_json() -> None:
    made = plan_json(plan(graph(**GRAPH), "{ x: t { f } y: t { f(x: 1) } z: t { f } }"))
    assert kinds(made).count("Fetch") == 2
    flatten = made["node"]["nodes"][1]
    assert (flatten["path"], flatten["paths"]) == (["x"], [["x"], ["z"], ["y"]])
    assert [(part["alias"], part["paths"]) for part in flatten["node"]["parts"]] == [
        ("_e0", [["x"], ["z"]]),
        ("_e1", [["y"]]),
    ]


def test_what_is_skipped_stands_in_the_else_clause() -> None:
    made = plan_json(plan(graph(**GRAPH), "query($c: Boolean!) { t { f @skip(if: $c) } }"))
    condition = made["node"]["nodes"][1]
    assert (condition["condition"], condition["elseClause"]["kind"], "ifClause" in condition) == ("c", "Flatten", False)
