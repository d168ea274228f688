"""Renders topics, who may publish to them, and who gets their messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config import physical
from sam_deploy.config.model import Environment, Rule, Subscription, Topic, TopicTrigger
from sam_deploy.config.tree import feature_set_of
from sam_deploy.template.arns import (
    PARTITION,
    REGIONAL,
    bucket_arn,
    queue_arn,
    topic_arn,
)
from sam_deploy.template.compute.roles import POLICY_VERSION
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.messages import ids
from sam_deploy.template.messages.deliveries import applies, queue_of, topic_of
from sam_deploy.template.scope import Scope

AWS_KEY: Final = "alias/aws/sns"
"""Free, and any caller of the account may publish with it, but no AWS service.
Source: SNS developer guide, "Managing Amazon SNS encryption keys and costs"."""
OWNER_ACTIONS: Final = (
    "sns:GetTopicAttributes",
    "sns:SetTopicAttributes",
    "sns:AddPermission",
    "sns:RemovePermission",
    "sns:DeleteTopic",
    "sns:Subscribe",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
)
"""What SNS's own policy gives the account, and all that a topic's policy can name.
Source: SNS developer guide, "Example cases for Amazon SNS access control"."""


def topics(scope: Scope) -> Entries:
    """Yield each topic of each environment, its policy and its subscriptions."""
    rules = [rule for rule in scope.app.rules if topic_of(scope.app, rule.to)]
    for topic in scope.topics:
        mine = [rule for rule in rules if rule.to == topic.name]
        for environment in scope.environments:
            yield from _topic(scope, topic, environment, mine)
    for topic in _subscribed(scope):
        for subscription in topic.subscriptions:
            for environment in scope.among(subscription.environments):
                yield _subscription(scope, topic, subscription, environment.name)
    yield from _calls(scope)


def _subscribed(scope: Scope) -> Iterator[Topic]:
    """Yield the topics whose subscriptions the stack makes: its own, and existing ones."""
    if scope.stack.topology != "local":
        for topic in scope.app.topics:
            if feature_set_of(scope.app, topic) == scope.stack.feature_set:
                yield topic


def _topic(scope: Scope, topic: Topic, environment: Environment, rules: list[Rule]) -> Entries:
    where = environment.name
    rules = [rule for rule in rules if applies(rule.environments, where)]
    properties: dict[str, Json] = {"TopicName": physical.topic_name(scope.app, topic, where)}
    if topic.fifo:
        properties["FifoTopic"] = True
    if topic.fifo and topic.content_based_deduplication:
        properties["ContentBasedDeduplication"] = True
    if topic.kms_key or not (topic.publishers or rules):
        properties["KmsMasterKeyId"] = topic.kms_key or AWS_KEY
    properties["Tags"] = scope.tag_list(environment)
    topic_id = ids.topic_id(topic.name, where)
    yield topic_id, Resource("AWS::SNS::Topic", properties, environment=where, declared=topic)
    statements = list(_statements(scope, topic, where, rules))
    document: Json = {"Version": POLICY_VERSION, "Statement": statements}
    yield (
        ids.topic_policy_id(topic.name, where),
        Resource(
            "AWS::SNS::TopicPolicy",
            {"Topics": [ref(topic_id)], "PolicyDocument": document},
            environment=where,
            declared=topic,
        ),
    )


def _statements(scope: Scope, topic: Topic, environment: str, rules: list[Rule]) -> Iterator[Json]:
    """Yield the account's own rights, which a policy replaces, and those of AWS services."""
    arn = ref(ids.topic_id(topic.name, environment))
    yield {
        "Sid": "AllowOwner",
        "Effect": "Allow",
        "Principal": {"AWS": sub(f"{PARTITION}:iam::${{AWS::AccountId}}:root")},
        "Action": list(OWNER_ACTIONS),
        "Resource": arn,
    }
    yield {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    account: Json = {"aws:SourceAccount": ref("AWS::AccountId")}
    if "cloudwatch" in topic.publishers:
        alarms: Json = {"aws:SourceArn": sub(f"{PARTITION}:cloudwatch:{REGIONAL}:alarm:*")}
        yield _publish("Alarms", "cloudwatch", arn, {"StringEquals": account, "ArnLike": alarms})
    if "s3" in topic.publishers:
        # A bucket's ARN names no account: another one could take the name over.
        condition: dict[str, Json] = {"StringEquals": account}
        if buckets := [bucket_arn(each, environment) for each in scope.app.buckets]:
            condition["ArnEquals"] = {"aws:SourceArn": buckets}
        yield _publish("Buckets", "s3", arn, condition)
    if rules:
        # EventBridge fulfils no condition here, so that any rule of it may publish.
        # Source: EventBridge user guide, "Amazon SNS permissions".
        yield _publish("Rules", "events", arn, None)


def _publish(who: str, service: str, topic: Json, condition: Json | None) -> Json:
    statement: dict[str, Json] = {
        "Sid": f"Allow{who}",
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
    }
    return statement | ({"Condition": condition} if condition is not None else {})


def _subscription(
    scope: Scope, topic: Topic, given: Subscription, environment: str
) -> tuple[str, Resource]:
    queue = queue_of(scope.app, given.endpoint) if given.protocol == "sqs" else None
    endpoint = queue_arn(queue, environment) if queue else given.endpoint
    properties: dict[str, Json] = {"Protocol": given.protocol, "Endpoint": endpoint}
    if given.raw:
        properties["RawMessageDelivery"] = True
    properties |= _options(scope, given, environment)
    waits: tuple[str, ...] = ()
    if queue and scope.makes(queue):
        # The first messages must not meet a queue that does not know the topic yet.
        waits = (naming.queue_policy_id(naming.queue_name(queue.name, environment)),)
    return (
        ids.subscription_id(topic.name, given, environment),
        _to_topic(scope, topic, properties, environment, given, waits),
    )


def _calls(scope: Scope) -> Entries:
    """Yield what lets topics call functions: a subscription of the alias, and its permission."""
    known = {topic.name: topic for topic in scope.app.topics}
    for function, trigger in scope.triggers(TopicTrigger):
        topic = known[trigger.topic]
        for environment in scope.among(trigger.environments):
            where = environment.name
            alias = ref(naming.alias_id(function.name, where))
            permission_id = naming.permission_id(function.name, where, f"{topic.name}Topic")
            yield (
                permission_id,
                Resource(
                    "AWS::Lambda::Permission",
                    {
                        "FunctionName": alias,
                        "Action": "lambda:InvokeFunction",
                        "Principal": "sns.amazonaws.com",
                        "SourceArn": topic_arn(scope.app, topic, where),
                    },
                    environment=where,
                    declared=trigger,
                ),
            )
            properties: dict[str, Json] = {"Protocol": "lambda", "Endpoint": alias}
            properties |= _options(scope, trigger, where)
            yield (
                ids.topic_trigger_id(function.name, topic.name, where),
                _to_topic(scope, topic, properties, where, trigger, (permission_id,)),
            )


def _options(scope: Scope, given: Subscription | TopicTrigger, environment: str) -> dict[str, Json]:
    options: dict[str, Json] = {}
    if given.filter:
        options["FilterPolicy"] = given.filter  # type: ignore[assignment] # JSON, held to it by `load`
    if given.filter and given.filter_scope != "MessageAttributes":
        options["FilterPolicyScope"] = given.filter_scope
    undelivered = queue_of(scope.app, given.dead_letter_queue)
    if undelivered:
        options["RedrivePolicy"] = {"deadLetterTargetArn": queue_arn(undelivered, environment)}
    return options


def _to_topic(
    scope: Scope,
    topic: Topic,
    properties: dict[str, Json],
    environment: str,
    declared: object,
    waits: tuple[str, ...],
) -> Resource:
    here = scope.makes(topic)
    own = ref(ids.topic_id(topic.name, environment))
    arn = own if here else topic_arn(scope.app, topic, environment)
    return Resource(
        "AWS::SNS::Subscription",
        {"TopicArn": arn, **properties},
        depends_on=waits,
        environment=environment,
        declared=declared,
    )
