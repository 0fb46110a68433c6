"""`network up | down | status | token`: the whole network on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

from cyclopts import App, Parameter

from network.errors import NetworkError
from network.layout import AUDIENCE
from network.processes import read_run_file
from network.screen import LAST_LINE
from network.state import AlreadyRunning, State
from network.tokens import make_token
from network.up import Options, bring_down, bring_up

__all__ = ["app", "main"]

app = App(
    name="network", help="The iWlz network on one machine: database, registers, issuer, gateway.", version_flags=[]
)

StateFolder = Annotated[Path, Parameter(name="--state", help="Folder with everything that the network keeps.")]
DEFAULT_STATE = Path(".iwlz")


@app.command
def up(
    *,
    state: StateFolder = DEFAULT_STATE,
    port_base: Annotated[int, Parameter(help="First of seven ports; 0 takes free ones.")] = 8000,
    clients: Annotated[int, Parameter(help="Size of the synthetic network that a new state gets.")] = 200,
    seed: Annotated[int, Parameter(help="Which synthetic network a new state gets.")] = 1,
    database_url: Annotated[
        str | None,
        Parameter(help="A PostgreSQL (15 or newer) to use instead of the embedded one.", env_var="IWLZ_ADMIN_URL"),
    ] = None,
    detach: Annotated[bool, Parameter(help="Return when the network runs, and leave it running.", negative="")] = False,
) -> None:
    """Start the whole network and supervise it until Ctrl-C."""
    place = State(state)
    if detach:
        _detach(place)
    try:
        bring_up(place, Options(port_base, clients, seed, database_url, _tell))
    except AlreadyRunning as running:
        print(f"{running} {_where(place)}Stop it with: network down --state {state}")
    except NetworkError as error:
        _fail(error)


@app.command
def down(*, state: StateFolder = DEFAULT_STATE, quiet: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Stop the network, also what a killed one left running. The data stay."""
    try:
        ran = bring_down(State(state))
    except NetworkError as error:
        _fail(error)
    if not quiet:
        print("Stopped." if ran else f"No network runs in {state}.")


@app.command
def status(*, state: StateFolder = DEFAULT_STATE) -> None:
    """Say what runs and where. Exit code 0 when everything is ready, 1 otherwise."""
    place = State(state)
    content = read_run_file(place.run_file) if place.holder() is not None else None
    if content is None:
        print(f"No network runs in {state}.")
        raise SystemExit(1)
    for process in content["processes"]:
        condition = "ready" if process["ready"] else "starting"
        again = f", restarted {process['restarts']} times" if process["restarts"] else ""
        print(f"{process['name']:13} {process['pid']:>7}  {condition:8} {process['url'] or '-'}{again}")
    raise SystemExit(0 if content["ready"] and all(process["ready"] for process in content["processes"]) else 1)


@app.command
def token(
    *,
    party: Annotated[str, Parameter(name="--as", help="uzovi:5050, agb:…, kvk:… or bsn:…")],
    state: StateFolder = DEFAULT_STATE,
    audience: Annotated[str, Parameter(help="The resource server; the gateway unless told otherwise.")] = AUDIENCE,
    scope: Annotated[list[str] | None, Parameter(help="A scope; repeat for more. Default: all of the party.")] = None,
    acting: Annotated[str | None, Parameter(help="The participant that acts for the party.")] = None,
) -> None:
    """Print an access token for a party of the network; it is valid for an hour."""
    try:
        print(asyncio.run(make_token(State(state), party, audience=audience, scopes=scope or (), acting=acting)))
    except NetworkError as error:
        _fail(error)


def main() -> None:
    """Entry point of the command `network`."""
    try:
        app()
    except BrokenPipeError:
        # Somebody read enough of our output (`network status | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _detach(place: State) -> None:
    """Go on in a child whose output goes to log/network.log.

    The parent shows that output, and leaves when the screen has come (status 0) or when the child ends (with its status).
    """
    place.open()
    log = place.log / "network.log"
    log.write_text("")
    if (child := os.fork()) == 0:
        os.setsid()
        # Whoever reads our output through a pipe must see its end although we stay.
        with log.open("ab") as file, Path(os.devnull).open("rb") as nothing:
            for source, target in ((nothing, 0), (file, 1), (file, 2)):
                os.dup2(source.fileno(), target)
        return
    shown = 0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        text = log.read_text()
        print(text[shown:], end="", flush=True)
        shown = len(text)
        if ended:
            raise SystemExit(os.waitstatus_to_exitcode(status))
        if LAST_LINE in text and text.endswith("\n"):
            raise SystemExit(0)
        time.sleep(0.1)


def _where(place: State) -> str:
    content = read_run_file(place.run_file) or {}
    for process in content.get("processes", []):
        if process["name"] == "gateway":
            return f"The gateway is {process['url']} "
    return ""


def _tell(sentence: str) -> None:
    # The terminal may be gone (closed, detached); the network does not stop for that.
    with contextlib.suppress(OSError):
        print(sentence, flush=True)


def _fail(error: NetworkError) -> NoReturn:
    print(error, file=sys.stderr)
    raise SystemExit(1)
