"""The HTTP face, over real sockets and real TLS, as the shipped command."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from network.certificates import Subject, certificate_files, ensure_certificates
from tests.security.stand import Proof

READ = "registers/one/things/thing:read"
AUDIENCE = "https://netwerk.example/graphql"
TOKEN_URL = "https://issuer.example/auth/token"
TRACE = "463ac35c9f6413ad48485a3953bb6124"
REQUEST = {"grant_type": "client_credentials", "scope": READ, "audience": AUDIENCE}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Issuer:
    folder: Path
    port: int
    dev_port: int

    def tls(self, party: str | None, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        context = ssl.create_default_context(cafile=str(self.folder / "certificates" / "authority.crt"))
        if party is not None:
            certificate, key = certificate_files(self.folder / "certificates", party)
            context.load_cert_chain(certificate, key)
        return ask(http.client.HTTPSConnection("localhost", self.port, context=context), method, path, body, headers)

    def dev(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        return ask(http.client.HTTPConnection("127.0.0.1", self.dev_port), method, path, body, headers)


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    sent = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        connection.request(method, path, content, sent)
        with connection.getresponse() as response:
            text = response.read()
            answer_headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, answer_headers, json.loads(text) if text else None)
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    folder = tmp_path_factory.mktemp("issuer")
    parties = {
        "uzovi:5050": ("1001", "Zorgkantoor"),
        "agb:12345678": ("1002", "Zorgaanbieder"),
        "kvk:99000002": ("1003", "Onderneming"),
    }
    prints = ensure_certificates(folder / "certificates", [Subject(id, id, parties[id][0]) for id in parties])
    ensure_certificates(folder / "certificates", [Subject("agb:00000009", "vreemde", "1009")])
    entries = [
        {"id": id, "number": number, "name": id, "instantie_type": kind, "scopes": [READ], "certificate": prints[id]}
        for id, (number, kind) in parties.items()
    ]
    entries[2] |= {"may_act_for": ["agb:12345678"], "scopes": []}
    (folder / "participants.json").write_text(json.dumps(entries))
    subject = Issuer(folder, free_port(), free_port())
    certificates = folder / "certificates"
    command = [
        sys.executable, "-m", "issuer", "serve", "--state", str(folder), "--issuer", "https://issuer.example",
        "--port", str(subject.port), "--certificate", str(certificates / "server.crt"),
        "--key", str(certificates / "server.key"), "--client-authorities", str(certificates / "authority.crt"),
        "--dev", "--dev-port", str(subject.dev_port), "--default-audience", AUDIENCE, "--url", TOKEN_URL,
    ]  # fmt: skip
    process = subprocess.Popen(command)
    wait_for(subject.dev_port, process)
    wait_for(subject.port, process)
    yield subject
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the issuer does not listen")


def test_a_party_gets_a_token_for_its_certificate(issuer: Issuer):
    answer = issuer.tls("uzovi:5050", "POST", "/auth/token", REQUEST, X_B3_TraceId=TRACE)
    assert answer.status == 200
    token = answer.body.pop("access_token")
    assert answer.body == {"token_type": "Bearer", "expires_in": 3600, "scope": READ}
    assert answer.headers["x-b3-traceid"] == TRACE
    assert answer.headers["cache-control"] == "no-store"
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["iss"], claims["sub"], claims["uzovi"]) == ("https://issuer.example", "1001", "5050")
    own = certificate_files(issuer.folder / "certificates", "uzovi:5050")[0].read_text()
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(own)).digest()).rstrip(b"=")
    assert claims["cnf"] == {"x5t#S256": thumbprint.decode()}


def test_a_token_is_bound_to_the_key_of_a_proof(issuer: Issuer):
    holder = Proof()
    proof = holder.make("", htu=TOKEN_URL, ath=None)
    answer = issuer.tls("uzovi:5050", "POST", "/auth/token", REQUEST, DPoP=proof)
    assert (answer.status, answer.body["token_type"]) == (200, "DPoP")
    claims = jwt.decode(answer.body["access_token"], options={"verify_signature": False})
    assert claims["cnf"] == {"jkt": holder.thumbprint}
    again = issuer.tls("uzovi:5050", "POST", "/auth/token", REQUEST, DPoP=proof)
    assert (again.status, again.body["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize(
    "wrong",
    [
        {"htu": "https://other.example/auth/token"},
        {"htm": "GET"},
        {"iat": 1},
        {"iat": 10**400},
        {"iat": -(10**400)},
        {"iat": True},
        {"iat": None},
        {"jti": None},
        {"jti": 7},
        {"head": {"typ": "jwt"}},
        {"head": {"jwk": None}},
        {"head": {"jwk": {"kty": []}}},
        {"head": {"jwk": Proof().jwk}},
        {"head": {"crit": ["x"]}},
    ],
)
def test_proofs_that_are_none(issuer: Issuer, wrong: dict[str, Any]):
    head: Any = wrong.get("head")
    claims = {name: value for name, value in wrong.items() if name != "head"}
    proof = Proof().make("", head=head, **{"htu": TOKEN_URL, "ath": None, **claims})
    for given in (proof, "x", ""):
        answer = issuer.tls("uzovi:5050", "POST", "/auth/token", REQUEST, DPoP=given)
        assert (answer.status, answer.body["error"]) == (400, "invalid_dpop_proof")


def test_the_exponent_of_a_key_is_no_way_to_keep_the_server_busy(issuer: Issuer):
    def asked(exponent: int) -> int:
        key = rsa_key(exponent)
        proof = jwt.encode(
            {"jti": str(exponent), "htm": "POST", "htu": TOKEN_URL, "iat": int(time.time())},
            key,
            algorithm="PS256",
            headers={"typ": "dpop+jwt", "jwk": RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)},
        )
        return issuer.tls("uzovi:5050", "POST", "/auth/token", REQUEST, DPoP=proof).status

    assert [asked(2**64 - 59), asked(2**64 + 13)] == [200, 400]


def rsa_key(exponent: int) -> rsa.RSAPrivateKey:
    """A key whose public exponent is this prime."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_numbers()
    secret = pow(exponent, -1, (made.p - 1) * (made.q - 1))
    return rsa.RSAPrivateNumbers(
        p=made.p,
        q=made.q,
        d=secret,
        dmp1=rsa.rsa_crt_dmp1(secret, made.p),
        dmq1=rsa.rsa_crt_dmq1(secret, made.q),
        iqmp=made.iqmp,
        public_numbers=rsa.RSAPublicNumbers(exponent, made.public_numbers.n),
    ).private_key()


def test_a_supplier_acts_for_a_party(issuer: Issuer):
    body = {**REQUEST, "access_token": {"sub": "agbcode:12345678"}}
    claims = jwt.decode(
        issuer.tls("kvk:99000002", "POST", "/auth/token", body).body["access_token"],
        options={"verify_signature": False},
    )
    assert (claims["agb"], claims["act"], claims["client_id"]) == ("12345678", {"sub": "1003"}, "agb:12345678")


@pytest.mark.parametrize(
    ("party", "body", "status", "text"),
    [
        (None, REQUEST, 403, "Invalid Client Certificate"),
        ("agb:00000009", REQUEST, 403, "Invalid Client Certificate"),
        ("uzovi:5050", {**REQUEST, "audience": None}, 400, "audience is required"),
        ("uzovi:5050", {**REQUEST, "scope": "x"}, 400, "Access denied, invalid scope"),
        (
            "uzovi:5050",
            {**REQUEST, "access_token": {"sub": "agb:12345678"}},
            401,
            "authenticating with issuing authority",
        ),
        ("uzovi:5050", b"{", 400, "the body is not a token request in JSON"),
        ("uzovi:5050", b"\xff", 400, "the body is not a token request in JSON"),
        ("uzovi:5050", b'{"x": ' + b"[" * 5_000, 400, "the body is not a token request in JSON"),
        ("uzovi:5050", [], 400, "the body is not a token request in JSON"),
        ("uzovi:5050", {**REQUEST, "scope": ["a"]}, 400, "the body is not a token request in JSON"),
        ("uzovi:5050", b" " * 70_000, 413, "the request is too large"),
    ],
)
def test_refusals(issuer: Issuer, party: str | None, body: Any, status: int, text: str):
    answer = issuer.tls(party, "POST", "/auth/token", body)
    assert (answer.status, answer.body["error_description"]) == (status, text)


def test_a_claim_to_be_somebody_in_a_header_means_nothing(issuer: Issuer):
    answer = issuer.tls(None, "POST", "/auth/token", REQUEST, X_Client_Cert="anything", X_Forwarded_For="127.0.0.1")
    assert answer.status == 403


def test_form_encoding_is_not_the_published_form(issuer: Issuer):
    answer = issuer.tls("uzovi:5050", "POST", "/auth/token", b"a=b", Content_Type="application/x-www-form-urlencoded")
    assert (answer.status, answer.body["error_description"]) == (400, "audience is required")


def test_other_paths_and_methods(issuer: Issuer):
    assert issuer.tls("uzovi:5050", "POST", "/auth/tokens").status == 404
    assert issuer.tls("uzovi:5050", "GET", "/auth/token").status == 405


def test_an_untrusted_certificate_never_reaches_the_application(issuer: Issuer, tmp_path: Path):
    ensure_certificates(tmp_path, [Subject("uzovi:5050", "namesake", "1001")])
    context = ssl.create_default_context(cafile=str(issuer.folder / "certificates" / "authority.crt"))
    context.load_cert_chain(*certificate_files(tmp_path, "uzovi:5050"))
    connection = http.client.HTTPSConnection("localhost", issuer.port, context=context)
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the version of TLS
        ask(connection, "POST", "/auth/token", REQUEST, {})


def test_the_key_set_is_public(issuer: Issuer):
    answer = issuer.tls(None, "GET", "/.well-known/jwks.json")
    assert answer.body == json.loads((issuer.folder / "jwks.json").read_text())


def test_development_endpoints_are_not_on_the_port_for_parties(issuer: Issuer):
    assert issuer.tls("uzovi:5050", "GET", "/dev/participants").status == 404
    assert issuer.tls("uzovi:5050", "POST", "/dev/token", {"as": "uzovi:5050"}).status == 404


def test_development_tokens(issuer: Issuer):
    assert [entry["id"] for entry in issuer.dev("GET", "/dev/participants").body] == [
        "uzovi:5050",
        "agb:12345678",
        "kvk:99000002",
    ]
    answer = issuer.dev("POST", "/dev/token", {"as": "agbcode:12345678"})
    claims = jwt.decode(answer.body["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["agb"], claims["scopes"]) == (AUDIENCE, "12345678", [READ])
    assert issuer.dev("POST", "/dev/token", {"as": "agb:99999999"}).status == 404
    assert issuer.dev("POST", "/dev/token", {"as": "uzovi:5050", "scope": "x"}).status == 400


def test_a_page_that_rebinds_its_name_gets_no_token(issuer: Issuer):
    answer = issuer.dev("POST", "/dev/token", {"as": "uzovi:5050"}, Host="evil.example")
    assert (answer.status, answer.body["error_description"]) == (403, "Forbidden")


def test_a_missing_or_wrong_trace_id_is_made(issuer: Issuer):
    for headers in ({}, {"X_B3_TraceId": "0" * 32}, {"X_B3_TraceId": "ABC"}):
        trace = issuer.dev("GET", "/health", **headers).headers["x-b3-traceid"]
        assert len(trace) == 32
        assert trace not in headers.values()


def test_a_new_participant_is_known_at_once(issuer: Issuer):
    command = [sys.executable, "-m", "issuer", "participant", "add", "--state", str(issuer.folder), "--as", "agb:00000009",
               "--name", "Nieuw", "--instantie-type", "Zorgaanbieder", "--number", "1009", "--scope", READ,
               "--certificate", str(certificate_files(issuer.folder / "certificates", "agb:00000009")[0])]  # fmt: skip
    remove = [
        sys.executable,
        "-m",
        "issuer",
        "participant",
        "remove",
        "--state",
        str(issuer.folder),
        "--as",
        "agb:00000009",
    ]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "agb:00000009 Nieuw\n"
    assert issuer.tls("agb:00000009", "POST", "/auth/token", REQUEST).status == 200
    state = ["--state", str(issuer.folder), "--as", "agb:00000009"]
    for command, status in (("block", 403), ("unblock", 200)):
        assert run("participant", command, *state).stderr == ""
        assert issuer.tls("agb:00000009", "POST", "/auth/token", REQUEST).status == status
    subprocess.run(remove, check=True)
    assert issuer.tls("agb:00000009", "POST", "/auth/token", REQUEST).status == 403


def test_a_participant_comes_from_its_addresses(issuer: Issuer):
    for address, status in (("192.0.2.0/24", 403), ("127.0.0.0/8", 200)):
        added = run(
            "participant", "add", "--state", str(issuer.folder), "--as", "agb:00000009", "--name", "Nieuw",
            "--instantie-type", "Zorgaanbieder", "--number", "1009", "--scope", READ, "--address", address,
            "--certificate", str(certificate_files(issuer.folder / "certificates", "agb:00000009")[0]),
        )  # fmt: skip
        assert added.stderr == ""
        assert issuer.tls("agb:00000009", "POST", "/auth/token", REQUEST).status == status
    assert run("participant", "remove", "--state", str(issuer.folder), "--as", "agb:00000009").stderr == ""


def test_certificates_are_taken_back_by_an_authority_that_is_there_before_the_party_goes(issuer: Issuer):
    elsewhere = issuer.folder / "elsewhere"
    party = ["--state", str(issuer.folder), "--as", "agb:00000009"]
    add = ["--name", "Nieuw", "--instantie-type", "Zorgaanbieder", "--number", "1009"]
    assert run("participant", "add", *party, *add).stderr == ""
    removed = run("participant", "remove", *party, "--authority", str(elsewhere))
    assert (removed.returncode, removed.stderr) == (1, f"There is no authority in {elsewhere}.\n")
    assert not elsewhere.exists()
    assert "agb:00000009" in run("participant", "list", "--state", str(issuer.folder)).stdout
    assert run("participant", "remove", *party).stderr == ""


# --- the command ---


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "issuer", *arguments], capture_output=True, text=True, check=False, env=environment
    )


def test_the_command_prints_a_token(issuer: Issuer):
    done = run("token", "--state", str(issuer.folder), "--as", "uzovi:5050", "--audience", AUDIENCE)
    assert done.stderr == ""
    assert jwt.decode(done.stdout.strip(), options={"verify_signature": False})["uzovi"] == "5050"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["token", "--as", "uzovi:9999", "--audience", AUDIENCE], "uzovi:9999 is no participant of this network.\n"),
        (
            ["token", "--as", "uzovi:5050", "--audience", AUDIENCE, "--scope", "x"],
            "No token for uzovi:5050: Access denied, invalid scope.\n",
        ),
        (["token", "--as", "uzovi:5050", "--audience", "http://x"], "No token for uzovi:5050: audience is required.\n"),
        (
            ["serve", "--dev", "--dev-host", "0.0.0.0", "--dev-port", "1"],
            "--dev hands out tokens without a certificate and therefore listens on this machine only, not on 0.0.0.0.\n",
        ),
        (["serve"], "Nothing to serve: give --port with certificates, or --dev with --dev-port or --dev-unix.\n"),
    ],
)
def test_plain_sentences(issuer: Issuer, arguments: list[str], sentence: str):
    done = run(*arguments, "--state", str(issuer.folder))
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_a_port_in_use(issuer: Issuer):
    done = run("serve", "--state", str(issuer.folder), "--dev", "--dev-port", str(issuer.dev_port))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"The autorisatieserver cannot listen on http://127.0.0.1:{issuer.dev_port}: port {issuer.dev_port} is in use."
    )
