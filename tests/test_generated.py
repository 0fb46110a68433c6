"""What is generated is what is checked in, and `tools/generate.sh BIN --check` says so when it is not.

Run on a copy, so that it can be spoiled: one byte more in one file of each kind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import REPOSITORY

PACKAGES = ("gateway", "registers", "issuer", "iwlz", "network", "tools")
COMMAND = """#!{python}
import sys
sys.path.insert(0, {house!r})
sys.dont_write_bytecode = True
from {package}.cli import main
main()
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what generates and what is generated, with the two commands that `generate.sh` calls."""
    house = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "assets", "vendor")
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, house / package, ignore=ignored)
    shutil.copy(REPOSITORY / "schema.graphql", house)
    (house / "docs").mkdir()
    (house / "docs" / "nl").mkdir()
    for page in ("api.graphql", "errors.md", "composition-errors.md", "grants.schema.json", "nl/autorisatie.md"):
        shutil.copy(REPOSITORY / "docs" / page, house / "docs" / page)
    (house / "bin").mkdir()
    for package in ("gateway", "registers"):
        command = house / "bin" / package
        command.write_text(COMMAND.format(python=sys.executable, house=str(house), package=package))
        command.chmod(0o755)
    return house


def _check(house: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["sh", "tools/generate.sh", "bin", "--check"]
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)


def test_everything_that_is_generated_is_up_to_date(house: Path) -> None:
    done = _check(house)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


ONE_OF_EACH_KIND = (
    "registers/client/schema.graphql",
    "schema.graphql",
    "docs/api.graphql",
    "registers/indicatie/policies/policies.sql",
    "registers/zorglevering/policies/fields.json",
    "docs/composition-errors.md",
    "docs/grants.schema.json",
)


def test_every_stale_file_is_named(house: Path) -> None:
    whole = {name: (house / name).read_bytes() for name in ONE_OF_EACH_KIND}
    for name, content in whole.items():
        (house / name).write_bytes(content + b"\n")
    try:
        done = _check(house)
        assert {name for name in whole if (house / name).read_bytes() == whole[name]} == set()
    finally:
        for name, content in whole.items():
            (house / name).write_bytes(content)
    assert (done.returncode, done.stdout) == (1, "")
    assert [line.split()[0].rstrip(":") for line in done.stderr.splitlines()] == list(ONE_OF_EACH_KIND)


def test_a_change_of_the_grants_is_noticed(house: Path) -> None:
    """The policies carry the hash of the grants that they were made from."""
    grants = house / "network" / "grants.yaml"
    content = grants.read_text()
    grants.write_text(content + "# one line more\n")
    try:
        done = _check(house)
    finally:
        grants.write_text(content)
    assert done.returncode != 0
    assert "registers/indicatie/policies" in done.stdout + done.stderr
