"""The graphs that the gateway is measured on: ships and ports, invented.

*small* is one list over three subgraphs: a root fetch, then two entity fetches side by side, 2 KB. *big* is four levels
of lists over four subgraphs with a `@requires` at the bottom, 90 KB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.gateway.execution.harness import World

__all__ = ["BIG", "SMALL", "Graph"]

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@external", "@requires"])\n'
)
PAGE, PAGES = 10, 100

Obj = dict[str, Any]


@dataclass(frozen=True)
class Graph:
    """`sdl` by subgraph, without its `@link`; `variables` of as many different requests as there are."""

    name: str
    sdl: Mapping[str, str]
    query: str
    variables: tuple[Mapping[str, Any], ...]
    world: World
    grants: str
    """Of a grants file, what opens all of it to the role HARBOUR."""


def _words(seed: int, size: int) -> str:
    """Text of `size` characters, the same at each run."""
    words = (
        "anchor",
        "ballast",
        "bow",
        "cabin",
        "deck",
        "draft",
        "ebb",
        "fender",
        "gale",
        "helm",
        "inlet",
        "jetty",
        "keel",
        "lee",
        "mast",
    )
    text = ""
    while len(text) < size:
        seed = (seed * 1103515245 + 12345) % 2**31
        text += words[seed // 256 % len(words)] + " "
    return text[:size]


# -- small -----------------------------------------------------------------------------------------------------------


def _small() -> Graph:
    fleet: list[Obj] = [
        {
            "__typename": "Ship",
            "imo": str(9_000_000 + number),
            "__keys__": ("imo",),
            "name": _words(number, 18),
            "flag": _words(number + 7, 9),
            "length": 90 + number % 300,
            "berth": number % 40,
            "terminal": _words(number + 13, 12),
            "draught": 4.25 + number % 9,
            "crew": 17 + number % 5,
            "note": _words(number + 29, 40),
        }
        for number in range(PAGE * PAGES)
    ]
    roots: Obj = {"ships": lambda _owner, page: fleet[page["number"] * PAGE :][:PAGE]}
    return Graph(
        "small",
        {
            "fleet": """
                type Query { ships(page: Page!): [Ship!]! }
                input Page { number: Int! }
                type Ship @key(fields: "imo") { imo: ID! name: String! flag: String! length: Int! }
            """,
            "berths": 'type Ship @key(fields: "imo") { imo: ID! berth: Int terminal: String }',
            "crews": 'type Ship @key(fields: "imo") { imo: ID! draught: Float crew: Int note: String }',
        },
        "query Ships($page: Page!) { ships(page: $page) { imo name flag length berth terminal draught crew note } }",
        tuple({"page": {"number": number}} for number in range(PAGES)),
        World(roots, {"Ship": fleet}),
        """
inputs:
  types: {Page: {reads: fleet.Ship, ignored: [number]}}
grants:
  - {id: S1, role: HARBOUR, action: lezen, scope: fleet, type: fleet.Ship, fields: [imo, name, flag, length]}
  - {id: S2, role: HARBOUR, action: lezen, scope: berths, type: berths.Ship, fields: [imo, berth, terminal]}
  - {id: S3, role: HARBOUR, action: lezen, scope: crews, type: crews.Ship, fields: [imo, draught, crew, note]}
""",
    )


# -- big -------------------------------------------------------------------------------------------------------------


def _big() -> Graph:
    ports: list[Obj] = [
        {
            "__typename": "Port",
            "__keys__": ("code",),
            "code": f"NL{number:03}",
            "name": _words(number + 40, 14),
            "country": _words(number + 60, 8),
            "calls": [],
        }
        for number in range(6)
    ]
    ships: list[Obj] = [
        {
            "__typename": "Ship",
            "__keys__": ("imo",),
            "imo": str(9_100_000 + number),
            "name": _words(number + 80, 12),
            "tonnage": 1000 * number + 500,
            "draught": 4 + number,
            "admitted": number % 3 > 0,
            "fee": lambda owner: owner["tonnage"] * owner["draught"] // 100,
            "calls": [],
        }
        for number in range(6)
    ]
    for number in range(12):
        port, ship = ports[number % 6], ships[(number * 5 + number // 6) % 6]
        remarks = _words(number + 200, 500 + 60 * number)
        call: Obj = {"id": str(number), "remarks": remarks, "port": port, "ship": ship}
        port["calls"].append(call)
        ship["calls"].append(call)
    return Graph(
        "big",
        {
            "ports": """
                type Query { ports: [Port!]! }
                type Port @key(fields: "code") { code: ID! name: String! country: String! }
            """,
            "fleet": 'type Ship @key(fields: "imo") { imo: ID! name: String! tonnage: Int! draught: Int! }',
            "calls": """
                type Port @key(fields: "code") { code: ID! calls: [Call!]! }
                type Ship @key(fields: "imo") { imo: ID! calls: [Call!]! }
                type Call { id: ID! remarks: String! port: Port! ship: Ship! }
            """,
            "fees": """
                type Ship @key(fields: "imo") {
                  imo: ID! tonnage: Int! @external draught: Int! @external admitted: Boolean!
                  fee: Int @requires(fields: "tonnage draught")
                }
            """,
        },
        """
        query Ports { ports { ...Port calls { ...Call ship { ...Ship calls { ...Call port {
          ...Port calls { ...Call ship { ...Ship } }
        } } } } } }
        fragment Port on Port { code name country }
        fragment Call on Call { id remarks }
        fragment Ship on Ship { imo name tonnage draught admitted fee }
        """,
        ({},),
        World({"ports": ports}, {"Port": ports, "Ship": ships}),
        """
grants:
  - {id: P1, role: HARBOUR, action: lezen, scope: ports, type: ports.Port, fields: [code, name, country]}
  - {id: P2, role: HARBOUR, action: lezen, scope: fleet, type: fleet.Ship, fields: [imo, name, tonnage, draught]}
  - {id: P3, role: HARBOUR, action: lezen, scope: calls, type: calls.Port, fields: [code, calls]}
  - {id: P4, role: HARBOUR, action: lezen, scope: calls, type: calls.Ship, fields: [imo, calls]}
  - {id: P5, role: HARBOUR, action: lezen, scope: calls, type: calls.Call, fields: [id, remarks, port, ship]}
  - {id: P6, role: HARBOUR, action: lezen, scope: fees, type: fees.Ship, fields: [imo, admitted, fee]}
""",
    )


SMALL, BIG = _small(), _big()
