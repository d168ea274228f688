"""Reads what is served again and again, for somebody who watches: a region may be down.

Regions are read side by side, each by threads of its own, so that one that hangs holds up no
other. What hangs is asked again only when its calls have ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Final

from sam_deploy.aws import Aws
from sam_deploy.config.model import App, Function
from sam_deploy.errors import SamDeployError, UnreachableError
from sam_deploy.release.read import Served, places_of, read_one

THREADS: Final = 32
"""Of all regions together."""
MOST_OF_ONE: Final = 8
PATIENCE_SECONDS: Final = 15.0
"""Without any answer of a region for so long, it is not waited for."""
LOOK_SECONDS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Sight:
    """What is served, ordered as in `deploy.py`, and why the rest is not known."""

    served: tuple[Served, ...]
    failed: Mapping[str, SamDeployError]
    """Region -> why it was not read."""
    calls: int
    """Of ListAliases."""

    @property
    def unread(self) -> Mapping[str, str]:
        """Region -> why it was not read, in words."""
        return {region: str(error) for region, error in self.failed.items()}


@dataclass(slots=True)
class _Lane:
    """One region's reading."""

    functions: list[Function]
    rows: dict[str, list[Served]] = field(default_factory=dict)
    error: SamDeployError | None = None
    calls: int = 0
    heard: float = 0.0
    """When it was begun, or has answered last, by the monotonic clock."""
    ends: list[Future[None]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_done(self) -> bool:
        return all(each.done() for each in self.ends)


@dataclass(slots=True)
class Surveyor:
    """Reads an app. Safe to use from one thread at a time."""

    patience_seconds: float = PATIENCE_SECONDS
    _hanging: dict[str, _Lane] = field(default_factory=dict)

    def read(self, app: App, aws: Aws, regions: tuple[str, ...] = ()) -> Sight:
        """Return what is served in some regions, or in all when none are named.

        Raises nothing about a region that does not answer.
        """
        lanes: dict[str, _Lane] = {}
        for function, region in places_of(app, regions):
            lanes.setdefault(region, _Lane([])).functions.append(function)
        self._hanging = {name: lane for name, lane in self._hanging.items() if not lane.is_done}
        threads = min(MOST_OF_ONE, max(1, THREADS // max(1, len(lanes))))
        for region, lane in lanes.items():
            if region not in self._hanging:
                _begin(app, aws, region, lane, threads)
        while waited := [lane for lane in lanes.values() if self._worth_waiting(lane)]:
            wait([end for lane in waited for end in lane.ends], timeout=LOOK_SECONDS)
        return self._told(places_of(app, regions), lanes)

    def _worth_waiting(self, lane: _Lane) -> bool:
        return not lane.is_done and time.monotonic() - lane.heard < self.patience_seconds

    def _told(self, places: Sequence[tuple[Function, str]], lanes: Mapping[str, _Lane]) -> Sight:
        failed: dict[str, SamDeployError] = {}
        for region, lane in lanes.items():
            hanging = self._hanging.get(region) or (None if lane.is_done else lane)
            if hanging is not None:
                self._hanging[region] = hanging
                failed[region] = _silent(time.monotonic() - hanging.heard)
                continue
            for end in lane.ends:
                end.result()  # what is no failure of AWS is a bug, and raised
            if lane.error:
                failed[region] = lane.error
        rows = [
            row
            for function, region in places
            if region not in failed
            for row in lanes[region].rows[function.name]
        ]
        return Sight(tuple(rows), failed, sum(lane.calls for lane in lanes.values()))


def _silent(seconds: float) -> UnreachableError:
    return UnreachableError(
        f"it has not answered for {seconds:.0f} seconds",
        why="the region is down, or the way to it is",
        hint="look at its health page; `--region` with others leaves it out",
    )


def _begin(app: App, aws: Aws, region: str, lane: _Lane, threads: int) -> None:
    """The region is being read, and its first failure ends that."""
    lane.heard = time.monotonic()
    left = iter(lane.functions)

    def work() -> None:
        while True:
            with lane.lock:
                function = None if lane.error else next(left, None)
                lane.calls += function is not None
            if function is None:
                return
            try:
                rows = read_one(app, aws, (function, region))
            except SamDeployError as error:
                with lane.lock:
                    lane.error = lane.error or error
                return
            with lane.lock:
                lane.rows[function.name] = rows
                lane.heard = time.monotonic()

    lane.ends = [Future() for _ in range(min(threads, len(lane.functions)))]
    for end in lane.ends:
        # a daemon: a command that has shown the other regions does not wait for this one to end
        arguments = (end, work)
        threading.Thread(
            target=_settle, args=arguments, name=f"survey-{region}", daemon=True
        ).start()


def _settle(end: Future[None], work: Callable[[], None]) -> None:
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - raised where the end is looked at
        end.set_exception(error)
    else:
        end.set_result(None)
