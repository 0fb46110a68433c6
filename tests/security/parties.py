"""Who attacks, and with what: tokens with claims of our choosing, contexts of the gateway, a shorthand for answers."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.end_to_end.forge import take_apart
from tests.harness import GATEWAY_AUDIENCE, SCOPES, Network, Reply, register_audience

__all__ = ["ALL", "CIZ", "CLIENT", "OFFICE", "PROVIDER", "aggregated", "audience", "forged", "lines", "refused"]

OFFICE, PROVIDER, CIZ, CLIENT = "uzovi:5050", "agb:51510101", "kvk:62253778", "bsn:999990007"
ALL = list(SCOPES.values())


def audience(at: str) -> str:
    return GATEWAY_AUDIENCE if at == "gateway" else register_audience(at)


def forged(net: Network, at: str = "gateway", **claims: Any) -> str:
    """The token of the office with other claims, signed by the issuer itself. None takes a claim away."""
    told: dict[str, Any] = {"scopes": ALL, **claims}
    return take_apart(net, OFFICE, audience(at)).sign(**told)


def aggregated(**claims: Any) -> str:
    """An inner token as published ones have it: the outer signature is the only one that counts."""
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b'=').decode()}.x"


def refused(reply: Reply) -> list[str]:
    """The coordinates of a refusal of the whole operation."""
    content = reply.json()
    assert (reply.status, list(content)) == (403, ["errors"]), reply.body
    return [error["extensions"].get("coordinate", "") for error in content["errors"]]


def lines(reply: Reply, root: str) -> list[Any]:
    """The rows under a root, of an answer without errors."""
    content = reply.json()
    assert (reply.status, list(content)) == (200, ["data"]), reply.body
    return content["data"][root]
