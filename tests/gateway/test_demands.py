"""What a graph demands by `@authenticated`, `@requiresScopes` and `@policy` is taken out before planning: null and an error in its place."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.execution.harness import World
from tests.gateway.guarded import guarded, scoped
from tests.gateway.library import Library
from tests.gateway.transport.harness import ask

SHOP = """
type Query {
  product: Product
  products: [Product]
  sure: Product!
  search: [Found]
  node: Node
  me: Account
  level: Level
  secretOfTheHouse: String @authenticated
}
type Mutation { open: Product  close(reason: String): Product @authenticated  sweep: Product }
type Product implements Node @key(fields: "id") {
  id: ID!
  name: String
  cost: Int @requiresScopes(scopes: [["cost:read"], ["admin", "cost"]])
  margin(of: Int): Int @authenticated @policy(policies: [["staff"]])
  code: String! @requiresScopes(scopes: [["code:read"]])
}
interface Node { id: ID! name: String }
type Account implements Node @authenticated { id: ID! name: String email: String age: Int friend: Product }
union Found = Product | Account
enum Level @requiresScopes(scopes: [["level"]]) { HIGH LOW }
"""
STOCK = """
type Product @key(fields: "id") {
  id: ID!
  cost: Int @external
  priced: Int @requires(fields: "cost") @requiresScopes(scopes: [["cost:read"], ["admin", "cost"]])
  shelf: String
}
"""
SDL = {"shop": SHOP, "stock": STOCK}
REFUSED = "Unauthorized field or type"


def world() -> World:
    product: dict[str, Any] = {
        "__typename": "Product",
        "id": "1",
        "name": "Lamp",
        "cost": 5,
        "margin": lambda _owner, of=1: 2 * of,
        "code": "x1",
        "priced": lambda owner: owner["cost"] + 1,
        "shelf": "A",
    }
    account = {"__typename": "Account", "id": "a", "name": "Ann", "email": "ann@x", "age": 40, "friend": product}
    roots = {
        "product": product,
        "products": [product, None, product],
        "sure": product,
        "search": [product, account],
        "node": product,
        "me": account,
        "level": "HIGH",
        "secretOfTheHouse": "42",
        "open": product,
        "close": product,
        "sweep": product,
    }
    return World(roots, {"Product": [product]})


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Library]:
    async with guarded(tmp_path, SDL, world()) as running:
        yield running


async def answer(shop: Library, query: str, token: str | None = None, **more: Any) -> tuple[int, Any, list[Any]]:
    """Status, data, and the paths of what was refused; nothing else may have gone wrong."""
    shop.seen.clear()
    reply = await ask(shop.app, query, token=token, **more)
    content = reply.json()
    errors = content.get("errors", [])
    expected = {"message": REFUSED, "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"}}
    assert [{k: v for k, v in error.items() if k != "path"} for error in errors] == [expected] * len(errors)
    return reply.status, content["data"], [error["path"] for error in errors]


def sent(shop: Library) -> str:
    return " ".join(request["query"] for _, _, request in shop.seen)


# -- who gets what -----------------------------------------------------------------------------------------------


async def test_what_is_not_guarded_needs_no_token(shop: Library):
    assert await answer(shop, "{ product { name } }") == (200, {"product": {"name": "Lamp"}}, [])


@pytest.mark.parametrize(
    ("scopes", "cost", "margin"),
    [
        (None, None, None),
        ([], None, None),
        (["cost:read"], 5, None),
        (["admin"], None, None),
        (["cost"], None, None),
        (["admin", "cost"], 5, None),
        (["staff:yes"], None, 2),
        (["staff:yes", "cost:read"], 5, 2),
    ],
)
async def test_alternatives_of_scopes_and_policies(
    scopes: list[str] | None, cost: int | None, margin: int | None, shop: Library
):
    token = scoped(*scopes) if scopes is not None else None
    status, data, refused = await answer(shop, "{ product { name cost margin } }", token)
    assert (status, data) == (200, {"product": {"name": "Lamp", "cost": cost, "margin": margin}})
    gone = [["product", name] for name, value in (("cost", cost), ("margin", margin)) if value is None]
    assert refused == gone
    assert ("cost" in sent(shop), "margin" in sent(shop)) == (cost is not None, margin is not None)


async def test_a_policy_that_nobody_configured_is_met_by_nobody(tmp_path: Path):
    sdl = {
        "shop": 'type Query { a: Int @policy(policies: [["unheard"]]) b: Int @policy(policies: [["board"]]) c: Int }'
    }
    async with guarded(tmp_path, sdl, World({"a": 1, "b": 2, "c": 3})) as running:
        assert await answer(running, "{ a b c }", scoped("unheard", "board")) == (
            200,
            {"a": None, "b": None, "c": 3},
            [["a"], ["b"]],
        )


async def test_without_an_issuer_nobody_is_known_and_all_that_is_guarded_is_taken_out(tmp_path: Path):
    async with guarded(tmp_path, SDL, world(), issuer=False) as running:
        found = await answer(running, "{ product { name cost } secretOfTheHouse }", scoped("cost:read"))
        assert found == (200, {"product": {"name": "Lamp", "cost": None}, "secretOfTheHouse": None}, [
            ["product", "cost"],
            ["secretOfTheHouse"],
        ])  # fmt: skip


async def test_a_token_that_is_none_is_401_also_where_none_is_needed(shop: Library):
    reply = await ask(shop.app, "{ product { name } }", token="x.y.z")
    assert (reply.status, reply.codes, shop.seen) == (401, ["UNAUTHENTICATED"], [])


# -- the cases of the security list ------------------------------------------------------------------------------


async def test_a01_a08_through_an_interface_the_demands_of_all_that_may_stand_there_hold(shop: Library):
    query = "{ node { __typename name } }"
    assert await answer(shop, query) == (403, None, [["node"]])
    assert await answer(shop, query, scoped()) == (200, {"node": {"__typename": "Product", "name": "Lamp"}}, [])


async def test_a02_through_a_fragment_on_the_object_and_a_named_one(shop: Library):
    query = "{ search { ... on Product { cost } ...P } } fragment P on Product { c: cost }"
    nothing = {"cost": None, "c": None}
    gone = [["search", 0, "cost"], ["search", 0, "c"]]
    status, data, refused = await answer(shop, "{ product { id } " + query[1:])
    assert (status, data["search"][0], refused) == (200, nothing, gone)
    assert "cost" not in sent(shop)
    status, data, refused = await answer(shop, query, scoped("cost:read"))
    assert (status, data, refused) == (200, {"search": [{"cost": 5, "c": 5}, {}]}, [])


async def test_a03_a_directive_under_another_name_is_enforced(tmp_path: Path):
    link = """
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed",
      import: [{name: "@authenticated", as: "@login"}])
    """
    sdl = 'type Query { a: Int @login b: Int @fed__requiresScopes(scopes: [["b"]]) c: Int }'
    from gateway.composition.compose import compose
    from gateway.composition.model import SubgraphInput
    from gateway.supergraph.demands import read_demands

    result = compose([SubgraphInput("one", "http://one", link + sdl)])
    assert result.supergraph_sdl is not None
    stated = read_demands(result.supergraph_sdl)
    assert sorted(stated.fields) == ["Query.a", "Query.b"]
    assert (stated.fields["Query.a"].authenticated, stated.fields["Query.b"].scopes) == (True, (frozenset({"b"}),))


async def test_a04_what_a_guarded_field_is_computed_from_is_guarded_with_it(shop: Library):
    query = "{ product { priced shelf } }"
    assert await answer(shop, query) == (200, {"product": {"priced": None, "shelf": "A"}}, [["product", "priced"]])
    assert "cost" not in sent(shop)
    assert await answer(shop, query, scoped("cost:read")) == (200, {"product": {"priced": 6, "shelf": "A"}}, [])


async def test_a05_demands_of_two_subgraphs_hold_together(tmp_path: Path):
    one = 'type Query { a: Int @shareable @requiresScopes(scopes: [["a", "b"], ["c"]]) z: Int }'
    two = 'type Query { a: Int @shareable @requiresScopes(scopes: [["b"], ["d"]]) y: Int }'
    async with guarded(tmp_path, {"one": one, "two": two}, World({"a": 1, "z": 2, "y": 3})) as running:
        for scopes, allowed in [
            ("a b", True),
            ("c d", True),
            ("c b", True),
            ("c", False),
            ("b d", False),
            ("a d", False),
        ]:
            data = (await answer(running, "{ a z }", scoped(*scopes.split())))[1]
            assert data == {"a": 1 if allowed else None, "z": 2}, scopes


async def test_a06_aliases_change_nothing(shop: Library):
    query = "{ product { name: cost a: cost b: cost cost: name } }"
    status, data, refused = await answer(shop, query)
    assert (status, data) == (200, {"product": {"name": None, "a": None, "b": None, "cost": "Lamp"}})
    assert refused == [["product", "name"], ["product", "a"], ["product", "b"]]
    assert (await answer(shop, query, scoped("cost:read")))[1] == {
        "product": {"name": 5, "a": 5, "b": 5, "cost": "Lamp"}
    }


async def test_a07_branches_of_a_union_with_one_response_key_are_judged_apart(shop: Library):
    query = "{ search { ... on Product { text: name } ... on Account { text: email } } }"
    assert await answer(shop, query) == (200, {"search": [{"text": "Lamp"}, {"text": None}]}, [["search", 1, "text"]])
    assert await answer(shop, query, scoped()) == (200, {"search": [{"text": "Lamp"}, {"text": "ann@x"}]}, [])
    query = "{ search { ... on Product { n: cost } ... on Account { n: age } } }"
    assert await answer(shop, query, scoped()) == (200, {"search": [{"n": None}, {"n": 40}]}, [["search", 0, "n"]])


async def test_a08_the_bare_typename_of_a_union_is_allowed(shop: Library):
    found = await answer(shop, "{ search { __typename } }")
    assert found == (200, {"search": [{"__typename": "Product"}, {"__typename": "Account"}]}, [])
    query = "{ search { __typename ... on Account { name } } }"
    status, data, refused = await answer(shop, query)
    assert (status, refused) == (200, [["search", 1, "name"]])
    assert data == {"search": [{"__typename": "Product"}, {"__typename": "Account", "name": None}]}


async def test_a09_a_fragment_used_under_two_parents_is_judged_under_each(shop: Library):
    query = """
    { product { ...P } me { friend { ...P } } }
    fragment P on Product { ...N cost } fragment N on Node { ... on Product { name } }
    """
    status, data, refused = await answer(shop, query)
    assert (status, data) == (200, {"product": {"name": "Lamp", "cost": None}, "me": None})
    assert refused == [["product", "cost"], ["me"]]
    status, data, refused = await answer(shop, query, scoped("cost:read"))
    assert (data["me"], refused) == ({"friend": {"name": "Lamp", "cost": 5}}, [])


@pytest.mark.parametrize(
    ("condition", "variables", "included"),
    [
        ("@include(if: true)", {}, True),
        ("@include(if: false)", {}, False),
        ("@skip(if: true)", {}, False),
        ("@include(if: $yes)", {"yes": True}, True),
        ("@include(if: $yes)", {"yes": False}, False),
        ("@include(if: $yes)", {}, False),
        ("@skip(if: $yes)", {}, True),
        ("@skip(if: $yes)", {"yes": True}, False),
    ],
)
async def test_a10_a_skipped_field_is_no_error_and_an_included_one_is_refused(
    condition: str, variables: dict[str, bool], included: bool, shop: Library
):
    head = "query($yes: Boolean = false) " if "$" in condition else ""
    query = f"{head}{{ product {{ name cost {condition} }} }}"
    status, data, refused = await answer(shop, query, variables=variables)
    expected = {"name": "Lamp", "cost": None} if included else {"name": "Lamp"}
    assert (status, data, refused) == (200, {"product": expected}, [["product", "cost"]] if included else [])


async def test_a11_a_demand_of_a_type_guards_what_returns_it(shop: Library):
    assert await answer(shop, "{ level product { id } }") == (200, {"level": None, "product": {"id": "1"}}, [["level"]])
    assert await answer(shop, "{ level }", scoped("level")) == (200, {"level": "HIGH"}, [])
    assert await answer(shop, "{ me { name } product { id } }") == (
        200,
        {"me": None, "product": {"id": "1"}},
        [["me"]],
    )


async def test_a12_a_refused_non_null_field_takes_the_nearest_nullable_parent(shop: Library):
    query = "{ products { name code } product { name } }"
    status, data, refused = await answer(shop, query)
    assert (status, data) == (200, {"products": [None, None, None], "product": {"name": "Lamp"}})
    assert refused == [["products", 0, "code"], ["products", 2, "code"]]
    status, data, refused = await answer(shop, "{ sure { name code } }")
    assert (status, data, refused) == (403, None, [["sure", "code"]])


async def test_a12_an_operation_of_which_nothing_is_left_is_answered_without_a_fetch(shop: Library):
    query = "query($yes: Boolean!) { me { name } products { cost x: cost @include(if: $yes) } }"
    found = await answer(shop, query, variables={"yes": False})
    assert (*found, shop.seen) == (403, None, [["me"], ["products", "cost"]], [])


async def test_a12_an_object_of_which_all_fields_are_refused_is_still_found_or_not(shop: Library):
    status, data, refused = await answer(shop, "{ products { cost } product { id } }")
    assert (status, data["products"]) == (200, [{"cost": None}, None, {"cost": None}])
    assert refused == [["products", 0, "cost"], ["products", 2, "cost"]]


async def test_a13_a_refused_mutation_is_never_sent_and_the_others_run_in_order(shop: Library):
    query = 'mutation { open { id } close(reason: "x") { id } sweep { id cost } }'
    status, data, refused = await answer(shop, query)
    assert (status, data) == (200, {"open": {"id": "1"}, "close": None, "sweep": {"id": "1", "cost": None}})
    assert refused == [["close"], ["sweep", "cost"]]
    assert [request["query"] for _, _, request in shop.seen] == ["mutation{open{id} sweep{id}}"]
    found = await answer(shop, "mutation { close { id } }")
    assert (*found, shop.seen) == (403, None, [["close"]], [])


async def test_a14_variables_that_only_a_refused_field_mentions_are_not_sent(shop: Library):
    query = "query($secret: Int, $yes: Boolean!) { product { name margin(of: $secret) @include(if: $yes) } }"
    variables = {"secret": 4711, "yes": True}
    status, _, refused = await answer(shop, query, variables=variables)
    assert (status, refused) == (200, [["product", "margin"]])
    assert [request for _, _, request in shop.seen] == [{"query": "{product{name}}"}]
    assert (await answer(shop, query, scoped("staff:yes"), variables=variables))[1] == {
        "product": {"name": "Lamp", "margin": 9422}
    }


async def test_a16_a_schema_question_and_a_suggestion_show_what_the_caller_may_use(shop: Library):
    fields = '{ __type(name: "Product") { fields { name } } account: __type(name: "Account") { name } }'
    content = (await ask(shop.app, fields)).json()["data"]
    assert [f["name"] for f in content["__type"]["fields"]] == ["id", "name", "shelf"]
    assert content["account"] is None
    content = (await ask(shop.app, fields, token=scoped("cost:read"))).json()["data"]
    assert [f["name"] for f in content["__type"]["fields"]] == ["id", "name", "cost", "priced", "shelf"]
    assert content["account"] == {"name": "Account"}
    wrong = "{ node { costs } search { name } }"
    known, unknown = await ask(shop.app, wrong, token=scoped("cost:read")), await ask(shop.app, wrong)
    assert "'Node'" in known.body.decode()
    assert "Node" not in unknown.body.decode()


async def test_a19_callers_with_other_scopes_share_no_plan(shop: Library):
    query = "{ product { name cost } }"
    for _ in range(2):
        assert (await answer(shop, query, scoped("cost:read")))[1] == {"product": {"name": "Lamp", "cost": 5}}
        assert (await answer(shop, query))[1] == {"product": {"name": "Lamp", "cost": None}}
        assert (await answer(shop, query, scoped("else")))[1] == {"product": {"name": "Lamp", "cost": None}}


KEYED = {
    "one": 'type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! @requiresScopes(scopes: [["id"]]) name: String }',
    "two": 'type Thing @key(fields: "id") { id: ID! @requiresScopes(scopes: [["id"]]) size: Int }',
}


async def test_a15_a_protected_key_joins_and_is_not_seen(tmp_path: Path):
    thing = {"__typename": "Thing", "id": "secret-7", "name": "Lamp", "size": 3}
    async with guarded(tmp_path, KEYED, World({"thing": thing}, {"Thing": [thing]})) as running:
        assert await answer(running, "{ thing { name size } }") == (200, {"thing": {"name": "Lamp", "size": 3}}, [])
        status, data, refused = await answer(running, "{ thing { id name size } }")
        # The key may not be null: the object goes, and nothing says what it was.
        assert (status, data, refused) == (200, {"thing": None}, [["thing", "id"]])
        assert "secret-7" not in (await ask(running.app, "{ thing { id size } }")).body.decode()
        assert (await answer(running, "{ thing { id size } }", scoped("id")))[1] == {
            "thing": {"id": "secret-7", "size": 3}
        }


async def test_a17_a_subscription_without_its_guarded_fields(tmp_path: Path):
    """Opened, it is pruned like any operation; one of which nothing is left is answered and opens nothing."""
    sdl = {
        "shop": "type Query { a: Int } type Subscription { sold: Sale tick: Int @authenticated } type Sale { name: String cost: Int @authenticated }"
    }
    async with guarded(tmp_path, sdl, World({"a": 1})) as running:
        reply = await ask(
            running.app, "subscription { tick }", headers={"Accept": "text/event-stream, application/json;q=0.5"}
        )
        assert b"UNAUTHORIZED_FIELD_OR_TYPE" in reply.body
        assert running.seen == []


async def test_a23_all_conditions_of_a_policy_are_evaluated(tmp_path: Path):
    """One that the caller meets does not make up for another that it does not."""
    sdl = {
        "shop": """type Query {
          a: Int @authenticated @requiresScopes(scopes: [["x", "y"]]) @policy(policies: [["staff"]])
          b: Int @policy(policies: [["staff", "board"], ["unheard"]])
          c: Int
        }"""
    }
    async with guarded(tmp_path, sdl, World({"a": 1, "b": 2, "c": 3})) as running:
        for scopes, a in [("x y staff:yes", 1), ("x y", None), ("x staff:yes", None), ("staff:yes", None)]:
            assert (await answer(running, "{ a b c }", scoped(*scopes.split())))[1] == {"a": a, "b": None, "c": 3}
