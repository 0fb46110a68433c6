"""`issuer serve | token | participant add|remove|list | keys rotate`: the autorisatieserver and its administration.

Everything lies in one folder (`--state`): keys, their public set `jwks.json`, and `participants.json`. A running server
notices changes that these commands make.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import structlog
from cyclopts import App, Parameter

from issuer.app import Authority, build_app
from issuer.authority import MAXIMUM_REQUEST, AuthorityError, CertificateAuthority
from issuer.keys import PUBLISHED_AHEAD, Algorithm, KeyStore, KeyStoreError
from issuer.participants import Participant, ParticipantsError, ParticipantsFile, canonical_id
from issuer.proofs import Proofs
from issuer.server import Listener, ServeError, serve
from issuer.tokens import Issued, RefusedError, TokenIssuer, TokenRequest, decide

__all__ = ["app", "main"]

app = App(name="issuer", help="The autorisatieserver: access tokens for known parties.", version_flags=[])
participant_app = App(name="participant", help="Who may have tokens.")
keys_app = App(name="keys", help="The signing keys.")
app.command(participant_app)
app.command(keys_app)

State = Annotated[Path, Parameter(help="Folder with the keys and participants.json.")]
Name = Annotated[str, Parameter(name="--issuer", help="The claim `iss` of the tokens.")]
Party = Annotated[str, Parameter(name="--as", help="uzovi:5050, agb:…, kvk:… or bsn:…")]
Authorities = Annotated[Path | None, Parameter(name="--authority", help="Folder of a development authority.")]
DEFAULT_NAME = "https://autorisatieserver.example"


@app.command(name="serve")
def serve_command(  # noqa: PLR0913 - the options of a command
    *,
    state: State = Path("issuer"),
    issuer: Name = DEFAULT_NAME,
    host: str = "127.0.0.1",
    port: Annotated[int | None, Parameter(help="Port for parties, with TLS.")] = None,
    certificate: Path | None = None,
    key: Path | None = None,
    client_authorities: Path | None = None,
    algorithm: Algorithm = "RS256",
    lifetime: int = 3600,
    aggregated_claims: bool = False,
    authority: Authorities = None,
    url: Annotated[
        str | None, Parameter(help="The token endpoint as parties know it; with it tokens may be bound by DPoP.")
    ] = None,
    dev: bool = False,
    dev_host: str = "127.0.0.1",
    dev_port: Annotated[int | None, Parameter(help="Port without TLS, loopback only.")] = None,
    dev_unix: Path | None = None,
    default_audience: Annotated[str, Parameter(help="Audience of development tokens that ask for none.")] = "",
) -> None:
    """Serve `POST /auth/token` and the key set; with --dev also tokens without a certificate, on this machine only."""
    served = _authority(state, issuer, algorithm, lifetime, aggregated_claims, default_audience, authority)
    if url is not None:
        served = replace(served, proofs=Proofs(url))
    listeners: list[Listener] = []
    if port is not None:
        if certificate is None or key is None or client_authorities is None:
            _fail(
                "--port needs --certificate, --key and --client-authorities: parties are known by their certificates."
            )
        listeners.append(
            Listener(
                build_app(served),
                host=host,
                port=port,
                certificate=certificate,
                key=key,
                authorities=client_authorities,
            )
        )
    if dev:
        listeners += _dev_listeners(served, dev_host, dev_port, dev_unix)
    if not listeners:
        _fail("Nothing to serve: give --port with certificates, or --dev with --dev-port or --dev-unix.")
    try:
        served.participants.publish()
        if served.certificates is not None:
            served.certificates.current_list()
        serve(listeners)
    except (ServeError, ParticipantsError, AuthorityError, OSError) as error:
        _fail(str(error))


@app.command
def token(  # noqa: PLR0913 - the options of a command
    *,
    party: Party,
    audience: str,
    state: State = Path("issuer"),
    issuer: Name = DEFAULT_NAME,
    scope: Annotated[list[str] | None, Parameter(help="A scope; repeat for more. Default: all of the party.")] = None,
    acting: Annotated[str | None, Parameter(help="The participant that acts for the party.")] = None,
    algorithm: Algorithm = "RS256",
    lifetime: int = 3600,
    aggregated_claims: bool = False,
) -> None:
    """Print an access token, made with the keys on this machine."""
    authority = _authority(state, issuer, algorithm, lifetime, aggregated_claims, audience)
    try:
        print(authority.tokens.sign(_decide_locally(authority, party, acting, audience, scope)))
    except (ParticipantsError, KeyStoreError) as error:
        _fail(str(error))
    except RefusedError as error:
        _fail(f"No token for {party}: {error.text}.")


@participant_app.command(name="add")
def participant_add(  # noqa: PLR0913 - the options of a command
    *,
    party: Party,
    name: str,
    instantie_type: Literal["Zorgkantoor", "Zorgaanbieder", "Onderneming", "Burger"],
    number: str,
    state: State = Path("issuer"),
    certificate: Annotated[
        Path | None, Parameter(help="Its client certificate (PEM), made by a real authority.")
    ] = None,
    csr: Annotated[Path | None, Parameter(help="Its certificate request; needs --authority.")] = None,
    authority: Authorities = None,
    out: Annotated[Path | None, Parameter(help="Where the certificate for --csr goes; else it is printed.")] = None,
    scope: list[str] | None = None,
    may_act_for: list[str] | None = None,
    address: Annotated[
        list[str] | None, Parameter(help="An address or network that it comes from; repeat for more.")
    ] = None,
    rate: Annotated[float | None, Parameter(help="Requests a second at each gateway.")] = None,
    burst: Annotated[int | None, Parameter(help="Requests at once.")] = None,
    blocked: bool = False,
) -> None:
    """Add a participant, or replace the one with this id. It has one valid certificate: the one before ends at once."""
    if csr is not None and (certificate is not None or authority is None):
        _fail("--csr needs --authority, and comes instead of --certificate.")
    try:
        participant = Participant(
            id=canonical_id(party),
            number=number,
            name=name,
            instantie_type=instantie_type,
            scopes=tuple(sorted(set(scope or []))),
            certificate=_fingerprint_of(certificate) if certificate else None,
            may_act_for=tuple(canonical_id(other) for other in may_act_for or []),
            blocked=blocked,
            addresses=tuple(address or []),
            rate=rate,
            burst=burst,
        )
        file = ParticipantsFile(state / "participants.json")
        made = _Certificate(csr, authority) if csr is not None and authority is not None else None
        file.add(participant, certify=made)
        if made is not None and out is not None:
            out.write_bytes(made.pem)
        elif authority is not None and made is None:
            CertificateAuthority(authority).revoke(participant.id, but=participant.certificate)
    except (ParticipantsError, AuthorityError, ValueError, OSError) as error:
        _fail(str(error))
    print(f"{participant.id} {participant.name}")
    if made is not None and out is None:
        print(made.pem.decode(), end="")


@participant_app.command(name="remove")
def participant_remove(*, party: Party, state: State = Path("issuer"), authority: Authorities = None) -> None:
    """Remove a participant, and take back what --authority made for it; other tokens that it has live on for at most an hour."""
    try:
        if authority is not None:
            CertificateAuthority(authority).revoke(canonical_id(party))
        ParticipantsFile(state / "participants.json").remove(canonical_id(party))
    except (ParticipantsError, AuthorityError, OSError) as error:
        _fail(str(error))


@participant_app.command(name="block")
def participant_block(*, party: Party, state: State = Path("issuer")) -> None:
    """Give a participant no more tokens, and let gateways refuse those that it has, at once."""
    _block(state, party, blocked=True)


@participant_app.command(name="unblock")
def participant_unblock(*, party: Party, state: State = Path("issuer")) -> None:
    """Let a participant in again."""
    _block(state, party, blocked=False)


@participant_app.command(name="list")
def participant_list(*, state: State = Path("issuer")) -> None:
    """Print the participants: id, kind, name, number of scopes, certificate."""
    try:
        participants = ParticipantsFile(state / "participants.json").read()
    except ParticipantsError as error:
        _fail(str(error))
    for participant in participants.by_id.values():
        fingerprint = (participant.certificate or "no certificate")[:16]
        mark = "blocked" if participant.blocked else f"{len(participant.scopes)} scopes"
        print(f"{participant.id:15} {participant.instantie_type:13} {participant.name:40} {mark:10} {fingerprint}")


@keys_app.command(name="rotate")
def keys_rotate(
    *,
    state: State = Path("issuer"),
    ahead: Annotated[int, Parameter(help="Seconds until they sign.")] = PUBLISHED_AHEAD,
    compromised: Annotated[bool, Parameter(help="A key was stolen: they sign at once, all others are gone.")] = False,
) -> None:
    """Publish new keys, which sign once verifiers know them. Tokens of the old ones stay valid until they expire."""
    if ahead < 0:
        _fail("--ahead is not less than 0.")
    try:
        for record in KeyStore(state).rotate(ahead=ahead, compromised=compromised):
            moment = datetime.fromtimestamp(record.starts or record.created, UTC).isoformat()
            print(f"{record.algorithm} {record.kid} {moment}")
    except (KeyStoreError, OSError) as error:
        _fail(str(error))


def main() -> None:
    """Entry point of the command `issuer`."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        app()
    except BrokenPipeError:
        # Somebody read enough of our output (`issuer participant list | head`).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None


def _block(state: Path, party: str, *, blocked: bool) -> None:
    try:
        ParticipantsFile(state / "participants.json").block(canonical_id(party), blocked=blocked)
    except (ParticipantsError, OSError) as error:
        _fail(str(error))


@dataclass(slots=True)
class _Certificate:
    """The certificate for a request; called, it makes it and returns its fingerprint."""

    csr: Path
    authority: Path
    pem: bytes = b""

    def __call__(self, participant: Participant) -> str:
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding

        with self.csr.open("rb") as file:
            request = file.read(MAXIMUM_REQUEST + 1)
        certificate = CertificateAuthority(self.authority).issue(request, participant)
        self.pem = certificate.public_bytes(Encoding.PEM)
        return certificate.fingerprint(SHA256()).hex()


def _authority(
    state: Path,
    name: str,
    algorithm: Algorithm,
    lifetime: int,
    aggregated: bool,
    default_audience: str,
    certificates: Path | None = None,
) -> Authority:
    keys = KeyStore(state)
    try:
        keys.ensure()
        tokens = TokenIssuer(
            keys, name=name, clock=time.time, algorithm=algorithm, lifetime=lifetime, aggregated=aggregated
        )
    except (KeyStoreError, OSError, ValueError) as error:
        _fail(str(error))
    made = CertificateAuthority(certificates) if certificates is not None else None
    return Authority(keys, ParticipantsFile(state / "participants.json"), tokens, default_audience, made)


def _dev_listeners(authority: Authority, host: str, port: int | None, unix: Path | None) -> list[Listener]:
    if not _is_loopback(host):
        _fail(
            f"--dev hands out tokens without a certificate and therefore listens on this machine only, not on {host}."
        )
    face = build_app(authority, dev=True)
    listeners: list[Listener] = []
    if port is not None:
        listeners.append(Listener(face, host=host, port=port))
    if unix is not None:
        listeners.append(Listener(face, unix=unix))
    return listeners


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _decide_locally(
    authority: Authority, party: str, acting: str | None, audience: str, scope: list[str] | None
) -> Issued:
    from issuer.tokens import AccessToken

    participants = authority.participants.read()
    subject = participants.by_id.get(canonical_id(party))
    caller = subject if acting is None else participants.by_id.get(canonical_id(acting))
    if subject is None or caller is None:
        raise ParticipantsError(f"{party if subject is None else acting} is no participant of this network.")
    wanted = TokenRequest(
        grant_type="client_credentials",
        scope=" ".join(subject.scopes if scope is None else scope),
        audience=audience,
        access_token=AccessToken(sub=subject.id) if acting is not None else None,
    )
    return decide(wanted, caller, participants)


def _fingerprint_of(certificate: Path) -> str:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509 import InvalidVersion, load_pem_x509_certificate

    try:
        found = load_pem_x509_certificate(certificate.read_bytes())
    except (ValueError, InvalidVersion):
        raise ParticipantsError(f"{certificate} is no certificate in PEM form.") from None
    if found.not_valid_after_utc <= datetime.now(UTC):
        raise ParticipantsError(f"{certificate} is not valid any more.")
    return found.fingerprint(SHA256()).hex()


def _fail(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)
