from __future__ import annotations

import pytest
from tests.promotion_model import exhaustive
from tests.promotion_model.exhaustive import ACTS, Case

EVERY = 31
"""A number that no kind of fault and no direction comes round with."""


def failures(cases: list[Case]) -> list[str]:
    """What does not hold, and in which case."""
    return [f"{each}: {wrong}" for each in cases for wrong in exhaustive.run(each).wrong]


@pytest.mark.parametrize("act", ACTS)
def test_one_resume_is_enough_after_a_fault_at_any_call(act: str) -> None:
    """Whatever happened at a call, all aliases end new, or all old (R182)."""
    assert [] == failures(list(exhaustive.singles(act))[::EVERY])


@pytest.mark.parametrize("act", ACTS)
def test_resume_may_die_as_well(act: str) -> None:
    """A fault in what goes on is gone on with by the next one, in the same way (R182)."""
    assert [] == failures(list(exhaustive.sampled(act, 25, seed=6)))


@pytest.mark.slow
@pytest.mark.parametrize("act", ACTS)
def test_every_fault_at_every_call(act: str) -> None:
    """All of them, gone on with in both directions."""
    assert [] == failures(list(exhaustive.singles(act)))


def test_a_quiet_run_makes_calls_at_which_something_can_happen() -> None:
    """So that the tests above can fail."""
    assert all(30 < exhaustive.quiet(act) < 60 for act in ACTS)
