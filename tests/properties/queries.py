"""Invented callers and queries over the whole graph, with filters on real values, aliases and fragments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_list_type,
    is_object_type,
)
from hypothesis import strategies as st

from tests.harness import SCOPES
from tests.oracle.filters import TO_MANY, target_type, type_of_input
from tests.oracle.matrix import SCOPES as TOLD
from tests.oracle.rules.words import Party
from tests.oracle.table12 import grantable
from tests.oracle.world import RELATIONS, World

CIZ = "62253778"
STRINGS = ("eq", "neq", "in", "nin", "contains", "ncontains", "startsWith", "nstartsWith", "endsWith", "nendsWith")
ORDERED = ("eq", "neq", "in", "nin", "gt", "ngt", "gte", "ngte", "lt", "nlt", "lte", "nlte")
SKIPPED_INPUTS = {"agbCodeInstelling", "uzoviCodeZorgkantoor", "raadpleegDatum"}


@dataclass(frozen=True)
class Question:
    party: Party
    query: str


@st.composite
def parties(draw: st.DrawFn, world: World, today: date) -> Party:
    """Somebody of the network, with some of the scopes, on some day around the windows of the rules."""
    role = draw(st.sampled_from(("ZORGKANTOOR", "ZORGKANTOOR", "ZORGAANBIEDER", "ZORGAANBIEDER", "CIZ", "BURGER")))
    specs = world.rows("Bemiddelingspecificatie")
    spec = draw(st.sampled_from(specs))
    b = world.one("Bemiddelingspecificatie", spec, "bemiddeling")
    codes: dict[str, Sequence[str]] = {
        "ZORGKANTOOR": [
            spec["uitvoerendZorgkantoor"],
            b["verantwoordelijkZorgkantoor"],
            *(o["verantwoordelijkZorgkantoor"] for o in world.rows("Overdracht")),
        ],
        "ZORGAANBIEDER": [
            spec["instelling"] or "51510101",
            *(r["instelling"] for r in world.related("Bemiddeling", b, "regiehouder")),
            *(v["aanbieder"] for v in world.rows("VerzoekAanbieder")[:20]),
        ],
        "CIZ": [CIZ],
        "BURGER": [world.one("Bemiddeling", b, "client")["bsn"]],
    }
    lacking = draw(st.sampled_from((None, None, None, None, *SCOPES)))
    last = spec["toewijzingEinddatum"] or today
    days = (
        today,
        today,
        date(last.year + 1, 5, 31),
        date(last.year + 1, 6, 1),
        last + timedelta(days=730),
        last + timedelta(days=732),
    )
    return Party(
        role,
        draw(st.sampled_from(codes[role])),
        frozenset(scope for name, scope in SCOPES.items() if name != lacking),
        draw(st.sampled_from(days)),
    )


@st.composite
def questions(draw: st.DrawFn, world: World, schema: GraphQLSchema, today: date) -> Question:
    party = draw(parties(world, today))
    writer = _Writer(draw, world, schema, party, obedient=draw(st.sampled_from((True, True, True, False))))
    return Question(party, writer.operation())


def _told(parent: GraphQLObjectType) -> list[tuple[str, GraphQLField]]:
    """The fields of the four registers, of which the authorization table tells."""
    fields = parent.fields.items()
    return [(n, f) for n, f in fields if not is_object_type(named := get_named_type(f.type)) or named.name in TOLD]


class _Writer:
    """Writes one operation. An obedient writer only takes fields that its party may be granted."""

    def __init__(self, draw: st.DrawFn, world: World, schema: GraphQLSchema, party: Party, *, obedient: bool) -> None:
        self.draw, self.world, self.schema, self.party, self.obedient = draw, world, schema, party, obedient
        self.fragments: list[str] = []

    def operation(self) -> str:
        query = self.schema.query_type
        assert query is not None
        roots = [(name, field) for name, field in _told(query) if not self.obedient or self._fields(_object(field))]
        if not roots:
            roots = _told(query)
        count = self.draw(st.sampled_from((1, 1, 1, 2)))
        chosen = [self.draw(st.sampled_from(roots)) for _ in range(count)]
        body = " ".join(
            f"r{i}: {name}{self._arguments(field, root=True)} {self._selection(_object(field), 3)}"
            for i, (name, field) in enumerate(chosen)
        )
        return " ".join([f"query Q {{ {body} }}", *self.fragments])

    def _fields(self, parent: GraphQLObjectType) -> list[tuple[str, GraphQLField]]:
        found = [
            (name, field)
            for name, field in _told(parent)
            if not self.obedient or grantable(parent.name, name, self.party)
        ]
        return [(n, f) for n, f in found if not is_object_type(get_named_type(f.type)) or self._has_leaf(f)]

    def _has_leaf(self, field: GraphQLField) -> bool:
        target = _object(field)
        return any(
            not is_object_type(get_named_type(f.type)) and (not self.obedient or grantable(target.name, n, self.party))
            for n, f in _told(target)
        )

    def _selection(self, parent: GraphQLObjectType, depth: int) -> str:
        fields = self._fields(parent)
        leaves = [name for name, f in fields if not is_object_type(get_named_type(f.type))]
        edges = [(name, f) for name, f in fields if is_object_type(get_named_type(f.type))]
        parts = self.draw(st.lists(st.sampled_from(leaves), min_size=1, max_size=4, unique=True)) if leaves else []
        if depth and edges:
            for name, field in self.draw(st.lists(st.sampled_from(edges), max_size=2, unique_by=lambda e: e[0])):
                alias = self.draw(st.sampled_from(("", "", f"x_{name}: ")))
                parts.append(f"{alias}{name}{self._arguments(field)} {self._selection(_object(field), depth - 1)}")
        text = " ".join(parts or ["__typename"])
        style = self.draw(st.integers(0, 9))
        if style == 0:
            return f"{{ ... on {parent.name} @include(if: true) {{ {text} }} }}"
        if style == 1:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {parent.name} {{ {text} }}")
            return f"{{ ...{name} }}"
        return f"{{ {text} }}"

    # --- arguments ---

    def _arguments(self, field: GraphQLField, *, root: bool = False) -> str:
        parts: list[str] = []
        where = field.args.get("where")
        # A filter on a non-null to-one field fails the field when it does not match: asked rarely.
        rare = not is_list_type(getattr(field.type, "of_type", field.type)) and not is_list_type(field.type)
        if where and self.draw(st.integers(0, 9)) < (1 if rare else 6 if root else 4):
            parts.append(f"where: {self._where(_input(where), 2)}")
        order = field.args.get("order")
        if order and self.draw(st.integers(0, 3)) == 0:
            parts.append(f"order: {self._order(_input(order), 1)}")
        return f"({', '.join(parts)})" if parts else ""

    def _where(self, input_type: GraphQLInputObjectType, depth: int) -> str:
        names = [n for n in input_type.fields if n not in SKIPPED_INPUTS and self._readable(input_type, n, depth)]
        if not names:
            return "{}"
        chosen = self.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        return "{ " + ", ".join(f"{n}: {self._condition(input_type, n, depth)}" for n in chosen) + " }"

    def _readable(self, input_type: GraphQLInputObjectType, name: str, depth: int) -> bool:
        if name in {"and", "or"}:
            return depth > 0
        owner = type_of_input(input_type.name)
        nested = (owner, name) in RELATIONS
        if nested and depth <= 0:
            return False
        return not self.obedient or nested or grantable(owner, name, self.party)

    def _condition(self, input_type: GraphQLInputObjectType, name: str, depth: int) -> str:
        inner = get_named_type(input_type.fields[name].type)
        assert isinstance(inner, GraphQLInputObjectType)
        if name in {"and", "or"}:
            parts = [self._where(input_type, depth - 1) for _ in range(self.draw(st.integers(1, 2)))]
            return f"[{', '.join(parts)}]"
        owner = type_of_input(input_type.name)
        if inner.name.endswith("OperationFilterInput"):
            return self._operator(inner.name, owner, name)
        if set(inner.fields) & TO_MANY:
            quantifier = self.draw(st.sampled_from(("some", "all", "none", "any")))
            if quantifier == "any":
                return f"{{ any: {self.draw(st.sampled_from(('true', 'false')))} }}"
            nested = get_named_type(inner.fields[quantifier].type)
            assert isinstance(nested, GraphQLInputObjectType)
            return f"{{ {quantifier}: {self._where(nested, depth - 1)} }}"
        return self._where(inner, depth - 1)

    def _operator(self, kind: str, owner: str, column: str) -> str:
        operators = STRINGS if kind.startswith("String") else ORDERED
        operator = self.draw(st.sampled_from(operators))
        rows = self.world.rows(owner)
        values = [row[column] for row in rows[:200] if row.get(column) is not None] or [_sample(kind)]
        value = self.draw(st.sampled_from(values))
        if operator in {"in", "nin"}:
            return f"{{ {operator}: [{_literal(value)}, {_literal(self.draw(st.sampled_from(values)))}] }}"
        if operator in {"eq", "neq"} and self.draw(st.integers(0, 5)) == 0:
            return f"{{ {operator}: null }}"
        if "With" in operator or "contains" in operator:
            value = str(value)[: self.draw(st.integers(1, 3))]
        return f"{{ {operator}: {_literal(value)} }}"

    def _order(self, input_type: GraphQLInputObjectType, depth: int) -> str:
        owner = type_of_input(input_type.name)
        names = [n for n in input_type.fields if self._sortable(owner, n, depth)]
        if not names:
            return "[]"
        name = self.draw(st.sampled_from(names))
        inner = get_named_type(input_type.fields[name].type)
        if isinstance(inner, GraphQLInputObjectType):
            nested = self._order(inner, depth - 1).strip("[]")
            return f"[{{ {name}: {nested or '{}'} }}]"
        return f"[{{ {name}: {self.draw(st.sampled_from(('ASC', 'DESC')))} }}]"

    def _sortable(self, owner: str, name: str, depth: int) -> bool:
        if (owner, name) in RELATIONS:
            return depth > 0 and (not self.obedient or bool(target_type(owner, name)))
        return not self.obedient or grantable(owner, name, self.party)


def _object(field: GraphQLField) -> GraphQLObjectType:
    named = get_named_type(field.type)
    assert isinstance(named, GraphQLObjectType)
    return named


def _input(argument: Any) -> GraphQLInputObjectType:
    named = get_named_type(argument.type)
    assert isinstance(named, GraphQLInputObjectType)
    return named


def _sample(kind: str) -> Any:
    return {
        "String": "1",
        "Uuid": UUID("00000000-0000-4000-8000-000000000000"),
        "Date": date(2024, 1, 1),
        "DateTime": datetime.fromisoformat("2024-01-01T12:00:00+01:00"),
        "Int": 1,
        "Float": 1.5,
    }[kind.removesuffix("OperationFilterInput")]


def _literal(value: Any) -> str:
    if isinstance(value, UUID):
        return f'"{value}"'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    return json.dumps(value)
