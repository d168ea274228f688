"""Reads again while somebody listens, and tells what has changed. Nobody listens: nothing is read.

A reading is made again after a pause, and never more than a fifth of the time, so that a large app
costs no more calls than a small one does.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.errors import SamDeployError
from sam_deploy.ui.readings import Kept, Reading
from sam_deploy.ui.runlogs import Line, Standing, Tail
from sam_deploy.ui.stream import LINES, PROGRESS, Stream

SHARE: Final = 4
"""A reading of a second is followed by a pause of at least so many."""
TELLING: Final = frozenset({"RunEnded", "ShiftStep"})
"""After these lines of a run's log other things are live: they are read at once."""
LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds from one reading to the next, at least."""

    status: float = 4.0
    shifts: float = 3.0
    lines: float = 0.25
    progress: float = 1.0


@dataclass(slots=True)
class Pulse:
    """What is done again and again. `begin` it in the event loop."""

    stream: Stream
    status: Reading
    shifts: Reading
    tail: Tail
    pace: Pace
    _told: dict[str, str] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self) -> None:
        """It beats from now on."""
        self._tasks = [
            asyncio.ensure_future(self._again("status", self.status, self.pace.status)),
            asyncio.ensure_future(self._again("shifts", self.shifts, self.pace.shifts)),
            asyncio.ensure_future(self._lines()),
        ]

    async def end(self) -> None:
        """It beats no more."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listened(self) -> None:
        """Return as soon as somebody listens."""
        while not self.stream.listened_to:
            self.stream.came.clear()
            await self.stream.came.wait()

    async def _again(self, event: str, reading: Reading, seconds: float) -> None:
        while True:
            await self._listened()
            took = 0.0
            try:
                kept = await reading.get(seconds / 2)
                took = kept.seconds
                self.tell(event, kept)
            except SamDeployError:
                LOG.debug("%s was not read", event, exc_info=True)
            except Exception:  # the next one may succeed, and a page without news is worse
                LOG.exception("%s was not read", event)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reading.changed.wait(), max(seconds, SHARE * took))

    def tell(self, event: str, kept: Kept) -> None:
        """Listeners get a reading in which something is new."""
        if self._told.get(event) != kept.tag:
            self._told[event] = kept.tag
            self.stream.send(event, kept.value)

    async def _lines(self) -> None:
        loop, due = asyncio.get_running_loop(), 0.0
        while True:
            await self._listened()
            beat = loop.time() >= due
            due = loop.time() + self.pace.progress if beat else due
            lines, standing = await loop.run_in_executor(None, self._tailed, beat)
            for each in lines:
                told = {"run": each.run, "event": each.event, "progress": each.progress}
                self.stream.send(LINES, {**told, "at": each.at})
            for now in standing:
                self.stream.send(PROGRESS, {"run": now.run, "progress": now.progress})
            if any(each.event.get("type") in TELLING for each in lines):
                self.status.outdate()
                self.shifts.outdate()
            await asyncio.sleep(self.pace.lines)

    def _tailed(self, beat: bool) -> tuple[list[Line], list[Standing]]:  # noqa: FBT001 - for an executor
        """Return what logs say, and on a beat how far silent ones are."""
        try:
            lines = self.tail.lines()
            return lines, self.tail.standing(time.time()) if beat else []
        except OSError:
            LOG.debug("the run logs were not read", exc_info=True)
            return [], []


Tell = Callable[[str, object], None]
"""(event, data): every listener gets it. Safe to call from any thread."""
