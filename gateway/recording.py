"""No answer without its record: what is answered leaves once it is in the journal, and a refusal goes in its place where it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gateway.answers import GraphQLResponse, internal_error, refusal
from gateway.audit.record import Asking, Kind
from gateway.errors import Code, GatewayError
from gateway.subscriptions import Subscription
from gateway.telemetry.logs import get_log, whereabouts

if TYPE_CHECKING:
    from gateway.audit.recorder import Recorder

__all__ = ["recorded"]

_log = get_log(__name__)

_T = TypeVar("_T")


async def recorded(recorder: Recorder, asking: Asking, response: GraphQLResponse | _T) -> GraphQLResponse | _T:
    """The response once its record is kept, or the refusal that there is none without. A subscription that has none is closed."""
    answer = response if isinstance(response, GraphQLResponse) else GraphQLResponse(200, b"")
    if answer.code == Code.AUDIT_UNAVAILABLE.name:
        return response
    kept = False
    try:
        await recorder.keep(Kind.REQUEST, asking, status=answer.status, code=answer.code, seen=answer.seen)
        kept = True
    except GatewayError as error:
        return refusal(error)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, what has no record does not leave
        _log.error("internal_error", trace=asking.trace.id, **whereabouts(error))
        return internal_error(asking.trace.id)
    finally:
        if not kept and isinstance(response, Subscription):
            response.close()
    return response
