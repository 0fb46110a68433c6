"""The survivors that are explained: `survivors.yaml`, one entry for each reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec

__all__ = ["Explained", "explained"]

FILE = Path(__file__).parent / "survivors.yaml"

_Text = Annotated[str, msgspec.Meta(min_length=1)]


class Explained(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why the changes of one function need no test. `changes`: `line ▸ change`, as the report has them."""

    module: _Text
    function: str
    why: Annotated[str, msgspec.Meta(min_length=20)]
    changes: Annotated[tuple[_Text, ...], msgspec.Meta(min_length=1)]

    @property
    def names(self) -> Iterator[str]:
        """The names of the mutants."""
        return (f"{self.module} · {self.function} · {change}" for change in self.changes)


def explained() -> list[Explained]:
    return msgspec.yaml.decode(FILE.read_bytes(), type=list[Explained])
