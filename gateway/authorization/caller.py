"""Who asks: the one value that a verified token becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Caller"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A party with the rights it has now.

    `role` and `identifiers` follow from the claims by the `roles` section of the grants file (`None`: a known party
    without a role, hence without rights). `issuer`, `subject`, `actor` and `token_id` are for the audit trail and never decide.
    `expires_at` is a Unix time in seconds; `key` the thumbprint of the certificate or key that the token is bound to.
    `shadow_role` is the role that a second grants file gives, where there is one to compare with; it never decides.
    """

    role: str | None
    identifiers: Mapping[str, str]
    scopes: frozenset[str]
    subject: str = ""
    actor: str | None = None
    token_id: str = ""
    expires_at: int = 0
    audience: str = ""
    key: str = ""
    issuer: str = ""
    name: str = field(default="", compare=False)
    shadow_role: str | None = field(default=None, compare=False)
