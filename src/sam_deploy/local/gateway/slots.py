"""A laptop starts a few functions at a time: a burst of cold calls waits its turn.

Each call that finds no warm worker starts a process, and thirty at once on two cores all time
out, where in turn most of them would have met a warm worker. AWS has machines for all of them.
The bound is soft: a call counts for a moment only, as one that is not done by then waits for
something rather than computes, and who has waited long goes ahead. So functions that call each
other through the gateway, or that take long, never keep others from being answered.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

WAIT_SECONDS: Final = 5.0
HOLD_SECONDS: Final = 0.25
"""A quick call is done by then, and one that starts a process has it."""
_PER_CORE: Final = 2
_AT_LEAST: Final = 4


class Slots:
    """At most `limit` calls of the last moment run at once, but for those that waited long."""

    def __init__(
        self,
        limit: int | None = None,
        wait_seconds: float = WAIT_SECONDS,
        hold_seconds: float = HOLD_SECONDS,
    ) -> None:
        cores = os.cpu_count() or 1
        self._free = asyncio.Semaphore(limit or max(_AT_LEAST, _PER_CORE * cores))
        self._wait_seconds, self._hold_seconds = wait_seconds, hold_seconds

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a slot for a moment, or go ahead without one after the wait."""
        try:
            await asyncio.wait_for(self._free.acquire(), self._wait_seconds)
        except TimeoutError:
            yield
            return
        held = True

        def release() -> None:
            nonlocal held
            if held:
                held = False
                self._free.release()

        later = asyncio.get_running_loop().call_later(self._hold_seconds, release)
        try:
            yield
        finally:
            later.cancel()
            release()
