"""Alternatives that look into the same tables: one look where that says the same, and never a name that means something else."""

from __future__ import annotations

from gateway.authorization.sql import Condition, Entry, Look, combine, looked, merged, setting


def look(alias: str, *where: str, entries: frozenset[Entry] | None = None) -> Condition:
    joined = Condition(f"{alias}.id = {{row}}.id")
    return looked(Look(("policy.link",), (alias,), (joined, *map(Condition, where))), entries)


def test_looks_that_differ_in_one_comparison_become_a_choice_in_one():
    parts = [
        look("pol1", "pol1.kind = 'a'", "pol1.code = 'pol2'"),
        look("pol2", "pol2.kind = 'b'", "pol2.code = 'pol2'"),
        look("pol3", "pol3.kind = 'c'", "pol3.code = 'pol2'"),
    ]
    condition = combine("or", parts)
    assert condition.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        "AND (pol1.kind = 'a' OR pol1.kind = 'b' OR pol1.kind = 'c') AND pol1.code = 'pol2' OFFSET 0)"
    )
    assert condition.operator == ""


def test_looks_that_differ_in_two_places_stay_apart():
    parts = [look("pol1", "pol1.kind = 'a'", "pol1.code = '1'"), look("pol2", "pol2.kind = 'b'", "pol2.code = '2'")]
    assert merged(parts) == parts


def test_the_same_look_under_another_alias_is_asked_once():
    first = look("pol1", "pol1.kind = 'a'")
    assert merged([first, look("pol2", "pol2.kind = 'a'")]) == [first]


def test_looks_into_other_tables_stay_apart():
    other = looked(Look(("policy.other",), ("pol2",), (Condition("pol2.id = {row}.id"), Condition("pol2.kind = 'a'"))))
    parts = [look("pol1", "pol1.kind = 'b'"), other]
    assert merged(parts) == parts


def test_further_looks_become_a_choice_too():
    inner = "EXISTS (SELECT FROM policy.more pol9 WHERE pol9.link = {}.id OFFSET 0)"
    (one,) = merged([look("pol1", "pol1.kind = 'a'"), look("pol2", inner.format("pol2"))])
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        f"AND (pol1.kind = 'a' OR {inner.format('pol1')}) OFFSET 0)"
    )


def test_an_alias_further_in_hides_none_that_it_did_not_hide():
    # As pol1, the outer row of the second look would be out of sight within its own look.
    inner = "EXISTS (SELECT FROM policy.more pol1 WHERE pol1.link = pol2.id OFFSET 0)"
    parts = [look("pol1", "pol1.kind = 'a'"), look("pol2", inner)]
    assert merged(parts) == parts


def test_looks_within_looks_that_become_a_choice_are_merged_under_the_names_of_their_new_place():
    """As pol2, the second outer row would be the row of the first inner look itself, which is linked to itself always."""

    def nested(outer: str, inner: str, kind: str) -> Condition:
        more = Look(
            ("policy.more",), (inner,), (Condition(f"{inner}.link = {outer}.id"), Condition(f"{inner}.k = {kind}"))
        )
        joined = Condition(f"{outer}.id = {{row}}.id")
        return looked(Look(("policy.link",), (outer,), (joined, looked(more))))

    def expected(choice: str) -> str:
        inner = f"EXISTS (SELECT FROM policy.more pol2 WHERE pol2.link = pol1.id AND {choice} OFFSET 0)"
        return f"EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {{row}}.id AND {inner} OFFSET 0)"

    first = nested("pol1", "pol2", "1")
    (same,) = merged([first, nested("pol2", "pol3", "1")])
    assert same.sql == expected("pol2.k = 1")
    (either,) = merged([first, nested("pol2", "pol3", "2")])
    assert either.sql == expected("(pol2.k = 1 OR pol2.k = 2)")


def test_what_is_quoted_is_no_alias():
    (one,) = merged([look("pol1", "pol1.kind = 'pol2'"), look("pol2", """pol2."pol2" = 'it''s pol2'""")])
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        """AND (pol1.kind = 'pol2' OR pol1."pol2" = 'it''s pol2') OFFSET 0)"""
    )


def test_a_choice_is_entered_by_the_entries_of_both():
    ours, theirs = frozenset({Entry("link", "a", "code", "text")}), frozenset({Entry("link", "b", "code", "text")})
    both = [look("pol1", "pol1.kind = 'a'", entries=ours), look("pol2", "pol2.kind = 'b'", entries=theirs)]
    assert [found.entries for found in merged(both)] == [ours | theirs]
    assert combine("or", both).entries == ours | theirs
    either = [look("pol1", "pol1.kind = 'a'", entries=ours), look("pol2", "pol2.kind = 'b'")]
    assert [found.entries for found in merged(either)] == [found.entries for found in merged(either[::-1])] == [None]


def test_of_conditions_that_all_hold_the_one_of_the_fewest_rows_says_whose_they_are():
    few, more = (
        frozenset({Entry("link", "b", "code", "text")}),
        frozenset(Entry("link", n, "code", "text") for n in "ab"),
    )
    parts = [Condition("a", entries=more), Condition("b", entries=few), Condition("c")]
    assert combine("and", parts).entries == combine("and", parts[::-1]).entries == few
    assert combine("and", [Condition("a"), Condition("b")]).entries is None


def test_looks_that_all_have_to_find_something_stay_apart():
    parts = [look("pol1", "pol1.kind = 'a'"), look("pol2", "pol2.kind = 'b'")]
    assert combine("and", parts).sql == f"{parts[0].sql} AND {parts[1].sql}"


def test_a_setting_of_the_transaction():
    assert setting("it's") == "nullif(current_setting('caller.it''s', true), '')"
    assert setting("today", "::date") == "nullif(current_setting('caller.today', true), '')::date"
