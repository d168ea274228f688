"""Two to four people at once, with faults, stolen locks and foreign writes: all by one seed."""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.promotion_model import checks
from tests.promotion_model.cloud import ENVIRONMENTS, FUNCTIONS, REGIONS, Cloud, arrive
from tests.promotion_model.commands import LOCK, PARTS, Operator, beginning, expire_lock, released
from tests.promotion_model.process import Died, Fault, Process
from tests.promotion_model.turns import Turns

from sam_deploy.errors import IncompleteError
from sam_deploy.promotion.session import Parts

STEPS = 3
MOST_RESUMES = 8
FATES: tuple[tuple[Fault, ...], ...] = (
    (),
    ("dies before", "dies after", "dies in flight"),
    ("lost", "lost for good", "unsent", "late", "throttled"),
    ("lost", "late", "dies before", "dies after", "dies in flight"),
    ("refused", "denied", "lost for good", "unsent", "throttled", "late"),
)


@dataclass(slots=True)
class Schedule:
    """What came of a seed."""

    seed: int
    wrong: list[str]
    trace: list[str]
    ends: list[str] = field(default_factory=list)


@functools.cache
def _starts() -> tuple[Cloud, Cloud]:
    return beginning(), released()


def run(seed: int, parts: Parts = PARTS) -> Schedule:
    """Run the schedule of a seed, and bring what it left to an end; return what does not hold."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    start = chance.choice(_starts())
    cloud, trace = start.copied(), list[str]()
    if chance.random() < 0.2:
        _weigh(chance, cloud)
        start = cloud.copied()
    resuming = chance.random() < 0.5
    if resuming:
        _one_died(random.Random(f"{seed}/died"), cloud, trace)  # noqa: S311 - no secret
    operators: list[Operator] = []
    happens = _Happens(chance, cloud, operators, trace)
    turns = Turns(chance, change=chance.choice((0.1, 0.3, 0.7)), meanwhile=happens)
    bodies = {}
    for number in range(chance.randint(2, 4)):
        fate = _Fate(random.Random(f"{seed}/{number}"), chance.choice(FATES))  # noqa: S311 - no secret
        process = Process(f"p{number}", cloud, fate, turns, trace)
        operator = Operator(process, parts)
        operators.append(operator)
        script = random.Random(f"{seed}/{number}/script")  # noqa: S311 - no secret
        bodies[process.name] = (
            process,
            functools.partial(_live, operator, script, resuming=resuming),
        )
    turns.run(bodies)
    wrong = _finish(chance, cloud, trace, parts)
    wrong += checks.problems(start, cloud)
    ends = [came.command for each in operators for came in each.came]
    return Schedule(seed, wrong, trace, ends)


def _one_died(chance: random.Random, cloud: Cloud, trace: list[str]) -> None:
    """Somebody's promotion died at one of its later calls, and its lock is gone."""
    dies = chance.randint(15, 35)

    def fate(number: int, call: str, *, writes: bool) -> Fault:
        del call, writes
        return "dies in flight" if number == dies else ""

    operator = Operator(Process("first", cloud, fate, trace=trace))
    with contextlib.suppress(Died):
        operator.promote("prod")
    cloud.remove(LOCK)


def _weigh(chance: random.Random, cloud: Cloud) -> None:
    """An old shift has left weights on an alias of prod."""
    place = (chance.choice(REGIONS), chance.choice(FUNCTIONS), "prod")
    serves = cloud.aliases[place].version
    cloud.point(place, serves, **{"3" if serves != "3" else "2": 0.1})
    cloud.effects.clear()


def _live(operator: Operator, chance: random.Random, *, resuming: bool) -> None:
    """Do what somebody does: go on with what is unfinished, or begin something.

    `resuming`: all do so at once, and take the lock from each other.
    """
    for number in range(chance.randint(1, STEPS)):
        if chance.random() < (0.9 if resuming else 0.5):
            operator.unlock()
        if (
            chance.random() < (0.95 if resuming and not number else 0.7)
            and operator.resume(abort=chance.random() < 0.5) is not None
        ):
            continue
        environment = chance.choice(("prod", "prod", "staging"))
        if chance.random() < 0.7:
            operator.promote(environment, chance.choice(((), (), ("Api",))))
        else:
            operator.rollback(environment)


def _finish(chance: random.Random, cloud: Cloud, trace: list[str], parts: Parts) -> list[str]:
    """Everything in flight arrives, and somebody goes on until nothing is unfinished."""
    abort = chance.random() < 0.5
    for number in range(MOST_RESUMES):
        arrive(cloud)
        last = Operator(Process(f"last-{number}", cloud, trace=trace), parts)
        last.unlock()
        came = last.resume(abort=abort)
        if came is None:
            return []
        if isinstance(came.error, IncompleteError):
            return [f"stuck: {came.error}"]
    return ["stuck: it is never finished"]


@dataclass(slots=True)
class _Fate:
    chance: random.Random
    faults: tuple[Fault, ...]
    rate: float = 0.04

    def __call__(self, number: int, call: str, *, writes: bool) -> Fault:
        del number, call
        rate = self.rate if writes else self.rate / 2
        if not self.faults or self.chance.random() >= rate:
            return ""
        return self.chance.choice(self.faults)


@dataclass(slots=True)
class _Happens:
    """What others do meanwhile, a few times in each schedule."""

    chance: random.Random
    cloud: Cloud
    operators: list[Operator]
    trace: list[str]
    foreign: int = 0

    def __post_init__(self) -> None:
        self.foreign = self.chance.choice((0, 0, 0, 1, 2))

    def __call__(self) -> None:
        drawn = self.chance.random()
        if drawn >= 0.06:
            return
        what: Callable[[], None] = (
            self._arrives if drawn < 0.02 else self._unlocks if drawn < 0.03
            else self._expires if drawn < 0.035 else self._lost if drawn < 0.04 else self._moves
        )  # fmt: skip
        what()

    def _arrives(self) -> None:
        if self.cloud.in_flight:
            index = self.chance.randrange(len(self.cloud.in_flight))
            arrive(self.cloud, index, self.trace)

    def _expires(self) -> None:
        self.trace.append("the lock has been silent for long")
        expire_lock(self.cloud)

    def _unlocks(self) -> None:
        self.trace.append("somebody: unlock")
        self.cloud.remove(LOCK)

    def _lost(self) -> None:
        """Somebody's heartbeat finds that the lock is lost, or Ctrl-C is pressed."""
        operator = self.chance.choice(self.operators)
        why = IncompleteError("the lock was lost") if self.chance.random() < 0.5 else None
        self.trace.append(f"{operator.process.name}: is asked to stop: {why}")
        operator.stop.set(why)

    def _moves(self) -> None:
        if not self.foreign:
            return
        self.foreign -= 1
        place = (
            self.chance.choice(REGIONS),
            self.chance.choice(FUNCTIONS),
            self.chance.choice(ENVIRONMENTS[1:]),
        )
        number = f"9{self.foreign}"
        self.cloud.publish(number)
        self.trace.append(f"somebody: moves {place} to {number}")
        # without a description UpdateAlias keeps the one that is there: the mark of a promotion
        description = self.chance.choice((None, "by hand"))
        self.cloud.point(place, number, description=description)
