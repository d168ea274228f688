"""SIGKILL at the n-th AWS call of any command, and what the same command then makes of it.

First the command runs undisturbed and its calls are counted; then it is killed once at each of
them, before it is carried out and after it was. Nothing here knows what the command does.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults.place import Place, Ran
from tests.faults.proxy import Call
from tests.faults.rules import Kill, Moment, When

MOMENTS: Final[tuple[Moment, ...]] = ("before", "after")


@dataclass(frozen=True, slots=True)
class Scene:
    """A command that is killed. `prepare` makes the state that it begins from."""

    place: Place
    prepare: Callable[[], None]
    command: Sequence[str]
    again: Sequence[str]
    """What is run after the kill, once; it must end with 0."""
    wrong: Callable[[Sequence[Call]], list[str]]
    """Says what is not as it should be in the end, given all calls of both runs."""

    def count(self) -> tuple[Call, ...]:
        """Return the calls of an undisturbed run. Fails when it does, or leaves something wrong."""
        self.prepare()
        self.place.proxy.clear()
        ran = self.place.run(*self.command)
        calls = self.place.proxy.calls
        wrong = self.wrong(calls)
        if ran.code or wrong:
            raise AssertionError(f"without a kill: {ran.code}, {wrong}, {ran.err}")
        return calls

    def killed(self, number: int, moment: Moment) -> Ran:
        """Return the command as it died at its call of this number, counted from 1.

        One that makes fewer calls this time ends by itself: calls of several threads vary.
        """
        self.prepare()
        self.place.proxy.clear()
        with self.place.proxy.rule(When(), Kill(moment), times=1, skip=number - 1):
            return self.place.run(*self.command)

    def round(self, number: int, moment: Moment) -> Round:
        """Kill at one call, run again, and return what was wrong."""
        died = self.killed(number, moment)
        at = next((c for c in self.place.proxy.calls if isinstance(c.action, Kill)), None)
        again = self.place.run(*self.again)
        wrong = []
        if again.code:
            wrong.append(f"the next run ended with {again.code}: {again.err.strip()[-400:]}")
        wrong += self.wrong(self.place.proxy.calls)
        name = f"{at.name} in {at.known.region}" if at else "its end"
        return Round(number, moment, name, died.code == -signal.SIGKILL, tuple(wrong))


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


def every(calls: int) -> list[tuple[int, Moment]]:
    """Return all kills of a command that makes so many calls."""
    return [(number, moment) for number in range(1, calls + 1) for moment in MOMENTS]


def sampled(calls: int, count: int) -> Iterator[tuple[int, Moment]]:
    """Return `count` of all kills, spread evenly from the first to the last call."""
    all_of_them = every(calls)
    count = min(count, len(all_of_them))
    return (all_of_them[index * len(all_of_them) // count] for index in range(count))
