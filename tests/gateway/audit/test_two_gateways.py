"""Gateways with folders and keys of their own that ship to one database: each journal is proven, and one that is gone is missed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.audit.shipping import Shipper
from gateway.audit.writing import JournalWriter
from tests.gateway.audit.test_shipping import emptied, shipped
from tests.gateway.test_cli import gateway

ONE, TWO = "20261126T021500Z-00000001", "20261126T031500Z-00000002"
WHOLE = "lines 1 to 2 in 1 files, closed, signed to 2."
THERE = "The audit database: 4 lines.\n"
GONE = (
    f"{TWO}: lines 1 to 0 in 0 files, ended without closing, signed to 2.\n  PROBLEM: its signatures are missing.\n"
    "  PROBLEM: the end is missing: there were 2 lines, and 0 are left.\n"
)


async def served(folder: Path, instance: str, database: str, number: int) -> None:
    """What a gateway leaves that was started and stopped; its keys beside its folder."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([number] * 32))
    folder.with_suffix(".pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    folder.with_suffix(".pub").write_bytes(public)
    writer = JournalWriter(folder, instance, key, segment_bytes=1 << 20)
    writer.open()
    for kind in ("opened", "closed"):
        writer.write([orjson.dumps({"kind": kind, "at": "2026-11-26T02:15:00.000000Z"})])
    writer.anchor()
    writer.close()
    await shipped(Shipper(folder, instance, database, lambda: writer.head))


@pytest.fixture
async def folders(tmp_path: Path, database: str) -> tuple[Path, Path]:
    one, two = tmp_path / "one", tmp_path / "two"
    await served(one, ONE, database, 1)
    await served(two, TWO, database, 2)
    return one, two


async def verified(database: str, *words: str | Path) -> tuple[int, str]:
    status, output, _ = await asyncio.to_thread(gateway, "audit", "verify", *words, "--database", database)
    return status, output


async def test_all_folders_and_keys_prove_all_journals(folders: tuple[Path, Path], database: str):
    one, two = folders
    words = (one, two, "--key", one.with_suffix(".pem"), "--key", two.with_suffix(".pub"))
    assert await verified(database, *words) == (0, f"{ONE}: {WHOLE}\n{TWO}: {WHOLE}\n{THERE}")
    emptied(two)
    assert await verified(database, *words) == (1, f"{ONE}: {WHOLE}\n{GONE}{THERE}")


async def test_a_folder_that_is_not_given_is_missed(folders: tuple[Path, Path], database: str):
    one, two = folders
    words = (one, "--key", one.with_suffix(".pub"), "--key", two.with_suffix(".pub"))
    assert await verified(database, *words) == (1, f"{ONE}: {WHOLE}\n{GONE}{THERE}")


async def test_a_key_that_is_not_given_signs_nothing(folders: tuple[Path, Path], database: str):
    one, two = folders
    status, output = await verified(database, one, two, "--key", one.with_suffix(".pub"))
    assert (status, output.splitlines()[0]) == (1, f"{ONE}: {WHOLE}")
    assert [line for line in output.splitlines() if "not signed with" in line] == [
        "  PROBLEM: line 1 of its signatures: an anchor was not signed with this key.",
        "  PROBLEM: an anchor was not signed with this key.",
    ]


def test_no_folder_is_a_sentence(tmp_path: Path):
    assert gateway("audit", "verify", "--key", tmp_path) == (1, "", "Say which journal: a folder, or more of them.\n")
