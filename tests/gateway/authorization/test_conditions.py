"""Alternatives that begin with the same look: one look where that says the same, and never a name that means something else."""

from __future__ import annotations

from gateway.authorization.conditions import FRESH, Condition, Entry, Look, Source, combine, looked, merged


def look(alias: str, *where: str, entries: frozenset[Entry] | None = None) -> Condition:
    return looked(Look((link(alias),), tuple(map(Condition, where))), entries)


def link(alias: str) -> Source:
    return Source("policy.link", alias, (Condition(f"{alias}.id = {{row}}.id"),))


def more(alias: str, before: str) -> Source:
    return Source("policy.more", alias, (Condition(f"{alias}.link = {before}.id"),))


def test_looks_that_differ_in_one_comparison_become_a_choice_in_one():
    parts = [
        look("pol1", "pol1.kind = 'a'", "pol1.code = 'pol2'"),
        look("pol2", "pol2.kind = 'b'", "pol2.code = 'pol2'"),
        look("pol3", "pol3.kind = 'c'", "pol3.code = 'pol2'"),
    ]
    condition = combine("or", parts)
    assert condition.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        "AND pol1.code = 'pol2' AND (pol1.kind = 'a' OR pol1.kind = 'b' OR pol1.kind = 'c') OFFSET 0)"
    )
    assert condition.operator == ""


def test_what_differs_in_several_places_is_one_choice():
    parts = [look("pol1", "pol1.kind = 'a'", "pol1.code = '1'"), look("pol2", "pol2.kind = 'b'", "pol2.code = '2'")]
    (one,) = merged(parts)
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        "AND ((pol1.kind = 'a' AND pol1.code = '1') OR (pol1.kind = 'b' AND pol1.code = '2')) OFFSET 0)"
    )


def test_what_all_of_a_choice_ask_for_is_asked_once():
    parts = [look("pol1", "pol1.kind = 'a'", "pol1.code = '1'"), look("pol2", "pol2.code = '1'", "pol2.until > 5")]
    (one,) = merged(parts)
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        "AND pol1.code = '1' AND (pol1.kind = 'a' OR pol1.until > 5) OFFSET 0)"
    )
    a, b, c = map(Condition, "abc")
    assert combine("or", [combine("and", [a, b]), combine("and", [c, a])]).sql == "a AND (b OR c)"
    assert combine("or", [combine("and", [a, b]), a]).sql == "a"


def test_what_only_some_alternatives_ask_for_stays_with_them():
    a, b, c, d = map(Condition, "abcd")
    both = [combine("and", [a, b]), combine("and", [a, c])]
    assert combine("or", [*both, d]).sql == "(a AND b) OR (a AND c) OR d"
    assert combine("or", [*both, combine("and", [d, a])]).sql == "a AND (b OR c OR d)"


def test_a_choice_of_which_the_parts_are_not_known_stays_as_it_is():
    choice = Condition("x OR y", operator="or")
    assert combine("or", [choice, Condition("z")]).sql == "x OR y OR z"
    assert combine("and", [choice, Condition("z")]).sql == "(x OR y) AND z"


def test_looks_are_one_as_far_as_they_go_the_same_way_and_no_further():
    """What is the same again behind a table that differs is another row."""

    def other(alias: str, before: str) -> Source:
        return Source("policy.other", alias, (Condition(f"{alias}.link = {before}.id"),))

    def last(alias: str, first: str) -> Source:
        return Source("policy.last", alias, (Condition(f"{alias}.of = {first}.id"),))

    ways = [
        looked(Look((link("pol1"), more("pol2", "pol1"), last("pol3", "pol1")), (Condition("pol3.kind = 'a'"),))),
        looked(Look((link("pol4"), other("pol5", "pol4"), last("pol6", "pol4")), (Condition("pol6.kind = 'a'"),))),
    ]
    (one,) = merged(ways)
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id AND ("
        "EXISTS (SELECT FROM policy.more pol2, policy.last pol3 WHERE pol2.link = pol1.id AND pol3.of = pol1.id "
        "AND pol3.kind = 'a' OFFSET 0) OR "
        "EXISTS (SELECT FROM policy.other pol5, policy.last pol6 WHERE pol5.link = pol1.id AND pol6.of = pol1.id "
        "AND pol6.kind = 'a' OFFSET 0)) OFFSET 0)"
    )


def test_a_new_name_is_none_that_stands_for_a_row_around_the_look():
    ways = [
        looked(Look((link("pol1"), more("pol2", "pol1")), (Condition("pol2.kind = 'a'"),))),
        looked(
            Look(
                (link("pol3"), Source("policy.other", "pol2", (Condition("pol2.link = pol3.id"),))),
                (Condition("pol2.code = pol4.code"),),
            )
        ),
    ]
    (one,) = merged(ways)
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id AND ("
        "EXISTS (SELECT FROM policy.more pol2 WHERE pol2.link = pol1.id AND pol2.kind = 'a' OFFSET 0) OR "
        "EXISTS (SELECT FROM policy.other pol5 WHERE pol5.link = pol1.id AND pol5.code = pol4.code OFFSET 0)) OFFSET 0)"
    )


def test_a_look_that_asks_for_more_than_another_adds_nothing():
    (one,) = merged([look("pol1", "pol1.kind = 'a'"), look("pol2", "pol2.kind = 'a'", "pol2.code = '1'")])
    assert one.sql == "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id AND pol1.kind = 'a' OFFSET 0)"


def test_looks_that_go_on_from_the_same_table_look_into_it_once():
    near = look("pol1", "pol1.kind = 'a'", "pol1.code = '1'")
    far = looked(
        Look((link("pol2"), more("pol3", "pol2")), (Condition("pol2.kind = 'a'"), Condition("pol3.code = '1'")))
    )
    (one,) = merged([near, far])
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id AND pol1.kind = 'a' AND (pol1.code = '1' "
        "OR EXISTS (SELECT FROM policy.more pol3 WHERE pol3.link = pol1.id AND pol3.code = '1' OFFSET 0)) OFFSET 0)"
    )


def test_what_three_looks_go_on_to_is_looked_into_once_too():
    """The first of them ends where the others go on, so the others meet in a choice that is there already."""

    def far(first: str, second: str, kind: str) -> Condition:
        return looked(Look((link(first), more(second, first)), (Condition(f"{second}.kind = '{kind}'"),)))

    (one,) = merged([look("pol1", "pol1.code = '1'"), far("pol2", "pol3", "b"), far("pol4", "pol5", "c")])
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id AND (pol1.code = '1' OR EXISTS (SELECT "
        "FROM policy.more pol3 WHERE pol3.link = pol1.id AND (pol3.kind = 'b' OR pol3.kind = 'c') OFFSET 0)) OFFSET 0)"
    )


def test_other_joins_are_other_looks():
    other = looked(Look((Source("policy.link", "pol2", (Condition("pol2.id = {row}.other"),)),), ()))
    parts = [look("pol1", "pol1.kind = 'a'"), other]
    assert merged(parts) == parts


def test_freshness_is_asked_outside_and_once():
    parts = [
        combine("and", [FRESH, look("pol1", "pol1.kind = 'a'")]),
        combine("and", [FRESH, look("pol2", "pol2.kind = 'b'")]),
    ]
    expected = (
        "current_setting('caller.relations', true) = 'fresh' AND EXISTS (SELECT FROM policy.link pol1 "
        "WHERE pol1.id = {row}.id AND (pol1.kind = 'a' OR pol1.kind = 'b') OFFSET 0)"
    )
    assert combine("or", parts).sql == expected
    inside = looked(Look((link("pol1"),), (FRESH, Condition("(pol1.kind = 'a' OR pol1.kind = 'b')"))))
    assert inside.sql == expected
    # What needs no fresh copies is not held up by what does.
    either = [parts[0], look("pol2", "pol2.kind = 'b'")]
    assert merged(either) == either


def test_a_look_within_a_look_is_a_join():
    inner = looked(Look((more("pol2", "pol1"),), (Condition("pol2.kind = 'b'"),)))
    assert looked(Look((link("pol1"),), (Condition("pol1.kind = 'a'"), inner))).sql == (
        "EXISTS (SELECT FROM policy.link pol1, policy.more pol2 WHERE pol1.id = {row}.id AND pol2.link = pol1.id "
        "AND pol1.kind = 'a' AND pol2.kind = 'b' OFFSET 0)"
    )


def test_the_same_look_under_another_alias_is_asked_once():
    first = look("pol1", "pol1.kind = 'a'")
    assert merged([first, look("pol2", "pol2.kind = 'a'")]) == [first]


def test_looks_into_other_tables_stay_apart():
    source = Source("policy.other", "pol2", (Condition("pol2.id = {row}.id"),))
    other = looked(Look((source,), (Condition("pol2.kind = 'a'"),)))
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
    inner = "EXISTS (SELECT FROM policy.more {0} WHERE {0}.link = {1}.id OFFSET 0)"
    (one,) = merged([look("pol1", "pol1.kind = 'a'"), look("pol2", inner.format("pol1", "pol2"))])
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id "
        f"AND (pol1.kind = 'a' OR {inner.format('pol3', 'pol1')}) OFFSET 0)"
    )
    far = looked(Look((link("pol2"), more("pol1", "pol2")), (Condition("pol1.kind = 'b'"),)))
    (one,) = merged([look("pol1", "pol1.kind = 'a'"), far])
    assert one.sql == (
        "EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {row}.id AND (pol1.kind = 'a' OR EXISTS (SELECT "
        "FROM policy.more pol3 WHERE pol3.link = pol1.id AND pol3.kind = 'b' OFFSET 0)) OFFSET 0)"
    )


def test_a_row_around_a_look_is_not_hidden_either():
    parts = [look("pol1", "pol1.kind = 'a'"), look("pol2", "pol2.kind = pol1.kind")]
    assert merged(parts) == parts


def test_looks_within_looks_are_merged_under_the_names_of_their_new_place():
    """As pol2, the second outer row would be the row of the first inner look itself, which is linked to itself always."""

    def nested(outer: str, inner: str, kind: str) -> Condition:
        deeper = looked(Look((more(inner, outer),), (Condition(f"{inner}.k = {kind}"),)))
        return looked(Look((link(outer),), (combine("or", [Condition(f"{outer}.k = 0"), deeper]),)))

    def expected(choice: str) -> str:
        inner = f"EXISTS (SELECT FROM policy.more pol2 WHERE pol2.link = pol1.id AND {choice} OFFSET 0)"
        return f"EXISTS (SELECT FROM policy.link pol1 WHERE pol1.id = {{row}}.id AND (pol1.k = 0 OR {inner}) OFFSET 0)"

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
