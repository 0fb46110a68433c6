"""Whatever stands in a grants file, a predicate or a release: what it says, or mistakes with their places, and nothing else.

A mistake in a grants file quotes the file: whoever reads it has written it. A release comes from elsewhere, so nothing of it is told.
"""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.authorization.grants import GrantsError, load_grants
from gateway.authorization.language.document import extended, parse_grants
from gateway.authorization.language.problems import Position, Problem
from gateway.authorization.release import Release as SignedRelease
from gateway.authorization.release import ReleaseError, key_id, parse_release, signed, written
from gateway.authorization.rowpolicies import compile_policies
from tests.fuzzing import SECRET, fuzzed, kept_quiet, many, most
from tests.gateway.authorization.library import GRANTS, MAPPING, library

LINES: list[str] = [str(line) for line in GRANTS.splitlines(keepends=True)]
WORDS = sorted(set(GRANTS.replace("[", " ").replace("]", " ").replace(",", " ").split()))
pieces = st.sampled_from(
    [*LINES, *WORDS, "&a ", "*a", "!!python/object:os.system ", "<<: ", "- ", "? ", "|\n", ">\n"]
) | st.text(max_size=8)

ATOMS = [
    "X", "L", "B", "today", "forever", "caller", "caller.branch", "X.title", "X.price", "X.loans", "X.branch", "L.until", "L.book", "L.reader",
    "X.bought", "True", "False", "None", "'a'", "1", "-1", "10**9", "1.5", "b''", "f''", "'2026-01-01'", "soon(L)", "mine(L)", "granted(X)", "(", ")",
    "[", "]", "{", "}", ",", ".", " ", " and ", " or ", " not ", " is ", " in ", " for L in X.loans", " if ", " else ", " lambda: ", ":=", "==", "!=", "<",
    "<=", ">", "+", "-", "*", "**", "any(", "years(", "days(", "date(", "max(", "coalesce(", "__import__", "_", "\n", "#", "\\", "'", '"', "\x00", "é", "𝕏",
]  # fmt: skip
names = st.sampled_from(["X", "L", "today", "caller", "nobody", "forever"])
columns = st.sampled_from(
    ["title", "price", "branch", "bought", "loans", "until", "book", "reader", "nothing", "bookID"]
)
leaves = st.one_of(
    st.builds("{}.{}".format, names, columns),
    st.builds("{}.{}.{}".format, names, columns, columns),
    names,
    st.sampled_from(
        [
            "caller.branch",
            "caller.card",
            "None",
            "True",
            "1",
            "'x'",
            "'2026-01-01'",
            "'00000000-0000-0000-0000-000000000000'",
        ]
    ),
)
predicates = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(
            "({} {} {})".format,
            inner,
            st.sampled_from(["and", "or", "==", "!=", "<", ">=", "is", "is not", "+", "-", "in"]),
            inner,
        ),
        st.builds("(not {})".format, inner),
        st.builds("any({} for L in {} if {})".format, inner, inner, inner),
        st.builds("{}({})".format, st.sampled_from(["soon", "mine", "granted", "date", "year", "any"]), inner),
        st.builds("{}({}, {})".format, st.sampled_from(["years", "days", "max", "min", "coalesce"]), inner, inner),
        st.builds("({} in ({}, {}))".format, inner, inner, inner),
    ),
    max_leaves=12,
)


def told(text: str) -> None:
    """Load and compile: it works, or it says where it does not."""
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)  # the line breaks of YAML
    problems: tuple[Problem, ...] = ()
    with fuzzed():
        try:
            load_grants(text, library())
            compile_policies(parse_grants(text), MAPPING)
        except GrantsError as error:
            problems = error.problems or (Problem(Position(0, 0), "a mistake without a place"),)
    for problem in problems:
        assert problem.message
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1


@many
@given(st.text(max_size=200) | st.lists(pieces, max_size=12).map("".join))
@example("a: " * 2000)
@example("[" * 100_000)
@example("- " * 100_000)
@example("[" * 150 + "]" * 150)
@example("{a: " * 3000)
@example("a: &a [x]\nb: [*a, *a]")
@example("version: 1\nroles: {A: {identifiers: {x: '('}}}\ngrants: []")
@example("\ufeffversion: 1")
@example("version: 1\ud800")
@example("version: !!binary aGVsbG8=\nroles: !!set {a}\ngrants: !!python/name:os.system")
def test_any_text(text: str):
    told(text)
    with fuzzed(), contextlib.suppress(GrantsError):
        extended(text)


@many
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.sampled_from("dxsir"), pieces), min_size=1, max_size=4))
def test_a_file_with_lines_that_went_wrong(edits: list[tuple[int, str, str]]):
    lines: list[str] = [*LINES]
    for place, what, piece in edits:
        at = place % len(lines)
        if what == "d":
            lines.insert(at, lines[at])
        elif what == "x":
            lines[at] = ""
        elif what == "s":
            lines[at] = lines[at].rstrip("\n") + piece + "\n"
        elif what == "i":
            lines.insert(at, piece)
        else:
            head, _, _ = lines[at].partition(":")
            lines[at] = f"{head}: {piece}\n"
    told("".join(lines))


@many
@given(st.integers(0, len(GRANTS) - 1), st.characters(), st.integers(0, 3))
def test_a_file_with_a_character_that_went_wrong(place: int, character: str, taken: int):
    told(GRANTS[:place] + character + GRANTS[place + taken :])


@many
@given(st.lists(st.sampled_from(ATOMS), max_size=14).map("".join) | predicates)
@example("(" * 1500 + "X" + ")" * 1500)
@example("not " * 900 + "True")
@example(" and ".join(["X.title == 'a'"] * 190))
@example("X" + ".book" * 600)
@example("9" * 3900 + " == X.price")
@example("--" * 1900 + "1")
@example("any(" * 90 + "True" + " for L in X.loans)" * 90)
def test_any_predicate(predicate: str):
    told(GRANTS.replace("when: X.branch == caller.branch", "when: " + json.dumps(predicate, ensure_ascii=False), 1))
    told(GRANTS.replace("      return L.reader == caller.card", "      return " + predicate, 1))


@many
@given(st.lists(st.sampled_from(["f", "g", "h"]), min_size=1, max_size=12))
def test_functions_that_call_each_other(calls: list[str]):
    """Also twice in each, which would double the text of a condition with every step."""
    lines = [
        f"  def f{n}(L: Loan):\n      return {a}{n + 1}(L) and {a}{n + 1}(L)\n" for n, a in enumerate("f" * len(calls))
    ]
    lines += [f"  def f{len(calls)}(L: Loan):\n      return {calls[0]}0(L)\n"]
    told(GRANTS.replace("inputs:\n", "".join(lines) + "inputs:\n", 1).replace("any(mine(L)", "any(f0(L)", 1))


# --- releases ------------------------------------------------------------------------------------------------------------

KEYS = [Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in range(3)]
WHOLE = signed(signed(SignedRelease("care", 12, {"grants.yaml": "0" * 64}), KEYS[0]), KEYS[1])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from([SECRET, 10**400, 1e308, "grants.yaml", "care"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["set", "version", "files", "protected", "signature", SECRET]), inner, max_size=4
        )
    ),
    max_leaves=10,
)


def judged(text: str) -> None:
    """Read a release and ask who signed it: never somebody who did not."""
    with fuzzed():
        try:
            release = parse_release(text)
            signers = release.signers([key.public_key() for key in KEYS])
            release.check([key.public_key() for key in KEYS], 1)
        except ReleaseError as error:
            kept_quiet(error)
            return
        assert release == WHOLE
        assert signers <= {key_id(key.public_key()) for key in KEYS[:2]}


@most
@given(st.text(max_size=100) | values.map(json.dumps))
@example("[" * 100_000)
@example('{"release": NaN, "signatures": []}')
def test_any_release(text: str):
    judged(text)


@many
@given(st.dictionaries(st.sampled_from(["set", "version", "files", SECRET]), values, max_size=3), values)
def test_a_release_with_other_content_under_the_same_signatures(content: dict[str, Any], signatures: Any):
    document = json.loads(written(WHOLE))
    judged(json.dumps({**document, "release": {**document["release"], **content}}))
    judged(json.dumps({**document, "signatures": signatures}))
    judged(json.dumps({"release": values_or(content), "signatures": document["signatures"]}))


def values_or(content: dict[str, Any]) -> dict[str, Any]:
    return {"set": SECRET, "version": 1, "files": {}, **content}


@many
@given(st.integers(0, 10_000), st.characters(max_codepoint=0xFFFF), st.integers(0, 2))
def test_a_release_with_a_character_that_went_wrong(place: int, character: str, taken: int):
    text = written(WHOLE)
    at = place % len(text)
    judged(text[:at] + character + text[at + taken :])


@pytest.mark.parametrize("text", [GRANTS, GRANTS.replace("\n", "\r\n")])
def test_the_file_that_is_spoiled_here_is_whole(text: str):
    told(text)
    assert load_grants(text, library()).file.grants
