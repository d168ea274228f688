from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.checks.audit import audit

Found = list[tuple[str, str, str]]


def hits(rule: str, resources: dict[str, Any], **sections: Any) -> Found:
    document = {"Resources": resources, **sections}
    return [(e.severity, e.logical_id, e.where) for e in audit(document) if e.rule == rule]


def one(kind: str, /, **properties: Any) -> dict[str, Any]:
    return {"X": {"Type": kind, "Properties": properties}}


QUEUE = "AWS::SQS::Queue"


def read(visible: Any, runs: Any, function: str = "AWS::Lambda::Function") -> dict[str, Any]:
    timeout = {} if runs is None else {"Timeout": runs}
    waits = {} if visible is None else {"VisibilityTimeout": visible}
    source = {"EventSourceArn": {"Fn::GetAtt": ["Q", "Arn"]}, "FunctionName": {"Ref": "A"}}
    return {
        "Q": {"Type": QUEUE, "Properties": waits},
        "F": {"Type": function, "Properties": timeout},
        "A": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "F"}}},
        "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": source},
    }


@pytest.mark.parametrize(
    ("visible", "runs", "rule", "severity"),
    [
        (29, 30, "visibility-below-timeout", "error"),
        (30, 30, "visibility-timeout", "warning"),
        (179, 30, "visibility-timeout", "warning"),
        (None, 31, "visibility-below-timeout", "error"),
        (17, None, "visibility-timeout", "warning"),
        ({"Ref": "Seconds"}, 900, "visibility-below-timeout", "error"),
    ],
)
def test_a_queue_waits_longer_than_its_function_works(
    visible: Any, runs: Any, rule: str, severity: str
) -> None:
    """Through the alias; AWS's defaults (30 s and 3 s) and parameters' count."""
    given = {"Seconds": {"Type": "Number", "Default": "60"}}
    found = hits(rule, read(visible, runs), Parameters=given)
    assert [(severity, "Q", "VisibilityTimeout")] == found


def test_six_times_is_enough_and_the_unknown_is_left_alone() -> None:
    """What a deployment says only then is neither right nor wrong."""
    for given in (read(180, 30), read({"Ref": "Seconds"}, 30), read(None, None)):
        assert [] == hits("visibility-timeout", given)
        assert [] == hits("visibility-below-timeout", given)


def test_events_of_sam_read_queues_too_with_the_timeout_of_globals() -> None:
    """SAM's function names the queue in its events."""
    event = {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}}}
    resources = {
        "Q": {"Type": QUEUE},
        "F": {"Type": "AWS::Serverless::Function", "Properties": {"Events": {"E": event}}},
    }
    found = hits("visibility-below-timeout", resources, Globals={"Function": {"Timeout": 60}})
    assert [("error", "Q", "VisibilityTimeout")] == found


def test_a_queue_needs_a_dead_letter_queue_unless_it_is_one() -> None:
    """Of a queue, of a function, of a rule: whoever sends its failures there."""
    arn = {"Fn::GetAtt": ["Dead", "Arn"]}
    main = {"Type": QUEUE, "Properties": {"RedrivePolicy": {"deadLetterTargetArn": arn}}}
    dead = {"Type": QUEUE}
    targets = {"Targets": [{"DeadLetterConfig": {"Arn": arn}}]}
    rule = {"Type": "AWS::Events::Rule", "Properties": targets}
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"DeadLetterConfig": {"TargetArn": arn}},
    }
    for other in (main, rule, function):
        assert [] == hits("queue-dead-letter", {"Dead": dead, "Other": other})
    alone = hits("queue-dead-letter", {"Dead": dead})
    assert [("warning", "Dead", "RedrivePolicy")] == alone


@pytest.mark.parametrize(
    ("kind", "properties", "where"),
    [
        (QUEUE, {"QueueName": "jobs", "FifoQueue": True}, "QueueName"),
        (QUEUE, {"QueueName": "jobs.fifo"}, "FifoQueue"),
        (QUEUE, {"ContentBasedDeduplication": True}, "ContentBasedDeduplication"),
        ("AWS::SNS::Topic", {"TopicName": "news", "FifoTopic": True}, "TopicName"),
    ],
)
def test_a_fifo_name_and_a_fifo_queue_go_together(
    kind: str, properties: dict[str, Any], where: str
) -> None:
    """AWS refuses one without the other in the middle of a deployment."""
    assert [("error", "X", where)] == hits("fifo-mismatch", one(kind, **properties))


def test_both_ends_of_a_fifo_queue_are_fifo() -> None:
    """Its dead-letter queue and the topic that feeds it."""
    resources = {
        "Main": {
            "Type": QUEUE,
            "Properties": {
                "FifoQueue": True,
                "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}},
            },
        },
        "Dead": {"Type": QUEUE},
        "Topic": {"Type": "AWS::SNS::Topic"},
        "S": {
            "Type": "AWS::SNS::Subscription",
            "Properties": {
                "TopicArn": {"Ref": "Topic"},
                "Endpoint": {"Fn::GetAtt": ["Main", "Arn"]},
            },
        },
    }
    expected = [
        ("error", "Main", "RedrivePolicy.deadLetterTargetArn"),
        ("error", "S", "Endpoint"),
    ]
    assert expected == hits("fifo-mismatch", resources)


def test_a_fifo_queue_has_small_batches_without_a_window() -> None:
    """Lambda: ten messages, no batching window."""
    resources = read(900, 30)
    resources["Q"]["Properties"]["FifoQueue"] = True
    resources["M"]["Properties"] |= {"BatchSize": 11, "MaximumBatchingWindowInSeconds": 5}
    expected = [("error", "M", "BatchSize"), ("error", "M", "MaximumBatchingWindowInSeconds")]
    assert expected == hits("fifo-mismatch", resources)
    resources["M"]["Properties"] = resources["M"]["Properties"] | {
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 0,
    }
    assert [] == hits("fifo-mismatch", resources)
