"""`make bench`: measure, in parts (`make bench PART=gateway`). Figures of two runs, or of two machines, are not comparable;
the ratios within one run are. What was measured last stands in docs/performance.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tests.performance.processes import machine

__all__ = ["PARTS", "main"]


def _gateway() -> None:
    from tests.performance.gateways import speed

    speed.main()


def _moments() -> None:
    from tests.performance.gateways import moments

    moments.main()


def _audit() -> None:
    from tests.performance.gateways import audit

    audit.main()


def _memory() -> None:
    from tests.performance.gateways import memory

    memory.main()


def _growth() -> None:
    from tests.performance import growth

    growth.main()


def _identity() -> None:
    from tests.performance import identity

    identity.main()


def _authorization() -> None:
    from tests.performance import authorization

    authorization.main()


def _registers() -> None:
    from tests.performance import registers

    registers.main()


def _oracle() -> None:
    from tests.performance import oracle

    oracle.main()


PARTS: dict[str, Callable[[], None]] = {
    "gateway": _gateway,
    "moments": _moments,
    "audit": _audit,
    "growth": _growth,
    "memory": _memory,
    "identity": _identity,
    "authorization": _authorization,
    "registers": _registers,
    "oracle": _oracle,
}


def main() -> int:
    wanted = sys.argv[1].split(",") if len(sys.argv) > 1 and sys.argv[1] else list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        print(f"there is no part {unknown[0]}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(machine())
    for name in wanted:
        started = time.monotonic()
        print(f"\n## {name}\n", flush=True)
        PARTS[name]()
        print(f"\n({time.monotonic() - started:.0f} s)", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
