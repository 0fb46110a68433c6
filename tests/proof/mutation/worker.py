"""A part of the run, in a process of its own: `python -m tests.proof.mutation.worker trace|try NUMBER OF [PART…]`.

What a worker found stands in its own file, one line for each test or mutant, written as soon as it is known: a run that was stopped goes on there. It
counts as long as the function of the mutant, or the file of the test, is the same.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.proof.mutation.changes import Mutant, mutants_of, prepare
from tests.proof.mutation.running import FAILED, NOT_PLACED, PASSED, SESSION, SLOW, SameExamples, Session, Touched

__all__ = ["ROOT", "TESTS", "kept", "modules", "mutants", "read"]

ROOT = Path(__file__).parent.parent.parent.parent
ROOMS = ("gateway/authorization", "gateway/identity")
TESTS = (
    "tests/gateway/authorization",
    "tests/gateway/identity",
    "--ignore=tests/gateway/authorization/test_fuzzing.py",
    "--ignore=tests/gateway/identity/test_fuzzing.py",
    "tests/gateway/test_decision_point.py",
    "tests/gateway/test_demands.py",
    "tests/gateway/test_explained.py",
    "tests/gateway/test_introspection.py",
    "tests/gateway/test_partial.py",
    "tests/gateway/test_profile_network.py",
    "tests/gateway/test_releases.py",
    "tests/gateway/test_unknown_outcome.py",
)

FIRST = (
    "decide.py", "demands.py", "grants.py", "reads.py", "checks.py", "claims.py", "authenticator.py", "binding.py", "caller.py", "certificates.py",
    "revocation.py", "tokens.py", "proofs.py",
)  # fmt: skip
"""The modules that say no."""
_ALONE = 800
"""Tests that a fresh process tries."""
_NAMED, _OWN = 16, 4
"""How many tests of a file with the name of the module, or that imports it, come before the next one of another file."""


def modules() -> list[str]:
    return sorted(str(file.relative_to(ROOT)) for room in ROOMS for file in (ROOT / room).rglob("*.py"))


def mutants() -> list[Mutant]:
    return [mutant for module in modules() for mutant in mutants_of(ROOT, module)]


def kept() -> Path:
    """Where a run keeps what it found."""
    return ROOT / ".proof" / "mutants"


def read(kind: str) -> Iterator[dict[str, Any]]:
    """What all workers wrote of a kind, `trace` or `try`, and still holds."""
    for file in sorted(kept().glob(f"{kind}-*.jsonl")):
        for line in file.read_text().splitlines():
            entry = json.loads(line) if line.endswith("}") else {"name": "", "of": ""}
            if entry["of"] == _digest(entry["name"]):
                yield entry


@cache
def _digest_of(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:16] if file.is_file() else ""


def _digest(name: str) -> str:
    """Of the function that a mutant is in, or of the file: of a test, or with this name."""
    if " · " in name:
        return _functions().get(name, "")
    return _digest_of(ROOT / name.partition("::")[0]) if name else "none"


@cache
def _functions() -> Mapping[str, str]:
    return {mutant.name: mutant.within for mutant in mutants()}


class _Worker:
    def __init__(self, kind: str, number: int, of: int) -> None:
        self._kind = kind
        self._share = slice(number, None, of)
        self._done = {entry["name"] for entry in read(kind)}
        self._file = (kept() / f"{kind}-{number}.jsonl").open("a")

    def trace(self, session: Session) -> None:
        for nodeid in sorted(session.items)[self._share]:
            if nodeid not in self._done:
                touched = session.trace(nodeid)
                known = {module: _digest(module) for module in touched["lines"]} if touched else {}
                self._tell({"name": nodeid, "touched": touched, "known": known})

    def attempt(self, session: Session) -> None:
        touched = _touched()
        left = [mutant for mutant in _shuffled() if mutant.name not in self._done and _wanted(mutant)]
        for mutant in left[self._share]:
            if time.time() > _until():
                return
            started = time.monotonic()
            prepare(ROOT, mutant)
            outcome = _outcome(session, mutant, touched)
            self._tell({"name": mutant.name, "outcome": outcome, "seconds": round(time.monotonic() - started, 2)})

    def _tell(self, entry: dict[str, Any]) -> None:
        self._file.write(json.dumps({**entry, "of": _digest(entry["name"])}) + "\n")
        self._file.flush()


def _touched() -> dict[str, Touched]:
    """By test. Of a module that is another one by now any line may be touched: `None` in place of the lines."""
    found: dict[str, Touched] = {}
    for entry in read("trace"):
        if entry["touched"]:
            lines = {
                module: lines if entry["known"][module] == _digest(module) else None
                for module, lines in entry["touched"]["lines"].items()
            }
            found[entry["name"]] = {**entry["touched"], "lines": lines}
    return found


def _shuffled() -> list[Mutant]:
    """Those of `FIRST`, then all others, each in an order that the seed gives: what a run comes to in its time is a sample."""
    found = mutants()
    Random(int(os.environ.get("IWLZ_PROOF_SEED", "0"))).shuffle(found)
    return sorted(found, key=lambda mutant: not mutant.module.endswith(FIRST))


def _until() -> float:
    """When to stop, in seconds since 1970."""
    return float(os.environ.get("IWLZ_PROOF_UNTIL", "inf"))


def _wanted(mutant: Mutant) -> bool:
    """While working on tests: only mutants of modules with one of these in their path."""
    parts = sys.argv[4:] or [""]
    return any(part in mutant.module for part in parts)


def _outcome(session: Session, mutant: Mutant, touched: Mapping[str, Touched]) -> str:
    """`killed`, `slow`, `survived`, or `untouched` when no test touches the line."""
    tests = _tests(mutant, touched)
    if not tests:
        return "untouched"
    status = session.attempt(mutant, tests)
    if status == NOT_PLACED or (status == PASSED and _made_early(mutant)):
        status = _alone(mutant, [nodeid for nodeid, _ in tests[:_ALONE]])
    return {PASSED: "survived", FAILED: "killed", SLOW: "slow"}[status]


def _made_early(mutant: Mutant) -> bool:
    """A constant, or what its module calls while it is imported: something may have been made of it before any test runs."""
    if mutant.outer is None:
        return mutant.function.partition(".")[0] in {"", *_called_early(mutant.module)}
    return mutant.outer[0] in _called_early(mutant.module)


@cache
def _called_early(module: str) -> set[str]:
    """The functions and classes that a module calls by name outside of any function."""
    waiting: list[ast.AST] = [*ast.parse((ROOT / module).read_text("utf-8")).body]
    found: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        waiting += ast.iter_child_nodes(node)
    return found


def _tests(mutant: Mutant, touched: Mapping[str, Touched]) -> list[tuple[str, float]]:
    """The tests that can see a mutant with the seconds that they took: of each file in turn, those that touch little first, since they are quick, and
    about this. Files that import the module have more turns than others."""
    if mutant.outer:
        found = _touching(touched, mutant.module, mutant.lines)
        # Where the stack ends, so does the tracing: what handles that is seen by tests that enter the function.
        found = found or _touching(touched, mutant.module, range(mutant.outer[1], mutant.outer[1] + 1))
    else:
        users = _users(mutant)
        found = [name for name, test in touched.items() if users & test["lines"].keys()]
    found.sort(key=lambda name: sum(len(known or range(10_000)) for known in touched[name]["lines"].values()))
    turns: Counter[str] = Counter()
    place: dict[str, int] = {}
    for name in found:
        file = name.partition("::")[0]
        place[name] = turns[file] // _share(file, mutant.module)
        turns[file] += 1
    return [(name, float(touched[name]["seconds"])) for name in sorted(found, key=place.__getitem__)]


@cache
def _share(test: str, module: str) -> int:
    """How much more the tests of a file are about a module than others."""
    if Path(test).stem == f"test_{Path(module).stem}":
        return _NAMED
    package, _, name = module.removesuffix(".py").replace("/", ".").rpartition(".")
    text = (ROOT / test).read_text("utf-8")
    return _OWN if re.search(rf"from {package}(\.{name} import| import .*\b{name}\b)", text) else 1


def _touching(touched: Mapping[str, Touched], module: str, lines: range) -> list[str]:
    return [name for name, test in touched.items() if _touches(test["lines"].get(module, ()), lines)]


def _touches(touched: Sequence[int] | None, lines: range) -> bool:
    return touched is None or not set(lines).isdisjoint(touched)


def _users(mutant: Mutant) -> set[str]:
    """The module itself, and those that speak of the class or constant by name."""
    word = re.match(r"[\w]+", mutant.function or mutant.text)
    name = word.group() if word else ""
    return {mutant.module} | {
        module for module in modules() if name and re.search(rf"\b{name}\b", (ROOT / module).read_text("utf-8"))
    }


def _alone(mutant: Mutant, nodeids: list[str]) -> int:
    command = [sys.executable, "-m", "tests.proof.mutation.alone", mutant.module, str(mutant.number)]
    try:
        done = subprocess.run(
            command, cwd=ROOT, input="\n".join(nodeids), text=True, capture_output=True, timeout=240, check=False
        )
    except subprocess.TimeoutExpired:
        return SLOW
    return PASSED if done.returncode == 0 else FAILED


def main() -> int:
    kind, number, of = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    worker = _Worker(kind, number, of)
    work = worker.trace if kind == "trace" else worker.attempt
    return pytest.main([*SESSION, *TESTS], plugins=[SameExamples(), Session(ROOT, modules(), work)])


if __name__ == "__main__":
    sys.exit(main())
