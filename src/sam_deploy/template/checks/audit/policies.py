"""Finds the statements of every policy in a template, wherever CloudFormation lets one stand. Pure.

Three kinds: what an identity may do, who may assume a role, and who may reach a resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy.template.checks.audit.shapes import at, below, many, mapping, text
from sam_deploy.template.checks.audit.view import Entry, View

_IDENTITY: Final = {
    "AWS::IAM::Policy": "PolicyDocument",
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::RolePolicy": "PolicyDocument",
    "AWS::IAM::UserPolicy": "PolicyDocument",
    "AWS::IAM::GroupPolicy": "PolicyDocument",
    "AWS::SSO::PermissionSet": "InlinePolicy",
}
WITH_POLICIES: Final = (
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
)
"""Resources whose `Policies` hold documents."""
_TRUST: Final = ("AWS::IAM::Role", "AWS::Serverless::Function")
_RESOURCE: Final = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SQS::QueueInlinePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SNS::TopicInlinePolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::KMS::ReplicaKey": "KeyPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::EFS::FileSystem": "FileSystemPolicy",
    "AWS::OpenSearchService::Domain": "AccessPolicies",
    "AWS::Backup::BackupVault": "AccessPolicy",
}
"""Policies of a REST API are not here: that anybody may call it is what an API is for."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, and where it stands."""

    entry: Entry
    path: str
    body: Mapping[str, object]

    @property
    def allows(self) -> bool:
        """Whether it grants something; a statement that denies only narrows."""
        return self.body.get("Effect") == "Allow"

    def words(self, key: str) -> Iterator[tuple[str, str]]:
        """Yield the texts of `Action` or `Resource` with their paths."""
        for path, each in many(self.body.get(key), below(self.path, key)):
            yield path, text(each)

    def principals(self) -> Iterator[tuple[str, str]]:
        """Yield (`AWS`, `Service` or `Federated`; who), and (`*`, `*`) for everybody."""
        given = self.body.get("Principal")
        if given == "*":
            yield "*", "*"
        for kind, who in mapping(given).items():
            for _, each in many(who):
                name = text(each)
                yield ("*", "*") if (kind, name) == ("AWS", "*") else (str(kind), name)

    def conditions(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield each condition: its operator, its key in lower case, its values."""
        for operator, tests in mapping(self.body.get("Condition")).items():
            for key, values in mapping(tests).items():
                yield str(operator), str(key).lower(), [text(each) for _, each in many(values)]


def identity_statements(view: View) -> Iterator[Statement]:
    """Yield what roles, users and functions may do."""
    for kind, key in _IDENTITY.items():
        for entry in view.of(kind):
            yield from _statements(entry, entry.get(key), key)
    for entry in view.of(*WITH_POLICIES):
        for path, policy in many(entry.get("Policies"), "Policies"):
            inside = at(policy, "PolicyDocument")
            where = below(path, "PolicyDocument") if inside is not None else path
            yield from _statements(entry, policy if inside is None else inside, where)


def trust_statements(view: View) -> Iterator[Statement]:
    """Yield who may assume the roles of a template."""
    for entry in view.of(*_TRUST):
        key = "AssumeRolePolicyDocument"
        yield from _statements(entry, entry.get(key), key)


def resource_statements(view: View) -> Iterator[Statement]:
    """Yield who may reach the queues, buckets, topics, keys and others of a template."""
    for kind, key in _RESOURCE.items():
        for entry in view.of(kind):
            yield from _statements(entry, entry.get(key), key)
    for entry in view.of("AWS::DynamoDB::Table"):
        key = "ResourcePolicy"
        yield from _statements(entry, entry.get(key, "PolicyDocument"), f"{key}.PolicyDocument")
    for entry in view.of("AWS::Events::EventBusPolicy"):
        statement = mapping(entry.get("Statement"))
        if statement:
            yield Statement(entry, "Statement", statement)


def _statements(entry: Entry, document: object, path: str) -> Iterator[Statement]:
    listed = mapping(document).get("Statement")
    for where, each in many(listed, below(path, "Statement")):
        if isinstance(each, dict):
            yield Statement(entry, where, each)
