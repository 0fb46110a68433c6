"""One synthetic network for all tests of this folder; tests do not change it."""

from __future__ import annotations

from datetime import date

import pytest

from registers.synthetic.dossier import Row
from registers.synthetic.network import network

TODAY = date(2026, 3, 15)
CLIENTS = 600


@pytest.fixture(scope="session")
def today() -> date:
    return TODAY


@pytest.fixture(scope="session")
def net() -> dict[str, dict[str, list[Row]]]:
    return network(CLIENTS, seed=7, today=TODAY)
