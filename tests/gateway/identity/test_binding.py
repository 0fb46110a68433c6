"""Tokens in the right hands, one decision at a time. At the shipped gateway over real TLS: `tests/security/test_binding.py`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gateway.errors import GatewayError
from gateway.identity.authenticator import TokenAuthenticator
from gateway.identity.binding import Binding
from gateway.identity.certificates import Certificates, ClientCertificate
from gateway.identity.participants import Participants
from gateway.identity.peer import ADDRESS, CERTIFICATE, METHOD, SOCKET
from gateway.identity.proofs import Proofs
from gateway.identity.revocation import Revocations
from tests.gateway.identity.revoking import Place
from tests.gateway.identity.tokens import CLAIMS, NOW, Clock, token, verifier
from tests.security.stand import URL, Authority, Certificate, Proof, base64url

OK = "200"
PARTY = CLAIMS["sub"]
OTHER_CERTIFICATE = "403 The access token belongs to another client certificate."
OTHER_PARTY = "403 The client certificate belongs to another party than the access token."
UNSUPPORTED = "401 The access token is bound in a way that is not supported here."
UNBOUND = "401 The access token is not bound to its holder in a way that is accepted here."


@pytest.fixture(scope="module", name="authority")
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def gate(binding: Binding | None = None, participants: Participants | None = None, **issuer: Any) -> TokenAuthenticator:
    return TokenAuthenticator(verifier(**issuer), None, binding, participants)


async def outcome(
    gate: TokenAuthenticator,
    text: str,
    *,
    certificate: Certificate | bytes | None = None,
    proof: str | None = None,
    scheme: str = "Bearer",
) -> str:
    """`200`, or status and message."""
    headers = {b"authorization": f"{scheme} {text}".encode(), METHOD: b"POST"}
    if certificate is not None:
        headers[CERTIFICATE] = certificate if isinstance(certificate, bytes) else certificate.der
    if proof is not None:
        headers[b"dpop"] = proof.encode()
    try:
        await gate.caller(headers)
    except GatewayError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        return f"{error.status} {error.issues[0].message}" + (" (DPoP)" if challenge.startswith("DPoP") else "")
    return OK


def bound(certificate: Certificate, **claims: Any) -> str:
    return token({"cnf": {"x5t#S256": certificate.thumbprint}, **claims})


def keyed(holder: Proof, **claims: Any) -> str:
    return token({"cnf": {"jkt": holder.thumbprint}, **claims})


def proofs() -> Proofs:
    return Proofs([URL], clock=Clock())


def named(**names: str) -> bytes:
    """A certificate whose subject has these attributes; `a__2` is a second one of a kind."""
    kinds = {
        "common_name": NameOID.COMMON_NAME,
        "serial_number": NameOID.SERIAL_NUMBER,
        "country": NameOID.COUNTRY_NAME,
    }
    subject = x509.Name([x509.NameAttribute(kinds[name.partition("__")[0]], value) for name, value in names.items()])
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7, now - timedelta(1), now + timedelta(1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


# --- certificates ------------------------------------------------------------------------------------------------------


async def test_a_token_that_is_bound_to_nothing_needs_nothing(authority: Authority):
    assert await outcome(gate(), token()) == OK
    assert await outcome(gate(), token(), certificate=authority.issue("anybody")) == OK


async def test_a_certificate_is_judged_whatever_token_comes_with_it(authority: Authority):
    own, old = authority.issue("own"), authority.issue("old", lifetime=-timedelta(hours=1))
    place = Place(authority.revoke(own).read_bytes())
    revoked = Binding(revocations=Revocations([place], [authority.certificate]))
    assert await outcome(gate(), token(), certificate=old) == "403 The client certificate is not valid now."
    assert await outcome(gate(), token(), certificate=b"none") == "403 The client certificate cannot be read."
    assert await outcome(gate(revoked), token(), certificate=own) == "403 The client certificate was revoked."
    assert await outcome(gate(revoked), bound(own), certificate=own) == "403 The client certificate was revoked."
    assert await outcome(gate(revoked), token(), certificate=authority.issue("other")) == OK


async def test_a_certificate_holds_from_its_first_second_until_its_last(authority: Authority):
    own = authority.issue("own")
    read = Certificates().read(own.der)
    for moment, expected in ((read.begins, OK), (read.begins - 1, "403"), (read.ends - 1, OK), (read.ends, "403")):
        at = Binding(clock=lambda moment=moment: moment)
        assert (await outcome(gate(at), bound(own), certificate=own))[:3] == expected


async def test_a_bound_token_counts_with_its_certificate_only(authority: Authority):
    own, other = authority.issue("own"), authority.issue("own")
    assert await outcome(gate(), bound(own), certificate=own) == OK
    assert await outcome(gate(), bound(own), certificate=other) == OTHER_CERTIFICATE
    assert await outcome(gate(), bound(own)) == OTHER_CERTIFICATE


@pytest.mark.parametrize(
    "confirmation",
    ["x", [], {}, 1, {"x5t#S256": ""}, {"x5t#S256": 1}, {"x5t#S256": None}, {"jkt": ""}, {"x5t": "x"}, {"x5t#S256": "x", "jkt": "x"}],
)  # fmt: skip
async def test_a_binding_of_another_kind_is_none(confirmation: Any, authority: Authority):
    text = token({"cnf": confirmation})
    assert await outcome(gate(Binding(proofs=proofs())), text, certificate=authority.issue("x")) == UNSUPPORTED


async def test_no_binding_at_all_is_no_binding():
    assert await outcome(gate(), token({"cnf": None})) == OK


# --- what the configuration asks -------------------------------------------------------------------------------------------


async def test_a_token_has_to_be_bound_where_that_is_asked(authority: Authority):
    own, holder = authority.issue("own"), Proof()
    by_certificate, by_key = bound(own), keyed(holder)
    ways = {"certificate": (OK, UNBOUND), "dpop": (UNBOUND, OK), "certificate dpop": (OK, OK)}
    for way, expected in ways.items():
        asked = gate(Binding(proofs=proofs()), bindings=frozenset(way.split()))
        assert await outcome(asked, token()) == UNBOUND
        assert await outcome(asked, token(), certificate=own) == UNBOUND
        proof = holder.make(by_key, iat=NOW)
        assert (
            await outcome(asked, by_certificate, certificate=own),
            await outcome(asked, by_key, proof=proof, scheme="DPoP"),
        ) == expected


async def test_the_owner_of_the_certificate_is_the_party_in_the_token():
    asked = gate(certificate_name="common_name")
    own, other = named(common_name=PARTY), named(common_name="other")
    assert await outcome(asked, token(), certificate=own) == OK
    assert await outcome(asked, token(), certificate=other) == OTHER_PARTY
    assert await outcome(asked, token()) == "403 A client certificate is required."
    assert await outcome(asked, token(), certificate=named(serial_number=PARTY)) == OTHER_PARTY
    # Of two names each reader could believe another one.
    assert await outcome(asked, token(), certificate=named(common_name=PARTY, common_name__2="x")) == OTHER_PARTY


async def test_of_who_acts_for_another_it_is_who_acts():
    asked = gate(certificate_name="serial_number")
    acting = token({"act": {"sub": "actor"}})
    assert await outcome(asked, acting, certificate=named(serial_number="actor")) == OK
    assert await outcome(asked, acting, certificate=named(serial_number=PARTY)) == OTHER_PARTY
    assert await outcome(asked, acting, certificate=named(common_name="actor")) == OTHER_PARTY
    assert await outcome(asked, token({"act": {}}), certificate=named(serial_number=PARTY)) == OTHER_PARTY
    assert await outcome(asked, token({"act": {"sub": 1}}), certificate=named(serial_number=PARTY)) == OTHER_PARTY
    assert await outcome(asked, token({"act": "actor"}), certificate=named(serial_number=PARTY)) == OK


async def test_who_has_no_name_is_nobody():
    nameless = named(country="NL")
    for attribute in ("common_name", "serial_number"):
        asked = gate(certificate_name=attribute)
        for claims in ({"sub": ...}, {"sub": ""}, {"act": {"sub": ""}}):
            assert await outcome(asked, token(claims), certificate=nameless) == OTHER_PARTY


async def test_a_key_stands_for_the_certificate_that_did_not_come():
    asked, holder = gate(Binding(proofs=proofs()), certificate_name="common_name"), Proof()
    text = keyed(holder)

    async def with_certificate(certificate: bytes | None) -> str:
        return await outcome(asked, text, proof=holder.make(text, iat=NOW), scheme="DPoP", certificate=certificate)

    assert await with_certificate(None) == OK
    assert await with_certificate(named(common_name=PARTY)) == OK
    assert await with_certificate(named(common_name="other")) == OTHER_PARTY


# --- keys ----------------------------------------------------------------------------------------------------------------


async def test_a_token_that_is_bound_to_a_key_counts_with_a_proof_by_it():
    asked, holder, thief = gate(Binding(proofs=proofs())), Proof(), Proof()
    text = keyed(holder)
    assert await outcome(asked, text, proof=holder.make(text, iat=NOW), scheme="DPoP") == OK
    assert await outcome(asked, text, proof=holder.make(text, iat=NOW), scheme="dpop") == OK
    by_another = "401 The proof is by another key than the access token is bound to. (DPoP)"
    assert await outcome(asked, text, proof=thief.make(text, iat=NOW), scheme="DPoP") == by_another
    assert await outcome(asked, text, scheme="DPoP") == "401 A proof (header DPoP) is required. (DPoP)"


async def test_a_thief_cannot_present_it_as_a_bearer_token():
    asked, holder = gate(Binding(proofs=proofs())), Proof()
    text = keyed(holder)
    expected = "401 The access token is bound to a key; send it with the scheme DPoP and a proof. (DPoP)"
    assert await outcome(asked, text) == expected
    assert await outcome(asked, text, proof=holder.make(text, iat=NOW)) == expected


async def test_where_no_proof_is_understood_no_key_binds():
    holder = Proof()
    text = keyed(holder)
    assert await outcome(gate(), text, proof=holder.make(text, iat=NOW), scheme="DPoP") == UNSUPPORTED
    assert await outcome(gate(), text) == UNSUPPORTED


async def test_the_scheme_promises_a_key(authority: Authority):
    own, holder = authority.issue("own"), Proof()
    expected = "401 The access token is not bound to a key. (DPoP)"
    for text in (token(), bound(own)):
        proof = holder.make(text, iat=NOW)
        asked = gate(Binding(proofs=proofs()))
        assert await outcome(asked, text, proof=proof, scheme="DPoP", certificate=own) == expected
        assert await outcome(gate(), text, scheme="DPoP") == expected


# --- around it -------------------------------------------------------------------------------------------------------------


async def test_a_caller_is_made_once_for_a_token(authority: Authority):
    own = authority.issue("own")
    asked, headers = gate(), {b"authorization": f"Bearer {bound(own)}".encode(), CERTIFICATE: own.der}
    first = await asked.caller(headers)
    assert await asked.caller(headers) is first
    assert first.key == own.thumbprint


async def test_who_is_blocked_is_refused_with_a_token_and_while_a_subscription_runs(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text("participants: {blocked: {blocked: true}}")
    asked = gate(participants=Participants(tmp_path / "rules.yaml"))
    assert await outcome(asked, token()) == OK
    assert await outcome(asked, token({"sub": "blocked"})) == "403 The party is blocked."
    blocked = await gate().caller({b"authorization": f"Bearer {token({'sub': 'blocked'})}".encode()})
    with pytest.raises(GatewayError, match=r"The party is blocked\."):
        asked.check_again(blocked, {})
    gate().check_again(blocked, {})  # without rules nobody is


async def test_a_certificate_is_judged_again_while_a_subscription_runs(authority: Authority):
    own = authority.issue("own")
    read, place = Certificates().read(own.der), Place(authority.revoke(own).read_bytes())
    caller = await gate().caller({b"authorization": f"Bearer {token()}".encode()})
    for moment, expected in ((read.begins - 1, False), (read.begins, True), (read.ends - 1, True), (read.ends, False)):
        at = gate(Binding(clock=lambda moment=moment: moment))
        at.check_again(caller, {})
        if expected:
            at.check_again(caller, {CERTIFICATE: own.der})
            continue
        with pytest.raises(GatewayError, match=r"The client certificate is not valid now\."):
            at.check_again(caller, {CERTIFICATE: own.der})
    revoked = gate(Binding(revocations=Revocations([place], [authority.certificate])))
    assert await outcome(revoked, token(), certificate=authority.issue("other")) == OK  # loads the list
    with pytest.raises(GatewayError, match=r"The client certificate was revoked\."):
        revoked.check_again(caller, {CERTIFICATE: own.der})


async def test_the_certificate_of_a_request(authority: Authority):
    own, old = authority.issue("own"), authority.issue("old", lifetime=-timedelta(hours=1))
    assert await gate().certificate({}) is None
    assert await gate().certificate({CERTIFICATE: own.der}) == Certificates().read(own.der)
    with pytest.raises(GatewayError, match=r"The client certificate is not valid now\."):
        await gate().certificate({CERTIFICATE: old.der})


def test_what_the_connection_tells_has_names_that_come_over_no_line():
    told = [ADDRESS, CERTIFICATE, METHOD, SOCKET]
    assert (len(set(told)), [name[:1] for name in told]) == (4, [b":"] * 4)


# --- what is read of a certificate -------------------------------------------------------------------------------------------


def test_the_facts_of_a_certificate(authority: Authority):
    own = authority.issue("party")
    certificate = own.certificate
    assert Certificates().read(own.der) == ClientCertificate(
        thumbprint=base64url(certificate.fingerprint(hashes.SHA256())),
        serial=certificate.serial_number,
        issuer=authority.certificate.subject.public_bytes(),
        common_name="party",
        serial_number="",
        begins=certificate.not_valid_before_utc.timestamp(),
        ends=certificate.not_valid_after_utc.timestamp(),
    )


def test_names_that_stand_there_twice_are_none():
    read = Certificates().read(named(serial_number="1", serial_number__2="1", common_name="one"))
    assert (read.serial_number, read.common_name) == ("", "one")


def test_the_latest_certificates_are_kept_and_no_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.identity.certificates._KEPT", 2)
    certificates, (a, b, c) = Certificates(), [named(common_name=name) for name in "abc"]
    first, second = certificates.read(a), certificates.read(b)
    assert (certificates.read(a) is first, certificates.read(b) is second) == (True, True)
    third = certificates.read(c)
    assert (certificates.read(c) is third, certificates.read(b) is second, certificates.read(a) is first) == (
        True,
        True,
        False,
    )


def unreadable(der: bytes) -> bool:
    with pytest.raises(GatewayError, match=r"The client certificate cannot be read\.") as caught:
        Certificates().read(der)
    return (caught.value.status, caught.value.issues[0].code.name) == (403, "INVALID_CLIENT_CERTIFICATE")


def test_a_certificate_that_is_too_large_is_not_read(authority: Authority, monkeypatch: pytest.MonkeyPatch):
    der = authority.issue("large").der
    monkeypatch.setattr("gateway.identity.certificates.MAXIMUM_BYTES", len(der))
    assert Certificates().read(der).common_name == "large"
    monkeypatch.setattr("gateway.identity.certificates.MAXIMUM_BYTES", len(der) - 1)
    assert unreadable(der)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("a003020102", "a003020105"),  # version 6
        ("0c056f776e6572", "03056f776e6572"),  # a name of bits, where RFC 5280 has texts
    ],
)
def test_a_certificate_is_of_the_standard(authority: Authority, part: str, other: str):
    der = authority.issue("owner").der
    assert unreadable(der.replace(bytes.fromhex(part), bytes.fromhex(other)))


def test_what_is_judged_again_is_the_certificate_and_where_it_comes_from():
    """Subscriptions that differ in it share no stream."""
    made = TokenAuthenticator(verifier(), None)
    assert made.judged({CERTIFICATE: b"c", ADDRESS: b"192.0.2.7", b"authorization": b"x"}) == (b"c", b"192.0.2.7")
    assert made.judged({}) == (None, None)
