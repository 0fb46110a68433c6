"""Grants that hang on rows copied from another register: which they are follows from what their predicates walk."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.authorization.language.document import parse_grants
from gateway.authorization.rowpolicies import compile_policies
from tests.gateway.authorization.library import GRANTS, MAPPING
from tests.gateway.authorization.test_rowpolicies import using

FRESH = "current_setting('caller.relations', true) = 'fresh'"
BRANCH = "nullif(current_setting('caller.branch', true), '')"
STANDING = {
    "table": "standing",
    "key": "standingID",
    "stub": False,
    "hidden": True,
    "projected": True,
    "keyed_from": "",
    "columns": {
        name: {"column": name, "kind": kind, "nullable": True, "hidden": False, "refers": ""}
        for name, kind in (("standingID", "uuid"), ("code", "text"), ("bookID", "uuid"))
    },
    "relations": {},
}
FUNCTIONS = """\
  def mineToo(X: Book):
      return X.branch == caller.branch or any(S.code == caller.branch for S in X.standings)
  def known(S: Standing):
      return S.code == caller.branch
inputs:
"""


def mapping() -> dict[str, Any]:
    found = json.loads(json.dumps(MAPPING))
    found["types"]["Standing"] = STANDING
    found["types"]["Book"]["relations"]["standings"] = {
        **found["types"]["Book"]["relations"]["loans"], "target": "Standing", "hidden": True,
    }  # fmt: skip
    return found


def compiled(when: str, role: str = "clerk", table: str = "book") -> tuple[list[str], dict[str, Any]]:
    """The lines of a policy, and the field groups of the role, when BOOK-OWN says `when` and BOOK-LENT is gone."""
    text = GRANTS.replace("when: X.branch == caller.branch\n", f"when: {when}\n").replace("inputs:\n", FUNCTIONS, 1)
    text = text.replace("when: any(soon(L) for L in X.loans)", "enabled: false")
    sql, fields = compile_policies(parse_grants(text), mapping())
    return using(sql, table, role)[1:-1], fields["roles"][role.upper()]["types"]


def copies(when: str) -> str:
    """What a register reads of BOOK-OWN."""
    _, types = compiled(when)
    (only,) = types["Book"]["title"]
    return str(only.get("copies", ""))


KNOWN = (
    'EXISTS (SELECT FROM policy."standing" pol1 WHERE pol1."client_key" = "book"."client_key" AND '
    'pol1."bookID" = "book"."bookID" AND pol1."code" = ' + BRANCH + " OFFSET 0)"
)


def test_a_predicate_that_walks_copies_counts_while_they_are_fresh():
    assert compiled("any(S.code == caller.branch for S in X.standings)")[0] == [f"({FRESH} AND {KNOWN})"]


@pytest.mark.parametrize(
    "when", ["X.branch == caller.branch or any(known(S) for S in X.standings)", "mineToo(X)"], ids=["written", "called"]
)
def test_alternatives_that_need_no_copies_stay(when: str):
    assert compiled(when)[0] == [f'"book"."branch" = {BRANCH} OR ({FRESH} AND {KNOWN})']


def test_where_the_opposite_could_count_all_around_it_hangs():
    """`not` makes a missing relation a ground to see something, so stale relations must not get that far."""
    assert compiled("not any(known(S) for S in X.standings)")[0] == [f"({FRESH} AND (({KNOWN}) IS NOT TRUE))"]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("X.branch == caller.branch", ""),
        ("any(L.reader == caller.branch for L in X.loans)", ""),
        ("any(known(S) for S in X.standings)", "all"),
        ("X.branch == caller.branch and any(known(S) for S in X.standings)", "all"),
        ("X.branch == caller.branch and not any(known(S) for S in X.standings)", "all"),
        ("(X.title == 'a' or any(known(S) for S in X.standings)) and X.branch == caller.branch", "some"),
        ("X.branch == caller.branch or any(known(S) for S in X.standings)", "some"),
        ("X.title == 'a' or X.branch == caller.branch or mineToo(X)", "some"),
        ("any(S.code == caller.branch for S in X.standings) or any(known(S) for S in X.standings)", "all"),
    ],
)
def test_what_is_left_without_copies(when: str, expected: str):
    assert copies(when) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("X.branch == caller.branch", ""),
        ("any(known(S) for S in X.standings)", "all"),
        ("mineToo(X)", "some"),
    ],
)
def test_a_part_hangs_on_what_its_owner_hangs_on(when: str, expected: str):
    lines, types = compiled(when, table="loan")
    (only,) = types["Loan"]["loanID"]
    assert only.get("copies", "") == expected
    # What the owner needs no copies for, the part needs none for.
    before, _, _ = lines[0].partition("EXISTS (SELECT FROM policy.")
    assert (before, FRESH in lines[0]) == (f"({FRESH} AND " if expected == "all" else "", bool(expected))


def test_the_opposite_of_what_a_role_may_see_hangs_as_a_whole():
    text = GRANTS.replace("when: X.branch == caller.branch\n", "when: mineToo(X)\n").replace("inputs:\n", FUNCTIONS, 1)
    text = text.replace("    part_of: Book\n    path: loans\n", "    when: not any(granted(B) for B in X.book)\n")
    sql, fields = compile_policies(parse_grants(text), mapping())
    assert using(sql, "loan", "clerk")[1].startswith(f"({FRESH} AND ((EXISTS (")
    assert fields["roles"]["CLERK"]["types"]["Loan"]["loanID"][0]["copies"] == "all"


def test_who_copies_rows_writes_them_and_nobody_reads_them_as_such():
    sql, _ = compile_policies(parse_grants(GRANTS), mapping())
    block = sql.partition("-- Standing\n")[2]
    assert block == (
        'ALTER TABLE public."standing" ENABLE ROW LEVEL SECURITY;\n'
        "DO $$ BEGIN\n"
        "    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{prefix}_projector') THEN\n"
        '        CREATE POLICY project ON public."standing" TO "{prefix}_projector" USING (true) WITH CHECK (true);\n'
        "    END IF;\n"
        "END $$;\n"
    )
    assert "projector" not in compile_policies(parse_grants(GRANTS), MAPPING)[0]
