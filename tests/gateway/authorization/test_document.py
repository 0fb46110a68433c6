"""Sections of a grants file, read as a whole: what they say, every mistake that they can have, and what a second file may add."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest

from gateway.authorization.language.document import parse_grants
from gateway.authorization.language.model import Anchor, Grant, GrantsFile, Mutation, Never, Part, Role, TypeName, Word
from gateway.authorization.language.problems import GrantsError, Position

FILE = """\
version: 1
timezone: Europe/Amsterdam
roles:
  CLERK:
    claims: {kind: clerk}
    identifiers: {branch: '^[0-9]+$'}
    derived: {key: branch}
scopes:
  read: [book:read, book:old]
fields:
  few: [title]
  more: [<few>, price]
homes: {Book: stock}
functions: |
  def cheap(B: Book):
      return B.price < 3
inputs:
  equality: [eq]
  transparent:
    - {types: [TextFilter], fields: [eq, or]}
  types:
    BookFilter: {reads: stock.Book, combinators: and, claims: {mine: branch}, ignored: [page], fields: {isbn: Book.title}}
mutations:
  lend: {action: registreren, type: stock.Loan, input: loan, stored: stock.Book, keys: [bookID]}
  sell: {action: verwijderen, type: stock.Book}
grants:
  - {id: ALL, source: rule 1, role: CLERK, action: lezen, scope: read, type: stock.Book, fields: [<more>, title], anchored: title, anchor_only: false}
  - id: PART
    role: CLERK
    action: lezen
    scope: read
    type: stock.Loan
    fields: until
    part_of: Book
    path: [loans, old.loans]
    anchored: [loanID]
    anchor_only: true
    enabled: false
  - {id: SELL, role: CLERK, action: verwijderen, scope: read, type: stock.Book}
never:
  stock.Book: [branch]
"""
CLERK = Role("CLERK", {"kind": "clerk"}, {"branch": "^[0-9]+$"}, {"key": "branch"}, Position(4, 3))
SCOPES = ("book:read", "book:old")
NOWHERE = Position(0, 0)


def test_what_a_file_says():
    file = parse_grants(FILE)
    assert (file.release, file.releases) == (hashlib.sha256(FILE.encode()).hexdigest(), {"stock": file.release})
    assert (file.timezone, file.roles, file.scopes) == ("Europe/Amsterdam", {"CLERK": CLERK}, {"read": SCOPES})
    assert file.sets == {
        "few": (Word("title", Position(11, 9)),),
        "more": (Word("title", Position(12, 10)), Word("price", Position(12, 17))),
    }
    assert file.homes == {"Book": Word("stock", Position(13, 15))}
    assert [(one.name, one.position) for one in file.functions] == [("cheap", Position(15, 3))]
    assert (file.inputs.equality, file.inputs.transparent) == ({"eq"}, {"TextFilter": {"eq", "or"}})
    ((name, books),) = file.inputs.types.items()
    assert (name, books.name, books.reads, books.combinators) == (
        "BookFilter", "BookFilter", TypeName("stock", "Book", NOWHERE), {"and"},
    )  # fmt: skip
    assert (books.claims, books.ignored, books.overrides) == ({"mine": "branch"}, {"page"}, {"isbn": ("Book.title",)})
    book, loan = TypeName("stock", "Book", NOWHERE), TypeName("stock", "Loan", NOWHERE)
    assert file.mutations == {
        "lend": Mutation("lend", "registreren", loan, "loan", book, frozenset({"bookID"}), Position(24, 3)),
        "sell": Mutation("sell", "verwijderen", book, "", book, frozenset(), Position(25, 3)),
    }
    role = (Word("CLERK", Position(27, 37)),)
    assert file.grants == (
        Grant(
            "ALL", ("rule 1",), role, "lezen", SCOPES, book,
            (Word("title", Position(27, 99)), Word("price", Position(27, 99))), None, None,
            Anchor((Word("title", Position(27, 125)),), False), True, Position(27, 10),
        ),
        Grant(
            "PART", (), (Word("CLERK", Position(29, 11)),), "lezen", SCOPES, loan, (Word("until", Position(33, 13)),), None,
            Part(Word("Book", Position(34, 14)), (Word("loans", Position(35, 12)), Word("old.loans", Position(35, 19)))),
            Anchor((Word("loanID", Position(36, 16)),), True), False, Position(28, 9),
        ),
        Grant(
            "SELL", (), (Word("CLERK", Position(39, 22)),), "verwijderen", SCOPES, book, (), None, None, None, True,
            Position(39, 10),
        ),
    )  # fmt: skip
    assert file.never == (Never(book, (Word("branch", Position(41, 16)),)),)


WRONG = """\
version: 2                                        # this reader knows version 1
timezone: Mars/Olympus                            # 'Mars/Olympus' is no time zone; write one like Europe/Amsterdam
roles:
  A:
    identifiers: {code: '(', name: '^x$'}         # the pattern of 'code' is no regular expression: missing ), unterminated subpattern at position 0
    derived: {key: cod, other: name}              # 'key' is derived from 'cod', which is no identifier of this role
  B: {claims: {kind: b}}                          # 'identifiers' is missing
  C: [a]                                          # a mapping is expected here
scopes:
  read: [a:read]
fields:
  few: [title, <many>]                            # there is no set of fields 'many'
functions: |
  X == 1
inputs:
  equality: {eq: eq}                              # a single word is expected here
  transparent:
    - types: [T]                                  # 'fields' is missing
  types:
    F: {combinators: [and]}                       # 'reads' is missing
    G: {reads: Book}                              # a type is written register.Type
    H: {reads: stock.Loan.Book}                   # a type is written register.Type
    I: {reads: stock.Book, fields: {x: [title]}}  # a coordinate is written Type.field
    J: {reads: stock.Book, fields: {x: a.b.c}}    # a coordinate is written Type.field
mutations:
  a: {action: make, type: stock.Book}             # the action of a mutation is 'registreren', 'wijzigen' or 'verwijderen'
  b: {type: .Book}                                # 'action' is missing | a type is written register.Type
  c: {type: stock.Book}                           # 'action' is missing
  d: {action: registreren}                        # 'type' is missing
  e: {action: wijzigen, type: stock.}             # a type is written register.Type
  f: {action: verwijderen, type: s.B, stored: B}  # a type is written register.Type
  g: {action: wijzigen, type: stock.Book}         # 'input' is missing: which argument has the new values?
grants:
  - id: 1x                                        # an id has letters, digits, '-', '_' and '.'
    role: [A, AA]                                 # there is no role 'AA'; did you mean 'A'?
    action: lezen
    scope: [read]                                 # a single word is expected here | there is no scope '' in the section `scopes`
    type: stock.Book
    fields: title
    when: X == * 2                                # not an expression: invalid syntax
    enabled: perhaps                              # true or false is expected here
  - id: SEE
    role: A
    action: see                                   # the action is 'lezen', 'registreren', 'wijzigen' or 'verwijderen'
    scope: reading                                # there is no scope 'reading' in the section `scopes`; did you mean 'read'?
    type: stock.Book
    fields: [[title]]                             # a single word is expected here
    part_of: Book                                 # `path` is missing: how does the owner lead to these rows?
  - id: BARE
    role: A
    action: see                                   # the action is 'lezen', 'registreren', 'wijzigen' or 'verwijderen'
    scope: nothing
    type: stock.Book
  - id: FIELDS                                    # 'fields' is missing
    role: A
    action: wijzigen
    scope: nothing
    type: stock.Book
  - id: ENDS
    role: A
    action: verwijderen
    scope: read
    type: stock.Loan
    fields: [title]                               # who ends a row writes no field of it; leave `fields` out
  - id: LEADS
    role: A
    action: lezen
    scope: read
    type: stock.Loan
    fields: [title]
    path: loans                                   # `path` belongs to `part_of`
    anchor_only: true                             # `anchor_only` belongs to `anchored`
  - id: WRITES
    role: A
    action: wijzigen
    scope: read
    type: stock.Loan
    fields: [title]
    part_of: Book                                 # `part_of` is for reading; say in `when` on which rows this may be done
    path: loans                                   # `path` is for reading; say in `when` on which rows this may be done
    when: 'X.a * 2'                               # a part follows its owner; it has no `when` of its own | this operator is not part of the language
    anchored: [id]                                # `anchored` is for reading; say in `when` on which rows this may be done
    anchor_only: true                             # `anchor_only` is for reading; say in `when` on which rows this may be done
  - id: TYPE
    role: A
    action: lezen
    scope: nothing
    type: .Loan                                   # a type is written register.Type
    fields: [title]
  - id: LEADS                                     # the id 'LEADS' is used twice
    role: A
    action: lezen
    scope: read
    type: stock.Loan
    fields: [title]
    when: [X.a]                                   # a predicate is expected here; without `when` it holds for every row | text is expected here
  - role: A                                       # 'action' is missing | 'id' is missing | 'scope' is missing | 'type' is missing
    when: X.a ==
never:
  Book: [title]                                   # 'Book' should be register.Type
  stock.: [title]                                 # 'stock.' should be register.Type
  .Book: [title]                                  # '.Book' should be register.Type
  stock.Book.title: [title]                       # 'stock.Book.title' should be register.Type
  stock.Loan: [title]
"""


def expected(text: str) -> Iterator[tuple[int, str]]:
    """What the remarks of a text say is wrong, by line."""
    for number, line in enumerate(text.splitlines(), start=1):
        _, _, remark = line.partition("# ")
        for message in filter(None, remark.split(" | ")):
            yield number, message


def test_every_mistake_of_every_section_is_named_on_its_line():
    with pytest.raises(GrantsError) as caught:
        parse_grants(WRONG)
    found = [(problem.line, problem.message) for problem in caught.value.problems]
    function = (14, "only functions stand here: def name(X: Type): return …")
    assert sorted(found) == sorted([*expected(WRONG), function])
    assert str(caught.value).splitlines()[:2] == [
        "1:10: this reader knows version 1",
        "2:11: 'Mars/Olympus' is no time zone; write one like Europe/Amsterdam",
    ]


@pytest.mark.parametrize(
    ("when", "place"),
    [
        ("X.a * 2", "7:11"),
        ("'X.a * 2'", "7:12"),
        ('"X.a * 2"', "7:12"),
        ("|\n      X.a\n        == X.b * 2", "9:12"),
        (">-\n      not\n      X.a * 2", "9:7"),
        ("X.a\n      == X.b * 2", "8:10"),
    ],
)
def test_a_mistake_in_a_predicate_stands_where_it_is_written(when: str, place: str):
    text = f"""\
version: 1
roles: {{A: {{identifiers: {{a: b}}}}}}
scopes: {{s: a}}
grants:
  - id: G
    type: stock.Book
    when: {when}
    role: A
    action: lezen
    scope: s
    fields: [title]
"""
    with pytest.raises(GrantsError) as caught:
        parse_grants(text)
    assert str(caught.value) == f"{place}: this operator is not part of the language"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("roles: {}\n", ["1:1: 'grants' is missing", "1:1: 'version' is missing"]),
        ("version: 1\n", ["1:1: 'grants' is missing", "1:1: 'roles' is missing"]),
        ("[]", ["1:1: a mapping is expected here"]),
        ("a: 1\x01", ["1:1: not YAML: unacceptable character #x0001: special characters are not allowed"]),
        ("a: 'b", ["1:6: not YAML: found unexpected end of stream"]),
        (
            f"version: 1\nroles: {{}}\ngrants: []\nfunctions: |\n  def f(X: {'A | ' * 1500} A):\n    return 1\n",
            ["1:1: the file is nested too deeply"],
        ),
    ],
)  # fmt: skip
def test_what_is_no_grants_file(text: str, expected: list[str]):
    with pytest.raises(GrantsError) as caught:
        parse_grants(text)
    assert [str(problem) for problem in caught.value.problems] == expected


# --- a file that extends another one ---


def extended(text: str) -> GrantsFile:
    return parse_grants(text, parse_grants(FILE))


def test_a_second_file_adds_its_own_names():
    text = """\
version: 1
inputs:
  equality: [in]
  types: {PressFilter: {reads: press.Column}}
mutations:
  move: {action: wijzigen, type: press.Column, input: column, stored: press.Page}
grants: []
never: {press.Column: [secret]}
"""
    base = parse_grants(FILE)
    file = extended(text)
    assert file.release == hashlib.sha256((base.release + text).encode()).hexdigest()
    assert file.releases == {"stock": base.release, "press": file.release}
    assert (file.timezone, file.roles, file.grants) == ("Europe/Amsterdam", base.roles, base.grants)
    assert file.inputs.equality == {"eq", "in"}
    assert [*file.inputs.types] == ["BookFilter", "PressFilter"]
    assert [*file.mutations] == ["lend", "sell", "move"]
    assert file.mutations["move"].stored == TypeName("press", "Page", NOWHERE)
    assert [str(never.type) for never in file.never] == ["stock.Book", "press.Column"]


def test_a_second_file_says_nothing_anew():
    with pytest.raises(GrantsError) as caught:
        extended(
            """\
version: 1
timezone: UTC
roles: {CLERK: {identifiers: {a: b}}}
homes: {Book: press}
functions: |
  def cheap(C: Column):
      return True
  def dear(C: Column):
      return True
scopes: {read: [a]}
fields: {few: [a]}
inputs:
  types:
    BookFilter: {reads: press.Column}
mutations:
  sell: {action: verwijderen, type: press.Column}
grants:
  - {id: ALL, role: CLERK, action: lezen, scope: read, type: press.Column, fields: [<more>]}
"""
        )
    told = "the file that this one extends"
    assert str(caught.value).splitlines() == [
        f"2:11: {told} counts in Europe/Amsterdam",
        f"3:9: {told} says already what 'CLERK' is",
        f"4:9: {told} says already what 'Book' is",
        f"6:3: {told} says already what 'cheap' is",
        f"10:10: {told} says already what 'read' is",
        f"11:10: {told} says already what 'few' is",
        f"14:5: {told} says already what 'BookFilter' reads",
        f"16:3: {told} says already what 'sell' is",
        "18:5: the id 'ALL' is used twice",
    ]


def test_ids_have_the_form_that_is_published():
    ids = ["A", "a-b_c.9", "9a", "", "a b", "a\u00e9"]
    allowed = [id_ for id_ in ids if re.fullmatch("[A-Za-z][A-Za-z0-9_.-]*", id_)]
    assert [id_ for id_ in ids if not problems_of_id(id_)] == allowed == ["A", "a-b_c.9"]


def problems_of_id(id_: str) -> list[str]:
    try:
        parse_grants(FILE.replace("id: ALL", f"id: '{id_}'"))
    except GrantsError as error:
        return [str(problem) for problem in error.problems]
    return []
