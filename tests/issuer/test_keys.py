"""Keys on disk: made once, rotated, never half-written, never readable by others."""

from __future__ import annotations

import fcntl
import json
import stat
from pathlib import Path

import pytest

from issuer.keys import Algorithm, KeyRecord, KeyStore, KeyStoreError


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_keys_are_made_once(tmp_path: Path):
    store = KeyStore(tmp_path / "issuer")
    store.ensure()
    first = {record.kid for record in store.records()}
    again = KeyStore(tmp_path / "issuer")
    again.ensure()
    assert {record.kid for record in again.records()} == first
    assert sorted(record.algorithm for record in again.records()) == ["ES256", "RS256"]


def test_private_keys_are_closed_and_the_public_set_holds_no_secret(tmp_path: Path):
    KeyStore(tmp_path / "issuer").ensure()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "issuer").iterdir()}
    assert modes.pop("jwks.json") == 0o644
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "issuer").stat().st_mode) == 0o700
    entries = json.loads((tmp_path / "issuer" / "jwks.json").read_text())["keys"]
    assert [set(entry) for entry in entries] == [
        {"e", "kty", "n", "kid", "alg", "use"},
        {"crv", "kty", "x", "y", "kid", "alg", "use"},
    ]


def test_rotation_keeps_old_keys_for_verification_until_their_tokens_are_gone(tmp_path: Path):
    clock = Clock()
    store = KeyStore(tmp_path, clock=clock)
    store.ensure()
    old = {record.kid for record in store.records()}
    running = KeyStore(tmp_path, clock=clock)
    assert running.signing_key("RS256")[0] in old

    clock.now += 100
    new = {record.kid for record in store.rotate(ahead=0)}
    assert running.signing_key("RS256")[0] in new
    assert {entry["kid"] for entry in running.jwks()["keys"]} == old | new

    clock.now += 7201
    newest = {record.kid for record in store.rotate(ahead=0)}
    assert {entry["kid"] for entry in running.jwks()["keys"]} == new | newest
    assert {path.stem for path in tmp_path.glob("*.pem")} == new | newest


def test_a_key_whose_last_token_has_ended_is_gone_without_another_rotation(tmp_path: Path):
    """It would count for as long as it is published: whoever finds it on an old disk could sign with it."""
    clock = Clock()
    KeyStore(tmp_path, clock=clock).ensure()
    running = KeyStore(tmp_path, clock=clock)
    old = {record.kid for record in running.records()}
    new = {record.kid for record in KeyStore(tmp_path, clock=clock).rotate(ahead=600)}

    def published() -> list[set[str]]:
        """As served, as on disk, and the private halves there."""
        served = {entry["kid"] for entry in running.jwks()["keys"]}
        on_disk = {entry["kid"] for entry in json.loads((tmp_path / "jwks.json").read_text())["keys"]}
        return [served, on_disk, {path.stem for path in tmp_path.glob("*.pem")}]

    clock.now += 600 + 7199
    assert published() == [old | new] * 3
    clock.now += 1
    assert published() == [new] * 3
    assert running.signing_key("ES256")[0] in new


@pytest.mark.parametrize("asked", ["signing_key", "ensure"])
def test_whoever_asks_for_keys_takes_those_away_that_ended(asked: str, tmp_path: Path):
    clock = Clock()
    store = KeyStore(tmp_path, clock=clock)
    store.ensure()
    new = {record.kid for record in store.rotate(ahead=0)}
    clock.now += 7200
    KeyStore(tmp_path, clock=clock).ensure() if asked == "ensure" else store.signing_key("RS256")
    assert {path.stem for path in tmp_path.glob("*.pem")} == new


def test_while_somebody_changes_the_keys_those_that_ended_are_not_told_of(tmp_path: Path):
    """Who took them away now could lose the keys that the other one is making; and nobody waits for him."""
    clock = Clock()
    store = KeyStore(tmp_path, clock=clock)
    store.ensure()
    new = {record.kid for record in store.rotate(ahead=0)}
    clock.now += 7200
    with (tmp_path / "keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert {entry["kid"] for entry in store.jwks()["keys"]} == new
        assert len(list(tmp_path.glob("*.pem"))) == 4
    store.jwks()
    assert {path.stem for path in tmp_path.glob("*.pem")} == new


def test_two_rotations_at_once_lose_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A key is made while nobody else can write the list."""
    store = KeyStore(tmp_path)
    made = store._make

    def make(algorithm: Algorithm) -> KeyRecord:
        with (tmp_path / "keys.lock").open("w") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return made(algorithm)

    monkeypatch.setattr(store, "_make", make)
    store.ensure()
    assert len(store.rotate()) == 2


def test_a_new_key_is_published_at_once_and_signs_later(tmp_path: Path):
    clock = Clock()
    store = KeyStore(tmp_path, clock=clock)
    store.ensure()
    signing: list[str] = []
    published: list[int] = []
    # Rotations at 0 and at 100, each with its key 600 seconds ahead: at no moment is there none that signs.
    for second in (0, 1, 100, 599, 600, 699, 700, 7000, 9000):
        clock.now = Clock.now + second
        if second in (0, 100):
            store.rotate(ahead=600)
        signing.append(store.signing_key("RS256")[0])
        published.append(len(store.jwks()["keys"]))
        assert signing[-1] in {entry["kid"] for entry in store.jwks()["keys"]}
    assert [signing.index(kid) for kid in signing] == [0, 0, 0, 0, 4, 4, 6, 6, 6]
    assert published == [4, 4, 6, 6, 6, 6, 6, 6, 2]
    store.rotate(ahead=0)
    assert store.signing_key("RS256")[0] not in signing


def test_stolen_keys_are_gone_at_once(tmp_path: Path):
    store = KeyStore(tmp_path)
    store.ensure()
    store.rotate(ahead=600)
    new = {record.kid for record in store.rotate(compromised=True)}
    assert store.signing_key("RS256")[0] in new
    assert {entry["kid"] for entry in store.jwks()["keys"]} == new == {path.stem for path in tmp_path.glob("*.pem")}
    assert {entry["kid"] for entry in json.loads(store.jwks_file.read_text())["keys"]} == new


def test_an_interrupted_making_is_completed(tmp_path: Path):
    store = KeyStore(tmp_path)
    store.ensure()
    (tmp_path / "jwks.json").unlink()
    KeyStore(tmp_path).ensure()
    assert (tmp_path / "jwks.json").exists()
    (tmp_path / "keys.json").unlink()
    KeyStore(tmp_path).ensure()
    assert len(KeyStore(tmp_path).records()) == 2


def test_damage_is_said_plainly(tmp_path: Path):
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(KeyStoreError, match=r"The list of keys .*keys\.json cannot be read"):
        KeyStore(tmp_path).ensure()
    (tmp_path / "keys.json").write_text("[]")
    with pytest.raises(KeyStoreError, match="There is no ES256 key"):
        KeyStore(tmp_path).signing_key("ES256")
