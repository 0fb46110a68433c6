"""An audit database of one's own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from gateway.audit.database import prepare


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[str]:
    name = f"audit_{os.getpid()}_{os.urandom(4).hex()}"
    connection = await asyncpg.connect(postgres)
    await connection.execute(f"CREATE DATABASE {name}")
    parts = urlsplit(postgres)
    url = f"{parts.scheme}://{parts.netloc}/{name}?{parts.query}"
    await prepare(url)
    yield url
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()
