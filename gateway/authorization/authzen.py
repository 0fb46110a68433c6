"""Authorization API 1.0 (OpenID AuthZEN) without its transport: requests taken apart, batches run, answers put together.

    {subject, action, resource, context}                         → {decision, context}
    {subject?, action?, …, evaluations: [{…}, …], options?}      → {evaluations: [{decision, context}, …]}

Members at the top of a batch are defaults of its evaluations, each as a whole (§7.1.1). An evaluation that lacks one is denied with its reason; the
others are judged. What is judged, and how, is the caller's: `Judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from gateway.authorization.caller import Caller
from gateway.language.operation import Operation, OperationKind

__all__ = [
    "Basis",
    "Evaluation",
    "Judge",
    "Malformed",
    "Outcome",
    "Questions",
    "answer",
    "judged",
    "read_one",
    "read_several",
]

Semantic = Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"]
_MEMBERS = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}


class Malformed(ValueError):  # noqa: N818 - a state of the request
    """A request that is none, in one sentence without values of it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One question: may `subject` do `action` with `resource`? Their required members are texts."""

    subject: Mapping[str, Any]
    action: Mapping[str, Any]
    resource: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Basis:
    """What was decided about, as far as the judge came: the subject as a caller, and an operation or a list of coordinates as they were sent."""

    caller: Caller | None = None
    action: OperationKind | None = None
    operation: Operation | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    coordinates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`context`: why, in whatever form the judge has for it. `basis` is for the record, and is not told."""

    decision: bool
    context: Mapping[str, Any] = field(default_factory=dict[str, Any])
    basis: Basis = field(default_factory=Basis)

    def as_json(self) -> dict[str, Any]:
        return {"decision": self.decision, "context": dict(self.context)}


Judge = Callable[[Evaluation], Outcome]


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked. `single`: the answer is one decision, not a list. An entry that is `Malformed` is denied for that reason."""

    entries: Sequence[Evaluation | Malformed]
    semantic: Semantic = "execute_all"
    single: bool = False


def read_one(body: Any) -> Questions:
    """The question of `/access/v1/evaluation`. Raises `Malformed`."""
    found = _evaluation(_object(body))
    if isinstance(found, Malformed):
        raise found
    return Questions((found,), single=True)


def read_several(body: Any, limit: int) -> Questions:
    """The questions of `/access/v1/evaluations`, at most `limit`. Without any, the body itself is one (§7.1). Raises `Malformed`."""
    content = _object(body)
    entries = content.get("evaluations")
    if entries is None or entries == []:
        return read_one(content)
    if not isinstance(entries, list):
        raise Malformed("evaluations: expected a list.")
    if len(entries) > limit:
        raise Malformed(f"evaluations: at most {limit} are judged at a time.")
    defaults = {name: content[name] for name in (*_MEMBERS, "context") if name in content}
    semantic = _semantic(content.get("options"))
    return Questions([_with_defaults(defaults, entry) for entry in entries], semantic)


def judged(questions: Questions, judge: Judge) -> Iterator[Outcome]:
    """Yield the outcomes in order, up to the one that ends it by `semantic` (§7.1.2)."""
    for entry in questions.entries:
        outcome = _malformed(entry) if isinstance(entry, Malformed) else judge(entry)
        yield outcome
        if questions.semantic == ("permit_on_first_permit" if outcome.decision else "deny_on_first_deny"):
            return


def answer(questions: Questions, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The body of the answer. A list has two names: the standard's, and `results` as the profile of the care network writes it."""
    if questions.single:
        return outcomes[0].as_json()
    entries = [outcome.as_json() for outcome in outcomes]
    return {"evaluations": entries, "results": entries}


def _with_defaults(defaults: Mapping[str, Any], entry: Any) -> Evaluation | Malformed:
    return _evaluation({**defaults, **entry}) if isinstance(entry, dict) else Malformed("an evaluation is an object.")


def _evaluation(content: Mapping[str, Any]) -> Evaluation | Malformed:
    for name, required in _MEMBERS.items():
        member = content.get(name)
        if not isinstance(member, dict):
            return Malformed(f"{name}: expected an object.")
        for key in required:
            if not isinstance(member.get(key), str) or not member[key]:
                return Malformed(f"{name}.{key}: expected a text.")
        if not isinstance(member.get("properties", {}), dict):
            return Malformed(f"{name}.properties: expected an object.")
    if not isinstance(content.get("context", {}), dict):
        return Malformed("context: expected an object.")
    return Evaluation(content["subject"], content["action"], content["resource"], content.get("context", {}))


def _semantic(options: Any) -> Semantic:
    if options is None:
        return "execute_all"
    found = options.get("evaluations_semantic", "execute_all") if isinstance(options, dict) else None
    for semantic in get_args(Semantic):
        if found == semantic:
            return semantic
    raise Malformed(f"options.evaluations_semantic: expected one of {', '.join(get_args(Semantic))}.")


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise Malformed("The body must be a JSON object.")
    return body


def _malformed(problem: Malformed) -> Outcome:
    return Outcome(decision=False, context={"error": {"status": 400, "message": str(problem)}})
