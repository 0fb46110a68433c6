"""Streams under attack, at the shipped gateway: sockets (T08–T12), decisions that go on (A17), and who shares with whom (A20)."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.exceptions import InvalidStatus

from tests.gateway.library import AUDIENCE, GRANTS, ISSUER, decision_context, token
from tests.gateway.streaming.harness import DUNE, EMMA, SOLD, bearer, events
from tests.gateway.streaming.process import Shipped, shipped
from tests.security.stand import Authority, Certificate

TITLES = "subscription { sold { title } }"
PRICE = "subscription { sold { price } }"
DUNE_TITLE: Any = {"type": "next", "id": "1", "payload": {"data": {"sold": {"title": "Dune"}}}}


def own(role: str = "READER", **claims: Any) -> dict[str, Any]:
    return {"extensions": {"authorization": bearer(token(role, **claims))}}


def codes(message: Any) -> list[str]:
    payload = message["payload"]
    errors = payload if isinstance(payload, list) else payload["errors"]
    return [error["extensions"]["code"] for error in errors]


async def refused(gateway: Shipped, **options: Any) -> int:
    """The HTTP status of a handshake that is refused."""
    with pytest.raises(InvalidStatus) as caught:
        async with gateway.socket(ready=False, **options):
            pass
    return caught.value.response.status_code


# --- T08 to T12 ---------------------------------------------------------------------------------------------------------


async def test_t08_nothing_is_subscribed_before_the_acknowledgement(tmp_path: Path) -> None:
    async with shipped(tmp_path) as gateway:
        async with gateway.socket(ready=False) as client:
            await client.subscribe(TITLES, **own())
            assert await client.closed() == (4401, "Unauthorized")
        async with gateway.socket(ready=False) as client:
            # Both at once: the acknowledgement is what counts, and it is given before the subscribe is read.
            await client.say("connection_init")
            await client.subscribe(TITLES, **own())
            assert await client.hear() == {"type": "connection_ack"}
            await gateway.shop.streams(1)
            gateway.shop.publish(DUNE)
            assert await client.hear() == DUNE_TITLE
        assert gateway.shop.opened == 1


async def test_t08_the_legacy_protocol_is_not_offered(tmp_path: Path) -> None:
    async with shipped(tmp_path) as gateway:
        for offered in (["graphql-ws"], [], ["GRAPHQL-TRANSPORT-WS"]):
            async with gateway.socket(ready=False, subprotocols=offered) as client:
                assert (client.raw.subprotocol, (await client.closed())[0]) == (None, 4406)
        async with gateway.socket(subprotocols=["graphql-ws", "graphql-transport-ws"]) as client:
            assert client.raw.subprotocol == "graphql-transport-ws"
        async with gateway.socket() as client:
            await client.say("start", id="1", payload={"query": TITLES})
            assert (await client.closed())[0] == 4400


async def test_t09_what_a_client_says_of_itself_is_no_claim(tmp_path: Path) -> None:
    said = {"role": "CLERK", "branch": "12", "sub": "party", "scopes": ["stock:read"], "claims": {"role": "CLERK"}}
    headers = {"X-Role": "CLERK", "Decision-Context": "e30.e30.x"}
    async with shipped(tmp_path) as gateway:
        async with gateway.socket(init={**said, "headers": said, "token": token("CLERK")}, headers=headers) as client:
            await client.subscribe(PRICE, extensions={**said, "context": said})
            assert codes(await client.hear()) == ["UNAUTHENTICATED"]
            await client.subscribe(PRICE, extensions={**said, **own()["extensions"]})
            assert codes(await client.hear()) == ["FORBIDDEN"]
            await client.subscribe(PRICE, **own("CLERK"))
            await gateway.shop.streams(1)
            gateway.shop.publish({**DUNE, "price": 9})
            assert (await client.hear())["payload"] == {"data": {"sold": {"price": 9}}}
        assert [decision_context(seen)["role"] for seen in gateway.shop.seen] == ["CLERK"]


async def test_t10_operations_are_capped_and_what_is_finished_counts_no_more(tmp_path: Path) -> None:
    async with shipped(tmp_path, subscriptions={"max_operations": 3}) as gateway, gateway.socket() as client:
        for id_ in "123":
            await client.subscribe(TITLES, id_, **own())
        await gateway.shop.streams(1)
        await client.subscribe(TITLES, "4", **own())
        assert codes(await client.hear()) == ["TOO_MANY_SUBSCRIPTIONS"]
        for number in range(50):
            await client.say("complete", id=str(number % 3 + 1))
            await client.subscribe(TITLES, str(number % 3 + 1), **own())
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def test_t10_an_id_in_use_and_a_second_init_close_the_socket(tmp_path: Path) -> None:
    async with shipped(tmp_path) as gateway:
        async with gateway.socket() as client:
            await client.subscribe(TITLES, "é" * 64, **own())
            await client.subscribe(TITLES, "é" * 64, **own())
            assert (await client.closed())[0] == 4409
        async with gateway.socket() as client:
            await client.say("connection_init")
            assert await client.closed() == (4429, "Too many initialisation requests")
        await gateway.shop.streams(0)
        async with gateway.socket() as client:
            for _ in range(2):
                await client.subscribe(TITLES, **own())
                await gateway.shop.streams(1)
                await client.say("complete", id="1")
                await gateway.shop.streams(0)


async def test_t11_sockets_are_where_the_path_says_and_ask_for_tokens_as_http_does(tmp_path: Path) -> None:
    elsewhere = {"Host": "books.example/graphql?", "X-Original-URL": "/graphql", "X-Rewrite-URL": "/graphql"}
    async with shipped(tmp_path) as gateway:
        for path in ("/", "/plan", "/graphql/", "/graphql%2f", "//graphql", "/metrics?/graphql"):
            assert (path, await refused(gateway, path=path)) == (path, 403)
        more = {name: value for name, value in elsewhere.items() if name != "Host"}
        assert await refused(gateway, path="/other", headers=more) == 403
        async with gateway.socket(path="/graphql?x=1", headers=more) as client:
            await client.subscribe(TITLES)
            assert codes(await client.hear()) == ["UNAUTHENTICATED"]
            await client.subscribe(TITLES, **own())
            await gateway.shop.streams(1)
        async with events(gateway.port, body={"query": TITLES}) as reply:
            assert (reply.status, await reply.codes()) == (401, ["UNAUTHENTICATED"])


async def test_t12_pages_of_other_origins_open_no_socket(tmp_path: Path) -> None:
    async with shipped(tmp_path, subscriptions={"origins": ["https://app.example"]}) as gateway:
        here = f"http://127.0.0.1:{gateway.port}"
        for origin in (
            "https://evil.example",
            "http://app.example",
            "https://app.example.evil.example",
            "https://app.example:444",
            f"http://127.0.0.1:{gateway.port}0",
            "http://127.0.0.1",
            "null",
        ):
            assert (origin, await refused(gateway, headers={"Origin": origin})) == (origin, 403)
        for origin in (here, "https://app.example"):
            async with gateway.socket(headers={"Origin": origin}) as client:
                await client.subscribe(TITLES, **own())
                await gateway.shop.streams(1)
            await gateway.shop.streams(0)


# --- A17 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", ["websocket", "sse"])
async def test_a17_a_subscription_is_decided_when_it_begins(tmp_path: Path, over: str) -> None:
    async with shipped(tmp_path) as gateway:
        if over == "websocket":
            async with gateway.socket() as client:
                await client.subscribe(PRICE, **own())
                heard = await client.hear()
                assert (heard["type"], codes(heard)) == ("error", ["FORBIDDEN"])
                assert gateway.shop.opened == 0
                await client.subscribe(PRICE, **own("CLERK"))
                await gateway.shop.streams(1)
        else:
            reader, clerk = (bearer(token(role)) for role in ("READER", "CLERK"))
            async with events(gateway.port, body={"query": PRICE}, Authorization=reader) as reply:
                assert (reply.status, await reply.codes()) == (403, ["FORBIDDEN"])
            assert gateway.shop.opened == 0
            async with events(gateway.port, body={"query": PRICE}, Authorization=clerk) as reply:
                assert reply.status == 200
                await gateway.shop.streams(1)


async def test_a17_each_event_shows_the_rows_that_its_subscriber_may_see(tmp_path: Path) -> None:
    """The register of reviews shows them to clerks only; it is asked for each event, in the name of each subscriber."""
    async with shipped(tmp_path) as gateway, gateway.socket() as client:
        fetch = gateway.federation.fetch

        async def for_clerks(subgraph: str, body: bytes, **options: Any) -> Any:
            clerk = decision_context(gateway.seen[-1][1])["role"] == "CLERK"
            return await fetch(subgraph, body, **options) if clerk else b'{"data":{"_entities":[null]}}'

        gateway.federation.fetch = for_clerks  # type: ignore[method-assign]  # a register with a row rule
        await client.subscribe(SOLD, "reader", **own())
        await client.subscribe(SOLD, "clerk", **own("CLERK"))
        await gateway.shop.streams(2)
        for _ in range(2):
            gateway.shop.publish(DUNE)
            heard = {entry["id"]: entry["payload"] for entry in (await client.hear(), await client.hear())}
            assert heard == {
                "reader": {"data": {"sold": {"title": "Dune", "reviews": None}}},
                "clerk": {"data": {"sold": {"title": "Dune", "reviews": [{"stars": 5}]}}},
            }


async def test_a17_grants_that_are_taken_away_end_what_they_allowed(tmp_path: Path) -> None:
    async with shipped(tmp_path, lifecycle={"watch_seconds": 0.05}) as gateway, gateway.socket() as client:
        await client.subscribe(TITLES, "reader", **own())
        await gateway.shop.streams(1)
        grants = yaml.safe_load(GRANTS)
        for grant in grants["grants"]:
            if grant["id"] == "SOLD":
                grant["role"] = "CLERK"
        (tmp_path / "next.yaml").write_text(yaml.safe_dump(grants))
        (tmp_path / "next.yaml").replace(tmp_path / "grants.yaml")
        heard = await client.hear()
        assert (heard["id"], codes(heard)) == ("reader", ["GATEWAY_STOPPING"])
        assert await client.hear() == {"type": "complete", "id": "reader"}
        await client.subscribe(TITLES, "reader", **own())
        heard = await client.hear()
        assert (heard["type"], codes(heard)) == ("error", ["FORBIDDEN"])
        await client.subscribe(TITLES, "1", **own("CLERK"))
        await gateway.shop.streams(1)
        gateway.shop.publish(DUNE)
        assert await client.hear() == DUNE_TITLE


async def test_a17_a_party_that_is_blocked_hears_no_more(tmp_path: Path) -> None:
    rules = tmp_path / "participants.yaml"
    rules.write_text("participants: {}")
    issuers = [{"issuer": ISSUER, "jwks": "jwks.json", "audience": AUDIENCE}]
    access = {"issuers": issuers, "participants": "participants.yaml"}
    async with shipped(tmp_path, authorization=access) as gateway, gateway.socket() as client:
        await client.subscribe(TITLES, "two", **own(sub="two"))
        await gateway.shop.streams(1)
        gateway.shop.publish(DUNE)
        assert await client.hear() == {**DUNE_TITLE, "id": "two"}
        (tmp_path / "next").write_text("participants: {two: {blocked: true}}")
        (tmp_path / "next").replace(rules)
        heard = {**DUNE_TITLE, "id": "two"}
        while heard == {**DUNE_TITLE, "id": "two"}:  # the file is looked at once a second
            gateway.shop.publish(DUNE)
            heard = await client.hear()
        assert (heard["id"], codes(heard), "data" in heard["payload"]) == ("two", ["NOT_ALLOWED"], False)
        assert await client.hear() == {"type": "complete", "id": "two"}
        await gateway.shop.streams(0)
        await client.subscribe(TITLES, "1", **own(sub="one"))
        await gateway.shop.streams(1)
        gateway.shop.publish(DUNE)
        assert await client.hear() == DUNE_TITLE


async def test_a17_a_party_that_may_come_from_elsewhere_only_hears_no_more(tmp_path: Path) -> None:
    rules = tmp_path / "participants.yaml"
    rules.write_text("participants: {party: {addresses: [192.0.2.0/24]}}")
    issuers = [{"issuer": ISSUER, "jwks": "jwks.json", "audience": AUDIENCE}]
    access = {"issuers": issuers, "participants": "participants.yaml"}
    listen = {"port": 0, "proxies": {"addresses": ["127.0.0.1"], "address_header": "X-Client-Address"}}
    here, there = {"X-Client-Address": "192.0.2.7"}, {"X-Client-Address": "192.0.2.8"}
    async with (
        shipped(tmp_path, authorization=access, listen=listen) as gateway,
        gateway.socket(headers=here) as first,
        gateway.socket(headers=there) as second,
    ):
        await first.subscribe(TITLES, **own())
        await gateway.shop.streams(1)
        await second.subscribe(TITLES, **own())
        await gateway.shop.streams(2)
        (tmp_path / "next").write_text("participants: {party: {addresses: [192.0.2.8]}}")
        (tmp_path / "next").replace(rules)
        heard = DUNE_TITLE
        while heard == DUNE_TITLE:  # the file is looked at once a second
            gateway.shop.publish(DUNE)
            heard = await first.hear()
        assert (codes(heard), "data" in heard["payload"]) == (["NOT_ALLOWED"], False)
        assert await first.hear() == {"type": "complete", "id": "1"}
        await gateway.shop.streams(1)
        assert await second.hear() == DUNE_TITLE


@pytest.mark.parametrize("over", ["websocket", "sse"])
async def test_a17_nothing_is_told_after_the_token(tmp_path: Path, over: str) -> None:
    async with shipped(tmp_path, subscriptions={"expiry_margin": 296}) as gateway, gateway.socket() as client:
        now = int(time.time())
        await client.subscribe(TITLES, "1", **own(card="other", exp=now + 599))
        if over == "websocket":
            await client.subscribe(TITLES, "short", **own(exp=now + 300))
            await gateway.shop.streams(2)
            heard = [await client.hear(), await client.hear()]
            assert (codes(heard[0]), heard[1]) == (["TOKEN_EXPIRED"], {"type": "complete", "id": "short"})
        else:
            body = {"query": TITLES}
            async with events(gateway.port, body=body, Authorization=bearer(token("READER", exp=now + 300))) as stream:
                await gateway.shop.streams(2)
                name, answer = await stream.event()
                assert (name, codes({"payload": answer})) == ("next", ["TOKEN_EXPIRED"])
                assert await stream.event() == ("complete", None)
        await gateway.shop.streams(1)
        gateway.shop.publish(DUNE)
        assert await client.hear() == DUNE_TITLE


# --- A20 ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "streams"),
    [
        ({"jti": "another"}, 1),
        ({"card": "bob"}, 2),
        ({"sub": "bob"}, 2),
        ({"scopes": ["stock:read", "reviews:read", "more"]}, 2),
        ({"act": {"sub": "helper"}}, 2),
        ({"role": "CLERK"}, 2),
    ],
)
async def test_a20_only_one_identity_shares_a_stream(tmp_path: Path, claims: dict[str, Any], streams: int) -> None:
    other = token(claims.pop("role", "READER"), **claims)
    async with shipped(tmp_path) as gateway, gateway.socket() as client, gateway.socket() as second:
        await client.subscribe(SOLD, **own())
        await gateway.shop.streams(1)
        await second.subscribe(SOLD, extensions={"authorization": bearer(other)})
        # An answer on the socket: what was sent before it has been dealt with.
        await second.subscribe("{ books { title } }", "q", extensions={"authorization": bearer(other)})
        assert [(await second.hear())["id"] for _ in range(2)] == ["q", "q"]
        await gateway.shop.streams(streams)
        gateway.shop.publish(EMMA)
        answers = await asyncio.gather(client.hear(), second.hear())
        assert [answer["payload"]["data"]["sold"]["title"] for answer in answers] == ["Emma", "Emma"]


async def test_a20_only_one_certificate_shares_a_stream(tmp_path: Path) -> None:
    """Each event is judged by the certificate anew: one that is taken back ends what came over it, and nothing of others."""
    authority = Authority(tmp_path / "certificates")
    one, two = authority.issue("one"), authority.issue("two")
    authority.revoke()
    issuers = [{"issuer": ISSUER, "jwks": "jwks.json", "audience": AUDIENCE}]
    lists = {"lists": ["certificates/list.crl"], "authorities": "certificates/authority.crt", "refresh": 0.05}
    proxies = {"addresses": ["127.0.0.1"], "certificate_header": "Client-Cert"}
    settings: dict[str, Any] = {
        "authorization": {"issuers": issuers, "revocation": lists},
        "listen": {"port": 0, "proxies": proxies},
    }

    def over(certificate: Certificate) -> dict[str, str]:
        return {"Client-Cert": f":{base64.b64encode(certificate.der).decode()}:"}

    async with shipped(tmp_path, **settings) as gateway, gateway.socket(headers=over(one)) as first:
        await first.subscribe(TITLES, **own())
        await gateway.shop.streams(1)
        async with gateway.socket(headers=over(two)) as second:
            await second.subscribe(TITLES, **own())
            await gateway.shop.streams(2)
            authority.revoke(two)
            heard: Any = DUNE_TITLE
            while heard == DUNE_TITLE:  # the list is read again in the background
                gateway.shop.publish(DUNE)
                assert await first.hear() == DUNE_TITLE
                heard = await second.hear()
            assert codes(heard) == ["INVALID_CLIENT_CERTIFICATE"]
        await gateway.shop.streams(1)
