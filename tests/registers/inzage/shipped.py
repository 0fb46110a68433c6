"""Lines of a journal as a gateway ships them, and the inzagen that were made of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from registers.common.client_key import client_key

SECRET = b"een geheim van tweeendertig tekens"
ANNA, BERT, CAROLA = "999990007", "999990111", "999990214"
RECORD = "3f2b1c00-0000-4000-8000-000000000001"


def person(bsn: str) -> str:
    """As the journal writes a person."""
    return hmac.new(SECRET, bsn.encode(), hashlib.sha256).hexdigest()


OFFICE = {"role": "ZORGKANTOOR", "identifiers": {"uzovi": "5050"}, "subject": "x", "actor": None}
QUESTION = {"type": "query", "coordinates": ["Client.bsn"], "grants": ["BR-Client"]}


def citizen(bsn: str) -> dict[str, Any]:
    return {"role": "BURGER", "identifiers": {"bsn": person(bsn)}, "subject": person(bsn), "actor": None}


async def ship(database: Any, sequence: int, *bsn: str, kind: str = "request", **content: Any) -> None:
    persons = [person(number) for number in bsn]
    told: Mapping[str, Any] = {
        "hash": "", "sequence": sequence, "kind": kind, "at": f"2026-11-26T02:00:{sequence:02}.000001Z", "result": "success",
        "caller": OFFICE, "operation": QUESTION, "registers": ["bemiddeling"], "persons": persons, **content,
    }  # fmt: skip
    await database.execute(
        "INSERT INTO audit_record VALUES ('i', $1, now(), $2, $3, $4) ON CONFLICT DO NOTHING",
        sequence, kind, persons, json.dumps(told),
    )  # fmt: skip


async def derived(database: Any) -> list[tuple[Any, ...]]:
    await database.execute("RESET ROLE")
    rows = await database.fetch(
        'SELECT client_key, to_char(moment AT TIME ZONE \'UTC\', \'SS\'), hoedanigheid, partijcode, partijnaam, wijze FROM inzage ORDER BY 2, 1'
    )  # fmt: skip
    names = {client_key(SECRET, ANNA): "anna", client_key(SECRET, BERT): "bert", client_key(SECRET, CAROLA): "carola"}
    return [(names[row[0]], *tuple(row)[1:]) for row in rows]
