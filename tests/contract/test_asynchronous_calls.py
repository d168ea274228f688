"""The patch `asynchronous_calls`: tries, age, destinations and dead letters of calls by event.

A test named `..._without_the_patch` fails on the day the emulator does it right by itself. Then
the patch goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.contract.noting import FUNCTION, HERE, ROLE, Noting, Stack, arn_of, noting


@pytest.fixture
def noted(stack: Stack, tmp_path: Path) -> Iterator[Noting]:
    with noting(stack, tmp_path) as made:
        yield made


def test_what_fails_goes_to_the_destination_of_its_alias(noted: Noting) -> None:
    """Without retries it is one call, and the record is as AWS documents it."""
    noted.ruled(MaximumRetryAttempts=0)
    noted.invoke({"bad": 1})
    record = json.loads(noted.next_from(noted.given)["Body"])
    ((event, request_id, arn),) = noted.made()
    assert ({"bad": 1}, f"{FUNCTION}:dev") == (event, arn)
    context = {
        "requestId": request_id,
        "functionArn": f"{FUNCTION}:dev",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    assert ("1.0", context, event) == (
        record["version"],
        record["requestContext"],
        record["requestPayload"],
    )
    expected = {"statusCode": 200, "executedVersion": "1", "functionError": "Unhandled"}
    assert expected == record["responseContext"]
    assert "ValueError" == record["responsePayload"]["errorType"]


def test_what_succeeds_goes_to_its_own_destination(noted: Noting) -> None:
    """OnSuccess has what the function returned, and no error."""
    noted.ruled()
    noted.invoke({"good": 1})
    record = json.loads(noted.next_from(noted.done)["Body"])
    assert ("Success", {"done": True}, {"statusCode": 200, "executedVersion": "1"}) == (
        record["requestContext"]["condition"],
        record["responsePayload"],
        record["responseContext"],
    )


def by_invoke(noted: Noting) -> None:
    noted.invoke({"bad": "invoke"})


def by_rule(noted: Noting) -> None:
    events = noted.client("events")
    pattern = json.dumps({"source": ["noting"]})
    events.put_rule(Name="noting", EventPattern=pattern)
    events.put_targets(Rule="noting", Targets=[{"Id": "1", "Arn": f"{FUNCTION}:dev"}])
    entry = {"Source": "noting", "DetailType": "t", "Detail": '{"bad": "rule"}'}
    events.put_events(Entries=[entry])
    events.remove_targets(Rule="noting", Ids=["1"])
    events.delete_rule(Name="noting")


def by_topic(noted: Noting) -> None:
    topics = noted.client("sns")
    topic = topics.create_topic(Name="noting")["TopicArn"]
    topics.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=f"{FUNCTION}:dev")
    topics.publish(TopicArn=topic, Message="bad")
    topics.delete_topic(TopicArn=topic)


def by_upload(noted: Noting) -> None:
    storage = noted.client("s3")
    storage.create_bucket(
        Bucket="noting", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    wanted = {"LambdaFunctionArn": f"{FUNCTION}:dev", "Events": ["s3:ObjectCreated:*"]}
    storage.put_bucket_notification_configuration(
        Bucket="noting", NotificationConfiguration={"LambdaFunctionConfigurations": [wanted]}
    )
    storage.put_object(Bucket="noting", Key="bad.txt", Body=b"")
    storage.delete_object(Bucket="noting", Key="bad.txt")
    storage.delete_bucket(Bucket="noting")


def by_schedule(noted: Noting) -> None:
    noted.client("scheduler").create_schedule(
        Name="noting",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={"Arn": f"{FUNCTION}:dev", "RoleArn": ROLE, "Input": '{"bad": "schedule"}'},
    )


WAYS = [by_rule, by_topic, by_upload, by_schedule]
Way: TypeAlias = Callable[[Noting], None]


@pytest.mark.parametrize("way", WAYS)
def test_every_event_is_tried_by_the_rules_of_its_alias(noted: Noting, way: Way) -> None:
    """One retry is two calls with one request id, then the destination hears of it."""
    noted.ruled(MaximumRetryAttempts=1)
    way(noted)
    record = json.loads(noted.next_from(noted.given)["Body"])
    calls = noted.made()
    assert (2, 1) == (len(calls), len({request_id for _, request_id, _ in calls}))
    assert ("RetriesExhausted", 2, calls[0][0]) == (
        record["requestContext"]["condition"],
        record["requestContext"]["approximateInvokeCount"],
        record["requestPayload"],
    )


@pytest.mark.slow
@pytest.mark.parametrize("way", [by_invoke, *WAYS])
def test_an_event_is_tried_three_times_where_nothing_is_set(noted: Noting, way: Way) -> None:
    """Two retries, as on AWS, then it is gone."""
    way(noted)
    deadline = time.monotonic() + 15
    while len(noted.made()) < 3 and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(5)
    assert 3 == len(noted.made())


def test_a_dead_letter_is_the_event_itself(noted: Noting) -> None:
    """With the request id and the error as attributes. The queue belongs to the version."""
    functions = noted.client("lambda")
    functions.update_function_configuration(
        FunctionName="Noting", DeadLetterConfig={"TargetArn": arn_of(noted.given)}
    )
    functions.put_function_event_invoke_config(FunctionName="Noting", MaximumRetryAttempts=0)
    noted.invoke({"bad": 1}, FunctionName="Noting")
    message = noted.next_from(noted.given)
    found = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    expected = {
        "RequestID": noted.made()[0][1],
        "ErrorCode": "200",
        "ErrorMessage": "this one is bad",
    }
    assert ({"bad": 1}, expected) == (json.loads(message["Body"]), found)


def test_a_function_that_may_never_run_is_not_tried(noted: Noting) -> None:
    """With a reserved concurrency of 0 its events go to the destination at once."""
    noted.ruled(MaximumRetryAttempts=0)
    functions = noted.client("lambda")
    functions.put_function_concurrency(FunctionName="Noting", ReservedConcurrentExecutions=0)
    noted.invoke({"good": 1})
    record = json.loads(noted.next_from(noted.given)["Body"])
    assert ("ZeroReservedConcurrency", 0) == (
        record["requestContext"]["condition"],
        record["requestContext"]["approximateInvokeCount"],
    )
    assert [] == noted.made()


def test_a_bus_is_told_of_failures(noted: Noting) -> None:
    """As an event of the source `lambda`."""
    events, bus = noted.client("events"), f"arn:aws:events:{HERE}:event-bus/default"
    events.put_rule(Name="failures", EventPattern=json.dumps({"source": ["lambda"]}))
    events.put_targets(Rule="failures", Targets=[{"Id": "1", "Arn": arn_of(noted.done)}])
    noted.client("lambda").put_function_event_invoke_config(
        FunctionName="Noting",
        Qualifier="dev",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": bus}},
    )
    noted.invoke({"bad": 1})
    event = json.loads(noted.next_from(noted.done)["Body"])
    events.remove_targets(Rule="failures", Ids=["1"])
    events.delete_rule(Name="failures")
    assert ("Lambda Function Invocation Result - Failure", {"bad": 1}) == (
        event["detail-type"],
        event["detail"]["requestPayload"],
    )


@pytest.mark.slow
def test_the_rules_of_an_alias_are_not_read_without_the_patch(
    unmended: Stack, tmp_path: Path
) -> None:
    """Without `asynchronous_calls` three calls are made, and no destination hears of them."""
    with noting(unmended, tmp_path) as noted:
        noted.ruled(MaximumRetryAttempts=0)
        noted.invoke({"bad": 1})
        time.sleep(6)
        found = noted.client("sqs").receive_message(QueueUrl=noted.given)
        assert (3, []) == (len(noted.made()), found.get("Messages", []))


@pytest.mark.slow
@pytest.mark.parametrize("way", [by_rule, by_topic])
def test_events_are_not_tried_again_without_the_patch(
    unmended: Stack, tmp_path: Path, way: Way
) -> None:
    """Without `asynchronous_calls` an event that fails is called once and lost."""
    with noting(unmended, tmp_path) as noted:
        way(noted)
        time.sleep(6)
        assert 1 == len(noted.made())
