"""From start to stop: which assembly serves, and how the next one takes its place without a dropped request.

A new assembly takes every request that arrives after the switch; those that are under way stay with the old one, which is closed
when the last of them has left.
"""

from __future__ import annotations

import asyncio
import gc

from gateway.assembly import Assembly, Lasting

__all__ = ["Lifecycle"]


class Lifecycle:
    """`current` is the assembly that serves."""

    def __init__(self, assembly: Assembly, lasting: Lasting) -> None:
        self.current = assembly
        self._lasting = lasting
        self._alive = [assembly]
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Ready to serve. What was built so far lives as long as the process: the collector need not look at it again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        self._lasting.health.facts = self.current.facts
        self._lasting.health.ready = True

    async def stop(self) -> None:
        """Close what was opened."""
        self._lasting.health.ready = False
        await asyncio.gather(*self._closing)
        for assembly in self._alive:
            await assembly.close()

    def replace(self, assembly: Assembly) -> None:
        """Let `assembly` serve from now on."""
        before, self.current = self.current, assembly
        self._alive.append(assembly)
        self._lasting.health.facts = assembly.facts
        before.retired = True
        self.left(before)

    def left(self, assembly: Assembly) -> None:
        """A request has left a retired assembly."""
        if assembly.running == 0:
            self._alive.remove(assembly)
            task = asyncio.get_running_loop().create_task(assembly.close(self._alive))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)
