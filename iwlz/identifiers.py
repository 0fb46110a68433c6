"""Identifiers of persons, parties and records: their form, and the check digit of the BSN.

Every `is_…` answers for the whole string: no spaces, no separators, leading zeros kept. A valid form says nothing about
whether the person or party exists.
"""

from __future__ import annotations

import re

__all__ = ["bsn_from_index", "is_agb", "is_bsn", "is_huisarts", "is_kvk", "is_uuid4", "is_uzovi"]

_DIGITS_4 = re.compile(r"[0-9]{4}")
_DIGITS_8 = re.compile(r"[0-9]{8}")
_DIGITS_9 = re.compile(r"[0-9]{9}")
_UUID_4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)

_TEST_PREFIXES = 1_000_000
_TEST_PREFIX_FIRST = 999_900
_PAIRS = 5


def is_bsn(text: str) -> bool:
    """Nine digits that pass the eleven test (message rule CS002).

    `000000000` passes the arithmetic but is nobody, so it is refused.
    """
    if _DIGITS_9.fullmatch(text) is None or text == "000000000":
        return False
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=True)) % 11 == 0


def bsn_from_index(index: int) -> str:
    """The test BSN with this number, 0 to 4,999,999: valid by the eleven test, different for each index, all starting with 9.

    Index 0 gives 999990007, the first of the range that test material uses. Of two successive eighth digits at least one
    leaves a check digit below ten, because a step there adds two to the sum; so a prefix of seven digits and a pair of
    eighth digits always make one BSN.
    """
    if not 0 <= index < _TEST_PREFIXES * _PAIRS:
        raise ValueError(f"there is no test BSN with index {index}")
    pair, offset = divmod(index, _TEST_PREFIXES)
    prefix = f"9{(_TEST_PREFIX_FIRST + offset) % _TEST_PREFIXES:06d}"
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, prefix, strict=False))
    eighth = 2 * pair
    if (total + 2 * eighth) % 11 == 10:
        eighth += 1
    return f"{prefix}{eighth}{(total + 2 * eighth) % 11}"


def is_agb(text: str) -> bool:
    """An AGB code of a provider or practitioner: eight digits, the first two say what kind."""
    return _DIGITS_8.fullmatch(text) is not None


def is_huisarts(text: str) -> bool:
    """An AGB code of a general practitioner: starts with 01 (message rule CS069)."""
    return is_agb(text) and text.startswith("01")


def is_uzovi(text: str) -> bool:
    """The four digits of a care office or insurer. Not limited to COD001: offices outside that list exist."""
    return _DIGITS_4.fullmatch(text) is not None


def is_kvk(text: str) -> bool:
    """A number of the trade register: eight digits."""
    return _DIGITS_8.fullmatch(text) is not None


def is_uuid4(text: str) -> bool:
    """A UUID of version 4 in its dashed form, in either case; registers print lower case."""
    return _UUID_4.fullmatch(text) is not None
