"""What one request may cost, and what is kept of it."""

from __future__ import annotations

from msgspec import Struct

from gateway.settings.base import Positive, Seconds

__all__ = ["CacheSettings", "LimitSettings"]


class LimitSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What one request may cost, before any work is done for it. Sizes in bytes, times in seconds.

    A connection is cut off when the head of a request takes longer than `head_seconds`, or when nothing of an answer is taken for
    `stalled_seconds`.
    """

    body_bytes: Positive = 1024 * 1024
    body_seconds: Seconds = 10.0
    head_seconds: Seconds = 10.0
    stalled_seconds: Seconds = 30.0
    request_seconds: Seconds = 30.0
    max_tokens: Positive = 4000
    max_depth: Positive = 24
    max_fields: Positive = 3000
    max_aliases: Positive = 200
    max_root_fields: Positive = 20
    max_repeated_keys: Positive = 100
    max_cost: Positive | None = None
    list_size: Positive = 10
    """Of a list of which the schema says nothing, for the cost."""


class CacheSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds on what is kept, in bytes."""

    documents: Positive = 64 * 1024 * 1024
    plans: Positive = 64 * 1024 * 1024
    decisions: Positive = 8 * 1024 * 1024
