"""The key of decision contexts changes at gateways one after the other, and a register that reads their set refuses no fetch of either."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.settings import DecisionContextSettings, SettingsError
from registers.common.context import context_verifier
from registers.common.credentials import SignedCaller
from registers.common.errors import RegisterError
from registers.common.jwks import KeySet
from tests.gateway.library import GATEWAY, library, token
from tests.gateway.transport.harness import ask, call

STOCK = "https://library.example/stock"


class Register:
    """What verifies the contexts of fetches, by the key set that a gateway serves."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "served.json"
        self.now = 0.0
        self.keys = KeySet(str(self.file), clock=lambda: self.now)
        self.contexts: SignedCaller = context_verifier(self.keys, gateway=GATEWAY, audience=STOCK)

    async def takes(self, header: str) -> bool:
        try:
            await self.contexts.verify(header)
        except RegisterError:
            return False
        return True


def made(folder: Path, name: str) -> None:
    key = Ed25519PrivateKey.generate()
    (folder / f"{name}.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (folder / f"{name}.pub").write_bytes(public)


async def fetched(folder: Path, key: str, *published: str) -> tuple[str, bytes]:
    """The context that goes with a fetch of a gateway with this key, and the set that it serves."""
    others = tuple(str(folder / f"{name}.pub") for name in published)
    context = DecisionContextSettings(key=str(folder / f"{key}.pem"), issuer=GATEWAY, published=others)
    async with library(folder, decision_context=context) as desk:
        assert (await ask(desk.app, "{ books { title } }", token=token())).status == 200
        served = await call(desk.app, "GET", "/.well-known/jwks.json")
        headers: Mapping[str, str] = desk.seen[0][1]
        return headers["decision-context"], served.body


async def test_a_key_changes_and_no_fetch_is_refused(tmp_path: Path):
    made(tmp_path, "before")
    made(tmp_path, "next")
    register = Register(tmp_path)
    before, served = await fetched(tmp_path, "before", "next")
    register.file.write_bytes(served)
    assert await register.takes(before)
    # Nothing is read again from here: the clock of the register stands still.
    register.file.unlink()
    during, served = await fetched(tmp_path, "next", "before")
    late, _ = await fetched(tmp_path, "before", "next")
    assert [await register.takes(header) for header in (during, before, late, during)] == [True] * 4
    # A register that starts now is told both as well.
    other = Register(tmp_path)
    other.file.write_bytes(served)
    assert [await other.takes(header) for header in (late, during)] == [True, True]
    # Afterwards the key of before counts nowhere, though its contexts have not ended.
    after, served = await fetched(tmp_path, "next")
    register.file.write_bytes(served)
    register.now = 301.0
    assert await register.takes(after)
    assert register.keys._background is not None
    await register.keys._background
    assert [await register.takes(header) for header in (late, before, during, after)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (None, "CONFIG_NOT_FOUND", "decision_context.published: there is no file"),
        (b"x", "CONFIG_INVALID", "decision_context.published: "),
    ],
)
async def test_a_key_that_cannot_be_read_stops_the_start(content: bytes | None, code: str, told: str, tmp_path: Path):
    made(tmp_path, "own")
    if content is not None:
        (tmp_path / "other.pub").write_bytes(content)
    with pytest.raises(SettingsError, match=told) as refused:
        await fetched(tmp_path, "own", "other")
    assert refused.value.code == code
