"""What all mergers share: the subgraphs with their facts, the issues found so far, and small common merges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import DirectiveDefinitionNode

from gateway.composition.facts import Facts
from gateway.composition.issues import Issue, error, hint
from gateway.composition.merge.values import default_text
from gateway.composition.model import Applied, InputDef, SubgraphSchema, TypeDef, type_text
from gateway.composition.typerefs import merge_types
from gateway.supergraph.features import Feature

__all__ = ["Composed", "Context", "Override", "join_names", "type_texts"]


@dataclass(frozen=True, slots=True)
class Override:
    """How `@override` bears on a field in one subgraph. `removed`: gone from there; `used`: gone, but needed as a key or
    requirement; `label`: gone (or come) only while the label is on.
    """

    removed: bool = False
    used: bool = False
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """A directive kept by `@composeDirective`: its newest definition, the specification it is of there, and who composes it."""

    definition: DirectiveDefinitionNode
    feature: Feature
    definer: SubgraphSchema
    subgraphs: frozenset[str]


@dataclass(slots=True)
class Context:
    """Grows issues, changes nothing else."""

    subgraphs: tuple[SubgraphSchema, ...]
    facts: Mapping[str, Facts]
    graphs: Mapping[str, str]
    """Subgraph name → value of the `join__Graph` enum."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Federation's directives that the graph keeps: name of the specification → name in the graph."""
    composed: Mapping[str, Composed] = field(default_factory=dict[str, Composed])
    """Directives kept by `@composeDirective`, by name."""
    inherited: Mapping[str, Sequence[Applied]] = field(default_factory=dict[str, "Sequence[Applied]"])
    """The access demands of implementations, by interface (`Node`) and interface field (`Node.id`)."""
    overrides: Mapping[tuple[str, str, str], Override] = field(default_factory=dict[tuple[str, str, str], Override])
    """By (type, field, subgraph)."""
    errors: list[Issue] = field(default_factory=list[Issue])
    hints: list[Issue] = field(default_factory=list[Issue])
    wider: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Type → the interfaces and unions it belongs to in any subgraph."""

    def error(self, code: str, message: str, subgraph: str | None = None, node: Any = None) -> None:
        self.errors.append(error(code, message, subgraph, node))

    def hint(self, code: str, message: str, subgraph: str | None = None) -> None:
        self.hints.append(hint(code, message, subgraph))

    def defining(self, type_name: str) -> dict[str, TypeDef]:
        """The definitions of a type by subgraph name."""
        return {s.name: s.types[type_name] for s in self.subgraphs if type_name in s.types}

    def is_subtype(self, narrow: str, wide: str) -> bool:
        return narrow == wide or wide in self.wider.get(narrow, ())

    def external(self, subgraph: str, type_name: str, field_name: str) -> bool:
        return (type_name, field_name) in self.facts[subgraph].external

    # -- common merges -------------------------------------------------------------------------------------------

    def description(self, where: str, given: Iterable[str | None]) -> str | None:
        """The most frequent description; of equally frequent ones the first."""
        counted = Counter(text for text in given if text)
        if len(counted) > 1:
            self.hint(
                "INCONSISTENT_DESCRIPTION", f"{where} has different descriptions; the most frequent one is taken."
            )
        return max(counted, key=lambda text: counted[text]) if counted else None

    def types(self, where: str, given: Mapping[str, str], code: str, hint_code: str, *, inputs: bool) -> str:
        """The type that serves all subgraphs: the widest for output, the narrowest for input."""
        merged = merge_types(list(given.values()), self.is_subtype, narrowest=inputs)
        if merged is None:
            listed = join_names(given)
            self.error(code, f"The type of {where} is not compatible between subgraphs: {listed}.")
            return next(iter(given.values()))
        if len(set(given.values())) > 1:
            self.hint(
                hint_code, f"The type of {where} differs between subgraphs: {join_names(given)}; {merged} is taken."
            )
        return merged

    def default(self, where: str, given: Mapping[str, InputDef], code: str) -> str | None:
        """The default that all share: a default missing somewhere is left out, different ones are an error."""
        texts = {name: default_text(one.default, one.type) for name, one in given.items()}
        found = {text for text in texts.values() if text is not None}
        if len(found) > 1:
            listed = join_names({name: text for name, text in texts.items() if text is not None})
            self.error(code, f"{where} has different defaults: {listed}.")
        if found and None in texts.values():
            self.hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", f"{where} has a default in some subgraphs only.")
            return None
        return next(iter(found), None)


def join_names(given: Mapping[str, str]) -> str:
    """`Int in a, String in b and c`, for messages."""
    by_text: dict[str, list[str]] = {}
    for subgraph, text in given.items():
        by_text.setdefault(text, []).append(subgraph)
    return "; ".join(f"{text} in {', '.join(names)}" for text, names in by_text.items())


def type_texts(given: Mapping[str, Any]) -> dict[str, str]:
    """The printed types of fields or inputs by subgraph."""
    return {name: type_text(one.type) for name, one in given.items()}
