"""The shipped gateway as a process over a graph that guards itself, and the subgraphs behind it on sockets of their own."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import yaml
from graphql import execute_sync, parse, validate

from tests.gateway.execution.harness import World, resolve, subgraph_schema
from tests.gateway.library import AUDIENCE, ISSUER, write_files
from tests.harness import REPOSITORY, Reply
from tests.security.listening import listening
from tests.security.stand import running_gateway

__all__ = ["LINK", "Guarded", "compose", "guarded_gateway"]

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@requires", "@external", "@shareable", "@inaccessible", "@authenticated", "@requiresScopes", "@policy"])
"""
POLICIES = {"staff": {"scopes": ["staff:yes"]}, "board": {"roles": ["CLERK"]}}


@dataclass
class Guarded:
    """A running gateway; `seen` are the documents that its subgraphs were sent, with their variables."""

    port: int
    seen: list[Any] = field(default_factory=list[Any])

    def ask(self, query: str, token: str | None = None, **more: Any) -> Reply:
        sent = {"Content-Type": "application/json", "Accept": "application/graphql-response+json"}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {**sent, **more.pop("headers", {})}
            connection.request("POST", "/graphql", body=json.dumps({"query": query, **more}), headers=headers)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def compose(folder: Path, sdl: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `gateway compose` over these subgraphs; the supergraph stands in `schema.graphql` then."""
    subgraphs: dict[str, Any] = {}
    for name, text in sdl.items():
        (folder / f"{name}.graphql").write_text(text)
        subgraphs[name] = {"routing_url": f"http://{name}.example/", "schema": {"file": f"{name}.graphql"}}
    (folder / "supergraph.yaml").write_text(yaml.safe_dump({"subgraphs": subgraphs}))
    command = [sys.executable, "-m", "gateway", "compose", "--config", str(folder / "supergraph.yaml")]
    command += ["--output", str(folder / "schema.graphql")]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@contextmanager
def guarded_gateway(folder: Path, sdl: Mapping[str, str], world: World) -> Generator[Guarded]:
    """`gateway compose`, then `gateway serve` without a grants file: what the graph demands is all that decides."""
    write_files(folder)
    composed = compose(folder, sdl)
    assert composed.returncode == 0, composed.stderr
    seen: list[Any] = []
    with ExitStack() as stack:
        urls = {name: stack.enter_context(_serving(text, world, seen)) for name, text in sdl.items()}
        content: dict[str, Any] = {
            "listen": {"port": 0},
            "supergraph": "schema.graphql",
            "authorization": {
                "issuers": [{"issuer": ISSUER, "jwks": "jwks.json", "audience": AUDIENCE}],
                "policies": POLICIES,
            },
            "subgraphs": {name: {"url": url} for name, url in urls.items()},
            "telemetry": {"access_log": False},
        }
        (folder / "gateway.yaml").write_text(yaml.safe_dump(content))
        yield Guarded(stack.enter_context(running_gateway(folder)), seen)


@contextmanager
def _serving(sdl: str, world: World, seen: list[Any]) -> Generator[str]:
    schema = subgraph_schema("\n".join(part for part in sdl.split("\n\n") if "@link" not in part), world)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append(request)
            document = parse(request["query"])
            assert validate(schema, document) == [], request["query"]
            result = execute_sync(
                schema,
                document,
                root_value=world.roots,
                variable_values=request.get("variables"),
                field_resolver=resolve,
                type_resolver=lambda value, _info, _type: value["__typename"],
            )
            body = json.dumps(result.formatted).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with listening(Handler) as port:
        yield f"http://127.0.0.1:{port}/graphql"
