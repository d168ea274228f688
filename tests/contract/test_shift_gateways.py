"""The gateways of a shift against the embedded cloud: alarms, metrics, schedules, roles, calls."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, TypeAlias

import pytest

from sam_deploy.aws import (
    Alarms,
    Aws,
    AwsCallError,
    Calls,
    Endpoint,
    Functions,
    Metric,
    Role,
    Roles,
    Schedule,
    Schedules,
)
from sam_deploy.aws.schedules import UPDATE_ALIAS

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

REGION: Final = "eu-west-1"
ROLE: Final = "arn:aws:iam::000000000000:role/guard"
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
POLICY: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "lambda:UpdateAlias", "Resource": ["arn:one"]}],
}


@pytest.fixture
def aws(stack: Stack) -> Aws:
    return Aws(Endpoint("embedded", stack.cloud.endpoint, "", "test", "test"))


def alarm(stack: Stack, name: str) -> None:
    stack.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Shift",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )


def test_alarms_are_found_by_name_however_many(stack: Stack, aws: Aws) -> None:
    """DescribeAlarms takes a hundred names; one that does not exist is left out."""
    names = [f"shift-{number:03}" for number in range(103)]
    for name in names:
        alarm(stack, name)
    stack.client("cloudwatch").set_alarm_state(
        AlarmName=names[102], StateValue="ALARM", StateReason="5 of 5"
    )
    found = {each.name: each for each in Alarms(aws, REGION).states([*names, "not-there"])}
    assert set(names) == set(found)
    fires = found[names[102]]
    assert ("ALARM", "Shift", "5 of 5") == (fires.state, fires.namespace, fires.reason)
    assert "T" in fires.since
    assert fires.since.endswith("Z")
    assert "INSUFFICIENT_DATA" == found[names[0]].state
    stack.client("cloudwatch").delete_alarms(AlarmNames=names[:100])
    stack.client("cloudwatch").delete_alarms(AlarmNames=names[100:])


def test_no_names_are_no_call(aws: Aws) -> None:
    """DescribeAlarms without names would return every alarm of the account."""
    assert () == Alarms(aws, REGION).states([])


def test_calls_of_one_version_are_summed_by_the_minute(stack: Stack, aws: Aws) -> None:
    """As CloudWatch has them: by alias and executed version, from the minute of the start on."""
    dimensions = {"FunctionName": "Echo", "Resource": "Echo:prod", "ExecutedVersion": "1"}
    wanted = [Metric("AWS/Lambda", name, dimensions) for name in ("Invocations", "Errors")]
    none = Metric("AWS/Lambda", "Invocations", {**dimensions, "ExecutedVersion": "99"})

    def sums() -> list[float]:
        points = Alarms(aws, REGION).sums([*wanted, none], time.time() - 60, time.time() + 60)
        return [sum(value for _, value in each) for each in points]

    before = sums()
    for _ in range(3):
        stack.client("lambda").invoke(
            FunctionName="Echo", Qualifier="prod", Payload=b'{"version": "2.0"}'
        )
    assert [3, 0, 0] == [now - was for now, was in zip(sums(), before, strict=True)]


def test_a_schedule_is_made_moved_and_deleted(aws: Aws) -> None:
    """Each is safe to repeat, and says what was there."""
    schedules = Schedules(aws, REGION)
    later = time.time() + 3600
    made = Schedule("sd-test", later, UPDATE_ALIAS, {"FunctionName": "Echo"}, ROLE)
    assert not schedules.put(made)
    assert schedules.put(replace(made, at=later + 60))
    assert math.ceil(later + 60) == schedules.at("sd-test")
    assert schedules.delete("sd-test")
    assert not schedules.delete("sd-test")
    assert schedules.at("sd-test") is None


def test_a_schedule_is_written_as_scheduler_wants_it(stack: Stack, aws: Aws) -> None:
    """Once, in UTC, at its time, gone afterwards, and not repeated for a day."""
    at = 1_900_000_000
    given = {"FunctionName": "Echo", "RoutingConfig": {"AdditionalVersionWeights": {}}}
    Schedules(aws, REGION).put(Schedule("sd-form", at, UPDATE_ALIAS, given, ROLE, "why"))
    found = stack.client("scheduler").get_schedule(Name="sd-form", GroupName="default")
    assert ("at(2030-03-17T17:46:40)", "UTC", "DELETE", "why") == (
        found["ScheduleExpression"],
        found["ScheduleExpressionTimezone"],
        found["ActionAfterCompletion"],
        found["Description"],
    )
    assert given == json.loads(found["Target"]["Input"])
    assert {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 300} == (
        found["Target"]["RetryPolicy"]
    )
    Schedules(aws, REGION).delete("sd-form")


@pytest.fixture
def shared(stack: Stack, aws: Aws) -> Iterator[Functions]:
    """An alias of its own that serves two versions."""
    functions = Functions(aws, REGION)
    client = stack.client("lambda")
    client.create_alias(
        FunctionName="Echo",
        Name="shifting",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.3}},
    )
    yield functions
    client.delete_alias(FunctionName="Echo", Name="shifting")


@pytest.mark.slow
@pytest.mark.fault(7)
def test_a_schedule_takes_an_alias_back_at_its_time(aws: Aws, shared: Functions) -> None:
    """Nobody needs to live for that: the alias serves the old version alone, and says who did it.

    A schedule that was pushed forward does not run at its first time.
    """
    schedules = Schedules(aws, REGION)
    given = {
        "FunctionName": "Echo",
        "Name": "shifting",
        "FunctionVersion": "1",
        "Description": "sd:abc:1:restored",
        "RoutingConfig": {"AdditionalVersionWeights": {}},
    }
    begun = time.time()
    made = Schedule("sd-back", begun + 2, UPDATE_ALIAS, given, ROLE)
    schedules.put(made)
    schedules.put(replace(made, at=begun + 5))
    time.sleep(3.5)
    before = shared.alias("Echo", "shifting")
    assert before is not None
    assert (("2", 0.3),) == before.weights
    deadline = begun + 12
    while (found := shared.alias("Echo", "shifting")) and found.weights:
        assert time.time() < deadline
        time.sleep(0.2)
    assert found is not None
    assert ("1", (), "sd:abc:1:restored") == (found.version, found.weights, found.description)
    assert before.revision_id != found.revision_id
    assert time.time() - begun >= 5
    assert schedules.at("sd-back") is None


def test_a_role_is_made_once_and_kept_as_it_shall_be(stack: Stack, aws: Aws) -> None:
    """Who may only read can use one that is so already: nothing is written to it."""
    roles = Roles(aws, REGION)
    role = Role("sam-deploy-test-guard", "a test", TRUST, "move-aliases", POLICY, {"A": "b"})
    arn, wrote = roles.ensure(role)
    assert wrote
    assert arn.endswith(":role/sam-deploy-test-guard")
    assert (arn, False) == roles.ensure(role)
    other = json.loads(json.dumps(POLICY).replace("arn:one", "arn:two"))
    assert (arn, True) == roles.ensure(replace(role, policy=other))
    client = stack.client("iam")
    found = client.get_role_policy(RoleName=role.name, PolicyName="move-aliases")
    assert other == found["PolicyDocument"]
    client.update_assume_role_policy(
        RoleName=role.name, PolicyDocument=json.dumps(TRUST).replace("scheduler", "events")
    )
    assert (arn, True) == roles.ensure(role)
    assert TRUST == client.get_role(RoleName=role.name)["Role"]["AssumeRolePolicyDocument"]
    assert roles.delete(role.name, "move-aliases")
    assert not roles.delete(role.name, "move-aliases")


def test_a_version_is_called_by_its_number(aws: Aws) -> None:
    """Its answer comes back, and an error of the function is told from one of the call."""
    calls = Calls(aws, REGION)
    good = calls.call("Echo", "2", b'{"version": "2.0"}')
    assert "" == good.failed
    event = {"version": "2.0", "queryStringParameters": {"do": "raise"}}
    bad = calls.call("Echo", "2", json.dumps(event).encode())
    assert bad.failed
    assert bad.answer
    with pytest.raises(AwsCallError) as missing:
        calls.call("Echo", "99", b"{}")
    assert "ResourceNotFoundException" == missing.value.code
