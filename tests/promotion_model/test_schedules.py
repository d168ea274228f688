from __future__ import annotations

import pytest
from tests.promotion_model import schedules
from tests.promotion_model.mutants import MUTANTS

SAMPLE = 100
MOST = 400
"""Schedules in which each mutant is found out."""
RARE = ("no journal", "no writer")
"""What it takes long to find out."""


def test_a_lock_that_is_stolen_does_no_harm() -> None:
    """Two to four processes with faults, in any order: nothing is mixed, nobody is overwritten."""
    for seed in range(SAMPLE):
        came = schedules.run(seed)
        assert [] == came.wrong, f"seed {seed}\n" + "\n".join([*came.wrong, *came.trace])


def test_a_schedule_is_the_same_each_time() -> None:
    """A seed says all: what fails can be looked at again."""
    one, other = schedules.run(5), schedules.run(5)
    assert len(one.trace) > 50
    assert [each.split(" as ")[0] for each in one.ends] == other.ends
    assert len(one.trace) == len(other.trace)


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=[pytest.mark.slow] * (each in RARE)) for each in MUTANTS],
)
def test_a_guard_that_is_taken_away_is_missed(name: str) -> None:
    """No part of it is there for nothing: without it some schedule ends badly."""
    parts, kinds = MUTANTS[name]
    found = (
        problem
        for seed in range(MOST)
        for problem in schedules.run(seed, parts).wrong
        if problem.partition(":")[0] in kinds
    )
    assert next(found, None) is not None
