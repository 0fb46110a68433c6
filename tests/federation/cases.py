"""The folders of `tests/federation/`: one feature each, as files that are read without running anything.

`README.md` says what the feature does, by example. Below a heading stand an operation and, under it, the whole plan and the
whole answer, each in a fenced block that says what it is (```` ```graphql operation ````, `json variables`, `text labels`,
`text plan`, `json answer`, `text cost`). Above the first such heading may stand what becomes of the schema: `graphql api` is
the whole schema of the client, `graphql supergraph` has lines of the composed file. Each subgraph is `NAME.graphql` with
its data in `NAME.json`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

__all__ = ["FOLDER", "Case", "Feature", "features"]

FOLDER = Path(__file__).parent
_BLOCK = re.compile(r"^```\w+ (?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_KINDS = {"operation", "variables", "labels", "plan", "answer", "cost", "api", "supergraph"}


@dataclass(frozen=True)
class Case:
    """A heading of a README, with the blocks below it by kind."""

    title: str
    blocks: dict[str, str]

    @property
    def variables(self) -> dict[str, Any]:
        return json.loads(self.blocks.get("variables", "{}"))

    @property
    def labels(self) -> frozenset[str]:
        return frozenset(self.blocks.get("labels", "").split())


@dataclass(frozen=True)
class Feature:
    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def _sections(self) -> list[Case]:
        text = (self.folder / "README.md").read_text(encoding="utf-8")
        return [_case(section) for section in re.split(r"^## ", text, flags=re.MULTILINE)]

    @property
    def schemas(self) -> dict[str, str]:
        """What the composed schema has to be."""
        return self._sections[0].blocks

    @property
    def cases(self) -> list[Case]:
        return self._sections[1:]

    @property
    def sdl(self) -> dict[str, str]:
        """SDL by subgraph."""
        return {file.stem: file.read_text(encoding="utf-8") for file in sorted(self.folder.glob("*.graphql"))}

    def data(self, subgraph: str) -> dict[str, Any]:
        file = self.folder / f"{subgraph}.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _case(section: str) -> Case:
    blocks = {found["kind"]: found["text"].rstrip("\n") for found in _BLOCK.finditer(section)}
    assert blocks.keys() <= _KINDS, f"unknown blocks: {blocks.keys() - _KINDS}"
    return Case(section.partition("\n")[0].strip(), blocks)


def features() -> list[Feature]:
    """Every folder, by name."""
    return [Feature(file.parent) for file in sorted(FOLDER.glob("*/README.md"))]
