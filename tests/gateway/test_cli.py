"""The command `gateway` as people type it: output, sentences, exit statuses."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import app
from tests.gateway.library import GRANTS, SDL, token
from tests.harness import REPOSITORY, request

FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'


def gateway(*arguments: str | Path, stdin: str = "", folder: Path = REPOSITORY) -> tuple[int, str, str]:
    """Exit status, standard output, standard error. What serves is a process; the rest runs here, which is quicker."""
    words = [str(argument) for argument in arguments]
    if words[0] != "serve":
        return _here(words, stdin)
    command = [sys.executable, "-m", "gateway", *words]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def _here(words: list[str], stdin: str) -> tuple[int, str, str]:
    output, problem = io.StringIO(), io.StringIO()
    status: Any = 0
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(problem), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        try:
            app(words)
        except SystemExit as end:
            status = end.code
    return status or 0, output.getvalue(), problem.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A supergraph.yaml with its schemas, the supergraph it makes, grants and an operation."""
    made = tmp_path_factory.mktemp("library")
    for name, sdl in SDL.items():
        (made / f"{name}.graphql").write_text(FEDERATION + sdl)
    entries = "".join(
        f"  {name}:\n    routing_url: http://127.0.0.1:9/{name}\n    schema: {{file: {name}.graphql}}\n" for name in SDL
    )
    (made / "supergraph.yaml").write_text("subgraphs:\n" + entries)
    (made / "grants.yaml").write_text(GRANTS)
    (made / "operation.graphql").write_text("{ books { title reviews { stars } } }\n")
    status, _, problem = gateway(
        "compose",
        "--config",
        made / "supergraph.yaml",
        "--output",
        made / "schema.graphql",
        "--api-schema",
        made / "api.graphql",
    )
    assert (status, problem) == (0, "")
    return made


def test_compose_writes_a_supergraph_and_the_clients_schema(folder: Path):
    assert "@join__graph" in (folder / "schema.graphql").read_text()
    api = (folder / "api.graphql").read_text()
    assert "type Review {\n  stars: Int!\n}" in api
    assert "join__" not in api


def test_compose_prints_coded_errors_and_exits_1(tmp_path: Path):
    (tmp_path / "a.graphql").write_text(FEDERATION + "type Query { a: Int }")
    (tmp_path / "b.graphql").write_text(FEDERATION + "type Query { a: String }")
    config = tmp_path / "supergraph.yaml"
    config.write_text(
        "".join(["subgraphs:\n", *(f"  {n}: {{routing_url: x, schema: {{file: {n}.graphql}}}}\n" for n in "ab")])
    )
    status, output, problem = gateway("compose", "--config", config, "--output", tmp_path / "schema.graphql")
    assert (status, output) == (1, "")
    assert {line.partition(":")[0] for line in problem.splitlines()} <= {"FIELD_TYPE_MISMATCH", "INVALID_FIELD_SHARING"}
    assert "FIELD_TYPE_MISMATCH" in problem
    assert not (tmp_path / "schema.graphql").exists()


def test_compose_batch_answers_a_line_for_a_line():
    subgraph = {"name": "a", "url": "http://a", "sdl": FEDERATION + "type Query { a: Int }"}
    broken = {"name": "b", "url": "http://b", "sdl": "type Query {"}
    asked = [{"id": 1, "subgraphs": [subgraph]}, {"id": "two", "subgraphs": [broken]}]
    status, output, _ = gateway("compose-batch", stdin="\n".join(map(json.dumps, asked)) + "\n\n")
    answers = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert [(answer["id"], answer["ok"], bool(answer["supergraph_sdl"])) for answer in answers] == [
        (1, True, True),
        ("two", False, False),
    ]
    assert answers[1]["errors"][0].keys() == {"code", "message"}


def test_plan_prints_text_or_json(folder: Path):
    arguments = ("plan", "--supergraph", folder / "schema.graphql", "--operation", folder / "operation.graphql")
    status, output, _ = gateway(*arguments)
    assert (status, output) == (
        0,
        textwrap.dedent("""\
            QueryPlan {
              Sequence {
                Fetch(service: "stock") {
                  {
                    books {
                      title
                      bookID
                    }
                  }
                },
                Flatten(path: "books.@") {
                  Fetch(service: "reviews") {
                    {
                      ... on Book {
                        __typename
                        bookID
                      }
                    } =>
                    {
                      ... on Book {
                        reviews {
                          stars
                        }
                      }
                    }
                  },
                },
              },
            }
            """),
    )
    status, output, _ = gateway(*arguments, "--format", "json")
    assert (status, json.loads(output)["kind"]) == (0, "QueryPlan")


def test_plan_says_what_is_wrong_with_an_operation(folder: Path, tmp_path: Path):
    wrong = tmp_path / "wrong.graphql"
    wrong.write_text("{\n  books { isbn }\n}")
    status, _, problem = gateway("plan", "--supergraph", folder / "schema.graphql", "--operation", wrong)
    assert status == 1
    assert problem == "GRAPHQL_VALIDATION_FAILED: Cannot query field 'isbn' on type 'Book'. (line 2, column 11)\n"


def test_plan_batch_answers_a_line_for_a_line(folder: Path):
    sdl = (folder / "schema.graphql").read_text()
    asked: list[Any] = [
        {"id": 1, "supergraph_sdl": sdl, "operation": "{ books { title } }", "override_labels": []},
        {"id": 2, "supergraph_sdl": sdl, "operation": "{ nothing }"},
        {"id": 3, "supergraph_sdl": "type Query {", "operation": "{ a }"},
        {"id": 4},
    ]
    status, output, _ = gateway("plan-batch", stdin="\n".join(map(json.dumps, asked)))
    answers = [json.loads(line) for line in output.splitlines()]
    assert status == 0
    assert [(answer["id"], answer["ok"]) for answer in answers] == [(1, True), (2, False), (3, False), (4, False)]
    assert answers[0]["plan"]["node"]["serviceName"] == "stock"
    assert answers[0]["error"] is None
    assert answers[1]["plan"] is None
    assert answers[1]["error"].startswith("GRAPHQL_VALIDATION_FAILED: ")


def test_check_composes_and_compares_the_grants(folder: Path):
    status, output, _ = gateway("check", "--config", folder / "supergraph.yaml", "--grants", folder / "grants.yaml")
    assert status == 0
    assert "2 subgraphs compose" in output
    assert "6 grants fit the graph" in output


def test_check_says_where_grants_do_not_fit(folder: Path, tmp_path: Path):
    grants = tmp_path / "grants.yaml"
    grants.write_text(GRANTS.replace("fields: [stars]", "fields: [stras]"))
    status, _, problem = gateway("check", "--config", folder / "supergraph.yaml", "--grants", grants)
    assert status == 1
    assert problem == f"GRANTS_INVALID: {grants}:23:103: reviews.Review has no field 'stras'; did you mean 'stars'?\n"


def test_check_says_which_functions_call_each_other_in_a_circle(folder: Path, tmp_path: Path):
    grants = tmp_path / "grants.yaml"
    functions = (
        "  def dear(B: Book):\n      return new(B) and B.price > 9\n  def new(B: Book):\n      return not dear(B)\n"
    )
    grants.write_text(f"{GRANTS}functions: |\n{functions}")
    line = GRANTS.count("\n") + 3
    status, _, problem = gateway("check", "--config", folder / "supergraph.yaml", "--grants", grants)
    assert status == 1
    assert problem == f"GRANTS_INVALID: {grants}:{line}:14: 'dear' calls itself: dear -> new -> dear\n"


def test_explain_names_the_grant_or_the_reason(folder: Path, tmp_path: Path):
    operation = tmp_path / "operation.graphql"
    operation.write_text("query($w: BookFilter) { books(where: $w) { title loans { loanID } reviews { stars } } }")
    status, output, _ = gateway(
        *("explain", "--token", token("READER", scopes=["stock:read"]), "--operation", operation),
        *("--supergraph", folder / "schema.graphql", "--grants", folder / "grants.yaml"),
        *("--variables", '{"w": {"title": {"eq": "Emma"}}}'),
    )
    assert status == 0
    assert output == textwrap.dedent("""\
        role READER, 1 scopes: refused
          Book.loans: refused (role)
          Book.reviews: refused (scope: reviews:read)
          Book.title: allowed by BOOK-READER
          Loan.loanID: refused (role)
          Review.stars: refused (scope: reviews:read)
        """)


def test_settings_schema_and_check(tmp_path: Path):
    status, output, _ = gateway("settings", "schema")
    assert (status, json.loads(output)["$ref"]) == (0, "#/$defs/Settings")
    file = tmp_path / "gateway.yaml"
    file.write_text("listen: {port: x}")
    status, _, problem = gateway("settings", "check", file)
    assert (status, problem) == (1, f"CONFIG_INVALID: {file}: listen.port: expected int | null, got str.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serve"], "CONFIG_INVALID: supergraph: expected a file, here or as --supergraph or --config.\n"),
        (["serve", "--supergraph", "none.graphql"], "CONFIG_NOT_FOUND: supergraph: there is no file none.graphql.\n"),
        (["serve", "--settings", "none.yaml"], "CONFIG_NOT_FOUND: There is no file none.yaml.\n"),
        (["serve", "--supergraph", "schema.graphql", "--config", "a"], "Give --supergraph or --config, not both.\n"),
        (
            ["serve", "--supergraph", "schema.graphql", "--grants", "grants.yaml"],
            "CONFIG_INVALID: authorization: expected issuers, because grants decide by access token and grants are given.\n",
        ),
        (
            ["serve", "--supergraph", "schema.graphql", "--host", "192.0.2.1"],
            "192.0.2.1 is no address of this machine.\n",
        ),
        (
            ["serve", "--config", "gateway.yaml"],
            "gateway.yaml is a gateway.yaml; give it as --settings. --config takes a supergraph.yaml.\n",
        ),
    ],
)
def test_a_start_that_cannot_be_is_one_plain_sentence(folder: Path, arguments: list[str], sentence: str):
    (folder / "gateway.yaml").write_text("supergraph: schema.graphql\n")
    assert gateway(*arguments, folder=folder) == (1, "", sentence)


def test_a_port_in_use_is_one_plain_sentence(folder: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, _, problem = gateway("serve", "--supergraph", folder / "schema.graphql", "--port", str(port))
    assert status == 1
    assert problem == f"Port {port} on 127.0.0.1 is in use by another program; choose another one with --port.\n"


@contextlib.contextmanager
def serving(*arguments: str | Path) -> Generator[tuple[subprocess.Popen[str], str]]:
    """A gateway process and the line that it prints when it listens."""
    command = [sys.executable, "-m", "gateway", "serve", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_serve_on_a_free_port_and_stop_in_order(folder: Path, tmp_path: Path):
    unix = tmp_path / "gateway.sock"
    with serving("--config", folder / "supergraph.yaml", "--port", "0", "--unix", unix) as (process, line):
        assert line.startswith("gateway serves http://127.0.0.1:")
        address, _, where = line.removeprefix("gateway serves ").strip().partition(", ")
        assert where == f"unix:{unix}"
        assert request(f"{address}/health/ready", method="GET").status == 200
        body = json.dumps({"query": "{ __typename books { title } }"}).encode()
        reply = request(f"{address}/graphql", body=body, headers={"Content-Type": "application/json"})
        assert (reply.status, reply.codes) == (502, ["DOWNSTREAM_SERVICE_ERROR"])
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(unix))
            client.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=10)
        assert process.returncode == 0
        assert time.monotonic() - started < 5
    assert not unix.exists()
    [line] = [json.loads(text) for text in log.splitlines() if '"request"' in text]
    assert line.keys() == {"status", "ms", "trace", "operation", "role", "code", "bytes", "event", "level", "timestamp"}
    assert "books" not in log


def test_a_socket_that_a_killed_gateway_left_is_taken_over(folder: Path, tmp_path: Path):
    unix = tmp_path / "gateway.sock"
    arguments = ("--supergraph", folder / "schema.graphql", "--unix", unix)
    with serving(*arguments) as (process, line):
        assert line == f"gateway serves unix:{unix}\n"
        assert gateway("serve", *arguments)[2] == f"The socket {unix} is in use by another program.\n"
        process.kill()
        process.wait()
    assert unix.exists()
    with serving(*arguments) as (_, line):
        assert line == f"gateway serves unix:{unix}\n"


def test_usage_of_a_running_gateway_is_on_the_port_for_operators(folder: Path, tmp_path: Path):
    settings = tmp_path / "gateway.yaml"
    settings.write_text(f"supergraph: {folder / 'schema.graphql'}\nlisten: {{port: 0, admin_port: 0}}\n")
    with serving("--settings", settings) as (_, line):
        address, _, admin = line.removeprefix("gateway serves ").strip().partition(", admin ")
        body = json.dumps({"query": "{ books { title again: title } }"}).encode()
        for _ in range(2):
            request(f"{address}/graphql", body=body, headers={"Content-Type": "application/json"})
        status, output, problem = gateway("usage", "--url", admin)
        assert (status, problem) == (0, "")
        assert re.sub(r"since \S+\n", "", output) == (
            "         2  Book.title  (none) 2\n"
            "         2  Query.books  (none) 2\n"
        )  # fmt: skip
        unused = gateway("usage", "--url", admin, "--supergraph", folder / "schema.graphql", "--unused")[1].splitlines()
        assert "         0  Book.price" in unused
        assert "         0  Book.title" not in unused
        assert gateway("usage", "--url", address) == (1, "", f"{address} answers 404: it has no page of usage there.\n")
        assert request(f"{address}/metrics", method="GET").status == 404
        assert request(f"{admin}/metrics", method="GET").status == 200
        assert request(f"{admin}/health/ready", method="GET").status == 200
        assert request(f"{admin}/graphql", body=body, headers={"Content-Type": "application/json"}).status == 404
    assert gateway("usage", "--url", admin) == (1, "", f"{admin} does not answer: [Errno 111] Connection refused.\n")
    assert gateway("usage", "--url", "file:///etc") == (
        1,
        "",
        "--url: expected http://… or https://…, got file:///etc.\n",
    )
    assert gateway("usage", "--unused") == (1, "", "--unused needs a --supergraph, which says what there is.\n")
