"""The code lists of the iWlz standard, as data.

Codes are strings and keep their leading zeros. Lists grow after they are published, and some are published in part, so a
code that is missing here is *unknown*, never wrong: callers warn about it and never refuse stored data because of it.
Source: the enumerations of the message schemas (release 2.2) and the code lists of the registers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType

__all__ = ["CodeList", "codelist", "codelists", "known"]


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list: `code` is its number (`COD163`), `name` its title, `values` maps each code to its description.

    A description is empty where only the code is known (most of COD032). `expired` holds codes that were valid once and
    may still stand in old records.
    """

    code: str
    name: str
    values: Mapping[str, str]
    expired: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __contains__(self, code: object) -> bool:
        return code in self.values

    def describe(self, code: str) -> str | None:
        """The description of a current or expired code, `None` when the code is unknown."""
        return self.values.get(code, self.expired.get(code))


@cache
def codelists() -> Mapping[str, CodeList]:
    """All lists by number, in the order of the standard."""
    text = resources.files("iwlz").joinpath("codelists.json").read_text(encoding="utf-8")
    raw: dict[str, dict[str, object]] = json.loads(text)
    return MappingProxyType({code: _list(code, entry) for code, entry in raw.items()})


def codelist(code: str) -> CodeList:
    """The list with this number (`COD163`, `NUM061`); KeyError when there is none."""
    return codelists()[code]


def known(codelist_code: str, code: str) -> bool:
    """Whether `code` is a current value of the list. Expired values are not current; an unknown list knows nothing."""
    found = codelists().get(codelist_code)
    return found is not None and code in found.values


def _list(code: str, entry: Mapping[str, object]) -> CodeList:
    values, expired = entry["values"], entry.get("expired", {})
    assert isinstance(values, dict)
    assert isinstance(expired, dict)
    return CodeList(code, str(entry["name"]), MappingProxyType(values), MappingProxyType(expired))
