"""Ports, command lines, gateway.yaml and the last screen."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Generator
from pathlib import Path
from urllib.parse import unquote

import pytest
from graphql import GraphQLObjectType, build_schema

from gateway.settings import read_settings
from network import layout
from network.errors import NetworkError
from network.layout import NAMES, REGISTERS, Ports, choose_ports, gateway_settings, process_specs
from network.screen import screen
from network.state import State
from tests.harness import REPOSITORY

PORTS = Ports({name: 8000 + offset for offset, name in enumerate(NAMES)})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[State]:
    monkeypatch.setattr(layout, "supergraph_file", lambda: tmp_path / "schema.graphql")
    with tempfile.TemporaryDirectory() as short:  # sockets behind a long path are elsewhere
        state = State(Path(short) / ".iwlz")
        state.open()
        yield state


def free_base() -> int:
    for base in range(20_000, 60_000, 50):
        try:
            choose_ports(base)
        except NetworkError:
            continue
        return base
    raise AssertionError("no free ports")


def test_ports_follow_from_the_base():
    base = free_base()
    assert choose_ports(base).by_name == {name: base + offset for offset, name in enumerate(NAMES)}


def test_port_base_0_takes_free_ones():
    ports = choose_ports(0)
    assert len(set(ports.by_name.values())) == 9


def test_a_port_in_use_is_named():
    base = free_base()
    with socket.socket() as other:
        other.bind(("127.0.0.1", base + 2))
        other.listen()
        with pytest.raises(NetworkError) as caught:
            choose_ports(base)
    assert str(caught.value) == (
        f"Port {base + 2}, meant for bemiddeling, is in use by another program. "
        "Choose other ports with --port-base (make run PORT_BASE=9000), or free ones with --port-base 0."
    )


@pytest.mark.parametrize("base", [-1, 65530, 99999])
def test_a_port_base_that_is_none(base: int):
    with pytest.raises(NetworkError, match="--port-base is 0 or a number from 1 to 65526"):
        choose_ports(base)


def test_no_secret_stands_on_a_command_line(state: State):
    urls = {name: f"postgresql://app:geheim@db/{name}" for name in REGISTERS}
    specs = process_specs(state, PORTS, urls, {"IWLZ_RELATIONS_URL": "postgresql://lezer:geheim@db/x"})
    assert [spec.name for spec in specs] == ["issuer", *REGISTERS, "relations", "gateway"]
    assert not any("geheim" in word for spec in specs for word in spec.command)
    assert specs[1].environment == {"IWLZ_DATABASE_URL": "postgresql://app:geheim@db/indicatie"}
    # How leftovers of a killed supervisor are recognised.
    assert all(any(word.startswith(f"{state.root}/") for word in spec.command[3:]) for spec in specs)


def test_the_gateway_reads_its_settings(state: State):
    state.gateway_settings.write_text(gateway_settings(state, PORTS, "postgresql://app@db/audit"))
    settings = read_settings(state.gateway_settings)
    assert settings.listen.port == 8000
    assert settings.authorization is not None
    assert settings.decision_context is not None
    assert settings.authorization.issuers[0].jwks == str(state.issuer_jwks)
    assert settings.decision_context.key == str(state.gateway_key)
    assert settings.grants is not None
    assert Path(settings.grants).parent == Path(layout.__file__).parent
    assert list(settings.subgraphs) == list(REGISTERS)
    client = settings.subgraphs["client"]
    assert client.audience == "https://netwerk.iwlz.example/registers/client"
    assert client.url is not None
    assert unquote(client.url) == f"http+unix://{state.sockets()}/client.sock/graphql"
    assert settings.audit is not None
    assert settings.audit.folder == str(state.journal)
    assert settings.audit.database == "postgresql://app@db/audit"
    # Every field of the graph that tells whom something is about.
    api = build_schema((REPOSITORY / "docs" / "api.graphql").read_text())
    outputs = [type_ for type_ in api.type_map.values() if isinstance(type_, GraphQLObjectType)]
    assert sorted(settings.audit.persons) == sorted(f"{type_.name}.bsn" for type_ in outputs if "bsn" in type_.fields)
    assert settings.listen.tls is not None
    assert settings.listen.tls.port == 8007
    assert settings.authorization.participants == str(state.issuer / "access.json")
    assert settings.explorer.token_url == "http://127.0.0.1:8006/dev/token"


@pytest.mark.parametrize("command", ["network", ".venv/bin/network"])
def test_the_last_screen_fits_a_terminal(state: State, monkeypatch: pytest.MonkeyPatch, command: str):
    monkeypatch.chdir(state.root.parent)
    lines = screen(state, PORTS, clients=100_000, seed=1, seconds=12.3, command=command).splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80, [line for line in lines if len(line) > 80]


def test_a_network_without_supergraph_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(layout, "__file__", str(tmp_path / "network" / "layout.py"))
    with pytest.raises(NetworkError, match=r"There is no .*schema\.graphql; make it with `make generate`"):
        layout.supergraph_file()
