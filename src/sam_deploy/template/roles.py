"""Renders the execution role of each function. Pure.

Roles carry no `RoleName`: role names are global, and the same stack is deployed to several
regions of one account (C06). What a role allows beyond logs is in `permissions.py`.
"""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.template.document import Entries, Json, Resource, sub
from sam_deploy.template.scope import Scope

POLICY_VERSION: Final = "2012-10-17"


def roles(scope: Scope) -> Entries:
    """Yield a role per function that Lambda may assume and that may write logs."""
    for function in scope.functions:
        properties: dict[str, Json] = {
            "AssumeRolePolicyDocument": _TRUST,
            "ManagedPolicyArns": [sub(_BASIC_EXECUTION)],
            "Tags": scope.tag_list(),
        }
        yield naming.lambda_role_name(function.name), Resource("AWS::IAM::Role", properties)


_TRUST: Final[Json] = {
    "Version": POLICY_VERSION,
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_BASIC_EXECUTION: Final = (
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
)
