"""Renders queues, their dead-letter queues, who may reach them, and what they trigger. Pure."""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Environment, Function, Queue, QueueTrigger
from sam_deploy.template.document import NO_VALUE, Entries, Json, Resource, get_att, ref
from sam_deploy.template.roles import POLICY_VERSION
from sam_deploy.template.scope import Scope

FOURTEEN_DAYS_SECONDS: Final = 1_209_600
"""The longest that SQS keeps a message: failures wait for people."""
_NO_SENDERS: Final[dict[str, Json]] = {"Known": "no", "TopicArns": ["none"]}


def queues(scope: Scope) -> Entries:
    """Yield each queue of each environment with its dead-letter queue and their policies."""
    for queue in scope.queues:
        for environment in scope.environments:
            yield from _pair(scope, queue, environment)


def event_source_mappings(scope: Scope) -> Entries:
    """Yield a mapping per queue trigger and environment, to the alias of that environment."""
    for function, trigger in scope.triggers(QueueTrigger):
        for environment in scope.environments:
            properties = _mapping(scope, function, trigger, environment)
            mapping_id = naming.event_source_mapping_id(trigger.queue, environment.name)
            # Lambda refuses a mapping whose role may not read the queue yet.
            waits_for = (naming.lambda_policy_name(function.name),)
            yield mapping_id, Resource("AWS::Lambda::EventSourceMapping", properties, waits_for)


def sender_mappings(scope: Scope) -> dict[str, Json]:
    """Return `Mappings`: for every region, the SNS topics that may send to a queue.

    All regions of the feature set, not only those of one deployment, so that the text does not
    depend on where it goes.
    """
    rendered: dict[str, Json] = {}
    for queue in scope.queues:
        if not queue.senders:
            continue
        senders = _senders(scope, queue)
        regions: dict[str, dict[str, Json]] = {
            region: {"TopicArns": [f"arn:aws:sns:{region}:{each}:*" for each in accounts]}
            for region, accounts in senders.items()
        }
        if not all(senders.values()):
            for region, accounts in senders.items():
                # A mapping can hold no empty list, so the condition asks for this word instead.
                regions[region] |= {"Known": "yes"} if accounts else _NO_SENDERS
        rendered[_senders_id(queue)] = regions
    return rendered


def sender_conditions(scope: Scope) -> dict[str, Json]:
    """Return `Conditions`: whether a queue has senders in the stack's region."""
    return {
        _has_senders_id(queue): {"Fn::Equals": [_find(queue, "Known"), "yes"]}
        for queue in scope.queues
        if queue.senders and not all(_senders(scope, queue).values())
    }


def _mapping(
    scope: Scope, function: Function, trigger: QueueTrigger, environment: Environment
) -> dict[str, Json]:
    queue_id = naming.queue_name(trigger.queue, environment.name)
    properties: dict[str, Json] = {
        "EventSourceArn": get_att(queue_id, "Arn"),
        "FunctionName": ref(naming.alias_id(function.name, environment.name)),
        "BatchSize": trigger.batch_size,
    }
    if trigger.batching_window_seconds:
        properties["MaximumBatchingWindowInSeconds"] = trigger.batching_window_seconds
    return properties | {
        "Enabled": trigger.enabled,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "Tags": scope.tag_list(environment),
    }


def _pair(scope: Scope, queue: Queue, environment: Environment) -> Entries:
    queue_id = naming.queue_name(queue.name, environment.name)
    dead_letter_id = naming.dead_letter_queue_name(queue.name, environment.name)
    shared: dict[str, Json] = {
        "VisibilityTimeout": queue.visibility_timeout_seconds,
        "SqsManagedSseEnabled": True,
        "Tags": scope.tag_list(environment),
    }
    redrive: dict[str, Json] = {
        "deadLetterTargetArn": get_att(dead_letter_id, "Arn"),
        "maxReceiveCount": queue.max_receive_count,
    }
    main: dict[str, Json] = {"QueueName": queue_id, "RedrivePolicy": redrive}
    dead: dict[str, Json] = {
        "QueueName": dead_letter_id,
        "MessageRetentionPeriod": FOURTEEN_DAYS_SECONDS,
    }
    yield queue_id, Resource("AWS::SQS::Queue", main | shared)
    yield dead_letter_id, Resource("AWS::SQS::Queue", dead | shared)
    allowed = _allow_others(scope, queue, queue_id)
    yield naming.queue_policy_id(queue_id), _policy(queue_id, allowed)
    yield naming.queue_policy_id(dead_letter_id), _policy(dead_letter_id, [])


def _policy(queue_id: str, allowed: list[Json]) -> Resource:
    document: Json = {
        "Version": POLICY_VERSION,
        "Statement": [_deny_plain_http(queue_id), *allowed],
    }
    return Resource(
        "AWS::SQS::QueuePolicy", {"Queues": [ref(queue_id)], "PolicyDocument": document}
    )


def _deny_plain_http(queue_id: str) -> Json:
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": get_att(queue_id, "Arn"),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _allow_others(scope: Scope, queue: Queue, queue_id: str) -> list[Json]:
    """Return what the queue grants to SNS topics and principals of other accounts."""
    statements: list[Json] = []
    if queue.senders:
        send: Json = {
            "Sid": "AllowTopics",
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": get_att(queue_id, "Arn"),
            "Condition": {"ArnLike": {"aws:SourceArn": _find(queue, "TopicArns")}},
        }
        everywhere = all(_senders(scope, queue).values())
        statements.append(
            send if everywhere else {"Fn::If": [_has_senders_id(queue), send, NO_VALUE]}
        )
    if queue.readers:
        statements.append(
            {
                "Sid": "AllowAttributeReaders",
                "Effect": "Allow",
                "Principal": {"AWS": [reader.principal for reader in queue.readers]},
                "Action": "sqs:GetQueueAttributes",
                "Resource": get_att(queue_id, "Arn"),
            }
        )
    return statements


def _senders(scope: Scope, queue: Queue) -> dict[str, list[str]]:
    """Return the publishing accounts in each region of the feature set; some may have none."""
    return {
        region: [account for each in queue.senders for account in each.accounts.get(region, ())]
        for region in scope.feature_set.regions
    }


def _senders_id(queue: Queue) -> str:
    return f"{queue.name}Senders"


def _has_senders_id(queue: Queue) -> str:
    return f"Has{queue.name}Senders"


def _find(queue: Queue, key: str) -> Json:
    return {"Fn::FindInMap": [_senders_id(queue), ref("AWS::Region"), key]}
