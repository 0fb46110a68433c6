"""`make bench PART=audit`: what it costs that a record of every request is on the disk before its answer leaves.

The same graph, token and requests with and without a journal, in turn, in one run. What a disk takes to sync is measured beside it, because
that is most of what an answer waits for.
"""

from __future__ import annotations

import os
import secrets
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.audit.chain import beginning, link
from gateway.audit.keyed import Seen
from gateway.audit.places import now
from gateway.audit.record import Event, Kind, record
from tests.performance.gateways.ships import SMALL
from tests.performance.gateways.stand import Served, Stand, bodies, stand
from tests.performance.load import Measured
from tests.performance.wrk import measured

__all__ = ["main"]

ROUNDS, SECONDS, RECORDS = 5, 1.0, 2000
_MEMORY = Path("/dev/shm")


def main() -> None:
    """Print the table."""
    with stand() as found:
        rows = [*_records(), *_disk(found), *_requests(found)]
    print("| what | |\n|---|---|\n" + "\n".join(f"| {what} | {value} |" for what, value in rows))


def _records() -> Iterable[tuple[str, str]]:
    """CPU of a record of 40 coordinates with its place in the chain."""
    asked = {"coordinates": [f"Type.field{number}" for number in range(40)], "grants": [f"G-{n}" for n in range(12)]}
    operation = orjson.dumps({"type": "query", "action": "R", "signature": "a" * 64, "release": "b" * 64, **asked})
    caller = orjson.dumps({"role": "HARBOUR", "identifiers": {"harbour": "1"}, "subject": "s" * 36, "token": "t" * 36})
    for count in (1, 10, 50, 900):
        seen = Seen(("one", "two"), {"Ship": [str(uuid.uuid4()) for _ in range(count)]})
        times: list[float] = []
        for _ in range(ROUNDS):
            head, start = beginning("bench"), time.process_time()
            for _ in range(RECORDS):
                event = Event(Kind.REQUEST, now(), "a" * 32, "b" * 16, 200, "", caller, operation, None, seen)
                _, head = link(head, record(event))
            times.append((time.process_time() - start) / RECORDS)
        yield f"a record with {count} keys: CPU", f"{1e6 * min(times):.1f} µs"


def _disk(found: Stand) -> Iterable[tuple[str, str]]:
    path, times = found.folder / "sync", list[float]()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(200):
        start = time.perf_counter()
        os.write(file, b"x" * 2000)
        os.fdatasync(file)
        times.append(time.perf_counter() - start)
    os.close(file)
    yield "a sync of 2 kB on this disk: p50", f"{1000 * statistics.median(times):.2f} ms"


def _requests(found: Stand) -> Iterable[tuple[str, str]]:
    """Beside the journal on this disk one in memory, where there is such a place: what it takes more is the disk's, the rest is ours."""
    with ExitStack() as stack:
        served = {
            "no journal": stack.enter_context(found.gateway(SMALL, token=True)),
            "a journal on this disk": stack.enter_context(
                found.gateway(SMALL, token=True, audit=_audit(found, "disk"))
            ),
        }
        if _MEMORY.is_dir():
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=_MEMORY))
            audit = _audit(found, folder)
            served["a journal in memory"] = stack.enter_context(found.gateway(SMALL, token=True, audit=audit))
        for connections in (1, 50):
            yield from _compared(served, connections)


def _compared(served: Mapping[str, Served], connections: int) -> Iterable[tuple[str, str]]:
    rounds: dict[str, list[Measured]] = {name: [] for name in served}
    for number in range(ROUNDS + 1):
        for name, one in served.items():
            found = measured(one.url, bodies(SMALL), connections, SECONDS, one.process.pid, token=one.token)
            if number:
                rounds[name].append(found)
    for name, found in rounds.items():
        p50 = statistics.median(one.p50 for one in found)
        cpu = statistics.median(one.cpu_ms("gateway") for one in found)
        rate = statistics.median(one.per_second for one in found)
        # Of rounds side by side, so that a slow minute slows both.
        pairs = list(zip(found, rounds["no journal"], strict=True))
        more = statistics.median(one.p50 - other.p50 for one, other in pairs)
        dearer = statistics.median(one.cpu_ms("gateway") - other.cpu_ms("gateway") for one, other in pairs)
        added = "" if name == "no journal" else f"; {more:+.2f} ms, {1000 * dearer:+.0f} µs of CPU"
        yield f"{connections} connections, {name}", f"p50 {p50:.2f} ms, CPU {cpu:.3f} ms, {rate:.0f}/s{added}"


def _audit(found: Stand, folder: str) -> dict[str, Any]:
    key = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (found.folder / "audit.pem").write_bytes(key)
    (found.folder / "secret").write_text(secrets.token_hex(32))
    return {
        "folder": str(found.folder / folder),
        "key": str(found.folder / "audit.pem"),
        "secret": str(found.folder / "secret"),
    }
