"""Examples that have nothing to do with each other.

Left to itself, Hypothesis varies every example a few times by copying parts of it over other parts, which for a whole graph
with its operations gives the same one again, four times of five. Under another name its own source of choices is taken
for a foreign one, and left alone (`AVAILABLE_PROVIDERS` is where Hypothesis documents that other backends register).
"""

from __future__ import annotations

from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS

__all__ = ["INDEPENDENT"]

INDEPENDENT = "independent"
AVAILABLE_PROVIDERS[INDEPENDENT] = "hypothesis.internal.conjecture.providers.HypothesisProvider"
