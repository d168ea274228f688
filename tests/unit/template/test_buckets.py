from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Bucket, Cors, Environment, Function, on_upload
from sam_deploy.errors import ConfigError


def test_a_bucket_is_private_encrypted_and_kept(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Removing it from the stack keeps it; a failed first deployment takes it away again."""
    rendered = render_app(make_app(buckets=[Bucket("data")]))
    bucket = rendered.resources["DataDevBucket"]
    assert "RetainExceptOnCreate" == bucket["DeletionPolicy"]
    assert "Retain" == bucket["UpdateReplacePolicy"]
    properties = bucket["Properties"]
    assert {"Fn::Sub": "data-dev${RegionSuffix}"} == properties["BucketName"]
    blocked = properties["PublicAccessBlockConfiguration"]
    assert [True] * 4 == list(blocked.values())
    encryption = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}] == encryption
    ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert ownership == properties["OwnershipControls"]
    assert "NotificationConfiguration" not in properties
    policy = rendered.properties("DataDevBucketPolicy")["PolicyDocument"]["Statement"]
    assert [("Deny", {"Bool": {"aws:SecureTransport": "false"}})] == [
        (each["Effect"], each["Condition"]) for each in policy
    ]


def test_objects_expire_when_asked_and_broken_uploads_always(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R091: the rule's name is the documented one."""
    rendered = render_app(make_app(buckets=[Bucket("short", expire_days=3), Bucket("long")]))
    rules = {
        name: [rule["Id"] for rule in rendered.properties(name)["LifecycleConfiguration"]["Rules"]]
        for name in ("ShortDevBucket", "LongDevBucket")
    }
    always = ["ExpireOldVersionsAfter30Days", "AbortIncompleteUploads"]
    expected = {
        "ShortDevBucket": ["ExpireAfter3Days", *always],
        "LongDevBucket": always,
    }
    assert expected == rules


def test_browsers_may_come_from_the_environments_own_pages(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Prod has no label and no laptop; origins that are given replace them all."""
    own, given = Cors(["GET"]), Cors(["ANY"], origins=["https://other.org"])
    app = make_app(buckets=[Bucket("own-pages", cors=own), Bucket("given-pages", cors=given)])
    rendered = render_app(app)

    def rule(name: str) -> tuple[list[str], list[str]]:
        (each,) = rendered.properties(name)["CorsConfiguration"]["CorsRules"]
        return each["AllowedOrigins"], each["AllowedMethods"]

    expected = ["https://dev.example.com", "http://localhost:4200"]
    assert (expected, ["GET"]) == rule("OwnPagesDevBucket")
    assert (["https://example.com"], ["GET"]) == rule("OwnPagesProdBucket")
    every = ["GET", "HEAD", "POST", "PUT", "DELETE"]
    assert (["https://other.org"], every) == rule("GivenPagesDevBucket")


def test_a_cors_rule_without_any_origin_is_refused(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """No domain and no origins: S3 would refuse the empty list in the middle of a deployment."""
    app = make_app(
        domain=None, environments=[Environment("dev")], buckets=[Bucket("data", cors=Cors(["GET"]))]
    )
    with pytest.raises(ConfigError) as raised:
        render_app(app)
    assert "The CORS rule of bucket `data` in dev has no web origin" == raised.value.what


def test_an_upload_calls_the_alias_of_the_buckets_environment(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The permission names bucket and account by text, so nothing waits in a circle."""
    job = Function("Job", source="job", triggers=[on_upload("data", prefix="in/", suffix=".csv")])
    rendered = render_app(make_app(functions=[job], buckets=[Bucket("data")]))
    bucket = rendered.resources["DataProdBucket"]
    expected = {
        "Event": "s3:ObjectCreated:*",
        "Function": {"Ref": "JobFunctionAliasProd"},
        "Filter": {
            "S3Key": {
                "Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
            }
        },
    }
    notification = bucket["Properties"]["NotificationConfiguration"]
    assert {"LambdaConfigurations": [expected]} == notification
    assert ["JobFunctionAliasProdDataPermission"] == bucket["DependsOn"]
    permission = rendered.properties("JobFunctionAliasProdDataPermission")
    source = {"Fn::Sub": "arn:${AWS::Partition}:s3:::data-prod${RegionSuffix}"}
    assert (source, {"Ref": "AWS::AccountId"}) == (
        permission["SourceArn"],
        permission["SourceAccount"],
    )


def test_what_is_replaced_or_deleted_can_be_had_back_for_a_while(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """Versions are kept for 30 days, or as told, and the markers of deletion go with them."""
    buckets = [Bucket("old", noncurrent_days=7), Bucket("plain", versioned=False)]
    rendered = render_app(make_app(buckets=buckets))
    properties = rendered.properties("OldDevBucket")
    assert {"Status": "Enabled"} == properties["VersioningConfiguration"]
    assert {
        "Id": "ExpireOldVersionsAfter7Days",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 7},
        "ExpiredObjectDeleteMarker": True,
    } == properties["LifecycleConfiguration"]["Rules"][0]
    plain = rendered.properties("PlainDevBucket")
    assert "VersioningConfiguration" not in plain
    assert ["AbortIncompleteUploads"] == [
        each["Id"] for each in plain["LifecycleConfiguration"]["Rules"]
    ]


def test_a_bucket_can_have_a_key_of_the_users(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A bucket key spares a call to KMS for every object."""
    rendered = render_app(make_app(buckets=[Bucket("data", kms_key="alias/data")]))
    (rule,) = rendered.properties("DataDevBucket")["BucketEncryption"][
        "ServerSideEncryptionConfiguration"
    ]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/data"}
    expected = {"ServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
    assert expected == rule


def test_a_chosen_name_is_the_buckets_and_an_existing_bucket_is_left_alone(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The logical id stays; of another stack's bucket only the name is used (R027, R173)."""
    buckets = [
        Bucket("data", physical_name="{environment}-old-data"),
        Bucket("other", physical_name="{environment}-other", existing=True),
    ]
    reader = Function("Reader", source="x", uses=["other.read"])
    rendered = render_app(make_app(buckets=buckets, functions=[reader]))
    assert ["DataDevBucket", "DataProdBucket"] == list(rendered.of_type("AWS::S3::Bucket"))
    name = {"Fn::Sub": "dev-old-data${RegionSuffix}"}
    assert name == rendered.properties("DataDevBucket")["BucketName"]
    assert ":::dev-other/*" in rendered.template.body


def test_an_upload_calls_only_in_the_chosen_environments(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """The bucket of the others calls nobody."""
    job = Function("Job", source="job", triggers=[on_upload("data", environments=["prod"])])
    rendered = render_app(make_app(functions=[job], buckets=[Bucket("data")]))
    assert "NotificationConfiguration" not in rendered.properties("DataDevBucket")
    assert "NotificationConfiguration" in rendered.properties("DataProdBucket")
