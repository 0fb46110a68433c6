"""Counters and histograms in Prometheus' text format, small enough to cost nothing beside a request.

Labels are statuses, codes, subgraphs, cache names and hashes of the most frequent operations: sets that the configuration bounds,
and never anything of a client's making. Names and meanings are listed in `docs/operating-gateway.md`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gateway.telemetry.operations import Numbers, Operations

__all__ = ["BUCKETS", "Counter", "Histogram", "Metrics", "Sample"]

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""

_FETCHES = (1, 2, 3, 5, 8, 13, 21, 34)

Kind = Literal["counter", "gauge"]
Labels = tuple[str, ...]
Sample = tuple[Mapping[str, str], float]


@dataclass(slots=True)
class Counter:
    """A number that only grows, for each combination of label values."""

    name: str
    help: str
    labels: Labels = ()
    values: dict[Labels, int] = field(default_factory=dict[Labels, int])

    def add(self, *labels: str, count: int = 1) -> None:
        self.values[labels] = self.values.get(labels, 0) + count

    def lines(self) -> Iterator[str]:
        yield from _head(self.name, self.help, "counter")
        for labels, value in sorted(self.values.items()):
            yield f"{self.name}{_labels(zip(self.labels, labels, strict=True))} {value}"


@dataclass(slots=True)
class _Observed:
    buckets: list[int]
    sum: float = 0.0


@dataclass(slots=True)
class Histogram:
    """Durations in seconds (or what `bounds` are), counted in buckets, for each combination of label values."""

    name: str
    help: str
    labels: Labels = ()
    bounds: tuple[float, ...] = BUCKETS
    values: dict[Labels, _Observed] = field(default_factory=dict[Labels, _Observed])

    def observe(self, value: float, *labels: str) -> None:
        observed = self.values.get(labels)
        if observed is None:
            observed = self.values[labels] = _Observed([0] * (len(self.bounds) + 1))
        observed.buckets[bisect_left(self.bounds, value)] += 1
        observed.sum += value

    def lines(self) -> Iterator[str]:
        yield from _head(self.name, self.help, "histogram")
        for labels, observed in sorted(self.values.items()):
            pairs = list(zip(self.labels, labels, strict=True))
            total = 0
            for bound, count in zip((*map(str, self.bounds), "+Inf"), observed.buckets, strict=True):
                total += count
                yield f"{self.name}_bucket{_labels([*pairs, ('le', bound)])} {total}"
            yield f"{self.name}_sum{_labels(pairs)} {observed.sum:.6f}"
            yield f"{self.name}_count{_labels(pairs)} {total}"


class Metrics:
    """Everything that `/metrics` shows. Readings are taken when the page is asked for."""

    def __init__(self) -> None:
        self.requests = Counter(
            "gateway_requests_total", "GraphQL requests by HTTP status and code.", ("status", "code")
        )
        self.request_seconds = Histogram("gateway_request_duration_seconds", "From the first byte to the answer.")
        self.operations = Operations()
        self.fetches = Counter(
            "gateway_subgraph_fetches_total", "Fetches from subgraphs by outcome.", ("subgraph", "outcome")
        )
        self.fetch_seconds = Histogram("gateway_subgraph_fetch_duration_seconds", "Time of a fetch.", ("subgraph",))
        self.plans = Counter("gateway_plans_total", "Plans that were made, and that could not be, by code.", ("code",))
        self.plan_fetches = Histogram("gateway_plan_fetches", "Fetches in a plan, when it is made.", bounds=_FETCHES)
        self.plan_seconds = Histogram("gateway_plan_duration_seconds", "Time of making a plan.")
        self.reloads = Counter("gateway_reloads_total", "Reloads of the configuration by result.", ("result",))
        self.shadowed = Counter(
            "gateway_shadow_decisions_total", "Requests by what a second grants file would have decided.", ("kind",)
        )
        self.evaluations = Counter(
            "gateway_access_evaluations_total", "What others asked the decision point, by answer.", ("decision",)
        )
        self.consultations = Counter(
            "gateway_consultations_total", "Questions to the decision point that has to agree.", ("outcome",)
        )
        self.audit_records = Counter("gateway_audit_records_total", "Records that are on the disk.")
        self.audit_seconds = Histogram(
            "gateway_audit_write_duration_seconds", "Time of writing records, many at a time."
        )
        self.audit_anchors = Counter("gateway_audit_anchors_total", "Heads of the journal that were signed.")
        self._readings: list[tuple[str, str, Kind, Callable[[], Iterable[Sample]]]] = []

    def fetched(self, subgraph: str, outcome: str, seconds: float) -> None:
        """Count one fetch; the observer that the subgraph client calls."""
        self.fetches.add(subgraph, outcome)
        self.fetch_seconds.observe(seconds, subgraph)

    def planned(self, fetches: int, seconds: float) -> None:
        """Count a plan that was made."""
        self.plans.add("")
        self.plan_fetches.observe(fetches)
        self.plan_seconds.observe(seconds)

    def reading(self, name: str, help: str, read: Callable[[], Iterable[Sample]], kind: Kind = "gauge") -> None:
        """Add a value that is read when asked for: pairs of labels and number."""
        self._readings.append((name, help, kind, read))

    def text(self) -> str:
        """The page, Prometheus text format 0.0.4."""
        lines: list[str] = []
        for metric in (self.requests, self.request_seconds):
            lines += metric.lines()
        lines += _operation_lines(self.operations.series())
        for metric in (
            self.fetches,
            self.fetch_seconds,
            self.plans,
            self.plan_fetches,
            self.plan_seconds,
            self.reloads,
            self.shadowed,
            self.evaluations,
            self.consultations,
            self.audit_records,
            self.audit_seconds,
            self.audit_anchors,
        ):
            lines += metric.lines()
        for name, help_, kind, read in self._readings:
            lines += _head(name, help_, kind)
            lines += [f"{name}{_labels(labels.items())} {_number(value)}" for labels, value in read()]
        return "\n".join(lines) + "\n"


def _operation_lines(series: Sequence[tuple[str, str, Numbers]]) -> Iterator[str]:
    heads = (
        ("gateway_operation_requests_total", "Requests by operation."),
        ("gateway_operation_failures_total", "Requests by operation that were answered with an error."),
        ("gateway_operation_seconds_total", "Time of requests by operation."),
    )
    for index, (name, help_) in enumerate(heads):
        yield from _head(name, help_, "counter")
        for hash, kind, numbers in series:
            yield f"{name}{_labels((('operation', hash), ('kind', kind)))} {_number(numbers[index])}"


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(round(value, 6))


def _head(name: str, help_: str, kind: str) -> Iterator[str]:
    yield f"# HELP {name} {help_}"
    yield f"# TYPE {name} {kind}"


def _labels(pairs: Iterable[tuple[str, str]]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs)
    return f"{{{inside}}}" if inside else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
