"""Invents questions, and writes them down in one of the many ways in which GraphQL lets one write them.

A question is meant plainly (`Selection`) and written with aliases, fragments, fields in two pieces, conditions, literals and variables.
However it is written, it means the same.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.properties.authorization.inventing import CODES, DAYS, SORTED, TEXTS
from tests.properties.authorization.model import LINKS, ROOTS, TYPES, Layout, World
from tests.properties.authorization.reading import Sight
from tests.properties.authorization.refusing import Selection

__all__ = ["Question", "invent_question"]

_OPERATORS = {"text": "String", "uuid": "Uuid", "date": "Date", "datetime": "DateTime", "int": "Int"}
_BEHIND = {
    ("Zaak", "persoon"): "Persoon",
    ("Zaak", "voorganger"): "Zaak",
    ("Stuk", "zaak"): "Zaak",
    ("Stuk", "persoon"): "Persoon",
    ("Partij", "zaak"): "Zaak",
}


_SCALARS = {"String": "String", "Uuid": "UUID", "Date": "Date", "DateTime": "DateTime", "Int": "Int"}


@dataclass(frozen=True)
class Question:
    """`partial`: whoever asks would rather have a part than a refusal."""

    selections: list[Selection]
    query: str
    variables: dict[str, Any]
    partial: bool = False


def invent_question(rng: random.Random, world: World, sight: Sight) -> Question:
    """A question; most of its fields and filters are what somebody could see, some are whatever there is."""
    held = sight.held.items()
    reach = frozenset(f"{name}.{f}" for name, grants in held for _, fields in grants for f in fields)
    reach |= {f"{name}.{f}" for name, fields in sight.contributed.items() for f in fields}
    anchors = {name: [grant["anchored"] for grant, _ in grants if "anchored" in grant] for name, grants in held}
    layout = sight.grants.layout
    meant = _Meaning(rng, world, layout, reach if rng.random() < 0.85 else None, anchors)
    roots = rng.choices(list(ROOTS), k=rng.choices((1, 2, 3), (10, 2, 1))[0])
    keys = [f"r{index}" if name in roots[:index] or rng.random() < 0.3 else name for index, name in enumerate(roots)]
    selections = [meant.root(name, key) for name, key in zip(roots, keys, strict=True)]
    partial = rng.random() < 0.35
    if partial:
        _include(selections)
    return _Writing(rng).question(selections, partial=partial)


def _include(selections: list[Selection]) -> None:
    """A part is left of what was asked for; what was not is another matter."""
    for selection in selections:
        selection.included = True
        _include(selection.children)


@dataclass
class _Meaning:
    rng: random.Random
    world: World
    layout: Layout
    reach: frozenset[str] | None
    anchors: Mapping[str, list[list[str]]]
    left: int = 14

    def _open(self, name: str, member: str) -> bool:
        return self.reach is None or f"{name}.{member}" in self.reach or self.rng.random() < 0.01

    def root(self, field_name: str, key: str) -> Selection:
        name = ROOTS[field_name]
        found = self._linked(key, field_name, name, 0, many=True, filtered=True)
        if self.anchors.get(name) and self.rng.random() < 0.7:
            found.where = self._pinned(name, self.rng.choice(self.anchors[name]), found.where)
        return found

    def _pinned(self, name: str, anchor: list[str], where: Mapping[str, Any] | None) -> dict[str, Any]:
        """A filter that holds an anchor to what some row has; or only looks as if it did."""
        rng = self.rng
        row = rng.choice(self.world.rows[name]) if self.world.rows[name] else {}
        pins: dict[str, Any] = {}
        for column in anchor:
            value = row.get(column)
            value = value.isoformat() if isinstance(value, date) else value
            pins[column] = {"eq": self._operand(name, column, TYPES[name].columns[column]) if value is None else value}
        way = rng.random()
        if way < 0.08:
            del pins[rng.choice(anchor)]
        elif way < 0.16:
            pins[rng.choice(anchor)] = {"eq": None}
        elif way < 0.28:
            return {**(where or {}), rng.choice(("and", "or")): [pins]}
        elif way < 0.32:
            pins[anchor[0]] = {"in": [pins[anchor[0]]["eq"]]}
        return {**(where or {}), **pins}

    def _linked(self, key: str, field_name: str, name: str, depth: int, *, many: bool, filtered: bool) -> Selection:
        rng = self.rng
        where = self._where(name, 2) if filtered and rng.random() < (0.45 if many else 0.2) else None
        order = self._orders(name) if many and rng.random() < 0.35 else None
        return Selection(key, field_name, where, order, self._children(name, depth))

    def _children(self, name: str, depth: int) -> list[Selection]:
        rng = self.rng
        members = [m for m in (*TYPES[name].columns, *TYPES[name].links) if self._open(name, m)]
        links = [m for m in members if (name, m) in LINKS]
        chosen = [m for m in members if m not in links and rng.random() < 0.5]
        if depth < 4 and self.left > 0:
            chosen += [m for m in links if rng.random() < 0.55]
        rng.shuffle(chosen)
        if rng.random() < 0.15 or not chosen:
            chosen.append("__typename")
        if rng.random() < 0.12:
            chosen.append(rng.choice(chosen))
        found: list[Selection] = []
        for number, member in enumerate(chosen):
            aliased = member in chosen[:number] or rng.random() < 0.12
            key = f"k{number}" if aliased else member
            found.append(self._child(name, member, key, depth))
        for child in found[1:]:
            child.included = rng.random() > 0.03
        if rng.random() < 0.08:
            unseen = rng.choice([*TYPES[name].columns])
            found.insert(rng.randint(0, len(found)), Selection(f"s{len(found)}", unseen, included=False))
        return found

    def _child(self, name: str, member: str, key: str, depth: int) -> Selection:
        link = LINKS.get((name, member))
        if link is None:
            return Selection(key, member)
        self.left -= 1
        filtered = link.many or self.layout.filtered(name, member)
        return self._linked(key, member, link.target, depth + 1, many=link.many, filtered=filtered)

    # -- filters -------------------------------------------------------------------------------------------------------

    def _where(self, name: str, depth: int) -> dict[str, Any]:
        rng = self.rng
        columns = [c for c, kind in TYPES[name].columns.items() if kind != "bool" and self._open(name, c)]
        known = [link for link in TYPES[name].links if self.layout.filtered(name, link)] if depth > 0 else []
        links = [link for link in known if self._open(name, link)]
        if (
            self.layout.through
            and name == "Stuk"
            and depth > 0
            and self._open("Stuk", "zaak")
            and self._open("Zaak", "persoon")
        ):
            links.append("persoon")
        found: dict[str, Any] = {}
        for member in rng.sample([*columns, *links], min(rng.choice((1, 1, 2)), len(columns) + len(links))):
            if member in links:
                found[member] = self._behind(name, member, depth)
            else:
                found[member] = self._operators(name, member)
        if depth > 0 and rng.random() < 0.2:
            found[rng.choice(("and", "or"))] = [self._where(name, depth - 1) for _ in range(rng.randint(1, 2))]
        if name == "Zaak" and rng.random() < 0.1:
            found |= rng.choice(({"eigenAgb": {"eq": rng.choice(CODES["agb"])}}, {"peildatum": str(rng.choice(DAYS))}))
        if rng.random() < 0.02 and columns:
            found[rng.choice(columns)] = None
        return found

    def _behind(self, name: str, member: str, depth: int) -> dict[str, Any]:
        target = _BEHIND.get((name, member)) or LINKS[name, member].target
        if (name, member) in _BEHIND:
            return self._where(target, depth - 1)
        quantifier = self.rng.choice(("some", "some", "all", "none", "any"))
        return {quantifier: self.rng.random() < 0.6 if quantifier == "any" else self._where(target, depth - 1)}

    def _operators(self, name: str, column: str) -> dict[str, Any]:
        rng = self.rng
        kind = TYPES[name].columns[column]
        words = ["eq", "eq", "neq", "in", "nin", "gt", "ngt", "lte", "nlt", "gte"]
        words += ["contains", "nstartsWith", "endsWith"] if kind == "text" else []
        found: dict[str, Any] = {}
        for word in rng.sample(words, rng.choice((1, 1, 1, 2))):
            found[word] = self._operand(name, column, kind)
            if word in {"in", "nin"}:
                found[word] = [self._operand(name, column, kind) for _ in range(rng.randint(0, 2))]
        if rng.random() < 0.1:
            found = {rng.choice(("and", "or")): [found, {"eq": self._operand(name, column, kind)}]}
        return found

    def _operand(self, name: str, column: str, kind: str) -> Any:
        """Mostly a value that is there, whoever may see it."""
        rng = self.rng
        if rng.random() < 0.08:
            return None
        values = [row[column] for row in self.world.rows[name] if row[column] is not None]
        if values and rng.random() < 0.8:
            value = rng.choice(values)
            return value if kind in {"text", "uuid", "int"} else value.isoformat()
        plain = {"text": rng.choice(TEXTS), "uuid": f"00000000-0000-4000-8000-00000000000{rng.randint(0, 9)}"}
        plain |= {"date": str(rng.choice(DAYS)), "datetime": f"{rng.choice(DAYS)}T12:00:00Z", "int": rng.randint(0, 4)}
        return plain[kind]

    def _orders(self, name: str) -> list[dict[str, Any]]:
        return [self._order(name, 2) for _ in range(self.rng.randint(1, 2))]

    def _sorts(self, name: str, member: str) -> bool:
        if (name, member) == ("Stuk", "persoon"):
            return self.layout.through
        return member not in TYPES[name].links or self.layout.filtered(name, member)

    def _order(self, name: str, depth: int) -> dict[str, Any]:
        rng = self.rng
        found: dict[str, Any] = {}
        for member in rng.sample(SORTED[name], rng.choice((1, 1, 2))):
            needs = (
                [("Stuk", "zaak"), ("Zaak", "persoon")] if (name, member) == ("Stuk", "persoon") else [(name, member)]
            )
            if not all(self._open(*need) for need in needs) or not self._sorts(name, member):
                continue
            if (name, member) not in _BEHIND:
                found[member] = rng.choice(("ASC", "DESC"))
            elif depth > 0:
                found[member] = self._order(_BEHIND[name, member], depth - 1)
        return found


@dataclass
class _Writing:
    rng: random.Random
    fragments: list[str] = field(default_factory=list[str])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    declared: list[str] = field(default_factory=list[str])

    def question(self, selections: list[Selection], *, partial: bool) -> Question:
        body = " ".join(self._field("Query", selection) for selection in selections)
        head = f"query Q({', '.join(self.declared)}) " if self.declared else ""
        return Question(selections, " ".join([f"{head}{{ {body} }}", *self.fragments]), self.variables, partial)

    def _variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.declared)}"
        self.declared.append(f"${name}: {kind}")
        self.variables[name] = value
        return f"${name}"

    def _field(self, owner: str, selection: Selection) -> str:
        head = selection.name if selection.key == selection.name else f"{selection.key}: {selection.name}"
        name = ROOTS.get(selection.name, "") if owner == "Query" else ""
        if not name and (owner, selection.name) in LINKS:
            name = LINKS[owner, selection.name].target
        head += self._arguments(name, selection) + self._condition(included=selection.included)
        if not selection.children:
            return head
        children = selection.children
        if len(children) > 1 and self.rng.random() < 0.12 and not selection.where and not selection.order:
            cut = self.rng.randint(1, len(children) - 1)
            if any(child.included for child in children[:cut]):
                return f"{head} {self._body(name, children[:cut])} {head} {self._body(name, children[cut:])}"
        return f"{head} {self._body(name, children)}"

    def _body(self, name: str, children: list[Selection]) -> str:
        parts = [self._field(name, child) for child in children]
        for at in range(len(parts)):
            roll = self.rng.random()
            if roll < 0.08:
                parts[at] = f"... on {name} {{ {parts[at]} }}"
            elif roll < 0.12:
                parts[at] = f"...{self._condition(included=True)} {{ {parts[at]} }}"
        if self.rng.random() < 0.15:
            fragment = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {fragment} on {name} {{ {' '.join(parts)} }}")
            return f"{{ ...{fragment}{self._condition(included=True)} }}"
        return f"{{ {' '.join(parts)} }}"

    def _condition(self, *, included: bool) -> str:
        if included and self.rng.random() < 0.93:
            return ""
        word = self.rng.choice(("skip", "include"))
        value = included == (word == "include")
        written = self._variable("Boolean!", value) if self.rng.random() < 0.6 else json.dumps(value)
        return f" @{word}(if: {written})"

    def _arguments(self, name: str, selection: Selection) -> str:
        parts: list[str] = []
        if selection.where is not None:
            parts.append(f"where: {self._value(selection.where, f'{name}FilterInput', name)}")
        if selection.order is not None:
            parts.append(f"order: {self._value(selection.order, f'[{name}SortInput!]', name)}")
        return f"({', '.join(parts)})" if parts else ""

    def _value(self, value: Any, kind: str, name: str) -> str:
        if kind and self.rng.random() < 0.3:
            return self._variable(kind, value)
        if isinstance(value, Mapping):
            inner = [f"{key}: {self._inside(item, name, str(key), kind)}" for key, item in value.items()]
            return f"{{{', '.join(inner)}}}"
        if isinstance(value, list):
            return f"[{', '.join(self._value(item, '', name) for item in value)}]"
        return value if value in {"ASC", "DESC"} and isinstance(value, str) else json.dumps(value)

    def _inside(self, value: Any, name: str, key: str, kind: str) -> str:
        """A part of a filter; the operators of a column may stand in a variable as well, and what they compare with."""
        if key == "eq" and kind.endswith("OperationFilterInput"):
            return self._value(value, _SCALARS[kind.removesuffix("OperationFilterInput")], name)
        column = TYPES[name].columns.get(key) if kind.endswith("FilterInput") else None
        inner = f"{_OPERATORS[column]}OperationFilterInput" if column and isinstance(value, Mapping) else ""
        return self._value(value, inner, name)
