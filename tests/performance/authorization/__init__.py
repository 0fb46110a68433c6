"""`make bench PART=authorization`: what it costs that every field and row is decided, beside the same work undecided, in one run.

CPU of the process that does the work, because the clock says more of a machine's other work than of ours. Three minutes.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.performance.authorization import decisions, policies, published

__all__ = ["main"]

Row = Sequence[str]


def main() -> None:
    """Print the tables."""
    _table(("what is decided at the gateway", "CPU", "aim"), decisions.rows())
    _table(published.HEAD, published.rows())
    _table(policies.HEAD, policies.rows())


def _table(head: Row, rows: Sequence[Row]) -> None:
    lines = [head, tuple("---" for _ in head), *rows]
    print("\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines), flush=True)
