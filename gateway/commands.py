"""What the commands of `gateway` do, each one function: arguments in, text out, or `CommandError` with sentences.

Nothing here knows of a command line; `cli.py` turns results into output and exit statuses.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from graphql import print_schema

from gateway.assembly import load_supergraph, read_grants
from gateway.authorization.explanation import Explained
from gateway.authorization.explanation import explain as explained
from gateway.authorization.files import ChainError, chain_of
from gateway.authorization.grants import uncovered
from gateway.errors import GatewayError, OperatorError
from gateway.language.documents import Limits, coerce_variables, parse_operation
from gateway.language.operation import Operation
from gateway.planning.planner import plan_operation
from gateway.planning.text import plan_json, plan_text
from gateway.settings import ExternalDecisionPointSettings, Settings, SettingsError, read_settings
from gateway.sources import Reading, Source
from gateway.supergraph.errors import SupergraphError
from gateway.supergraph.model import Supergraph
from gateway.supergraph.reader import read_supergraph

__all__ = [
    "CommandError",
    "api_schema_text",
    "check",
    "composed",
    "explain",
    "plan",
    "plan_batch_line",
    "serving_settings",
    "serving_source",
]

Format = Literal["text", "json"]


class CommandError(OperatorError):
    """Why a command cannot do its work; one sentence a line."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))


def composed(config: Path) -> str:
    """Return the supergraph SDL of a `supergraph.yaml`. Raises `CommandError` with every coded error."""
    from gateway.composition.compose import compose
    from gateway.composition.config import ConfigError, load_supergraph_config

    try:
        result = compose(load_supergraph_config(config))
    except ConfigError as error:
        raise CommandError(_not_settings(config, error)) from None
    if result.supergraph_sdl is None:
        raise CommandError(*(f"{error.code}: {error.message}" for error in result.errors))
    return result.supergraph_sdl


def api_schema_text(sdl: str) -> str:
    """Return the client's schema of a supergraph, readable."""
    return print_schema(_read(sdl).api) + "\n"


def serving_settings(
    *,
    settings: Path | None,
    supergraph: Path | None = None,
    config: Path | None = None,
    grants: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    unix: Path | None = None,
) -> tuple[Settings, Supergraph | None]:
    """Return what to serve: the settings with what the command line says otherwise, and the supergraph when it was composed.

    Raises `SettingsError` or `CommandError`.
    """
    if supergraph is not None and config is not None:
        raise CommandError("Give --supergraph or --config, not both.")
    read = read_settings(settings) if settings is not None else Settings()
    changes: dict[str, Any] = {}
    made = None
    if config is not None:
        made = _read(composed(config))
        changes["supergraph"] = str(config)
    elif supergraph is not None:
        changes["supergraph"] = str(supergraph)
    if grants is not None:
        changes["grants"] = str(grants)
    listen = read.listen
    if host is not None:
        listen = msgspec.structs.replace(listen, host=host)
    if unix is not None:
        # A socket alone, unless a port is asked for as well.
        listen = msgspec.structs.replace(listen, unix=str(unix), port=port)
    elif port is not None:
        listen = msgspec.structs.replace(listen, port=port)
    return msgspec.structs.replace(read, listen=listen, **changes), made


def serving_source(*, settings: Path | None, config: Path | None = None, **more: Any) -> Source:
    """Return what reads the configuration of `serving_settings` now and at each reload, with the files that it comes from."""

    def read() -> Reading:
        begun = time.time_ns()
        chosen, graph = serving_settings(settings=settings, config=config, **more)
        return Reading(chosen, graph, tuple(_files(settings, config, chosen)), begun)

    return read


def _files(settings: Path | None, config: Path | None, chosen: Settings) -> Iterator[Path]:
    if settings is not None:
        yield settings
    if config is not None:
        from gateway.composition.config import schema_files

        yield config
        yield from schema_files(config)
    elif chosen.supergraph is not None:
        yield Path(chosen.supergraph)
    if chosen.grants is not None:
        yield from _grants_files(Path(chosen.grants))
    if chosen.shadow_grants is not None:
        yield from _grants_files(Path(chosen.shadow_grants))
    if chosen.release is not None:
        from gateway.releases import files_of

        yield from map(Path, (chosen.release.file, *chosen.release.keys))
        yield from files_of(Path(chosen.release.file))
    if chosen.decision_context is not None:
        yield from map(Path, (chosen.decision_context.key, *chosen.decision_context.published))
    if chosen.external_decision_point is not None:
        yield from _external_files(chosen.external_decision_point)
    if chosen.telemetry.metrics_token is not None:
        yield Path(chosen.telemetry.metrics_token)
    if chosen.documents.manifest is not None:
        yield Path(chosen.documents.manifest)
    for subgraph in chosen.subgraphs.values():
        if subgraph.tls is not None:
            yield from map(Path, filter(None, (subgraph.tls.ca, subgraph.tls.certificate, subgraph.tls.key)))


def _external_files(external: ExternalDecisionPointSettings) -> Iterator[Path]:
    tls = external.tls
    named = (external.token, *((tls.ca, tls.certificate, tls.key) if tls is not None else ()))
    yield from map(Path, filter(None, named))


def _grants_files(grants: Path) -> Iterable[Path]:
    """The file and those that it extends; the file alone while it cannot be read."""
    try:
        return [file for file, _ in chain_of(grants)]
    except (ChainError, OSError, UnicodeDecodeError):
        return [grants]


def plan(supergraph: Path, operation: Path, *, format: Format = "text", labels: Sequence[str] = ()) -> str:
    """Return the plan of the operation in a file. Raises `SettingsError` or `CommandError`."""
    graph = load_supergraph(supergraph)
    try:
        found = plan_operation(graph, _operation(graph, _text(operation)), labels=frozenset(labels))
    except GatewayError as error:
        raise CommandError(*_sentences(error)) from None
    return plan_text(found) if format == "text" else json.dumps(plan_json(found), indent=2)


def plan_batch_line(line: str) -> str:
    """One line of `plan-batch`: `{id, supergraph_sdl, operation, override_labels}` in, `{id, ok, plan, error}` out."""
    asked: Any = {}
    try:
        asked = json.loads(line)
        graph = read_supergraph(asked["supergraph_sdl"])
        labels = frozenset(asked.get("override_labels") or ())
        found = plan_operation(graph, _operation(graph, asked["operation"]), labels=labels)
    except GatewayError as error:
        return _batch_answer(asked, error="; ".join(_sentences(error)))
    except SupergraphError as error:
        return _batch_answer(asked, error=str(error))
    except (ValueError, KeyError, TypeError) as error:
        return _batch_answer(asked, error=f"not a request: {type(error).__name__} {error}")
    return _batch_answer(asked, plan=plan_json(found))


def check(config: Path, grants: Path | None = None) -> Iterator[str]:
    """Compose and validate everything without serving; yields what was found. Raises `CommandError`, `SettingsError`."""
    graph = _read(composed(config))
    yield f"{config}: {len(graph.subgraphs)} subgraphs compose, {len(graph.types)} types, hash {graph.hash[:16]}."
    if grants is None:
        return
    found = read_grants(grants, graph)
    yield f"{grants}: {len(found.file.grants)} grants fit the graph, release {found.release[:16]}."
    for coordinate in uncovered(found):
        yield f"{coordinate}: neither a grant nor a `never` names it; nobody can read it."


def explain(settings: Settings, token: str, operation: Path, variables: dict[str, Any] | None = None) -> Iterator[str]:
    """Say of each coordinate of an operation which grants allow it, or why it is refused. Reads no data.

    The token is read, not verified: it decides nothing here. Raises `CommandError`, `SettingsError`.
    """
    from gateway.identity.caller import caller_of

    if settings.supergraph is None or settings.grants is None:
        raise CommandError("explain needs a supergraph and grants: give --settings, or --supergraph and --grants.")
    graph = load_supergraph(Path(settings.supergraph))
    grants = read_grants(Path(settings.grants), graph)
    try:
        caller = caller_of(_claims(token), grants)
        found = _operation(graph, _text(operation))
        coerced = coerce_variables(graph.api, found, variables or {})
        explanation = explained(found, coerced, grants, caller)
    except GatewayError as error:
        raise CommandError(*_sentences(error)) from None
    except (KeyError, TypeError, ValueError):
        raise CommandError("The token lacks claims that an access token has (aud, exp).") from None
    verdict = "allowed" if explanation.decision.allowed else "refused"
    yield f"role {caller.role or 'none'}, {len(caller.scopes)} scopes: {verdict}"
    yield from map(_told, explanation.coordinates)


def _told(explained: Explained) -> str:
    refusal = explained.refusal
    if refusal is None:
        return f"  {explained.coordinate}: allowed by {', '.join(explained.grants)}"
    more = refusal.scope or " and ".join(refusal.needs)
    return f"  {explained.coordinate}: refused ({refusal.reason.value}{': ' + more if more else ''})"


def _claims(token: str) -> dict[str, Any]:
    import jwt

    try:
        return jwt.decode(token.removeprefix("Bearer "), options={"verify_signature": False})
    except jwt.PyJWTError:
        raise CommandError("The token is no JWT.") from None


def _operation(graph: Supergraph, text: str) -> Operation:
    """The only operation of a document; nobody attacks a command line, so limits are wide."""
    limits = Limits(max_tokens=100_000, max_depth=200, max_fields=100_000, max_aliases=100_000, max_root_fields=1_000)
    return parse_operation(graph.api, text, None, limits)


def _read(sdl: str) -> Supergraph:
    try:
        return read_supergraph(sdl)
    except SupergraphError as error:
        raise CommandError(str(error)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}.") from None


def _sentences(error: GatewayError) -> Iterable[str]:
    for issue in error.issues:
        place = f" (line {issue.locations[0][0]}, column {issue.locations[0][1]})" if issue.locations else ""
        yield f"{issue.code.name}: {issue.message}{place}"


def _batch_answer(asked: Any, *, plan: Any = None, error: str | None = None) -> str:
    id_ = asked.get("id") if isinstance(asked, dict) else None
    return json.dumps({"id": id_, "ok": error is None, "plan": plan, "error": error})


def _not_settings(config: Path, error: Exception) -> str:
    """The error, or what is meant when somebody gives `gateway.yaml` where `supergraph.yaml` belongs."""
    try:
        read_settings(config)
    except SettingsError:
        return str(error)
    return f"{config} is a gateway.yaml; give it as --settings. --config takes a supergraph.yaml."
