"""One network for all end-to-end tests, started by the command that people type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from graphql import GraphQLSchema, build_schema

from registers.synthetic.network import network
from tests.harness import REPOSITORY, Network
from tests.oracle.world import World

CLIENTS, SEED = 60, 1


@pytest.fixture(scope="session")
def net(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    running = Network(Path(tmp_path_factory.mktemp("network")) / "state", clients=CLIENTS, seed=SEED)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def today() -> date:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date()


@pytest.fixture(scope="session")
def world(today: date) -> World:
    return World(network(CLIENTS, SEED, today))


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    return build_schema((REPOSITORY / "docs" / "api.graphql").read_text())
