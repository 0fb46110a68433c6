"""`registers inzage …`: what the operator keeps beside the inzagen. Thin, like the rest of the commands.

The URL names the server; the databases are `iwlz_<register>`. A BSN never stands on a command line, which everybody on the machine can read.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
import uuid
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

from cyclopts import App, Parameter

__all__ = ["inzage_app"]

inzage_app = App(name="inzage", help="The register of inzagen: names of parties, whose a record is, mandates.")

T = TypeVar("T")
Server = Annotated[
    str,
    Parameter(
        name="--database-url",
        env_var="IWLZ_DATABASE_URL",
        help="postgresql://user@host/, as the owner of the tables; better in the environment.",
    ),
]
Secret = Annotated[Path, Parameter(name="--journal-secret", help="File with the secret of the decision journal.")]
Persons = Annotated[
    str,
    Parameter(allow_leading_hyphen=True, help="A file with the BSN of the client and of the representative, a line each; - is standard input."),
]  # fmt: skip
Person = Annotated[str, Parameter(allow_leading_hyphen=True, help="A file with the BSN; - is standard input.")]


@inzage_app.command
def parties(
    participants: Annotated[Path, Parameter(help="The participants file of the issuer.")], *, server: Server
) -> None:
    """Keep the names of parties, for inzagen from now on."""
    from registers.inzage.administration import AdministrationError, keep_parties, read_parties

    try:
        named = read_parties(participants)
    except AdministrationError as error:
        _fail(str(error))
    _run(keep_parties(_url(server), named))
    print(f"{len(named)} parties")


@inzage_app.command
def locate(
    *,
    server: Server,
    journal_secret: Secret,
    again: Annotated[
        bool,
        Parameter(
            name="--all",
            negative=(),
            help="Read every line that was shipped, not only what came since the last time: when a register was put back, or came later.",
        ),
    ] = False,
) -> None:
    """Learn from the other registers whose their records are, for answers that name no person."""
    from registers.inzage.locating import locate as learned
    from registers.synthetic.command import database_urls

    places = database_urls(server).items()
    found = _run(learned(_url(server), places, _secret(journal_secret), again=again))
    print(f"{found.records} records, {found.lines} lines")


@inzage_app.command
def mandate(
    *,
    persons: Persons,
    since: Annotated[dt.date, Parameter(help="The first day.")],
    until: Annotated[dt.date | None, Parameter(help="The last day; without it the mandate has no end.")] = None,
    parties: Annotated[
        bool,
        Parameter(help="Whether the representative sees which parties looked. Not for a client with a secret address."),
    ],
    server: Server,
    journal_secret: Secret,
) -> None:
    """Register that somebody represents a client (vertegenwoordigt), and print the id of the mandate."""
    from registers.inzage.administration import add_mandate

    client, representative = _numbers(persons, 2)
    print(
        _run(add_mandate(_url(server), _secret(journal_secret), client, representative, since, until, parties=parties))
    )


@inzage_app.command
def revoke(mandate: uuid.UUID, *, server: Server) -> None:
    """Withdraw a mandate; the next question finds nothing any more."""
    from registers.inzage.administration import revoke_mandate

    _run(revoke_mandate(_url(server), mandate))


@inzage_app.command
def mandates(*, person: Person, server: Server, journal_secret: Secret) -> None:
    """List the mandates of a client, without names."""
    from registers.inzage.administration import list_mandates

    (client,) = _numbers(person, 1)
    for found in _run(list_mandates(_url(server), _secret(journal_secret), client)):
        end = f"until {found.until}" if found.until is not None else "without an end"
        told = [f"{found.id}  from {found.since} {end}", "with parties" if found.parties else "without parties"]
        print(", ".join([*told, *(["revoked"] if found.revoked else [])]))


def _url(server: str) -> str:
    from registers.synthetic.command import database_urls

    return database_urls(server, names=("inzage",))["inzage"]


def _secret(path: Path) -> bytes:
    from registers.common.client_key import load_secret

    try:
        return load_secret(path)
    except (ValueError, OSError):
        _fail(f"{path} holds no secret.")


def _numbers(source: str, count: int) -> list[str]:
    from iwlz.identifiers import is_bsn

    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    numbers = text.split()
    if len(numbers) != count or not all(map(is_bsn, numbers)):
        _fail(f"Give {count} BSN, a line each.")
    return numbers


def _run(work: Coroutine[Any, Any, T]) -> T:
    from registers.inzage.administration import AdministrationError

    try:
        return asyncio.run(work)
    except AdministrationError as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    print(f"registers: {sentence}", file=sys.stderr)
    raise SystemExit(1)
