from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from sam_deploy.events import (
    AliasMoved,
    BuildFinished,
    Event,
    PhaseStarted,
    Planned,
    ShiftLook,
    ShiftStep,
    StepFinished,
)
from sam_deploy.progress.extent import Extent
from sam_deploy.runs.timing import Past, Took
from sam_deploy.steps import DESTROY_STEPS, PROVIDE_STEPS, STACK_STEPS

UNITS = {"build": 1, "provide": 4, "change set": 1, "execute": 1, "domains": 1, "release": 1}
USUAL = Took(
    UNITS,
    {
        "build": (10.0, 1),
        "template": (2.0, 1),
        "preflight": (3.0, 1),
        "provide": (4.0, 4),
        "change set": (5.0, 1),
        "execute": (60.0, 1),
        "domains": (1.0, 1),
        "release": (5.0, 1),
    },
)
"""A deployment of 90 seconds."""


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell them."""
        return self.now


def built(reused: bool = False) -> BuildFinished:  # noqa: FBT001, FBT002 - as in the event
    return BuildFinished("u", "function", "x.zip", 1, 0.0, reused, 1, 1)


def step(name: str, detail: str = "done") -> StepFinished:
    return StepFinished("here", "s", name, 1, 8, detail)


def deployment(detail: str = "3 to add") -> list[Event]:
    """All that is told of one function and one stack in one region."""
    return [
        Planned(1, 1, 1),
        PhaseStarted("build", "Building"),
        built(),
        PhaseStarted("template", "Rendering"),
        PhaseStarted("preflight", "Looking"),
        PhaseStarted("provide", "Bringing"),
        *(step(name) for name in PROVIDE_STEPS),
        step("change set", detail),
        PhaseStarted("deploy", "Deploying"),
        step("execute", "no changes" if detail == "no changes" else "updated"),
        step("domains"),
        step("release"),
    ]


def told(extent: Extent, events: list[Event]) -> list[int]:
    found = [extent.percent]
    for event in events:
        extent.count(event)
        found.append(extent.percent)
    return found


def test_a_part_weighs_what_it_took_before() -> None:
    """The execution of the stack is 60 of 90 seconds, so it begins at 27 and ends at 93 percent."""
    clock = Clock()
    extent = Extent(Past((USUAL,)), clock)
    events = deployment()
    before = events.index(step("execute", "updated"))
    assert 26 == told(extent, events[:before])[-1]
    assert 93 == told(extent, [events[before]])[-1]
    assert 100 == told(extent, events[before + 1 :])[-1]


def test_without_earlier_runs_parts_weigh_what_they_usually_do() -> None:
    """And nothing is said of the time left."""
    extent = Extent(clock=Clock())
    figures = told(extent, deployment())
    assert (0, 100, sorted(figures)) == (figures[0], figures[-1], figures)
    assert extent.seconds_left is None
    half = Extent(clock=Clock())
    told(half, deployment()[:6])
    assert half.seconds_left is None


def test_the_time_left_is_what_the_rest_took_before() -> None:
    """It counts down while nothing happens, and not below a tenth of what is under way."""
    clock = Clock()
    extent = Extent(Past((USUAL,)), clock)
    events = deployment()
    told(extent, events[: events.index(step("change set", "3 to add")) + 2])
    assert 66 == round(extent.seconds_left or 0)
    clock.now += 20
    assert 46 == round(extent.seconds_left or 0)
    clock.now += 100
    assert 12 == round(extent.seconds_left or 0)


def test_time_that_passes_moves_the_percentage_but_not_to_the_end_of_a_part() -> None:
    """A distribution that takes minutes is no standstill."""
    clock = Clock()
    extent = Extent(Past((USUAL,)), clock)
    events = deployment()
    told(extent, events[: events.index(step("change set", "3 to add")) + 2])
    first = extent.percent
    clock.now += 30
    middle = extent.percent
    clock.now += 3000
    last = extent.percent
    assert first < middle < last < 93


def test_a_stack_without_changes_takes_as_long_as_such_stacks_did() -> None:
    """As soon as its change set says so, the minute of its execution is not awaited."""
    same = Took(UNITS, {**USUAL.parts, "same": (0.5, 1)})
    extent = Extent(Past((same,)), Clock())
    events = deployment("no changes")
    told(extent, events[: events.index(step("change set", "no changes")) + 2])
    assert 6 == round(extent.seconds_left or 0)
    assert 100 == told(extent, events[-3:])[-1]


def test_the_time_left_rises_slowly() -> None:
    """A second each second at most, whatever is found out; it may fall at once."""
    clock = Clock()
    extent = Extent(Past((USUAL,)), clock)
    told(extent, deployment()[:2])
    before = extent.seconds_left or 0
    for _ in range(100):
        clock.now += 1
        now = extent.seconds_left or 0
        assert now <= before + 1.0001
        before = now


def test_phases_there_was_no_need_of_do_not_keep_it_from_its_end() -> None:
    """A folder of archives is deployed without any template being rendered."""
    extent = Extent(Past((USUAL,)), Clock())
    events = [e for e in deployment() if not (isinstance(e, PhaseStarted) and e.phase != "deploy")]
    assert 100 == told(extent, events)[-1]


def test_a_promotion_is_counted_by_its_aliases_and_a_last_look() -> None:
    """Deployments move aliases too: there they do not count."""
    extent = Extent(clock=Clock())
    events: list[Event] = [Planned(0, 0, 0, aliases=4, steps=2)]
    for region in ("a", "b"):
        events += [AliasMoved(region, f"f{each}", "prod", "2", "1") for each in range(2)]
        events += [StepFinished(region, "", "100% of the calls", 1, 2)]
    events += [StepFinished(region, "", "verify", 2, 2) for region in ("a", "b")]
    assert [0, 0, 16, 33, 33, 50, 66, 66, 83, 100] == told(extent, events)
    deploying = Extent(clock=Clock())
    assert [0, 0, 0] == told(deploying, [Planned(1, 1, 1), AliasMoved("a", "f", "dev", "2", "1")])


def test_a_canary_counts_by_the_time_that_it_is_watched() -> None:
    """What is left is known without any earlier run: two steps of five minutes each."""
    clock = Clock()
    extent = Extent(clock=clock)
    told(extent, [Planned(0, 0, 0, aliases=3, steps=1, watch_seconds=600.0)])
    told(extent, [AliasMoved("a", "f", "prod", "1", "1")])
    told(extent, [ShiftStep(1, 3, 0.1, ("a",), 300.0, "")])
    assert 603 == extent.seconds_left
    clock.now += 150
    assert 25 == extent.percent
    extent.count(ShiftLook(1, 3, 0.1, "hold", 0, 0, 1, 1, 300.0))
    assert 25 == extent.percent
    clock.now += 300
    told(extent, [AliasMoved("a", "f", "prod", "1", "1")])
    told(extent, [ShiftStep(2, 3, 0.5, ("a",), 300.0, "")])
    assert 50 == extent.percent
    clock.now += 300
    told(extent, [AliasMoved("a", "f", "prod", "2", "1")])
    told(extent, [ShiftStep(3, 3, 1.0, ("a",), 0.0, ""), StepFinished("a", "", "verify", 4, 4)])
    assert 100 == extent.percent


@settings(deadline=None, max_examples=50, derandomize=True)
@given(
    stacks=st.integers(1, 6),
    seconds=st.lists(st.floats(0, 100), min_size=40, max_size=40),
    known=st.booleans(),
)
def test_a_destroy_rises_from_0_to_100(stacks: int, seconds: list[float], known: bool) -> None:  # noqa: FBT001
    """However long things take, and whatever is known."""
    clock = Clock()
    past = Past((Took({"step": 3 * stacks}, {"step": (30.0, 3 * stacks)}),)) if known else Past()
    extent = Extent(past, clock)
    figures = told(extent, [Planned(0, 0, 0, steps=3 * stacks), PhaseStarted("destroy", "x")])
    for number in range(3 * stacks):
        clock.now += seconds[number]
        name = DESTROY_STEPS[number % 3]
        figures += told(extent, [StepFinished("r", "s", name, number % 3 + 1, 3)])
    assert sorted(figures) == figures
    assert 100 == figures[-1]
    assert set(figures[:-1]) <= {*range(100)}


def test_every_step_of_a_stack_counts() -> None:
    """So that a step that is added is not forgotten here."""
    assert {*STACK_STEPS} <= set(UNITS)
