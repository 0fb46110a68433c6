"""What an operator decides, in `gateway.yaml`: typed, read once, handed down.

A file that is wrong stops the start with a code, the key and what was expected there; nothing is guessed and no unknown key is
passed over, because a misspelt limit is no limit. Relative paths count from the folder of the file that names them.

The JSON Schema of `gateway.yaml` comes from the same types (`gateway settings schema`).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

__all__ = [
    "AuthorizationSettings",
    "CacheSettings",
    "DecisionContextSettings",
    "ExplorerSettings",
    "IssuerSettings",
    "LimitSettings",
    "Listen",
    "Settings",
    "SettingsError",
    "SubgraphSettings",
    "TelemetrySettings",
    "check_complete",
    "read_settings",
    "settings_schema",
]

Positive = Annotated[int, Meta(gt=0)]
Seconds = Annotated[float, Meta(gt=0)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Name = Annotated[str, Meta(min_length=1)]

_T = TypeVar("_T")


class SettingsError(Exception):
    """A configuration that cannot be used. `code` is stable; the message names the file, the key and what it needs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Listen(Struct, frozen=True, forbid_unknown_fields=True):
    """Where clients reach the gateway: TCP, a unix socket, or both. Port 0 takes a free one; `port: null` means no TCP."""

    host: Name = "127.0.0.1"
    port: Port | None = 8000
    unix: Name | None = None


class IssuerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """An autorisatieserver whose access tokens count. `jwks` is a file or an https URL; `audience` names this gateway.

    `types` are the accepted JOSE `typ` values ("" stands for a token without one). Without `authorized_parties` the
    claim `azp` is not looked at.
    """

    issuer: Name
    jwks: Name
    audience: Name | Annotated[tuple[Name, ...], Meta(min_length=1)]
    types: tuple[str, ...] = ("at+jwt", "jwt", "")
    authorized_parties: tuple[Name, ...] | None = None

    @property
    def audiences(self) -> frozenset[str]:
        return frozenset((self.audience,) if isinstance(self.audience, str) else self.audience)


class AuthorizationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`leeway`: accepted difference of clocks; `maximum_lifetime`: longest life of a token. Both in seconds."""

    issuers: Annotated[tuple[IssuerSettings, ...], Meta(min_length=1)]
    leeway: Annotated[int, Meta(ge=0, le=60)] = 60
    maximum_lifetime: Annotated[int, Meta(gt=0, le=3600)] = 3600


class DecisionContextSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the gateway signs decision contexts with: an Ed25519 key (PEM, PKCS 8), and its own id URL."""

    key: Name
    issuer: Name


class SubgraphSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One subgraph. `url` replaces the one in the supergraph (`http://`, `https://` or `http+unix://%2Frun%2Fx.sock/graphql`).

    `audience` is the register's name in tokens and decision contexts; without one it gets no decision context.
    """

    url: Name | None = None
    audience: Name | None = None
    timeout: Seconds = 10.0
    connect_timeout: Seconds = 3.0
    max_connections: Positive = 64
    max_response_bytes: Positive = 32 * 1024 * 1024


class LimitSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What one request may cost, before any work is done for it. Sizes in bytes, times in seconds."""

    body_bytes: Positive = 1024 * 1024
    body_seconds: Seconds = 10.0
    request_seconds: Seconds = 30.0
    max_tokens: Positive = 4000
    max_depth: Positive = 24
    max_fields: Positive = 3000
    max_aliases: Positive = 200
    max_root_fields: Positive = 20
    max_repeated_keys: Positive = 100


class CacheSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds on what is kept, in bytes."""

    documents: Positive = 64 * 1024 * 1024
    plans: Positive = 64 * 1024 * 1024
    decisions: Positive = 8 * 1024 * 1024


class ExplorerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The page on `/`. `participants_url` and `token_url` belong to a development autorisatieserver; then the page hands out
    tokens, on this machine only unless `local_only` is off. `examples` is a folder of `.graphql` files, or a JSON file.
    """

    enabled: bool = True
    participants_url: Name | None = None
    token_url: Name | None = None
    examples: Name | None = None
    local_only: bool = True


class TelemetrySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`access_log`: one line a request, without personal data. `metrics`: the page `/metrics`."""

    access_log: bool = True
    metrics: bool = True
    log_format: Literal["json", "console"] = "json"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `gateway.yaml`. Everything has a default except what only an operator can know."""

    listen: Listen = Listen()
    supergraph: Name | None = None
    grants: Name | None = None
    authorization: AuthorizationSettings | None = None
    decision_context: DecisionContextSettings | None = None
    subgraphs: dict[Name, SubgraphSettings] = field(default_factory=dict[str, SubgraphSettings])
    limits: LimitSettings = LimitSettings()
    caches: CacheSettings = CacheSettings()
    explorer: ExplorerSettings = ExplorerSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    introspection: bool = True


def read_settings(path: Path) -> Settings:
    """Read `gateway.yaml`; file names in it become absolute. Raises `SettingsError`."""
    settings = _read(path, Settings)
    _check(path, settings)
    return _anchored(settings, path.resolve().parent)


def check_complete(settings: Settings) -> None:
    """Check what may come from the file or from the command line, once both are known. Raises `SettingsError`."""
    if settings.supergraph is None:
        raise SettingsError("CONFIG_INVALID", "supergraph: expected a file, here or as --supergraph or --config.")
    if settings.grants is not None and settings.authorization is None:
        raise SettingsError(
            "CONFIG_INVALID",
            "authorization: expected issuers, because grants decide by access token and grants are given.",
        )
    if settings.authorization is not None and settings.grants is None:
        raise SettingsError("CONFIG_INVALID", "grants: expected a grants file, because `authorization` is given.")


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of `gateway.yaml`."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Settings)}


def _read(path: Path, kind: type[_T]) -> _T:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise SettingsError("CONFIG_NOT_FOUND", f"There is no file {path}.") from None
    except OSError as error:
        raise SettingsError("CONFIG_UNREADABLE", f"{path} cannot be read: {error.strerror}.") from error
    try:
        document = msgspec.yaml.decode(content or b"{}")
        return msgspec.convert({} if document is None else document, kind)
    except msgspec.ValidationError as error:
        raise SettingsError("CONFIG_INVALID", f"{path}: {_sentence(str(error))}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = " ".join(str(error).split())
        raise SettingsError("CONFIG_NOT_YAML", f"{path} is no YAML: {problem}.") from None


_PLACE = re.compile(r"^(?P<problem>.*?)(?: - at `(?P<where>\$?[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")


def _sentence(error: str) -> str:
    """`listen.port: expected int, got str.` from what msgspec says."""
    match = _PLACE.match(error)
    problem, where = (match["problem"], match["where"] or "") if match else (error, "")
    where = where.removeprefix("key in ").removeprefix("$").removeprefix(".")
    for pattern, text in ((_UNKNOWN, "there is no such key"), (_MISSING, "this key is required")):
        found = pattern.match(problem)
        if found:
            return f"{where + '.' if where else ''}{found['name']}: {text}."
    problem = problem.replace("`", "")
    return f"{where or 'the whole file'}: {problem[:1].lower()}{problem[1:]}."


def _check(path: Path, settings: Settings) -> None:
    """What the types alone cannot say of one file: keys that need each other."""
    needs: list[tuple[bool, str]] = [
        (
            settings.listen.port is None and settings.listen.unix is None,
            "listen: expected a `port` or a `unix` socket.",
        ),
        (
            (settings.explorer.participants_url is None) != (settings.explorer.token_url is None),
            "explorer: expected both `participants_url` and `token_url`, or neither.",
        ),
    ]
    for wrong, sentence in needs:
        if wrong:
            raise SettingsError("CONFIG_INVALID", f"{path}: {sentence}")


def _anchored(settings: Settings, folder: Path) -> Settings:
    """The same settings with absolute file names."""
    replace = msgspec.structs.replace
    changes: dict[str, Any] = {
        "supergraph": _absolute(settings.supergraph, folder),
        "grants": _absolute(settings.grants, folder),
        "explorer": replace(settings.explorer, examples=_absolute(settings.explorer.examples, folder)),
        "listen": replace(settings.listen, unix=_absolute(settings.listen.unix, folder)),
    }
    if settings.decision_context is not None:
        key = _absolute(settings.decision_context.key, folder)
        changes["decision_context"] = replace(settings.decision_context, key=key)
    if settings.authorization is not None:
        issuers = tuple(
            issuer if "://" in issuer.jwks else replace(issuer, jwks=_absolute(issuer.jwks, folder))
            for issuer in settings.authorization.issuers
        )
        changes["authorization"] = replace(settings.authorization, issuers=issuers)
    return replace(settings, **changes)


def _absolute(name: str | None, folder: Path) -> str | None:
    return None if name is None else str(folder / name)
