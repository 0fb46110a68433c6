from __future__ import annotations

import pytest

from gateway.subgraphs.endpoint import Target, target_of


def test_urls_are_taken_apart() -> None:
    assert target_of("http://ir.example:4001/graphql?a=b") == Target(
        "ir.example", 4001, None, tls=False, authority="ir.example:4001", path="/graphql?a=b"
    )
    assert target_of("https://ir.example") == Target(
        "ir.example", 443, None, tls=True, authority="ir.example", path="/"
    )
    assert target_of("http+unix://%2Frun%2Fir.sock/graphql") == Target(
        "", 0, "/run/ir.sock", tls=False, authority="localhost", path="/graphql"
    )


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "file:///etc/passwd",
        "http://",
        "http+unix://run/ir.sock",
        "http://user:pw@host/",
        "http://host/a b",
        "//host/graphql",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"subgraph URL|unix socket"):
        target_of(url)
