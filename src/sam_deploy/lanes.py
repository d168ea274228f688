"""Regions side by side: runs one piece of work per region and collects what came of it.

A failure in one region never cancels the others; Ctrl-C asks all of them to stop at the next
pause. Touches nothing itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sam_deploy.errors import SamDeployError, StoppedError

__all__ = ["LOOK_SECONDS", "Outcomes", "Stop", "StoppedError", "run"]

T = TypeVar("T")
K = TypeVar("K")
LOOK_SECONDS: Final = 0.2
"""How often the main thread looks whether it was asked to stop."""


class Stop:
    """A flag that lanes look at while they wait. `why` is an error that ended everything."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.why: SamDeployError | None = None

    def set(self, why: SamDeployError | None = None) -> None:
        """Every lane stops at its next pause."""
        self.why = self.why or why
        self._event.set()

    def is_set(self) -> bool:
        """Whether lanes should end."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `StoppedError` when asked to stop."""
        if self._event.is_set():
            raise StoppedError

    def pause(self, seconds: float) -> None:
        """Wait, unless asked to stop. Raises `StoppedError` at once when asked."""
        if self._event.wait(seconds):
            raise StoppedError


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[K, T]):
    """What came of each piece of work: results, errors, and what never started."""

    done: Mapping[K, T]
    failed: Mapping[K, SamDeployError]
    not_started: tuple[K, ...]


def run(
    work: Mapping[K, Callable[[], T]],
    *,
    after: Mapping[K, Iterable[K]],
    at_once: int,
    stop: Stop,
    halt: Stop | None = None,
) -> Outcomes[K, T]:
    """Run every piece of work, each after those it waits for, at most `at_once` together.

    `halt` keeps what has not begun from beginning, and lets the rest come to its end. What waits
    for something that failed is not started. Raises the reason of `stop`, or `StoppedError`, when
    asked to stop; any other error is a bug and is raised at once.
    """
    waiting = dict(work)
    running: dict[Future[T], K] = {}
    done: dict[K, T] = {}
    failed: dict[K, SamDeployError] = {}
    at_once = max(1, at_once)
    with ThreadPoolExecutor(max_workers=at_once) as pool:
        try:
            while waiting or running:
                ready = [key for key in waiting if all(each in done for each in after.get(key, ()))]
                halted = stop.is_set() or (halt is not None and halt.is_set())
                free = 0 if halted else at_once - len(running)
                # no more than can begin now: what is handed to the pool would begin after a stop
                for key in ready[: max(0, free)]:
                    running[pool.submit(waiting.pop(key))] = key
                if not running:
                    break
                _collect(running, done, failed)
        except BaseException:
            stop.set()
            raise
    if stop.is_set():
        raise stop.why or StoppedError
    return Outcomes(done, failed, tuple(waiting))


def _collect(
    running: dict[Future[T], K], done: dict[K, T], failed: dict[K, SamDeployError]
) -> None:
    ended, _ = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
    for future in ended:
        key = running.pop(future)
        try:
            done[key] = future.result()
        except SamDeployError as error:
            failed[key] = error
