"""Whole networks: client by client, or as one value for tests and oracles.

The first clients are the named edge cases, all others ordinary lives. Client number i is the same whatever the size of
the network: same seed, same `today` and same secret give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain

from iwlz.identifiers import bsn_from_index
from registers.common.client_key import client_key
from registers.synthetic import edge_stories, relaties, story
from registers.synthetic.dossier import Dossier, Row
from registers.synthetic.stream import Stream
from registers.synthetic.tables import REGISTERS, TABLES

__all__ = ["DEMO_SECRET", "client", "clients", "network"]

DEMO_SECRET = b"demonstration network, no real clients"
"""The secret behind `client_key` where no other is given; for invented clients only."""


def client(index: int, seed: int, today: date, secret: bytes = DEMO_SECRET) -> Dossier:
    """All rows of client number `index`."""
    bsn = bsn_from_index(index)
    dossier = Dossier(index, bsn, client_key(secret, bsn), Stream.of(seed, index), today)
    edge_stories.STORIES.get(index, story.tell)(dossier)
    relaties.refer(dossier)
    relaties.project(dossier)
    return dossier


def clients(first: int, stop: int, seed: int, today: date, secret: bytes = DEMO_SECRET) -> Iterator[Dossier]:
    """Clients `first` up to and without `stop`, in order."""
    for index in range(first, stop):
        yield client(index, seed, today, secret)


def network(clients: int, seed: int, today: date, secret: bytes = DEMO_SECRET) -> dict[str, dict[str, list[Row]]]:
    """A network of so many clients: register → table → rows, in order of clients. Dates are `date`, moments Dutch time."""
    dossiers = [client(index, seed, today, secret) for index in range(clients)]
    return {
        register: {
            table: list(chain.from_iterable(dossier.rows(register, table) for dossier in dossiers))
            for table in TABLES[register]
        }
        for register in REGISTERS
    }
