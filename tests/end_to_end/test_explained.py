"""`extensions.authorization` at the shipped processes: the static decision, and not a word about rows."""

from __future__ import annotations

import json
import uuid
from typing import Any

from network.layout import EXPLAIN_SCOPE
from tests.harness import Network, Reply, request
from tests.security.parties import ALL, forged

QUERY = (
    "query ($id: UUID) { bemiddeling(where: {bemiddelingID: {eq: $id}}) { bemiddelingID verantwoordelijkZorgkantoor } }"
)
DEVELOPER = [*ALL, EXPLAIN_SCOPE]


def asked(net: Network, token: str, id: str, query: str = QUERY) -> Reply:
    body = {"query": query, "variables": {"id": id}, "extensions": {"authorization": True}}
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Accept": "application/graphql-response+json",
    }
    return request(net.url("gateway") + "/graphql", body=json.dumps(body).encode(), headers=headers)


def test_a_hidden_row_and_none_are_explained_in_the_same_bytes(net: Network, world: Any) -> None:
    token = forged(net, scopes=DEVELOPER)
    rows = net.ask("{ bemiddeling { bemiddelingID } }", token=token).json()["data"]["bemiddeling"]
    mine = {row["bemiddelingID"] for row in rows}
    hidden = next(
        str(row["bemiddelingID"]) for row in world.rows("Bemiddeling") if str(row["bemiddelingID"]) not in mine
    )
    there, nowhere = asked(net, token, hidden), asked(net, token, str(uuid.uuid4()))
    assert there.json()["data"] == {"bemiddeling": []}
    assert (there.status, there.body) == (nowhere.status, nowhere.body)
    own = asked(net, token, next(iter(mine))).json()
    assert own["data"]["bemiddeling"]
    # Of the caller's own row it says the same again.
    assert own["extensions"] == there.json()["extensions"]
    told = own["extensions"]["authorization"]
    assert (told["role"], told["allowed"]) == ("ZORGKANTOOR", True)
    assert [entry["coordinate"] for entry in told["coordinates"]] == [
        "Bemiddeling.bemiddelingID",
        "Bemiddeling.verantwoordelijkZorgkantoor",
    ]
    assert all(entry["grants"] for entry in told["coordinates"])


def test_nobody_has_the_scope_unless_it_is_given(net: Network) -> None:
    plain = net.ask(QUERY, {"id": str(uuid.UUID(int=1))}, token=net.token("uzovi:5050"))
    reply = asked(net, net.token("uzovi:5050"), str(uuid.UUID(int=1)))
    assert (reply.status, reply.body) == (plain.status, plain.body)
    assert reply.body == b'{"data":{"bemiddeling":[]}}'
