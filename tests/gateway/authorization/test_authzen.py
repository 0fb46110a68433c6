"""Authorization API 1.0 without a line: how requests are taken apart, batches run and answers put together."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.authorization.authzen import (
    Evaluation,
    Malformed,
    Outcome,
    Questions,
    answer,
    judged,
    read_one,
    read_several,
)

ANN = {"type": "user", "id": "ann"}
READ = {"name": "read"}


def book(number: int) -> dict[str, Any]:
    return {"type": "book", "id": str(number)}


def odd(evaluation: Evaluation) -> Outcome:
    """Permits what has an odd number."""
    return Outcome(decision=int(evaluation.resource["id"]) % 2 == 1)


def answered(body: Any, limit: int = 10) -> Any:
    questions = read_several(body, limit)
    return answer(questions, list(judged(questions, odd)))


YES, NO = {"decision": True, "context": {}}, {"decision": False, "context": {}}


def several(*outcomes: Any) -> Any:
    return {"evaluations": list(outcomes), "results": list(outcomes)}


def test_one():
    questions = read_one({"subject": ANN, "action": READ, "resource": book(1), "evaluations": [1]})
    assert answer(questions, list(judged(questions, odd))) == YES
    assert questions == Questions((Evaluation(ANN, READ, book(1)),), "execute_all", single=True)


@pytest.mark.parametrize("options", [{}, {"options": None}, {"options": {}}, {"options": {"other": 1}}])
def test_all_are_judged_where_nothing_else_is_asked(options: dict[str, Any]):
    body = {"subject": ANN, "action": READ, "evaluations": [{"resource": book(n)} for n in (1, 2)], **options}
    expected = [Evaluation(ANN, READ, book(1)), Evaluation(ANN, READ, book(2))]
    assert read_several(body, 2) == Questions(expected, "execute_all", single=False)


def test_what_stands_above_a_batch_holds_for_each_of_it():
    body = {"subject": ANN, "action": READ, "evaluations": [{"resource": book(n)} for n in (1, 2, 3)]}
    assert answered(body) == several(YES, NO, YES)


def test_a_member_of_its_own_replaces_the_one_above_as_a_whole():
    seen: list[Evaluation] = []

    def look(evaluation: Evaluation) -> Outcome:
        seen.append(evaluation)
        return Outcome(decision=True)

    own = {"type": "user", "id": "bob"}
    above = {**ANN, "properties": {"scopes": ["all"]}}
    body = {
        "subject": above,
        "action": READ,
        "resource": book(1),
        "context": {"a": 1},
        "evaluations": [{"subject": own}],
    }
    list(judged(read_several(body, 10), look))
    assert seen == [Evaluation(own, READ, book(1), {"a": 1})]


@pytest.mark.parametrize(
    ("semantic", "numbers", "expected"),
    [
        ("execute_all", (1, 2, 3, 4), (YES, NO, YES, NO)),
        ("deny_on_first_deny", (1, 2, 3, 4), (YES, NO)),
        ("deny_on_first_deny", (1, 3), (YES, YES)),
        ("permit_on_first_permit", (2, 4, 1, 2), (NO, NO, YES)),
        ("permit_on_first_permit", (2, 4), (NO, NO)),
    ],
)
def test_what_ends_a_batch(semantic: str, numbers: tuple[int, ...], expected: tuple[Any, ...]):
    entries = [{"resource": book(n)} for n in numbers]
    body = {"subject": ANN, "action": READ, "evaluations": entries, "options": {"evaluations_semantic": semantic}}
    assert answered(body) == several(*expected)


@pytest.mark.parametrize("entries", [{}, {"evaluations": []}, {"evaluations": None}])
def test_a_batch_of_nothing_is_one_question(entries: Any):
    assert answered({"subject": ANN, "action": READ, "resource": book(1), **entries}) == YES


def refused(message: str) -> Any:
    return {"decision": False, "context": {"error": {"status": 400, "message": message}}}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, "resource: expected an object."),
        ({"resource": "1"}, "resource: expected an object."),
        ({"resource": {"type": "book"}}, "resource.id: expected a text."),
        ({"resource": {"type": "book", "id": 1}}, "resource.id: expected a text."),
        ({"resource": {"type": "", "id": "1"}}, "resource.type: expected a text."),
        ({"resource": {**book(1), "properties": []}}, "resource.properties: expected an object."),
        ({"resource": book(1), "action": {}}, "action.name: expected a text."),
        ({"resource": book(1), "subject": None}, "subject: expected an object."),
        ({"resource": book(1), "context": "c"}, "context: expected an object."),
        (7, "an evaluation is an object."),
    ],
)
def test_a_question_that_is_none_is_denied_and_the_others_are_judged(entry: Any, message: str):
    body = {"subject": ANN, "action": READ, "evaluations": [entry, {"resource": book(1)}]}
    assert answered(body) == several(refused(message), YES)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "The body must be a JSON object."),
        ("x", "The body must be a JSON object."),
        ({"evaluations": {}}, "evaluations: expected a list."),
        ({"evaluations": [{}] * 3}, "evaluations: at most 2 are judged at a time."),
        ({}, "subject: expected an object."),
        (
            {"evaluations": [{}], "options": {"evaluations_semantic": "all"}},
            "options.evaluations_semantic: expected one of execute_all, deny_on_first_deny, permit_on_first_permit.",
        ),
        (
            {"evaluations": [{}], "options": []},
            "options.evaluations_semantic: expected one of execute_all, deny_on_first_deny, permit_on_first_permit.",
        ),
    ],
)
def test_a_request_that_is_none(body: Any, message: str):
    with pytest.raises(Malformed) as problem:
        read_several(body, 2)
    assert str(problem.value) == message
