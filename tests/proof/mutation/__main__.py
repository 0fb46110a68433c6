"""The whole run and its report: `python -m tests.proof.mutation [--so-far] [--module FILE…]`, which is what `make proof NAME=mutants` does.

    trace   which lines each test touches, each test in a child of its own
    try     mutants against the tests that touch their lines, one worker on each core (or as many as IWLZ_PROOF_TOGETHER says), in an order that
            a seed gives, for so many minutes as IWLZ_PROOF_MINUTES says (40)
    report  docs/proof/mutants.md: counts by module, and every survivor with its reason

A run that was stopped, or whose time was over, goes on where it was when it is asked for again: a mutant that was killed stays so as long as its module
is the same, and one that lived is tried again. A survivor without a reason in `survivors.yaml` is an error.

While working on tests, `--module gateway/authorization/sql.py` (more than one, or a part of a path) tries the mutants of these modules alone, and
prints what would be in the report in place of writing it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.proof.mutation.survivors import explained
from tests.proof.mutation.worker import ROOT, TESTS, kept, mutants, read

REPORT = ROOT / "docs" / "proof" / "mutants.md"
EXAMPLES = "30"
"""Invented examples for each property test."""


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.proof.mutation")
    parser.add_argument("--so-far", action="store_true", help="try nothing, report what is known")
    parser.add_argument(
        "--module", nargs="+", default=[""], help="only modules with this in their path; printed, not recorded"
    )
    asked = parser.parse_args()
    parts: tuple[str, ...] = tuple(asked.module)
    kept().mkdir(parents=True, exist_ok=True)
    state = kept() / "run.json"
    told: dict[str, Any] = (
        json.loads(state.read_text()) if state.exists() else {"seconds": 0.0, "seed": int(time.time())}
    )
    if not asked.so_far:
        told["commit"] = _commit()
        state.write_text(json.dumps(told))
        _forget_survivors(parts)
        started = time.monotonic()
        for kind in ("trace", "try"):
            if not _workers(kind, told["seed"], parts):
                print(f"a worker of the part {kind} failed; run it again to go on", file=sys.stderr)
                return 1
        told["seconds"] += time.monotonic() - started
        state.write_text(json.dumps(told))
    return _report(told) if parts == ("",) else _told_of(parts)


def _is_of(name: str, parts: tuple[str, ...]) -> bool:
    """Whether a mutant is in one of the modules that were asked for."""
    return any(part in name.partition(" · ")[0] for part in parts)


def _forget_survivors(parts: tuple[str, ...]) -> None:
    """There may be new tests: who lived is tried again."""
    left = [
        entry for entry in read("try") if entry["outcome"] in {"killed", "slow"} or not _is_of(entry["name"], parts)
    ]
    for file in kept().glob("try-*.jsonl"):
        file.unlink()
    (kept() / "try-before.jsonl").write_text("".join(f"{json.dumps(entry)}\n" for entry in left))


def _workers(kind: str, seed: int, parts: tuple[str, ...]) -> bool:
    together = int(os.environ.get("IWLZ_PROOF_TOGETHER", os.cpu_count() or 1))
    until = time.time() + 60 * float(os.environ.get("IWLZ_PROOF_MINUTES", "40"))
    told = {"EXAMPLES": EXAMPLES, "SEED": str(seed), "UNTIL": str(until)}
    environment = {**os.environ, **{f"IWLZ_PROOF_{name}": value for name, value in told.items()}}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.proof.mutation.worker", kind, str(number), str(together), *parts],
            cwd=ROOT,
            env=environment,
        )
        for number in range(together)
    ]
    ended = [one.wait() for one in running]
    return not any(ended)


def _commit() -> str:
    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    dirty = " with uncommitted changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return git("rev-parse", "HEAD") + dirty


def _told_of(parts: tuple[str, ...]) -> int:
    """The report of a few modules, for who works on their tests."""
    outcomes = {entry["name"]: entry["outcome"] for entry in read("try") if _is_of(entry["name"], parts)}
    reasons = {name: entry.why for entry in explained() for name in entry.names}
    print("\n".join(_table(outcomes, reasons)))
    left = [mutant.name for mutant in mutants() if _is_of(mutant.name, parts) and mutant.name not in outcomes]
    if left:
        print(f"not tried: {len(left)}")
    return _without_reason(outcomes, reasons)


def _without_reason(outcomes: Mapping[str, str], reasons: Mapping[str, str]) -> int:
    without = sorted(name for name in _alive(outcomes) if name not in reasons)
    for name in without:
        print(f"lives without a reason: {name}", file=sys.stderr)
    return 1 if without else 0


def _alive(outcomes: Mapping[str, str]) -> list[str]:
    return [name for name, outcome in outcomes.items() if outcome in {"survived", "untouched"}]


def _report(told: Mapping[str, Any]) -> int:
    outcomes = {entry["name"]: entry["outcome"] for entry in read("try")}
    alive = _alive(outcomes)
    reasons = {name: entry.why for entry in explained() for name in entry.names}
    without = [name for name in alive if name not in reasons]
    lines = [
        *_head(outcomes, told, len(without)),
        *_table(outcomes, reasons),
        *_survivors(alive, reasons),
        "Repeat it with `make proof NAME=mutants`.",
    ]
    REPORT.write_text("\n".join(lines) + "\n")
    print(f"recorded in {REPORT.relative_to(ROOT)}")
    return _without_reason(outcomes, reasons)


def _head(outcomes: Mapping[str, str], told: Mapping[str, Any], without: int) -> Iterator[str]:
    found, all_ = Counter(outcomes.values()), len(mutants())
    traced = [entry for entry in read("trace") if entry["touched"]]
    yield from (
        "# Proof: mutants",
        "",
        "One small mistake at a time in the code that says who may see what, or who calls: does a test fail?",
        "",
        "| | |",
        "|---|---|",
        f"| rooms | `gateway/authorization`, `gateway/identity`: {all_} mutants |",
        f"| tried | {'all of them' if len(outcomes) == all_ else f'{len(outcomes)}: those of the modules that say no first, drawn by the seed; what was killed in an earlier run, in the same function, counts'} |",
        f"| killed by a test | {found['killed']} |",
        f"| killed by its limit of time | {found['slow']} |",
        f"| alive, explained | {found['survived'] + found['untouched'] - without} |",
        f"| alive, not explained | {without} |",
        f"| tests | {len(traced)}: {', '.join(f'`{test}`' for test in TESTS if not test.startswith('--'))} |",
        f"| seed | {told['seed']}; property tests take the same {EXAMPLES} examples each time |",
        f"| commit | {told['commit']} |",
        f"| machine | {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()} |",
        f"| when | {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {told['seconds']:.0f} s |",
        "",
        "A mutant is one change: a comparison, a connective, a constant, an operator, a return value, a default, or a statement that is gone. It is",
        "run against the tests that touch its line, until one fails. What starts other processes is no part of this: tests of the shipped",
        "commands come on top.",
        "",
    )


def _table(outcomes: Mapping[str, str], reasons: Mapping[str, str]) -> Iterator[str]:
    by_module: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, outcome in outcomes.items():
        alive = outcome in {"survived", "untouched"}
        by_module[name.partition(" · ")[0]][("explained" if name in reasons else "alive") if alive else outcome] += 1
    yield "| module | mutants | killed | out of time | alive, explained | alive, not explained |"
    yield "|---|--:|--:|--:|--:|--:|"
    for module, found in sorted(by_module.items()):
        cells = [found.total(), found["killed"], found["slow"], found["explained"], found["alive"]]
        yield f"| `{module}` | {' | '.join(map(str, cells))} |"
    yield ""


def _survivors(alive: list[str], reasons: Mapping[str, str]) -> Iterator[str]:
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in alive:
        module, function, written = name.split(" · ", 2)
        groups[reasons.get(name, "Not explained yet."), f"`{module}` {function}"].append(written)
    yield "## Survivors"
    yield ""
    for (why, place), written in sorted(groups.items(), key=lambda group: group[0][1]):
        yield f"**{place}**: {why}"
        yield ""
        yield "```"
        yield from written
        yield "```"
        yield ""


if __name__ == "__main__":
    sys.exit(main())
