"""`make proof NAME=…`: run one proof with full counts and write `docs/proof/NAME.md`.

A long proof runs in slices, each with a seed of its own (the first seed, and one more each time). What a slice counted is
kept in `.proof/NAME.json`, so that a run that was stopped goes on where it was, as long as the commit is the same. With
`--so-far` as second word nothing is run: what was counted until now is recorded, and how much that is of the whole.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Proof:
    """`examples` in all; those that `counted` names in the counts of the test, in slices of `slice`. Without: in one go.

    `test`: one or more files of tests, separated by spaces. `program`: a module that does all of it itself, report and slices included.
    """

    claim: str
    test: str
    examples: int = 0
    counted: str = ""
    slice: int = 0
    program: str = ""


@dataclass
class Progress:
    """How far a proof is: of which commit, from which seed, after how many slices."""

    commit: str
    seed: int
    slices: int = 0
    seconds: float = 0.0
    counts: dict[str, int] = field(default_factory=dict[str, int])


PROOFS: dict[str, Proof] = {
    "grants": Proof(
        "The gateway answers what a brute-force reading of the authorization table answers: no leak, no wrong refusal, "
        "for invented callers, days and queries with filters over the whole graph.",
        "tests/properties/test_grants_differential.py",
        2000,
    ),
    "authorization": Proof(
        "Under invented grants files (roles, functions, fields, inputs, row predicates, field groups, anchors) a gateway and the "
        "registers behind it (one, or three that make one graph), with the row policies that are generated from them, answer what an evaluator "
        "answers that only reads the file and sees one graph: no leak, "
        "no wrong refusal, nothing by copies that are stale and nothing refused for their sake that does not hang on them, every refused coordinate named with the scope or pin that is missing; and who asks for a part gets that part. What "
        "is on record of each question names every row that its answer shows, and none that was not read for it. Asked "
        "again after what the caller cannot see was changed or taken away, they answer the same bytes after the same fetches.",
        "tests/properties/test_authorization_differential.py",
        50_000,
        counted="cases",
        slice=2500,
    ),
    "writes": Proof(
        "Under invented grants to write (over the input of a mutation and the stored row) what is refused before anything is asked, what the "
        "input decides by itself, and what PostgreSQL says of every stored row together are what an evaluator says that only reads the file: "
        "no write that no grant allows, none refused that one does.",
        "tests/properties/test_writes_differential.py",
        20_000,
        counted="writes",
        slice=2500,
    ),
    "federation": Proof(
        "The gateway answers what graphql-core answers over the schema that was split, data and errors, for invented "
        "supergraphs and operations; subgraphs get only valid documents for fields they own, no field twice; planning "
        "twice gives equal plans; composing what was split gives back the schema.",
        "tests/properties/test_federation_differential.py",
        20_000,
        counted="operations",
        slice=500,
    ),
    "fuzz": Proof(
        "Whatever stands in a token, a proof of possession, a certificate, a revocation list, a key set, a decision context, a list of "
        "participants, a grants file, a predicate, a signed release or a journal: what it says, or a coded refusal. No other exception, no end "
        "in sight, no memory without bound, and nothing of the input in what is told to who sent it.",
        "tests/gateway/identity/test_fuzzing.py tests/gateway/authorization/test_fuzzing.py tests/gateway/audit/test_fuzzing.py "
        "tests/registers/common/test_fuzzing.py",
        100_000,
        counted="inputs",
        slice=100,
    ),
    "mutants": Proof(
        "Whoever makes one small mistake in the code that says who may see what, or who calls, makes a test fail.",
        "tests/proof/mutation",
        program="tests.proof.mutation",
    ),
}


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.strip()


def _commit() -> str:
    dirty = " with uncommitted changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    return _git("rev-parse", "HEAD") + dirty


def _run(name: str, proof: Proof) -> int:
    if proof.program:
        return subprocess.run([sys.executable, "-m", proof.program], cwd=REPOSITORY, check=False).returncode
    kept = REPOSITORY / ".proof" / f"{name}.json"
    progress = _progress(kept)
    while not progress.slices or progress.counts.get(proof.counted, proof.examples) < proof.examples:
        failed = _together(proof, progress)
        if failed is not None:
            print(f"the proof {name} failed with seed {failed}; nothing recorded", file=sys.stderr)
            return 1
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(asdict(progress)))
        print(f"{name}: {progress.slices} slices, {progress.counts}", flush=True)
    _write(name, proof, progress)
    kept.unlink()
    return 0


def _together(proof: Proof, progress: Progress) -> int | None:
    """Run slices, one on each core (or as many as IWLZ_PROOF_TOGETHER says), and add up what they counted; the seed of the first that failed, if one did."""
    first = progress.seed + progress.slices
    cores = int(os.environ.get("IWLZ_PROOF_TOGETHER", os.cpu_count() or 1))
    seeds = range(first, first + (cores if proof.slice else 1))
    started = time.monotonic()
    with ThreadPoolExecutor(len(seeds)) as pool:
        for seed, counts in zip(seeds, pool.map(lambda seed: _slice(proof, seed), seeds), strict=True):
            if counts is None:
                return seed
            for key, value in counts.items():
                progress.counts[key] = progress.counts.get(key, 0) + value
    progress.seconds += time.monotonic() - started
    progress.slices += len(seeds)
    return None


def _progress(kept: Path) -> Progress:
    """Where the last run was stopped, if it was one of this commit; else a new start."""
    found = Progress(**json.loads(kept.read_text())) if kept.exists() else None
    return found if found and found.commit == _commit() else Progress(_commit(), int(time.time()))


def _slice(proof: Proof, seed: int) -> dict[str, int] | None:
    """Run the test once; what it counted, or None when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        examples = str(proof.slice or proof.examples)
        environment = {**os.environ, "IWLZ_PROOF_EXAMPLES": examples, "IWLZ_PROOF_COUNTS": str(counts)}
        command = [sys.executable, "-m", "pytest", "-q", *proof.test.split(), f"--hypothesis-seed={seed}"]
        status = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
        return json.loads(counts.read_text()) if status == 0 and counts.exists() else None


def _write(name: str, proof: Proof, progress: Progress) -> None:
    last = progress.seed + progress.slices - 1
    seeds = str(progress.seed) if progress.slices == 1 else f"{progress.seed} to {last}, one a slice"
    lines = [
        f"# Proof: {name}",
        "",
        proof.claim,
        "",
        "| | |",
        "|---|---|",
        *(f"| test | `{test}` |" for test in proof.test.split()),
        *(f"| {key.replace('_', ' ')} | {value} |" for key, value in progress.counts.items()),
        f"| seed | {seeds} |",
        f"| commit | {progress.commit} |",
        f"| machine | {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()} |",
        f"| when | {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {progress.seconds:.0f} s |",
        "",
        f"Repeat it with `make proof NAME={name}`.",
    ]
    done = progress.counts.get(proof.counted, proof.examples)
    if done < proof.examples:
        lines[3:3] = ["", f"**Stopped early**: {done} of {proof.examples} {proof.counted}, without a difference."]
    target = REPOSITORY / "docs" / "proof" / f"{name}.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines) + "\n")
    print(f"recorded in {target.relative_to(REPOSITORY)}")


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else "all"
    names = list(PROOFS) if wanted == "all" else [wanted]
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        print(f"there is no proof {unknown[0]}; there are: {', '.join(PROOFS)}", file=sys.stderr)
        return 2
    if sys.argv[2:] == ["--so-far"]:
        return max(_so_far(name, PROOFS[name]) for name in names)
    return max(_run(name, PROOFS[name]) for name in names)


def _so_far(name: str, proof: Proof) -> int:
    if proof.program:
        command = [sys.executable, "-m", proof.program, "--so-far"]
        return subprocess.run(command, cwd=REPOSITORY, check=False).returncode
    progress = _progress(REPOSITORY / ".proof" / f"{name}.json")
    if not progress.slices:
        print(f"nothing of the proof {name} has been run on this commit", file=sys.stderr)
        return 1
    _write(name, proof, progress)
    return 0


if __name__ == "__main__":
    sys.exit(main())
