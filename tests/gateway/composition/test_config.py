from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.composition import config
from gateway.composition.compose import compose
from gateway.composition.config import ConfigError, compose_batch_line, load_supergraph_config

REPOSITORY = Path(__file__).parents[3]


def test_the_iwlz_graph_is_composed_of_its_registers():
    subgraphs = load_supergraph_config(REPOSITORY / "network" / "supergraph.yaml")
    assert [subgraph.name for subgraph in subgraphs] == ["indicatie", "bemiddeling", "zorglevering", "client", "inzage"]
    result = compose(subgraphs)
    assert (result.errors, result.hints) == ((), ())
    assert result.supergraph_sdl == (REPOSITORY / "schema.graphql").read_text()


@pytest.mark.parametrize("name", ["indicatie", "bemiddeling", "zorglevering", "client", "inzage"])
def test_the_schema_files_are_what_the_registers_print(name: str):
    printed = subprocess.run(
        [sys.executable, "-m", "registers", "sdl", name], capture_output=True, text=True, check=True
    )
    assert printed.stdout == (REPOSITORY / "registers" / name / "schema.graphql").read_text()


def test_files_are_relative_to_the_configuration(tmp_path: Path):
    (tmp_path / "a.graphql").write_text("type Query { q: Int }")
    config = tmp_path / "supergraph.yaml"
    config.write_text("subgraphs: {a: {routing_url: 'http://a', schema: {file: a.graphql}}}")
    (subgraph,) = load_supergraph_config(config)
    assert (subgraph.name, subgraph.url, subgraph.sdl) == ("a", "http://a", "type Query { q: Int }")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "not valid YAML"),
        ("{}", "expected `subgraphs:` with at least one subgraph"),
        ("subgraphs: {a: {routing_url: x}}", "subgraph `a` needs `schema:`"),
        ("subgraphs: {a: {schema: {file: nope.graphql}}}", "No such file"),
        ("subgraphs: {a: {schema: {subgraph_url: 'file:///etc/passwd'}}}", "must be http or https"),
    ],
)
def test_what_is_wrong_with_a_configuration(tmp_path: Path, text: str, message: str):
    config = tmp_path / "supergraph.yaml"
    config.write_text(text)
    with pytest.raises(ConfigError, match=message.replace("`", ".")):
        load_supergraph_config(config)


def test_a_line_of_a_batch():
    line = json.dumps({"id": "x", "subgraphs": [{"name": "a", "url": "http://a", "sdl": "type Query { q: Int }"}]})
    answer = json.loads(compose_batch_line(line))
    assert (answer["id"], answer["ok"], answer["errors"], answer["hints"]) == ("x", True, [], [])
    assert "join__Graph" in answer["supergraph_sdl"]


def test_a_refused_line_of_a_batch():
    answer = json.loads(compose_batch_line('{"id": 1, "subgraphs": [{"name": "a", "sdl": "type T { x: Int }"}]}'))
    assert (answer["ok"], answer["supergraph_sdl"]) == (False, None)
    assert [error["code"] for error in answer["errors"]] == ["NO_QUERIES"]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"id": 1}', '{"id": 1, "subgraphs": [{"name": 3}]}'])
def test_a_line_that_is_no_request_is_answered_all_the_same(line: str):
    answer = json.loads(compose_batch_line(line))
    assert answer["ok"] is False
    assert [error["code"] for error in answer["errors"]] == ["INVALID_REQUEST"]


def test_a_fault_of_the_composer_costs_one_line_of_a_batch(monkeypatch: pytest.MonkeyPatch):
    def fail(_: object) -> None:
        raise LookupError("a secret of the schema")

    monkeypatch.setattr(config, "compose", fail)
    answer = json.loads(compose_batch_line('{"id": 1, "subgraphs": [{"name": "a", "sdl": "type Query { q: Int }"}]}'))
    message = "Composition failed unexpectedly (LookupError); please report these subgraphs."
    assert answer == {
        "id": 1,
        "ok": False,
        "errors": [{"code": "INTERNAL_ERROR", "message": message}],
        "hints": [],
        "supergraph_sdl": None,
    }
