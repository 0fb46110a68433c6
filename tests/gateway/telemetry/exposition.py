"""A strict reader of Prometheus' text format 0.0.4, for tests: what it accepts, every scraper accepts.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_HELP = re.compile(rf"# HELP ({_NAME}) (.+)")
_TYPE = re.compile(rf"# TYPE ({_NAME}) (counter|gauge|histogram)")
_SAMPLE = re.compile(rf"({_NAME})(?:\{{(.*)\}})? (-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|\+Inf|NaN)")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=.)|$)')

Labels = tuple[tuple[str, str], ...]


@dataclass
class Family:
    kind: str
    help: str
    samples: dict[tuple[str, Labels], float] = field(default_factory=dict[tuple[str, Labels], float])

    def __getitem__(self, labels: tuple[str, ...]) -> float:
        """The only sample with these label values."""
        [found] = [value for (_, pairs), value in self.samples.items() if tuple(v for _, v in pairs) == labels]
        return found


def parse(text: str) -> dict[str, Family]:
    """Families by name. Fails for whatever is not to the letter."""
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    current = ""
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if line.startswith("#"):
            told = _HELP.fullmatch(line)
            assert told, line
            typed = _TYPE.fullmatch(next(lines))
            assert typed, line
            assert typed[1] == told[1] and told[1] not in families, line
            current = told[1]
            families[current] = Family(typed[2], told[2])
            continue
        sample = _SAMPLE.fullmatch(line)
        assert sample, line
        family = families[current]
        suffixes = ("_bucket", "_sum", "_count") if family.kind == "histogram" else ("",)
        assert sample[1] in {current + suffix for suffix in suffixes}, line
        key = (sample[1], _labels(sample[2] or ""))
        assert key not in family.samples, line
        family.samples[key] = math.inf if sample[3] == "+Inf" else float(sample[3])
    for name, family in families.items():
        _check(name, family)
    return families


def _labels(text: str) -> Labels:
    found: list[tuple[str, str]] = []
    place = 0
    while place < len(text):
        match = _LABEL.match(text, place)
        assert match, text
        found.append((match[1], match[2]))
        place = match.end()
    assert len(dict(found)) == len(found), text
    return tuple(found)


def _check(name: str, family: Family) -> None:
    assert len({tuple(label for label, _ in pairs if label != "le") for _, pairs in family.samples}) <= 1, name
    if family.kind == "counter":
        assert name.endswith("_total"), name
        assert all(value >= 0 for value in family.samples.values()), name
    if family.kind != "histogram":
        return
    series: dict[Labels, list[tuple[float, float]]] = {}
    for (sample, pairs), value in family.samples.items():
        if sample == f"{name}_bucket":
            plain = tuple(pair for pair in pairs if pair[0] != "le")
            series.setdefault(plain, []).append((float(dict(pairs)["le"].replace("+Inf", "inf")), value))
    for plain, buckets in series.items():
        assert buckets == sorted(buckets), name
        assert [count for _, count in buckets] == sorted(count for _, count in buckets), name
        assert buckets[-1] == (math.inf, family.samples[f"{name}_count", plain]), name
        assert (f"{name}_sum", plain) in family.samples, name
