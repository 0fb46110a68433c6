"""`gateway audit …`: reads the decision journal. Thin, like the rest of the commands."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from gateway.cli_errors import plain_errors

__all__ = ["audit_app"]

audit_app = App(name="audit", help="The decision journal: prove it, search it, hand it over, shorten it.")

Journal = Annotated[Path, Parameter(help="The folder of the journal.")]
Since = Annotated[str, Parameter(help="A date, or a moment in UTC.")]
Key = Annotated[Path, Parameter(help="The key that heads are signed with (PEM), or its public half.")]


Database = Parameter(
    env_var="GATEWAY_AUDIT_DATABASE",
    help="PostgreSQL URL; better in the environment, since everybody can read a command line.",
)


@audit_app.command
def prepare(
    *,
    database: Annotated[str, Database],
    role: Annotated[str | None, Parameter(help="The gateway's own, which may then add and read records.")] = None,
) -> None:
    """Make the tables of the audit database."""
    from gateway.audit.command import prepare as prepared

    with plain_errors():
        prepared(database, role)


@audit_app.command
def verify(
    *journals: Annotated[
        Path, Parameter(help="The folder of the journal; more of them where several gateways ship to one database.")
    ],
    key: Annotated[
        list[Path], Parameter(help="The key that heads are signed with (PEM), or its public half; repeat for more.")
    ],
    database: Annotated[str | None, Database] = None,
) -> None:
    """Prove that nothing was changed, taken out or cut off; exit status 1 when something was."""
    from gateway.audit.command import verify as verified

    with plain_errors():
        lines, whole = verified(journals, key, database)
        print("\n".join(lines))
    if not whole:
        raise SystemExit(1)


@audit_app.command
def who_saw(
    journal: Journal,
    *,
    person: Annotated[
        str | None,
        Parameter(allow_leading_hyphen=True, help="A file with the value that names the person; - is standard input."),
    ] = None,
    secret: Annotated[Path | None, Parameter(help="The secret that keyed hashes are made with.")] = None,
    record: Annotated[list[str] | None, Parameter(help="Type:key; repeat for more.")] = None,
    since: Since = "",
    until: Since = "",
    format: Literal["text", "json"] = "text",
) -> None:
    """List who saw a person or a record, when, on what ground."""
    from gateway.audit.command import who_saw as seen

    with plain_errors():
        found = seen(
            journal, person=person, secret=secret, records=record or (), since=since, until=until, format=format
        )
        for line in found:
            print(line)


@audit_app.command
def export(journal: Journal, *, since: Since = "", until: Since = "") -> None:
    """Print the records of a time as XML."""
    from gateway.audit.command import export as exported

    with plain_errors():
        sys.stdout.writelines(exported(journal, since=since, until=until))


@audit_app.command
def drop(journal: Journal, *, key: Key, before: Since, database: Annotated[str | None, Database] = None) -> None:
    """Drop whole files that are older (and shipped, with a database), sign that they were, and leave a chain that is proven."""
    from gateway.audit.command import drop as dropped

    with plain_errors():
        for line in dropped(journal, key, before, database):
            print(line)
