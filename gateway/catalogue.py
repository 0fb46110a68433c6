"""The catalogues of codes as pages: what `docs/errors.md` and `docs/composition-errors.md` are made from.

Each code of `gateway.errors` has its cause and its remedy here, and no code is without: the pages are written by
`tools/generate.sh`, which also says when they are stale. The words are for people and are not loaded to serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.composition.codes import ERRORS, HINTS
from gateway.errors import Code

__all__ = ["EXPLAINED", "composition_page", "errors_table"]

_SMALLER = "ask in smaller pieces"
_LATER = "try again later"

EXPLAINED: Mapping[Code, tuple[str, str]] = {
    Code.BAD_USER_INPUT: (
        "the body is no JSON object, `query` is missing, a variable or a literal is no value of its type",
        "correct the request",
    ),
    Code.COST_ESTIMATED_TOO_EXPENSIVE: (
        "the operation may cost more than one request is allowed; `cost` and `maximumCost` say how much",
        "ask for fewer entries of lists, or in smaller pieces",
    ),
    Code.CSRF_PREVENTION: (
        "a request that a web page of another origin could have sent",
        "send `Content-Type: application/json` or the header `GraphQL-Require-Preflight`",
    ),
    Code.GRAPHQL_PARSE_FAILED: ("the document does not parse", "see `locations`"),
    Code.GRAPHQL_VALIDATION_FAILED: (
        "an unknown field, argument or type",
        "compare with the schema that you may use",
    ),
    Code.OWNER_REQUIRED: (
        "a mutation in a subgraph that several parties keep does not say whose data it changes",
        "give the argument that names the owner",
    ),
    Code.PERSISTED_QUERY_NOT_FOUND: (
        "there is no trusted document with this id",
        "send the text, or an id of the manifest",
    ),
    Code.PERSISTED_QUERY_NOT_SUPPORTED: ("an id without a text, where there are no trusted documents", "send the text"),
    Code.PLAN_BUDGET: ("the operation cannot be planned within the budget", _SMALLER),
    Code.QUERY_NOT_IN_SAFELIST: (
        "only trusted documents are answered, and this is none of them",
        "ask for a document of the manifest, letter by letter or by id",
    ),
    Code.QUERY_TOO_COMPLEX: ("a limit on tokens, depth, aliases or fields is passed", _SMALLER),
    Code.RESERVED_RESPONSE_KEY: (
        "an alias is a response key that the gateway, where it keeps records, uses itself: `__key`",
        "choose another alias",
    ),
    Code.UNAUTHENTICATED: (
        "no token, or one that is expired, unsigned, or meant for another audience",
        "get a token; see `WWW-Authenticate`",
    ),
    Code.TOKEN_EXPIRED: (
        "the last answer of a subscription whose token is about to end",
        "subscribe again with a new token, or renew it in time (`docs/subscriptions.md`)",
    ),
    Code.FORBIDDEN: (
        "no grant of yours can give a coordinate that you selected, filtered or sorted on, or a scope is missing",
        "every refused coordinate is listed, and `missingScope` and `WWW-Authenticate` name the scope; nothing was read",
    ),
    Code.INVALID_CLIENT_CERTIFICATE: (
        "the certificate is missing, untrusted, or not that of the token",
        "use the certificate that the token was made with",
    ),
    Code.NOT_ALLOWED: (
        "the party is blocked, or the request comes from an address that is not registered for it",
        "ask who runs the network",
    ),
    Code.UNAUTHORIZED_FIELD_OR_TYPE: (
        "the graph demands a token, a scope or a policy for this field, or you asked for a part and no grant gives it; with data left the status is 200",
        "get a token with the scope, or leave the field out",
    ),
    Code.METHOD_NOT_ALLOWED: ("another method than the resource has", "see `Allow`"),
    Code.NOT_ACCEPTABLE: (
        "`Accept` leaves out both GraphQL media types",
        "accept `application/graphql-response+json`",
    ),
    Code.PAYLOAD_TOO_LARGE: ("the body is over the limit", _SMALLER),
    Code.UNSUPPORTED_MEDIA_TYPE: ("the body is not announced as `application/json`", "set `Content-Type`"),
    Code.RATE_LIMITED: ("too many requests", "wait for `Retry-After` seconds"),
    Code.TOO_MANY_SUBSCRIPTIONS: (
        "a socket, a stream or the gateway runs as many operations as it may",
        "end one first",
    ),
    Code.SUBSCRIBER_TOO_SLOW: (
        "the last answer of a subscription whose events were not taken in time",
        "subscribe again from where you were",
    ),
    Code.INTERNAL_SERVER_ERROR: (
        "a fault of ours; the trace id finds it in our log",
        "report the trace id",
    ),
    Code.DOWNSTREAM_SERVICE_ERROR: (
        "a subgraph is down or answers nonsense; with partial data the status is 200 and the error has a `path`",
        _LATER,
    ),
    Code.DOWNSTREAM_UNAVAILABLE: (
        "a subgraph failed too often and is left alone for a while; with partial data the status is 200 and the error has a `path`",
        _LATER,
    ),
    Code.AUDIT_UNAVAILABLE: (
        "what is read or decided must be recorded, and nothing can be recorded now; nothing was answered",
        _LATER,
    ),
    Code.AUTHORIZATION_UNAVAILABLE: (
        "what the decision hangs on is not available; nothing was read",
        _LATER,
    ),
    Code.GATEWAY_STOPPING: (
        "the last answer of a subscription whose gateway stops or changes its graph",
        "subscribe again",
    ),
    Code.DOWNSTREAM_TIMEOUT: ("a subgraph answers too late", _LATER),
}
"""When a code is given, and what a client can do about it."""


def errors_table() -> str:
    """The codes that clients meet, as a Markdown table in the order of their statuses."""
    return _table(
        ("HTTP", "`extensions.code`", "When", "What to do"),
        ((str(code.status), f"`{code.name}`", *EXPLAINED[code]) for code in Code),
    )


def composition_page() -> str:
    """The codes of `gateway compose`, `check` and `compose-batch`, as a Markdown page."""
    return (
        "\n".join(
            (
                "# Composition codes",
                "",
                "What `gateway compose`, `gateway check` and `gateway compose-batch` say of subgraphs. An error refuses the graph, and all",
                "errors of a run are reported, each with its code, its text and, where one place can be named, subgraph and line. A hint",
                "refuses nothing. Names are those of the Federation specification and stay; the text of an error says what it is about in",
                "this graph. This page is made from the catalogue in the code (`make generate`).",
                "",
                f"## Errors ({len(ERRORS)})",
                "",
                _table(("Code", "What is wrong"), _rows(ERRORS)),
                f"## Hints ({len(HINTS)})",
                "",
                _table(("Code", "What to know"), _rows(HINTS)),
            )
        ).rstrip("\n")
        + "\n"
    )


def _rows(catalogue: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((f"`{code}`", text) for code, text in sorted(catalogue.items()))


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    return "".join((_line(heads), "|---" * len(heads) + "|\n", *map(_line, rows)))


def _line(cells: tuple[str, ...]) -> str:
    # A bar would end the cell (GitHub Flavored Markdown §4.10).
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
