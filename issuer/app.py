"""The HTTP face of the autorisatieserver.

* `POST /auth/token`: the published JSON request; who asks follows from the client certificate, never from the request.
  A token is bound to that certificate (RFC 8705), or to the key of a proof in the header `DPoP` (RFC 9449): nobody else can use it.
* `GET /.well-known/jwks.json`: the public keys.
* `GET /authority.crl`: with a development authority, the certificates that it took back.
* With `dev`, on the loopback interface or a unix socket only: `GET /dev/participants` and `POST /dev/token`, which hand out
  tokens without a certificate. They exist for the page and the command of the demonstration network.

The trace id of a request (`X-B3-TraceId`) is returned, or made when it is missing or malformed.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from issuer.authority import AuthorityError, CertificateAuthority
from issuer.keys import KeyStore, KeyStoreError
from issuer.participants import Participant, ParticipantsError, ParticipantsFile, canonical_id
from issuer.proofs import Proofs
from issuer.tls import certificate_fingerprint, thumbprint_of
from issuer.tokens import Issued, RefusedError, TokenIssuer, TokenRequest, decide

__all__ = ["Authority", "build_app"]

MAXIMUM_BODY = 64 * 1024
_TRACE = re.compile(r"(?!0{32})[0-9a-f]{32}")
_LOCAL_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")

_T = TypeVar("_T")

_log = structlog.get_logger(__name__)


class DevTokenRequest(msgspec.Struct, frozen=True, rename={"party": "as"}):
    """`{"as": "uzovi:5050"}`; without audience the configured default, without scope all scopes of the party."""

    party: str
    audience: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """What the application works with. `default_audience` is for tokens of the development endpoints."""

    keys: KeyStore
    participants: ParticipantsFile
    tokens: TokenIssuer
    default_audience: str = ""
    certificates: CertificateAuthority | None = None
    proofs: Proofs | None = None


def build_app(authority: Authority, *, dev: bool = False) -> Starlette:
    """Return the ASGI application; `dev` adds the endpoints that need no certificate."""
    face = _Face(authority)
    routes = [
        Route("/auth/token", _guarded(face.token), methods=["POST"]),
        Route("/.well-known/jwks.json", _guarded(face.jwks), methods=["GET"]),
        Route("/health", _guarded(face.health), methods=["GET"]),
    ]
    if authority.certificates is not None:
        routes.append(Route("/authority.crl", _guarded(face.revoked), methods=["GET"]))
    if dev:
        routes += [
            Route("/dev/participants", _guarded(face.dev_participants), methods=["GET"]),
            Route("/dev/token", _guarded(face.dev_token), methods=["POST"]),
        ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _plain_error})


class _Face:
    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    async def token(self, request: Request) -> Response:
        participants = self._authority.participants.read()
        fingerprint = certificate_fingerprint(request.scope)
        caller = participants.by_certificate.get(fingerprint) if fingerprint else None
        if caller is None:
            raise RefusedError(403, "invalid_client", "Invalid Client Certificate")
        if fingerprint is None or not caller.comes_from(request.client.host if request.client else ""):
            raise RefusedError(403, "access_denied", "Forbidden")
        issued = decide(await _body(request, TokenRequest), caller, participants)
        return self._issue(replace(issued, confirmation=self._confirmation(request, fingerprint)))

    def _confirmation(self, request: Request, fingerprint: str) -> dict[str, str]:
        """What the token is bound to: the key of the one proof that came along, else the client certificate."""
        given = request.headers.getlist("dpop")
        if not given:
            return {"x5t#S256": thumbprint_of(fingerprint)}
        if self._authority.proofs is None or len(given) > 1:
            raise RefusedError(400, "invalid_dpop_proof", "the proof is not valid")
        return {"jkt": self._authority.proofs.thumbprint(given[0])}

    async def jwks(self, request: Request) -> Response:  # noqa: ARG002
        return _json(self._authority.keys.jwks(), headers={"Cache-Control": "public, max-age=300"})

    async def revoked(self, request: Request) -> Response:  # noqa: ARG002
        certificates = self._authority.certificates
        assert certificates is not None
        return Response(certificates.current_list(), media_type="application/pkix-crl")

    async def health(self, request: Request) -> Response:  # noqa: ARG002
        self._authority.participants.read()
        return _json({"status": "ok"})

    async def dev_participants(self, request: Request) -> Response:
        _require_local(request)
        return _json([_shown(participant) for participant in self._authority.participants.read().by_id.values()])

    async def dev_token(self, request: Request) -> Response:
        _require_local(request)
        asked = await _body(request, DevTokenRequest)
        participants = self._authority.participants.read()
        party = participants.by_id.get(canonical_id(asked.party))
        if party is None:
            raise RefusedError(404, "invalid_request", "no such participant")
        audience = asked.audience or self._authority.default_audience
        scope = asked.scope if asked.scope is not None else " ".join(party.scopes)
        wanted = TokenRequest(grant_type="client_credentials", scope=scope, audience=audience)
        return self._issue(decide(wanted, party, participants))

    def _issue(self, issued: Issued) -> Response:
        token = self._authority.tokens.sign(issued)
        # A BSN is an identifier too: only the kind of party is logged (design §8).
        _log.info("token_issued", kind=issued.party.claim, acting=issued.actor is not None, audience=issued.audience)
        return _json(
            {
                "access_token": token,
                "token_type": "DPoP" if "jkt" in (issued.confirmation or {}) else "Bearer",
                "expires_in": self._authority.tokens.lifetime,
                "scope": " ".join(issued.scopes),
            },
            headers={"Cache-Control": "no-store", "Pragma": "no-cache"},
        )


Handler = Callable[[Request], Awaitable[Response]]


def _guarded(handler: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        trace = _trace_id(request)
        try:
            response = await handler(request)
        except RefusedError as refused:
            _log.info("token_refused", status=refused.status, reason=refused.text, trace=trace)
            response = _error(refused.status, refused.error, refused.text)
        except (ParticipantsError, KeyStoreError, AuthorityError) as error:
            _log.error("issuer_unusable", reason=type(error).__name__, trace=trace)
            response = _error(500, "server_error", "Internal Server Error")
        response.headers["X-B3-TraceId"] = trace
        return response

    return handle


async def _plain_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    text = {404: "Not Found", 405: "Method Not Allowed"}.get(status, "Internal Server Error")
    response = _error(status, "invalid_request" if status < 500 else "server_error", text)
    response.headers.update({**headers, "X-B3-TraceId": _trace_id(request)})
    return response


async def _body(request: Request, kind: type[_T]) -> _T:
    """Read the JSON body. Everything that is no such request gets the published answer to a bad request."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise RefusedError(400, "invalid_request", "audience is required")
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAXIMUM_BODY:
            raise RefusedError(413, "invalid_request", "the request is too large")
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise RefusedError(400, "invalid_request", "the body is not a token request in JSON") from None


def _shown(participant: Participant) -> dict[str, object]:
    return {
        "id": participant.id,
        "name": participant.name,
        "instantie_type": participant.instantie_type,
        "scopes": list(participant.scopes),
    }


def _require_local(request: Request) -> None:
    """Refuse what did not come from this machine, or came for another name (a page that rebinds its DNS name to us)."""
    peer = request.client
    local = peer is None or ipaddress.ip_address(peer.host).is_loopback
    if not local or (peer is not None and not _LOCAL_HOST.fullmatch(request.headers.get("host", ""))):
        raise RefusedError(403, "access_denied", "Forbidden")


def _trace_id(request: Request) -> str:
    given = request.headers.get("x-b3-traceid", "")
    return given if _TRACE.fullmatch(given) else secrets.token_hex(16)


def _error(status: int, error: str, text: str) -> Response:
    return _json({"error": error, "error_description": text}, status=status, headers={"Cache-Control": "no-store"})


def _json(content: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(content), status, headers, media_type="application/json")
