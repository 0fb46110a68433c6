"""`make proof NAME=…`: run one proof with full counts and write `docs/proof/NAME.md`."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Proof:
    claim: str
    test: str
    examples: int


PROOFS: dict[str, Proof] = {
    "grants": Proof(
        "The gateway answers what a brute-force reading of the authorization table answers: no leak, no wrong refusal, "
        "for invented callers, days and queries with filters over the whole graph.",
        "tests/properties/test_grants_differential.py",
        2000,
    ),
}


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.strip()


def _run(name: str, proof: Proof) -> int:
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts.json"
        seed = int(time.time())
        environment = {**os.environ, "IWLZ_PROOF_EXAMPLES": str(proof.examples), "IWLZ_PROOF_COUNTS": str(counts)}
        command = [sys.executable, "-m", "pytest", "-q", proof.test, f"--hypothesis-seed={seed}"]
        started = time.monotonic()
        status = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False).returncode
        if status or not counts.exists():
            print(f"the proof {name} failed; nothing recorded", file=sys.stderr)
            return status or 1
        _write(name, proof, json.loads(counts.read_text()), seed, time.monotonic() - started)
    return 0


def _write(name: str, proof: Proof, counts: dict[str, int], seed: int, seconds: float) -> None:
    dirty = " with uncommitted changes" if _git("status", "--porcelain", "--untracked-files=no") else ""
    lines = [
        f"# Proof: {name}",
        "",
        proof.claim,
        "",
        "| | |",
        "|---|---|",
        f"| test | `{proof.test}` |",
        *(f"| {key.replace('_', ' ')} | {value} |" for key, value in counts.items()),
        f"| seed | {seed} |",
        f"| commit | {_git('rev-parse', 'HEAD')}{dirty} |",
        f"| machine | {platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()} |",
        f"| when | {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {seconds:.0f} s |",
        "",
        f"Repeat it with `make proof NAME={name}`.",
    ]
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
    return max(_run(name, PROOFS[name]) for name in names)


if __name__ == "__main__":
    sys.exit(main())
