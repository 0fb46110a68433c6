"""The matrix of a grants file as Markdown: which role reads which field, for people who decide on it.

`●` where every enabled grant of the role on that type gives the field, `○` where only some do: there it depends on the row.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.authorization.language.model import Grant, GrantsFile

__all__ = ["matrix"]

_READ = "lezen"


def matrix(file: GrantsFile) -> str:
    """A table for each `register.Type` with an enabled grant to read, in the order of the file; fields that all roles have alike share a row."""
    return "\n".join(_tables(file))


def _tables(file: GrantsFile) -> Iterator[str]:
    enabled = [grant for grant in file.grants if grant.enabled and grant.action == _READ]
    roles = [role for role in file.roles if any(role == word.text for grant in enabled for word in grant.roles)]
    for type_ in dict.fromkeys(str(grant.type) for grant in enabled):
        grants = [grant for grant in enabled if str(grant.type) == type_]
        yield f"**{type_}**\n"
        yield f"| | {' | '.join(roles)} |"
        yield f"|---|{':-:|' * len(roles)}"
        rows: dict[tuple[str, ...], list[str]] = {}
        for name in dict.fromkeys(word.text for grant in grants for word in grant.fields):
            rows.setdefault(tuple(_cell(grants, role, name) for role in roles), []).append(name)
        for cells, names in rows.items():
            yield f"| {', '.join(names)} | {' | '.join(cells)} |"
        yield ""


def _cell(grants: list[Grant], role: str, name: str) -> str:
    given = [any(name == word.text for word in g.fields) for g in grants if any(role == word.text for word in g.roles)]
    return "●" if given and all(given) else "○" if any(given) else ""
