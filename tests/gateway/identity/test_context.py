"""The decision context: its whole content, its reuse, its key."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import date
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gateway.authorization.caller import Caller
from gateway.identity.context import ContextSigner, read_public_key, read_signing_key
from gateway.identity.proofs import thumbprint_of

KEY = Ed25519PrivateKey.generate()
GATEWAY = "https://netwerk.example/gateway"
REGISTER = "https://netwerk.example/registers/one"
TRACE = "463ac35c9f6413ad48485a3953bb6124"
TODAY = date(2026, 5, 31)
CALLER = Caller(
    role="ZORGKANTOOR",
    identifiers={"uzovi": "5050"},
    scopes=frozenset({"b:read", "a:read"}),
    subject="20001000001131",
    actor="20001000001262",
    token_id="one",
    expires_at=1_800_003_600,
    audience="https://netwerk.example/graphql",
    name="Zorgkantoor",
)


class Clock:
    now = 1_800_000_000.7

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(clock: Clock) -> ContextSigner:
    return ContextSigner(KEY, issuer=GATEWAY, clock=clock)


def test_the_whole_context(signer: ContextSigner):
    header = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64)
    decoded = jwt.decode_complete(
        header,
        KEY.public_key(),
        algorithms=["EdDSA"],
        options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
    )
    assert decoded["header"] == {"alg": "EdDSA", "kid": signer.kid, "typ": "decision+jwt"}
    assert decoded["payload"] == {
        "iss": GATEWAY,
        "aud": REGISTER,
        "iat": 1_800_000_000,
        "exp": 1_800_000_030,
        "role": "ZORGKANTOOR",
        "identifiers": {"uzovi": "5050"},
        "scopes": ["a:read", "b:read"],
        "actor": "20001000001262",
        "trace": TRACE,
        "grants": "f" * 64,
        "today": "2026-05-31",
    }


def test_the_key_that_a_record_asks_for_is_of_a_context_of_its_own(signer: ContextSigner):
    plain = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64)
    asking = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64, "__key")
    payloads = [jwt.decode(header, options={"verify_signature": False}) for header in (plain, asking)]
    assert payloads[1] == {**payloads[0], "record_key": "__key"}
    assert "record_key" not in payloads[0]
    assert signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64, "__key") == asking
    assert signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64) == plain


def test_a_party_without_role(signer: ContextSigner):
    header = signer.header_for(Caller(None, {}, frozenset()), REGISTER, TRACE, TODAY, "f" * 64)
    payload = jwt.decode(header, options={"verify_signature": False})
    assert (payload["role"], payload["identifiers"], payload["scopes"], payload["actor"]) == (None, {}, [], None)


def test_a_context_is_reused_while_ten_seconds_are_left(signer: ContextSigner, clock: Clock):
    first = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64)
    clock.now += 19
    assert signer.header_for(replace(CALLER, token_id="two", subject="x"), REGISTER, "a" * 32, TODAY, "f" * 64) == first
    clock.now += 1
    assert (signer.signed, signer.reused) == (1, 1)
    assert signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64) != first
    assert (signer.signed, signer.reused) == (2, 1)


@pytest.mark.parametrize(
    ("caller", "audience", "today", "release"),
    [
        (replace(CALLER, role="ZORGAANBIEDER"), REGISTER, TODAY, "f" * 64),
        (replace(CALLER, identifiers={"uzovi": "5501"}), REGISTER, TODAY, "f" * 64),
        (replace(CALLER, identifiers={"agb": "5050"}), REGISTER, TODAY, "f" * 64),
        (replace(CALLER, scopes=frozenset({"a:read"})), REGISTER, TODAY, "f" * 64),
        (replace(CALLER, actor=None), REGISTER, TODAY, "f" * 64),
        (CALLER, REGISTER + "/other", TODAY, "f" * 64),
        (CALLER, REGISTER, date(2026, 6, 1), "f" * 64),
        (CALLER, REGISTER, TODAY, "e" * 64),
    ],
)
def test_nothing_that_decides_is_shared(
    signer: ContextSigner, caller: Caller, audience: str, today: date, release: str
):
    first = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64)
    assert signer.header_for(caller, audience, TRACE, today, release) != first
    assert signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64) == first


def test_a_context_that_has_exactly_ten_seconds_left_is_reused(signer: ContextSigner, clock: Clock):
    clock.now = 1_800_000_000
    first = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64)
    clock.now += 20
    assert signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64) == first


def test_the_contexts_signed_last_are_kept(clock: Clock):
    signer = ContextSigner(KEY, issuer=GATEWAY, clock=clock, maximum_kept=2)

    def signed(audience: str) -> int:
        """How many were signed by now."""
        signer.header_for(CALLER, audience, TRACE, TODAY, "f" * 64)
        return signer.signed

    assert [signed(name) for name in "ab"] == [1, 2]
    clock.now += 21
    assert [signed(name) for name in "ac"] == [3, 4]
    assert [signed(name) for name in "cab"] == [4, 4, 5]


def test_what_is_kept_is_bounded(clock: Clock):
    signer = ContextSigner(KEY, issuer=GATEWAY, clock=clock, maximum_kept=3)
    for number in range(10):
        signer.header_for(replace(CALLER, identifiers={"uzovi": str(number)}), REGISTER, TRACE, TODAY, "f" * 64)
    assert len(signer._kept) == 3


def test_the_public_key_set_verifies(signer: ContextSigner):
    public = base64.urlsafe_b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
    members = {"crv": "Ed25519", "kty": "OKP", "x": public.rstrip("=")}
    assert signer.jwks() == {"keys": [{**members, "kid": thumbprint_of(members), "alg": "EdDSA", "use": "sig"}]}
    (entry,) = signer.jwks()["keys"]
    header = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "f" * 64)
    key = jwt.PyJWK(entry)
    assert jwt.PyJWS().decode(header, key.key, algorithms=["EdDSA"])
    assert entry["kid"] == signer.kid


def test_keys_from_a_file(tmp_path: Path):
    path = tmp_path / "key.pem"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert read_signing_key(path).public_key() == KEY.public_key()
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="holds no Ed25519 key"):
        read_signing_key(path)
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    with pytest.raises(ValueError, match="holds no readable private key"):
        read_signing_key(path)
    path.write_text("nothing")
    with pytest.raises(ValueError, match="holds no readable private key"):
        read_signing_key(path)


NEXT = Ed25519PrivateKey.generate()


def test_registers_are_told_other_keys_beside_its_own():
    """Its own first, each once, and contexts are signed with its own."""
    own, next_ = (ContextSigner(key, issuer=GATEWAY).jwks()["keys"] for key in (KEY, NEXT))
    published = (NEXT.public_key(), KEY.public_key(), NEXT.public_key())
    signer = ContextSigner(KEY, issuer=GATEWAY, published=published)
    assert signer.jwks() == {"keys": [*own, *next_]}
    header = signer.header_for(CALLER, REGISTER, TRACE, TODAY, "r")
    assert jwt.get_unverified_header(header)["kid"] == own[0]["kid"]


def of_a_curve_that_there_is_not(key: ec.EllipticCurvePublicKey) -> bytes:
    written = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    p256, none = bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030163")
    body = base64.encodebytes(written.replace(p256, none)).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n".encode()


def test_a_public_key_is_read(tmp_path: Path):
    file = tmp_path / "key.pub"
    file.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert read_public_key(file) == KEY.public_key()
    other = ec.generate_private_key(ec.SECP256R1())
    own = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content, reason in (
        (other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), "no Ed25519 key"),
        (own, "no readable public key"),
        (b"", "no readable public key"),
        (of_a_curve_that_there_is_not(other.public_key()), "no readable public key"),
    ):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=reason):
            read_public_key(file)
