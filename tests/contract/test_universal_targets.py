"""One-time schedules call an API in their second; and the faults without the patch.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest

from sam_deploy.local.state import StateFolder

pytestmark = pytest.mark.slow

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

UPDATE_ALIAS = "arn:aws:scheduler:::aws-sdk:lambda:updateAlias"
NO_WEIGHTS: dict[str, Any] = {"RoutingConfig": {"AdditionalVersionWeights": {}}}
BACK = {"FunctionName": "Echo", "Name": "guarded", "FunctionVersion": "1", **NO_WEIGHTS}


@pytest.fixture(autouse=True)
def guarded(stack: Stack) -> Iterator[dict[str, Any]]:
    """An alias at version 2, with a tenth of its calls at version 1."""
    yield canary(stack)
    clear(stack)


def canary(stack: Stack) -> dict[str, Any]:
    made: dict[str, Any] = stack.client("lambda").create_alias(
        FunctionName="Echo",
        Name="guarded",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.1}},
    )
    return made


def clear(stack: Stack) -> None:
    stack.client("lambda").delete_alias(FunctionName="Echo", Name="guarded")
    schedules = stack.client("scheduler")
    for schedule in schedules.list_schedules()["Schedules"]:
        schedules.delete_schedule(Name=schedule["Name"])


def at(seconds: float, zone: str = "UTC") -> str:
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    return f"at({moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S})"


def settings(
    when: str, given: dict[str, Any], arn: str = UPDATE_ALIAS, **more: Any
) -> dict[str, Any]:
    role = "arn:aws:iam::000000000000:role/r"
    return {
        "Name": "guard",
        "ScheduleExpression": when,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": arn, "RoleArn": role, "Input": json.dumps(given)},
        **more,
    }


def version(stack: Stack) -> str:
    alias = stack.client("lambda").get_alias(FunctionName="Echo", Name="guarded")
    return str(alias["FunctionVersion"])


def test_a_schedule_moves_an_alias_back_in_its_second(stack: Stack) -> None:
    """The version, no weights and the mark are as the schedule says; then it is gone."""
    mark = "put back by its schedule"
    schedules = stack.client("scheduler")
    given = {**BACK, "Description": mark}
    when, due = at(2), int(time.time()) + 2
    schedules.create_schedule(**settings(when, given, ActionAfterCompletion="DELETE"))
    wait_for(lambda: version(stack) == "1")
    assert due <= time.time() < due + 2.5
    alias = stack.client("lambda").get_alias(FunctionName="Echo", Name="guarded")
    assert ("1", mark, None) == (
        alias["FunctionVersion"],
        alias["Description"],
        alias.get("RoutingConfig"),
    )
    wait_for(lambda: schedules.list_schedules()["Schedules"] == [], seconds=2)


@pytest.mark.long
@pytest.mark.parametrize("change", ["moved", "disabled", "deleted"])
def test_a_schedule_that_was_put_off_does_not_run(stack: Stack, change: str) -> None:
    """Moved forward, disabled or deleted before its time: the alias stays where it is."""
    schedules = stack.client("scheduler")
    schedules.create_schedule(**settings(at(2), BACK))
    if change == "moved":
        schedules.update_schedule(**settings(at(3600), BACK))
    elif change == "disabled":
        schedules.update_schedule(**settings(at(2), BACK, State="DISABLED"))
    else:
        schedules.delete_schedule(Name="guard")
    time.sleep(4.5)
    assert "2" == version(stack)


@pytest.mark.long
def test_a_schedule_that_has_run_runs_again_at_another_time_only(stack: Stack) -> None:
    """A completed schedule that is kept can be moved to a later time, and then runs once more."""
    schedules, functions = stack.client("scheduler"), stack.client("lambda")
    first = at(0)
    schedules.create_schedule(**settings(first, BACK, ActionAfterCompletion="NONE"))
    wait_for(lambda: version(stack) == "1")
    functions.update_alias(FunctionName="Echo", Name="guarded", FunctionVersion="2", **NO_WEIGHTS)
    schedules.update_schedule(**settings(first, BACK, Description="the same time"))
    time.sleep(2.5)
    assert "2" == version(stack)
    schedules.update_schedule(**settings(at(1), BACK))
    wait_for(lambda: version(stack) == "1")


def test_a_name_can_be_used_again(stack: Stack) -> None:
    """A schedule of the name of one that has run is another one."""
    schedules, functions = stack.client("scheduler"), stack.client("lambda")
    when = at(0)
    schedules.create_schedule(**settings(when, BACK))
    wait_for(lambda: version(stack) == "1")
    schedules.delete_schedule(Name="guard")
    functions.update_alias(FunctionName="Echo", Name="guarded", FunctionVersion="2", **NO_WEIGHTS)
    schedules.create_schedule(**settings(when, BACK))
    wait_for(lambda: version(stack) == "1")


def test_a_time_is_one_of_its_zone(stack: Stack) -> None:
    """`at(...)` is read in `ScheduleExpressionTimezone`."""
    zone = "Asia/Tokyo"
    schedule = settings(at(1, zone), BACK, ScheduleExpressionTimezone=zone)
    stack.client("scheduler").create_schedule(**schedule)
    wait_for(lambda: version(stack) == "1")


def test_a_stale_revision_is_refused(stack: Stack, guarded: dict[str, Any]) -> None:
    """`RevisionId` fences a schedule as it fences any other caller, and the log says so."""
    functions = stack.client("lambda")
    functions.update_alias(FunctionName="Echo", Name="guarded", Description="moved meanwhile")
    stale = {**BACK, "RevisionId": guarded["RevisionId"]}
    stack.client("scheduler").create_schedule(**settings(at(0), stale))
    wait_for(lambda: "PreconditionFailedException" in log(stack))
    line = next(each for each in log(stack).splitlines() if "PreconditionFailed" in each)
    assert "schedule guard: lambda:updateAlias was refused: " in line
    assert "2" == version(stack)


def test_the_present_revision_is_let_through(stack: Stack, guarded: dict[str, Any]) -> None:
    """With the alias's own `RevisionId` the schedule moves it."""
    present = {**BACK, "RevisionId": guarded["RevisionId"]}
    stack.client("scheduler").create_schedule(**settings(at(0), present))
    wait_for(lambda: version(stack) == "1")


def test_a_schedule_acts_in_its_own_region(stack: Stack) -> None:
    """The function of another region is not there for it."""
    elsewhere = stack.client("scheduler", "us-east-1")
    elsewhere.create_schedule(**{**settings(at(0), BACK), "Name": "elsewhere"})
    wait_for(lambda: "schedule elsewhere: lambda:updateAlias was refused: " in log(stack))
    elsewhere.delete_schedule(Name="elsewhere")
    assert "2" == version(stack)


@pytest.mark.parametrize("kind", ["Event", "RequestResponse"])
def test_a_schedule_calls_a_function(stack: Stack, kind: str) -> None:
    """lambda:invoke with a payload, under the alias."""
    payload = json.dumps({"scheduled": kind})
    given = {
        "FunctionName": "Echo",
        "Qualifier": "staging",
        "InvocationType": kind,
        "Payload": payload,
    }
    arn = "arn:aws:scheduler:::aws-sdk:lambda:invoke"
    stack.client("scheduler").create_schedule(**settings(at(0), given, arn))
    seen = stack.next_seen(lambda event: event.get("scheduled") == kind)
    assert seen["arn"].endswith(":Echo:staging")


def test_a_schedule_sends_a_message(stack: Stack) -> None:
    """sqs:sendMessage, with the parameters of the API."""
    queues = stack.client("sqs")
    queue = queues.create_queue(QueueName="scheduled")["QueueUrl"]
    given = {"QueueUrl": queue, "MessageBody": "it is time"}
    arn = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    stack.client("scheduler").create_schedule(**settings(at(0), given, arn))
    answer = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=5)
    queues.delete_queue(QueueUrl=queue)
    assert ["it is time"] == [each["Body"] for each in answer.get("Messages", [])]


@pytest.mark.long
def test_a_schedule_that_recurs_may_call_an_api_too(stack: Stack) -> None:
    """A universal target of a rate is called; it is not for one-time schedules alone."""
    queues = stack.client("sqs")
    queue = queues.create_queue(QueueName="recurring")["QueueUrl"]
    given = {"QueueUrl": queue, "MessageBody": "again"}
    arn = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
    stack.client("scheduler").create_schedule(**settings("cron(* * * * ? *)", given, arn))
    wait_for(lambda: "Messages" in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1), 70)
    queues.delete_queue(QueueUrl=queue)


def test_an_api_that_is_not_known_is_one_line_in_the_log(stack: Stack) -> None:
    """It says which schedule, which API, and what there is."""
    arn = "arn:aws:scheduler:::aws-sdk:ec2:stopInstances"
    stack.client("scheduler").create_schedule(**settings(at(0), {"InstanceIds": ["i-1"]}, arn))
    wait_for(lambda: "ec2:stopInstances" in log(stack))
    line = next(line for line in log(stack).splitlines() if "ec2:stopInstances" in line)
    assert line.endswith(
        "schedule guard: ec2:stopInstances was refused: the embedded cloud runs "
        "lambda:updateAlias, lambda:invoke and sqs:sendMessage only"
    )


@pytest.mark.long
def test_a_universal_target_is_never_called_without_the_patch(unmended: Stack) -> None:
    """Without `universal_targets` the emulator looks every ten seconds, and does not know it."""
    canary(unmended)
    unmended.client("scheduler").create_schedule(**settings(at(0), BACK))
    time.sleep(12)
    assert "2" == version(unmended)
    clear(unmended)


@pytest.mark.long
def test_a_schedule_is_late_without_the_patch(unmended: Stack) -> None:
    """Without `universal_targets` a schedule runs up to ten seconds after its time."""
    queues = unmended.client("sqs")
    queue = queues.create_queue(QueueName="late")["QueueUrl"]
    late = []
    for number in range(2):
        schedule = settings(at(0), {"n": number}, "arn:aws:sqs:eu-west-1:000000000000:late")
        unmended.client("scheduler").create_schedule(**{**schedule, "Name": f"late-{number}"})
        started = time.monotonic()
        wait_for(lambda: "Messages" in queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1))
        late.append(time.monotonic() - started)
    assert max(late) > 3


def log(stack: Stack) -> str:
    return StateFolder(stack.cloud.project).emulator_log.read_text(encoding="utf-8")


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        time.sleep(0.1)
