"""Calls are counted in CloudWatch, and read as on AWS; and the faults without the patches.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import httpx
import pytest

pytestmark = pytest.mark.slow

Stack: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Dimensions: TypeAlias = dict[str, str]

FUNCTION = {"FunctionName": "Echo"}
PROD = {**FUNCTION, "Resource": "Echo:prod"}
STAGING = {**FUNCTION, "Resource": "Echo:staging"}
PROD_1 = {**PROD, "ExecutedVersion": "1"}
NAMES = ("Invocations", "Errors", "Throttles", "Duration")


def test_a_call_of_an_alias_is_counted_by_alias_and_by_version(stack: Stack) -> None:
    """With `function_metrics`, one call is one under each set of dimensions that AWS writes."""
    sets = (FUNCTION, PROD, PROD_1)
    before = [counts(stack, each) for each in sets]
    invoke(stack, "prod")
    assert [(1, 0, 0, 1)] * 3 == [
        added(stack, each, old) for each, old in zip(sets, before, strict=True)
    ]


def test_a_call_of_a_version_has_no_executed_version(stack: Stack) -> None:
    """AWS writes `ExecutedVersion` for aliases only; the resource is the function and version."""
    resource = {**FUNCTION, "Resource": "Echo:2"}
    before = counts(stack, resource)
    invoke(stack, "2")
    assert (1, 0, 0, 1) == added(stack, resource, before)
    assert (0, 0, 0, 0) == counts(stack, {**resource, "ExecutedVersion": "2"})


def test_a_call_without_an_alias_is_counted_for_the_function(stack: Stack) -> None:
    """The resource of an unqualified call is the function's name; all functions have no name."""
    resource = {**FUNCTION, "Resource": "Echo"}
    before, everywhere = counts(stack, resource), counts(stack, {})
    invoke(stack, None)
    assert (1, 0, 0, 1) == added(stack, resource, before)
    assert (1, 0, 0, 1) == added(stack, {}, everywhere)


def test_a_function_error_is_an_error(stack: Stack) -> None:
    """A call that raises counts as an invocation and an error; a good one as an error of 0."""
    before = counts(stack, PROD_1)
    invoke(stack, "prod", "raise")
    assert (1, 1, 0, 1) == added(stack, PROD_1, before)
    assert [0.0, 1.0] == [
        statistic(stack, "Errors", PROD_1, each) for each in ("Minimum", "Maximum")
    ]


def test_a_timeout_is_an_error_and_lasts_the_timeout(stack: Stack) -> None:
    """A call that is cut off counts as an error, with the function's timeout as its duration."""
    functions = stack.client("lambda")
    functions.update_function_configuration(FunctionName="Echo", Timeout=1)
    try:
        functions.get_waiter("function_updated_v2").wait(FunctionName="Echo")
        resource = {**FUNCTION, "Resource": "Echo"}
        before = counts(stack, resource)
        invoke(stack, None, "sleep", seconds="5")
        assert (1, 1, 0, 1) == added(stack, resource, before)
        assert 1000 == statistic(stack, "Duration", resource, "Maximum")
    finally:
        functions.update_function_configuration(FunctionName="Echo", Timeout=20)


def test_a_throttled_call_is_no_invocation(stack: Stack) -> None:
    """A 429 counts as a throttle of the alias, and as nothing else."""
    functions = stack.client("lambda")
    functions.put_function_concurrency(FunctionName="Echo", ReservedConcurrentExecutions=0)
    before = counts(stack, PROD)
    try:
        with pytest.raises(functions.exceptions.TooManyRequestsException):
            invoke(stack, "prod")
    finally:
        functions.delete_function_concurrency(FunctionName="Echo")
    assert (0, 0, 1, 0) == added(stack, PROD, before)


def test_a_duration_is_that_of_the_handler(stack: Stack) -> None:
    """The duration is in milliseconds and leaves out the start of the worker."""
    functions = stack.client("lambda")
    # an alias of its own: other tests call dev, and for longer
    functions.create_alias(FunctionName="Echo", Name="timed", FunctionVersion="1")
    for _ in range(9):
        invoke(stack, "timed")
    invoke(stack, "timed", "sleep", seconds="0.4")
    timed = {**FUNCTION, "Resource": "Echo:timed"}
    middle, longest = (statistic(stack, "Duration", timed, each) for each in ("p50", "Maximum"))
    functions.delete_alias(FunctionName="Echo", Name="timed")
    assert middle < 100
    assert 400 <= longest < 900
    assert middle < statistic(stack, "Duration", timed, "p99") <= longest


def test_a_weighted_alias_is_counted_by_the_version_that_ran(stack: Stack) -> None:
    """`ExecutedVersion` tells the two versions of a canary apart."""
    functions, prod_2 = stack.client("lambda"), {**PROD, "ExecutedVersion": "2"}
    shares = {"AdditionalVersionWeights": {"2": 1.0}}
    before = [counts(stack, PROD), counts(stack, PROD_1), counts(stack, prod_2)]
    functions.update_alias(FunctionName="Echo", Name="prod", RoutingConfig=shares)
    try:
        invoke(stack, "prod")
    finally:
        shares = {"AdditionalVersionWeights": {}}
        functions.update_alias(FunctionName="Echo", Name="prod", RoutingConfig=shares)
    after = [added(stack, *each) for each in zip((PROD, PROD_1, prod_2), before, strict=True)]
    assert [(1, 0, 0, 1), (0, 0, 0, 0), (1, 0, 0, 1)] == after


def by_gateway(stack: Stack) -> None:
    httpx.get(stack.stage("staging") + "/api/metrics", trust_env=False).raise_for_status()


def by_sqs(stack: Stack) -> None:
    stack.client("sqs").send_message(QueueUrl=stack.outputs["Work"], MessageBody="work")


def by_sns(stack: Stack) -> None:
    stack.client("sns").publish(TopicArn=stack.outputs["Topic"], Message="hello")


def by_eventbridge(stack: Stack) -> None:
    entry = {"Source": "test", "DetailType": "test", "Detail": "{}"}
    stack.client("events").put_events(Entries=[entry])


def later(stack: Stack) -> None:
    stack.client("lambda").invoke(FunctionName="Echo", Qualifier="staging", InvocationType="Event")


SOURCES = [by_gateway, by_sqs, by_sns, by_eventbridge, later]


@pytest.mark.parametrize("call", SOURCES)
def test_every_way_to_call_is_counted_once(stack: Stack, call: Callable[[Stack], None]) -> None:
    """A request, a queue, a topic, a rule and an asynchronous call count under the alias."""
    before = counts(stack, STAGING)
    call(stack)
    wait_for(lambda: added(stack, STAGING, before)[0] == 1)
    time.sleep(0.3)
    assert (1, 0, 0, 1) == added(stack, STAGING, before)


def test_calls_of_another_region_are_counted_there(stack: Stack) -> None:
    """CloudWatch of another region knows nothing of the calls of this one."""
    invoke(stack, "prod")
    elsewhere = stack.client("cloudwatch", "us-east-1")
    found = elsewhere.list_metrics(Namespace="AWS/Lambda", MetricName="Invocations")["Metrics"]
    assert [] == [
        each for each in found if {"Name": "FunctionName", "Value": "Echo"} in each["Dimensions"]
    ]


def test_metric_statistics_say_the_same(stack: Stack) -> None:
    """GetMetricStatistics answers by exact dimensions, with percentiles."""
    invoke(stack, "prod")
    data = counts(stack, PROD)
    start, end = window()
    found = stack.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Duration",
        Dimensions=listed(PROD),
        StartTime=start,
        EndTime=end,
        Period=86400,
        Statistics=["SampleCount"],
        ExtendedStatistics=["p99"],
    )["Datapoints"]
    assert data[3] == sum(each["SampleCount"] for each in found)
    assert all(each["ExtendedStatistics"]["p99"] > 0 for each in found)


def test_the_newest_value_comes_first(stack: Stack) -> None:
    """GetMetricData begins with the newest value unless it is asked for the oldest."""
    metrics = stack.client("cloudwatch")
    now = datetime.now(UTC)
    data = [
        {"MetricName": "Order", "Value": age, "Timestamp": now - timedelta(minutes=age)}
        for age in (1, 2, 3)
    ]
    metrics.put_metric_data(Namespace="Test", MetricData=data)
    read = {"StartTime": now - timedelta(minutes=9), "EndTime": now}
    asked = [query("Test", "Order", {}, "Sum", 60)]
    newest = metrics.get_metric_data(MetricDataQueries=asked, **read)
    oldest = metrics.get_metric_data(MetricDataQueries=asked, ScanBy="TimestampAscending", **read)
    assert [[1, 2, 3], [3, 2, 1]] == [
        each["MetricDataResults"][0]["Values"] for each in (newest, oldest)
    ]


def test_a_time_to_start_from_is_rounded_to_its_minute(stack: Stack) -> None:
    """What came earlier in the minute of `StartTime` is in the answer, as on AWS."""
    metrics = stack.client("cloudwatch")
    now = datetime.now(UTC).replace(second=30)
    data = [{"MetricName": "Rounded", "Value": 1, "Timestamp": now - timedelta(seconds=20)}]
    metrics.put_metric_data(Namespace="Test", MetricData=data)
    found = metrics.get_metric_data(
        MetricDataQueries=[query("Test", "Rounded", {}, "Sum", 60)],
        StartTime=now,
        EndTime=now + timedelta(minutes=1),
    )
    assert [1] == found["MetricDataResults"][0]["Values"]


def test_counting_costs_next_to_nothing(stack: Stack) -> None:
    """A warm call of a silent function stays well under 40 ms."""
    assert min(seconds(stack) for _ in range(12)) < 0.04


def test_an_alias_is_not_counted_without_the_patch(unmended: Stack) -> None:
    """Without `function_metrics` a call of an alias counts for the function alone."""
    before = counts(unmended, FUNCTION)
    invoke(unmended, "prod")
    assert 1 == added(unmended, FUNCTION, before)[0]
    assert [(0, 0, 0, 0)] * 2 == [counts(unmended, PROD), counts(unmended, PROD_1)]


@pytest.mark.parametrize("call", [by_sqs, by_sns, by_eventbridge])
def test_an_event_is_not_counted_without_the_patch(
    unmended: Stack, call: Callable[[Stack], None]
) -> None:
    """Without `function_metrics` calls by queues, topics and rules are not counted at all."""
    before = counts(unmended, FUNCTION)
    call(unmended)
    unmended.next_seen(lambda _: True)
    assert (0, 0, 0, 0) == added(unmended, FUNCTION, before)


def test_metrics_are_added_up_without_the_patch(unmended: Stack) -> None:
    """Without `metric_readings` the metric without dimensions is the sum of all, oldest first."""
    metrics = unmended.client("cloudwatch")
    now = datetime.now(UTC)
    data = [
        {"MetricName": "Mixed", "Value": 5, "Timestamp": now - timedelta(minutes=2)},
        {
            "MetricName": "Mixed",
            "Value": 7,
            "Timestamp": now - timedelta(minutes=4),
            "Dimensions": listed(FUNCTION),
        },
    ]
    metrics.put_metric_data(Namespace="Test", MetricData=data)
    found = metrics.get_metric_data(
        MetricDataQueries=[query("Test", "Mixed", {}, "Sum", 60)],
        StartTime=now - timedelta(minutes=9),
        EndTime=now,
    )
    assert [7, 5] == found["MetricDataResults"][0]["Values"]


def counts(stack: Stack, dimensions: Dimensions) -> tuple[int, ...]:
    """Sums of invocations, errors and throttles, and how many durations there are.

    One request asks for all of them.
    """
    start, end = window()
    queries = [
        query("AWS/Lambda", name, dimensions, "SampleCount" if name == "Duration" else "Sum")
        for name in NAMES
    ]
    found = stack.client("cloudwatch").get_metric_data(
        MetricDataQueries=queries, StartTime=start, EndTime=end
    )["MetricDataResults"]
    sums = {each["Id"]: sum(each["Values"]) for each in found}
    return tuple(int(sums[name.lower()]) for name in NAMES)


def added(stack: Stack, dimensions: Dimensions, before: tuple[int, ...]) -> tuple[int, ...]:
    after = counts(stack, dimensions)
    return tuple(now - old for now, old in zip(after, before, strict=True))


def statistic(stack: Stack, name: str, dimensions: Dimensions, wanted: str) -> float:
    start, end = window()
    found = stack.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query("AWS/Lambda", name, dimensions, wanted)],
        StartTime=start,
        EndTime=end,
    )
    return float(found["MetricDataResults"][0]["Values"][0])


def query(
    namespace: str, name: str, dimensions: Dimensions, wanted: str, period: int = 86400
) -> dict[str, Any]:
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": listed(dimensions)}
    stat = {"Metric": metric, "Period": period, "Stat": wanted}
    return {"Id": name.lower(), "MetricStat": stat}


def listed(dimensions: Dimensions) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]


def window() -> tuple[datetime, datetime]:
    """A whole day on both sides of now, so that no period ends within a test."""
    now = datetime.now(UTC)
    return now - timedelta(days=1), now + timedelta(days=1)


def invoke(stack: Stack, qualifier: str | None, do: str = "", **values: str) -> None:
    event = {"version": "2.0", "queryStringParameters": {"do": do, **values}}
    qualified = {"Qualifier": qualifier} if qualifier else {}
    stack.client("lambda").invoke(
        FunctionName="Echo", Payload=json.dumps(event).encode(), **qualified
    )


def seconds(stack: Stack) -> float:
    started = time.perf_counter()
    invoke(stack, "dev")
    return time.perf_counter() - started


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("it did not happen within 20 s")
        time.sleep(0.1)
