"""What travels from BR to the keepers of zorgrelaties, and what every way of travelling promises.

An event holds *all* relations of one Bemiddeling from a version on, so that a later one makes an earlier one superfluous.
Positions of a stream run 1, 2, 3 … without a gap. A source may deliver twice, late and in any order; it may not invent, and it
delivers again what is asked for again. Losing something is noticed: the next position is missing, and stays missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

__all__ = ["Batch", "Event", "Relation", "Source", "StreamError", "event_of", "in_order"]


class StreamError(Exception):
    """The stream cannot be followed; the message is a sentence for the operator, without ids of persons."""


class Relation(NamedTuple):
    """One zorgrelatie, without the ids that all of an event share. The fields are the columns of `zorgrelatie`."""

    zorgrelatieID: UUID
    hoedanigheid: str
    code: str
    wlzIndicatieID: UUID
    bemiddelingspecificatieID: UUID | None
    vanaf: date
    tot: date | None
    overdrachtDatum: date | None


@dataclass(frozen=True, slots=True)
class Event:
    """The relations of one Bemiddeling (`aggregate`) as they are from `version` on; none when it ended."""

    position: int
    aggregate: UUID
    version: int
    client_key: UUID
    relations: tuple[Relation, ...]
    mark: UUID | None = None
    """Never the same twice: what tells this event from another one at its position, of a source that was set back."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a source has to say: some events, how far the stream goes (`head`), and the heartbeat.

    `complete_until`: every change that BR had made by then stands at or before `head`. `mark` is that of the event at `after`, the
    position behind which was read; None where there is none, or the source has no marks.
    """

    stream: UUID
    head: int
    complete_until: datetime
    events: tuple[Event, ...]
    after: int = 0
    mark: UUID | None = None


class Source(Protocol):
    """The way to a stream. Whatever it raises ends the attempt; the projector starts another one."""

    async def read(self, after: int, limit: int) -> Batch:
        """At most `limit` events behind position `after`, with the head and heartbeat as they were *before* the events were read."""
        ...

    async def wait(self, seconds: float) -> None:
        """Return when there may be something new, at the latest after `seconds`."""
        ...


def in_order(events: Iterable[Event], position: int) -> list[Event]:
    """The events that can be taken now: those that follow on `position` without a gap, each once.

    What was taken before is left out, and so is what stands behind a gap: it is asked for again.
    """
    ahead = {event.position: event for event in events if event.position > position}
    found: list[Event] = []
    while (event := ahead.get(position + 1)) is not None:
        found.append(event)
        position += 1
    return found


def event_of(
    position: int, aggregate: UUID, version: int, client_key: UUID, relations: Any, mark: UUID | None = None
) -> Event:
    """An event from the JSON form of its relations. Raises `StreamError` for what is none."""
    try:
        return Event(position, aggregate, version, client_key, tuple(_relation(item) for item in relations), mark)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise StreamError(f"The event at position {position} cannot be read.") from None


def _relation(item: Mapping[str, Any]) -> Relation:
    specification: str | None = item["bemiddelingspecificatieID"]
    return Relation(
        UUID(item["zorgrelatieID"]),
        item["hoedanigheid"],
        item["code"],
        UUID(item["wlzIndicatieID"]),
        None if specification is None else UUID(specification),
        date.fromisoformat(item["vanaf"]),
        _day(item["tot"]),
        _day(item["overdrachtDatum"]),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
