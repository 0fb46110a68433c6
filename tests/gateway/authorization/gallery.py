"""A graph with mutations that has nothing to do with care: paintings in rooms, who hangs, moves, prices and sells them."""

from __future__ import annotations

from functools import cache
from typing import Any

from gateway.authorization.grants import Grants, load_grants
from gateway.supergraph.model import Supergraph
from tests.gateway.authorization.harness import supergraph

GALLERY = """
type Query { paintings: [Painting!]! rooms: [Room!]! }
type Mutation {
  hang(painting: PaintingInput!, frame: FrameInput): Painting
  change(paintingID: UUID!, change: PaintingInput!, part: Int): Painting
  sell(paintingID: UUID!): Painting
  dust(paintingID: UUID!): Painting
}
type Painting { paintingID: UUID! title: String owner: String price: Int hung: Date size: Size room: Room }
type Size { width: Int height: Int }
type Room { roomID: UUID! keeper: String open: Boolean paintings: [Painting!] }
input PaintingInput {
  title: String owner: String price: Int hung: Date size: SizeInput tags: [String!] roomID: UUID
}
input SizeInput { width: Int height: Int }
input FrameInput { wood: String }
scalar UUID
scalar Date
"""

GRANTS = """\
version: 1
timezone: Europe/Amsterdam
roles:
  KEEPER:
    identifiers: {keeper: '^[a-z]+$'}
  DIRECTOR:
    identifiers: {badge: '^x$'}
scopes:
  read: [gallery:read]
  write: [gallery:write]
functions: |
  def mine(P: Painting):
      return P.room.keeper == caller.keeper
  def mine(R: Room):
      return R.keeper == caller.keeper
  def modest(price: int):
      return price <= 1000
inputs:
  types:
    PaintingInput:
      reads: g.Painting
      fields:
        roomID: [Painting.room]
        tags: [Painting.title]
    SizeInput:
      reads: g.Painting
      fields:
        width: [Painting.size]
        height: [Painting.size]
mutations:
  hang: {action: registreren, type: g.Painting, input: painting, stored: g.Room}
  change: {action: wijzigen, type: g.Painting, input: change, keys: paintingID}
  sell: {action: verwijderen, type: g.Painting, keys: [paintingID]}
grants:
  - id: READ
    role: [KEEPER, DIRECTOR]
    action: lezen
    scope: read
    type: g.Painting
    fields: [paintingID, title]
    when: X.price is not None
  - id: HANG
    role: KEEPER
    action: registreren
    scope: write
    type: g.Painting
    fields: [title, owner, price, hung, room]
    when: mine(X) and modest(input.price) and input.hung <= today
  - id: HANG-ANY
    role: DIRECTOR
    action: registreren
    scope: write
    type: g.Painting
    fields: [title, owner, price, hung, room, size]
  - id: MOVE
    role: KEEPER
    action: wijzigen
    scope: write
    type: g.Painting
    fields: [title, hung]
    when: mine(X)
  - id: PRICE
    role: KEEPER
    action: wijzigen
    scope: write
    type: g.Painting
    fields: [title, price]
    when: X.owner == caller.keeper and input.price >= X.price
  - id: SELL
    role: KEEPER
    action: verwijderen
    scope: write
    type: g.Painting
    when: X.owner == caller.keeper or (mine(X) and granted(X))
"""


def _columns(**kinds: str) -> dict[str, Any]:
    return {
        n: {"column": n, "kind": kind, "nullable": True, "hidden": False, "refers": ""} for n, kind in kinds.items()
    }


def _table(name: str, key: str, columns: dict[str, Any], **relations: Any) -> dict[str, Any]:
    return {"table": name, "key": key, "hidden": False, "columns": columns, "relations": relations}


def _relation(target: str, *, many: bool) -> dict[str, Any]:
    on = [["roomID", "roomID"]]
    return {"target": target, "many": many, "hidden": False, "on": on, "through": None, "same_client": True}


MAPPING: dict[str, Any] = {
    "register": "g",
    "types": {
        "Painting": _table(
            "painting", "paintingID",
            _columns(paintingID="uuid", title="text", owner="text", price="int", hung="date", size="text", roomID="uuid"),
            room=_relation("Room", many=False),
        ),
        "Room": _table(
            "room", "roomID", _columns(roomID="uuid", keeper="text", open="bool"), paintings=_relation("Painting", many=True)
        ),
    },
}  # fmt: skip


@cache
def gallery() -> Supergraph:
    return supergraph(g=GALLERY)


@cache
def grants() -> Grants:
    return load_grants(GRANTS, gallery())
