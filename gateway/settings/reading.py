"""Reads `gateway.yaml`, and says in one sentence what is wrong with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from gateway.settings.base import SettingsError
from gateway.settings.subgraphs import TlsSettings
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
        "documents": replace(settings.documents, manifest=_absolute(settings.documents.manifest, folder)),
        "listen": replace(settings.listen, unix=_absolute(settings.listen.unix, folder)),
        "telemetry": replace(settings.telemetry, metrics_token=_absolute(settings.telemetry.metrics_token, folder)),
    }
    changes["subgraphs"] = {
        name: entry if entry.tls is None else replace(entry, tls=_anchored_tls(entry.tls, folder))
        for name, entry in settings.subgraphs.items()
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


def _anchored_tls(tls: TlsSettings, folder: Path) -> TlsSettings:
    files = {name: _absolute(getattr(tls, name), folder) for name in ("ca", "certificate", "key")}
    return msgspec.structs.replace(tls, **files)


def _absolute(name: str | None, folder: Path) -> str | None:
    return None if name is None else str(folder / name)
