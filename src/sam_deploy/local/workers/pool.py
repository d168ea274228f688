"""The workers of all functions: which call gets which, when one starts, when one ends.

Each call has a worker to itself. A call that finds none waits for the first of two things: a
worker of its function that has become free, or its turn to start one. Starts are few at a time, so
a burst of a hundred calls to a quick function is served by the two or three workers that are ready
first, and no machine is brought down by a hundred starts.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sam_deploy.local.workers.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sam_deploy.local.workers.model import Call, Function, Outcome
    from sam_deploy.local.workers.programs import Programs

PATIENCE_SECONDS: Final = 5.0
"""After this wait a call starts a worker in any case: one that is started by a call of another
function's start would wait for it for ever."""
SPARE_SECONDS: Final = 60.0
"""How long a worker beyond the first of its function stays without a call."""
LAST_SECONDS: Final = 900.0
"""How long the last worker of a function stays without a call."""
_REAP_SECONDS: Final = 5.0


@dataclass(eq=False, slots=True)
class _Waiting:
    """A call that waits. It gets a worker, or leave to start one."""

    worker: Worker | None = None
    may_start: bool = False
    served: threading.Event = field(default_factory=threading.Event)


@dataclass(slots=True)
class _Lane:
    """The workers of one function version that are free, and the calls that wait for one."""

    free: list[Worker] = field(default_factory=list)
    waiting: deque[_Waiting] = field(default_factory=deque)
    alive: int = 0


class Pool:
    """Workers by function version. Safe to use from many threads."""

    def __init__(self, programs: Programs, scratch: Path, *, starts: int | None = None) -> None:
        self._programs, self._scratch = programs, scratch
        self._lock = threading.Lock()
        self._lanes: dict[tuple[str, ...], _Lane] = {}
        self._workers: set[Worker] = set()
        self._starts_left = starts or max(2, os.cpu_count() or 1)
        self._starters: deque[_Waiting] = deque()
        self._closed = False
        self._reaper: threading.Thread | None = None

    def invoke(self, function: Function, call: Call) -> Outcome:
        """Run a call on a worker of its own, and give that back."""
        while True:
            worker, error = self._lease(function)
            try:
                outcome = worker.failed_start(error) if error is not None else worker.invoke(call)
            finally:
                self._give_back(worker)
            if outcome is not None:
                return outcome

    def start(self, function: Function) -> bytes | None:
        """One worker of the function is ready; else why not, an error object."""
        worker, error = self._lease(function)
        self._give_back(worker)
        return error

    def retire(self, is_old: Callable[[Function], bool]) -> None:
        """No call is given to workers of such functions any more; busy ones end after theirs."""
        with self._lock:
            old = [worker for worker in self._workers if is_old(worker.function)]
            for worker in old:
                worker.retired = True
            idle = [self._remove(worker) for worker in old if self._is_free(worker)]
        _end(idle)

    def close(self) -> None:
        """No worker runs any more, busy or not."""
        with self._lock:
            self._closed = True
        self.reset()

    def reset(self) -> None:
        """All workers there are now have ended, busy or not."""
        with self._lock:
            workers = [self._remove(worker) for worker in list(self._workers)]
        _end(workers)

    def pids(self, key: tuple[str, ...] | None = None) -> list[int]:
        """The process ids of the workers, of one function version if its key is given."""
        with self._lock:
            found = [worker for worker in self._workers if key in (None, worker.function.key)]
        return sorted(worker.pid for worker in found if worker.pid is not None)

    def folders(self) -> set[Path] | None:
        """Where code and layers of the workers lie; None while that of one is not known yet."""
        with self._lock:
            placed = [worker.placed for worker in self._workers]
        known = [each for each in placed if each is not None]
        if len(known) < len(placed):
            return None
        return {each for one in known for each in (one.task_root, one.opt) if each is not None}

    def reap(self, now: float | None = None) -> int:
        """Workers that have been idle for too long are ended; how many."""
        moment = time.monotonic() if now is None else now
        with self._lock:
            ended = []
            for lane in list(self._lanes.values()):
                for worker in list(lane.free):
                    limit = LAST_SECONDS if lane.alive == 1 else SPARE_SECONDS
                    if moment - worker.last_used > limit or not worker.usable:
                        ended.append(self._remove(worker))
        _end(ended)
        return len(ended)

    def _lease(self, function: Function) -> tuple[Worker, bytes | None]:
        waiting, dead, found = _Waiting(), [], None
        with self._lock:
            lane = self._lanes.setdefault(function.key, _Lane())
            while lane.free and found is None:
                worker = lane.free.pop()
                if worker.usable:
                    found = worker
                else:
                    dead.append(self._remove(worker))
            if found is None and self._starts_left > 0:
                self._starts_left -= 1
                waiting.may_start = True
            elif found is None:
                lane = self._lanes.setdefault(function.key, _Lane())
                lane.waiting.append(waiting)
                self._starters.append(waiting)
        _end(dead)
        if found is not None:
            return found, None
        if not waiting.may_start:
            waiting.served.wait(PATIENCE_SECONDS)
            with self._lock:
                if waiting.worker is not None:
                    return waiting.worker, None
                if not waiting.may_start:
                    # Nobody has served it: it goes ahead, and nobody will serve it any more.
                    waiting.served.set()
        return self._start(function, counted=waiting.may_start)

    def _start(self, function: Function, *, counted: bool) -> tuple[Worker, bytes | None]:
        worker = Worker(function, self._programs, self._scratch)
        with self._lock:
            self._workers.add(worker)
            self._lanes.setdefault(function.key, _Lane()).alive += 1
        try:
            error = worker.start()
        except BaseException:
            self._give_back(worker)
            raise
        finally:
            if counted:
                self._hand_on_start()
        self._ensure_reaper()
        return worker, error

    def _hand_on_start(self) -> None:
        with self._lock:
            while self._starters:
                waiting = self._starters.popleft()
                if not waiting.served.is_set():
                    waiting.may_start = True
                    waiting.served.set()
                    return
            self._starts_left += 1

    def _give_back(self, worker: Worker) -> None:
        with self._lock:
            lane = self._lanes.get(worker.function.key)
            known = worker in self._workers
            if known and lane is not None and worker.usable and not self._closed:
                while lane.waiting:
                    waiting = lane.waiting.popleft()
                    if not waiting.served.is_set():
                        waiting.worker = worker
                        waiting.served.set()
                        return
                lane.free.append(worker)
                return
            self._remove(worker)
        worker.end()

    def _is_free(self, worker: Worker) -> bool:
        lane = self._lanes.get(worker.function.key)
        return lane is not None and worker in lane.free

    def _remove(self, worker: Worker) -> Worker:
        if worker in self._workers:
            self._workers.discard(worker)
            lane = self._lanes[worker.function.key]
            lane.alive -= 1
            if worker in lane.free:
                lane.free.remove(worker)
            if not lane.alive and not lane.waiting:
                del self._lanes[worker.function.key]
        return worker

    def _ensure_reaper(self) -> None:
        with self._lock:
            if self._reaper is not None or self._closed:
                return
            self._reaper = threading.Thread(target=self._reap_on, name="reap-workers", daemon=True)
        self._reaper.start()

    def _reap_on(self) -> None:
        while not self._closed:
            time.sleep(_REAP_SECONDS)
            self.reap()


def _end(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.end()
