"""What goes into a composition and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CompositionError", "CompositionHint", "CompositionResult", "SubgraphInput"]


@dataclass(frozen=True, slots=True)
class SubgraphInput:
    """A subgraph by name, where it is served, and its schema as text."""

    name: str
    url: str
    sdl: str


@dataclass(frozen=True, slots=True)
class CompositionError:
    """`code` is one of the ecosystem's codes; `subgraphs` are those that the error is about."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompositionHint:
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class CompositionResult:
    """The supergraph, or all errors that kept it from being made; never both."""

    supergraph_sdl: str | None
    errors: tuple[CompositionError, ...] = ()
    hints: tuple[CompositionHint, ...] = ()
