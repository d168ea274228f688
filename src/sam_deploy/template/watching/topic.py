"""Renders the topic of an environment's alarms: whom they tell. Pure."""

from __future__ import annotations

from sam_deploy import naming
from sam_deploy.config.model import Environment
from sam_deploy.template.compute.roles import POLICY_VERSION
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.scope import Scope
from sam_deploy.template.watching.watched import USUAL


def topic(scope: Scope, environment: Environment) -> Entries:
    """Yield the topic that an environment's alarms tell, and its policy."""
    topic_id = naming.alarm_topic_id(environment.name)
    name = naming.alarm_topic_name(scope.stack.name, environment.name)
    recipients = (scope.app.alarms or USUAL).recipients
    properties: dict[str, Json] = {
        "TopicName": name,
        "DisplayName": f"{scope.app.name} {environment.name}",
        "Tags": scope.tag_list(environment),
    }
    if recipients:
        properties["Subscription"] = [
            {"Protocol": "email", "Endpoint": each} for each in recipients
        ]
    yield topic_id, Resource("AWS::SNS::Topic", properties, environment=environment.name)
    policy: dict[str, Json] = {
        "Topics": [ref(topic_id)],
        "PolicyDocument": {
            "Version": POLICY_VERSION,
            "Statement": _statements(scope, environment, topic_id),
        },
    }
    yield (
        f"{topic_id}Policy",
        Resource("AWS::SNS::TopicPolicy", policy, environment=environment.name),
    )


def _statements(scope: Scope, environment: Environment, topic_id: str) -> list[Json]:
    """Let CloudWatch publish for the alarms of this environment, and nobody without TLS."""
    return [
        {
            "Sid": "AllowAlarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": ref(topic_id),
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")},
                "ArnLike": {
                    "aws:SourceArn": sub(
                        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"
                        f"{scope.app.name}-{environment.name}-*"
                    )
                },
            },
        },
        {
            "Sid": "DenyPlainHttp",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": ref(topic_id),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
