from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.cli.releasing import shift_screens
from sam_deploy.cli.terminal.console import sentence
from sam_deploy.events import Note, ShiftLook, ShiftStep
from sam_deploy.promotion import ReleasePlan, Strategy

LOOK: dict[str, Any] = {
    "step": 1,
    "steps": 3,
    "weight": 0.1,
    "calls": 42,
    "errors": 1,
    "alarms": 6,
    "alarms_quiet": 6,
    "seconds_left": 130.0,
}


def plan(strategy: Strategy) -> ReleasePlan:
    return ReleasePlan(
        act="promote",
        app="orders",
        account="123456789012",
        caller="arn:aws:iam::123456789012:user/anna",
        home_region="eu-west-1",
        environment="prod",
        source="dev",
        regions=("eu-west-1",),
        flips=(),
        nonce="00",
        tool_version="0",
        strategy=strategy,
    )


def test_a_promotion_at_once_says_nothing_of_steps() -> None:
    """Its screen and its mail are as they were."""
    assert [] == shift_screens.strategy_lines(plan(Strategy()))


def test_a_plan_says_how_the_calls_go_over() -> None:
    """Steps, times, calls, alarms and the check: all that somebody agrees to."""
    strategy = Strategy(
        weights=(0.1, 0.5),
        every_seconds=300,
        hold_seconds=1800,
        min_requests=10,
        quiet=("Mailer",),
        check="./smoke",
        alarms={"eu-west-1": ("A", "B"), "us-east-1": ("A", "B"), "eu-north-1": ("C",)},
        with_alarm=True,
    )
    steps = "in steps: 10%, 50%, then 100%; each is watched for 5 min"
    assert [
        f"{steps}, and waits 30 min for data before all goes back",
        "each function needs 10 calls in each region and step, but for Mailer",
        "2 alarms watched in each of eu-west-1, us-east-1 (4 in all): A, B",
        "1 alarm watched in eu-north-1: C",
        "the check must agree before and after each step: ./smoke",
        "alarms that fire now are LET BE until they are OK (--force-with-alarm)",
    ] == shift_screens.strategy_lines(plan(strategy))


@pytest.mark.parametrize(
    "strategy", [Strategy(weights=(0.5,)), Strategy(weights=(0.5,), min_requests=5, quiet=("*",))]
)
def test_a_plan_says_when_no_calls_are_needed(strategy: Strategy) -> None:
    """That is a choice, and somebody agrees to it."""
    assert "no function needs calls to pass a step" in shift_screens.strategy_lines(plan(strategy))


def test_a_long_check_is_cut() -> None:
    """An event may have thousands of letters, and so may a command."""
    (line,) = shift_screens.strategy_lines(plan(Strategy(check="./smoke " + "x" * 500)))
    assert len(line) < 120


@pytest.mark.parametrize(
    ("verdict", "reasons", "expected"),
    [
        ("wait", (), "2 min left"),
        ("wait", ("X has no calls",), "2 min left; so far X has no calls"),
        ("hold", ("X has no calls",), "holding: X has no calls; everything goes back in 2 min"),
        ("go", (), "all is well"),
        ("back", ("alarm E fires",), "BACK: alarm E fires"),
    ],
)
def test_a_look_is_one_line(verdict: str, reasons: tuple[str, ...], expected: str) -> None:
    """Readable in the log of a pipeline."""
    event = ShiftLook(**LOOK, verdict=verdict, reasons=reasons)
    line = sentence(event)
    assert f"step 1/3 (10%): 42 calls, 1 failed; 6/6 alarms OK; {expected}" == line


def test_a_look_with_many_reasons_stays_one_line() -> None:
    """An app with seven functions in four regions has 28 of them at first."""
    reasons = tuple(f"F{number} has no calls" for number in range(28))
    line = sentence(ShiftLook(**LOOK, verdict="wait", reasons=reasons))
    assert line.endswith("so far F0 has no calls; F1 has no calls; F2 has no calls; and 25 more")


def test_a_step_says_when_it_is_taken_back() -> None:
    """The last one is not: nothing is left to take back."""
    step = ShiftStep(1, 3, 0.1, ("eu-west-1", "us-east-1"), 300, "2026-11-28T12:00:00Z")
    assert (
        "step 1/3: 10% of the calls to the new versions in eu-west-1, us-east-1, for 5 min; "
        "taken back at 2026-11-28T12:00:00Z if nobody watches"
    ) == sentence(step)
    last = ShiftStep(3, 3, 1.0, ("eu-west-1",), 0, "2026-11-28T12:00:00Z")
    assert "step 3/3: 100% of the calls to the new versions in eu-west-1" == sentence(last)


def test_other_events_are_not_its_business() -> None:
    """They have lines of their own."""
    assert "" == shift_screens.text_of(Note("x"))
