"""Queues, topics, buses, rules and schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export import source
from sam_deploy.export.source import flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule, snake
from sam_deploy.export.terraform.rules import constant, encoded, nest, nothing, tags, to
from sam_deploy.export.terraform.values import Argument, Attribute, Encoded, Resource, Text

_RETRY: Final[Mapping[str, Rule]] = {
    "MaximumRetryAttempts": to("maximum_retry_attempts"),
    "MaximumEventAgeInSeconds": to("maximum_event_age_in_seconds"),
}
_DEAD_LETTERS: Final[Mapping[str, Rule]] = {"Arn": to("arn")}
_TARGET: Final[Mapping[str, Rule]] = {
    "Id": to("target_id"),
    "Arn": to("arn"),
    "RoleArn": to("role_arn"),
    "Input": to("input"),
    "InputPath": to("input_path"),
    "RetryPolicy": nest("retry_policy", _RETRY),
    "DeadLetterConfig": nest("dead_letter_config", _DEAD_LETTERS),
    "SqsParameters": nest("sqs_target", {"MessageGroupId": to("message_group_id")}),
}
_SCHEDULE_TARGET: Final[Mapping[str, Rule]] = {
    "Arn": to("arn"),
    "RoleArn": to("role_arn"),
    "Input": to("input"),
    "RetryPolicy": nest("retry_policy", _RETRY),
    "DeadLetterConfig": nest("dead_letter_config", _DEAD_LETTERS),
}

FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::SQS::Queue": Family(
        "aws_sqs_queue",
        {
            "QueueName": to("name"),
            "VisibilityTimeout": to("visibility_timeout_seconds"),
            "MessageRetentionPeriod": to("message_retention_seconds"),
            "DelaySeconds": to("delay_seconds"),
            "MaximumMessageSize": to("max_message_size"),
            "ReceiveMessageWaitTimeSeconds": to("receive_wait_time_seconds"),
            "FifoQueue": to("fifo_queue"),
            "ContentBasedDeduplication": to("content_based_deduplication"),
            "DeduplicationScope": to("deduplication_scope"),
            "FifoThroughputLimit": to("fifo_throughput_limit"),
            "SqsManagedSseEnabled": to("sqs_managed_sse_enabled"),
            "KmsMasterKeyId": to("kms_master_key_id"),
            "KmsDataKeyReusePeriodSeconds": to("kms_data_key_reuse_period_seconds"),
            "RedrivePolicy": encoded("redrive_policy"),
            "RedriveAllowPolicy": encoded("redrive_allow_policy"),
            "Tags": tags,
        },
        {"": "url", "Arn": "arn", "QueueName": "name", "QueueUrl": "url"},
    ),
    "AWS::SNS::Subscription": Family(
        "aws_sns_topic_subscription",
        {
            "TopicArn": to("topic_arn"),
            "Protocol": to("protocol"),
            "Endpoint": to("endpoint"),
            "RawMessageDelivery": to("raw_message_delivery"),
            "FilterPolicy": encoded("filter_policy"),
            "FilterPolicyScope": to("filter_policy_scope"),
            "RedrivePolicy": encoded("redrive_policy"),
        },
    ),
    "AWS::Events::EventBus": Family(
        "aws_cloudwatch_event_bus",
        {"Name": to("name"), "Description": to("description"), "Tags": tags},
        {"": "name", "Name": "name", "Arn": "arn"},
    ),
    "AWS::Scheduler::Schedule": Family(
        "aws_scheduler_schedule",
        {
            "Name": to("name"),
            "Description": to("description"),
            "GroupName": to("group_name"),
            "ScheduleExpression": to("schedule_expression"),
            "ScheduleExpressionTimezone": to("schedule_expression_timezone"),
            "FlexibleTimeWindow": nest(
                "flexible_time_window",
                {
                    "Mode": to("mode"),
                    "MaximumWindowInMinutes": to("maximum_window_in_minutes"),
                },
            ),
            "State": to("state"),
            "Target": nest("target", _SCHEDULE_TARGET),
        },
        {"Arn": "arn"},
    ),
}
_RULE_RULES: Final[Mapping[str, Rule]] = {
    "Name": to("name"),
    "Description": to("description"),
    "EventBusName": to("event_bus_name"),
    "EventPattern": encoded("event_pattern"),
    "ScheduleExpression": to("schedule_expression"),
    "State": constant("state", {"ENABLED": "ENABLED", "DISABLED": "DISABLED"}),
    "Targets": nothing,
    "Tags": tags,
}
_TOPIC: Final[Mapping[str, Rule]] = {
    "TopicName": to("name"),
    "DisplayName": to("display_name"),
    "FifoTopic": to("fifo_topic"),
    "ContentBasedDeduplication": to("content_based_deduplication"),
    "KmsMasterKeyId": to("kms_master_key_id"),
    "TracingConfig": to("tracing_config"),
    "Subscription": nothing,
    "Tags": tags,
}
REFERENCES: Final = {
    "AWS::Events::Rule": {"": "name", "Arn": "arn"},
    "AWS::SNS::Topic": {"": "arn", "TopicArn": "arn", "TopicName": "name"},
}


def _topic(reading: Reading, topic: source.Resource) -> Iterator[Resource]:
    """Subscriptions within a topic are resources of their own."""
    name = topic.logical_id
    yield Resource(name, "aws_sns_topic", reading.body(topic.properties, _TOPIC, name))
    for number, each in enumerate(items(topic.value("Subscription"))):
        inner: Mapping[str, Rule] = {"Protocol": to("protocol"), "Endpoint": to("endpoint")}
        body = reading.body(each, inner, f"{name}.Subscription")
        kind = flat(source.below(each, "Protocol"))
        yield Resource(
            f"{name}/{snake(kind)}_{number + 1}",
            "aws_sns_topic_subscription",
            (Argument("topic_arn", Attribute(name, "arn")), *body),
        )


def _rule(reading: Reading, rule: source.Resource) -> Iterator[Resource]:
    """Each target is a resource of its own."""
    name = rule.logical_id
    yield Resource(
        name, "aws_cloudwatch_event_rule", reading.body(rule.properties, _RULE_RULES, name)
    )
    bus = rule.value("EventBusName")
    for target in items(rule.value("Targets")):
        if isinstance(target, Mapping):
            body = reading.body(target, _TARGET, f"{name}.Targets")
            where = [Argument("rule", Attribute(name, "name"))]
            if bus is not None:
                where.append(Argument("event_bus_name", reading.value(bus, name)))
            yield Resource(
                f"{name}/{snake(flat(target.get('Id')))}",
                "aws_cloudwatch_event_target",
                (*where, *body),
            )


def _archive(reading: Reading, archive: source.Resource) -> Iterator[Resource]:
    rules: Mapping[str, Rule] = {
        "ArchiveName": to("name"),
        "SourceArn": to("event_source_arn"),
        "Description": to("description"),
        "EventPattern": encoded("event_pattern"),
        "RetentionDays": to("retention_days"),
    }
    body = reading.body(archive.properties, rules, archive.logical_id)
    bus = reading.target(archive.value("SourceArn"))
    if archive.value("ArchiveName") is None and bus is not None:
        name = Text((Attribute(bus.logical_id, "name"), "-archive"))
        body = (Argument("name", name), *body)
    yield Resource(archive.logical_id, "aws_cloudwatch_event_archive", body)


def _queue_policy(reading: Reading, policy: source.Resource) -> Iterator[Resource]:
    yield from _policies(reading, policy, "Queues", "aws_sqs_queue_policy", "queue_url")


def _topic_policy(reading: Reading, policy: source.Resource) -> Iterator[Resource]:
    yield from _policies(reading, policy, "Topics", "aws_sns_topic_policy", "arn")


def _policies(
    reading: Reading, policy: source.Resource, where: str, kind: str, argument: str
) -> Iterator[Resource]:
    name = policy.logical_id
    document = reading.value(policy.value("PolicyDocument"), name)
    of = items(policy.value(where))
    for number, each in enumerate(of):
        key = name if len(of) == 1 else f"{name}/{number}"
        value = reading.value(each, name)
        yield Resource(
            key, kind, (Argument(argument, value), Argument("policy", Encoded(document)))
        )


CUSTOM: Final[Mapping[str, Custom]] = {
    "AWS::SNS::Topic": _topic,
    "AWS::Events::Rule": _rule,
    "AWS::Events::Archive": _archive,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::SNS::TopicPolicy": _topic_policy,
}
