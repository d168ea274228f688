"""A laptop starts a few functions at a time: a burst of cold calls waits its turn.

Each call that finds no warm worker starts a process, and thirty at once on two cores all time
out, where in turn most of them would have met a warm worker. AWS has machines for all of them.
The bound is soft: a call that has waited its time goes ahead, so functions that call each other
through the gateway, or that take long, can never block it.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WAIT_SECONDS: Final = 5.0
_PER_CORE: Final = 2
_AT_LEAST: Final = 4


class Slots:
    """At most `limit` calls run at once, but for those that waited `wait_seconds`."""

    def __init__(self, limit: int | None = None, wait_seconds: float = WAIT_SECONDS) -> None:
        cores = os.cpu_count() or 1
        self._free = asyncio.Semaphore(limit or max(_AT_LEAST, _PER_CORE * cores))
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a slot, or go ahead without one after the wait."""
        try:
            await asyncio.wait_for(self._free.acquire(), self._wait_seconds)
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            self._free.release()
