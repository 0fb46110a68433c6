from __future__ import annotations

from typing import Any

import pytest

from gateway.composition.merge.directives import all_of


@pytest.mark.parametrize(
    ("demands", "joined"),
    [
        ([[["a", "b"], ["c"]], [["b"], ["d"]]], [["a", "b"], ["b", "c"], ["c", "d"]]),
        ([[["a"]], [["a"]]], [["a"]]),
        ([[["a"], ["b"]], [["b"]]], [["b"]]),
        ([[["a"]], [["b"]], [["c"]]], [["a", "b", "c"]]),
    ],
)
def test_a05_demands_join_with_and_in_normal_form(demands: Any, joined: Any):
    assert all_of(demands) == joined
