"""Reads `gateway.yaml`, and says in one sentence what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gateway.settings.access import AuthorizationSettings
from gateway.settings.base import SettingsError
from gateway.settings.whole import Settings

__all__ = ["check_complete", "read_settings", "settings_schema"]

_T = TypeVar("_T")


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
    _check_decision_point(settings)
    if settings.shadow_grants is not None and settings.grants is None:
        raise SettingsError("CONFIG_INVALID", "shadow_grants: expected `grants` as well, to compare with.")


def _check_decision_point(settings: Settings) -> None:
    point = settings.decision_point
    if point is None:
        return
    if settings.authorization is None:
        raise SettingsError(
            "CONFIG_INVALID", "decision_point: expected `authorization`, which says whose tokens count."
        )
    if point.scope is None and not point.certificates:
        raise SettingsError("CONFIG_INVALID", "decision_point: expected a `scope` or `certificates`: who may ask.")
    if not point.url.startswith("https://") or "?" in point.url or "#" in point.url:
        # Authorization API 1.0 §9.1.
        raise SettingsError("CONFIG_INVALID", "decision_point.url: expected an https URL without query and fragment.")


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
        (
            settings.telemetry.metrics_access == "bearer" and settings.telemetry.metrics_token is None,
            "telemetry.metrics_token: expected a file, because `metrics_access` is bearer.",
        ),
        (
            settings.documents.mode != "off" and settings.documents.manifest is None,
            "documents.manifest: expected a file, because `mode` is not off.",
        ),
        (
            bool(settings.listen.admin_port) and settings.listen.admin_port == settings.listen.port,
            "listen.admin_port: expected another port than `port`.",
        ),
        (
            _demands_proofs(settings),
            "authorization.dpop: expected `urls`, because an issuer's `bindings` name dpop.",
        ),
    ]
    for wrong, sentence in needs:
        if wrong:
            raise SettingsError("CONFIG_INVALID", f"{path}: {sentence}")


def _demands_proofs(settings: Settings) -> bool:
    authorization = settings.authorization
    if authorization is None or authorization.dpop is not None:
        return False
    return any("dpop" in issuer.bindings for issuer in authorization.issuers)


def _anchored(settings: Settings, folder: Path) -> Settings:
    """The same settings with absolute file names."""
    replace = msgspec.structs.replace
    changes: dict[str, Any] = {
        "supergraph": _absolute(settings.supergraph, folder),
        "grants": _absolute(settings.grants, folder),
        "shadow_grants": _absolute(settings.shadow_grants, folder),
        "explorer": replace(settings.explorer, examples=_absolute(settings.explorer.examples, folder)),
        "documents": replace(settings.documents, manifest=_absolute(settings.documents.manifest, folder)),
        "listen": replace(
            settings.listen,
            unix=_absolute(settings.listen.unix, folder),
            tls=_anchored_files(settings.listen.tls, folder, "certificate", "key", "client_ca"),
        ),
        "telemetry": replace(settings.telemetry, metrics_token=_absolute(settings.telemetry.metrics_token, folder)),
    }
    changes["subgraphs"] = {
        name: replace(entry, tls=_anchored_files(entry.tls, folder, "ca", "certificate", "key"))
        for name, entry in settings.subgraphs.items()
    }
    if settings.release is not None:
        keys = tuple(str(folder / key) for key in settings.release.keys)
        changes["release"] = replace(settings.release, file=str(folder / settings.release.file), keys=keys)
    if settings.decision_context is not None:
        context = settings.decision_context
        published = tuple(str(folder / key) for key in context.published)
        changes["decision_context"] = replace(context, key=_absolute(context.key, folder), published=published)
    if settings.external_decision_point is not None:
        external = settings.external_decision_point
        tls = _anchored_files(external.tls, folder, "ca", "certificate", "key")
        changes["external_decision_point"] = replace(external, tls=tls, token=_absolute(external.token, folder))
    if settings.audit is not None:
        files = {name: _absolute(getattr(settings.audit, name), folder) for name in ("folder", "key", "secret")}
        changes["audit"] = replace(settings.audit, **files)
    if settings.authorization is not None:
        changes["authorization"] = _anchored_authorization(settings.authorization, folder)
    return replace(settings, **changes)


def _anchored_authorization(authorization: AuthorizationSettings, folder: Path) -> AuthorizationSettings:
    replace = msgspec.structs.replace
    revocation = authorization.revocation
    if revocation is not None:
        lists = tuple(_place(place, folder) for place in revocation.lists)
        revocation = replace(revocation, lists=lists, authorities=str(folder / revocation.authorities))
    return replace(
        authorization,
        issuers=tuple(replace(issuer, jwks=_place(issuer.jwks, folder)) for issuer in authorization.issuers),
        dpop=_anchored_files(authorization.dpop, folder, "nonce_secret"),
        revocation=revocation,
        participants=_absolute(authorization.participants, folder),
    )


_S = TypeVar("_S", bound=msgspec.Struct)


def _anchored_files(section: _S | None, folder: Path, *names: str) -> _S | None:
    """A section, where it is given, with absolute file names under these keys."""
    if section is None:
        return None
    return msgspec.structs.replace(section, **{name: _absolute(getattr(section, name), folder) for name in names})


def _place(place: str, folder: Path) -> str:
    """A URL, or an absolute file name."""
    return place if "://" in place else str(folder / place)


def _absolute(name: str | None, folder: Path) -> str | None:
    return None if name is None else str(folder / name)
