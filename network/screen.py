"""The last screen of `network up`: what runs where, three tokens, one query, how to stop. It fits 80 by 24."""

from __future__ import annotations

import os
from pathlib import Path

from network.layout import REGISTERS, Ports
from network.state import State
from network.tokens import SHOWN

__all__ = ["LAST_LINE", "QUERY", "screen"]

QUERY = """\
{ bemiddeling { bemiddelingID wlzIndicatie { besluitnummer }
    client { profiel { bsn } }
    bemiddelingspecificatie { instelling levering { leveringID } } } }"""
"""Four registers in one question."""


LAST_LINE = "Stop with Ctrl-C, or from elsewhere"


def screen(state: State, ports: Ports, *, clients: int, seed: int, seconds: float, command: str = "network") -> str:
    """Return the screen. `command` is how this user calls `network`."""
    root = short_path(state.root)
    option = "" if root == ".iwlz" else f" --state {root}"
    indicatie, bemiddeling, zorglevering, client, inzage = (f"{name} {ports.by_name[name]}" for name in REGISTERS)
    lines = [
        f"The iWlz network runs: {clients} clients (seed {seed}), up in {seconds:.0f} s.",
        "",
        f"  GraphiQL   {ports.url('gateway', '/')}",
        f"  Gateway    {ports.url('gateway', '/graphql')}",
        f"  Registers  http://127.0.0.1:PORT/ (GraphiQL), /graphql; PORT {indicatie},",
        f"             {bemiddeling}, {zorglevering}, {client}, {inzage}",
        f"  Issuer     {ports.url('issuer', '/auth/token')} (client certificate)",
        f"  Logs       {root}/log/",
        "",
        f"Tokens, renewed in {root}/tokens/ while the network runs:",
        *(f"  {name + '.jwt':18} {command} token{option} --as {party}" for name, party in SHOWN.items()),
        "",
        "One question to four registers, as a care office; in GraphiQL, or with curl:",
        *(f"  {line}" for line in QUERY.splitlines()),
        f"  curl -s {ports.url('gateway', '/graphql')} -H 'Content-Type: application/json' \\",
        f'    -H "Authorization: Bearer $(cat {root}/tokens/zorgkantoor.jwt)" \\',
        f"    -d @{root}/query.json",
        "",
        f"{LAST_LINE}: {command} down{option}",
    ]
    return "\n".join(lines)


def short_path(path: Path) -> str:
    """Return `path` as a person in this folder would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
