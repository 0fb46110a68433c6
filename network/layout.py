"""Which processes make the network, where they listen, and how they are told about each other.

This is the one place that knows the command lines of the systems and the form of `gateway.yaml`.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from network.errors import NetworkError
from network.processes import ProcessSpec
from network.state import State

__all__ = [
    "AUDIENCE",
    "CARE_REGISTERS",
    "EXPLAIN_SCOPE",
    "ISSUER",
    "JOURNAL_REGISTER",
    "REGISTERS",
    "Ports",
    "choose_ports",
    "gateway_settings",
    "process_specs",
    "supergraph_file",
]

CARE_REGISTERS = ("indicatie", "bemiddeling", "zorglevering", "client")
JOURNAL_REGISTER = "inzage"
"""Shows what the gateway's journal says. Its database is the one that the journal is shipped to."""
REGISTERS = (*CARE_REGISTERS, JOURNAL_REGISTER)
HOST = "127.0.0.1"
BASE = "https://netwerk.iwlz.example"
AUDIENCE = f"{BASE}/graphql"
GATEWAY = f"{BASE}/gateway"
EXPLAIN_SCOPE = "netwerk/autorisatie/uitleg:read"
ISSUER = "https://autorisatieserver.iwlz.example"


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports by process name: `gateway`, the registers, `issuer` (TLS), `issuer-dev` and `gateway-tls`."""

    by_name: Mapping[str, int]

    def url(self, name: str, path: str = "") -> str:
        scheme = "https" if name in ("issuer", "gateway-tls") else "http"
        return f"{scheme}://{HOST}:{self.by_name[name]}{path}"


NAMES = ("gateway", *CARE_REGISTERS, "issuer", "issuer-dev", "gateway-tls", JOURNAL_REGISTER)
KEEPERS = ("indicatie", "zorglevering", "client")
"""The registers that keep a copy of who is involved with a client."""


def choose_ports(base: int) -> Ports:
    """Return consecutive ports from `base`, or free ones for 0. Raises `NetworkError` naming the port that is taken."""
    if base != 0 and not 1 <= base <= 65535 - len(NAMES):
        raise NetworkError(f"--port-base is 0 or a number from 1 to {65535 - len(NAMES)}, not {base}.")
    with contextlib.ExitStack() as stack:
        chosen: dict[str, int] = {}
        for offset, name in enumerate(NAMES):
            probe = stack.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            wanted = base + offset if base else 0
            try:
                probe.bind((HOST, wanted))
            except OSError as error:
                raise NetworkError(_taken(wanted, name, error)) from error
            chosen[name] = probe.getsockname()[1]
        return Ports(chosen)


def _taken(port: int, name: str, error: OSError) -> str:
    if error.errno in (errno.EADDRINUSE, errno.EACCES):
        why = "is in use by another program" if error.errno == errno.EADDRINUSE else "is not open to this user"
        return (
            f"Port {port}, meant for {name}, {why}. "
            "Choose other ports with --port-base (make run PORT_BASE=9000), or free ones with --port-base 0."
        )
    return f"Port {port}, meant for {name}, cannot be used: {error.strerror}."


def process_specs(
    state: State, ports: Ports, database_urls: Mapping[str, str], relations: Mapping[str, str]
) -> list[ProcessSpec]:
    """Return the processes in the order of their dependence. `database_urls`: per register, for its application role.

    `relations`: the environment of the process that keeps the relations.
    """
    sockets = state.sockets()
    return [
        _issuer(state, ports),
        *(_register(name, state, ports, database_urls[name], sockets) for name in REGISTERS),
        _relations(state, sockets, relations),
        _gateway(state, ports, sockets),
    ]


def _issuer(state: State, ports: Ports) -> ProcessSpec:
    certificates = state.certificates
    command = [
        sys.executable, "-m", "issuer", "serve",
        "--state", str(state.issuer),
        "--issuer", ISSUER,
        "--port", str(ports.by_name["issuer"]),
        "--certificate", str(certificates / "server.crt"),
        "--key", str(certificates / "server.key"),
        "--client-authorities", str(certificates / "authority.crt"),
        "--authority", str(certificates),
        "--dev",
        "--dev-port", str(ports.by_name["issuer-dev"]),
        "--default-audience", AUDIENCE,
    ]  # fmt: skip
    probe = ports.url("issuer-dev", "/health")
    return ProcessSpec(
        "issuer", tuple(command), state.log / "issuer.log", ports.url("issuer", "/auth/token"), None, probe
    )


def _register(name: str, state: State, ports: Ports, database_url: str, sockets: Path) -> ProcessSpec:
    unix = sockets / f"{name}.sock"
    # A person has another key in each; what the journal says cannot be laid beside what a register holds.
    secret = state.audit_secret if name == JOURNAL_REGISTER else state.client_key
    command = [
        sys.executable, "-m", "registers", "serve", name,
        "--port", str(ports.by_name[name]),
        "--unix", str(unix),
        "--client-key-file", str(secret),
        "--audience", register_audience(name),
        "--issuer", ISSUER,
        "--issuer-jwks", str(state.issuer_jwks),
        "--gateway", GATEWAY,
        "--gateway-jwks", str(state.gateway_jwks),
        "--explorer",
    ]  # fmt: skip
    # The database URL may hold a password, and command lines are readable by everybody.
    return ProcessSpec(
        name,
        tuple(command),
        state.log / f"{name}.log",
        ports.url(name, "/graphql"),
        unix,
        ports.url(name, "/health"),
        {"IWLZ_DATABASE_URL": database_url},
        stage=1,
    )


def _relations(state: State, sockets: Path, environment: Mapping[str, str]) -> ProcessSpec:
    """One process for all, which is BR's relay too: on one machine nothing is won by four."""
    unix = sockets / "relations.sock"
    command = (sys.executable, "-m", "registers", "relations", *KEEPERS, "--unix", str(unix))
    return ProcessSpec("relations", command, state.log / "relations.log", None, unix, "/health", environment, stage=1)


def _gateway(state: State, ports: Ports, sockets: Path) -> ProcessSpec:  # noqa: ARG001
    command = (sys.executable, "-m", "gateway", "serve", "--settings", str(state.gateway_settings))
    probe = ports.url("gateway", "/health/ready")
    return ProcessSpec(
        "gateway", command, state.log / "gateway.log", ports.url("gateway", "/graphql"), None, probe, stage=2
    )


_WITH_BSN = ("Clientprofiel", "IndicatieClient", "BemiddelingClient", "LeveringClient", "WlzIndicatie")
"""The types that tell whom they are about."""


def gateway_settings(state: State, ports: Ports, audit_url: str) -> str:
    """Return `gateway.yaml` of this network. `audit_url`: of the database that the journal is shipped to; it may hold a password."""
    sockets = state.sockets()
    content: dict[str, Any] = {
        "listen": {
            "host": HOST,
            "port": ports.by_name["gateway"],
            "tls": {
                "port": ports.by_name["gateway-tls"],
                "certificate": str(state.certificates / "server.crt"),
                "key": str(state.certificates / "server.key"),
                "client_ca": str(state.certificates / "authority.crt"),
            },
        },
        "supergraph": str(supergraph_file()),
        "grants": str(Path(__file__).with_name("grants.yaml")),
        "authorization": {
            "issuers": [{"issuer": ISSUER, "jwks": str(state.issuer_jwks), "audience": AUDIENCE, "types": ["at+jwt"]}],
            "participants": str(state.issuer / "access.json"),
            # No party has it; an administrator may give it to a developer.
            "explain_scope": EXPLAIN_SCOPE,
            "revocation": {
                "lists": [ports.url("issuer-dev", "/authority.crl")],
                "authorities": str(state.certificates / "authority.crt"),
                "refresh": 1.0,
            },
        },
        "decision_context": {"key": str(state.gateway_key), "issuer": GATEWAY},
        "audit": {
            "folder": str(state.journal),
            "key": str(state.audit_key),
            "secret": str(state.audit_secret),
            "persons": [f"{name}.bsn" for name in _WITH_BSN],
            "private_identifiers": ["bsn"],
            "purpose_header": "X-Purpose",
            "database": audit_url,
        },
        "subgraphs": {
            name: {
                "url": f"http+unix://{quote(str(sockets / f'{name}.sock'), safe='')}/graphql",
                "audience": register_audience(name),
                "record_keys": True,
            }
            for name in REGISTERS
        },
        "explorer": {
            "participants_url": ports.url("issuer-dev", "/dev/participants"),
            "token_url": ports.url("issuer-dev", "/dev/token"),
            "examples": str(Path(__file__).with_name("examples")),
        },
    }
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def register_audience(name: str) -> str:
    return f"{BASE}/registers/{name}"


def supergraph_file() -> Path:
    """Return `schema.graphql`: at the root of a checkout, inside this package when it is installed."""
    here = Path(__file__).resolve().parent
    places: Sequence[Path] = (here.parent / "schema.graphql", here / "schema.graphql")
    for place in places:
        if place.is_file():
            return place
    raise NetworkError(f"There is no {places[0]}; make it with `make generate`.")
