"""Subgraphs in, a supergraph or codes out. SDL is given without its federation link; `LINK` is put before it."""

from __future__ import annotations

import textwrap

from gateway.composition.compose import CompositionResult, SubgraphInput, compose
from gateway.supergraph.reader import read_supergraph

LINK = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides",
  "@external", "@shareable", "@extends", "@override", "@inaccessible", "@tag", "@composeDirective", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize"])
"""


def composed(*, link: str = LINK, **subgraphs: str) -> CompositionResult:
    """Compose Federation 2 subgraphs; `link=""` makes them Federation 1."""
    return compose([SubgraphInput(name, f"http://{name}/graphql", f"{link}\n{sdl}") for name, sdl in subgraphs.items()])


def codes(*, link: str = LINK, **subgraphs: str) -> list[str]:
    """The codes of the errors, each once, sorted; empty when the subgraphs compose."""
    return sorted({issue.code for issue in composed(link=link, **subgraphs).errors})


def hints(*, link: str = LINK, **subgraphs: str) -> list[str]:
    result = composed(link=link, **subgraphs)
    assert not result.errors, result.errors
    return sorted({issue.code for issue in result.hints})


def types(*, link: str = LINK, **subgraphs: str) -> str:
    """The types of the supergraph as written, without the link and join machinery."""
    result = composed(link=link, **subgraphs)
    assert result.supergraph_sdl is not None, [str(issue) for issue in result.errors]
    read_supergraph(result.supergraph_sdl)
    blocks = result.supergraph_sdl.strip().split("\n\n")
    machinery = ("schema", "directive", "scalar join__", "enum join__", "input join__", "scalar link__", "enum link__")
    kept = [block for block in blocks if not block.startswith((*machinery, "  SECURITY", "  EXECUTION", '  """'))]
    return "\n\n".join(kept)


def text(expected: str) -> str:
    return textwrap.dedent(expected).strip()
