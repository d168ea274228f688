"""Whose turn it is: of several processes one goes on at a time, as chance has it at each call."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.promotion_model.process import Died, Process

STUCK_SECONDS: Final = 600.0
FOREVER: Final = 1 << 30


@dataclass(slots=True)
class Seat:
    """A process in the round. It sleeps until a turn of this number."""

    process: Process
    gate: threading.Lock = field(default_factory=threading.Lock)
    sleeps_until: int = 0
    crash: BaseException | None = None


class Turns:
    """Lets processes go on by turns. `meanwhile` is called at each turn: what else happens then."""

    def __init__(
        self,
        chance: random.Random,
        *,
        change: float = 0.3,
        sleep: float = 0.03,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._chance, self._change, self._sleep = chance, change, sleep
        self._meanwhile = meanwhile
        self._seats: list[Seat] = []
        self._main = threading.Lock()
        self._turn = 0
        self._now: Seat | None = None

    def wait(self) -> None:
        """Let somebody go on, maybe the same; return when this one's turn has come again."""
        mine = self._now
        if mine is None or mine.process.thread != threading.get_ident():
            return
        self._turn += 1
        self._meanwhile()
        if self._chance.random() < self._sleep:
            mine.sleeps_until = self._turn + self._chance.choice((3, 10, 30, 100, FOREVER))
        following = self._choose(mine)
        if following is mine:
            return
        self._now = following
        following.gate.release()
        if not mine.gate.acquire(timeout=STUCK_SECONDS):
            raise AssertionError("nobody gave the turn back")

    def run(self, bodies: Mapping[str, tuple[Process, Callable[[], None]]]) -> None:
        """Run all to their ends, in turns. Raises what is no fault of the model: a bug."""
        self._main.acquire()
        threads = []
        for process, body in bodies.values():
            seat = Seat(process)
            seat.gate.acquire()
            self._seats.append(seat)
            threads.append(threading.Thread(target=self._live, args=(seat, body), daemon=True))
        seats = list(self._seats)
        for thread in threads:
            thread.start()
        self._now = self._choose(None)
        self._now.gate.release()
        if not self._main.acquire(timeout=STUCK_SECONDS):
            raise AssertionError("the processes do not come to an end")
        for thread in threads:
            thread.join()
        crash = next((each.crash for each in seats if each.crash), None)
        if crash is not None:
            raise crash

    def _live(self, seat: Seat, body: Callable[[], None]) -> None:
        seat.process.thread = threading.get_ident()
        seat.gate.acquire()
        try:
            body()
        except Died:
            pass
        except BaseException as error:  # noqa: BLE001 - it is raised where the round began
            seat.crash = error
        self._seats.remove(seat)
        if self._seats:
            self._now = self._choose(None)
            self._now.gate.release()
        else:
            self._now = None
            self._main.release()

    def _choose(self, mine: Seat | None) -> Seat:
        awake = [each for each in self._seats if each.sleeps_until <= self._turn]
        if not awake:
            first = min(self._seats, key=lambda each: each.sleeps_until)
            first.sleeps_until = 0
            return first
        if mine in awake and self._chance.random() >= self._change:
            return mine
        return self._chance.choice(awake)
