"""Reads YAML and remembers where every value stands.

The file is composed, not constructed: values stay nodes with marks until a section asks for them, so that each mistake can
name its line and column. Anchors and aliases are refused (a value stands where it is used), and so are duplicate keys, which
YAML readers otherwise resolve in silence.

libyaml composes a good file an order of magnitude sooner than Python does. What it refuses, or what has an alias, is read once more in
Python, whose sentences and places are those that people get, on every system alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from gateway.authorization.language.problems import GrantsError, Position, Problem, meant, one_of

__all__ = ["Entry", "Source", "Text", "read_yaml"]

_MAX_DEPTH = 100


class _Loader(yaml.SafeLoader):
    """A safe loader that refuses aliases before they are followed."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()
            raise GrantsError.at(_position(event.start_mark), "aliases are not allowed; write the value out")
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it stands in the file: `raw` begins at `position`; its later lines begin in column 1."""

    raw: str
    position: Position


@dataclass(slots=True)
class Source:
    """A value of the file, with the whole text and the list that collects every problem of the file."""

    node: Any
    content: str
    problems: list[Problem]

    @property
    def position(self) -> Position:
        return _position(self.node.start_mark)

    def problem(self, message: str, position: Position | None = None) -> None:
        self.problems.append(Problem(position or self.position, message))

    def entries(self, known: tuple[str, ...] | None = None, required: tuple[str, ...] = ()) -> dict[str, Entry]:
        """The keys and values of a mapping; unknown and missing keys are problems."""
        if not isinstance(self.node, yaml.MappingNode):
            self.problem("a mapping is expected here")
            return {}
        found: dict[str, Entry] = {}
        for key_node, value_node in self.node.value:
            key = str(key_node.value)
            place = _position(key_node.start_mark)
            if key in found:
                self.problem(f"'{key}' stands here twice", place)
            elif known is not None and key not in known:
                self.problem(f"'{key}' is not known here; known are {one_of(known)}{meant(key, known)}", place)
            else:
                found[key] = Entry(value_node, self.content, self.problems, key, place)
        for key in required:
            if key not in found:
                self.problem(f"'{key}' is missing")
        return found

    def items(self) -> list[Source]:
        """The items of a list; a single value counts as a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Source(item, self.content, self.problems) for item in self.node.value]
        return [self]

    def word(self) -> str:
        """A scalar as text."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.problem("a single word is expected here")
            return ""
        return str(self.node.value)

    def words(self) -> list[str]:
        return [item.word() for item in self.items()]

    def flag(self) -> bool:
        word = self.word()
        if word not in {"true", "false"}:
            self.problem("true or false is expected here")
        return word == "true"

    def text(self) -> Text:
        """The scalar as it was written, without quotes or block header, for a parser that reports positions itself."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.problem("text is expected here")
            return Text("", self.position)
        start: Any = self.node.start_mark
        end: Any = self.node.end_mark
        raw = self.content[start.index : end.index]
        if self.node.style in {"|", ">"}:
            _, _, body = raw.partition("\n")
            return Text(body, Position(start.line + 2, 1))
        if self.node.style in {"'", '"'}:
            return Text(raw[1:-1], Position(start.line + 1, start.column + 2))
        return Text(raw, self.position)


@dataclass(slots=True)
class Entry(Source):
    """The value of a key, and where the key stands."""

    key: str
    key_position: Position


def read_yaml(text: str) -> Source:
    """Read a file into its root value. Raises `GrantsError` when it is no YAML."""
    node = _composed_by_libyaml(text) or _composed(text)
    if node is None:
        raise GrantsError.at(Position(1, 1), "the file is empty")
    return Source(node, text, [])


def _composed_by_libyaml(text: str) -> Any:
    """The root node, or None for the other reader to say why not."""
    loader: Any = getattr(yaml, "CSafeLoader", None)
    if loader is None or text.startswith("\ufeff"):  # libyaml does not count a byte order mark
        return None
    try:
        return yaml.compose(text, Loader=loader) if _plain(yaml.parse(text, Loader=loader)) else None
    except (yaml.YAMLError, UnicodeEncodeError):  # half a surrogate pair is no character that libyaml could be given
        return None


def _plain(events: Iterable[Any]) -> bool:
    """Whether there is no alias, and no depth that would take libyaml's composer, which recurses in C, beyond its stack."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            return False
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                return False
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return True


def _composed(text: str) -> Any:
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise GrantsError.at(_position(error.problem_mark), f"not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise GrantsError.at(Position(1, 1), f"not YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise GrantsError.at(Position(1, 1), "the file is nested too deeply") from None


def _position(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1)
