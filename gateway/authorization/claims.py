"""From claims to a role and its one identifier, by the `roles` section of the grants file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.authorization.language.model import Role

__all__ = ["AmbiguousClaimsError", "party_of"]


class AmbiguousClaimsError(ValueError):
    """Claims that name more than one party; the message holds no value of theirs."""


def party_of(roles: Mapping[str, Role], claims: Mapping[str, Any]) -> tuple[str | None, dict[str, str]]:
    """Return the role and its identifiers, or `(None, {})` when no role fits.

    Roles are tried in the order of the file. A role fits when its identifier matches its pattern, and when each claim of
    `match` that the token carries has the value asked for; a token without that claim is judged by its identifier alone.
    Two identifiers at once are refused, even when only one of them belongs to a role that fits. Raises `AmbiguousClaimsError`.
    """
    names = {name for role in roles.values() for name in role.identifiers}
    present = {name: claims[name] for name in names if claims.get(name) not in {None, ""}}
    if len(present) > 1:
        raise AmbiguousClaimsError(f"claims hold more than one identifier: {', '.join(sorted(present))}")
    for role in roles.values():
        if set(present) == set(role.identifiers) and _fits(role, present, claims):
            return role.name, present
    return None, {}


def _fits(role: Role, present: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    for name, value in role.match.items():
        if claims.get(name) is not None and claims[name] != value:
            return False
    return all(
        isinstance(present[name], str) and re.fullmatch(pattern, present[name])
        for name, pattern in role.identifiers.items()
    )
