"""SIGKILL at the n-th AWS call of any command, and what the same command then makes of it.

First the command runs undisturbed and its calls are counted; then it is killed once at each of
them, before it is carried out and after it was. Nothing here knows what the command does.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults import world
from tests.faults.place import Place, Ran
from tests.faults.proxy import Call
from tests.faults.rules import Kill, Moment, When
from tests.faults.world import World

MOMENTS: Final[tuple[Moment, ...]] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one kill: at which call, and what did not hold after the next run."""

    number: int
    moment: Moment
    at: str
    died: bool
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        return f"killed {self.moment} call {self.number}, {self.at}: {'; '.join(self.wrong)}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A command that is killed. `prepare` makes the state that it begins from.

    `again` is what a user runs after the kill: the same command once, unless told otherwise.
    """

    name: str
    place: Place
    prepare: Callable[[], None]
    command: Sequence[str]
    again: Callable[[], Ran] | None = None

    def quiet(self) -> tuple[tuple[Call, ...], World]:
        """Return the calls of an undisturbed run, and what it leaves.

        Raises AssertionError when it fails, or leaves something wrong.
        """
        self.prepare()
        self.place.proxy.clear()
        ran = self.place.run(*self.command)
        calls, left = self.place.proxy.calls, world.look(self.place)
        wrong = world.problems(left, calls)
        if ran.code or wrong:
            raise AssertionError(f"{self.name}, without a kill: {ran.code} {wrong}\n{ran.err}")
        return calls, left

    def kill(self, number: int, moment: Moment) -> tuple[Ran, str]:
        """Return the command as it died at its call of this number, and which one that was.

        Calls of several threads vary: one that makes fewer this time ends by itself.
        """
        self.prepare()
        self.place.proxy.clear()
        with self.place.proxy.rule(When(), Kill(moment), times=1, skip=number - 1):
            ran = self.place.run(*self.command)
        at = next((c for c in self.place.proxy.calls if isinstance(c.action, Kill)), None)
        return ran, f"{at.name} in {at.known.region}" if at else "after its end"

    def round(
        self, number: int, moment: Moment, expected: World, *, elsewhere: bool = False
    ) -> Round:
        """Kill at one call, run again, and return what is not as a quiet run leaves it.

        `elsewhere` is another computer: the project folder remembers nothing of the first run.
        """
        died, at = self.kill(number, moment)
        if elsewhere:
            shutil.rmtree(self.place.folder / ".sam-deploy", ignore_errors=True)
        again = self.again() if self.again else self.place.run(*self.command)
        left = world.look(self.place)
        wrong = world.problems(left, self.place.proxy.calls)
        wrong += world.differences(left, expected)
        if again.code:
            wrong.insert(0, f"the next run ended with {again.code}: {_last_words(again)}")
        return Round(number, moment, at, died.code == -signal.SIGKILL, tuple(wrong))


def every(calls: int) -> list[tuple[int, Moment]]:
    """Return all kills of a command that makes so many calls."""
    return [(number, moment) for number in range(1, calls + 1) for moment in MOMENTS]


def sampled(calls: int, count: int) -> list[tuple[int, Moment]]:
    """Return `count` of all kills, spread evenly, of both moments alike."""
    if count >= 2 * calls:
        return every(calls)
    return [(index * calls // count + 1, MOMENTS[index % 2]) for index in range(count)]


def _last_words(ran: Ran) -> str:
    """Return a failed run's error, without its progress."""
    _, found, error = ran.err.partition("error:")
    return " ".join((error if found else ran.err[-300:]).split())[:400]
