"""Calls that commands make on AWS and no recording has: each with what keeps the tests from it.

They are in the policies all the same. A test holds the gateways against both lists, so that a call
that is new is in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sam_deploy.export.iam.calls import Call, rows

_ON_AWS: Final = "what AWS has room for is asked on AWS alone; the laptop has no such limits"
_NAMES: Final = "asked for a name that a new stack takes; not every recorded app has one"
_LARGE: Final = "of archives above 100 MB, which no recorded app has"
_DOMAIN: Final = "for domains in Route 53, which the laptop does not have"
_FROM_STACK: Final = (
    "`init --from-stack` reads a stack that is no app of ours yet, by the rights of whoever asks"
)
_DATA: Final = "`destroy` with data that is named: recorded apps have no pools, and empty buckets"

_ROWS: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = {
    "apigateway:GetAccount": ("api-account", ("deploy",), _ON_AWS),
    "cloudformation:ContinueUpdateRollback": (
        "",
        ("recover",),
        "the laptop's stacks do not get stuck in UPDATE_ROLLBACK_FAILED",
    ),
    "cloudformation:DeleteStack": ("", ("recover",), "a stack that stuck at first"),
    "cloudformation:DescribeEvents": (
        "",
        ("deploy", "promote", "resume"),
        "asked for a change set that AWS refused; the laptop has no checks before a change",
    ),
    "cloudformation:ListStacks": ("", ("deploy",), _ON_AWS),
    "cognito-idp:DeleteUserPool": ("", ("destroy",), _DATA),
    "cognito-idp:DeleteUserPoolDomain": ("", ("destroy",), _DATA),
    "cognito-idp:DescribeUserPool": ("", ("deploy", "destroy"), _DATA),
    "cognito-idp:UpdateUserPoolDomain": ("", ("deploy",), "a certificate that is replaced"),
    "events:DescribeEventBus": ("", ("deploy",), _NAMES),
    "events:DescribeRule": ("", ("deploy",), _NAMES),
    "iam:UpdateAssumeRolePolicy": ("guard-role", ("promote",), "a role of an earlier version"),
    "lambda:DeleteProvisionedConcurrencyConfig": (
        "",
        ("promote", "resume", "rollback"),
        "aliases with provisioned concurrency, which the laptop does not hold",
    ),
    "lambda:PutProvisionedConcurrencyConfig": (
        "",
        ("promote", "resume", "rollback"),
        "the same",
    ),
    "lambda:UpdateFunctionCode": (
        "",
        ("deploy", "resume"),
        "code that a stack's update did not bring: Lambda's own fault, injected in other tests",
    ),
    "logs:StopQuery": ("", ("logs",), "`logs --query` that is interrupted"),
    "route53:ChangeResourceRecordSets": ("", ("deploy", "resume"), _DOMAIN),
    "route53:GetHostedZone": ("", ("deploy", "resume"), _DOMAIN),
    "s3:AbortMultipartUpload": ("artifacts", ("deploy", "resume"), _LARGE),
    "s3:CompleteMultipartUpload": ("artifacts", ("deploy", "resume"), _LARGE),
    "s3:CreateMultipartUpload": ("artifacts", ("deploy", "resume"), _LARGE),
    "s3:UploadPart": ("artifacts", ("deploy", "resume"), _LARGE),
    "s3:DeleteObjects": ("app-bucket", ("destroy",), _DATA),
    "scheduler:GetSchedule": ("", ("deploy",), _NAMES),
    "sqs:GetQueueUrl": ("", ("deploy",), _NAMES),
}
"""Call -> (place, commands, what keeps the tests from it)."""

NOT_BY_COMMANDS: Final[Mapping[str, str]] = {
    "lambda:GetFunction": _FROM_STACK,
    "lambda:GetLayerVersionByArn": _FROM_STACK,
    "sqs:GetQueueAttributes": "`cloud queues` and the pytest plugin, on the embedded cloud alone",
    "sqs:ReceiveMessage": "the same",
    "sqs:SendMessage": "the same",
    "lambda:DeleteFunction": "`deploy --watch`, which is for the embedded cloud alone",
    "iam:SimulatePrincipalPolicy": "`broker status`: it says when it may not ask, and goes on",
    "dynamodb:UpdateTable": "replicas of global tables, on the embedded cloud alone",
}
"""Calls of the gateways that no role needs -> why."""


def unrecorded() -> tuple[Call, ...]:
    """Return these calls; none is listed twice."""
    return tuple(
        Call(call, place, commands, ()) for call, (place, commands, _) in sorted(_ROWS.items())
    )


def reason(call: str) -> str:
    """Return what keeps the tests from a call; '' for one that is not in the list."""
    return _ROWS[call][2] if call in _ROWS else ""


def every() -> tuple[Call, ...]:
    """Return all calls that commands make, recorded or not."""
    return (*rows(), *unrecorded())
