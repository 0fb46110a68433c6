"""The text of `@fromContext`: the name of a context, and a selection on whatever sets it.

Source: https://specs.apollo.dev/federation/v2.8#scalar-contextfieldvalue
"""

from __future__ import annotations

import re

__all__ = ["context_value"]

_VALUE = re.compile(r"\s*\$\s*([A-Za-z_]\w*)\s*(\S.*)", re.DOTALL)


def context_value(text: object) -> tuple[str, str] | None:
    """(name, selection) of `$name { selection }`, or None when no context is named or nothing is selected."""
    matched = _VALUE.fullmatch(text) if isinstance(text, str) else None
    return (matched[1], matched[2].strip()) if matched is not None else None
