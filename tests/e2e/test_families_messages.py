"""Everything that carries messages, deployed for real: FIFO, topics, a bus, rules, a schedule."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""
Until: TypeAlias = Callable[..., Any]

pytestmark = pytest.mark.long

REGION = "eu-west-1"
ACCOUNT = "000000000000"
CONFIG = """
from sam_deploy import (
    App, Environment, EventBus, FeatureSet, Function, Queue, Rule, Subscription, Topic, on_event,
    on_queue, on_schedule, on_topic,
)

app = App(
    name="post",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    queues=[
        Queue("Inbox", visibility_timeout_seconds=60),
        Queue("Line", fifo=True, content_based_deduplication=True, visibility_timeout_seconds=60),
        Queue("Seen"),
        Queue("Lost"),
    ],
    topics=[
        Topic("News", subscriptions=[Subscription("sqs", "Inbox", filter={"to": ["queue"]})]),
        Topic("Chain", fifo=True, subscriptions=[Subscription("sqs", "Line", raw=True)]),
        Topic("Told"),
    ],
    event_buses=[EventBus("Events", archive_days=1)],
    rules=[
        Rule("Forward", "Inbox", bus="Events", detail_types=["Forwarded"]),
        Rule("Ordered", "Line", bus="Events", detail_types=["Ordered"], message_group="all"),
        Rule("Tell", "Told", bus="Events", pattern={"source": [{"prefix": "post."}]}),
    ],
    functions=[
        Function(
            "Recorder",
            source="functions/Recorder",
            timeout_seconds=10,
            uses=["Seen.write"],
            triggers=[
                on_queue("Inbox", batch_size=1, max_concurrency=2),
                on_queue("Line", batch_size=1),
                on_topic("News", filter={"to": ["function"]}),
                on_topic("Told", dead_letter_queue="Lost"),
                on_event(detail_types=["Called"], bus="Events", dead_letter_queue="Lost"),
                on_schedule(
                    "rate(1 minute)", input={"tick": True}, environments=["prod"],
                    dead_letter_queue="Lost",
                ),
            ],
        )
    ],
)
"""
HANDLER = '''
import json

import boto3
from sam_deploy_runtime import environment


def handler(event, context):
    """Say to the environment's queue what called, and by which alias."""
    queues = boto3.client("sqs")
    url = queues.get_queue_url(QueueName=f"Seen{environment().title()}Q")["QueueUrl"]
    alias = context.invoked_function_arn.rpartition(":")[2]
    queues.send_message(QueueUrl=url, MessageBody=json.dumps({"alias": alias, "event": event}))
    return {"batchItemFailures": []}
'''


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[[Any], Project]) -> Project:
    """The app, deployed once for all tests of this module."""
    folder = tmp_path_factory.mktemp("e2e") / "post"
    source = folder / "functions" / "Recorder"
    source.mkdir(parents=True)
    (folder / "deploy.py").write_text(CONFIG, encoding="utf-8")
    (source / "handler.py").write_text(HANDLER, encoding="utf-8")
    return deployed(folder)


def seen(project: Project, environment: str) -> list[dict[str, Any]]:
    """Return what the function of an environment has been called with so far."""
    found: list[dict[str, Any]] = project.known.setdefault(("seen", environment), [])
    client = project.client("sqs", REGION)
    url = client.get_queue_url(QueueName=f"Seen{environment.title()}Q")["QueueUrl"]
    while messages := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in messages:
            found.append(json.loads(each["Body"]))
            client.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found


def heard(project: Project, environment: str, mark: str) -> list[dict[str, Any]]:
    """Return the calls of an environment that carry a mark."""
    return [each for each in seen(project, environment) if mark in json.dumps(each["event"])]


def put(project: Project, bus: str, detail_type: str, source: str, mark: str) -> None:
    """Put an event on a bus."""
    entry = {
        "EventBusName": bus,
        "Source": source,
        "DetailType": detail_type,
        "Detail": json.dumps({"mark": mark}),
    }
    answer = project.client("events", REGION).put_events(Entries=[entry])
    assert 0 == answer["FailedEntryCount"]


def test_the_archive_is_left_out_and_told(post: Project) -> None:
    """The emulator knows no archives; everything else of the theme was made."""
    assert "AWS::Events::Archive" in post.first.err
    rules = post.client("events", REGION).list_rules(EventBusName="post-Events-prod")["Rules"]
    assert [
        "post-Forward-prod",
        "post-Ordered-prod",
        "post-Recorder-Called-prod",
        "post-Tell-prod",
    ] == sorted(each["Name"] for each in rules)


def test_a_topic_reaches_the_queue_of_its_environment(post: Project, until: Until) -> None:
    """SNS to SQS to the alias of prod, past the filter; dev hears nothing."""
    mark = uuid.uuid4().hex
    post.client("sns", REGION).publish(
        TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:post-News-prod",
        Message=mark,
        MessageAttributes={"to": {"DataType": "String", "StringValue": "queue"}},
    )
    (call,) = until("the message", lambda: heard(post, "prod", mark))
    assert ("prod", "aws:sqs") == (call["alias"], call["event"]["Records"][0]["eventSource"])
    assert [] == heard(post, "dev", mark)


def test_a_topic_calls_the_alias_of_its_environment(post: Project, until: Until) -> None:
    """SNS to the alias of dev, by the other filter."""
    mark = uuid.uuid4().hex
    post.client("sns", REGION).publish(
        TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:post-News-dev",
        Message=mark,
        MessageAttributes={"to": {"DataType": "String", "StringValue": "function"}},
    )
    (call,) = until("the message", lambda: heard(post, "dev", mark))
    assert ("dev", "aws:sns") == (call["alias"], call["event"]["Records"][0]["EventSource"])
    assert [] == heard(post, "prod", mark)


def test_a_fifo_topic_keeps_the_order_of_its_messages(post: Project, until: Until) -> None:
    """FIFO topic, FIFO queue, batches of one: called in the order sent."""
    mark = uuid.uuid4().hex
    for number in ("1", "2", "3"):
        post.client("sns", REGION).publish(
            TopicArn=f"arn:aws:sns:{REGION}:{ACCOUNT}:post-Chain-dev.fifo",
            Message=f"{mark} {number}",
            MessageGroupId="all",
            MessageDeduplicationId=f"{mark}{number}",
        )
    calls = until("three calls", lambda: (c := heard(post, "dev", mark)) and len(c) >= 3 and c)
    bodies = [each["event"]["Records"][0]["body"] for each in calls]
    assert [f"{mark} {number}" for number in ("1", "2", "3")] == bodies


def test_a_rule_forwards_to_the_queue_of_its_environment(post: Project, until: Until) -> None:
    """EventBridge to SQS to the alias, of this account's events."""
    mark = uuid.uuid4().hex
    put(post, "post-Events-prod", "Forwarded", "shop", mark)
    (call,) = until("the event", lambda: heard(post, "prod", mark))
    assert "prod" == call["alias"]
    event = json.loads(call["event"]["Records"][0]["body"])
    assert ("Forwarded", ACCOUNT) == (event["detail-type"], event["account"])
    assert [] == heard(post, "dev", mark)


def test_a_rule_fills_a_fifo_queue_with_its_group(post: Project, until: Until) -> None:
    """The message group goes along."""
    mark = uuid.uuid4().hex
    put(post, "post-Events-dev", "Ordered", "shop", mark)
    (call,) = until("the event", lambda: heard(post, "dev", mark))
    assert "all" == call["event"]["Records"][0]["attributes"]["MessageGroupId"]


def test_a_rule_tells_a_topic_and_the_topic_a_function(post: Project, until: Until) -> None:
    """EventBridge to SNS to the alias, by a prefix of the source."""
    mark = uuid.uuid4().hex
    put(post, "post-Events-dev", "Anything", "post.till", mark)
    put(post, "post-Events-dev", "Anything", "other.till", f"not {mark}")
    (call,) = until("the event", lambda: heard(post, "dev", mark))
    assert ("dev", "aws:sns") == (call["alias"], call["event"]["Records"][0]["EventSource"])


def test_an_event_calls_the_alias_of_its_environment(post: Project, until: Until) -> None:
    """C21: an event on prod's bus reaches prod's version alone."""
    mark = uuid.uuid4().hex
    put(post, "post-Events-prod", "Called", "shop", mark)
    (call,) = until("the event", lambda: heard(post, "prod", mark))
    assert ("prod", "Called") == (call["alias"], call["event"]["detail-type"])
    assert [] == heard(post, "dev", mark)


def test_a_schedule_calls_its_alias_with_its_input(post: Project, until: Until) -> None:
    """In prod, where it was asked for, and not in dev."""
    scheduler = post.client("scheduler", REGION)
    names = [each["Name"] for each in scheduler.list_schedules()["Schedules"]]
    assert ["post-Recorder-prod"] == names
    schedule = scheduler.get_schedule(Name="post-Recorder-prod")
    assert (
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:RecorderFunction:prod"
        == (schedule["Target"]["Arn"])
    )
    (call, *_) = until("the schedule", lambda: heard(post, "prod", '"tick"'), at_most_seconds=150)
    assert {"alias": "prod", "event": {"tick": True}} == call
    assert [] == heard(post, "dev", '"tick"')


def test_nothing_changes_when_nothing_changed(post: Project) -> None:
    """A second deployment of the same configuration has no changes."""
    again = post.deploy()
    assert 0 == again.code, again.err
    assert "no changes" in again.err.lower()
