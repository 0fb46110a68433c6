"""Requests that are wrong in one way, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.harness import GATEWAY_AUDIENCE, Network, Reply, register_audience, request

__all__ = ["GRAPHQL", "PLACES", "REGISTER", "Answer", "Sent", "only_error", "send"]

GRAPHQL = "application/graphql-response+json"
REGISTER = "bemiddeling"
PLACES = ("gateway", REGISTER)

Answer = tuple[int, str, str]
"""Status, code and sentence."""


@dataclass(frozen=True)
class Sent:
    """One request, what the gateway answers, and what a register answers (None: the same)."""

    id: str
    gateway: Answer
    register: Answer | None
    body: bytes = b'{"query": "{ __typename }"}'
    headers: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    def answer(self, at: str) -> Answer:
        return self.gateway if at == "gateway" or self.register is None else self.register


def send(
    net: Network, at: str, body: bytes | None, headers: Mapping[str, str | None] | None = None, **more: Any
) -> Reply:
    """A request of office 5050, with good headers unless told otherwise (None: without); `search` is a query string."""
    audience = GATEWAY_AUDIENCE if at == "gateway" else register_audience(at)
    lines: dict[str, str | None] = {
        "Content-Type": "application/json",
        "Accept": GRAPHQL,
        "Authorization": f"Bearer {net.token('uzovi:5050', audience)}",
        **(headers or {}),
    }
    kept = {name: value for name, value in lines.items() if value is not None}
    return request(net.url(at) + "/graphql" + more.pop("search", ""), body=body, headers=kept, **more)


def only_error(reply: Reply) -> Answer:
    """Status, code and sentence of a refusal with one error and without data."""
    content = reply.json()
    assert content.get("data") is None, content
    (error,) = content["errors"]
    assert set(error) <= {"message", "locations", "path", "extensions"}
    assert error["extensions"] == {"code": error["extensions"]["code"]}
    return reply.status, error["extensions"]["code"], error["message"]
