"""What is wrong with a supergraph, as a code and a sentence."""

from __future__ import annotations

__all__ = ["SupergraphError"]


class SupergraphError(Exception):
    """A supergraph that cannot be served. `code` is one of the published codes of composition."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
