"""What is known of those who came in before, and outlives a change of the configuration: it belongs to the process.

Forgotten at a reload, a proof of possession (RFC 9449 §11.1) could be shown a second time, and who asked too often would begin anew.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

__all__ = ["Bucket", "Remembered"]


@dataclass(slots=True)
class Bucket:
    """A token bucket: `left` requests were possible at `at`."""

    left: float
    at: float


@dataclass(frozen=True, slots=True)
class Remembered:
    """`proofs`: until when each that was seen would count. `sockets`: the key of the proof that each was opened with. `buckets`: by party.

    Who writes into one keeps it small.
    """

    proofs: OrderedDict[bytes, float] = field(default_factory=OrderedDict[bytes, float])
    sockets: OrderedDict[bytes, str] = field(default_factory=OrderedDict[bytes, str])
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict[str, Bucket])
