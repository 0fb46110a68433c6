"""`docs/security.md` names the tests of every case, and every test that is named by a case stands there."""

from __future__ import annotations

import re

from tests.harness import REPOSITORY

PAGE = REPOSITORY / "docs" / "security.md"
CASES = [
    *(f"A{n:02}" for n in range(1, 24) if n != 18),  # A18 is about `@defer`
    *(f"T{n:02}" for n in range(1, 17)),
    *(f"D{n:02}" for n in range(1, 11)),
    *(f"C{n:02}" for n in range(1, 19)),
]


def _rows() -> dict[str, set[str]]:
    rows = re.findall(r"^\| ([ATDC]\d\d) \| .* \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    return {case: set(re.findall(r"\]\(\.\./([^)]+)\)", cell)) for case, cell in rows}


def _named() -> dict[str, set[str]]:
    """By case, the files with a test that has it in its name, or that say at their head that they are about it."""
    found: dict[str, set[str]] = {case: set() for case in CASES}
    for file in (REPOSITORY / "tests").rglob("test_*.py"):
        text = file.read_text()
        names = re.findall(r"^ *(?:async )?def (test_\w+)\(", text, re.MULTILINE)
        cases = {case.upper() for name in names for case in re.findall(r"(?<=_)[atdc]\d\d(?=_)", name)}
        cases |= set(re.findall(r"\b[ATDC]\d\d\b", text.partition("\n\n")[0])) if text.startswith('"""') else set()
        for case in cases & found.keys():
            found[case].add(str(file.relative_to(REPOSITORY)))
    return found


def test_every_case_has_a_row_and_a_test() -> None:
    assert list(_rows()) == CASES
    assert [case for case, files in _named().items() if not files] == []


def test_the_rows_name_the_tests_there_are() -> None:
    assert _rows() == _named()
