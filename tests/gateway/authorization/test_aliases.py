"""Aliases in the SQL of policies: what is quoted is none, and a column goes with its alias."""

from __future__ import annotations

import pytest

from gateway.authorization.aliases import aliases, bound, columns_of, renamed, views_read

TEXT = """EXISTS (SELECT FROM policy."o""dd" pol1, policy.loan pol2 WHERE pol1."it.s" = 'pol3.x' AND pol2.until > pol14."pol5" AND "pol6" = 1 AND pol7 IS NULL)"""


def test_which_stand_in_a_text():
    assert aliases(TEXT) == {"pol1", "pol2", "pol14", "pol7"}
    assert bound(TEXT) == {"pol1", "pol2"}
    assert columns_of("pol1", TEXT) == {"pol1", 'pol1."it.s"'}
    assert columns_of("pol5", TEXT) == set()


def test_what_a_text_reads_of_which_view():
    assert views_read(TEXT) == {'o"dd': {"it.s"}, "loan": {"until"}}
    quoted = """EXISTS (SELECT FROM policy.loan pol1 WHERE pol1.a = 'policy.book pol2' AND {row}."policy.book pol3" = pol1.b)"""
    assert (views_read(quoted), bound(quoted)) == ({"loan": {"a", "b"}}, {"pol1"})
    twice = """EXISTS (SELECT FROM policy.loan pol1 WHERE pol1.a = 1) OR EXISTS (SELECT FROM policy.loan pol2 WHERE pol2."b""c" = 1)"""
    assert views_read(twice) == {"loan": {"a", 'b"c'}}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"pol1": "pol9"}, """pol9."a" = pol2.b AND 'pol1' = "pol1" AND pol9.c"""),
        ({"pol1": "pol2", "pol2": "pol1"}, """pol2."a" = pol1.b AND 'pol1' = "pol1" AND pol2.c"""),
        ({'pol1."a"': '{row}."x"'}, """{row}."x" = pol2.b AND 'pol1' = "pol1" AND pol1.c"""),
        ({"pol2": "pol8"}, """pol1."a" = pol8.b AND 'pol1' = "pol1" AND pol1.c"""),
        ({}, """pol1."a" = pol2.b AND 'pol1' = "pol1" AND pol1.c"""),
    ],
)
def test_other_names(names: dict[str, str], expected: str):
    assert renamed("""pol1."a" = pol2.b AND 'pol1' = "pol1" AND pol1.c""", names) == expected


def test_a_point_in_a_column_ends_no_alias():
    assert renamed('pol1."a.b" = pol1.c', {"pol1": "pol2"}) == 'pol2."a.b" = pol2.c'
