"""`docs/issuer.md` keeps up: every command stands there, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from issuer.cli import app
from tests.harness import REPOSITORY


def _commands(of: Any, above: str) -> Iterator[str]:
    for name in of:
        if name.startswith("-"):
            continue
        below = list(_commands(of[name], f"{above} {name}"))
        yield from below or [f"{above} {name}"]


def test_every_command_is_documented():
    page = (REPOSITORY / "docs" / "issuer.md").read_text()
    assert sorted(re.findall(r"^\| `(issuer [^`]+)` \|", page, re.MULTILINE)) == sorted(_commands(app, "issuer"))
