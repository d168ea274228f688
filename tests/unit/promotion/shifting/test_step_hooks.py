"""Hooks of steps that take long: the canary is watched meanwhile, and each step has its time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest
from tests.unit.promotion.shifting.test_shift import EU, STRATEGY, US, journal, served

from sam_deploy.promotion.shifting import parts
from sam_deploy.promotion.shifting.turned import TurnedError

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
START = 1_000_000


def test_each_step_is_watched_for_its_time_after_its_weights_were_set(stage: Stage) -> None:
    """Hooks of 40 s add to the 60 s of a step, and take nothing away from them (R200)."""
    stage.hook_seconds = 40
    written: list[tuple[float, str]] = []
    write = stage.memory.write

    def noting(key: tuple[str, str], *given: Any) -> Any:
        written.append((stage.clock.seconds - START, key[0]))
        return write(key, *given)

    stage.memory.write = noting
    stage.shift().run()
    assert [40, 140, 240] == [when for when, region in written if region == "eu-west-1"]
    assert ["1", "2", "3"] == [each["step"] for each in stage.hooked]
    assert {"prod"} == {each["environment"] for each in stage.hooked}


def test_weights_that_are_set_slowly_leave_a_step_its_time(stage: Stage) -> None:
    """A region takes 50 s to write: the step's 60 s begin after it, and schedules cover them."""
    write = stage.memory.write

    def slowly(key: tuple[str, str], *given: Any) -> Any:
        if key == US and given[1]:
            stage.clock.seconds += 50
        return write(key, *given)

    stage.memory.write = slowly
    stage.shift(replace(STRATEGY, weights=(0.1,))).run()
    assert 110 == stage.clock.seconds - START
    pushes = [each for each in stage.log if each.startswith("schedules +")]
    assert ["schedules +120", "schedules +170", "schedules +170"] == pushes


def test_the_schedules_are_pushed_while_a_hook_runs(stage: Stage) -> None:
    """A hook of 200 s outlives a grace of 60 s: no schedule runs while the client lives."""
    stage.hook_seconds = 200
    late: list[float] = []
    push = stage.guard.push

    def pushing(until: float) -> bool:
        if stage.guard.until and stage.clock.seconds >= stage.guard.until:
            late.append(stage.clock.seconds)
        return bool(push(until))

    stage.guard.push = pushing
    stage.shift().run()
    assert [] == late
    assert [("2", ())] * 2 == served(stage)


def test_no_schedule_is_made_before_the_first_weights_for_a_hook(stage: Stage) -> None:
    """Before them there is nothing to take back."""
    stage.hook_seconds = 200
    stage.shift(replace(STRATEGY, weights=(0.1,))).run()
    assert ["role", "schedules +320", "alias eu-west-1 1+2@0.1"] == stage.log[:3]


@pytest.mark.fault(8)
def test_an_alarm_turns_it_while_a_hook_runs(stage: Stage) -> None:
    """The weights of the step before are live: one look later everything goes back."""
    stage.hook_seconds = 100
    stage.clock.at(195, lambda: stage.sky.alarm("us-east-1", "ALARM"))
    with pytest.raises(TurnedError, match="alarm `Errors` fires in `us-east-1`"):
        stage.shift().run()
    assert 205 >= stage.clock.seconds - START
    assert [("1", (("2", 0.1),))] * 2 == served(stage)


@pytest.mark.parametrize(("at", "step"), [(15, 0), (195, 1)], ids=["first", "second"])
def test_somebody_takes_it_back_while_a_hook_runs(stage: Stage, at: float, step: int) -> None:
    """`shift abort` is heard within a look, also before the first weights."""
    stage.hook_seconds = 100
    stage.clock.at(at, lambda: stage.voices.ask("abort", step))
    with pytest.raises(TurnedError, match="bob on desk has asked"):
        stage.shift().run()
    assert at + 10 >= stage.clock.seconds - START
    assert [("everything is being taken back", True)] == stage.voices.answers


def test_nobody_hurries_a_hook(stage: Stage) -> None:
    """`shift advance` ends a step's waiting; that is over already."""
    stage.hook_seconds = 100
    stage.clock.at(195, lambda: stage.voices.ask("advance", 1))
    stage.shift().run()
    assert [("refused: a hook of the next step runs", False)] == stage.voices.answers


def test_a_process_that_slept_while_a_hook_ran_takes_everything_back(stage: Stage) -> None:
    """The schedules have run meanwhile."""
    stage.hook_seconds = 100
    stage.clock.at(195, lambda: setattr(stage.clock, "seconds", stage.clock.seconds + 500))
    with pytest.raises(TurnedError, match="The schedules have taken it back"):
        stage.shift().run()


def test_until_the_hook_has_ended_the_journal_has_the_step_before(stage: Stage) -> None:
    """Its weights are live; a process that dies now is gone on with there."""
    stage.hook_seconds = 100
    seen: list[tuple[str, str]] = []
    stage.clock.at(195, lambda: seen.append((journal(stage)["step"], journal(stage)["weight"])))
    stage.shift().run()
    assert [("1", "0.1")] == seen


def test_the_schedules_of_a_step_that_begins_anew_are_pushed_in_its_hook(stage: Stage) -> None:
    """`resume`: the journal has when they run."""
    for key in (EU, US):
        stage.memory.write(key, "1", (("2", 0.5),), "sd:abc123:1:fence")
    stage.log.clear()
    stage.hook_seconds = 100
    until = "1970-01-12T13:47:30Z"  # 50 s from now
    stage.shift(STRATEGY, {"step": "2", "phase": "shifting", "until": until}).run()
    assert ["role", "schedules +80", "schedules +110", "schedules +140"] == stage.log[:4]


def test_a_hook_runs_beside_whoever_waits_for_it() -> None:
    """It is told as the journal has the step; what it raises is raised where it is awaited."""
    told: list[Mapping[str, str]] = []
    go_on = threading.Event()

    def hooks(when: str, plan: object, facts: Mapping[str, str]) -> None:
        del plan
        told.append({"when": when, **facts})
        go_on.wait(30)
        raise ZeroDivisionError

    session: Any = SimpleNamespace(to=SimpleNamespace(hooks=hooks))
    engine: Any = SimpleNamespace(plan=None)
    over = parts._stepped(session, engine, {"step": 2})  # noqa: SLF001 - what it is about
    assert not over()
    assert [{"when": "step", "step": "2"}] == told
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "hooks":
            thread.join(30)
    with pytest.raises(ZeroDivisionError):
        over()
