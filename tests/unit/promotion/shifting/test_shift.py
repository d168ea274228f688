"""Shifts from the first step to the last, with a clock that is moved by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, TypeAlias

import pytest

from sam_deploy.aws import AwsCallError
from sam_deploy.errors import RefusedError
from sam_deploy.events import Event, Note, ShiftLook, ShiftStep
from sam_deploy.lanes import StoppedError
from sam_deploy.promotion.aliases import MovedError
from sam_deploy.promotion.book import SupersededError
from sam_deploy.promotion.model import Strategy
from sam_deploy.promotion.shifting.guard import LeftError
from sam_deploy.promotion.shifting.judge import Answer
from sam_deploy.promotion.shifting.turned import TurnedError

Stage: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

STRATEGY = Strategy(
    weights=(0.1, 0.5),
    every_seconds=60,
    hold_seconds=120,
    min_requests=10,
    alarms={"eu-west-1": ("Errors",), "us-east-1": ("Errors",)},
)
EU, US = ("eu-west-1", "ApiFunction"), ("us-east-1", "ApiFunction")


def journal(stage: Stage) -> dict[str, str]:
    found: dict[str, str] = json.loads(stage.memory.documents["journal/orders.release.json"])[
        "release"
    ]
    return found


def served(stage: Stage) -> list[tuple[str, tuple[tuple[str, float], ...]]]:
    return [(each.version, each.weights) for each in stage.memory.aliases.values()]


def test_each_step_pushes_the_schedules_before_it_writes(stage: Stage) -> None:
    """Weights rise in all regions, the last step has none, and the schedules go before the end.

    The schedules stand beyond each step's time, and are pushed before its first write (R200).
    """
    stage.shift().run()
    assert [
        "role",
        "schedules +120",
        "alias eu-west-1 1+2@0.1",
        "alias us-east-1 1+2@0.1",
        "schedules +180",
        "alias eu-west-1 1+2@0.5",
        "alias us-east-1 1+2@0.5",
        "schedules +180",
        "alias eu-west-1 2",
        "alias us-east-1 2",
        "schedules deleted",
    ] == stage.log
    assert [("2", ()), ("2", ())] == served(stage)


def test_each_step_is_on_record_before_anything_of_it(stage: Stage) -> None:
    """A process that dies in a step leaves word of it: number, weight, deadline."""
    seen: list[dict[str, str]] = []
    push = stage.guard.push

    def looking(until: float) -> bool:
        seen.append(journal(stage))
        return bool(push(until))

    stage.guard.push = looking
    stage.shift().run()
    assert [("1", "0.1"), ("2", "0.5"), ("3", "1")] == [
        (each["step"], each["weight"]) for each in seen
    ]
    assert {"shifting"} == {each["phase"] for each in seen}
    assert ["1970-01-12T13:48:40Z", "1970-01-12T13:49:40Z", "1970-01-12T13:49:40Z"] == [
        each["until"] for each in seen
    ]
    assert ["step", "step", "step"] == [event for event, _ in stage.audit]


def test_nothing_is_left_of_a_step_that_was_good(stage: Stage, heard: list[Event]) -> None:
    """Its hold, for which nobody waits then, is not told as the time to the next step."""
    stage.shift().run()
    looks = [each for each in heard if isinstance(each, ShiftLook)]
    assert [0.0, 0.0] == [each.seconds_left for each in looks if each.verdict == "go"]
    assert 60 == max(each.seconds_left for each in looks)


@pytest.mark.fault(8)
def test_an_alarm_turns_it_within_one_look(stage: Stage) -> None:
    """From the alarm to the error no more than the time between two looks goes by."""
    stage.clock.at(25, lambda: stage.sky.alarm("us-east-1", "ALARM"))
    with pytest.raises(
        TurnedError, match="alarm `Errors` fires in `us-east-1` since 12:00"
    ) as ended:
        stage.shift().run()
    assert 30 == stage.clock.seconds - 1_000_000
    assert 4 == ended.value.exit_code


@pytest.mark.fault(9)
def test_a_step_without_data_is_held_and_then_turned(stage: Stage, heard: list[Event]) -> None:
    """It waits its time and its hold, with the schedules pushed ahead, and never goes on (R201)."""
    stage.sky.calls("us-east-1", 3)
    with pytest.raises(TurnedError, match="3 of 10 calls") as ended:
        stage.shift().run()
    assert 180 == stage.clock.seconds - 1_000_000
    assert "--quiet" in ended.value.hint
    assert [("1", (("2", 0.1),))] * 2 == served(stage)
    pushes = [each for each in stage.log if each.startswith("schedules")]
    assert ["+120", "+150", "+180", "+210", "+240"] == [
        each.removeprefix("schedules ") for each in pushes
    ]
    verdicts = [each.verdict for each in heard if isinstance(each, ShiftLook)]
    assert {"wait", "hold", "back"} == set(verdicts)


def test_calls_that_come_late_go_on(stage: Stage) -> None:
    """A step that is held goes on as soon as the calls are there."""
    stage.sky.calls("us-east-1", 3)
    stage.clock.at(100, lambda: stage.sky.calls("us-east-1", 10))
    stage.shift().run()
    assert 160 == stage.clock.seconds - 1_000_000
    assert [("2", ())] * 2 == served(stage)


def test_a_look_is_told_when_something_changes_and_every_half_minute(
    stage: Stage, heard: list[Event]
) -> None:
    """A log of an hour is not flooded: one line in 30 s while nothing changes."""
    strategy = replace(STRATEGY, weights=(0.1,), every_seconds=300)
    stage.clock.at(95, lambda: stage.sky.alarm("eu-west-1", "INSUFFICIENT_DATA"))
    stage.clock.at(105, lambda: stage.sky.alarm("eu-west-1", "OK"))
    stage.shift(strategy).run()
    looks = [each for each in heard if isinstance(each, ShiftLook)]
    assert 300 - looks[3].seconds_left == 90
    assert [0, 30, 60, 90, 100, 110, 140] == [300 - each.seconds_left for each in looks[:7]]
    assert "has no data" in looks[4].reasons[0]
    steps = [each for each in heard if isinstance(each, ShiftStep)]
    assert [(1, 2, 0.1), (2, 2, 1.0)] == [(each.step, each.steps, each.weight) for each in steps]


def test_a_process_that_slept_takes_everything_back(stage: Stage) -> None:
    """After its deadline it looks at nothing: the schedules have run, or will in a moment."""

    def sleep() -> None:
        stage.clock.seconds += 500
        stage.memory.write(EU, "1", (), "sd:abc123:1:restored")

    stage.clock.at(20, sleep)
    with pytest.raises(TurnedError, match="The schedules have taken it back"):
        stage.shift().run()
    assert "schedules deleted" not in stage.log


def test_a_schedule_that_ran_is_told_from_somebody_else(stage: Stage) -> None:
    """The mark of the schedule says who has written the alias; any other is a foreign change."""
    stage.clock.at(60, lambda: stage.memory.write(US, "1", (), "sd:abc123:1:restored"))
    with pytest.raises(TurnedError, match="A schedule has taken `ApiFunction` in `us-east-1` back"):
        stage.shift().run()


def test_a_foreign_change_is_not_written_over(stage: Stage) -> None:
    """Somebody else has moved an alias between two steps: that is refused, as in any promotion."""
    stage.clock.at(60, lambda: stage.memory.write(US, "9", (), "by hand"))
    with pytest.raises(MovedError):
        stage.shift().run()
    assert "9" == stage.memory.aliases[US].version


def test_a_schedule_that_is_gone_while_it_is_held_has_run(stage: Stage) -> None:
    """Pushing makes it anew, and says that it was not there: everything is taken back."""
    stage.sky.calls("us-east-1", 3)
    stage.clock.at(80, lambda: setattr(stage.guard, "stands", False))
    with pytest.raises(TurnedError, match="The schedules have taken it back"):
        stage.shift().run()


def test_a_push_that_fails_is_tried_again(stage: Stage, heard: list[Event]) -> None:
    """The schedules stand well ahead, so one failure in a hold ends nothing."""
    stage.sky.calls("us-east-1", 3)
    error = AwsCallError("scheduler:UpdateSchedule", "us-east-1", "InternalFailure", "no", "")
    stage.clock.at(85, lambda: stage.guard.fails.append(error))
    stage.clock.at(110, lambda: stage.sky.calls("us-east-1", 10))
    stage.shift().run()
    warned = [each.message for each in heard if isinstance(each, Note) and each.level == "warning"]
    assert 1 == len(warned)
    assert [("2", ())] * 2 == served(stage)


def test_a_schedule_that_stays_leaves_the_promotion_open(stage: Stage) -> None:
    """All serve the new version, yet it is not done: the schedule would take it back (exit 7)."""
    push = stage.guard.push

    def last(until: float) -> bool:
        if journal(stage)["step"] == "3":
            stage.guard.fails = [LeftError("left")]
            stage.guard.until = until
            return True
        return bool(push(until))

    stage.guard.push = last
    with pytest.raises(LeftError) as ended:
        stage.shift().run()
    assert 7 == ended.value.exit_code
    assert ("3", "shifting") == (journal(stage)["step"], journal(stage)["phase"])


def test_a_schedule_that_ran_while_it_was_deleted_is_seen(stage: Stage) -> None:
    """The aliases are read once more when no schedule is left."""
    remove = stage.guard.remove

    def late() -> None:
        stage.memory.write(US, "1", (), "sd:abc123:1:restored")
        remove()

    stage.guard.remove = late
    with pytest.raises(TurnedError, match="A schedule has taken"):
        stage.shift().run()


def test_who_was_put_aside_deletes_no_schedule_of_others(stage: Stage) -> None:
    """Somebody has gone on: the schedules are his, until the journal is closed."""

    def superseded() -> None:
        found = json.loads(stage.memory.documents["journal/orders.release.json"])
        found["epoch"] = 2
        stage.memory.documents["journal/orders.release.json"] = json.dumps(found).encode()

    stage.clock.at(60, superseded)
    with pytest.raises(SupersededError):
        stage.shift().run()
    assert "schedules deleted" not in stage.log


def test_who_was_put_aside_leaves_no_schedule_behind_a_closed_journal(stage: Stage) -> None:
    """A schedule that was pushed late would take a committed release back."""

    def closed() -> None:
        found = json.loads(stage.memory.documents["journal/orders.release.json"])
        found |= {"epoch": 2, "state": "done"}
        stage.memory.documents["journal/orders.release.json"] = json.dumps(found).encode()
        stage.open = False

    stage.clock.at(60, closed)
    with pytest.raises(SupersededError):
        stage.shift().run()
    assert "schedules deleted" == stage.log[-1]


def test_a_step_that_was_on_record_begins_anew(stage: Stage) -> None:
    """`resume` goes on where it was; what was before that is not done again, the check included."""
    for key in (EU, US):
        stage.memory.write(key, "1", (("2", 0.5),), "sd:abc123:1:fence")
    stage.log.clear()
    stage.shift(replace(STRATEGY, check="./smoke"), {"step": "2", "phase": "shifting"}).run()
    assert ["role", "schedules +120", "alias eu-west-1 1+2@0.5"] == stage.log[:3]
    assert "check at 0" not in stage.log
    assert [("2", ())] * 2 == served(stage)


def test_the_check_is_asked_before_any_traffic_and_after_each_step(stage: Stage) -> None:
    """No alias is written before it has agreed (R202)."""
    stage.shift(replace(STRATEGY, check="./smoke")).run()
    told = [each for each in stage.log if each.startswith(("check", "alias eu"))]
    assert [
        "check at 0",
        "alias eu-west-1 1+2@0.1",
        "check at 0.1",
        "alias eu-west-1 1+2@0.5",
        "check at 0.5",
        "alias eu-west-1 2",
    ] == told


def test_a_check_alone_moves_everything_at_once(stage: Stage) -> None:
    """Blue/green: the new version is asked, then gets every call; no schedule is needed (R204)."""
    stage.shift(Strategy(check="./smoke")).run()
    assert ["check at 0", "alias eu-west-1 2", "alias us-east-1 2"] == stage.log


@pytest.mark.parametrize("good", [False, None])
def test_a_check_that_does_not_agree_writes_nothing(stage: Stage, good: bool | None) -> None:  # noqa: FBT001
    """Neither no nor no answer at all is a yes."""
    stage.answers = [(Answer("us-east-1", "ApiFunction", good, "status 500"),)]
    with pytest.raises(TurnedError, match="status 500"):
        stage.shift(Strategy(check="./smoke")).run()
    assert ["check at 0"] == stage.log


def test_an_alarm_that_is_let_be_counts_once_it_was_ok(stage: Stage) -> None:
    """`--force-with-alarm` is for what fires now; when it fires anew, that is the new version."""
    stage.sky.alarm("us-east-1", "ALARM")
    stage.clock.at(20, lambda: stage.sky.alarm("us-east-1", "OK"))
    stage.clock.at(40, lambda: stage.sky.alarm("us-east-1", "ALARM"))
    with pytest.raises(TurnedError, match="fires in `us-east-1`"):
        stage.shift(replace(STRATEGY, with_alarm=True)).run()
    assert 40 == stage.clock.seconds - 1_000_000
    assert ("with alarm", {"alarms": [["us-east-1", "Errors"]]}) == stage.audit[0]


def test_what_is_let_be_is_on_record(stage: Stage) -> None:
    """`resume` lets the same alarms be, and no others."""
    stage.sky.alarm("us-east-1", "ALARM")
    stage.shift(replace(STRATEGY, with_alarm=True)).run()
    assert "us-east-1=Errors" == journal(stage)["excused"]
    stage.log.clear()
    stage.sky.alarm("eu-west-1", "ALARM")
    stage.memory.documents.clear()
    again = stage.shift(
        replace(STRATEGY, with_alarm=True), {"step": "2", "excused": "us-east-1=Errors"}
    )
    with pytest.raises(TurnedError, match="fires in `eu-west-1`"):
        again.run()


def test_somebody_ends_the_waiting(stage: Stage) -> None:
    """`shift advance` goes on without time and calls; the audit has who has asked."""
    stage.sky.calls("us-east-1", 0)
    stage.clock.at(15, lambda: stage.voices.ask("advance", 1))
    stage.clock.at(40, lambda: stage.voices.ask("advance", 2))
    stage.shift().run()
    assert [("the next step begins", True)] * 2 == stage.voices.answers
    assert ["bob", "bob"] == [facts["who"] for event, facts in stage.audit if event == "advance"]
    assert 40 == stage.clock.seconds - 1_000_000


def test_the_waiting_for_an_alarm_is_not_ended(stage: Stage) -> None:
    """An alarm that is not known to be well refuses `shift advance`; one that fires turns it."""
    stage.sky.alarm("us-east-1", "INSUFFICIENT_DATA")
    stage.clock.at(10, lambda: stage.voices.ask("advance", 1))
    stage.clock.at(30, lambda: stage.sky.alarm("us-east-1", "ALARM"))
    stage.clock.at(30, lambda: stage.voices.ask("advance", 1))
    with pytest.raises(TurnedError):
        stage.shift().run()
    assert [False, False] == [done for _, done in stage.voices.answers]
    assert "has no data" in stage.voices.answers[0][0]


def test_a_request_for_another_step_is_answered_and_not_done(stage: Stage) -> None:
    """Whoever asks has seen a step; the one after it he has not."""
    stage.clock.at(70, lambda: stage.voices.ask("advance", 1))
    stage.shift().run()
    assert [("step 1 is over: this is step 2", False)] == stage.voices.answers


def test_somebody_takes_it_back(stage: Stage) -> None:
    """`shift abort` is answered, is in the audit, and turns it."""
    stage.clock.at(15, lambda: stage.voices.ask("abort", 1))
    with pytest.raises(TurnedError, match="bob on desk has asked"):
        stage.shift().run()
    assert [("everything is being taken back", True)] == stage.voices.answers
    assert "abort" == stage.audit[-1][0]


def test_ctrl_c_ends_the_waiting(stage: Stage) -> None:
    """Whoever called takes everything back, as for any error."""
    stage.clock.at(15, stage.stop.set)
    with pytest.raises(StoppedError):
        stage.shift().run()


def test_a_region_that_refuses_is_an_error(stage: Stage) -> None:
    """The first write that fails ends it."""
    stage.memory.denied = "us-east-1"
    with pytest.raises(AwsCallError):
        stage.shift().run()
    assert not issubclass(AwsCallError, RefusedError)
