from __future__ import annotations

from typing import Any

import pytest

from sam_deploy.template.checks.audit import audit

Found = list[tuple[str, str, str]]


def hits(rule: str, resources: dict[str, Any], **sections: Any) -> Found:
    document = {"Resources": resources, **sections}
    return [(e.severity, e.logical_id, e.where) for e in audit(document) if e.rule == rule]


def one(kind: str, /, **properties: Any) -> dict[str, Any]:
    return {"X": {"Type": kind, "Properties": properties}}


BUCKET, TABLE, POOL = "AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Cognito::UserPool"
BLOCKED = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}
PLAIN_HTTP = {"Bool": {"aws:SecureTransport": "false"}}


def denying(kind: str, key: str, of: Any, **changed: Any) -> dict[str, Any]:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": PLAIN_HTTP}
    document = {"Statement": [statement | changed]}
    return {"D": {"Type": kind, "Properties": {key: of, "PolicyDocument": document}}}


@pytest.mark.parametrize(
    ("properties", "severity", "where"),
    [
        ({}, "warning", "PublicAccessBlockConfiguration"),
        (
            {"PublicAccessBlockConfiguration": BLOCKED | {"BlockPublicPolicy": "false"}},
            "error",
            "PublicAccessBlockConfiguration.BlockPublicPolicy",
        ),
        (
            {"AccessControl": "PublicRead", "PublicAccessBlockConfiguration": BLOCKED},
            "error",
            "AccessControl",
        ),
    ],
)
def test_a_bucket_that_can_be_public_is_found(
    properties: dict[str, Any], severity: str, where: str
) -> None:
    """Forgotten blocks are a warning (AWS sets them itself), removed ones an error (R280)."""
    expected = [(severity, "X", where)]
    assert expected == hits("bucket-public-access", one(BUCKET, **properties))


def test_a_hardened_bucket_has_no_findings() -> None:
    """Blocks, key, TLS, versions, ownership: also behind Fn::If and by the bucket's name."""
    encryption = {"ServerSideEncryptionConfiguration": [{}]}
    bucket = one(
        BUCKET,
        BucketName="data",
        PublicAccessBlockConfiguration={"Fn::If": ["C", BLOCKED, BLOCKED]},
        BucketEncryption=encryption,
        VersioningConfiguration={"Status": "Enabled"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    )
    policy = denying("AWS::S3::BucketPolicy", "Bucket", "data")
    assert () == audit({"Resources": bucket | policy})


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ("bucket-encryption", "BucketEncryption"),
        ("bucket-tls", ""),
        ("bucket-versioning", "VersioningConfiguration"),
        ("bucket-ownership", "OwnershipControls"),
    ],
)
def test_what_a_bare_bucket_lacks_is_a_warning(rule: str, where: str) -> None:
    """Each by its own rule, so that each can be waived by itself."""
    assert [("warning", "X", where)] == hits(rule, one(BUCKET))


@pytest.mark.parametrize(
    ("kind", "policy", "key", "rule"),
    [
        (BUCKET, "AWS::S3::BucketPolicy", "Bucket", "bucket-tls"),
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues", "queue-tls"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics", "topic-tls"),
    ],
)
def test_only_a_policy_that_denies_plain_http_closes_it(
    kind: str, policy: str, key: str, rule: str
) -> None:
    """An allowance, or a policy of another resource, does not."""
    mine: Any = {"Ref": "X"} if key == "Bucket" else [{"Ref": "X"}]
    other: Any = {"Ref": "Y"} if key == "Bucket" else [{"Ref": "Y"}]
    assert [] == hits(rule, one(kind) | denying(policy, key, mine))
    assert 1 == len(hits(rule, one(kind) | denying(policy, key, mine, Effect="Allow")))
    assert 1 == len(hits(rule, one(kind) | denying(policy, key, mine, Condition={})))
    assert 1 == len(hits(rule, one(kind) | denying(policy, key, other)))


@pytest.mark.parametrize(
    ("rule", "kind", "bad", "good"),
    [
        ("topic-encryption", "AWS::SNS::Topic", {}, {"KmsMasterKeyId": "alias/aws/sns"}),
        ("queue-encryption", "AWS::SQS::Queue", {}, {"SqsManagedSseEnabled": True}),
        (
            "queue-encryption",
            "AWS::SQS::Queue",
            {"SqsManagedSseEnabled": False},
            {"SqsManagedSseEnabled": False, "KmsMasterKeyId": "alias/mine"},
        ),
        (
            "table-recovery",
            TABLE,
            {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": "false"}},
            {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        ),
        ("keep-data", TABLE, {}, {"DeletionProtectionEnabled": True}),
        ("keep-data", POOL, {}, {"DeletionProtection": "ACTIVE"}),
        (
            "keep-data",
            "AWS::DynamoDB::GlobalTable",
            {"Replicas": [{"DeletionProtectionEnabled": True}, {}]},
            {"Replicas": [{"DeletionProtectionEnabled": True}]},
        ),
        ("log-group-retention", "AWS::Logs::LogGroup", {}, {"RetentionInDays": 30}),
        ("key-rotation", "AWS::KMS::Key", {}, {"EnableKeyRotation": True}),
        (
            "key-rotation",
            "AWS::KMS::Key",
            {"KeySpec": "SYMMETRIC_DEFAULT"},
            {"KeySpec": "RSA_2048"},
        ),
        ("alarm-action", "AWS::CloudWatch::Alarm", {}, {"AlarmActions": ["arn:topic"]}),
        (
            "pool-password",
            POOL,
            {},
            {"Policies": {"PasswordPolicy": {"MinimumLength": 12}}},
        ),
        ("pool-mfa", POOL, {"MfaConfiguration": "OFF"}, {"MfaConfiguration": "OPTIONAL"}),
        ("function-url", "AWS::Lambda::Url", {"AuthType": "NONE"}, {"AuthType": "AWS_IAM"}),
    ],
)
def test_each_setting_is_found_when_it_is_missing(
    rule: str, kind: str, bad: dict[str, Any], good: dict[str, Any]
) -> None:
    """One property makes the difference (R280, R317)."""
    assert ["X"] == [each[1] for each in hits(rule, one(kind, **bad))]
    assert [] == hits(rule, one(kind, **good))


def test_each_replica_of_a_global_table_is_looked_at() -> None:
    """Recovery is a setting of every region."""
    on = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    table = one("AWS::DynamoDB::GlobalTable", Replicas=[on, {"Region": "eu-west-1"}])
    expected = [("warning", "X", "Replicas[1].PointInTimeRecoverySpecification")]
    assert expected == hits("table-recovery", table)


def test_a_deletion_policy_keeps_data() -> None:
    """Retain, RetainExceptOnCreate and Snapshot do; Delete does not."""
    kept = ["Retain", "RetainExceptOnCreate", "Snapshot", "Delete"]
    found = [hits("keep-data", {"X": {"Type": TABLE, "DeletionPolicy": each}}) for each in kept]
    assert [[], [], [], [("warning", "X", "DeletionPolicy")]] == found


def test_an_alarm_that_another_one_or_a_deployment_watches_needs_no_action() -> None:
    """Composite alarms and SAM's deployment preference hear it."""
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "slow"}}
    composite = {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {"AlarmRule": 'ALARM("slow")', "AlarmActions": ["arn:topic"]},
    }
    preference = {"DeploymentPreference": {"Alarms": [{"Ref": "X"}]}}
    function = {"Type": "AWS::Serverless::Function", "Properties": preference}
    assert [] == hits("alarm-action", {"X": alarm, "C": composite})
    assert [] == hits("alarm-action", {"X": alarm, "F": function})


@pytest.mark.parametrize(
    "group",
    [
        {"LogGroupName": "/aws/lambda/Job"},
        {"LogGroupName": {"Fn::Sub": "/aws/lambda/${X}"}},
        {"LogGroupName": {"Fn::Join": ["/", ["/aws/lambda", {"Ref": "X"}]]}},
    ],
)
def test_a_functions_own_log_group_is_recognised(group: dict[str, Any]) -> None:
    """By its name, or by a reference to the function."""
    function = one("AWS::Lambda::Function", FunctionName="Job")
    logs = {"G": {"Type": "AWS::Logs::LogGroup", "Properties": group}}
    assert [("warning", "X", "")] == hits("function-log-group", function)
    assert [] == hits("function-log-group", function | logs)
    given = one("AWS::Lambda::Function", LoggingConfig={"LogGroup": "mine"})
    assert [] == hits("function-log-group", given)


def test_a_function_url_of_sam_is_looked_at_and_a_parameter_is_followed() -> None:
    """AuthType by a parameter whose default is NONE is NONE."""
    function = one("AWS::Serverless::Function", FunctionUrlConfig={"AuthType": {"Ref": "Auth"}})
    found = hits("function-url", function, Parameters={"Auth": {"Default": "NONE"}})
    assert [("error", "X", "FunctionUrlConfig.AuthType")] == found
