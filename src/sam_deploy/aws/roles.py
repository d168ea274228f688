"""IAM roles with one inline policy. IAM is one for all regions; the region is where it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from sam_deploy.aws.errors import AwsCallError, calling
from sam_deploy.aws.session import Aws

NOT_FOUND: Final = "NoSuchEntity"
EXISTS: Final = "EntityAlreadyExists"
Document = Mapping[str, object]
"""A policy document, as IAM writes it."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it shall be: who may assume it, and the one thing that it may do."""

    name: str
    description: str
    trust: Document
    policy_name: str
    policy: Document
    tags: Mapping[str, str] = field(default_factory=dict)


class Roles:
    """IAM roles. Source of every call: IAM API."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self._client = aws.client("iam", region)

    def ensure(self, role: Role) -> tuple[str, bool]:
        """The role is as given; return its ARN, and whether anything was written.

        Whoever may only read can use a role that somebody else has made just so. Source: GetRole,
        GetRolePolicy, CreateRole, UpdateAssumeRolePolicy, PutRolePolicy.
        """
        found = self._found(role.name)
        if found is None:
            arn, wrote = self._create(role), True
        else:
            arn, wrote = str(found["Arn"]), False
            if _document(found["AssumeRolePolicyDocument"]) != role.trust:
                with calling("iam:UpdateAssumeRolePolicy", self.region):
                    self._client.update_assume_role_policy(
                        RoleName=role.name, PolicyDocument=json.dumps(role.trust)
                    )
                wrote = True
        if self._policy(role) != role.policy:
            with calling("iam:PutRolePolicy", self.region):
                self._client.put_role_policy(
                    RoleName=role.name,
                    PolicyName=role.policy_name,
                    PolicyDocument=json.dumps(role.policy),
                )
            wrote = True
        return arn, wrote

    def _found(self, name: str) -> Any:  # noqa: ANN401 - the SDK has no types
        try:
            with calling("iam:GetRole", self.region):
                return self._client.get_role(RoleName=name)["Role"]
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise

    def _create(self, role: Role) -> str:
        try:
            with calling("iam:CreateRole", self.region):
                answer = self._client.create_role(
                    RoleName=role.name,
                    Description=role.description,
                    AssumeRolePolicyDocument=json.dumps(role.trust),
                    Tags=[{"Key": key, "Value": value} for key, value in role.tags.items()],
                )
            return str(answer["Role"]["Arn"])
        except AwsCallError as error:
            found = self._found(role.name) if error.code == EXISTS else None
            if found is None:
                raise
            return str(found["Arn"])  # the answer to an earlier try was lost

    def _policy(self, role: Role) -> Document | None:
        try:
            with calling("iam:GetRolePolicy", self.region):
                answer = self._client.get_role_policy(
                    RoleName=role.name, PolicyName=role.policy_name
                )
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return _document(answer["PolicyDocument"])

    def delete(self, name: str, policy_name: str) -> bool:
        """The role and its policy are gone; say whether there was one.

        Source: DeleteRolePolicy, DeleteRole.
        """
        try:
            with calling("iam:DeleteRolePolicy", self.region):
                self._client.delete_role_policy(RoleName=name, PolicyName=policy_name)
        except AwsCallError as error:
            if error.code != NOT_FOUND:
                raise
        try:
            with calling("iam:DeleteRole", self.region):
                self._client.delete_role(RoleName=name)
        except AwsCallError as error:
            if error.code == NOT_FOUND:
                return False
            raise
        return True


def _document(found: object) -> Document:
    """Return a policy document: the SDK has read it already, or gives it as IAM encodes it."""
    read = json.loads(unquote(found)) if isinstance(found, str) else found
    return dict(read) if isinstance(read, dict) else {}
