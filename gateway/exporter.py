"""Sends spans to a collector in batches, beside the requests: OTLP over HTTP in JSON, which needs no library.

The first span of a batch is waited for, so an idle gateway does nothing. A batch that is not taken is dropped and counted, and the first
such failure is logged; a collector that is down costs memory for one batch and no request anything.
"""

from __future__ import annotations

import asyncio
import contextlib

from gateway.settings import SettingsError, TelemetrySettings
from gateway.subgraphs.endpoint import Target, target_of
from gateway.subgraphs.once import ask_once
from gateway.telemetry.logs import get_log
from gateway.telemetry.process import build_info
from gateway.telemetry.spans import Span, Spans, export_request

__all__ = ["Exporter"]

_log = get_log(__name__)

_LINGER = 1.0
"""Seconds that a span waits for others."""
_BATCH = 512
_SECONDS = 5.0


class Exporter:
    """`spans` are sent to the collector of the settings (`otlp_url`). Raises `SettingsError` for a URL that is none."""

    def __init__(self, settings: TelemetrySettings, *, linger: float = _LINGER) -> None:
        self.spans = Spans(share=settings.otlp_share)
        self._target = _target(settings.otlp_url or "")
        self._resource = {"service.name": settings.otlp_service, "service.version": build_info()["version"]}
        self._linger = linger
        self._failing = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Send what is left, once."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self.spans.waiting.is_set():
            await self._send(self.spans.take(_BATCH))

    async def _run(self) -> None:
        while True:
            await self.spans.waiting.wait()
            await asyncio.sleep(self._linger)
            while self.spans.waiting.is_set():
                await self._send(self.spans.take(_BATCH))

    async def _send(self, spans: list[Span]) -> None:
        try:
            answer = await ask_once(self._target, "POST", export_request(spans, self._resource), seconds=_SECONDS)
        except OSError as error:
            self._failed(len(spans), type(error).__name__)
            return
        if answer.status // 100 != 2:
            self._failed(len(spans), str(answer.status))
            return
        self._failing = False
        self.spans.counts["sent"] += len(spans)

    def _failed(self, count: int, reason: str) -> None:
        self.spans.counts["failed"] += count
        if not self._failing:
            self._failing = True
            _log.warning("spans_not_sent", reason=reason)


def _target(url: str) -> Target:
    try:
        return target_of(url)
    except ValueError as error:
        raise SettingsError("CONFIG_INVALID", f"telemetry.otlp_url: {error}.") from None
