"""Functions of a grants file that call themselves, directly or over others, are refused when the file is loaded, and so are calls that go too deep."""

from __future__ import annotations

import pytest

from gateway.authorization.calls import check_calls
from gateway.authorization.grants import GrantsError, load_grants
from gateway.authorization.language.expressions import MAX_CALLS, parse_functions
from gateway.authorization.language.problems import Position
from gateway.authorization.language.source import Text
from tests.gateway.authorization.library import GRANTS, library
from tests.gateway.planning.harness import graph

SHELF = graph(
    stock="""
    type Query { books: [Book] }
    type Book { title: String size: Size loans: [Loan] series: Book thing: Thing }
    type Loan { book: Book next: Loan reader: String }
    interface Thing { name: String }
    enum Size { SMALL }
    """
)


def found(functions: str, known: int = 0) -> list[str]:
    parsed = parse_functions(Text(functions, Position(1, 1)))
    return [str(problem) for problem in check_calls(parsed, SHELF.schema, known)]


@pytest.mark.parametrize(
    ("functions", "expected"),
    [
        # Directly, and over others; said once, at the first that belongs to it.
        ("def a(X: Book):\n    return a(X)", ["2:12: 'a' calls itself: a -> a"]),
        (
            "def z(X: Book):\n    return a(X)\ndef a(X: Book):\n    return X.n == 1 or b(X)\ndef b(X: Book):\n    return not a(X)",
            ["4:24: 'a' calls itself: a -> b -> a"],
        ),
        (
            "def c(X: Book):\n    return a(X)\ndef a(X: Book):\n    return b(X)\ndef b(X: Book):\n    return c(X)",
            ["2:12: 'c' calls itself: c -> a -> b -> c"],
        ),
        ("def a():\n    return a()", ["2:12: 'a' calls itself: a -> a"]),
        ("def a(n: int):\n    return n == 0 or a(n - 1)", ["2:22: 'a' calls itself: a -> a"]),
        # Wherever the call stands.
        ("def a(X: Book):\n    return any(a(L.book) for L in X.loans if L.reader is None)", ["2:16: 'a' calls itself: a -> a"]),
        ("def a(X: Book):\n    return any(L.n == 1 for L in X.loans if a(X))", ["2:45: 'a' calls itself: a -> a"]),
        ("def a(X: Book):\n    return coalesce(a(X), 1) + 1 == 2", ["2:21: 'a' calls itself: a -> a"]),
        ("def a(X: Book):\n    return same(X, a(X))\ndef same(X: Book, y: int):\n    return y == 1", ["2:20: 'a' calls itself: a -> a"]),
        # Two circles are two mistakes.
        (
            "def a(X: Book):\n    return a(X) or b(X)\ndef b(X: Book):\n    return b(X)",
            ["2:12: 'a' calls itself: a -> a", "4:12: 'b' calls itself: b -> b"],
        ),
        # Functions of one name are told apart by what is known of the arguments: of parameters,
        ("def a(X: Book):\n    return True\ndef a(L: Loan):\n    return a(L)", ["4:12: 'a' calls itself: a -> a"]),
        ("def end(X: object):\n    return last(X)\ndef last(L: Loan):\n    return end(L)\ndef last(X: Book):\n    return True",
         ["2:12: 'end' calls itself: end -> last -> end"]),
        ("def a(X: Book | Loan):\n    return b(X)\ndef b(X: Book):\n    return a(X)\ndef b(L: Loan):\n    return True",
         ["2:12: 'a' calls itself: a -> b -> a"]),
        ("def a(X: stock.Book):\n    return a(X)\ndef a(X: shop.Book):\n    return True", ["2:12: 'a' calls itself: a -> a"]),
        ("def last(X: Book):\n    return end(X)\ndef last(X: object):\n    return True\ndef end(X: Book):\n    return last(X)",
         ["2:12: 'last' calls itself: last -> end -> last"]),
        ("def a(X: object):\n    return a(X)\ndef a(X: Book):\n    return True", ["2:12: 'a' calls itself: a -> a"]),
        ("def a(X: Book):\n    return a(X)\ndef a(X: stock.Book):\n    return True", ["2:12: 'a' calls itself: a -> a"]),
        ("def a(n: int):\n    return a(n)\ndef a(X: object):\n    return True", ["2:12: 'a' calls itself: a -> a"]),
        ("def a(X: stock.Book):\n    return b(X)\ndef b(X: Book):\n    return a(X)\ndef b(X: stock.Book):\n    return True",
         ["2:12: 'a' calls itself: a -> b -> a"]),
        ("def a(X: stock.Book):\n    return True\ndef a(X: Book):\n    return b(X)\ndef b(X: shop.Book | Loan):\n    return a(X)",
         ["4:12: 'a' calls itself: a -> b -> a"]),
        # the first that surely fits,
        ("def a(X: object):\n    return b(X.hidden)\ndef a(X: Book):\n    return True\ndef b(X: Book):\n    return a(X)",
         ["2:12: 'a' calls itself: a -> b -> a"]),
        ("def a(X: stock.Book):\n    return b(X.hidden)\ndef a(X: Book):\n    return True\ndef b(X: stock.Book):\n    return a(X)",
         ["2:12: 'a' calls itself: a -> b -> a"]),
        ("def a(X: Book):\n    return b(X.hidden)\ndef a(X: stock.Book):\n    return True\ndef b(X: stock.Book):\n    return a(X)",
         ["2:12: 'a' calls itself: a -> b -> a"]),
        # and of paths, as far as the graph has them.
        (
            "def a(X: Book):\n    return any(a(L) for L in X.loans)\ndef a(L: Loan):\n    return a(L.book)",
            ["2:16: 'a' calls itself: a -> a -> a"],
        ),
        ("def a(n: int):\n    return True\ndef a(X: Book):\n    return a(X.series)", ["4:12: 'a' calls itself: a -> a"]),
    ],
)  # fmt: skip
def test_a_function_does_not_call_itself(functions: str, expected: list[str]):
    assert found(functions) == expected


@pytest.mark.parametrize(
    "functions",
    [
        # A name is no circle: which function is meant, its arguments say.
        "def a(X: Book):\n    return True\ndef a(L: Loan):\n    return a(L.book)",
        "def a(X: Book):\n    return a(X.title)\ndef a(title: text):\n    return title == 'x'",
        "def a(X: Book):\n    return a(X.size)\ndef a(size: text):\n    return size == 'x'",
        "def a(X: Book):\n    return a(X, 1)\ndef a(X: Book, n: int):\n    return n == 1",
        "def a(X: Book):\n    return a(1)\ndef a(n: int):\n    return n == 1",
        "def a(X: stock.Book):\n    return True\ndef a(X: shop.Book):\n    return True\ndef b(X: Book):\n    return a(X)",
        "def end(X: object):\n    return last(X)\ndef last(L: Loan):\n    return L.n\ndef last(X: Book):\n    return X.n",
        "def last(L: Loan):\n    return True\ndef last(X: object):\n    return end(X)\ndef end(L: Loan):\n    return last(L)",
        "def a(X: stock.Book):\n    return True\ndef a(X: Book):\n    return a(X)",
        # Which one is meant only tables know: their register decides, and refuses a circle.
        "def a(X: Book):\n    return any(a(R) for R in X.hidden)\ndef a(R: Relation):\n    return True",
        "def a(X: Book):\n    return a(X.thing)\ndef a(T: Cup):\n    return True",
        # What is called twice, or by two, is no circle either.
        "def a(X: Book):\n    return b(X) and b(X) and c(X)\ndef b(X: Book):\n    return c(X)\ndef c(X: Book):\n    return True",
        # What there is not, others say.
        "def a(X: Book):\n    return b(X)",
        "def date(X: Book):\n    return date(X)",
        # Beside an argument that is known there is one that is not.
        "def a(X: Book, n: int):\n    return a(X, X.n)\ndef a(X: Book, t: text):\n    return True",
        # No value is a row, and no row of one register one of another.
        "def a(X: object):\n    return b(X.n)\ndef a(n: int):\n    return True\ndef b(n: int):\n    return a(n)",
        "def b(X: stock.Book):\n    return a(X)\ndef a(X: Book):\n    return True\ndef a(X: stock.Book):\n    return b(X)",
        "def b(X: object):\n    return a(X)\ndef a(X: Book):\n    return True\ndef a(X: object):\n    return b(X)",
        "def b(X: Book | Loan):\n    return a(X)\ndef a(L: Loan):\n    return True\ndef a(X: Book | Loan):\n    return b(X)",
        # What may be the first that fits, and may be another.
        "def b(X: Book | Loan):\n    return a(X)\ndef a(X: Book):\n    return b(X.hidden)\ndef a(L: Loan):\n    return True",
        "def b(X: int | Book):\n    return a(X)\ndef a(X: object):\n    return b(X.hidden)\ndef a(n: int):\n    return True",
        # Rows of two types may stand behind one name.
        "def a(X: Book | Loan):\n    return a(X.next)\ndef a(X: Shelf):\n    return True",
    ],
)
def test_what_is_no_circle(functions: str):
    assert found(functions) == []


def chain(length: int, last: str = "True") -> str:
    steps = "".join(f"def f{n}(X: Book):\n    return f{n + 1}(X)\n" for n in range(1, length))
    return f"{steps}def f{length}(X: Book):\n    return {last}\n"


def test_a_chain_of_different_functions_is_told_the_bound():
    assert found(chain(MAX_CALLS)) == []
    names = " -> ".join(f"f{n}" for n in range(1, 34))
    assert found(chain(33)) == [f"1:1: calls go 33 functions deep here, and may go 32: {names}"]
    # What is above the one that is too deep is not said as well.
    assert [problem.split(":")[0] for problem in found(chain(35))] == ["5"]
    # The deepest way counts, whatever else is called on it.
    short = chain(33).replace("return f2(X)", "return f33(X) and f2(X) and f33(X)")
    assert found(short) == [f"1:1: calls go 33 functions deep here, and may go 32: {names}"]


def test_what_is_called_often_is_looked_at_once():
    """Two calls in each of 32 functions are more than four billion ways through them."""
    twice = chain(MAX_CALLS)
    for number in range(2, MAX_CALLS + 1):
        twice = twice.replace(f"return f{number}(X)\n", f"return f{number}(X) and f{number}(X)\n")
    assert found(twice) == []


def test_a_long_circle_is_a_circle():
    ring = " -> ".join(f"f{n}" for n in [*range(1, 41), 1])
    assert found(chain(40, "f1(X)")) == [f"2:12: 'f1' calls itself: {ring}"]


def test_what_is_nested_or_chained_without_measure_harms_nobody():
    assert [problem.split(":")[0] for problem in found(chain(5000))] == [str(2 * (5000 - 33) + 1)]
    # Every order of the parameters is another way to call: 3,628,800 of them, of which 20,000 are looked at.
    names = "abcdefghij"
    types = ", ".join(f"{name}: T{name} | U{name} | object" for name in names)
    turned = ", ".join(names[1:] + names[0])
    swapped = ", ".join([names[1], names[0], *names[2:]])
    functions = f"def f({types}):\n    return g({turned}) or h({swapped})\ndef g({types}):\n    return k({swapped})\n"
    functions += f"def h({types}):\n    return k({turned})\ndef k({types}):\n    return g({swapped}) or h({turned})\n"
    assert "calls itself" in found(functions)[0]


def test_a_file_of_too_many_ways_is_followed_no_further(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.authorization.calls._STATES", 50)
    assert found(chain(49, "f1(X)"))
    assert found(chain(50, "f1(X)")) == []


# -- where it is said --------------------------------------------------------------------------------------------------------


CIRCLE = """\
functions: |
  def lent(L: Loan):
      return open(L.book)
  def open(B: Book):
      return any(lent(L) for L in B.loans)
"""


def test_a_file_with_a_circle_is_not_loaded():
    text = GRANTS.replace("functions: |\n", CIRCLE, 1)
    line = next(number for number, one in enumerate(text.splitlines(), 1) if "return open" in one)
    with pytest.raises(GrantsError) as caught:
        load_grants(text, library())
    assert str(caught.value) == f"{line}:14: 'lent' calls itself: lent -> open -> lent"


def test_what_extends_a_file_is_told_of_its_own_functions():
    base = "def a(X: Book):\n    return b(X)\n"
    assert found(base) == []
    assert found(f"{base}def b(X: Book):\n    return a(X)\n", known=1) == ["4:12: 'b' calls itself: b -> a -> b"]
    # What was there before was checked with its own file, whose lines these are not.
    assert found("def a(X: Book):\n    return a(X)\ndef b(X: Book):\n    return True", known=1) == []
    assert found(chain(33), known=1) == []
