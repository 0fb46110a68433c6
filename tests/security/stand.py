"""The shipped gateway as a process of its own over a small graph that is not care, with certificates, keys and proofs of our choosing."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import re
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import jwt
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm

from gateway.commands import composed
from tests.gateway.library import AUDIENCE, ISSUER, SDL, write_files
from tests.harness import REPOSITORY, Reply
from tests.security.listening import listening

__all__ = ["Authority", "Certificate", "Proof", "Stand", "Subgraph", "running_gateway", "stand"]

URL = AUDIENCE
"""How clients know the gateway, for proofs."""


@dataclass(frozen=True)
class Certificate:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    file: Path
    """Certificate and key, PEM."""

    @property
    def thumbprint(self) -> str:
        return base64url(self.certificate.fingerprint(hashes.SHA256()))

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()


class Authority:
    """Makes certificates and revocation lists in a folder."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = (
            self._builder(self._name, self._key, timedelta(days=9))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / f"{name}.crt"
        self.file.write_bytes(self.certificate.public_bytes(Encoding.PEM))

    def issue(
        self,
        name: str,
        *,
        lifetime: timedelta = timedelta(days=1),
        points: tuple[str, ...] = (),
        reasons: frozenset[x509.ReasonFlags] | None = None,
        crl_issuer: bool = False,
    ) -> Certificate:
        """A certificate for a party, or for the address that `name` is; `points`: of which revocation lists it says that they are about it."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key, lifetime)
        if re.fullmatch(r"[0-9.]+", name) and name.count(".") == 3:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
            builder = builder.add_extension(names, critical=False)
        if points:
            of = [x509.DirectoryName(self._name)] if crl_issuer else None
            places = ([x509.UniformResourceIdentifier(f"http://crl.example/{point}.crl")] for point in points)
            told = x509.CRLDistributionPoints([x509.DistributionPoint(place, None, reasons, of) for place in places])
            builder = builder.add_extension(told, critical=False)
        certificate = builder.sign(self._key, hashes.SHA256())
        file = self.folder / f"{name}-{certificate.serial_number}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        return Certificate(certificate, key, file)

    def revoke(self, *certificates: Certificate, ends: timedelta = timedelta(days=1)) -> Path:
        """Write a revocation list with these certificates."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self._name)
        builder = builder.last_update(now - timedelta(days=2)).next_update(now + ends)
        for certificate in certificates:
            number = certificate.certificate.serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now).build()
            builder = builder.add_revoked_certificate(entry)
        file = self.folder / "list.crl"
        (self.folder / "next").write_bytes(builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER))
        (self.folder / "next").replace(file)
        return file

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, lifetime: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + lifetime)
        )


@dataclass
class Proof:
    """A holder's key and the proofs that it makes (RFC 9449 §4.2)."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def jwk(self) -> dict[str, str]:
        return ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)

    @property
    def thumbprint(self) -> str:
        members = {name: self.jwk[name] for name in ("crv", "kty", "x", "y")}
        return base64url(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())

    def make(self, token: str, *, head: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A proof for a POST with this token; other claims, or None to leave one away."""
        told: dict[str, Any] = {
            "jti": str(uuid.uuid4()),
            "htm": "POST",
            "htu": URL,
            "iat": int(time.time()),
            "ath": base64url(hashlib.sha256(token.encode()).digest()),
            **claims,
        }
        content = {name: value for name, value in told.items() if value is not None}
        headers = {"typ": "dpop+jwt", "jwk": self.jwk, **(head or {})}
        return jwt.encode(content, self.key, algorithm="ES256", headers=headers)


@dataclass
class Subgraph:
    """What both subgraphs answer, and the headers that they were sent (lower-case names)."""

    seen: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    status: int = 200
    extra: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: bytes = b'{"data":{"books":[{"title":"Dune"}]}}'
    wait: float = 0.0
    """Seconds until it answers."""

    @contextmanager
    def serving(self) -> Generator[str]:
        told = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                told.seen.append({name.lower(): value for name, value in self.headers.items()})
                time.sleep(told.wait)
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(told.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told.body)))
                for name, value in told.extra:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(told.body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        with listening(Handler) as port:
            yield f"http://127.0.0.1:{port}/graphql"


@dataclass
class Stand:
    """A running gateway. `authority` made its certificate, and those of clients."""

    folder: Path
    authority: Authority
    subgraph: Subgraph
    port: int = 0
    tls: bool = True

    def ask(
        self,
        token: str | None,
        *,
        certificate: Certificate | None = None,
        headers: Mapping[str, str] | None = None,
        query: str = "{ books { title } }",
        scheme: str = "Bearer",
        method: str = "POST",
    ) -> Reply:
        """A query over a connection of its own."""
        sent = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
        if token is not None:
            sent["Authorization"] = f"{scheme} {token}"
        connection = self.connect(certificate)
        try:
            body = json.dumps({"query": query})
            connection.request(method, "/graphql", body=body, headers={**sent, **(headers or {})})
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    @staticmethod
    @contextmanager
    def elsewhere() -> Generator[tuple[str, list[dict[str, str]]]]:
        """Another server, and the headers of what arrives there."""
        other = Subgraph()
        with other.serving() as url:
            yield url, other.seen

    def connect(self, certificate: Certificate | None = None) -> http.client.HTTPConnection:
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        context = self.client_tls(certificate)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, context=context)

    def client_tls(self, certificate: Certificate | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority.file))
        # Our authorities are as short-lived as the test and have no key identifiers.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        if certificate is not None:
            context.load_cert_chain(certificate.file)
        return context


@contextmanager
def stand(
    folder: Path,
    *,
    issuer: Mapping[str, Any] | None = None,
    authorization: Mapping[str, Any] | None = None,
    listen: Mapping[str, Any] | None = None,
    tls: bool = True,
    authority: Authority | None = None,
    **settings: Any,
) -> Generator[Stand]:
    """Start `gateway serve` with these settings of the issuer, of `authorization` and of `listen` on top of what it needs."""
    authority = authority or Authority(folder / "certificates")
    write_files(folder)
    (folder / "schema.graphql").write_text(_supergraph(folder))
    own = authority.issue("127.0.0.1")
    place: dict[str, Any] = {"port": 0}
    if tls:
        files = {"certificate": str(own.file), "key": str(own.file), "client_ca": str(authority.file)}
        place["tls"] = files
    subgraph = Subgraph()
    with subgraph.serving() as url:
        content: dict[str, Any] = {
            "listen": {**place, **(listen or {})},
            "supergraph": "schema.graphql",
            "grants": "grants.yaml",
            "authorization": {
                "issuers": [{"issuer": ISSUER, "jwks": "jwks.json", "audience": AUDIENCE, **(issuer or {})}],
                **(authorization or {}),
            },
            "subgraphs": {name: {"url": url} for name in SDL},
            "telemetry": {"access_log": False},
            **settings,
        }
        (folder / "gateway.yaml").write_text(yaml.safe_dump(content))
        with running_gateway(folder) as port:
            yield Stand(folder, authority, subgraph, port, tls)


def _supergraph(folder: Path) -> str:
    head = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
    subgraphs: dict[str, Any] = {}
    for name, sdl in SDL.items():
        (folder / f"{name}.graphql").write_text(head + sdl)
        subgraphs[name] = {"routing_url": f"http://{name}.example/", "schema": {"file": f"{name}.graphql"}}
    (folder / "supergraph.yaml").write_text(yaml.safe_dump({"subgraphs": subgraphs}))
    return composed(folder / "supergraph.yaml")


@contextmanager
def running_gateway(folder: Path) -> Generator[int]:
    command = [sys.executable, "-m", "gateway", "serve", "--settings", str(folder / "gateway.yaml")]
    with (folder / "gateway.log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=REPOSITORY)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"https?://127\.0\.0\.1:(\d+)", line)
            assert found is not None, line + (folder / "gateway.log").read_text()
            yield int(found[1])
        finally:
            process.terminate()
            process.wait(20)
            assert process.stdout is not None
            process.stdout.close()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
