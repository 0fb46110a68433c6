"""Where something in a grants file is wrong, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

__all__ = ["GrantsError", "Position", "Problem", "meant", "one_of"]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the file; both count from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    position: Position
    message: str

    @property
    def line(self) -> int:
        return self.position.line

    @property
    def column(self) -> int:
        return self.position.column

    def __str__(self) -> str:
        return f"{self.position}: {self.message}"


class GrantsError(Exception):
    """A grants file that cannot be used; `problems` holds every mistake found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def at(cls, position: Position, message: str) -> GrantsError:
        return cls([Problem(position, message)])


def meant(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelled word: `; did you mean 'title'?`, or nothing when no known word is near."""
    close = get_close_matches(word, list(known))
    return f"; did you mean '{close[0]}'?" if close else ""


def one_of(known: Sequence[str]) -> str:
    """`a, b or c`."""
    words = [f"'{word}'" for word in known]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
