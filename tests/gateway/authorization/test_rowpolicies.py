"""Predicates as SQL: the text they become, and that PostgreSQL finds the rows that Python finds."""

from __future__ import annotations

import asyncio
import json
import random
import re
import uuid
from collections.abc import Coroutine, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.authorization.command import compile_command
from gateway.authorization.judged import judge
from gateway.authorization.language.document import parse_grants
from gateway.authorization.rowpolicies import compile_policies
from gateway.authorization.tables import read_mapping
from tests.gateway.authorization.evaluate import evaluate
from tests.gateway.authorization.library import GRANTS, MAPPING

T = TypeVar("T")
TODAY = date(2026, 3, 1)
PLACE = "when: X.branch == caller.branch\n"


def using(sql: str, table: str, role: str) -> list[str]:
    """The lines of one policy."""
    _, _, rest = sql.partition(f'ON public."{table}" FOR SELECT TO "{{prefix}}_{role}" USING (\n')
    return [line.strip() for line in rest.partition("\n);")[0].splitlines()]


def test_alternatives_stand_cheapest_first_and_joins_compare_the_client():
    sql, _ = compile_policies(parse_grants(GRANTS), MAPPING)
    assert using(sql, "book", "clerk") == [
        (
            "(SELECT position(' stock:read ' in current_setting('caller.scopes', true)) > 0 OR "
            "position(' stock:old ' in current_setting('caller.scopes', true)) > 0) AND ("
        ),
        """"book"."branch" = nullif(current_setting('caller.branch', true), '')""",
        (
            'OR EXISTS (SELECT FROM policy."loan" pol1 WHERE pol1."client_key" = "book"."client_key" AND '
            """pol1."bookID" = "book"."bookID" AND (pol1."until" IS NULL OR """
            """nullif(current_setting('caller.today', true), '')::date <= """
            """(pol1."until" + make_interval(years => 2))::date) OFFSET 0)"""
        ),
        ")",
    ]


def test_a_part_looks_back_to_its_owner():
    sql, _ = compile_policies(parse_grants(GRANTS), MAPPING)
    assert using(sql, "loan", "clerk")[1:3] == [
        (
            'EXISTS (SELECT FROM policy."book" pol1 WHERE pol1."client_key" = "loan"."client_key" AND '
            """pol1."bookID" = "loan"."bookID" AND (pol1."branch" = nullif(current_setting('caller.branch', true), '') """
            'OR EXISTS (SELECT FROM policy."loan" pol2 WHERE pol2."client_key" = pol1."client_key" AND '
            """pol2."bookID" = pol1."bookID" AND (pol2."until" IS NULL OR """
            """nullif(current_setting('caller.today', true), '')::date <= """
            """(pol2."until" + make_interval(years => 2))::date) OFFSET 0)) OFFSET 0)"""
        ),
        ")",
    ]


NOTE = {
    "table": "note",
    "key": "noteID",
    "stub": False,
    "hidden": False,
    "keyed_from": "",
    "columns": {
        name: {"column": name, "kind": "uuid", "nullable": True, "hidden": False, "refers": ""}
        for name in ("noteID", "loanID", "bookID")
    },
    "relations": {},
}
NOTE_GRANT = """\
  - id: NOTE
    role: CLERK
    action: lezen
    scope: stock
    type: stock.Note
    fields: [noteID]
    part_of: Book
    path: [notes, loans.notes]
"""
OWN = """pol1."branch" = nullif(current_setting('caller.branch', true), '')"""


def _noted(same_client: bool) -> str:
    """The policy of a type that is part of a book by two paths."""
    return using(_with_notes(GRANTS, same_client=same_client), "note", "clerk")[1]


def _with_notes(grants: str, *, same_client: bool = True) -> str:
    mapping = json.loads(json.dumps(MAPPING))
    mapping["types"]["Note"] = NOTE
    for owner in ("Book", "Loan"):
        key = f"{owner.lower()}ID"
        mapping["types"][owner]["relations"]["notes"] = {
            "target": "Note",
            "many": True,
            "hidden": False,
            "on": [[key, key]],
            "through": None,
            "same_client": same_client,
        }
    text = grants.replace("when: any(soon(L) for L in X.loans)", "enabled: false")
    text = text.replace("  - id: LOAN-AUDITOR\n", f"{NOTE_GRANT}  - id: LOAN-AUDITOR\n")
    return compile_policies(parse_grants(text), mapping)[0]


def test_an_owner_with_two_paths_to_a_part_is_looked_into_once():
    """By its person; which of the paths it was is a choice in that look."""
    assert _noted(same_client=True) == (
        'EXISTS (SELECT FROM policy."book" pol1 WHERE pol1."client_key" = "note"."client_key" AND '
        f'{OWN} AND (pol1."bookID" = "note"."bookID" OR EXISTS (SELECT FROM policy."loan" pol2 '
        'WHERE pol2."client_key" = "note"."client_key" AND pol2."loanID" = "note"."loanID" AND '
        'pol1."bookID" = pol2."bookID" OFFSET 0)) OFFSET 0)'
    )


def test_the_columns_by_which_two_paths_meet_are_shown_to_the_role():
    alone = re.sub(r"  - id: LOAN-CLERK\n(?:    .*\n)+", "", GRANTS)
    views = _with_notes(alone).partition("-- What predicates read")[2].partition("-- Book")[0].splitlines()[1:]
    assert [line for line in views if 'policy."book"' in line] == [
        'CREATE VIEW policy."book" AS SELECT "client_key", "bookID", "branch" FROM public."book";',
        'GRANT SELECT ON policy."book" TO "{prefix}_clerk";',
    ]


def test_paths_that_leave_the_person_are_walked_one_by_one():
    assert _noted(same_client=False) == (
        f'EXISTS (SELECT FROM policy."book" pol1 WHERE pol1."bookID" = "note"."bookID" AND {OWN} OFFSET 0) OR '
        'EXISTS (SELECT FROM policy."loan" pol2, policy."book" pol3 WHERE pol2."loanID" = "note"."loanID" AND '
        'pol3."client_key" = pol2."client_key" AND pol3."bookID" = pol2."bookID" AND '
        f"{OWN.replace('pol1', 'pol3')} OFFSET 0)"
    )


def test_views_show_a_role_only_what_its_predicates_read():
    sql, _ = compile_policies(parse_grants(GRANTS), MAPPING)
    views = sql.partition("-- What predicates read")[2].partition("-- Book")[0].splitlines()[1:]
    assert [line for line in views if line] == [
        'CREATE VIEW policy."book" AS SELECT "client_key", "bookID", "branch" FROM public."book";',
        'GRANT SELECT ON policy."book" TO "{prefix}_clerk";',
        'CREATE VIEW policy."loan" AS SELECT "client_key", "reader", "until", "bookID" FROM public."loan";',
        'GRANT SELECT ("client_key", "until", "bookID") ON policy."loan" TO "{prefix}_clerk";',
        'GRANT SELECT ("client_key", "reader", "bookID") ON policy."loan" TO "{prefix}_reader";',
    ]


def test_fields_that_only_some_grants_give_carry_their_conditions():
    _, fields = compile_policies(parse_grants(GRANTS), MAPPING)
    clerk = fields["roles"]["CLERK"]["types"]["Book"]
    own = {"grant": "BOOK-OWN", "scopes": ["stock:read", "stock:old"]}
    either = {"grant": "BOOK-OWN | BOOK-LENT", "scopes": ["stock:read", "stock:old"]}
    condition = """{row}."branch" = nullif(current_setting('caller.branch', true), '')"""
    assert clerk == {
        "bookID": [{**own, "when": condition}],
        "loans": [{**either, "when": None}],
        "price": [{**own, "when": condition}],
        "title": [{**either, "when": None}],
    }
    assert fields["roles"]["AUDITOR"]["anchors"] == {
        "Loan": [{"grant": "LOAN-AUDITOR", "fields": ["loanID"], "kind": "root"}]
    }
    assert fields["roles"]["READER"]["anchors"]["Loan"][0]["kind"] == "only"
    # Elsewhere than at an anchored root the rows of a grant have to go, so the register knows which they are.
    assert fields["roles"]["AUDITOR"]["rows"] == {
        "Loan": [{"grant": "LOAN-AUDITOR", "scopes": ["stock:read", "stock:old"], "when": "true"}]
    }
    assert "rows" not in fields["roles"]["CLERK"]
    assert {name: reads for name, reads in fields["inputs"].items() if name.startswith("BookFilter")} == {
        "BookFilter.and": "combinator",
        "BookFilter.bookID": ["Book.bookID"],
        "BookFilter.bought": ["Book.bought"],
        "BookFilter.branch": ["Book.branch"],
        "BookFilter.isbn": ["Book.title"],
        "BookFilter.loans": ["Book.loans"],
        "BookFilter.myBranch": {"claim": "branch"},
        "BookFilter.price": ["Book.price"],
        "BookFilter.title": ["Book.title"],
    }


def test_entries_lead_from_the_callers_code_to_all_that_the_policies_may_show():
    _, fields = compile_policies(parse_grants(GRANTS), MAPPING)
    mine = (
        """{row}."client_key" IN (SELECT mine."client_key" FROM (SELECT "client_key", "reader" AS code FROM policy."loan") """
        """mine WHERE mine.code = nullif(current_setting('caller.card', true), ''))"""
    )
    # A clerk sees books by what is lent, whoever's it is: no code leads there.
    assert {role: entry["entries"] for role, entry in fields["roles"].items()} == {
        "CLERK": {},
        "READER": {"Book": mine},
        "AUDITOR": {},
    }


@pytest.mark.parametrize(
    ("when", "tables"),
    [
        # On the row alone: the policy is its own entry.
        ("X.branch == caller.branch", []),
        ("any(L.reader == caller.branch for L in X.loans)", ["loan"]),
        ("X.branch == caller.branch or any(L.reader == caller.branch for L in X.loans)", ["book", "loan"]),
        ("X.title == 'a' or any(L.reader == caller.branch for L in X.loans)", []),
        ("X.title == 'a' and any(L.reader == caller.branch for L in X.loans)", ["loan"]),
        ("any(soon(L) and L.reader == caller.branch for L in X.loans)", ["loan"]),
        ("any(caller.branch == L.reader for L in X.loans)", ["loan"]),
        ("any(L.book.branch == caller.branch for L in X.loans)", ["book"]),
        ("any(L.reader != caller.branch for L in X.loans)", []),
        ("not any(L.reader == caller.branch for L in X.loans)", []),
        ("any(coalesce(L.reader, X.branch) == caller.branch for L in X.loans)", []),
    ],
)
def test_an_entry_is_what_a_predicate_cannot_hold_without(when: str, tables: list[str]):
    text = GRANTS.replace(PLACE, f"when: {when}\n").replace("when: any(soon(L) for L in X.loans)", f"when: {when}")
    _, fields = compile_policies(parse_grants(text), MAPPING)
    found = fields["roles"]["CLERK"]["entries"].get("Book", "")
    assert [table for table in ("book", "loan") if f'policy."{table}"' in found] == tables


def test_a_step_to_another_person_ends_an_entry():
    mapping = json.loads(json.dumps(MAPPING))
    mapping["types"]["Book"]["relations"]["loans"]["same_client"] = False
    _, fields = compile_policies(parse_grants(GRANTS), mapping)
    assert fields["roles"]["READER"]["entries"] == {}


def test_a_grant_that_counts_at_an_anchored_root_only_asks_the_register_which_one_it_is():
    sql, _ = compile_policies(parse_grants(GRANTS), MAPPING)
    assert using(sql, "loan", "reader")[1:] == [
        "(SELECT position(' LOAN-KEY ' in current_setting('caller.anchored', true)) > 0)",
        ")",
    ]


def test_disabled_grants_leave_no_trace():
    text = GRANTS.replace(
        "when: any(mine(L) for L in X.loans)", "when: any(mine(L) for L in X.loans)\n    enabled: false"
    )
    _, fields = compile_policies(parse_grants(text), MAPPING)
    assert "Book" not in fields["roles"]["READER"]["types"]


def test_the_command_writes_checks_and_complains(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    mapping, grants, output = tmp_path / "mapping.json", tmp_path / "grants.yaml", tmp_path / "policies"
    mapping.write_text(json.dumps(MAPPING))
    grants.write_text(GRANTS)
    assert compile_command(mapping, grants, output, check=True) == 1
    assert compile_command(mapping, grants, output, check=False) == 0
    assert compile_command(mapping, grants, output, check=True) == 0
    grants.write_text(GRANTS.replace("house rule 1", "house rule 2"))
    capsys.readouterr()
    assert compile_command(mapping, grants, output, check=True) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"{output}/policies.sql: not what the grants say now; run `gateway grants compile`",
        f"{output}/fields.json: not what the grants say now; run `gateway grants compile`",
    ]
    grants.write_text(GRANTS.replace("L.until is None", "L.untill is None"))
    assert compile_command(mapping, grants, output, check=False) == 1
    assert "Loan has no column 'untill'; did you mean 'until'?" in capsys.readouterr().err
    mapping.write_text("[]")
    assert compile_command(mapping, grants, output, check=False) == 1


# --- against PostgreSQL ------------------------------------------------------------------------------------------------

TABLES = """
CREATE TABLE book (client_key uuid, "bookID" uuid, title text, price int, branch text, bought timestamptz,
    PRIMARY KEY (client_key, "bookID"));
CREATE INDEX ON book ("bookID");
CREATE TABLE loan (client_key uuid, "loanID" uuid, reader text, until date, "bookID" uuid,
    PRIMARY KEY (client_key, "loanID"), FOREIGN KEY (client_key, "bookID") REFERENCES book);
CREATE INDEX ON loan ("bookID");
CREATE INDEX ON loan ("loanID");
"""


class Library:
    """A few hundred books and loans with holes in them, in a database and in Python."""

    def __init__(self, url: str) -> None:
        self.loop = asyncio.new_event_loop()
        self.connection: Any = self.run(asyncpg.connect(url))
        chance = random.Random(7)
        persons = [uuid.UUID(int=n) for n in range(1, 6)]
        # Dates that windows are about: around today, two years back, a leap day.
        days = [TODAY + timedelta(days=d) for d in (-740, -731, -730, -60, -1, 0, 1, 90)] + [date(2024, 2, 29), None]
        self.books = [
            {
                "client_key": chance.choice(persons),
                "bookID": uuid.UUID(int=100 + n),
                "title": chance.choice(["a", "b", None]),
                "price": chance.choice([1, 2, 3, None]),
                "branch": chance.choice(["1", "2", None]),
                "bought": _moment(chance, days),
            }
            for n in range(60)
        ]
        self.loans = [self._loan(chance, n, days) for n in range(90)]

    def _loan(self, chance: random.Random, n: int, days: list[date | None]) -> dict[str, Any]:
        book = chance.choice([*self.books[:45], None])
        return {
            "client_key": book["client_key"] if book else uuid.UUID(int=1),
            "loanID": uuid.UUID(int=1000 + n),
            "reader": chance.choice(["1", "2", "c", None]),
            "until": chance.choice(days),
            "bookID": book["bookID"] if book else None,
        }

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def fill(self, database: str) -> None:
        await self.connection.execute(TABLES)
        for table, rows in (("book", self.books), ("loan", self.loans)):
            columns = list(rows[0])
            await self.connection.copy_records_to_table(
                table, records=[tuple(row[c] for c in columns) for row in rows], columns=columns
            )
        sql, _ = compile_policies(parse_grants(EVERYTHING), MAPPING)
        await self.connection.execute(sql.replace("{prefix}", database))

    async def found(self, condition: str) -> set[uuid.UUID]:
        async with self.connection.transaction():
            await become(self.connection, {"branch": "1", "today": TODAY.isoformat()})
            rows = await self.connection.fetch(f'SELECT "bookID" FROM book t WHERE {condition}')
        return {row[0] for row in rows}


def _moment(chance: random.Random, days: list[date | None]) -> datetime | None:
    day = chance.choice(days)
    # Half past eleven in the evening, UTC: the next day already in Amsterdam.
    return day and datetime(day.year, day.month, day.day, chance.choice([12, 23]), 30, tzinfo=UTC)


async def become(connection: Any, identity: dict[str, str]) -> None:
    for name, value in {"scopes": " stock:read ", **identity}.items():
        await connection.execute("SELECT set_config($1, $2, true)", f"caller.{name}", value)


# A grant that reads every column, so that the views have them all.
EVERYTHING = GRANTS.replace(
    PLACE,
    "when: any(B.title == L.reader and B.price == 1 and date(B.bought) == L.until and B.branch == '1' and soon(L) "
    "for L in X.loans for B in L.book)\n",
    1,
).replace(
    "    return L.until is None", "    return L.loanID == '00000000-0000-0000-0000-000000000000' or L.until is None", 1
)


@pytest.fixture(scope="module")
def shelves(postgres_server: Any) -> Iterator[Library]:
    library = Library(postgres_server.admin_url("postgres"))

    async def prepare() -> None:
        await library.connection.execute("DROP DATABASE IF EXISTS boeken")
        await library.connection.execute("CREATE DATABASE boeken")
        await library.connection.close()
        library.connection = await asyncpg.connect(postgres_server.admin_url("boeken"))
        await library.fill("boeken")

    library.run(prepare())
    yield library
    library.run(library.connection.close())
    library.loop.close()


def _dates(row: str) -> st.SearchStrategy[str]:
    plain = {"X": ["date(X.bought)"], "L": ["L.until"], "B": ["date(B.bought)", "date(L.book.bought)"]}[row]
    return st.sampled_from(
        [
            *plain,
            f"years({plain[0]}, 2)",
            f"days({plain[0]}, -1)",
            f"coalesce({plain[0]}, forever)",
            f"min({plain[0]}, today)",
            f"max({plain[0]}, day(2026, 1, 31))",
            "today",
            f"day(year({plain[0]}) + 1, 5, 31)",
        ]
    )


def _atoms(row: str) -> st.SearchStrategy[str]:
    operator = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    texts = {
        "X": ["X.branch", "X.title", "caller.branch", "'1'"],
        "L": ["L.reader", "L.book.branch", "X.branch", "caller.branch", "coalesce(L.book.title, 'z')"],
        "B": ["B.title", "B.branch", "X.branch", "L.reader"],
    }[row]
    values = st.sampled_from(texts)
    compared = st.tuples(values, operator, values).map(" ".join)
    dated = st.tuples(_dates(row), operator, _dates(row)).map(" ".join)
    absent = {"X": "X.title", "L": "L.book.price", "B": "B.price"}[row]
    presence = st.sampled_from(
        [f"{absent} is None", f"{absent} is not None", f"{texts[0]} in ('1', 'a')", f"{texts[1]} not in ('1', 'a')"]
    )
    return st.one_of(compared, dated, presence)


def _conditions(row: str, deeper: str | None) -> st.SearchStrategy[str]:
    leaves = _atoms(row)
    if deeper == "L":
        inner = _conditions("L", "B")
        leaves = leaves | inner.map(lambda c: f"any({c} for L in X.loans)")
        leaves = leaves | st.tuples(inner, _atoms("L")).map(lambda c: f"any({c[0]} for L in X.loans if {c[1]})")
    if deeper == "B":
        leaves = leaves | _atoms("B").map(lambda c: f"any({c} for B in L.book)")
        leaves = leaves | st.sampled_from(["soon(L)", "any(soon(M) for M in L.book.loans)"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda c: f"not ({c})"),
            st.tuples(inner, inner).map(lambda c: f"({c[0]}) and ({c[1]})"),
            st.tuples(inner, inner).map(lambda c: f"({c[0]}) or ({c[1]})"),
        ),
        max_leaves=4,
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(when=_conditions("X", "L"))
def test_postgresql_finds_the_rows_that_python_finds(shelves: Library, when: str):
    file = parse_grants(GRANTS.replace(PLACE, f"when: |\n      {when}\n", 1))
    clerk = next(role for role in judge(file, read_mapping(MAPPING)) if role.role.name == "CLERK")
    (own,) = (grant for grant in clerk.types["Book"] if grant.id == "BOOK-OWN")
    expression = next(grant.when for grant in file.grants if grant.id == "BOOK-OWN")
    assert expression is not None
    expected = {
        book["bookID"]
        for book in shelves.books
        if evaluate(expression, file, MAPPING, {"Book": shelves.books, "Loan": shelves.loans}, book, TODAY)
    }
    assert shelves.run(shelves.found(own.condition.sql.replace("{row}", "t"))) == expected


def test_by_key_every_table_is_entered_by_an_index(postgres_server: Any):
    """10,000 books and 30,000 loans: one book by key costs index look-ups only, policies included."""

    async def plan() -> str:
        admin = await asyncpg.connect(postgres_server.admin_url("postgres"))
        await admin.execute("DROP DATABASE IF EXISTS boeken_groot")
        await admin.execute("CREATE DATABASE boeken_groot")
        await admin.close()
        connection = await asyncpg.connect(postgres_server.admin_url("boeken_groot"))
        await connection.execute(TABLES)
        await connection.execute(
            "INSERT INTO book SELECT md5(n::text)::uuid, md5('b' || n)::uuid, 't', 1, (n % 50)::text, now() "
            "FROM generate_series(1, 10000) n"
        )
        await connection.execute(
            "INSERT INTO loan SELECT md5((n / 3 + 1)::text)::uuid, md5('l' || n)::uuid, (n % 900)::text, now()::date, "
            "md5('b' || (n / 3 + 1))::uuid FROM generate_series(0, 29999) n"
        )
        sql, _ = compile_policies(parse_grants(GRANTS), MAPPING)
        await connection.execute(sql.replace("{prefix}", "boeken_groot"))
        await connection.execute("ANALYZE")
        async with connection.transaction():
            await connection.execute('SET LOCAL ROLE "boeken_groot_clerk"')
            await become(connection, {"branch": "7", "today": TODAY.isoformat()})
            query = """EXPLAIN SELECT title FROM book WHERE "bookID" = md5('b7')::uuid"""
            lines = await connection.fetch(query)
        await connection.close()
        return "\n".join(line[0] for line in lines)

    text = asyncio.run(plan())
    assert "Index" in text
    assert "Seq Scan on book" not in text
    # PostgreSQL lists the alternative that it would hash when many rows were asked for; what it runs by key is the first.
    assert "Index Scan" in text.partition("SubPlan")[2] or "Bitmap" in text.partition("SubPlan")[2], text
