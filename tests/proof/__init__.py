"""Recorded runs: the same tests as in `make test`, with full counts and a report that is committed.

A test takes its number of examples from `examples(...)` and says what it did with `record(...)`. Without a recorded run
both are what everyday testing needs: small, and silent.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

__all__ = ["examples", "record"]


def examples(small: int) -> int:
    """How many examples to run: `small`, or what the recorded run asks for."""
    return int(os.environ.get("IWLZ_PROOF_EXAMPLES", small))


def record(**counts: int) -> None:
    """Hand the counts of a finished test to the report, when there is one."""
    target = os.environ.get("IWLZ_PROOF_COUNTS")
    if target:
        Path(target).write_text(json.dumps(counts))
