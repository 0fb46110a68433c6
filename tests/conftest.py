"""What all tests share: one throw-away PostgreSQL and one running network a worker of a test run, each started
when first asked for.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from graphql import GraphQLSchema, build_schema

from network.postgres import EmbeddedPostgres
from network.postgres_process import is_alive
from registers.synthetic.network import network
from tests.harness import REPOSITORY, Network
from tests.oracle.world import World


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A running server without durability. It is gone after the run; what a killed run left is removed first."""
    root = Path(tempfile.gettempdir()) / f"iwlz-test-{os.geteuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
    with (root / "lock").open("w") as lock:  # several workers begin at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        for left in root.iterdir():
            if left.name.isdigit() and not is_alive(int(left.name)):
                EmbeddedPostgres(left).destroy()
                shutil.rmtree(left, ignore_errors=True)
    state = root / str(os.getpid())
    server = EmbeddedPostgres(state, throw_away=True)
    server.start()
    yield server
    server.destroy()
    shutil.rmtree(state, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(postgres_server: EmbeddedPostgres) -> str:
    """The superuser's URL of the database `postgres` of the throw-away server; make your own databases beside it."""
    return postgres_server.admin_url("postgres")


CLIENTS, SEED = 60, 1


@pytest.fixture(scope="session")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    running = Network(Path(tmp_path_factory.mktemp("network")) / "state", clients=CLIENTS, seed=SEED)
    running.start()
    yield running
    running.stop()
    EmbeddedPostgres(running.state).destroy()


@pytest.fixture(scope="session")
def today() -> date:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


@pytest.fixture(scope="session")
def world(today: date) -> World:
    return World(network(CLIENTS, SEED, today))


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    return build_schema((REPOSITORY / "docs" / "api.graphql").read_text())
