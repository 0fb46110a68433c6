"""gateway.yaml: what is taken, and the sentence for everything that is not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

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
    check_complete,
    read_settings,
    settings_schema,
)

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
    for wrong, key in (
        (Settings(), "supergraph"),
        (Settings(supergraph="s", grants="g"), "authorization"),
        (Settings(supergraph="s", authorization=issuers), "grants"),
    ):
        with pytest.raises(SettingsError, match=f"^{key}: expected"):
            check_complete(wrong)


def test_the_json_schema_knows_every_key():
    schema = settings_schema()
    known = schema["$defs"]["Settings"]
    assert set(known["properties"]) == {field.name for field in msgspec.structs.fields(Settings)}
    assert known["additionalProperties"] is False
    assert all("description" in definition for definition in schema["$defs"].values())
