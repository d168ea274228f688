"""Which names a template gives away: they can be taken already. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy.deploy.preflight.changing import Changing, Document

NAMED: Final[Mapping[str, tuple[str, str]]] = {
    "AWS::ApiGateway::DomainName": ("custom domain", "DomainName"),
    "AWS::ApiGatewayV2::DomainName": ("custom domain", "DomainName"),
    "AWS::Cognito::UserPoolDomain": ("domain prefix", "Domain"),
    "AWS::DynamoDB::GlobalTable": ("table", "TableName"),
    "AWS::DynamoDB::Table": ("table", "TableName"),
    "AWS::Events::EventBus": ("event bus", "Name"),
    "AWS::Events::Rule": ("rule", "Name"),
    "AWS::IAM::Role": ("role", "RoleName"),
    "AWS::Lambda::Function": ("function", "FunctionName"),
    "AWS::Logs::LogGroup": ("log group", "LogGroupName"),
    "AWS::S3::Bucket": ("bucket", "BucketName"),
    "AWS::SNS::Topic": ("topic", "TopicName"),
    "AWS::SQS::Queue": ("queue", "QueueName"),
    "AWS::SSM::Parameter": ("parameter", "Name"),
    "AWS::Scheduler::Schedule": ("schedule", "Name"),
    "AWS::SecretsManager::Secret": ("secret", "Name"),
    "AWS::Serverless::Function": ("function", "FunctionName"),
    "AWS::Serverless::SimpleTable": ("table", "TableName"),
}
"""Type -> what it is in words, and the property with its name."""
GROUPS: Final = {"rule": "EventBusName", "schedule": "GroupName"}
"""What a name is unique in; `default` where it is not said."""
GLOBAL: Final = frozenset({"bucket", "role"})
"""Unique in all regions: buckets in all of AWS, roles in the account."""


@dataclass(frozen=True, slots=True)
class Named:
    """A resource whose name is given by the template."""

    thing: str
    """In words: queue, log group, ..."""
    name: str
    logical_id: str
    group: str = ""
    certain: bool = True
    """Whether it is made for certain: a condition may depend on what is not known yet."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What can exist once."""
        return self.thing, self.group, self.name


def named(document: Document) -> Iterator[Named]:
    """Yield what is made here under a name of the template's, where that name is known."""
    for logical_id in document.resources:
        thing, where = NAMED.get(document.kind(logical_id), ("", ""))
        made = document.made(logical_id)
        if not thing or made is False:
            continue
        name = document.property(logical_id, where)
        if not isinstance(name, str) or not name:
            continue
        group = _group(document, thing, logical_id)
        if group is not None:
            yield Named(thing, name, logical_id, group, certain=made is True)


def _group(document: Document, thing: str, logical_id: str) -> str | None:
    """Return the bus or group; None where it is not known: then it is new, and so are its names."""
    if thing not in GROUPS:
        return ""
    given = document.resources[logical_id].get("Properties")
    if not isinstance(given, Mapping) or GROUPS[thing] not in given:
        return "default"
    found = document.property(logical_id, GROUPS[thing])
    return found if isinstance(found, str) else None


def new_names(change: Changing) -> tuple[Named, ...]:
    """Return the names that a stack would take and does not have yet."""
    before = {(each.logical_id, each.key) for each in named(change.before)}
    return tuple(each for each in named(change.after) if (each.logical_id, each.key) not in before)
