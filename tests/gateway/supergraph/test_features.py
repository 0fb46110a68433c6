from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from gateway.supergraph.features import linked_features, schema_directives, split_url


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://specs.apollo.dev/join/v0.3", ("https://specs.apollo.dev/join", "join", (0, 3))),
        ("https://example.test/a/b/v1.20/", ("https://example.test/a/b", "b", (1, 20))),
        ("https://example.test/a", ("https://example.test/a", "a", None)),
        ("https://example.test", ("https://example.test", "", None)),
        ("https://example.test/a-b/v1.0", ("https://example.test/a-b", "", (1, 0))),
        ("https://example.test/a/v01.0", ("https://example.test/a/v01.0", "", None)),
    ],
)
def test_urls_of_specifications(url: str, parts: Any):
    assert split_url(url) == parts


def features(schema: str):
    return {feature.name: feature for feature in linked_features(schema_directives(parse(schema)))}


def test_a03_names_of_elements_follow_the_link():
    feature = features(
        'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", as: "fed",'
        ' import: ["@key", { name: "@tag", as: "@mark" }, "FieldSet"])'
    )["federation"]
    assert [feature.directive(name) for name in ("key", "tag", "shareable")] == ["key", "mark", "fed__shareable"]
    assert [feature.type(name) for name in ("FieldSet", "Scope")] == ["FieldSet", "fed__Scope"]
    assert [feature.owns_directive(name) for name in ("key", "tag", "mark", "fed__external")] == [
        True,
        False,
        True,
        True,
    ]


def test_a_feature_called_after_its_directive_is_that_directive():
    feature = features('schema @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) { query: Q }')
    assert feature["inaccessible"].directive("inaccessible") == "inaccessible"
    assert feature["inaccessible"].purpose == "SECURITY"


def test_link_itself_may_be_renamed():
    found = features(
        'schema @take(url: "https://specs.apollo.dev/link/v1.0", as: "take")'
        ' @take(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) @link(url: "https://example.test/x/v1.0") { query: Q }'
    )
    assert list(found) == ["link", "join"]
