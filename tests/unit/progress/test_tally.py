from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.events import (
    BuildFinished,
    Event,
    Planned,
    RegionFinished,
    StackEvent,
    StepFinished,
    StepStarted,
)
from sam_deploy.progress.tally import Tally
from sam_deploy.steps import PROVIDE_STEPS, STACK_STEPS


def everything(builds: int, regions: int, stacks: int) -> list[Event]:
    """All events that count in a deployment of this size."""
    found: list[Event] = [
        BuildFinished(f"u{number}", "function", "x.zip", 1, 0.0, False, number + 1, builds)
        for number in range(builds)
    ]
    for number in range(regions):
        found += [StepFinished(f"r{number}", "", step, 1, 8) for step in PROVIDE_STEPS]
    for number in range(stacks):
        found += [StepFinished(f"r{number}", "s", step, 5, 8) for step in STACK_STEPS]
    return found


SIZES = st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(1, 16))


@settings(deadline=None, max_examples=50, derandomize=True)
@given(size=SIZES, data=st.data())
def test_the_percentage_rises_from_0_to_100(
    size: tuple[int, int, int], data: st.DataObject
) -> None:
    """Whatever ends first: never back, never beyond, and complete when all is done."""
    tally = Tally()
    tally.add(Planned(*size))
    told = [tally.percent]
    for event in data.draw(st.permutations(everything(*size))):
        tally.add(event)
        told.append(tally.percent)
    assert 0 == told[0]
    assert sorted(told) == told
    assert 100 == told[-1]


def test_without_a_plan_nothing_can_be_told() -> None:
    """A build alone, before the plan is known."""
    tally = Tally()
    tally.add(BuildFinished("u", "function", "x.zip", 1, 0.0, False, 1, 1))
    assert 0 == tally.percent


def test_more_than_was_planned_is_still_100() -> None:
    """A second run of a step does not go beyond."""
    tally = Tally()
    tally.add(Planned(1, 0, 0))
    for _ in range(3):
        tally.add(BuildFinished("u", "function", "x.zip", 1, 0.0, False, 1, 1))
    assert 100 == tally.percent


def test_a_lane_shows_the_step_and_the_latest_event_of_its_region() -> None:
    """A new step begins with a clean line; resources that are complete are counted."""
    tally = Tally()
    tally.add(StepStarted("here", "s", "execute", 6, 8))
    tally.add(StackEvent("here", "s", "Role", "AWS::IAM::Role", "CREATE_IN_PROGRESS"))
    tally.add(StackEvent("here", "s", "Role", "AWS::IAM::Role", "CREATE_COMPLETE"))
    lane = tally.lanes["here"]
    assert ("execute", 6, "Role CREATE_COMPLETE", 1) == (
        lane.step,
        lane.index,
        lane.latest,
        lane.resources,
    )
    tally.add(StepStarted("here", "s", "domains", 7, 8))
    assert ("domains", "") == (lane.step, lane.latest)
    tally.add(RegionFinished("here", "s", "updated", 1.0))
    assert "updated" == lane.outcome


def test_a_region_that_begins_another_stack_is_not_finished() -> None:
    """The outcome of its first stack does not stand for the second one."""
    tally = Tally()
    tally.add(RegionFinished("here", "first", "updated", 1.0))
    tally.add(StepStarted("here", "second", "change set", 5, 8))
    assert "" == tally.lanes["here"].outcome
