from __future__ import annotations

from pathlib import Path

from sam_deploy import runs
from sam_deploy.events import AliasMoved, BuildFinished, PhaseStarted, Planned, StepFinished
from sam_deploy.runs.timing import Past, Timing, Took, took


def built(index: int) -> BuildFinished:
    return BuildFinished("u", "function", "x.zip", 1, 0.0, False, index, 2)


def step(region: str, name: str, detail: str = "done") -> StepFinished:
    return StepFinished(region, "s", name, 1, 8, detail)


def test_time_between_events_is_that_of_the_part_that_ends() -> None:
    """Two regions side by side take as long as one; waiting for a person belongs to no part."""
    timing = Timing()
    for event, at in (
        (Planned(2, 2, 2), 0.0),
        (PhaseStarted("build", "x"), 1.0),
        (built(1), 3.0),
        (built(2), 6.0),
        (PhaseStarted("template", "x"), 6.5),
        (PhaseStarted("preflight", "x"), 8.5),
        (PhaseStarted("provide", "x"), 9.5),
        (step("a", "bucket"), 10.0),
        (step("b", "bucket"), 10.5),
        (step("a", "change set"), 12.5),
        # somebody thinks about it for ten minutes
        (PhaseStarted("deploy", "x"), 612.5),
        (step("a", "execute"), 672.5),
        (step("b", "execute", "no changes"), 673.0),
        (AliasMoved("a", "f", "dev", "2", "1"), 674.0),
        (step("a", "release"), 675.0),
    ):
        timing.add(event, at)
    assert {
        "build": [5.0, 2],
        "template": [2.0, 1],
        "preflight": [1.0, 1],
        "provide": [1.0, 2],
        "change set": [2.0, 1],
        "execute": [60.0, 1],
        "same": [0.5, 1],
        "release": [2.0, 1],
    } == timing.document()["parts"]
    assert {"build": 2, "provide": 8, "execute": 2} == {
        part: timing.document()["planned"][part] for part in ("build", "provide", "execute")
    }


def test_reading_for_a_promotion_ends_when_its_plan_is_there() -> None:
    """The minutes until somebody has agreed to it are nobody's work."""
    timing = Timing()
    for event, at in (
        (PhaseStarted("read", "x"), 1.0),
        (Planned(0, 0, 0, aliases=1, steps=1), 3.0),
        # somebody looks for the mail with the code
        (Planned(0, 0, 0, aliases=1, steps=1), 302.9),
        (PhaseStarted("move", "x"), 303.0),
        (AliasMoved("a", "f", "prod", "2", "1"), 303.5),
    ):
        timing.add(event, at)
    assert {"read": [2.0, 1], "alias": [0.5, 1]} == timing.document()["parts"]


def test_runs_that_did_as_much_count_before_others() -> None:
    """The median of them, for a unit; of any run when none did as much."""
    small = {"build": 1}
    past = Past(
        (
            Took(small, {"build": (2.0, 1)}),
            Took({"build": 9}, {"build": (900.0, 9), "execute": (7.0, 1)}),
            Took(small, {"build": (4.0, 1)}),
            Took(small, {"build": (30.0, 1)}),
        )
    )
    assert 4.0 == past.seconds("build", small)
    assert 7.0 == past.seconds("execute", small)
    assert past.seconds("release", small) is None


def test_the_past_is_that_of_the_same_command_and_target(tmp_path: Path) -> None:
    """Runs that failed say nothing of how long it takes; nor do shorter names of commands."""
    now = [1796000000.0]

    def log(command: str, target: str | None, exit_code: int, seconds: float) -> None:
        made = runs.RunLog(tmp_path, runs.Start(command, (), target), lambda: now[0])
        made.event(Planned(1, 0, 0))
        made.event(PhaseStarted("build", "x"))
        now[0] += seconds
        made.event(built(1))
        made.end(exit_code)

    log("deploy", "aws", 0, 5.0)
    log("deploy", "embedded", 0, 50.0)
    log("deploy", "aws", 3, 500.0)
    log("deploy again", "aws", 0, 5000.0)
    found = runs.past(tmp_path, "deploy", "aws")
    assert 5.0 == found.seconds("build", {"build": 1})
    assert 1 == len(found.runs)
    assert () == runs.past(tmp_path / "nowhere", "deploy", "aws").runs


def test_a_log_of_another_version_is_no_past() -> None:
    """Whatever stands there."""
    for found in ({}, {"planned": {}, "parts": {"build": 1}}, {"planned": 1, "parts": 2}, None):
        assert took(found) is None
    assert Took({"a": 1}, {"b": (1.0, 2)}) == took({"planned": {"a": 1}, "parts": {"b": [1, 2]}})
