"""The stack of a broker: function, role, table, key, log; its code stands in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from sam_deploy.broker.bundle import bundle
from sam_deploy.broker.function.settings import BrokerSettings
from sam_deploy.broker.guard import BrokerNames
from sam_deploy.template.yaml_text import to_yaml

if TYPE_CHECKING:
    from sam_deploy.template.document import Json

CODE: Final = "CODE-OF-THE-BROKER"
RUNTIME: Final = "python3.12"
LOG_DAYS: Final = 400
HERE: Final = "${AWS::Region}:${AWS::AccountId}"
ARN: Final = "arn:${AWS::Partition}"
KEY_ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
"""What administrators of the account may do with the key: all but use it."""


def broker_template(settings: BrokerSettings, names: BrokerNames) -> str:
    """Return the template as YAML. The same app, the same text."""
    text = to_yaml(_document(settings, names))
    code = bundle(settings)
    (line,) = [each for each in text.splitlines(keepends=True) if CODE in each]
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    block = "".join(
        f"{indent}{each}" if each.strip() else "\n" for each in code.splitlines(keepends=True)
    )
    return text.replace(line, line.replace(CODE, "|") + block)


def _document(settings: BrokerSettings, names: BrokerNames) -> Mapping[str, Json]:
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The broker of {settings.app}: it alone moves "
        f"{', '.join(settings.guarded)}. Written by sam-deploy {settings.tool_version}.",
        "Resources": {
            "Key": _key(names),
            "KeyAlias": {
                "Type": "AWS::KMS::Alias",
                "Properties": {"AliasName": names.key_alias, "TargetKeyId": {"Ref": "Key"}},
            },
            "Table": _table(names),
            "Log": {
                "Type": "AWS::Logs::LogGroup",
                "DeletionPolicy": "Retain",
                "UpdateReplacePolicy": "Retain",
                "Properties": {"LogGroupName": names.log_group, "RetentionInDays": LOG_DAYS},
            },
            "Role": _role(settings, names),
            "Function": _function(names),
            "Once": {
                # whoever may invoke it may do so asynchronously: a repetition would send a mail
                "Type": "AWS::Lambda::EventInvokeConfig",
                "Properties": {
                    "FunctionName": {"Ref": "Function"},
                    "Qualifier": "$LATEST",
                    "MaximumRetryAttempts": 0,
                },
            },
        },
        "Outputs": {
            "FunctionArn": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}},
            "RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}},
        },
    }


def _key(names: BrokerNames) -> Json:
    everybody = {"AWS": {"Fn::Sub": f"{ARN}:iam::${{AWS::AccountId}}:root"}}
    role = {"Fn::Sub": f"{ARN}:iam::${{AWS::AccountId}}:role/{names.name}"}
    return {
        "Type": "AWS::KMS::Key",
        "Properties": {
            "Description": f"Seals the one-time codes of {names.name}",
            "KeySpec": "HMAC_256",
            "KeyUsage": "GENERATE_VERIFY_MAC",
            "PendingWindowInDays": 7,
            "KeyPolicy": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "AccountKeepsIt",
                        "Effect": "Allow",
                        "Principal": everybody,
                        "Action": list(KEY_ADMINISTRATION),
                        "Resource": "*",
                    },
                    {
                        "Sid": "BrokerAloneUsesIt",
                        "Effect": "Allow",
                        "Principal": everybody,
                        "Action": "kms:GenerateMac",
                        "Resource": "*",
                        # by name: the role is made after the key, which it refers to
                        "Condition": {"ArnEquals": {"aws:PrincipalArn": role}},
                    },
                ],
            },
        },
    }


def _table(names: BrokerNames) -> Json:
    return {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "TableName": names.name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "SSESpecification": {"SSEEnabled": True},
        },
    }


def _role(settings: BrokerSettings, names: BrokerNames) -> Json:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": names.name,
            "Description": f"Moves aliases of {settings.app}; for its broker alone",
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "broker",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": _statements(settings, names),
                    },
                }
            ],
        },
    }


def _statements(settings: BrokerSettings, names: BrokerNames) -> list[Json]:
    guarded = {function for _, function in settings.places}
    origins = {origin for each in settings.origins.values() for origin, _ in each.values()}
    ses = f"{ARN}:ses:{settings.sender_region}:${{AWS::AccountId}}"
    looks = ["lambda:GetAlias", "lambda:GetFunctionConfiguration"]
    read = sorted(origins - guarded)
    return [
        _allow("MovesAliases", [*looks, "lambda:UpdateAlias"], _functions(guarded)),
        *([_allow("LooksAtWhatIsPromoted", looks, _functions(read))] if read else []),
        _allow(
            "Remembers",
            ["dynamodb:GetItem", "dynamodb:PutItem"],
            [{"Fn::GetAtt": ["Table", "Arn"]}],
        ),
        _allow("SealsCodes", ["kms:GenerateMac"], [{"Fn::GetAtt": ["Key", "Arn"]}]),
        {
            **_allow(
                "SendsCodes",
                ["ses:SendEmail"],
                [{"Fn::Sub": f"{ses}:identity/*"}, {"Fn::Sub": f"{ses}:configuration-set/*"}],
            ),
            "Condition": {"StringEquals": {"ses:FromAddress": settings.sender}},
        },
        _allow(
            "Logs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [{"Fn::Sub": f"{ARN}:logs:{HERE}:log-group:{names.log_group}:*"}],
        ),
    ]


def _functions(names: Iterable[str]) -> list[Json]:
    """Return the ARNs of functions and of all that is in them.

    In any region: all of them one by one are more than a role can hold (10,240 characters).
    """
    return [
        {"Fn::Sub": f"{ARN}:lambda:*:${{AWS::AccountId}}:function:{function}{version}"}
        for function in sorted(names)
        for version in ("", ":*")
    ]


def _allow(sid: str, actions: Sequence[Json], resources: Sequence[Json]) -> dict[str, Json]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}


def _function(names: BrokerNames) -> Json:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": names.name,
            "Description": "Moves aliases of guarded environments, after a one-time code",
            "Runtime": RUNTIME,
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "MemorySize": 512,
            "Timeout": 60,
            "Environment": {
                "Variables": {"TABLE": {"Ref": "Table"}, "KEY": {"Fn::GetAtt": ["Key", "Arn"]}}
            },
            "LoggingConfig": {"LogGroup": {"Ref": "Log"}},
            "Code": {"ZipFile": CODE},
        },
    }
