"""One register as the shell sees it: a schema, a mapping, and the folder with its migrations and policies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from strawberry.federation import Schema

from registers.common.mapping import Mapping

__all__ = ["AUDIENCE_BASE", "RegisterDefinition", "audience_of"]

AUDIENCE_BASE = "https://netwerk.iwlz.example/registers"


def audience_of(name: str) -> str:
    """The default audience of a register: what a token or a decision context for it carries in `aud`."""
    return f"{AUDIENCE_BASE}/{name}"


@dataclass(frozen=True, slots=True)
class RegisterDefinition:
    """A register. `package_dir` holds `migrations/NNNN_*.sql` and `policies/` (`policies.sql`, `fields.json`)."""

    name: str
    schema: Schema
    mapping: Mapping
    package_dir: Path
    audience: str = ""

    def __post_init__(self) -> None:
        if not self.audience:
            object.__setattr__(self, "audience", audience_of(self.name))

    @property
    def migrations(self) -> Path:
        return self.package_dir / "migrations"

    @property
    def policies(self) -> Path:
        return self.package_dir / "policies"
