"""One reading for many listeners, kept for a moment. Readings run in threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.ui.answers import mark
from sam_deploy.ui.ports import Json

UNMARKED: Final = frozenset({"read", "seconds", "calls"})
"""What is another one with each reading, and tells nothing new."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A reading. `tag` is the same as long as nothing else is there to see."""

    value: Json
    tag: str
    at: float
    """By the monotonic clock, when it began: what changed later may not be in it."""
    seconds: float


@dataclass(slots=True)
class Reading:
    """Something that is read again when it is asked for, and not too often."""

    read: Callable[[], Json]
    pool: ThreadPoolExecutor
    fresh_seconds: float
    clock: Callable[[], float] = time.monotonic
    _kept: Kept | None = None
    _under_way: asyncio.Task[Kept] | None = field(default=None)
    _outdated: float = float("-inf")
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    """Something was changed since the last reading began."""

    @property
    def kept(self) -> Kept | None:
        """The last one."""
        return self._kept

    async def get(self, fresh_seconds: float | None = None) -> Kept:
        """Return a reading that is not older than so; who asks meanwhile gets the same one.

        One that took long is good for as long again, unless something was changed since it began.
        """
        limit = self.fresh_seconds if fresh_seconds is None else fresh_seconds
        kept = self._kept
        if kept is not None and kept.at > self._outdated:
            age = self.clock() - kept.at - kept.seconds
            if age < max(limit, kept.seconds):
                return kept
        if self._under_way is None:
            self._under_way = asyncio.ensure_future(self._read())
            self._under_way.add_done_callback(self._ended)
        # who goes away takes it from nobody else
        return await asyncio.shield(self._under_way)

    def outdate(self) -> None:
        """What is known is out of date: it is read anew. For the event loop's thread."""
        self._outdated = self.clock()
        self.changed.set()

    async def _read(self) -> Kept:
        began = self.clock()
        self.changed.clear()
        value = await asyncio.get_running_loop().run_in_executor(self.pool, self.read)
        self._kept = Kept(value, mark(content(value)), began, self.clock() - began)
        return self._kept

    def _ended(self, task: asyncio.Task[Kept]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # those who wait get it; nobody waits: it is no news


def content(value: Mapping[str, object]) -> Json:
    """Return a reading without what is another one each time."""
    return {name: each for name, each in value.items() if name not in UNMARKED}
