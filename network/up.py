"""`network up`, step by step, and its opposite.

    hold the state → clean up after a dead supervisor → ports → secrets, certificates, participants → PostgreSQL →
    databases, migrations, synthetic network → processes → screen → supervise until a signal

Every step can be repeated, so a start that was interrupted anywhere is continued by the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from network import database
from network.errors import NetworkError
from network.files import write_file
from network.layout import REGISTERS, Ports, choose_ports, gateway_settings, process_specs, supergraph_file
from network.postgres import EmbeddedPostgres
from network.processes import RunFile, end_processes, leftover_processes, read_run_file
from network.screen import QUERY, screen
from network.state import State
from network.supervisor import Supervisor
from network.tokens import RENEWED_AFTER, write_tokens

__all__ = ["Options", "bring_down", "bring_up"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a person can choose. `database_url` replaces the embedded server."""

    port_base: int = 8000
    clients: int = 200
    seed: int = 1
    database_url: str | None = None
    tell: Callable[[str], None] = field(default=print)


def bring_up(state: State, options: Options) -> None:
    """Start everything and supervise it until SIGTERM or SIGINT. Raises `NetworkError`, also when it runs already."""
    started = time.monotonic()
    if options.clients < 1:
        raise NetworkError("A network has at least one client (--clients).")
    supergraph_file()
    state.open()
    with state.held():
        clean_up(state)
        ports = choose_ports(options.port_base)
        state.ensure_secrets()
        state.ensure_parties()
        server = None if options.database_url else EmbeddedPostgres(state.root)
        try:
            asyncio.run(_run(state, options, ports, server, started))
        finally:
            try:
                if server is not None:
                    server.stop()
            finally:
                state.run_file.unlink(missing_ok=True)


def bring_down(state: State, *, timeout: float = 60.0) -> bool:
    """Stop the network of `state`, whoever started it and in whatever condition it is. Returns whether anything ran."""
    if not state.root.exists():
        return False
    holder = state.holder()
    if holder:
        end_processes([holder], timeout=timeout)
    deadline = time.monotonic() + 5
    while state.holder() is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    with state.held():
        return clean_up(state) or bool(holder)


def clean_up(state: State) -> bool:
    """End what a killed supervisor left behind, the database included. Returns whether there was anything."""
    pids = leftover_processes(state.run_file, marker=str(state.root))
    end_processes(pids)
    had_database = bool((read_run_file(state.run_file) or {}).get("embedded_database"))
    if had_database:
        EmbeddedPostgres(state.root).stop()
    state.run_file.unlink(missing_ok=True)
    return bool(pids) or had_database


async def _run(state: State, options: Options, ports: Ports, server: EmbeddedPostgres | None, started: float) -> None:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    run_file = RunFile(state.run_file, facts={"state": str(state.root), "embedded_database": server is not None})
    supervisor: Supervisor | None = None

    def stop() -> None:
        if supervisor is not None and run_file.ready:
            supervisor.request_stop()
        elif task is not None:
            task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop)
    try:
        run_file.write()
        admin_url = await _database(state, options, server)
        run_file.facts["database_url"] = admin_url if server is not None else None
        loaded = await _fill(state, options, admin_url)
        await database.fill_inzage(admin_url, state.participants, state.audit_secret, state.log / "inzage.log")
        write_file(state.root / "query.json", json.dumps({"query": QUERY}) + "\n")
        write_file(
            state.gateway_settings,
            gateway_settings(state, ports, database.audit_url(admin_url)),
            mode=0o600,
        )
        urls = {name: database.application_url(admin_url, name) for name in REGISTERS}
        specs = process_specs(state, ports, urls, database.relations_environment(admin_url))
        supervisor = Supervisor(specs, run_file, guarded=server, tell=options.tell)
        await supervisor.start()
    except asyncio.CancelledError:
        options.tell("Stopped before everything ran; the next start continues.")
        return
    try:
        await write_tokens(state)
        seconds = time.monotonic() - started
        options.tell(screen(state, ports, clients=loaded[0], seed=loaded[1], seconds=seconds, command=_command()))
        renewal = asyncio.create_task(_renew_tokens(state))
        try:
            await supervisor.watch()
        finally:
            renewal.cancel()
    finally:
        options.tell("Stopping.")
        await supervisor.stop()


async def _database(state: State, options: Options, server: EmbeddedPostgres | None) -> str:
    if server is None:
        admin_url = options.database_url or ""
    else:
        options.tell(f"Starting PostgreSQL in {state.root} ...")
        await asyncio.to_thread(server.start)
        admin_url = server.admin_url("postgres")
    await database.ensure_databases(admin_url)
    await database.migrate(admin_url, state.log / "migrate.log")
    await database.prepare_audit(admin_url, state.log / "audit.log")
    return admin_url


async def _fill(state: State, options: Options, admin_url: str) -> tuple[int, int]:
    """Load the synthetic network when there is none. Returns the number of clients and the seed of what is there."""
    loaded = await database.seeded_with(admin_url)
    wanted = (options.clients, options.seed)
    if loaded is None:
        options.tell(f"Loading a synthetic care network of {options.clients} clients ...")
        await database.seed(admin_url, *wanted, state.client_key, state.log / "seed.log")
        return wanted
    if loaded != wanted:
        options.tell(
            f"This state holds {loaded[0]} clients of seed {loaded[1]}, and keeps them. "
            "For another network choose another --state."
        )
    return loaded


async def _renew_tokens(state: State) -> None:
    while True:
        await asyncio.sleep(RENEWED_AFTER)
        with contextlib.suppress(NetworkError, OSError):
            await write_tokens(state)


def _command() -> str:
    """Return how this user can call us again: `network` when it is on the path, else the program itself."""
    import shutil

    from network.screen import short_path

    beside = Path(sys.executable).with_name("network")
    found = shutil.which("network")
    if found and Path(found).resolve() == beside.resolve():
        return "network"
    return short_path(beside) if beside.exists() else f"{short_path(Path(sys.executable))} -m network"
