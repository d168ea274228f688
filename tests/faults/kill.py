"""SIGKILL at the n-th AWS call of any command, and what one further command then makes of it.

First the command runs undisturbed and its calls are counted; then it is killed once at each of
them, before it is carried out and after it was. Nothing here knows what the command does.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tests.faults import world
from tests.faults.place import Place, Ran
from tests.faults.proxy import Call
from tests.faults.recovery import WAYS
from tests.faults.rules import Kill, Moment, When
from tests.faults.world import World

MOMENTS: Final[tuple[Moment, ...]] = ("before", "after")
SEED: Final = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """A kill: before or after the call of this number; `way` is how somebody goes on."""

    number: int
    moment: Moment
    way: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """How often an undisturbed run makes which calls, and what it leaves."""

    calls: int
    once: dict[str, int]
    left: World


@dataclass(frozen=True, slots=True)
class Round:
    """What came of one kill: at which call, and what did not hold after the next run."""

    chosen: Chosen
    at: str
    died: bool
    resumed: bool
    wrong: tuple[str, ...]
    left: World

    def __str__(self) -> str:
        killed = f"killed {self.chosen.moment} call {self.chosen.number}, {self.at}"
        return f"{killed}, then {self.chosen.way}: {'; '.join(self.wrong)}"


@dataclass(frozen=True, slots=True)
class Victim:
    """A command that is killed, in the state that somebody else has made."""

    place: Place
    command: Sequence[str]

    def quiet(self) -> Quiet:
        """Run it undisturbed; return what it does and leaves.

        Raises AssertionError when it fails, or leaves something wrong.
        """
        self.place.proxy.clear()
        ran = self.place.run(*self.command)
        calls, left = self.place.proxy.calls, world.look(self.place)
        wrong = world.problems(left, calls)
        if ran.code or wrong:
            raise AssertionError(f"without a kill: {ran.code} {wrong}\n{ran.err}")
        return Quiet(len(calls), dict(world.once(calls)), left)

    def kill(self, number: int, moment: Moment) -> tuple[Ran, str]:
        """Return the command as it died at its call of this number, and which one that was.

        Calls of several threads vary: one that makes fewer this time ends by itself.
        """
        self.place.proxy.clear()
        with self.place.proxy.rule(When(), Kill(moment), times=1, skip=number - 1):
            ran = self.place.run(*self.command)
        at = next((c for c in self.place.proxy.calls if isinstance(c.action, Kill)), None)
        return ran, f"{at.name} in {at.known.region}" if at else "after its end"

    def round(self, chosen: Chosen, quiet: Quiet) -> Round:
        """Kill it at one call, go on in one way; return what is not as `quiet` would have it."""
        died, at = self.kill(chosen.number, chosen.moment)
        again = WAYS[chosen.way](self.place, self.command)
        calls, left = self.place.proxy.calls, world.look(self.place)
        wrong = [*again.wrong, *world.problems(left, calls)]
        wrong += world.differences(left, quiet.left)
        wrong += self._repeated(calls, quiet)
        if again.last.code:
            ended = f"the next run ended with {again.last.code}: {_last_words(again.last)}"
            wrong.insert(0, ended)
        killed = died.code == -signal.SIGKILL
        return Round(chosen, at, killed, again.resumed, tuple(wrong), left)

    @staticmethod
    def _repeated(calls: Sequence[Call], quiet: Quiet) -> list[str]:
        return [
            f"{call} was made {count} times, not {quiet.once.get(call, 0)}"
            for call, count in world.once(calls).items()
            if count > quiet.once.get(call, 0)
        ]


def every(calls: int) -> list[tuple[int, Moment]]:
    """Return all kills of a command that makes so many calls."""
    return [(number, moment) for number in range(1, calls + 1) for moment in MOMENTS]


def shuffled(calls: int, seed: int = SEED) -> list[Chosen]:
    """Return all kills in a random order, the same for a seed; each way as often as the others."""
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    kills = every(calls)
    chance.shuffle(kills)
    ways = [list(WAYS)[index % len(WAYS)] for index in range(len(kills))]
    return [Chosen(*each, way) for each, way in zip(kills, ways, strict=True)]


def sampled(calls: int, count: int, turn: int = 0) -> list[Chosen]:
    """Return `count` of all kills, spread evenly, of both moments alike.

    All ways to go on take turns, beginning with that of number `turn`.
    """
    count = min(count, 2 * calls)
    kills = [(index * calls // count + 1, MOMENTS[index % 2]) for index in range(count)]
    ways = list(WAYS)
    # two kills of each way follow each other: one before, one after a call
    return [
        Chosen(*each, ways[(index // 2 + turn) % len(ways)]) for index, each in enumerate(kills)
    ]


def _last_words(ran: Ran) -> str:
    """Return a failed run's error, without its progress."""
    _, found, error = ran.err.partition("error:")
    return " ".join((error if found else ran.err[-300:]).split())[:400]
