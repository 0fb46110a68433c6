"""Tokens for people: asked of the running issuer, or made with its keys when the network is down."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence

from iwlz.participants import CIZ_KVK, DEMO_ZORGAANBIEDER, DEMO_ZORGKANTOOR
from network.errors import NetworkError
from network.files import write_file
from network.layout import AUDIENCE, ISSUER
from network.state import State

__all__ = ["SHOWN", "make_token", "write_tokens"]

SHOWN: Mapping[str, str] = {
    "zorgkantoor": f"uzovi:{DEMO_ZORGKANTOOR}",
    "zorgaanbieder": f"agb:{DEMO_ZORGAANBIEDER}",
    "ciz": f"kvk:{CIZ_KVK}",
}
"""The parties of the last screen of `network up`, by the name of their token file."""

RENEWED_AFTER = 45 * 60
"""Seconds; a token lives for an hour."""


async def make_token(
    state: State, party: str, *, audience: str = AUDIENCE, scopes: Sequence[str] = (), acting: str | None = None
) -> str:
    """Return a token for `party`. Raises `NetworkError` with the issuer's reason."""
    if not state.participants.exists():
        raise NetworkError(f"There is no network in {state.root} yet. Start it with `network up`.")
    command = ["token", "--state", str(state.issuer), "--issuer", ISSUER, "--as", party, "--audience", audience]
    for scope in scopes:
        command += ["--scope", scope]
    if acting is not None:
        command += ["--acting", acting]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "issuer", *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await process.communicate()
    if process.returncode != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise NetworkError(lines[-1] if lines else "The issuer made no token.")
    return output.decode().strip()


async def write_tokens(state: State) -> None:
    """Write the tokens of `SHOWN` to `tokens/<name>.jwt`."""
    tokens = await asyncio.gather(*(make_token(state, party) for party in SHOWN.values()))
    for name, token in zip(SHOWN, tokens, strict=True):
        write_file(state.tokens / f"{name}.jwt", token, mode=0o600)
