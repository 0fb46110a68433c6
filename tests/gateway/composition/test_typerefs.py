from __future__ import annotations

import pytest

from gateway.composition.typerefs import merge_types


def names(narrow: str, wide: str) -> bool:
    return narrow == wide or (narrow, wide) == ("User", "Node")


@pytest.mark.parametrize(
    ("references", "widest", "narrowest"),
    [
        (["Int", "Int!"], "Int", "Int!"),
        (["[Int!]!", "[Int]"], "[Int]", "[Int!]!"),
        (["Node", "User!"], "Node", "User!"),
        (["User", "Node!"], None, None),
        (["[Int]", "Int"], None, None),
        (["Int", "String"], None, None),
        (["[User!]", "[Node]", "[User]"], "[Node]", "[User!]"),
    ],
)
def test_merging_references(references: list[str], widest: str | None, narrowest: str | None):
    assert merge_types(references, names, narrowest=False) == widest
    assert merge_types(references, names, narrowest=True) == narrowest
