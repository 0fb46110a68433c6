"""Reads the sections of a grants file: roles, homes, functions, scopes, fields, inputs, mutations, grants, never.

Every section is read before anything is reported, so that one run names all mistakes. What needs a schema or tables is
checked elsewhere (`gateway.authorization.checks`, `gateway.authorization.rowpolicies`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import available_timezones

from gateway.authorization.language.expressions import Function, parse_expression, parse_functions
from gateway.authorization.language.inputs import read_inputs
from gateway.authorization.language.model import Anchor, Grant, GrantsFile, Inputs, Never, Part, Role, TypeName, Word
from gateway.authorization.language.mutations import ACTIONS, READ, read_mutations
from gateway.authorization.language.problems import GrantsError, Position, Problem, meant, one_of
from gateway.authorization.language.source import Entry, Source, Text, read_yaml
from gateway.authorization.language.typenames import read_type, split_type

__all__ = ["ACTIONS", "extended", "parse_grants"]

_SECTIONS = (
    "version",
    "extends",
    "timezone",
    "roles",
    "homes",
    "functions",
    "scopes",
    "fields",
    "inputs",
    "mutations",
    "grants",
    "never",
)
_GRANT = (
    "id", "source", "role", "action", "scope", "type", "fields", "when", "part_of", "path", "anchored", "anchor_only", "enabled",
)  # fmt: skip
_NOTHING = GrantsFile("", "UTC", {}, {}, {}, {}, {}, (), Inputs(), (), ())
_TAKEN = frozenset({"role", "scopes", "today", "anchored", "relations"})
"""What row policies are told besides identifiers, under the same names."""
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
T = TypeVar("T")


@dataclass(slots=True)
class _Vocabulary:
    """What grants may refer to by name."""

    roles: Mapping[str, Role] = field(default_factory=dict[str, Role])
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    sets: Mapping[str, tuple[Word, ...]] = field(default_factory=dict[str, tuple[Word, ...]])


def parse_grants(text: str, base: GrantsFile | None = None) -> GrantsFile:
    """Parse a grants file. `base` is what the file `extends`: its names may be used, none may be said anew.

    Raises `GrantsError` with every problem found.
    """
    try:
        return _parse(text, base or _NOTHING)
    except RecursionError:
        raise GrantsError([Problem(Position(1, 1), "the file is nested too deeply")]) from None


def extended(text: str) -> tuple[str, ...]:
    """The files that a grants file `extends`, as written; in the order in which they are read.

    Raises `GrantsError` when it is no YAML.
    """
    root = read_yaml(text)
    entry = root.entries().get("extends")
    return tuple(entry.words()) if entry is not None else ()


def _parse(text: str, base: GrantsFile) -> GrantsFile:
    root = read_yaml(text)
    sections = root.entries(_SECTIONS, required=("version", "grants") if base.roles else ("version", "roles", "grants"))
    problems = root.problems
    if "version" in sections and sections["version"].word() != "1":
        sections["version"].problem("this reader knows version 1")
    timezone = sections["timezone"].word() if "timezone" in sections else base.timezone
    if timezone not in available_timezones():
        sections["timezone"].problem(f"'{timezone}' is no time zone; write one like Europe/Amsterdam")
    elif base.roles and timezone != base.timezone:
        sections["timezone"].problem(f"the file that this one extends counts in {base.timezone}")
    roles = _added(sections, "roles", _roles, base.roles)
    scopes = _added(sections, "scopes", _scopes, base.scopes)
    sets = _added(sections, "fields", lambda entry: _sets(entry, base.sets), base.sets)
    words = _Vocabulary(roles, scopes, sets)
    grants = _section(sections, "grants", lambda entry: _grants(entry, words, base.grants), ())
    never = _section(sections, "never", _never, ())
    inputs = _section(sections, "inputs", read_inputs, Inputs())
    for name in sorted(inputs.types.keys() & base.inputs.types.keys()):
        problem = f"the file that this one extends says already what '{name}' reads"
        sections["inputs"].problem(problem, inputs.types[name].position)
    release = hashlib.sha256((base.release + text).encode()).hexdigest()
    spoken_of = {grant.type.register for grant in grants} | {entry.type.register for entry in never}
    file = GrantsFile(
        release=release,
        timezone=timezone,
        releases={**base.releases, **dict.fromkeys(sorted(spoken_of), release)},
        roles=roles,
        scopes=scopes,
        sets=sets,
        homes=_added(sections, "homes", _homes, base.homes),
        functions=base.functions + _section(sections, "functions", lambda entry: _more_functions(entry, base), ()),
        inputs=Inputs(
            base.inputs.equality | inputs.equality,
            {**base.inputs.transparent, **inputs.transparent},
            {**base.inputs.types, **inputs.types},
        ),
        grants=base.grants + grants,
        never=base.never + never,
        mutations=_added(sections, "mutations", read_mutations, base.mutations),
    )
    if problems:
        raise GrantsError(problems)
    return file


def _added(
    sections: Mapping[str, Entry], name: str, read: Callable[[Entry], Mapping[str, T]], known: Mapping[str, T]
) -> Mapping[str, T]:
    """A section of names on top of what is known; a name means one thing."""
    if name not in sections:
        return known
    for word, entry in sections[name].entries().items():
        if word in known:
            entry.problem(f"the file that this one extends says already what '{word}' is", entry.key_position)
    return {**known, **read(sections[name])}


def _section(sections: Mapping[str, Entry], name: str, read: Callable[[Entry], T], absent: T) -> T:
    return read(sections[name]) if name in sections else absent


def _roles(section: Entry) -> dict[str, Role]:
    return {name: _role(entry) for name, entry in section.entries().items()}


def _role(entry: Entry) -> Role:
    parts = entry.entries(("claims", "identifiers", "derived"), required=("identifiers",))
    identifiers = _word_map(parts.get("identifiers"))
    if "identifiers" in parts and not identifiers:
        parts["identifiers"].problem("a role has an identifier; without one it would fit whoever has none")
    for name, pattern in identifiers.items():
        if name in _TAKEN:
            parts["identifiers"].problem(f"'{name}' is what a register is told of every caller; name it otherwise")
        try:
            re.compile(pattern)
        except re.error as error:
            parts["identifiers"].problem(f"the pattern of '{name}' is no regular expression: {error}")
    derived = _word_map(parts.get("derived"))
    for name, origin in derived.items():
        if origin not in identifiers:
            parts["derived"].problem(f"'{name}' is derived from '{origin}', which is no identifier of this role")
    return Role(entry.key, _word_map(parts.get("claims")), identifiers, derived, entry.key_position)


def _word_map(entry: Entry | None) -> dict[str, str]:
    return {} if entry is None else {name: value.word() for name, value in entry.entries().items()}


def _homes(section: Entry) -> dict[str, Word]:
    return {name: Word(entry.word(), entry.position) for name, entry in section.entries().items()}


def _functions(section: Entry) -> tuple[Function, ...]:
    return _guarded(section, parse_functions, ())


def _more_functions(section: Entry, base: GrantsFile) -> tuple[Function, ...]:
    """Functions of new names only: one more of a known name could change what the extended file's grants mean."""
    known = {function.name for function in base.functions}
    found = _functions(section)
    for function in found:
        if function.name in known:
            section.problem(f"the file that this one extends says already what '{function.name}' is", function.position)
    return found


def _guarded(entry: Entry, parse: Callable[[Text], T], absent: T) -> T:
    try:
        return parse(entry.text())
    except GrantsError as error:
        entry.problems.extend(error.problems)
        return absent


def _scopes(section: Entry) -> dict[str, tuple[str, ...]]:
    return {name: tuple(entry.words()) for name, entry in section.entries().items()}


def _sets(section: Entry, known: Mapping[str, tuple[Word, ...]]) -> dict[str, tuple[Word, ...]]:
    """Named sets of fields; a set may name the sets above it."""
    found = dict(known)
    for name, entry in section.entries().items():
        found[name] = _fields(entry, found)
    return found


def _fields(entry: Source, sets: Mapping[str, tuple[Word, ...]]) -> tuple[Word, ...]:
    """Field names; `<NAME>` stands for a named set."""
    found: dict[str, Word] = {}
    for item in entry.items():
        word = item.word()
        if not word.startswith("<"):
            found.setdefault(word, Word(word, item.position))
            continue
        name = word.removeprefix("<").removesuffix(">")
        if name not in sets:
            item.problem(f"there is no set of fields '{name}'{meant(name, sets)}")
        for field_word in sets.get(name, ()):
            found.setdefault(field_word.text, Word(field_word.text, item.position))
    return tuple(found.values())


def _grants(section: Entry, words: _Vocabulary, known: tuple[Grant, ...]) -> tuple[Grant, ...]:
    found: list[Grant] = []
    seen = {grant.id for grant in known}
    for item in section.items():
        grant = _grant(item, words)
        if grant is None:
            continue
        if grant.id in seen:
            item.problem(f"the id '{grant.id}' is used twice")
        seen.add(grant.id)
        found.append(grant)
    return tuple(found)


def _grant(item: Source, words: _Vocabulary) -> Grant | None:
    parts = item.entries(_GRANT, required=("id", "role", "action", "scope", "type"))
    if not {"id", "role", "action", "scope", "type"} <= parts.keys():
        return None
    type_name = read_type(parts["type"])
    if type_name is None or not _shape(item, parts):
        return None
    if not _ID.fullmatch(parts["id"].word()):
        parts["id"].problem("an id has letters, digits, '-', '_' and '.'")
    return Grant(
        id=parts["id"].word(),
        source=tuple(parts["source"].words()) if "source" in parts else (),
        roles=_known_roles(parts["role"], words.roles),
        action=parts["action"].word(),
        scopes=_known_scopes(parts["scope"], words.scopes),
        type=type_name,
        fields=_fields(parts["fields"], words.sets) if "fields" in parts else (),
        when=_guarded(parts["when"], parse_expression, None) if "when" in parts else None,
        part=_part(parts),
        anchor=_anchor(parts),
        enabled=parts["enabled"].flag() if "enabled" in parts else True,
        position=parts["id"].position,
    )


def _shape(item: Source, parts: Mapping[str, Entry]) -> bool:
    """Whether a grant has what its action asks for. Ending a row writes no field; ways to rows are for reading them."""
    action = parts["action"].word()
    if action not in ACTIONS:
        parts["action"].problem(f"the action is {one_of(ACTIONS)}")
        return "fields" in parts
    if action == "verwijderen":
        if "fields" in parts:
            parts["fields"].problem("who ends a row writes no field of it; leave `fields` out")
    elif "fields" not in parts:
        item.problem("'fields' is missing")
        return False
    for name in ("part_of", "path", "anchored", "anchor_only") if action != READ else ():
        if name in parts:
            parts[name].problem(f"`{name}` is for reading; say in `when` on which rows this may be done")
    return True


def _known_roles(entry: Entry, roles: Mapping[str, Role]) -> tuple[Word, ...]:
    for item in entry.items():
        if item.word() not in roles:
            item.problem(f"there is no role '{item.word()}'{meant(item.word(), roles)}")
    return tuple(Word(item.word(), item.position) for item in entry.items())


def _known_scopes(entry: Entry, scopes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    name = entry.word()
    if name not in scopes:
        entry.problem(f"there is no scope '{name}' in the section `scopes`{meant(name, scopes)}")
    return scopes.get(name, ())


def _part(parts: Mapping[str, Entry]) -> Part | None:
    if "part_of" not in parts:
        if "path" in parts:
            parts["path"].problem("`path` belongs to `part_of`")
        return None
    if "path" not in parts:
        parts["part_of"].problem("`path` is missing: how does the owner lead to these rows?")
        return None
    if "when" in parts:
        parts["when"].problem("a part follows its owner; it has no `when` of its own")
    paths = tuple(Word(item.word(), item.position) for item in parts["path"].items())
    return Part(Word(parts["part_of"].word(), parts["part_of"].position), paths)


def _anchor(parts: Mapping[str, Entry]) -> Anchor | None:
    if "anchored" not in parts:
        if "anchor_only" in parts:
            parts["anchor_only"].problem("`anchor_only` belongs to `anchored`")
        return None
    fields = tuple(Word(item.word(), item.position) for item in parts["anchored"].items())
    return Anchor(fields, "anchor_only" in parts and parts["anchor_only"].flag())


def _never(section: Entry) -> tuple[Never, ...]:
    found: list[Never] = []
    for entry in section.entries().values():
        type_name = split_type(entry.key)
        if type_name is None:
            entry.problem(f"'{entry.key}' should be register.Type", entry.key_position)
            continue
        fields = tuple(Word(item.word(), item.position) for item in entry.items())
        found.append(Never(TypeName(*type_name, entry.key_position), fields))
    return tuple(found)
