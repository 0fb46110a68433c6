"""A grants file and those that it `extends`, from disk: the extended ones first, each once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gateway.authorization.language.document import extended, parse_grants
from gateway.authorization.language.model import GrantsFile
from gateway.authorization.language.problems import GrantsError

__all__ = ["ChainError", "chain_of", "parse_chain"]


class ChainError(Exception):
    """A grants file of a chain cannot be used: a line for each problem, with the file and the place in it."""

    def __init__(self, file: Path, error: GrantsError) -> None:
        super().__init__("\n".join(f"{file}:{problem}" for problem in error.problems))


def chain_of(path: Path) -> list[tuple[Path, str]]:
    """The files to read for `path`, with their texts; `path` comes last. Names count from the folder of the file that has them.

    Raises `ChainError` for what is no YAML, `OSError` and `UnicodeDecodeError` for what cannot be read.
    """
    seen: set[Path] = set()

    def read(file: Path) -> Iterator[tuple[Path, str]]:
        if file.resolve() in seen:
            return
        seen.add(file.resolve())
        text = file.read_bytes().decode("utf-8")  # as signed: no line end is changed
        try:
            names = extended(text)
        except GrantsError as error:
            raise ChainError(file, error) from None
        for name in names:
            yield from read(file.parent / name)
        yield file, text

    return list(read(path))


def parse_chain(path: Path) -> GrantsFile:
    """Parse a grants file on top of those that it extends. Raises as `chain_of` does."""
    file: GrantsFile | None = None
    for place, text in chain_of(path):
        try:
            file = parse_grants(text, file)
        except GrantsError as error:
            raise ChainError(place, error) from None
    assert file is not None
    return file
