"""What each AWS call of ours needs: which actions of IAM, on which of the app's things, for what.

The calls themselves are data, recorded while the tests run (`calls.toml`). This module is how they
are read: a call's name is the API's, a permission's name is IAM's, and the two differ.
Source: service authorization reference; S3 user guide, "Required permissions for Amazon S3 API
operations".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

Duty: TypeAlias = Literal[
    "look",
    "record",
    "provide",
    "stack",
    "release",
    "canary",
    "mail",
    "settings",
    "recover",
    "remove",
    "ask",
    "guard",
]
"""What a call is for: the Sid of its statement, and what a role is made of.

look: reads alone. record: lock, journal, history, audit. provide: bucket, archives, layers,
domains. stack: change sets. release: versions and aliases. canary: schedules that take one back.
mail: codes. settings: parameters and secrets. recover: stacks that are stuck. remove: `destroy`,
old layers. ask: the broker. guard: the role of the schedules.
"""

PREFIXES: Final = {"monitoring": "cloudwatch"}
"""Name in a signature -> how IAM calls the service, where these differ."""

ACTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "apigateway:GetAccount": ("apigateway:GET",),
    "apigateway:GetDomainName": ("apigateway:GET",),
    "lambda:Invoke": ("lambda:InvokeFunction",),
    "s3:CompleteMultipartUpload": ("s3:PutObject",),
    "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
    "s3:CreateMultipartUpload": ("s3:PutObject",),
    "s3:DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("s3:ListBucket",),
    "s3:HeadObject": ("s3:GetObject",),
    "s3:ListBuckets": ("s3:ListAllMyBuckets",),
    "s3:ListObjectVersions": ("s3:ListBucketVersions",),
    "s3:ListObjectsV2": ("s3:ListBucket",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:UploadPart": ("s3:PutObject",),
    "scheduler:CreateSchedule": ("scheduler:CreateSchedule", "iam:PassRole"),
    "scheduler:UpdateSchedule": ("scheduler:UpdateSchedule", "iam:PassRole"),
    "iam:CreateRole": ("iam:CreateRole", "iam:TagRole"),
    "secretsmanager:CreateSecret": ("secretsmanager:CreateSecret", "secretsmanager:TagResource"),
    "ssm:PutParameter": ("ssm:PutParameter", "ssm:AddTagsToResource"),
    "acm:RequestCertificate": ("acm:RequestCertificate", "acm:AddTagsToCertificate"),
    "sts:GetCallerIdentity": (),
}
"""Call -> actions, where it is not the call's own name. GetCallerIdentity needs none."""

EMBEDDED: Final[Mapping[str, str]] = {
    "ses:CreateEmailIdentity": "the laptop's SES wants a sender that is verified; on AWS its owner "
    "does that once",
    "dynamodb:UpdateTable": "the laptop's CloudFormation leaves out the replicas of global tables",
}
"""Calls that are made on the embedded cloud alone -> why. No policy has them."""

RECORDS: Final = (
    "approvals",
    "audit",
    "destroys",
    "journal",
    "locks",
    "manifests",
    "promotions",
    "releases",
    "shifts",
)
"""Beginnings of keys in the artifact bucket that tell what happened."""
ARCHIVES: Final = ("artifacts", "templates")
"""Beginnings of keys of what is deployed."""
_RECORDS: Final = "|".join(RECORDS)
_ARCHIVES: Final = "|".join(ARCHIVES)

_LISTING: Final = frozenset(
    {"cloudformation:DescribeStackResources", "cloudformation:DescribeStacks"}
)
"""Calls that list what there is when no name is given: then IAM asks about `*`."""
ARTIFACT_BUCKET: Final = re.compile(r".+-sam-\d{12}-[a-z]{2}(-[a-z]+)+-\d")
"""dzgro-sam-123456789012-eu-west-1. See `naming.artifact_bucket_name`."""

_DUTIES: Final[tuple[tuple[str, Duty], ...]] = (
    (r"lambda:Invoke broker", "ask"),
    (r"lambda:Invoke functions", "release"),
    (r"ses:(SendEmail|CreateEmailIdentity) .*", "mail"),
    (rf"s3:(PutObject|DeleteObject) ({_RECORDS})", "record"),
    (rf"s3:(PutObject|CopyObject|\w*Multipart\w*|UploadPart) ({_ARCHIVES})", "provide"),
    (r"s3:(CreateBucket|PutBucket\w+|PutPublicAccessBlock) artifact-bucket", "provide"),
    (r"s3:(Delete\w+|ListObjectVersions) .*", "remove"),
    (r"iam:(CreateRole|PutRolePolicy|UpdateAssumeRolePolicy) .*", "guard"),
    (r"iam:Delete\w+ .*", "remove"),
    (r"scheduler:(Create|Update|Delete)\w+ .*", "canary"),
    (r"lambda:(PublishLayerVersion|GetLayerVersion) .*", "provide"),
    (r"lambda:DeleteLayerVersion .*", "remove"),
    (r"lambda:DeleteFunction .*", "release"),
    (r"lambda:(PublishVersion|UpdateFunctionCode|UpdateAlias|CreateAlias) .*", "release"),
    (r"lambda:(Put|Delete)ProvisionedConcurrencyConfig .*", "release"),
    (r"cloudformation:(CreateChangeSet|ExecuteChangeSet|DeleteChangeSet) .*", "stack"),
    (r"cloudformation:(ContinueUpdateRollback|DeleteStack) .*", "recover"),
    (r"(ssm:(Put|Delete)\w+|secretsmanager:(Create|Put|Restore|Delete)\w+) .*", "settings"),
    (r"(ssm:GetParameter|secretsmanager:GetSecretValue) .*", "settings"),
    (r"(cognito-idp:(Create|Update)\w+|acm:Request\w+|route53:Change\w+) .*", "provide"),
    (r"(cognito-idp|dynamodb):Delete\w+ .*", "remove"),
    (r"sqs:(ReceiveMessage|SendMessage) .*", "settings"),
)
"""The first pattern that fits `call place` tells the duty; what fits none only looks."""


def actions_of(call: str) -> tuple[str, ...]:
    """Return the actions that IAM asks for, for a call such as `s3:HeadObject`."""
    return ACTIONS.get(call, (call,))


def call_of(service: str, operation: str) -> str:
    """Return a recorded call by IAM's name of its service: monitoring is cloudwatch."""
    return f"{PREFIXES.get(service, service)}:{operation}"


def duty_of(call: str, place: str) -> Duty:
    """Return what a call is for."""
    said = f"{call} {place}"
    return next((duty for pattern, duty in _DUTIES if re.fullmatch(pattern, said)), "look")


def place_of(call: str, names: Mapping[str, object]) -> str:
    """Return which of an app's things a recorded call was about; '' where the action says it.

    `names` are the call's, as the recorder notes them.
    """
    match call.partition(":")[0]:
        case "s3":
            return _bucket_place(names)
        case "iam" if call == "iam:SimulatePrincipalPolicy":
            return "named-role"
        case "iam":
            guard = re.fullmatch(r"sam-deploy-.+-guard", str(names.get("RoleName", "")))
            return "guard-role" if guard else "named-role"
        case "lambda" if call == "lambda:Invoke":
            return "broker" if "-broker" in str(names.get("FunctionName", "")) else "functions"
        case "cloudformation" if call in _LISTING and not names.get("StackName"):
            return "every-stack"
        case "apigateway":
            return "api-account" if call == "apigateway:GetAccount" else "domain-names"
        case "scheduler":
            return "guard-schedule" if str(names.get("Name", "")).startswith("sd-") else ""
        case _:
            return ""


def _bucket_place(names: Mapping[str, object]) -> str:
    bucket = str(names.get("Bucket", ""))
    if not bucket:
        return ""
    if not ARTIFACT_BUCKET.fullmatch(bucket):
        return "app-bucket"
    return str(names.get("Key", "")).partition("/")[0] or "artifact-bucket"
