"""Renders the execution role of each function. Pure.

Roles carry no `RoleName`: role names are global, and the same stack is deployed to several
regions of one account (C06). A role itself allows what a function needs to run at all: its own
log group, X-Ray, network interfaces. What it may do beyond is in `permissions.py`, in policies of
their own, because those name resources that wait for the function.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Function
from sam_deploy.template.arns import log_group_arn
from sam_deploy.template.document import Entries, Json, Resource
from sam_deploy.template.scope import Scope

POLICY_VERSION: Final = "2012-10-17"
TRACING_ACTIONS: Final = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
NETWORK_ACTIONS: Final = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
"""What Lambda needs of a role to put a function into a VPC.
Source: AWS managed policy AWSLambdaVPCAccessExecutionRole, less its logs."""


def log_group_name(scope: Scope, function: Function) -> str:
    """/aws/lambda/ApiFunction: where people look for it."""
    return f"/aws/lambda/{scope.function_name(function)}"


def roles(scope: Scope) -> Entries:
    """Yield a role per function that Lambda may assume, and that may write its own log."""
    environment = scope.environment_of_functions
    for function in scope.functions:
        policy: Json = {
            "PolicyName": "run",
            "PolicyDocument": {
                "Version": POLICY_VERSION,
                "Statement": list(_statements(scope, function)),
            },
        }
        properties: dict[str, Json] = {
            "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
            "Policies": [policy],
            "Tags": scope.tag_list(environment),
        }
        yield (
            naming.lambda_role_name(function.name),
            Resource("AWS::IAM::Role", properties, environment=scope.owner, declared=function),
        )


def trust(service: str, condition: Json | None = None) -> Json:
    """Return the policy that lets an AWS service assume a role."""
    statement: dict[str, Json] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition is not None:
        statement["Condition"] = condition
    return {"Version": POLICY_VERSION, "Statement": [statement]}


def _statements(scope: Scope, function: Function) -> Iterator[Json]:
    yield {
        "Sid": "WriteLogs",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": log_group_arn(log_group_name(scope, function)),
    }
    # neither of these has a resource to name
    if function.tracing:
        yield _everywhere("Trace", TRACING_ACTIONS)
    if function.vpc:
        yield _everywhere("ConnectToVpc", NETWORK_ACTIONS)


def _everywhere(sid: str, actions: tuple[str, ...]) -> Json:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"}
