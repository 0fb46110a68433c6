"""The commands on grants, in this process: what they write, what they print, how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.authorization.command import FILES, compile_command, matrix_command
from gateway.authorization.language.document import parse_grants
from gateway.authorization.rowpolicies import compile_policies
from tests.gateway.authorization.library import GRANTS, MAPPING


class Desk:
    """A folder with a mapping and grants; `told` is what a command wrote, since the last look."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.mapping, self.grants, self.output = folder / "mapping.json", folder / "grants.yaml", folder / "a" / "b"
        self.mapping.write_text(json.dumps(MAPPING))
        self.grants.write_text(GRANTS)
        self._capsys = capsys

    def compile(self, *, check: bool = False) -> tuple[int, list[str]]:
        status = compile_command(self.mapping, self.grants, self.output, check)
        out, problems = self._capsys.readouterr()
        assert out == ""
        return status, problems.splitlines()

    def print(self, status: int) -> tuple[int, str, str]:
        out, problems = self._capsys.readouterr()
        return status, out, problems


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_what_is_compiled_is_what_the_grants_say(desk: Desk):
    desk.grants.write_text(grants := GRANTS.replace("stock:old", "stock:öld"))
    sql, fields = compile_policies(parse_grants(grants), MAPPING)
    assert desk.compile() == (0, [])
    assert sorted(file.name for file in desk.output.iterdir()) == sorted(FILES)
    assert (desk.output / "policies.sql").read_text() == sql
    written = (desk.output / "fields.json").read_text()
    assert (json.loads(written), written.endswith("}\n"), list(json.loads(written))) == (fields, True, sorted(fields))
    assert '"stock:öld"' in written
    assert desk.compile(check=True) == (0, [])
    assert desk.compile() == (0, [])  # over what is there


def test_a_check_writes_nothing_and_names_what_is_stale(desk: Desk):
    stale = [f"{desk.output / name}: not what the grants say now; run `gateway grants compile`" for name in FILES]
    assert desk.compile(check=True) == (1, stale)
    assert not desk.output.exists()
    desk.compile()
    before = (desk.output / "policies.sql").read_text()
    (desk.output / "policies.sql").write_text(before + "\n")
    assert desk.compile(check=True) == (1, stale[:1])
    assert (desk.output / "policies.sql").read_text() == before + "\n"


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '"x"', '{"register": "stock"}', '{"register": "stock", "types": {"Book": 1}}']
)
def test_what_is_no_mapping(content: str, desk: Desk):
    desk.mapping.write_text(content)
    assert desk.compile() == (1, [f"{desk.mapping}: not a mapping; make it with `registers mapping NAME`"])


def test_mistakes_in_the_grants_have_their_place(desk: Desk):
    desk.grants.write_text(GRANTS.replace("X.branch == caller.branch", "X.brnch == caller.branch"))
    status, (problem,) = desk.compile()
    assert (status, problem.rpartition(": ")[2]) == (1, "Book has no column 'brnch'; did you mean 'branch'?")
    assert problem.startswith(f"{desk.grants}:")
    desk.grants.write_text("version: 2\nroles: {}\ngrants: []\n")
    assert desk.compile() == (1, [f"{desk.grants}:1:10: this reader knows version 1"])


def test_files_that_cannot_be_read_or_written(desk: Desk):
    (desk.output.parent).write_text("a file")
    assert desk.compile() == (1, [f"{desk.output}: Not a directory"])
    desk.grants.unlink()
    assert desk.compile() == (1, [f"{desk.grants}: No such file or directory"])
    desk.mapping.unlink()
    assert desk.compile() == (1, [f"{desk.mapping}: No such file or directory"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "{file}: No such file or directory\n"),
        (b"\xff", "a grants file is written in UTF-8\n"),
        (b"[", "{file}:1:2: not YAML: expected the node content, but found '<stream end>'\n"),
    ],
)
def test_grants_that_cannot_be_used(content: bytes | None, expected: str, desk: Desk, tmp_path: Path):
    file = tmp_path / "other.yaml"
    if content is not None:
        file.write_bytes(content)
    wanted: tuple[Any, ...] = (1, "", expected.format(file=file))
    assert desk.print(matrix_command(file)) == wanted


def test_the_matrix(desk: Desk):
    desk.grants.write_text(GRANTS.replace("id: REVIEW\n", "id: REVIEW\n    enabled: false\n"))
    assert desk.print(matrix_command(desk.grants)) == (
        0,
        """\
**stock.Book**

| | CLERK | READER | AUDITOR |
|---|:-:|:-:|:-:|
| bookID | ○ | ● |  |
| title | ● | ● |  |
| price | ○ |  |  |
| loans | ● |  |  |

**stock.Loan**

| | CLERK | READER | AUDITOR |
|---|:-:|:-:|:-:|
| loanID | ● | ● | ● |
| reader, book | ● |  |  |
| until |  |  | ● |

**reviews.Book**

| | CLERK | READER | AUDITOR |
|---|:-:|:-:|:-:|
| bookID, reviews | ● | ● |  |
""",
        "",
    )
