"""`supergraph.yaml` as rover reads it, and the batch form of composition."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from gateway.composition.compose import CompositionResult, compose
from gateway.composition.issues import error
from gateway.composition.model import SubgraphInput

__all__ = ["ConfigError", "compose_batch_line", "load_supergraph_config", "schema_files"]

_SDL_QUERY = b'{"query": "{ _service { sdl } }"}'


class ConfigError(Exception):
    """A supergraph configuration that cannot be used; the text says what is wrong where."""


def load_supergraph_config(path: Path) -> list[SubgraphInput]:
    """Read `subgraphs: {NAME: {routing_url, schema: {file | subgraph_url}}}`; files are relative to the configuration.

    Raises ConfigError.
    """
    try:
        document: Any = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not valid YAML: {error}") from None
    entries: Any = document.get("subgraphs") if isinstance(document, Mapping) else None
    if not isinstance(entries, Mapping) or not entries:
        raise ConfigError(f"{path}: expected `subgraphs:` with at least one subgraph")
    return [_subgraph(path, str(name), entry) for name, entry in entries.items()]


def schema_files(path: Path) -> list[Path]:
    """The schema files that a `supergraph.yaml` names, for whoever watches them. Empty where it cannot be used."""
    try:
        document: Any = yaml.safe_load(path.read_text())
        entries = document["subgraphs"].values()
        return [path.parent / str(entry["schema"]["file"]) for entry in entries if "file" in entry["schema"]]
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError):
        return []


def _subgraph(path: Path, name: str, entry: Any) -> SubgraphInput:
    schema: Any = entry.get("schema") if isinstance(entry, Mapping) else None
    if not isinstance(schema, Mapping) or len({"file", "subgraph_url"} & set(schema)) != 1:
        raise ConfigError(f"{path}: subgraph `{name}` needs `schema:` with either `file` or `subgraph_url`")
    url = str(entry.get("routing_url") or schema.get("subgraph_url") or "")
    if "file" in schema:
        source = path.parent / str(schema["file"])
        try:
            return SubgraphInput(name, url, source.read_text())
        except OSError as error:
            raise ConfigError(f"{path}: subgraph `{name}`: {source}: {error.strerror}") from None
    return SubgraphInput(name, url, _introspected(path, name, str(schema["subgraph_url"])))


def _introspected(path: Path, name: str, url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"{path}: subgraph `{name}`: `subgraph_url` must be http or https")
    request = urllib.request.Request(url, _SDL_QUERY, {"Content-Type": "application/json"})  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return str(json.load(response)["data"]["_service"]["sdl"])
    except (urllib.error.URLError, ValueError, KeyError, TypeError):
        raise ConfigError(f"{path}: subgraph `{name}`: {url} does not answer `{{ _service {{ sdl }} }}`") from None


def compose_batch_line(line: str) -> str:
    """One line of `compose-batch`: `{id, subgraphs: [{name, url, sdl}]}` in, the result as JSON out.

    A line that is no such request is answered with INVALID_REQUEST, so that a batch goes on.
    """
    asked: Any = None
    try:
        asked = json.loads(line)
        given = [_given(entry) for entry in asked["subgraphs"]]
    except (ValueError, KeyError, TypeError):
        problem = {"code": "INVALID_REQUEST", "message": "A line is {id, subgraphs: [{name, url, sdl}]}."}
        identity = asked.get("id") if isinstance(asked, dict) else None
        return json.dumps({"id": identity, "ok": False, "errors": [problem], "hints": [], "supergraph_sdl": None})
    return json.dumps({"id": asked.get("id"), **_as_json(_composed(given))})


def _composed(given: list[SubgraphInput]) -> CompositionResult:
    """The composition; a fault of ours costs one line of a batch, not the batch."""
    try:
        return compose(given)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the next line must be answered
        message = f"Composition failed unexpectedly ({type(fault).__name__}); please report these subgraphs."
        return CompositionResult(None, (error("INTERNAL_ERROR", message),))


def _given(entry: Any) -> SubgraphInput:
    name, sdl = entry["name"], entry["sdl"]
    if not isinstance(name, str) or not isinstance(sdl, str):
        raise TypeError
    return SubgraphInput(name, str(entry.get("url") or ""), sdl)


def _as_json(result: CompositionResult) -> dict[str, Any]:
    return {
        "ok": result.supergraph_sdl is not None,
        "errors": [{"code": issue.code, "message": issue.message} for issue in result.errors],
        "hints": [{"code": issue.code} for issue in result.hints],
        "supergraph_sdl": result.supergraph_sdl,
    }
