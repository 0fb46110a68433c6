"""What stops a command of the network: always a sentence for the person who typed it."""

from __future__ import annotations

__all__ = ["NetworkError"]


class NetworkError(Exception):
    """A sentence that says what is wrong and, where there is one, the way out."""
