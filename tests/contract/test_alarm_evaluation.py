"""Alarms are judged as CloudWatch judges them; and the faults without the patch.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pytest

pytestmark = pytest.mark.slow

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

HERE = [{"Name": "Place", "Value": "here"}]
THERE = [{"Name": "Place", "Value": "there"}]
TOPIC = "arn:aws:sns:eu-west-1:000000000000:told"


@contextmanager
def alarm(stack: Stack, metric: str, **settings: Any) -> Iterator[str]:
    """An alarm on a metric of its own exists inside the block."""
    given = {
        "Namespace": "Test",
        "MetricName": metric,
        "Dimensions": HERE,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        **settings,
    }
    if "ExtendedStatistic" in given:
        del given["Statistic"]
    metrics = stack.client("cloudwatch")
    metrics.put_metric_alarm(AlarmName=metric, **given)
    yield metric
    metrics.delete_alarms(AlarmNames=[metric])


def put(stack: Stack, metric: str, *values: float, age: float = 0, place: Any = HERE) -> None:
    """The metric has these values; `age` in seconds."""
    at = datetime.now(UTC) - timedelta(seconds=age)
    data = [
        {"MetricName": metric, "Value": each, "Timestamp": at, "Dimensions": place}
        for each in values
    ]
    stack.client("cloudwatch").put_metric_data(Namespace="Test", MetricData=data)


def state(stack: Stack, name: str) -> str:
    found = stack.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found[0]["StateValue"])


def test_an_alarm_comes_with_the_first_value_that_breaches(stack: Stack) -> None:
    """The period has not ended, and the alarm is there."""
    with alarm(stack, "AtOnce") as name:
        assert "OK" == state(stack, name)
        put(stack, name, 1)
        assert "ALARM" == state(stack, name)


@pytest.mark.long
def test_another_dimension_is_another_metric(stack: Stack) -> None:
    """Values of another place, or of none, are not this alarm's."""
    with alarm(stack, "Elsewhere") as name:
        put(stack, name, 5, place=THERE)
        put(stack, name, 5, place=[])
        assert "OK" == state(stack, name)


@pytest.mark.long
def test_another_unit_is_another_metric(stack: Stack) -> None:
    """An alarm with a unit counts values of that unit alone."""
    with alarm(stack, "InSeconds", Unit="Seconds") as name:
        put(stack, name, 5)
        assert "OK" == state(stack, name)


@pytest.mark.parametrize(
    ("settings", "values", "expected"),
    [
        ({"Statistic": "Sum", "Threshold": 6}, [1, 2, 3], "ALARM"),
        ({"Statistic": "Sum", "Threshold": 7}, [1, 2, 3], "OK"),
        ({"Statistic": "Average", "Threshold": 2}, [1, 2, 3], "ALARM"),
        ({"Statistic": "Average", "Threshold": 2.1}, [1, 2, 3], "OK"),
        ({"Statistic": "Maximum", "Threshold": 3}, [1, 2, 3], "ALARM"),
        ({"Statistic": "Minimum", "Threshold": 2}, [1, 2, 3], "OK"),
        ({"Statistic": "SampleCount", "Threshold": 3}, [1, 2, 3], "ALARM"),
        ({"ExtendedStatistic": "p50", "Threshold": 3}, [1, 2, 3], "OK"),
        ({"ExtendedStatistic": "p99", "Threshold": 90}, range(100), "ALARM"),
        ({"ComparisonOperator": "GreaterThanThreshold", "Threshold": 6}, [1, 2, 3], "OK"),
        ({"ComparisonOperator": "LessThanThreshold", "Statistic": "Minimum"}, [0, 5], "ALARM"),
        # A sum may still grow before its minute has ended.
        ({"ComparisonOperator": "LessThanThreshold", "Threshold": 9}, [1, 2, 3], "OK"),
    ],
)
@pytest.mark.long
def test_each_statistic_is_judged_over_its_period(
    stack: Stack, settings: dict[str, Any], values: list[float], expected: str
) -> None:
    """Statistic, percentile, comparison and threshold decide, over all values of the period."""
    before_the_minute_ends(5)
    with alarm(stack, "Statistics-" + str(time.time_ns()), **settings) as name:
        put(stack, name, *values)
        assert expected == state(stack, name)


@pytest.mark.long
def test_data_points_to_alarm_are_counted_by_period(stack: Stack) -> None:
    """Two of three periods: one that breaches is not enough, however often it does."""
    with alarm(stack, "TwoOfThree", EvaluationPeriods=3, DatapointsToAlarm=2) as name:
        put(stack, name, 1, 1, 1)
        assert "OK" == state(stack, name)
        put(stack, name, 1, age=120)
        assert "ALARM" == state(stack, name)


@pytest.mark.long
def test_a_sum_of_another_period_does_not_count(stack: Stack) -> None:
    """Two halves in two periods do not make one that breaches."""
    before_the_minute_ends(5)
    with alarm(stack, "Halves", Threshold=2, EvaluationPeriods=2, DatapointsToAlarm=1) as name:
        put(stack, name, 1)
        put(stack, name, 1, age=60)
        assert "OK" == state(stack, name)


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("missing", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA"),
        ("breaching", "ALARM"),
        ("notBreaching", "OK"),
    ],
)
@pytest.mark.long
def test_missing_data_is_treated_as_the_alarm_says(
    stack: Stack, missing: str, expected: str
) -> None:
    """An alarm without any data has its state without any call, and says so."""
    with alarm(stack, f"Nothing-{missing}", TreatMissingData=missing) as name:
        wait_for(lambda: state(stack, name) == expected)


@pytest.mark.long
def test_an_alarm_outlives_good_values_of_its_period(stack: Stack) -> None:
    """What came in between is not lost on one who looks every ten seconds."""
    before_the_minute_ends(5)
    with alarm(stack, "Flap", Statistic="Average") as name:
        put(stack, name, 1)
        assert "ALARM" == state(stack, name)
        put(stack, name, 0, 0, 0)
        assert "ALARM" == state(stack, name)


@pytest.mark.long
def test_a_value_that_comes_late_raises_an_alarm(stack: Stack) -> None:
    """A call that began in the last period and fails in this one counts for the last."""
    with alarm(stack, "Late") as name:
        put(stack, name, 0)
        assert "OK" == state(stack, name)
        put(stack, name, 1, age=60)
        assert "ALARM" == state(stack, name)


@pytest.mark.long
@pytest.mark.slow
def test_an_alarm_ends_by_itself_and_tells_so(stack: Stack) -> None:
    """Once its data lies behind the range, the time alone ends it; both changes are told."""
    queue = told(stack)
    actions = {"AlarmActions": [TOPIC], "OKActions": [TOPIC]}
    with alarm(stack, "Passing", Period=10, **actions) as name:
        put(stack, name, 1)
        wait_for(lambda: last_change(stack, name) == "Alarm updated from OK to ALARM")
        messages = received(stack, queue, 2)
        assert ("ALARM", "INSUFFICIENT_DATA", "OK") == (
            state(stack, name),
            messages[0]["OldStateValue"],
            messages[0]["NewStateValue"],
        )
        assert "ALARM" == messages[1]["NewStateValue"]
        assert "OK" == received(stack, queue, 1)[0]["NewStateValue"]
        assert "Alarm updated from ALARM to OK" == last_change(stack, name)


@pytest.mark.long
@pytest.mark.slow
def test_good_values_end_an_alarm_with_their_period(stack: Stack) -> None:
    """The next period is good, and when it has ended the alarm has."""
    with alarm(stack, "Recovering", Period=10) as name:
        put(stack, name, 1)
        raised = time.time()
        time.sleep(10 - raised % 10)
        put(stack, name, 0)
        assert "ALARM" == state(stack, name)
        wait_for(lambda: state(stack, name) == "OK")
        assert 9 < time.time() - (raised // 10 * 10 + 10) < 13


@pytest.mark.long
def test_a_forced_state_lasts_for_a_period(stack: Stack) -> None:
    """SetAlarmState holds against data and time, tells its actions, and then the data decides."""
    queue = told(stack)
    metrics = stack.client("cloudwatch")
    with alarm(stack, "Forced", Period=10, AlarmActions=[TOPIC]) as name:
        assert "OK" == state(stack, name)
        metrics.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a test")
        put(stack, name, 0)
        time.sleep(2.5)
        assert "ALARM" == state(stack, name)
        assert "a test" == received(stack, queue, 1)[0]["NewStateReason"]
        wait_for(lambda: state(stack, name) == "OK")


def test_errors_of_an_alias_raise_the_alarm_of_a_template(stack: Stack) -> None:
    """An alarm made by CloudFormation on the errors of `prod` leaves those of `dev` alone."""
    dimensions = [
        {"Name": "FunctionName", "Value": "Echo"},
        {"Name": "Resource", "Value": "Echo:prod"},
    ]
    properties = {
        "AlarmName": "echo-prod-errors",
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": dimensions,
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": before(stack, dimensions) + 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    template = {"Resources": {"A": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}}
    formation = stack.client("cloudformation")
    formation.create_stack(StackName="alarm", TemplateBody=json.dumps(template))
    waiter = formation.get_waiter("stack_create_complete")
    waiter.wait(StackName="alarm", WaiterConfig={"Delay": 0.2, "MaxAttempts": 100})
    try:
        fail(stack, "dev")
        time.sleep(1.5)
        assert "OK" == state(stack, "echo-prod-errors")
        fail(stack, "prod")
        wait_for(lambda: last_change(stack, "echo-prod-errors").endswith("OK to ALARM"), seconds=3)
    finally:
        formation.delete_stack(StackName="alarm")


@pytest.mark.long
def test_an_alarm_of_a_service_stays_silent_without_the_patch(unmended: Stack) -> None:
    """Without `alarm_evaluation` nobody looks at what the functions count."""
    errors = {
        "Namespace": "AWS/Lambda",
        "MetricName": "Errors",
        "Dimensions": [{"Name": "FunctionName", "Value": "Echo"}],
    }
    with alarm(unmended, "Silent", **errors) as name:
        fail(unmended, "prod")
        time.sleep(3)
        assert "INSUFFICIENT_DATA" == state(unmended, name)


@pytest.mark.long
def test_dimensions_and_periods_are_ignored_without_the_patch(unmended: Stack) -> None:
    """Without `alarm_evaluation` one value of another place is an alarm at two of three."""
    two = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2}
    with alarm(unmended, "Anywhere", **two) as name:
        put(unmended, name, 1, place=THERE)
        assert "ALARM" == state(unmended, name)


def before(stack: Stack, dimensions: list[dict[str, str]]) -> float:
    """The errors that other tests have made within the range that an alarm of 300 s looks at."""
    now = datetime.now(UTC)
    found = stack.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Errors",
        Dimensions=dimensions,
        StartTime=now - timedelta(minutes=20),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(each["Sum"] for each in found))


def fail(stack: Stack, alias: str) -> None:
    event = {"version": "2.0", "queryStringParameters": {"do": "raise"}}
    stack.client("lambda").invoke(
        FunctionName="Echo", Qualifier=alias, Payload=json.dumps(event).encode()
    )


def last_change(stack: Stack, name: str) -> str:
    """What the newest entry of the history says."""
    items = stack.client("cloudwatch").describe_alarm_history(
        AlarmName=name, HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    return str(items[0]["HistorySummary"])


def told(stack: Stack) -> str:
    """An empty queue that hears of everything that `TOPIC` is told."""
    topics, queues = stack.client("sns"), stack.client("sqs")
    queue = str(queues.create_queue(QueueName="told")["QueueUrl"])
    queues.purge_queue(QueueUrl=queue)
    topics.create_topic(Name="told")
    arn = "arn:aws:sqs:eu-west-1:000000000000:told"
    topics.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=arn)
    return queue


def received(stack: Stack, queue: str, count: int) -> list[dict[str, Any]]:
    """The next messages of the queue, in the order in which they were sent."""
    queues, found, deadline = stack.client("sqs"), list[dict[str, Any]](), time.monotonic() + 60
    while len(found) < count and time.monotonic() < deadline:
        answer = queues.receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            queues.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(json.loads(message["Body"])["Message"]))
    assert count == len(found)
    return found


def before_the_minute_ends(seconds: float) -> None:
    """There are that many seconds left of this minute."""
    left = 60 - time.time() % 60
    if left < seconds:
        time.sleep(left + 0.1)


def wait_for(condition: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not happen within {seconds} s")
        time.sleep(0.2)
