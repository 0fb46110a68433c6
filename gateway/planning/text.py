"""A plan as people read it: the ecosystem's `QueryPlan { … }` text, and the same as JSON.

One entity fetch over one path prints as `Flatten` around `Fetch`, as every tool of the ecosystem does. One that carries
several paths or parts is one request, and prints as one `BatchFetch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.planning.documents import directives
from gateway.planning.nodes import (
    Condition,
    EntityFetch,
    EntityPart,
    Fetch,
    FetchFragment,
    FetchSelection,
    KeyField,
    KeySelection,
    Parallel,
    Path,
    Plan,
    PlanNode,
    Requirement,
    Subscribe,
)
from gateway.planning.nodes import Sequence as SequenceNode

__all__ = ["plan_json", "plan_text"]

_INDENT = "  "


def plan_text(plan: Plan) -> str:
    """The plan in Apollo's text form."""
    if plan.root is None:
        return "QueryPlan {}"
    return "\n".join(["QueryPlan {", *_indented(_lines(plan.root)), "}"])


def _lines(node: PlanNode) -> list[str]:
    match node:
        case Fetch():
            lines = [f"Fetch({_service(node)}) {{", *_indented(_block(node.selections)), "},"]
            return _flattened([node.path], lines) if node.path else lines
        case EntityFetch():
            return _entity(node)
        case SequenceNode():
            return ["Sequence {", *_indented(line for child in node.nodes for line in _lines(child)), "},"]
        case Parallel():
            return ["Parallel {", *_indented(line for child in node.nodes for line in _lines(child)), "},"]
        case Condition():
            lines = _lines(node.node)
            for condition in reversed(node.conditions):
                word = "Include" if condition.wanted else "Skip"
                lines = [f"{word}(if: ${condition.variable}) {{", *_indented(lines), "},"]
            return lines
        case Subscribe():
            rest = [] if node.rest is None else ["Rest {", *_indented(_lines(node.rest)), "},"]
            return ["Subscription {", *_indented(["Primary: {", *_indented(_lines(node.primary)), "},", *rest]), "},"]


def _entity(node: EntityFetch) -> list[str]:
    if len(node.parts) == 1 and len(node.parts[0].paths) == 1:
        part = node.parts[0]
        fetch = [
            f"Fetch({_service(node)}) {{",
            *_indented([*_requires(part), *_block(part.selections)]),
            "},",
        ]
        return _flattened(part.paths, fetch)
    body = [
        line for part in node.parts for line in _flattened(part.paths, [*_requires(part), *_block(part.selections)])
    ]
    return [f"BatchFetch({_service(node)}) {{", *_indented(body), "},"]


def _service(node: Fetch | EntityFetch) -> str:
    """The subgraph, and which of its instances where it has several."""
    return f'service: "{node.subgraph}"' + (f', instances: "{node.target}"' if node.target is not None else "")


def _flattened(paths: Sequence[Path], lines: list[str]) -> list[str]:
    word = "path" if len(paths) == 1 else "paths"
    where = path_text(paths[0]) if len(paths) == 1 else ", ".join(path_text(path) for path in paths)
    quoted = f'"{where}"' if len(paths) == 1 else f'["{where.replace(", ", chr(34) + ", " + chr(34))}"]'
    return [f"Flatten({word}: {quoted}) {{", *_indented(lines), "},"]


def path_text(path: Path) -> str:
    """`users.@.|[Person].reviews.@`: `@` walks a list, `|[…]` keeps objects of these types."""
    return ".".join(path_steps(path))


def path_steps(path: Path) -> list[str]:
    """The same, step by step."""
    parts: list[str] = []
    for step in path:
        if step.types:
            parts.append(f"|[{','.join(step.types)}]")
        parts.append(step.key)
        parts.extend("@" * step.lists)
    return parts


def _distinct(part: EntityPart) -> Iterable[Requirement]:
    """Objects of several types may be sent alike, as the interface that they have in common."""
    return {(requirement.entity, requirement.selections): requirement for requirement in part.requires}.values()


def _requires(part: EntityPart) -> list[str]:
    lines = ["{"]
    for requirement in _distinct(part):
        keys = [line for key in requirement.selections for line in _key_lines(key)]
        inside = ["__typename", *keys]
        lines += _indented([f"... on {requirement.entity} {{", *_indented(inside), "}"])
    return [*lines, "} =>"]


def _key_lines(key: KeySelection) -> list[str]:
    if isinstance(key, KeyField):
        name = key.name if key.source == key.name else f"{key.name}: {key.source}"
    else:
        name = f"... on {' | '.join(key.types)}"
    if not key.selections:
        return [name]
    return [f"{name} {{", *_indented(line for below in key.selections for line in _key_lines(below)), "}"]


def _block(selections: Iterable[FetchSelection]) -> list[str]:
    return ["{", *_indented(line for selection in selections for line in _selection(selection)), "}"]


def _selection(selection: FetchSelection) -> list[str]:
    if isinstance(selection, FetchFragment):
        head = f"... on {selection.condition}" if selection.condition else "..."
    else:
        name = selection.name if selection.wire_key == selection.name else f"{selection.wire_key}: {selection.name}"
        head = f"{name}{selection.arguments}"
    head += directives(selection.conditions)
    if not selection.selections:
        return [head]
    lines = [line for below in selection.selections for line in _selection(below)]
    return [f"{head} {{", *_indented(lines), "}"]


def _indented(lines: Iterable[str]) -> list[str]:
    return [_INDENT + line for line in lines]


# -- JSON --------------------------------------------------------------------------------------------------------------


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan as JSON in the ecosystem's form: `{"kind": "QueryPlan", "node": …}`, each node with its `kind`.

    Every request is one `Fetch`, an entity fetch under a `Flatten`. One that serves several places at once names them all
    in `paths` and tells its `_entities` apart in `parts`.
    """
    return {"kind": "QueryPlan", "node": _node_json(plan.root) if plan.root is not None else None}


def _node_json(node: PlanNode) -> dict[str, Any]:
    match node:
        case Fetch():
            fetch = _fetch_json(node, node.kind.value)
            return {"kind": "Flatten", "path": path_steps(node.path), "node": fetch} if node.path else fetch
        case EntityFetch():
            return _entity_json(node)
        case SequenceNode():
            return {"kind": "Sequence", "nodes": [_node_json(child) for child in node.nodes]}
        case Parallel():
            return {"kind": "Parallel", "nodes": [_node_json(child) for child in node.nodes]}
        case Condition():
            found = _node_json(node.node)
            for condition in reversed(node.conditions):
                clause = "ifClause" if condition.wanted else "elseClause"
                found = {"kind": "Condition", "condition": condition.variable, clause: found}
            return found
        case Subscribe():
            found = {"kind": "Subscription", "primary": _node_json(node.primary)}
            return found if node.rest is None else {**found, "rest": _node_json(node.rest)}


def _instances(node: Fetch | EntityFetch) -> dict[str, Any]:
    return {"instances": str(node.target)} if node.target is not None else {}


def _fetch_json(node: Fetch | EntityFetch, kind: str) -> dict[str, Any]:
    return {
        "kind": "Fetch",
        "serviceName": node.subgraph,
        "operationKind": kind,
        "operation": node.text,
        "variableUsages": [variable.name for variable in node.variables],
        **_instances(node),
    }


def _entity_json(node: EntityFetch) -> dict[str, Any]:
    paths = [path_steps(path) for part in node.parts for path in part.paths]
    fetch = _fetch_json(node, "query")
    fetch["requires"] = [asked for part in node.parts for asked in _requires_json(part)]
    rewrites = [rewrite for part in node.parts for rewrite in _contexts_json(part)]
    if rewrites:
        fetch["contextRewrites"] = rewrites
    if len(node.parts) > 1:
        fetch["parts"] = [
            {
                "alias": part.alias,
                "paths": [path_steps(path) for path in part.paths],
                "requires": _requires_json(part),
            }
            for part in node.parts
        ]
    found = {"kind": "Flatten", "path": paths[0]}
    return {**found, "paths": paths, "node": fetch} if len(paths) > 1 else {**found, "node": fetch}


def _contexts_json(part: EntityPart) -> list[dict[str, Any]]:
    """Where the variables stand that come from objects above: `..` goes up by one object."""
    return [
        {
            "kind": "KeyRenamer",
            "path": [*[".."] * (len(part.paths[0]) - context.depth), *source],
            "renameKeyTo": context.variable,
        }
        for context in part.contexts
        for source in context.sources
    ]


def _requires_json(part: EntityPart) -> list[dict[str, Any]]:
    return [
        {
            "kind": "InlineFragment",
            "typeCondition": requirement.entity,
            "selections": [{"kind": "Field", "name": "__typename"}, *map(_key_json, requirement.selections)],
        }
        for requirement in _distinct(part)
    ]


def _key_json(key: KeySelection) -> dict[str, Any]:
    """`alias` is where a field is read from the answer, when that is not under its own name."""
    if isinstance(key, KeyField):
        found: dict[str, Any] = {"kind": "Field", "name": key.name}
        if key.source != key.name:
            found["alias"] = key.source
    else:
        found = {"kind": "InlineFragment", "typeConditions": list(key.types)}
    if key.selections:
        found["selections"] = [_key_json(below) for below in key.selections]
    return found
