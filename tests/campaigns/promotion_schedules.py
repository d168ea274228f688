"""Promotions in memory: each fault at each call, then several processes in thousands of orders."""

from __future__ import annotations

import functools
import itertools
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from tests.campaigns.outcome import Outcome, Tell
from tests.promotion_model import exhaustive, mutants, schedules
from tests.promotion_model.exhaustive import Case

NAME: Final = "promotion-schedules"
CLAIM: Final = (
    "promotions, rollbacks, `resume` and `resume --abort` of 2 to 4 processes in memory, with "
    "stolen locks, deaths, lost, late and refused calls, and aliases moved by others, in orders of "
    "chance: all aliases new or all old, nobody's own change written over, no weights left, one "
    "record for each release, no journal open; and each guard that is taken away is missed"
)
WORKERS: Final = 2
CHUNK: Final = 100
PAIRS: Final = 2_000
SEED: Final = 6
MUTANT_MOST: Final = 2_000
SHOWN_LINES: Final = 400


def run(count: int, tell: Tell) -> Outcome:
    """Run so many schedules, beside every single fault and some pairs of them."""
    started = time.monotonic()
    cases = [case for act in exhaustive.ACTS for case in exhaustive.singles(act)]
    singles = len(cases)
    for act in exhaustive.ACTS:
        cases += exhaustive.sampled(act, min(PAIRS, count) // 2, SEED)
    failures = _spread(_cases, cases, tell)
    pairs = len(cases) - singles
    tell(f"{singles} faults and {pairs} pairs of them: {len(failures)} failed")
    failures += _spread(_seeds, range(count), tell)
    found = _spread(_mutants, list(mutants.MUTANTS), tell)
    missed = [each for each in found if each.endswith(": not found")]
    figures = (
        f"2 regions, 2 functions; every one of {singles:,} faults with `resume` and "
        f"`resume --abort`, {pairs:,} pairs of a death and a fault of what goes on; "
        f"{count:,} schedules; {', '.join(found)}"
    )
    tried = len(cases) + count
    return Outcome(NAME, CLAIM, tried, (*failures, *missed), time.monotonic() - started, figures)


def _spread(
    work: Callable[[Sequence[object]], list[str]], items: Sequence[object], tell: Tell
) -> list[str]:
    """Return what all chunks of the items came to, two at a time."""
    said: list[str] = []
    size = CHUNK if len(items) > CHUNK else 1
    chunks = [items[at : at + size] for at in range(0, len(items), size)]
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        for number, came in enumerate(pool.map(work, chunks), 1):
            said += came
            if number % 10 == 0:
                tell(f"{number * size:,} of {len(items):,}, {len(said)} failed")
    return said


def _cases(cases: Sequence[Case]) -> list[str]:
    return [f"{case}: {wrong}" for case in cases for wrong in exhaustive.run(case).wrong]


def _seeds(seeds: Sequence[int]) -> list[str]:
    """Return the seeds that end badly; the first with all that happened."""
    said: list[str] = []
    for seed in seeds:
        came = schedules.run(seed)
        if came.wrong:
            trace = [] if said else came.trace[:SHOWN_LINES]
            said.append("\n".join([f"seed {seed}: {'; '.join(came.wrong)}", *trace]))
    return said


def _mutants(names: Sequence[str]) -> list[str]:
    """Return after how many schedules each mutant was found out."""
    return [_mutant(name) for name in names]


def _mutant(name: str) -> str:
    parts, kinds = mutants.MUTANTS[name]
    bad = functools.partial(_is_bad, kinds)
    for seed in itertools.islice(itertools.count(), MUTANT_MOST):
        if any(map(bad, schedules.run(seed, parts).wrong)):
            return f"{name}: found by schedule {seed + 1}"
    return f"{name}: not found"


def _is_bad(kinds: Sequence[str], wrong: str) -> bool:
    return wrong.partition(":")[0] in kinds
