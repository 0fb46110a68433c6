"""gateway.yaml: what is taken, and the sentence for everything that is not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gateway.endpoints import endpoints_of
from gateway.settings import (
    AuthorizationSettings,
    DecisionContextSettings,
    ExplorerSettings,
    IssuerSettings,
    LimitSettings,
    Listen,
    Settings,
    SettingsError,
    SubgraphSettings,
    TlsSettings,
    check_complete,
    read_settings,
    settings_schema,
)
from gateway.subgraphs.breaker import BreakerPolicy
from gateway.subgraphs.endpoint import Endpoint
from gateway.subgraphs.headers import compile_rules
from tests.gateway.library import supergraph

WHOLE = """\
listen: {host: 0.0.0.0, port: 8080, unix: run/gateway.sock}
supergraph: schema.graphql
grants: /etc/grants.yaml
authorization:
  issuers:
    - {issuer: https://a.example, jwks: https://a.example/jwks.json, audience: https://g.example/graphql}
    - {issuer: https://b.example, jwks: jwks.json, audience: [x, y], types: [at+jwt], authorized_parties: [z]}
  leeway: 5
decision_context: {key: keys/own.pem, issuer: https://g.example}
subgraphs:
  stock: {url: "http+unix://%2Frun%2Fstock.sock/graphql", audience: https://g.example/stock, timeout: 2}
limits: {max_tokens: 100, request_seconds: 1.5}
explorer: {participants_url: "http://127.0.0.1:1/p", token_url: "http://127.0.0.1:1/t", examples: examples}
"""


def test_everything_can_be_said_and_file_names_count_from_the_file(tmp_path: Path):
    file = tmp_path / "gateway.yaml"
    file.write_text(WHOLE)
    assert read_settings(file) == Settings(
        listen=Listen("0.0.0.0", 8080, str(tmp_path / "run/gateway.sock")),
        supergraph=str(tmp_path / "schema.graphql"),
        grants="/etc/grants.yaml",
        authorization=AuthorizationSettings(
            issuers=(
                IssuerSettings("https://a.example", "https://a.example/jwks.json", "https://g.example/graphql"),
                IssuerSettings("https://b.example", str(tmp_path / "jwks.json"), ("x", "y"), ("at+jwt",), ("z",)),
            ),
            leeway=5,
        ),
        decision_context=DecisionContextSettings(str(tmp_path / "keys/own.pem"), "https://g.example"),
        subgraphs={
            "stock": SubgraphSettings("http+unix://%2Frun%2Fstock.sock/graphql", "https://g.example/stock", timeout=2)
        },
        limits=LimitSettings(max_tokens=100, request_seconds=1.5),
        explorer=ExplorerSettings(
            participants_url="http://127.0.0.1:1/p",
            token_url="http://127.0.0.1:1/t",
            examples=str(tmp_path / "examples"),
        ),
    )


def test_an_empty_file_means_the_defaults(tmp_path: Path):
    file = tmp_path / "gateway.yaml"
    file.write_text("")
    assert read_settings(file) == Settings()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("listn: 3", "listn: there is no such key."),
        ("listen: {prt: 3}", "listen.prt: there is no such key."),
        ("listen: {port: x}", "listen.port: expected int | null, got str."),
        ("listen: {port: 70000}", "listen.port: expected int <= 65535."),
        ("listen: {port: null}", "listen: expected a `port` or a `unix` socket."),
        ("- 3", "the whole file: expected object, got array."),
        ("limits: {max_tokens: 0}", "limits.max_tokens: expected int >= 1."),
        ("authorization: {}", "authorization.issuers: this key is required."),
        ("authorization: {issuers: []}", "authorization.issuers: expected array of length >= 1."),
        (
            "authorization: {issuers: [{issuer: x, jwks: y, audience: []}]}",
            "authorization.issuers[0].audience: expected array of length >= 1.",
        ),
        (
            "authorization: {issuers: [{issuer: x, jwks: y, audience: z}], leeway: 61}",
            "authorization.leeway: expected int <= 60.",
        ),
        ("explorer: {token_url: x}", "explorer: expected both `participants_url` and `token_url`, or neither."),
    ],
)
def test_a_wrong_key_is_named_with_what_was_expected(tmp_path: Path, text: str, sentence: str):
    file = tmp_path / "gateway.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        read_settings(file)
    assert (caught.value.code, str(caught.value)) == ("CONFIG_INVALID", f"{file}: {sentence}")


def test_a_file_that_is_not_there_or_no_yaml(tmp_path: Path):
    file = tmp_path / "gateway.yaml"
    with pytest.raises(SettingsError, match="There is no file ") as caught:
        read_settings(file)
    assert caught.value.code == "CONFIG_NOT_FOUND"
    file.write_text("a: [")
    with pytest.raises(SettingsError, match="is no YAML") as caught:
        read_settings(file)
    assert caught.value.code == "CONFIG_NOT_YAML"
    with pytest.raises(SettingsError) as caught:
        read_settings(tmp_path)
    assert caught.value.code == "CONFIG_UNREADABLE"


def test_grants_and_issuers_belong_together():
    issuers = AuthorizationSettings((IssuerSettings("i", "j", "a"),))
    check_complete(Settings(supergraph="s"))
    check_complete(Settings(supergraph="s", grants="g", authorization=issuers))
    check_complete(Settings(supergraph="s", authorization=issuers))
    for wrong, key in (
        (Settings(), "supergraph"),
        (Settings(supergraph="s", grants="g"), "authorization"),
    ):
        with pytest.raises(SettingsError, match=f"^{key}: expected"):
            check_complete(wrong)


def test_the_json_schema_knows_every_key():
    schema = settings_schema()
    known = schema["$defs"]["Settings"]
    assert set(known["properties"]) == {field.name for field in msgspec.structs.fields(Settings)}
    assert known["additionalProperties"] is False
    assert all("description" in definition for definition in schema["$defs"].values())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("subgraphs: {nope: {}}", "subgraphs.nope: the supergraph has no such subgraph; it has stock, reviews."),
        ("subgraphs: {stock: {url: 'ftp://x'}}", "subgraphs.stock.url: a subgraph URL starts with http://, https:// or http+unix://."),
        ("subgraphs: {stock: {url: 'http://x', tls: {}}}", "subgraphs.stock.tls: given, but subgraphs.stock.url does not start with https://."),
        (
            "subgraphs: {stock: {url: 'https://x', tls: {certificate: c.pem}}}",
            "subgraphs.stock.tls: a client certificate is given as `certificate` and `key` together.",
        ),
        ("headers: {propagate: [Cookie]}", "headers: the header Cookie never goes to a subgraph."),
        (
            "subgraphs: {stock: {headers: {respond: [Location]}}}",
            "subgraphs.stock.headers: the header Location never goes back to a client.",
        ),
    ],
)  # fmt: skip
def test_what_no_endpoint_can_be_made_of_is_named(tmp_path: Path, text: str, problem: str):
    file = tmp_path / "gateway.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        endpoints_of(read_settings(file), supergraph())
    assert (caught.value.code, str(caught.value)) == ("CONFIG_INVALID", problem)


def test_what_is_said_of_a_subgraph_holds_for_each_of_its_instances(tmp_path: Path):
    file = tmp_path / "gateway.yaml"
    file.write_text(
        """\
subgraphs:
  stock:
    timeout: 2
    headers: {propagate: [x-tenant]}
    instances: {north: {url: "https://north.example/"}, south: {url: "https://south.example/"}}
    tls: {server_name: stock.example}
  reviews: {url: "https://reviews.example/"}
"""
    )
    found = endpoints_of(read_settings(file), supergraph())
    assert {name: (endpoint.url, endpoint.timeout, endpoint.rules.takes(b"x-tenant")) for name, endpoint in found.items()} == {
        "stock/north": ("https://north.example/", 2, True),
        "stock/south": ("https://south.example/", 2, True),
        "reviews": ("https://reviews.example/", 10, False),
    }  # fmt: skip
    assert {name: endpoint.tls and endpoint.tls.server_name for name, endpoint in found.items()} == {
        "stock/north": "stock.example",
        "stock/south": "stock.example",
        "reviews": None,
    }
    file.write_text(file.read_text().replace("https://south", "http://south"))
    with pytest.raises(
        SettingsError, match=r"^subgraphs\.stock\.tls: given, but subgraphs\.stock\.instances\.south\.url does "
    ):
        endpoints_of(read_settings(file), supergraph())


def test_what_is_said_of_all_subgraphs_and_of_one_adds_up(tmp_path: Path):
    file = tmp_path / "gateway.yaml"
    file.write_text(
        """\
dedupe: {fetches: false}
headers: {propagate: [x-tenant, x-trace], insert: {x-source: gateway}}
subgraphs:
  stock:
    url: http://stock.example/
    dedupe: true
    retry: false
    compression: true
    breaker: {failures: 2, pause: 1}
    headers: {propagate: [x-shop], remove: [x-trace], insert: {x-source: own}}
"""
    )
    found = endpoints_of(read_settings(file), supergraph())
    assert found["stock"] == Endpoint(
        "http://stock.example/",
        retry=False,
        compression=True,
        breaker=BreakerPolicy(failures=2, pause=1),
        rules=compile_rules(
            propagate=["x-tenant", "x-trace", "x-shop"], remove=["x-trace"], insert={"x-source": "own"}
        ),
    )
    assert (found["reviews"].dedupe, found["reviews"].breaker) == (False, None)
    assert found["reviews"].rules == compile_rules(propagate=["x-tenant", "x-trace"], insert={"x-source": "gateway"})


def test_files_of_tls_count_from_the_file_that_names_them(tmp_path: Path):
    file = tmp_path / "gateway.yaml"
    file.write_text("subgraphs: {stock: {tls: {ca: ca.pem, certificate: /c.pem, key: k/k.pem, server_name: s}}}")
    tls = TlsSettings(str(tmp_path / "ca.pem"), "/c.pem", str(tmp_path / "k/k.pem"), "s")
    assert read_settings(file).subgraphs["stock"].tls == tls
