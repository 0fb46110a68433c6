"""The graph of a shop, for most tests of plans."""

from __future__ import annotations

import pytest

from gateway.supergraph.model import Supergraph
from tests.gateway.planning.harness import graph

SHOP = {
    "accounts": """
        type Query { me: User users: [User] }
        type User @key(fields: "id") { id: ID! name: String username: String }
    """,
    "inventory": """
        type Product @key(fields: "upc") {
          upc: String! weight: Int @external price: Int @external
          inStock: Boolean shipping(zone: Int): Int @requires(fields: "price weight")
        }
    """,
    "products": """
        type Query { top(first: Int = 5): [Product] }
        type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }
    """,
    "reviews": """
        type Review @key(fields: "id") { id: ID! body: String product: Product author: User @provides(fields: "username") }
        type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
        type Product @key(fields: "upc") { upc: String! reviews: [Review] }
    """,
}


@pytest.fixture(name="shop")
def shop_graph() -> Supergraph:
    return graph(**SHOP)
