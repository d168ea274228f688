"""Tells how far a promotion is: what there is to do, and the steps of each region."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from sam_deploy.amounts import percent
from sam_deploy.events import Planned, Report
from sam_deploy.promotion.model import Flip, ReleasePlan
from sam_deploy.steps import side_by_side


def extent(plan: ReleasePlan) -> Planned:
    """Return how much there is to do, for a percentage."""
    steps = len(plan.strategy.weights) + 1
    return Planned(
        builds=0,
        regions=len(plan.regions) if plan.stacks else 0,
        stacks=len(plan.stacks),
        aliases=len(plan.moves) * steps,
        steps=len({each.region for each in plan.flips} - set(plan.without)),
        watch_seconds=plan.strategy.every_seconds * (steps - 1),
    )


@contextlib.contextmanager
def moving(
    report: Report, flips: Sequence[Flip], weight: float, at: tuple[int, int]
) -> Iterator[None]:
    """Regions move their aliases. `at` is the step of the shift, and how many there are."""
    with _step(report, flips, f"{percent(weight)} of the calls", at[0], at[1] + 1):
        yield


@contextlib.contextmanager
def verifying(report: Report, flips: Sequence[Flip], at: tuple[int, int]) -> Iterator[None]:
    """Regions read their aliases again: the last step, and the one that percentages count."""
    with _step(report, flips, "verify", at[1] + 1, at[1] + 1):
        yield


@contextlib.contextmanager
def _step(
    report: Report, flips: Sequence[Flip], name: str, index: int, total: int
) -> Iterator[None]:
    regions = [each.region for each in flips]
    with side_by_side(report, regions, name, index, total) as under_way:
        yield
        under_way.detail = "done"
