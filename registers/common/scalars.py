"""The three published scalars: `UUID`, `Date` and `DateTime`, strict on the way in.

Types and inputs annotate with `uuid.UUID`, `datetime.date` and `datetime.datetime`; a schema is built with
`scalar_overrides=SCALARS`, so that every register prints the same definitions. A parsed value is the Python value, which
is what the database driver binds.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import strawberry
from graphql import GraphQLError

__all__ = ["SCALARS", "ScalarError", "parse_date", "parse_datetime", "parse_uuid"]

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


class ScalarError(GraphQLError):
    """A value that is none of its scalar. The message does not repeat it: it may be personal data."""


def parse_uuid(value: Any) -> uuid.UUID:
    """Read the five groups of a UUID in either case; no braces, no `urn:`, no run of digits."""
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ScalarError("Value is not a UUID.")
    return uuid.UUID(value)


def parse_date(value: Any) -> dt.date:
    """Read `YYYY-MM-DD`, nothing shorter or longer."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ScalarError("Value is not a date of the form YYYY-MM-DD.")
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise ScalarError("Value is not a date of the calendar.") from None


def parse_datetime(value: Any) -> dt.datetime:
    """Read ISO 8601 with an offset; a moment without one would mean something else in each time zone.

    Digits past the microsecond are cut off: PostgreSQL keeps no more.
    """
    found = _DATETIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ScalarError("Value is not an ISO 8601 moment with an offset.")
    fraction = found[1] or ""
    text = found[0].replace(fraction, fraction[:7].ljust(7, "0"), 1) if fraction else found[0]
    try:
        moment = dt.datetime.fromisoformat(text.upper())
        moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise ScalarError("Value is not a moment of the calendar.") from None
    return moment


SCALARS: dict[object, Any] = {
    uuid.UUID: strawberry.scalar(
        name="UUID",
        description="A UUID in five groups (RFC 4122); printed in lower case.",
        specified_by_url="https://tools.ietf.org/html/rfc4122",
        serialize=str,
        parse_value=parse_uuid,
    ),
    dt.date: strawberry.scalar(
        name="Date",
        description="A date, YYYY-MM-DD.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=lambda value: value if isinstance(value, str) else value.isoformat(),
        parse_value=parse_date,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="A moment: ISO 8601 with an offset.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=lambda value: value if isinstance(value, str) else value.isoformat(),
        parse_value=parse_datetime,
    ),
}
"""What `strawberry.federation.Schema(scalar_overrides=…)` gets."""
