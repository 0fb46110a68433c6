"""Recorded runs: the same tests as in `make test`, with full counts and a report that is committed.

A test takes its number of examples from `examples(...)` and says what it did with `record(...)`, or piece by piece with `count(...)`. Without a
recorded run both are what everyday testing needs: small, and silent.
"""

from __future__ import annotations

import atexit
import json
import os
from collections import Counter
from pathlib import Path

__all__ = ["count", "examples", "record"]

_counted: Counter[str] = Counter()


def examples(small: int, *, times: int = 1) -> int:
    """How many examples to run: `small`, or what the recorded run asks for, so many times where one costs next to nothing."""
    asked = os.environ.get("IWLZ_PROOF_EXAMPLES")
    return small if asked is None else int(asked) * times


def record(**counts: int) -> None:
    """Hand the counts of a finished test to the report, when there is one."""
    target = os.environ.get("IWLZ_PROOF_COUNTS")
    if target:
        Path(target).write_text(json.dumps(counts))


def count(**counts: int) -> None:
    """Add to the counts of this process, which are handed to the report when it ends."""
    if not _counted:
        atexit.register(lambda: record(**_counted))
    _counted.update(counts)
