"""Predicates as they are read: what Python's syntax becomes, where each part stands, and what is no part of the language."""

from __future__ import annotations

import pytest

from gateway.authorization.language.expressions import (
    Any_,
    Attribute,
    Call,
    Choice,
    Comparison,
    Constant,
    Expression,
    Function,
    Logic,
    Name,
    Negation,
    Presence,
    Sum,
    parse_expression,
    parse_functions,
)
from gateway.authorization.language.problems import GrantsError, Position
from gateway.authorization.language.source import Text

START = Position(7, 11)
"""Where the text stands in its file."""


def shown(node: Expression) -> str:
    """With all brackets, and without places."""
    match node:
        case Constant(value):
            return repr(value)
        case Name(name):
            return name
        case Attribute(owner, name):
            return f"{shown(owner)}.{name}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(shown, arguments))})"
        case Comparison(left, operator, right) | Sum(left, operator, right):
            return f"({shown(left)} {operator} {shown(right)})"
        case Choice(value, among):
            return f"({shown(value)} among {', '.join(map(shown, among))})"
        case Presence(value, present):
            return f"({shown(value)} {'present' if present else 'absent'})"
        case Logic(operator, parts):
            return f"({f' {operator} '.join(map(shown, parts))})"
        case Negation(value):
            return f"(not {shown(value)})"
        case Any_(steps, condition):
            walked = " ".join(f"for {step.variable} in {shown(step.path)}" for step in steps)
            return f"any({shown(condition)} {walked})"


def signature(function: Function) -> str:
    parameters = ", ".join(f"{one.name}: {' | '.join(one.types)}" for one in function.parameters)
    return f"{function.position} {function.name}({parameters}) {shown(function.body)}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("True", "True"),
        ("-3", "-3"),
        ("X.a.b == caller.c", "(X.a.b == caller.c)"),
        ("X.a != 1", "(X.a != 1)"),
        ("X.a < 1", "(X.a < 1)"),
        ("X.a <= 1", "(X.a <= 1)"),
        ("X.a > 1", "(X.a > 1)"),
        ("X.a >= 1", "(X.a >= 1)"),
        ("1 < X.a <= 3 != X.b", "((1 < X.a) and (X.a <= 3) and (3 != X.b))"),
        ("X.a is None", "(X.a absent)"),
        ("X.a is not None", "(X.a present)"),
        ("X.a in ('a', -1, True)", "(X.a among 'a', -1, True)"),
        ("X.a in ['a']", "(X.a among 'a')"),
        ("X.a not in ('a', 'b')", "(not (X.a among 'a', 'b'))"),
        ("X.a or X.b and not X.c or X.d", "(X.a or (X.b and (not X.c)) or X.d)"),
        ("X.a + 1 - X.b", "((X.a + 1) - X.b)"),
        ("soon(X, 1)", "soon(X, 1)"),
        ("today()", "today()"),
        ("any(L.a for L in X.loans)", "any(L.a for L in X.loans)"),
        ("any(L.a for L in X.loans if L.b)", "any((L.a and L.b) for L in X.loans)"),
        ("any(M.a for L in X.loans if L.b if L.c for M in L.d)", "any((M.a and L.b and L.c) for L in X.loans for M in L.d)"),
        ("X.a\n  or X.b\n", "(X.a or X.b)"),
        ("\nX.a", "X.a"),
        ("(X.a) or (X.b)", "(X.a or X.b)"),
        ("not " * 200 + "X", "(not " * 200 + "X" + ")" * 200),
    ],
)  # fmt: skip
def test_what_a_predicate_says(text: str, expected: str):
    assert shown(parse_expression(Text(text, START))) == expected


def test_each_part_knows_where_it_stands():
    text = "X.a == 1 and\n    'é😀' < X.b < 3 or any(L.c is None for L in X.d\n  for M in L.e if M.f in (1, 2))"
    either = parse_expression(Text(text, START))
    assert isinstance(either, Logic)
    both, some = either.parts
    assert isinstance(both, Logic)
    assert isinstance(some, Any_)
    equal, between = both.parts
    assert isinstance(equal, Comparison)
    assert isinstance(between, Logic)
    below = between.parts[1]
    assert isinstance(below, Comparison)
    assert isinstance(some.condition, Logic)
    absent, chosen = some.condition.parts
    assert isinstance(chosen, Choice)
    places = (either, both, equal, equal.left, equal.right, between, below, below.left, below.right)
    assert [str(node.position) for node in places] == [
        "7:11",
        "7:11",
        "7:11",
        "7:11",
        "7:18",
        "8:5",
        "8:5",
        "8:12",
        "8:18",
    ]
    inner = (some, some.condition, absent, chosen, chosen.among[1], *some.steps, *(step.path for step in some.steps))
    assert [str(node.position) for node in inner] == [
        "8:23", "8:23", "8:27", "9:19", "9:30", "8:43", "9:7", "8:48", "9:12",
    ]  # fmt: skip


def test_a_return_ends_a_line_as_well():
    assert refused("X.a ==\r  X.b * 2") == "8:3: this operator is not part of the language"
    assert refused("X.a ==\r\n  'é' + X.b * 2") == "8:9: this operator is not part of the language"


def refused(text: str) -> str:
    with pytest.raises(GrantsError) as caught:
        parse_expression(Text(text, START))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 +\n\n  *", "9:3: not an expression: invalid syntax"),
        ("1 * * 2", "7:15: not an expression: invalid syntax"),
        ("(1", "7:11: not an expression: '(' was never closed"),
        ("X.a == '\ud800'", "7:11: not an expression"),
        ("-" * 3000 + "1", "7:11: not an expression"),
        ("X" + ".a" * 1900, "7:11: this predicate is nested too deeply"),
        ("a" * 4001, "7:11: a predicate has at most 4000 characters; name parts of it in `functions`"),
        (" \n", "7:11: a predicate is expected here; without `when` it holds for every row"),
        ("()", "7:11: Tuple is not part of the language"),
        ("X.a) or (True", "7:11: the brackets do not match"),
        ("soon)(X", "7:11: the brackets do not match"),
        ("X.a in ()", "7:18: `in` is followed by values: in ('a', 'b')"),
        ("X.a in 'ab'", "7:18: `in` is followed by values: in ('a', 'b')"),
        ("X.a not in X.b", "7:22: `in` is followed by values: in ('a', 'b')"),
        ("X.a in (1, 'é', X.b)", "7:27: only literal values stand in this list"),
        ("X.a is X.b", "7:18: `is` is followed by None; compare values with =="),
        ("X.a is X", "7:18: `is` is followed by None; compare values with =="),
        ("X.a is not True", "7:22: `is` is followed by None; compare values with =="),
        ("X.a == None", "7:18: None is asked for with `is None` or `is not None`"),
        ("any(X.loans)", "7:11: any is written any(condition for S in X.relation)"),
        ("any()", "7:11: any is written any(condition for S in X.relation)"),
        ("any((L.a for L in X.l), 1)", "7:11: any is written any(condition for S in X.relation)"),
        ("any(L.a for L, M in X.loans)", "7:23: one name stands between `for` and `in`"),
        ("soon(L=1)", "7:11: functions are called by name, without keywords: overlap(S, X)"),
        ("any(L.a for L in X.l) and any(*X, a=1)", "7:37: functions are called by name, without keywords: overlap(S, X)"),
        ("X.f(1)", "7:11: functions are called by name, without keywords: overlap(S, X)"),
        ("lambda: 1", "7:11: a lambda is not part of the language"),
        ("1 if 2 else 3", "7:11: `… if … else …` is not part of the language"),
        ("X.a[0]", "7:11: indexing is not part of the language"),
        ("f'a'", "7:11: a formatted string is not part of the language"),
        ("[L for L in X.l]", "7:11: a list comprehension; write any(… for … in …) is not part of the language"),
        ("(L for L in X.l)", "7:11: a bare generator; write any(… for … in …) is not part of the language"),
        ("+X.a", "7:11: this sign is not part of the language"),
        ("-X.a", "7:11: this sign is not part of the language"),
        ("-True", "7:11: this sign is not part of the language"),
        ("X.a * 2", "7:11: this operator is not part of the language"),
        ("X.a == 1.5", "7:18: this kind of literal is not part of the language"),
        ("{}", "7:11: Dict is not part of the language"),
    ],
)  # fmt: skip
def test_what_is_no_predicate_is_named_where_it_stands(text: str, expected: str):
    assert refused(text) == expected


def test_the_longest_predicate():
    assert shown(parse_expression(Text("a" * 4000, START))) == "a" * 4000


def test_functions_of_several_types_and_registers():
    text = (
        "  def soon(L: Loan | stock.Book | object, days: int):\n"
        '      """What is soon over."""\n'
        "      return L.until < days\n"
        "\n"
        "  # another\n"
        "  def always():\n"
        "      return 'yes'\n"
    )
    assert [signature(function) for function in parse_functions(Text(text, START))] == [
        "7:13 soon(L: Loan | stock.Book | object, days: int) (L.until < days)",
        "12:3 always() 'yes'",
    ]


@pytest.mark.parametrize("text", ["", "\n  \n", "# nothing"])
def test_a_block_without_functions(text: str):
    assert parse_functions(Text(text, START)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X", "7:11: only functions stand here: def name(X: Type): return …"),
        ("class A: pass", "7:11: only functions stand here: def name(X: Type): return …"),
        ("async def f():\n  return 1", "7:11: only functions stand here: def name(X: Type): return …"),
        ("def f(X):\n  return 1", "7:17: a parameter says its type: X: Type"),
        ("def f(X: A, /):\n  return 1", "7:11: parameters are plain: def name(X: Type, Y: Type)"),
        ("def f(*, X: A):\n  return 1", "7:11: parameters are plain: def name(X: Type, Y: Type)"),
        ("def f(*X: A):\n  return 1", "7:11: parameters are plain: def name(X: Type, Y: Type)"),
        ("def f(**X: A):\n  return 1", "7:11: parameters are plain: def name(X: Type, Y: Type)"),
        ("def f(X: A = 1):\n  return 1", "7:11: parameters are plain: def name(X: Type, Y: Type)"),
        ("def f(X: A[1]):\n  return 1", "7:20: a type is written Type, register.Type, or Type | Type"),
        ("def f(X: A | 'b'):\n  return 1", "7:24: a type is written Type, register.Type, or Type | Type"),
        ("def f(X: a.b.C):\n  return 1", "7:20: a type is written Type, register.Type, or Type | Type"),
        ("def f():\n  return", "7:11: a function has one statement: return …"),
        ("def f():\n  pass", "7:11: a function has one statement: return …"),
        ("def f():\n  x = 1", "7:11: a function has one statement: return …"),
        ("def f():\n  'doc'\n", "7:11: a function has one statement: return …"),
        ("def f():\n  5\n  return 1", "7:11: a function has one statement: return …"),
        ("def f():\n  g()\n  return 1", "7:11: a function has one statement: return …"),
        ("def f():\n  return 1\n  return 2", "7:11: a function has one statement: return …"),
        ("@g\ndef f():\n  return 1", "8:1: a function has one statement: return …"),
        ("  def f():\n      return 1\n  def g():\n      return 'é' * 2\n", "10:14: this operator is not part of the language"),
        ("  def f():\n    return (\n", "8:12: not an expression: '(' was never closed"),
        ("def f(): return 1\0", "7:11: not an expression: source code string cannot contain null bytes"),
        ("def f(): return X" + ".a" * 3000, "7:11: not an expression"),
        ("def f(): return " + "not " * 7000 + "X", "7:11: not an expression"),
    ],
)  # fmt: skip
def test_what_is_no_function_is_named_where_it_stands(text: str, expected: str):
    with pytest.raises(GrantsError) as caught:
        parse_functions(Text(text, START))
    assert str(caught.value) == expected
