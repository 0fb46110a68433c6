"""Row policies, filters and joins find their rows through indexes: by key a handful, in a list what is the caller's own.

The plans are those of the registers' own statements under the callers' roles, over 4,000 clients. What is judged is which
tables no index can answer for, and how many rows and index entries are looked at: neither depends on the machine.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registers.common.caller import Caller
from registers.graph import register
from tests.end_to_end.published_queries.cases import CASES, Case
from tests.oracle.world import World
from tests.performance.conftest import TODAY, Plan, Register, Statement, caller
from tests.proof import examples as number_of

BY_KEY = [case for case in CASES if not case.id.startswith("POL")]
LISTS = [case for case in CASES if case.id.startswith("POL")]
# 5050 is the office with most clients, 5528 the one with fewest; the providers likewise.
PARTIES = [
    ("ZORGKANTOOR", "5050"),
    ("ZORGKANTOOR", "5528"),
    ("ZORGAANBIEDER", "51510101"),
    ("ZORGAANBIEDER", "41900629"),
]
ROOTS = [
    (name, root.field, register(name).mapping.table(root.type).key)
    for name in ("indicatie", "bemiddeling", "zorglevering", "client")
    for root in register(name).mapping.roots
]
NOT_READ = {("ZORGAANBIEDER", "overdracht")}


async def _asked(case: Case, found: Register, world: World) -> tuple[Caller, Statement]:
    """The first example of a published query that answers something."""
    for code, variables in case.find(world, TODAY):
        who = caller(case.role, code)
        statement = await found.statement(who, case.query, variables)
        if any((await found.answer(who, statement)).values()):
            return who, statement
    pytest.fail(f"the synthetic network has no example for {case.id}")


@pytest.mark.parametrize("case", BY_KEY, ids=lambda case: case.id)
def test_a_published_query_reads_a_handful_of_rows(
    case: Case, registers: dict[str, Register], examples: World, runner: asyncio.Runner
) -> None:
    async def explain() -> Plan:
        found = registers[case.register]
        who, statement = await _asked(case, found, examples)
        return await found.plan(who, statement)

    plan = runner.run(explain())
    assert plan.sequential == []
    # The widest, an indication with all that hangs on it, looks at some 400 rows and index entries, policies included.
    assert plan.looked_at < 800


@pytest.mark.parametrize(
    ("role", "code", "name", "type_name", "key", "fields"),
    [
        ("ZORGKANTOOR", "5050", "indicatie", "WlzIndicatie", "wlzindicatieID", "besluitnummer client { bsn }"),
        ("ZORGKANTOOR", "5050", "indicatie", "Clientprofiel", "bsn", "indicaties { besluitnummer }"),
        ("ZORGKANTOOR", "5050", "bemiddeling", "Clientprofiel", "bsn", "bemiddelingen { bemiddelingID }"),
        ("ZORGKANTOOR", "5050", "bemiddeling", "WlzIndicatie", "wlzindicatieID", "bemiddeling { bemiddelingID }"),
        ("ZORGKANTOOR", "5050", "zorglevering", "Clientprofiel", "bsn", "leveringen { leveringID }"),
        ("ZORGKANTOOR", "5050", "client", "Clientprofiel", "bsn", "contactgegevens { adressoort }"),
        ("ZORGAANBIEDER", "51510101", "zorglevering", "Bemiddelingspecificatie", "bemiddelingspecificatieID", "levering { leveringID }"),
        ("ZORGAANBIEDER", "51510101", "bemiddeling", "Bemiddelingspecificatie", "bemiddelingspecificatieID", "bemiddeling { client { bsn } }"),
    ],
)  # fmt: skip
def test_entities_cost_the_same_each_however_many(  # noqa: PLR0917 - a row of the table above
    role: str, code: str, name: str, type_name: str, key: str, fields: str,
    registers: dict[str, Register], examples: World, runner: asyncio.Runner,
) -> None:  # fmt: skip
    query = f"query($them: [_Any!]!) {{ _entities(representations: $them) {{ ... on {type_name} {{ {fields} }} }} }}"
    values = [str(row[key]) for row in examples.rows(type_name)]

    async def each(count: int) -> float:
        them = [{"__typename": type_name, key: value} for value in values[-count:]]
        found = registers[name]
        plan = await found.plan(caller(role, code), await found.statement(caller(role, code), query, {"them": them}))
        assert plan.sequential == []
        return plan.looked_at / count

    assert runner.run(each(100)) < 60


@pytest.mark.parametrize(("name", "root", "key"), ROOTS, ids=lambda value: value)
@pytest.mark.parametrize(("role", "code"), PARTIES)
def test_a_list_of_everything_that_is_mine_reads_what_is_mine(
    role: str, code: str, name: str, root: str, key: str, registers: dict[str, Register], runner: asyncio.Runner
) -> None:
    if (role, root) in NOT_READ:
        return

    async def explain() -> tuple[int, int]:
        found, who = registers[name], caller(role, code)
        statement = await found.statement(who, f"{{ {root} {{ {key} }} }}", {})
        rows = (await found.answer(who, statement))[root]
        # How many persons are the caller's: its rows of this type may be few among them.
        persons = await found.statement(who, _PERSONS[name], {})
        mine = sum(len(rows) for rows in (await found.answer(who, persons)).values())
        return (await found.plan(who, statement)).looked_at, len(rows) + mine

    looked_at, mine = runner.run(explain())
    assert looked_at < 40 * mine + 100


_PERSONS = {
    "indicatie": "{ wlzIndicatie { wlzindicatieID } }",
    "bemiddeling": "{ bemiddeling { bemiddelingID } }",
    "zorglevering": "{ levering { leveringID } }",
    "client": "{ clientprofiel { clientprofielID } }",
}


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("indicatie", "wlzIndicatie(where: {bsn: {eq: $bsn}}) { wlzindicatieID }"),
        ("bemiddeling", "client(where: {bsn: {eq: $bsn}}) { clientID }"),
        ("bemiddeling", "bemiddelingspecificatie(where: {bemiddeling: {client: {bsn: {eq: $bsn}}}}) { zzpCode }"),
        ("client", "clientprofiel(where: {bsn: {eq: $bsn}}) { clientprofielID }"),
    ],
)
@pytest.mark.parametrize(("role", "code"), PARTIES)
def test_a_person_is_found_without_reading_all_that_is_mine(
    role: str, code: str, name: str, query: str, registers: dict[str, Register], examples: World, runner: asyncio.Runner
) -> None:
    async def explain(bsn: str) -> Plan:
        found, who = registers[name], caller(role, code)
        statement = await found.statement(who, f"query($bsn: String!) {{ {query} }}", {"bsn": bsn})
        return await found.plan(who, statement)

    for row in examples.rows("Clientprofiel")[:5]:
        plan = runner.run(explain(row["bsn"]))
        assert plan.sequential == []
        # All of the largest office is some 1,800; its 60 transfers are so few here that reading them all can be cheapest.
        assert plan.looked_at < 400


@pytest.mark.parametrize("case", LISTS, ids=lambda case: case.id)
def test_the_own_part_of_an_office_is_read_once(
    case: Case, registers: dict[str, Register], runner: asyncio.Runner
) -> None:
    async def explain(code: str) -> tuple[float, int]:
        found, who = registers[case.register], caller(case.role, code)
        statement = await found.statement(who, case.query, {"uzovi": code})
        rows = sum(len(rows) for rows in (await found.answer(who, statement)).values())
        return (await found.plan(who, statement)).looked_at / rows, rows

    (small_each, small), (large_each, large) = runner.run(explain("5528")), runner.run(explain("5050"))
    assert large > 4 * small
    assert large_each < 1.5 * small_each


# --- the way in takes nothing away ---

_FILTERS: dict[str, list[str]] = {
    "bemiddeling": [
        "",
        '(where: {verantwoordelijkZorgkantoor: {neq: "5050"}})',
        "(where: {bemiddelingspecificatie: {any: true}})",
    ],
    "bemiddelingspecificatie": [
        "",
        "(where: {toewijzingEinddatum: {eq: null}})",
        '(where: {or: [{zzpCode: {startsWith: "4"}}, {bemiddeling: {verantwoordelijkZorgkantoor: {eq: "5050"}}}]})',
    ],
    "client": ["", '(where: {bemiddeling: {some: {verantwoordelijkZorgkantoor: {eq: "5528"}}}})'],
    "wlzIndicatie": ["", '(where: {initieelVerantwoordelijkZorgkantoor: {eq: "5050"}})'],
}
OFFICES = [str(code) for code in range(5501, 5534) if code != 5522] + ["5050", "0000"]


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str, str, date, tuple[str, str, str], str]:
    """(register, role, code, day, root, filter) of a list that names no key."""
    role = draw(st.sampled_from(["ZORGKANTOOR", "ZORGAANBIEDER"]))
    name, root, key = draw(st.sampled_from([each for each in ROOTS if (role, each[1]) not in NOT_READ]))
    providers = ["51510101", "66600011", "12345678", "47470001", "41900629", "42900296", "47900666", "00000000"]
    code = draw(st.sampled_from(OFFICES if role == "ZORGKANTOOR" else providers))
    day = TODAY + timedelta(days=draw(st.sampled_from([0, 0, -400, 190, 900])))
    return name, role, code, day, (name, root, key), draw(st.sampled_from(_FILTERS.get(root, [""])))


def test_with_and_without_a_way_in_the_same_rows(registers: dict[str, Register], runner: asyncio.Runner) -> None:
    @settings(max_examples=number_of(80), deadline=None, suppress_health_check=(HealthCheck.too_slow,))
    @given(questions())
    def compare(question: tuple[str, str, str, date, tuple[str, str, str], str]) -> None:
        name, role, code, day, (_, root, key), where = question
        found, who = registers[name], caller(role, code, day)
        roles = {known: {**rules, "entries": {}} for known, rules in found.fields.roles.items()}

        async def ask() -> tuple[Any, Any]:
            query = f"{{ {root}{where} {{ {key} }} }}"
            entered = await found.statement(who, query, {})
            plain = await found.statement(who, query, {}, replace(found.fields, roles=roles))
            assert entered[1] != plain[1]
            return await found.answer(who, entered), await found.answer(who, plain)

        entered, plain = runner.run(ask())
        assert entered == plain

    compare()
