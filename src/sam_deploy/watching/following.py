"""Follows logs: a thread for each region asks again and again, and hands over what is new.

A region that fails is told once and tried again, while the others go on. A throttled one waits
longer between its questions.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sam_deploy.aws import AwsCallError, LogEvent
from sam_deploy.aws.logs import THROTTLED
from sam_deploy.errors import SamDeployError
from sam_deploy.lanes import Stop, StoppedError
from sam_deploy.watching.lines import Line, Source, line_of, merged
from sam_deploy.watching.patience import pause_seconds
from sam_deploy.watching.unseen import Unseen

POLL_SECONDS: Final = 1.0
SLOWEST_SECONDS: Final = 30.0
CALLS_PER_SECOND: Final = 5.0
"""Of one region, for all its logs. AWS allows 25, to everybody in the account together. Source:
CloudWatch Logs quotas, FilterLogEvents."""
VERSIONS_SECONDS: Final = 10.0
"""How often it is asked which versions the environments serve."""
TICK_SECONDS: Final = 0.5
"""What comes within this time is put in order before it is shown."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A region that cannot be read just now; it is tried again."""

    region: str
    error: SamDeployError


@dataclass(frozen=True, slots=True)
class Recovered:
    """A region that can be read again. Nothing of it was lost."""

    region: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A bug ended the following of a region."""

    bug: Exception


News = tuple[Line, ...] | Trouble | Recovered
ReadEvents = Callable[[Source, int, Stop], list[LogEvent]]
"""Returns all events of a log since a moment in milliseconds."""
Refresh = Callable[[Source], Source]
"""Returns a log with who serves which version now."""


def poll_seconds(sources: int) -> float:
    """Return how long a region with so many logs waits between two readings."""
    return min(max(POLL_SECONDS, sources / CALLS_PER_SECOND), SLOWEST_SECONDS)


def follow(
    sources: Sequence[Source],
    start_ms: int,
    read: ReadEvents,
    refresh: Refresh,
    stop: Stop,
) -> Iterator[News]:
    """Yield what is logged from `start_ms` on, until `stop`; an empty batch when nothing is new.

    Lines of one batch are in the order of time; one that arrives late comes in a later batch.
    """
    told: queue.SimpleQueue[News | Broken] = queue.SimpleQueue()
    by_region: dict[str, list[Source]] = {}
    for source in sources:
        by_region.setdefault(source.region, []).append(source)
    for region, its in by_region.items():
        lane = Lane(region, its, start_ms, read, refresh, stop)
        # a daemon: an answer that never comes must not keep Ctrl-C from ending the command
        threading.Thread(target=lane.run, args=(told.put,), name=region, daemon=True).start()
    while not stop.is_set():
        yield from _in_order(_waiting(told, stop))


def _waiting(told: queue.SimpleQueue[News | Broken], stop: Stop) -> list[News | Broken]:
    """Return what has come within a tick."""
    try:
        stop.pause(TICK_SECONDS)
    except StoppedError:
        return []
    found: list[News | Broken] = []
    while not told.empty():
        found.append(told.get())
    return found


def _in_order(news: Iterable[News | Broken]) -> Iterator[News]:
    """Yield news of regions, then one batch with all lines. Raises what broke a lane."""
    batches: list[tuple[Line, ...]] = []
    for each in news:
        if isinstance(each, tuple):
            batches.append(each)
        elif isinstance(each, Broken):
            raise each.bug
        else:
            yield each
    yield tuple(merged(batches))


class Lane:
    """Follows the logs of one region."""

    def __init__(
        self,
        region: str,
        sources: Sequence[Source],
        start_ms: int,
        read: ReadEvents,
        refresh: Refresh,
        stop: Stop,
    ) -> None:
        self.region = region
        self._logs = [(source, Unseen(start_ms)) for source in sources]
        self._read, self._refresh, self._stop = read, refresh, stop
        self._refusals = 0
        self._troubled = False

    def run(self, tell: Callable[[News | Broken], None]) -> None:
        """Tell what is new until stopped."""
        every = poll_seconds(len(self._logs))
        asked = 0.0
        try:
            while True:
                for each in self.round(refresh=asked >= VERSIONS_SECONDS):
                    tell(each)
                asked = 0.0 if asked >= VERSIONS_SECONDS else asked
                pause = max(every, pause_seconds(self._refusals) if self._refusals else 0.0)
                asked += pause
                self._stop.pause(pause)
        except StoppedError:
            return
        except Exception as bug:  # noqa: BLE001 - raised in the main thread, where it is told
            tell(Broken(bug))

    def round(self, *, refresh: bool = False) -> list[News]:
        """Return what one reading of all logs brings."""
        # one after the other: that spreads the calls, and no pool delays the end of the command
        answers = [self._one(index, refresh=refresh) for index in range(len(self._logs))]
        lines = tuple(merged(answer for answer in answers if isinstance(answer, list)))
        errors = [answer for answer in answers if isinstance(answer, SamDeployError)]
        news: list[News] = [lines] if lines else []
        return news + self._judged(errors)

    def _judged(self, errors: Sequence[SamDeployError]) -> list[News]:
        """Return what has changed about the region. Being throttled is no news."""
        self._refusals = self._refusals + 1 if errors else 0
        bad = [each for each in errors if not is_throttled(each)]
        if bad and not self._troubled:
            self._troubled = True
            return [Trouble(self.region, bad[0])]
        if self._troubled and not errors:
            self._troubled = False
            return [Recovered(self.region)]
        return []

    def _one(self, index: int, *, refresh: bool) -> list[Line] | SamDeployError:
        self._stop.check()
        source, seen = self._logs[index]
        try:
            if refresh:
                source = self._refresh(source)
                self._logs[index] = (source, seen)
            events = seen.new(self._read(source, seen.start_ms, self._stop))
        except SamDeployError as error:
            return error
        return [line_of(source, each) for each in events]


def is_throttled(error: SamDeployError) -> bool:
    """Whether AWS only said that there were too many calls."""
    return isinstance(error, AwsCallError) and error.code in THROTTLED
