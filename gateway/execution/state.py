"""The state of one execution, and the marks that stand in the assembled answer.

The assembled answer (the *store*) is plain JSON data into which every fetch writes. Marks are keys that are no strings, so
that no subgraph can send them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from gateway.errors import Code, GatewayError, GraphQLIssue
from gateway.subgraphs.fetcher import Fetcher

__all__ = ["ABSENT", "MAX_ISSUES", "Mark", "Path", "State", "Store"]

Path = tuple[str | int, ...]
Store = dict[Any, Any]
MAX_ISSUES = 500
"""Beyond this many issues a request reports no more; a failed fetch over a long list would flood the answer."""

_GRAVEST_FIRST = (
    # What may be missing from data that looks whole: nothing may hide it.
    Code.AUTHORIZATION_UNAVAILABLE,
    # What was decided, or what the client has to change: the same at every attempt.
    Code.FORBIDDEN,
    Code.UNAUTHORIZED_FIELD_OR_TYPE,
    Code.OWNER_REQUIRED,
    Code.BAD_USER_INPUT,
    # What failed this time.
    Code.DOWNSTREAM_UNAVAILABLE,
    Code.DOWNSTREAM_TIMEOUT,
    Code.DOWNSTREAM_SERVICE_ERROR,
)
"""Of several issues of one field the first of these is told. It is the same whichever subgraph was first, so that nothing shows who was."""
_RANKS = {code: rank for rank, code in enumerate(_GRAVEST_FIRST)}


class Mark(Enum):
    """Why an object is null although a subgraph linked to it."""

    ABSENT = "absent"
    """Its home does not have it, or not for this caller: null without an error, and no error from inside it."""
    UNJUDGED = "unjudged"
    """Its home could not be asked: null, with an error."""


ABSENT = Mark.ABSENT


class State:
    """One execution: variables in, store and issues out. `fatal` ends the request without data."""

    __slots__ = (
        "absent",
        "data",
        "fatal",
        "fetcher",
        "graver",
        "issues",
        "late",
        "prefixes",
        "removed",
        "reported",
        "room",
        "roots",
        "settled",
        "variables",
    )

    def __init__(self, variables: Mapping[str, Any], fetcher: Fetcher, roots: Mapping[str, Any]) -> None:
        self.variables = variables
        self.fetcher = fetcher
        self.roots = roots
        self.data: Store = {}
        self.issues: list[GraphQLIssue] = []
        self.fatal: GatewayError | None = None
        self.absent: list[Path] = []
        self.late: list[GraphQLIssue] = []
        self.removed: dict[Path, list[int]] = {}
        self.settled: set[Path] = set()
        """Places that a subgraph nulled for the sake of one field: its issue explains what its neighbours lack (§6.4.4)."""
        self.reported: dict[tuple[Path, str], Code] = {}
        """By field and instance, what is to be told of it."""
        self.graver: dict[tuple[Path, str], GraphQLIssue] = {}
        """What is told instead of the issue that came first."""
        self.room = MAX_ISSUES
        self.prefixes: tuple[int, set[Path], set[Path]] = (-1, set(), set())

    def begin(self) -> None:
        """Before a fetch, or the projection, adds its issues: each may add as many as all together may tell, whatever others added before it."""
        self.room = MAX_ISSUES

    def issue(self, code: Code, message: str, path: Path, instance: str = "") -> None:
        """Add an issue. Of two of one field the graver is told: two fetches may have asked for it (GraphQL §6.4.4)."""
        if self.room == 0:
            return
        self.room -= 1
        place = (path, instance)
        known = self.reported.get(place)
        if known is not None and _RANKS[known] <= _RANKS[code]:
            return
        self.reported[place] = code
        issue = GraphQLIssue(message, code, path, extensions={"instance": instance} if instance else {})
        if known is None:
            self.issues.append(issue)
        else:
            self.graver[place] = issue

    def told(self) -> list[GraphQLIssue]:
        """The issues, one of each field and instance."""
        if not self.graver:
            return self.issues
        places = ((issue.path or (), issue.extensions.get("instance", "")) for issue in self.issues)
        return [self.graver.get(place, issue) for place, issue in zip(places, self.issues, strict=True)]

    def explained(self, path: Path) -> bool:
        """Whether an issue at, above or below `path` says already why there is a null."""
        if not self.issues:
            return False
        count, exact, above = self.prefixes
        if count != len(self.issues):
            exact = {issue.path for issue in self.issues if issue.path is not None}
            above = {found[:length] for found in exact for length in range(1, len(found) + 1)}
            self.prefixes = (len(self.issues), exact, above)
        if path in above or any(path[:length] in exact for length in range(1, len(path))):
            return True
        return bool(self.settled) and self._is_settled(path[:-1])

    def _is_settled(self, place: Path) -> bool:
        """Whether an object is lost, or one that it stands in: another subgraph may have given that one, and so this one too."""
        return place in self.settled or any(place[:length] in self.settled for length in range(1, len(place)))
