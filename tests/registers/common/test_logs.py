"""What a register logs of trouble: kinds and places, never a value."""

from __future__ import annotations

import logging

import orjson
import pytest
from graphql import GraphQLError, Source, parse

from registers.common.logs import LibraryFormatter, whereabouts

BSN = "999990019"


def fail() -> None:
    raise ValueError(f"invalid input: {BSN}")


def logged(name: str, message: object, *arguments: object) -> dict[str, object]:
    """One line as it is written for an exception."""
    with pytest.raises(ValueError, match=BSN) as raised:
        fail()
    caught = (raised.type, raised.value, raised.tb)
    line = LibraryFormatter().format(logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, caught))
    assert BSN not in line
    return orjson.loads(line)


def test_where_an_exception_came_from() -> None:
    with pytest.raises(ValueError, match=BSN) as raised:
        fail()
    assert [place.split(":")[0] for place in whereabouts(raised.value)] == ["common/test_logs.py"] * 2
    assert whereabouts(raised.value)[-1].endswith(" fail")
    assert whereabouts(ValueError(BSN)) == []


def test_libraries_log_their_words_without_values() -> None:
    line = logged("uvicorn.error", "Exception in %s\nmore", BSN)
    assert line.pop("where")
    assert line == {
        "event": "library",
        "source": "uvicorn.error",
        "level": "error",
        "text": "Exception in %s",
        "reason": "ValueError",
    }


def test_words_that_hold_values_are_left_out() -> None:
    asyncio_line = logged("asyncio", f"Exception in callback read('{BSN}')")
    query = parse(Source(f'{{ client(bsn: "{BSN}") {{ bsn }} }}'))
    strawberry_line = logged("strawberry.execution", GraphQLError(f"no {BSN}", query.definitions[0]))
    assert "text" not in asyncio_line
    assert "text" not in strawberry_line
