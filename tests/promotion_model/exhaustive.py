"""Every fault at every call of a promotion; then `resume` or `resume --abort`, with faults, too."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from tests.promotion_model import checks
from tests.promotion_model.cloud import Cloud, arrive
from tests.promotion_model.commands import PARTS, Came, Operator, beginning, released
from tests.promotion_model.process import DEATHS, FAULTS, Died, Fate, Fault, Process

from sam_deploy.promotion.session import Parts

ACTS: Final = ("promote", "rollback")
At = tuple[int, Fault]
"""A fault, and the number of the call that it happens to."""
NONE: Final[At] = (0, "")


@dataclass(frozen=True, slots=True)
class Case:
    """A fault at a call of a command; then `resume`, with a fault of its own; then one without."""

    act: str
    first: At
    abort: bool
    second: At = NONE


@dataclass(slots=True)
class Round:
    """What came of a case. `calls` are those of the command, and of each `resume`."""

    wrong: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)


def run(case: Case, parts: Parts = PARTS) -> Round:
    """Do it, and return what does not hold at the end."""
    start = _start(case.act)
    cloud, came = start.copied(), Round()
    first = _operator("first", cloud, case.first, parts, came)
    _lived(lambda: _act(case.act, first), first, cloud, came)
    wanted = 1 if case.second == NONE else 2
    for number in range(wanted + 1):
        fault = case.second if number == 0 else NONE
        again = _operator(f"resume-{number}", cloud, fault, parts, came)
        arrive(cloud)
        again.unlock()
        ended = _lived(functools.partial(again.resume, abort=case.abort), again, cloud, came)
        if ended and not again.came:
            break
    else:
        came.wrong.append(f"stuck: {wanted} times `resume` did not do")
    came.wrong += checks.problems(start, cloud)
    return came


def quiet(act: str, parts: Parts = PARTS) -> int:
    """Return how many calls a command makes to which nothing happens."""
    return run(Case(act, NONE, abort=False), parts).calls[0]


def singles(act: str) -> Iterator[Case]:
    """Yield every fault at every call of the command, gone on with in both directions."""
    for number, fault, abort in itertools.product(range(1, quiet(act) + 1), FAULTS, (False, True)):
        yield Case(act, (number, fault), abort)


def sampled(act: str, count: int, seed: int) -> Iterator[Case]:
    """Yield so many pairs by chance, the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    calls = quiet(act)
    for _ in range(count):
        first = (chance.randint(1, calls), chance.choice(DEATHS))
        second = (chance.randint(1, calls), chance.choice(FAULTS))
        yield Case(act, first, chance.random() < 0.5, second)


@functools.cache
def _start(act: str) -> Cloud:
    return beginning() if act == "promote" else released()


def _operator(name: str, cloud: Cloud, fault: At, parts: Parts, came: Round) -> Operator:
    return Operator(Process(name, cloud, _fate(fault), trace=came.trace), parts)


def _fate(at: At) -> Fate:
    def fate(number: int, call: str, *, writes: bool) -> Fault:
        del call, writes
        return at[1] if number == at[0] else ""

    return fate


def _act(act: str, operator: Operator) -> Came:
    return operator.promote("prod") if act == "promote" else operator.rollback("prod")


def _lived(work: Callable[[], object], operator: Operator, cloud: Cloud, came: Round) -> bool:
    """Run a command; whether it came to its end. What it says then must be so."""
    lived = False
    with suppress(Died):
        work()
        lived = True
        came.wrong += [problem for each in operator.came for problem in checks.told(each, cloud)]
    came.calls.append(operator.process.calls)
    return lived
