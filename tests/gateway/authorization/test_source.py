"""Two readers of YAML, one result: values, tags and places are the same, whichever reads the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from gateway.authorization.language import source
from gateway.authorization.language.problems import GrantsError
from gateway.authorization.language.source import read_yaml
from tests.harness import REPOSITORY

SCALARS = """\
# é before all
a: |
  first é
    second 😀

  third
b: >-
  folded
  on
# between
c: "quoted é\\n \\
  on"
d: 'it''s'
e: plain
  on the next line  # not this
f: [x y, {z: ~}, 12, "]"]
? g
: - h: |+
      kept

  - true
"""


def _told(node: Any) -> Iterator[tuple[object, ...]]:
    yield node.tag, node.start_mark.line, node.start_mark.column, node.start_mark.index
    if isinstance(node, yaml.ScalarNode):
        yield node.value, node.style or None, node.end_mark.index
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _told(key)
            yield from _told(value)
    else:
        for item in node.value:
            yield from _told(item)


@pytest.mark.parametrize(
    "text",
    [
        SCALARS,
        SCALARS.replace("\n", "\r\n"),
        "\ufeff" + SCALARS,
        (REPOSITORY / "network" / "grants.yaml").read_text(),
    ],
    ids=["scalars", "crlf", "mark", "network"],
)
def test_both_readers_tell_the_same(text: str, monkeypatch: pytest.MonkeyPatch):
    quick = list(_told(read_yaml(text).node))
    monkeypatch.setattr(source.yaml, "CSafeLoader", None)
    assert list(_told(read_yaml(text).node)) == quick


@pytest.mark.parametrize("text", ["a: [1", "a: &x 1\nb: *x\n", "a: @b", ""])
def test_both_readers_refuse_in_the_same_words(text: str, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(GrantsError) as quick:
        read_yaml(text)
    monkeypatch.setattr(source.yaml, "CSafeLoader", None)
    with pytest.raises(GrantsError) as slow:
        read_yaml(text)
    assert str(quick.value) == str(slow.value)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "a:\n  - " + "[" * 5000])
def test_a_file_that_goes_too_deep_is_refused_and_kills_nobody(text: str):
    with pytest.raises(GrantsError, match=r"^1:1: the file is nested too deeply$"):
        read_yaml(text)


def test_what_is_deep_and_closed_is_read():
    assert read_yaml("[" * 150 + "]" * 150).items()


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        ("[" * 100 + "]" * 100, "libyaml"),
        ("[" * 101 + "]" * 101, "Python"),
        ("- [[]]\n" * 200, "libyaml"),
        # What is closed goes no deeper, and no less deep.
        (f"- []\n- {'[' * 99}{']' * 99}", "libyaml"),
        (f"- []\n- {'[' * 100}{']' * 100}", "Python"),
        ("a: &x 1\nb: *x\n", "Python"),
        ("\ufeffa: 1", "Python"),
        ("a: [1", "Python"),
        ("a: \ud800", "Python"),
    ],
    ids=["100", "101", "wide", "99-after", "100-after", "alias", "mark", "broken", "half"],
)  # fmt: skip
def test_who_reads_what(text: str, reader: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(source, "_composed", lambda _: "Python")
    node = read_yaml(text).node
    assert ("Python" if node == "Python" else "libyaml") == reader
