"""Python functions written at run time: their lines, and the objects that the lines name.

Everything in generated text is of our own making: literals are `repr` of names that the schema or the parser has checked, and
objects are named by `bind`. No client value is ever part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Writer"]


class Writer:
    """One function being written. `signature` is its argument list."""

    def __init__(self, signature: str, names: Mapping[str, Any]) -> None:
        self._signature = signature
        self._lines: list[str] = []
        self._names: dict[str, Any] = dict(names)
        self.indent = 1

    def line(self, text: str) -> None:
        self._lines.append("    " * self.indent + text)

    def bind(self, value: Any) -> str:
        """A name for `value` in the lines."""
        name = f"g{len(self._names)}"
        self._names[name] = value
        return name

    def function(self, title: str) -> Callable[..., Any]:
        """Compile what was written; `title` is what a traceback shows for a file name."""
        source = f"def written({self._signature}):\n" + "\n".join(self._lines)
        names = self._names
        exec(compile(source, f"<{title}>", "exec"), names)  # noqa: S102 - text of our own, see the head
        made: Callable[..., Any] = names.pop("written")
        return made
