"""What all tests share: one throw-away PostgreSQL a test run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from network.postgres import EmbeddedPostgres
from network.postgres_process import is_alive


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedPostgres]:
    """A running server without durability. It is gone after the run; what a killed run left is removed first."""
    root = Path(tempfile.gettempdir()) / f"iwlz-test-{os.geteuid()}"
    root.mkdir(mode=0o700, exist_ok=True)
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
