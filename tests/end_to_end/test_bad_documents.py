"""Documents and variables that cannot be run, at the shipped gateway and at a shipped register.

The sentences never repeat a value that a client sent: it may be a BSN.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.end_to_end.sending import PLACES, Sent, only_error, send
from tests.harness import Network

BSN = "999990019"
BAD, INVALID, COMPLEX = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"


def _query(query: str, variables: dict[str, Any] | None = None, **more: Any) -> bytes:
    return json.dumps({"query": query, "variables": variables or {}, **more}).encode()


BY_BSN = "query ($bsn: String!) { client(where: {bsn: {eq: $bsn}}) { bsn } }"
BY_ID = "query ($id: UUID!) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { bemiddelingID } }"
BY_FILTER = "query ($where: ClientFilterInput) { client(where: $where) { bsn } }"
DEEP = "{ bemiddeling " + "{ client { bemiddeling " * 12 + "{ bemiddelingID }" + "}}" * 12 + "}"
LONG = "{ " + " ".join(f"a{number}: bemiddeling {{ bemiddelingID }}" for number in range(1000)) + " }"
LITERAL = (400, INVALID, "A literal in the document has no valid value for its type.")
VARIABLE = (400, BAD, "A variable has no valid value.")
TOO_MUCH = (400, COMPLEX, "The operation asks too much at once: fewer fields, or less deep.")
REFUSED_INPUT = (400, BAD, "A subgraph refused an input value of this field.")
PARSE = (400, "GRAPHQL_PARSE_FAILED", "The document is no GraphQL at this place.")

DOCUMENTS = [
    Sent(
        "no GraphQL",
        (400, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found <EOF>."),
        PARSE,
        _query("{ bemiddeling { "),
    ),
    Sent(
        "a BSN in the wrong place",
        (400, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found String."),
        PARSE,
        _query(f'{{ client(where: {{bsn: {{eq: "1" "{BSN}"}}}}) {{ bsn }} }}'),
    ),
    Sent(
        "nothing selected",
        (400, "GRAPHQL_PARSE_FAILED", "Syntax Error: Expected Name, found '}'."),
        PARSE,
        _query("{ bemiddeling { } }"),
    ),
    Sent(
        "unknown field",
        (400, INVALID, "Cannot query field 'naam' on type 'Bemiddeling'."),
        None,
        _query("{ bemiddeling { bemiddelingID naam } }"),
    ),
    Sent(
        "unknown root",
        (400, INVALID, "Cannot query field 'indicaties' on type 'Query'."),
        None,
        _query("{ indicaties { id } }"),
    ),
    Sent(
        "unknown argument",
        (400, INVALID, "Unknown argument 'first' on field 'Query.bemiddeling'."),
        None,
        _query("{ bemiddeling(first: 10) { bemiddelingID } }"),
    ),
    Sent(
        "unknown filter",
        (400, INVALID, "Expected value of type 'BemiddelingFilterInput' not to include unknown field 'bsn'."),
        LITERAL,
        _query(f'{{ bemiddeling(where: {{bsn: {{eq: "{BSN}"}}}}) {{ bemiddelingID }} }}'),
    ),
    Sent(
        "unknown filter in a variable",
        (400, BAD, "The variable `$where` does not fit its declared type."),
        VARIABLE,
        _query(BY_FILTER, {"where": {"burgerservicenummer": {"eq": BSN}}}),
    ),
    Sent(
        "a number for a text",
        (400, BAD, "The variable `$bsn` does not fit its declared type."),
        VARIABLE,
        _query(BY_BSN, {"bsn": int(BSN)}),
    ),
    Sent(
        "a number for a text, written out",
        (400, INVALID, "String cannot represent a non string value."),
        LITERAL,
        _query(f"{{ client(where: {{bsn: {{eq: {BSN}}}}}) {{ bsn }} }}"),
    ),
    # What a UUID is, a gateway does not know: the register says it.
    Sent("a BSN for a UUID", REFUSED_INPUT, VARIABLE, _query(BY_ID, {"id": BSN})),
    Sent(
        "a BSN for a UUID, written out",
        REFUSED_INPUT,
        (400, BAD, "Value is not a UUID."),
        _query(f'{{ bemiddeling(where: {{bemiddelingID: {{eq: "{BSN}"}}}}) {{ bemiddelingID }} }}'),
    ),
    Sent(
        "U+0000",
        REFUSED_INPUT,
        (400, BAD, "Text may not hold the character U+0000."),
        _query(BY_BSN, {"bsn": BSN + "\x00"}),
    ),
    Sent(
        "no value for a variable",
        (400, BAD, "The variable `$bsn` does not fit its declared type."),
        VARIABLE,
        _query(BY_BSN),
    ),
    Sent(
        "null for a variable",
        (400, BAD, "The variable `$bsn` does not fit its declared type."),
        VARIABLE,
        _query(BY_BSN, {"bsn": None}),
    ),
    Sent(
        "a variable that is not declared",
        (400, INVALID, "Variable '$bsn' is not defined."),
        None,
        _query("{ client(where: {bsn: {eq: $bsn}}) { bsn } }", {"bsn": BSN}),
    ),
    Sent(
        "several operations",
        (400, BAD, "The document has several operations; say which one in `operationName`."),
        (400, BAD, "The document holds several operations: send operationName."),
        _query("query A { __typename } query B { __typename }"),
    ),
    Sent(
        "another operation",
        (400, BAD, "The document has no operation with this `operationName`."),
        (400, BAD, "The document holds no operation of that name."),
        _query("query A { __typename } query B { __typename }", operationName="C"),
    ),
    Sent(
        "a mutation",
        (400, INVALID, "The mutation operation is not supported by the schema."),
        None,
        _query("mutation { verwijder }"),
    ),
    Sent(
        "too deep",
        (400, COMPLEX, "The operation is nested deeper than 24 levels."),
        TOO_MUCH,
        _query(DEEP),
    ),
    Sent(
        "too many tokens",
        (400, COMPLEX, "The document has too many tokens or comments, or is nested too deep."),
        (400, COMPLEX, "The document is too long or too deep."),
        _query(LONG),
    ),
    Sent(
        "too many roots",
        (400, COMPLEX, "The operation has more than 20 root fields."),
        TOO_MUCH,
        _query("{ " + " ".join(f"a{number}: bemiddeling {{ bemiddelingID }}" for number in range(60)) + " }"),
    ),
]


@pytest.mark.parametrize("sent", DOCUMENTS, ids=lambda sent: sent.id)
@pytest.mark.parametrize("at", PLACES)
def test_a_document_that_cannot_be_run(at: str, sent: Sent, net: Network) -> None:
    reply = send(net, at, sent.body)
    assert only_error(reply) == sent.answer(at)
    assert BSN not in reply.body.decode()


def test_all_errors_of_a_document_are_named_with_their_places(net: Network) -> None:
    for at in PLACES:
        reply = send(net, at, _query("{ bemiddeling { naam }\n  overdracht(first: 1) { overdrachtID } }"))
        assert (reply.status, reply.json()) == (
            400,
            {
                "errors": [
                    {
                        "message": "Cannot query field 'naam' on type 'Bemiddeling'.",
                        "locations": [{"line": 1, "column": 17}],
                        "extensions": {"code": INVALID},
                    },
                    {
                        "message": "Unknown argument 'first' on field 'Query.overdracht'.",
                        "locations": [{"line": 2, "column": 14}],
                        "extensions": {"code": INVALID},
                    },
                ]
            },
        )
