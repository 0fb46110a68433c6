"""Guards of a graph (A01 to A16, A19, A21, A23) at the shipped gateway: `gateway compose`, `gateway serve`, subgraphs on sockets.

Both outcomes: what directives of the graph keep from a caller is pruned (null and an error at its place); what a grants file keeps
refuses the whole operation before anything is fetched.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.execution.harness import World
from tests.gateway.guarded import scoped
from tests.gateway.library import token
from tests.gateway.test_demands import SHOP, STOCK, world
from tests.harness import REPOSITORY
from tests.security.guards import LINK, Guarded, compose, guarded_gateway
from tests.security.stand import Stand, stand
from tests.security.test_tokens import OURS, key_server

RENAMED = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed", import: [{name: "@authenticated", as: "@login"}])

type Query { entered: Int @login behind: Int @fed__requiresScopes(scopes: [["b"]]) free: Int }
"""
ONE = """
type Query {
  both: Int @shareable @requiresScopes(scopes: [["a", "b"], ["c"]])
  thing: Thing
  every: Int @authenticated @requiresScopes(scopes: [["x", "y"]]) @policy(policies: [["staff"]])
  some: Int @policy(policies: [["staff", "board"], ["unheard"]])
  free: Int
  unseen: Int @inaccessible
}
type Thing @key(fields: "id") { id: ID! @requiresScopes(scopes: [["id"]]) label: String }
"""
TWO = """
type Query { both: Int @shareable @requiresScopes(scopes: [["b"], ["d"]]) }
type Thing @key(fields: "id") { id: ID! @requiresScopes(scopes: [["id"]]) size: Int }
"""
SDL = {name: f"{LINK}\n{text}" for name, text in {"shop": SHOP, "stock": STOCK, "one": ONE, "two": TWO}.items()}
REFUSED = {"message": "Unauthorized field or type", "extensions": {"code": "UNAUTHORIZED_FIELD_OR_TYPE"}}


def everything() -> World:
    found = world()
    thing = {"__typename": "Thing", "id": "secret-7", "label": "Lamp", "size": 3}
    numbers = {"entered": 1, "behind": 2, "both": 3, "every": 4, "some": 5, "free": 6, "unseen": 7}
    return World({**found.roots, **numbers, "thing": thing}, {**found.entities, "Thing": [thing]})


@pytest.fixture(scope="module", name="shop")
def running_shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Guarded]:
    with guarded_gateway(tmp_path_factory.mktemp("guards"), SDL, everything()) as running:
        yield running


@pytest.fixture(scope="module", name="desk")
def running_desk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Stand]:
    """With a grants file: clerks may read prices, readers may not."""
    with stand(tmp_path_factory.mktemp("desk"), tls=False) as running:
        yield running


def answer(shop: Guarded, query: str, token: str | None = None, **more: Any) -> tuple[int, Any, list[Any]]:
    """Status, data, and the paths of what was pruned; nothing else may have gone wrong."""
    shop.seen.clear()
    reply = shop.ask(query, token, **more)
    content = reply.json()
    errors = content.get("errors", [])
    assert [{k: v for k, v in error.items() if k != "path"} for error in errors] == [REFUSED] * len(errors)
    return reply.status, content["data"], [error["path"] for error in errors]


def sent(shop: Guarded) -> str:
    return " ".join(request["query"] for request in shop.seen)


def refused(desk: Stand, query: str, role: str = "READER") -> list[str]:
    """The coordinates of a refusal; nothing was fetched for it."""
    before = len(desk.subgraph.seen)
    reply = desk.ask(token(role), query=query)
    assert (reply.status, list(reply.json()), len(desk.subgraph.seen)) == (403, ["errors"], before)
    return [error["extensions"]["coordinate"] for error in reply.json()["errors"]]


def test_a01_through_an_interface_the_demands_of_all_that_may_stand_there_hold(shop: Guarded) -> None:
    query = "{ node { name } free }"
    assert answer(shop, query) == (200, {"node": None, "free": 6}, [["node"]])
    assert "name" not in sent(shop)
    assert answer(shop, query, scoped()) == (200, {"node": {"name": "Lamp"}, "free": 6}, [])


def test_a02_through_a_fragment_on_the_object_and_a_named_one(shop: Guarded, tmp_path: Path) -> None:
    query = "{ product { id } search { ... on Product { cost } ...P } } fragment P on Product { c: cost }"
    status, data, gone = answer(shop, query)
    assert (status, data["search"][0]) == (200, {"cost": None, "c": None})
    assert (gone, "cost" in sent(shop)) == ([["search", 0, "cost"], ["search", 0, "c"]], False)
    assert answer(shop, query, scoped("cost:read"))[1]["search"] == [{"cost": 5, "c": 5}, {}]
    # A rule on an interface would hold for nobody who goes around it: composition refuses it.
    for rule in ("interface Node @authenticated { id: ID! }", "interface Node { id: ID! @authenticated }"):
        found = compose(tmp_path, {"one": LINK + rule + " type A implements Node { id: ID! } type Query { a: A }"})
        assert found.returncode == 1
        assert found.stderr.startswith("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE")


def test_a03_a_directive_under_another_name_is_enforced(tmp_path: Path) -> None:
    query = "{ entered behind free }"
    with guarded_gateway(tmp_path, {"one": RENAMED}, everything()) as renamed:
        assert answer(renamed, query) == (200, {"entered": None, "behind": None, "free": 6}, [["entered"], ["behind"]])
        assert answer(renamed, query, scoped()) == (200, {"entered": 1, "behind": None, "free": 6}, [["behind"]])
        assert answer(renamed, query, scoped("b")) == (200, {"entered": 1, "behind": 2, "free": 6}, [])
    # A specification for security that nobody here knows: no start.
    assert compose(tmp_path, {"one": LINK + "type Query { a: Int }"}).returncode == 0
    schema = tmp_path / "schema.graphql"
    unknown = '@link(url: "https://specs.example/guard/v1.0", for: SECURITY)'
    schema.write_text(schema.read_text().replace("schema", f"schema {unknown}", 1))
    command = [sys.executable, "-m", "gateway", "serve", "--supergraph", str(schema), "--port", "0"]
    started = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    assert started.returncode != 0
    assert "UNSUPPORTED_LINKED_FEATURE" in started.stderr


def test_a04_what_a_guarded_field_is_computed_from_is_guarded_with_it(shop: Guarded, tmp_path: Path) -> None:
    query = "{ product { priced shelf } }"
    assert answer(shop, query) == (200, {"product": {"priced": None, "shelf": "A"}}, [["product", "priced"]])
    assert "cost" not in sent(shop)
    assert answer(shop, query, scoped("cost:read")) == (200, {"product": {"priced": 6, "shelf": "A"}}, [])
    weaker = STOCK.replace(' @requiresScopes(scopes: [["cost:read"], ["admin", "cost"]])', "")
    assert weaker != STOCK
    found = compose(tmp_path, {"shop": LINK + SHOP, "stock": LINK + weaker})
    assert (found.returncode, "MISSING_TRANSITIVE_AUTH_REQUIREMENTS" in found.stdout + found.stderr) == (1, True)


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [("a b", True), ("c d", True), ("c b", True), ("c", False), ("b d", False), ("a d", False)],
)
def test_a05_demands_of_two_subgraphs_hold_together(scopes: str, allowed: bool, shop: Guarded) -> None:
    expected = (200, {"both": 3 if allowed else None, "free": 6}, [] if allowed else [["both"]])
    assert answer(shop, "{ both free }", scoped(*scopes.split())) == expected


def test_a06_aliases_change_nothing(shop: Guarded, desk: Stand) -> None:
    query = "{ product { name: cost a: cost b: cost cost: name } }"
    status, data, gone = answer(shop, query)
    assert (status, data) == (200, {"product": {"name": None, "a": None, "b": None, "cost": "Lamp"}})
    assert gone == [["product", "name"], ["product", "a"], ["product", "b"]]
    assert answer(shop, query, scoped("cost:read"))[1] == {"product": {"name": 5, "a": 5, "b": 5, "cost": "Lamp"}}
    assert refused(desk, "{ x: books { title: price price: title } }") == ["Book.price"]


def test_a07_branches_with_one_response_key_are_judged_apart(shop: Guarded) -> None:
    query = "{ search { ... on Product { text: name } ... on Account { text: email } } }"
    assert answer(shop, query) == (200, {"search": [{"text": "Lamp"}, {"text": None}]}, [["search", 1, "text"]])
    assert answer(shop, query, scoped()) == (200, {"search": [{"text": "Lamp"}, {"text": "ann@x"}]}, [])
    query = "{ search { ... on Product { n: cost } ... on Account { n: age } } }"
    assert answer(shop, query, scoped()) == (200, {"search": [{"n": None}, {"n": 40}]}, [["search", 0, "n"]])


def test_a08_members_of_a_union_are_judged_one_by_one(shop: Guarded) -> None:
    found = answer(shop, "{ search { __typename } }")
    assert found == (200, {"search": [{"__typename": "Product"}, {"__typename": "Account"}]}, [])
    assert answer(shop, "{ node { __typename } free }") == (200, {"node": None, "free": 6}, [["node"]])
    status, data, gone = answer(shop, "{ search { __typename ... on Account { name } } }")
    assert (status, gone) == (200, [["search", 1, "name"]])
    assert data == {"search": [{"__typename": "Product"}, {"__typename": "Account", "name": None}]}


def test_a09_a_fragment_used_under_two_parents_is_judged_under_each(shop: Guarded) -> None:
    query = """
    { product { ...P } me { friend { ...P } } }
    fragment P on Product { ...N cost } fragment N on Node { ... on Product { name } }
    """
    status, data, gone = answer(shop, query)
    assert (status, data) == (200, {"product": {"name": "Lamp", "cost": None}, "me": None})
    assert gone == [["product", "cost"], ["me"]]
    whole = {"name": "Lamp", "cost": 5}
    assert answer(shop, query, scoped("cost:read")) == (200, {"product": whole, "me": {"friend": whole}}, [])


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
def test_a10_a_skipped_field_is_no_error_and_an_included_one_is_refused(
    condition: str, variables: dict[str, bool], included: bool, shop: Guarded, desk: Stand
) -> None:
    head = "query($yes: Boolean = false) " if "$" in condition else ""
    found = answer(shop, f"{head}{{ product {{ name cost {condition} }} }}", variables=variables)
    expected = {"name": "Lamp", "cost": None} if included else {"name": "Lamp"}
    assert found == (200, {"product": expected}, [["product", "cost"]] if included else [])
    # The same under grants: the whole is refused, or answered.
    text = f"{head.replace('false', str(variables.get('yes', False)).lower())}{{ books {{ title price {condition} }} }}"
    if included:
        assert refused(desk, text) == ["Book.price"]
    else:
        assert desk.ask(token("READER"), query=text).status == 200


def test_a11_a_demand_of_a_type_guards_what_returns_it(shop: Guarded) -> None:
    assert answer(shop, "{ level free }") == (200, {"level": None, "free": 6}, [["level"]])
    assert answer(shop, "{ level }", scoped("level")) == (200, {"level": "HIGH"}, [])
    assert answer(shop, "{ me { name } free }") == (200, {"me": None, "free": 6}, [["me"]])


def test_a12_a_refused_non_null_field_takes_the_nearest_nullable_parent(shop: Guarded, desk: Stand) -> None:
    status, data, gone = answer(shop, "{ products { name code } product { name } }")
    assert (status, data) == (200, {"products": [None, None, None], "product": {"name": "Lamp"}})
    assert gone == [["products", 0, "code"], ["products", 2, "code"]]
    assert answer(shop, "{ sure { name code } }") == (403, None, [["sure", "code"]])
    assert answer(shop, "{ sure { name code } }", scoped("code:read"))[1] == {"sure": {"name": "Lamp", "code": "x1"}}
    assert (*answer(shop, "{ me { name } secretOfTheHouse }"), shop.seen) == (
        403,
        None,
        [["me"], ["secretOfTheHouse"]],
        [],
    )
    assert refused(desk, "{ featured { title price } }") == ["Book.price"]


def test_a13_a_refused_mutation_is_never_sent_and_the_others_run_in_order(shop: Guarded, desk: Stand) -> None:
    query = 'mutation { open { id } close(reason: "x") { id } sweep { id cost } }'
    status, data, gone = answer(shop, query)
    assert (status, data) == (200, {"open": {"id": "1"}, "close": None, "sweep": {"id": "1", "cost": None}})
    assert gone == [["close"], ["sweep", "cost"]]
    assert shop.seen == [{"query": "mutation{open{id} sweep{id}}"}]
    assert answer(shop, query, scoped("cost:read"))[1]["close"] == {"id": "1"}
    assert refused(desk, "mutation { remove { title } }", "CLERK") == ["Mutation.remove"]


def test_a14_variables_that_only_a_refused_field_mentions_are_not_sent(shop: Guarded, desk: Stand) -> None:
    query = "query($secret: Int, $yes: Boolean!) { product { name margin(of: $secret) @include(if: $yes) } }"
    variables = {"secret": 4711, "yes": True}
    status, _, gone = answer(shop, query, variables=variables)
    assert (status, gone) == (200, [["product", "margin"]])
    assert shop.seen == [{"query": "{product{name}}"}]
    assert answer(shop, query, scoped("staff:yes"), variables=variables)[1]["product"]["margin"] == 9422
    assert refused(desk, '{ books(where: {price: {gt: "4711"}}) { title } }') == ["Book.price"]


def test_a15_a_protected_key_joins_and_is_not_seen(shop: Guarded) -> None:
    assert answer(shop, "{ thing { label size } }") == (200, {"thing": {"label": "Lamp", "size": 3}}, [])
    # The key may not be null: the object goes, and nothing says what it was.
    assert answer(shop, "{ thing { id label size } free }") == (200, {"thing": None, "free": 6}, [["thing", "id"]])
    assert "secret-7" not in shop.ask("{ thing { id size } free }").body.decode()
    assert answer(shop, "{ thing { id size } }", scoped("id"))[1] == {"thing": {"id": "secret-7", "size": 3}}


def test_a16_a_schema_question_and_a_suggestion_show_what_the_caller_may_use(shop: Guarded, desk: Stand) -> None:
    fields = '{ __type(name: "Product") { fields { name } } account: __type(name: "Account") { name } }'
    content = shop.ask(fields).json()["data"]
    assert [f["name"] for f in content["__type"]["fields"]] == ["id", "name", "shelf"]
    assert content["account"] is None
    content = shop.ask(fields, scoped("cost:read")).json()["data"]
    assert [f["name"] for f in content["__type"]["fields"]] == ["id", "name", "cost", "priced", "shelf"]
    assert content["account"] == {"name": "Account"}
    wrong = "{ node { costs } search { name } unseem }"
    known, unknown = shop.ask(wrong, scoped("cost:read")), shop.ask(wrong)
    assert "'Node'" in known.body.decode()
    assert "Node" not in unknown.body.decode()
    assert "unseen" not in known.body.decode() + unknown.body.decode()
    own = '{ __type(name: "Book") { fields { name } } }'
    for role, names in (
        ("CLERK", {"bookID", "title", "price", "loans", "reviews"}),
        ("READER", {"bookID", "title", "reviews"}),
    ):
        shown = desk.ask(token(role), query=own).json()["data"]["__type"]["fields"]
        assert {field["name"] for field in shown} == names


def test_a19_callers_and_operations_that_differ_share_no_plan(shop: Guarded, desk: Stand) -> None:
    query = "{ product { name cost } }"
    for _ in range(2):
        assert answer(shop, query, scoped("cost:read"))[1] == {"product": {"name": "Lamp", "cost": 5}}
        assert answer(shop, query)[1] == {"product": {"name": "Lamp", "cost": None}}
        assert answer(shop, query, scoped("else"))[1] == {"product": {"name": "Lamp", "cost": None}}
        for number in (3, 4):
            one = f"{{ product {{ margin(of: {number}) }} }}"
            assert answer(shop, one, scoped("staff:yes"))[1] == {"product": {"margin": 2 * number}}
        two = "query A { product { ...F } } query B { product { shelf } } fragment F on Product { name }"
        assert answer(shop, two, operationName="A")[1] == {"product": {"name": "Lamp"}}
        assert answer(shop, two, operationName="B")[1] == {"product": {"shelf": "A"}}
        assert answer(shop, two.replace("{ name }", "{ id }"), operationName="A")[1] == {"product": {"id": "1"}}
        assert desk.ask(token("CLERK"), query="{ books { title price } }").status == 200
        assert refused(desk, "{ books { title price } }") == ["Book.price"]


def test_a21_a_check_that_takes_its_time_is_waited_for_and_one_that_fails_is_a_refusal(tmp_path: Path) -> None:
    """The keys come late: nobody is let in until they are there. They do not come: nobody is let in at all."""
    with key_server([OURS]) as server, stand(tmp_path, issuer={"jwks": server.url}, tls=False) as found:
        asked, come = threading.Event(), threading.Event()

        def late(handler: BaseHTTPRequestHandler) -> None:
            asked.set()
            come.wait(5)
            handler.send_error(500)

        server.answer = late
        outcomes: list[int] = []
        asking = threading.Thread(target=lambda: outcomes.append(found.ask(token("READER")).status))
        asking.start()
        assert asked.wait(10)
        # While it waits nothing has been decided, and nothing fetched.
        assert (outcomes, found.subgraph.seen) == ([], [])
        come.set()
        asking.join()
        assert (outcomes, found.subgraph.seen) == ([503], [])


def test_a23_all_conditions_of_a_policy_are_evaluated(shop: Guarded) -> None:
    for scopes, allowed in [("x y staff:yes", True), ("x y", False), ("x staff:yes", False), ("staff:yes", False)]:
        status, data, gone = answer(shop, "{ every some free }", scoped(*scopes.split()))
        assert (status, data) == (200, {"every": 4 if allowed else None, "some": None, "free": 6}), scopes
        assert gone == [*([] if allowed else [["every"]]), ["some"]]
