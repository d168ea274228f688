"""Which events of a log are new since it was last read: none is lost, none is told twice. Pure.

Events reach CloudWatch late and out of order, and several share a millisecond, so that "after the
last one" loses some. Each reading goes back a while behind the newest event, over ground that was
read before, and what was there before is left out. Events are told apart by stream, time, text and
how many of the same there were: not every cloud gives them ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sam_deploy.aws import LogEvent

LATE_MS: Final = 60_000
"""How much later than its neighbours an event may arrive and is still told."""


class Unseen:
    """What of one log was told already. `start_ms` is where the next reading begins."""

    def __init__(self, start_ms: int, late_ms: int = LATE_MS) -> None:
        self.start_ms = start_ms
        self._late_ms = late_ms
        self._told: Counter[LogEvent] = Counter()

    def new(self, events: Sequence[LogEvent]) -> list[LogEvent]:
        """Return those that were not told; `events` are all since `start_ms`, in any order."""
        found: list[LogEvent] = []
        now: Counter[LogEvent] = Counter()
        for event in sorted(events, key=lambda each: each.timestamp_ms):
            key = LogEvent(event.stream, event.timestamp_ms, event.message)
            now[key] += 1
            if now[key] > self._told[key]:
                found.append(event)
        # what was told stays so, even if AWS leaves it out of an answer
        self._told |= now
        self._advance()
        return found

    def _advance(self) -> None:
        """Forget what lies so far back that it is not read again."""
        newest = max((key.timestamp_ms for key in self._told), default=self.start_ms)
        self.start_ms = max(self.start_ms, newest - self._late_ms)
        for key in [key for key in self._told if key.timestamp_ms < self.start_ms]:
            del self._told[key]
