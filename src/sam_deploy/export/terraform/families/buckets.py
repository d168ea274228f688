"""Buckets, and the resources of their own that the provider makes of their settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export import source
from sam_deploy.export.source import Node, below, flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule
from sam_deploy.export.terraform.rules import nest, nothing, tags, to
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Body,
    Encoded,
    Items,
    Nested,
    Resource,
)

FAMILIES: Final[Mapping[str, Family]] = {}
REFERENCES: Final = {
    "AWS::S3::Bucket": {
        "": "id",
        "Arn": "arn",
        "DomainName": "bucket_domain_name",
        "RegionalDomainName": "bucket_regional_domain_name",
    },
}
_RULE: Final[Mapping[str, Rule]] = {
    "Id": to("id"),
    "Status": to("status"),
    "Prefix": nothing,
    "ExpirationInDays": nothing,
    "ExpiredObjectDeleteMarker": nothing,
    "NoncurrentVersionExpiration": nest(
        "noncurrent_version_expiration", {"NoncurrentDays": to("noncurrent_days")}
    ),
    "AbortIncompleteMultipartUpload": nest(
        "abort_incomplete_multipart_upload",
        {"DaysAfterInitiation": to("days_after_initiation")},
    ),
}


def _lifecycle(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    """Every rule has a filter, if an empty one, and at most one expiration."""
    for each in items(node):
        body = reading.body(each, _RULE, path)
        prefix = below(each, "Prefix")
        chosen = (Argument("prefix", reading.value(prefix, path)),) if prefix else ()
        days, markers = below(each, "ExpirationInDays"), below(each, "ExpiredObjectDeleteMarker")
        expiration: Body = (
            *((Argument("days", reading.value(days, path)),) if days is not None else ()),
            # the two exclude each other in the provider, and days remove the markers too
            *((Argument("expired_object_delete_marker", True),) if markers and not days else ()),
        )
        more = (Nested("expiration", expiration),) if expiration else ()
        yield Nested("rule", (*body, Nested("filter", chosen), *more))


_CORS: Final[Mapping[str, Rule]] = {
    "AllowedOrigins": to("allowed_origins"),
    "AllowedMethods": to("allowed_methods"),
    "AllowedHeaders": to("allowed_headers"),
    "ExposedHeaders": to("expose_headers"),
    "MaxAge": to("max_age_seconds"),
}
_ENCRYPTION: Final[Mapping[str, Rule]] = {
    "BucketKeyEnabled": to("bucket_key_enabled"),
    "ServerSideEncryptionByDefault": nest(
        "apply_server_side_encryption_by_default",
        {"SSEAlgorithm": to("sse_algorithm"), "KMSMasterKeyID": to("kms_master_key_id")},
    ),
}


def _notified(reading: Reading, node: Node, path: str) -> Iterator[Nested]:
    for each in items(node):
        rules = items(below(each, "Filter", "S3Key", "Rules"))
        chosen = tuple(
            Argument(f"filter_{flat(below(rule, 'Name'))}", flat(below(rule, "Value")))
            for rule in rules
        )
        yield Nested(
            "lambda_function",
            (
                Argument("lambda_function_arn", reading.value(below(each, "Function"), path)),
                Argument("events", Items((flat(below(each, "Event")),))),
                *chosen,
            ),
        )


_PARTS: Final[Mapping[str, tuple[str, str, Mapping[str, Rule]]]] = {
    "PublicAccessBlockConfiguration": (
        "aws_s3_bucket_public_access_block",
        "public_access",
        {
            "BlockPublicAcls": to("block_public_acls"),
            "BlockPublicPolicy": to("block_public_policy"),
            "IgnorePublicAcls": to("ignore_public_acls"),
            "RestrictPublicBuckets": to("restrict_public_buckets"),
        },
    ),
    "OwnershipControls": (
        "aws_s3_bucket_ownership_controls",
        "ownership",
        {"Rules": nest("rule", {"ObjectOwnership": to("object_ownership")})},
    ),
    "BucketEncryption": (
        "aws_s3_bucket_server_side_encryption_configuration",
        "encryption",
        {"ServerSideEncryptionConfiguration": nest("rule", _ENCRYPTION)},
    ),
    "LifecycleConfiguration": (
        "aws_s3_bucket_lifecycle_configuration",
        "lifecycle",
        {"Rules": _lifecycle},
    ),
    "CorsConfiguration": (
        "aws_s3_bucket_cors_configuration",
        "cors",
        {"CorsRules": nest("cors_rule", _CORS)},
    ),
    "NotificationConfiguration": (
        "aws_s3_bucket_notification",
        "notification",
        {"LambdaConfigurations": _notified},
    ),
}
"""Property of a bucket -> the resource of its own that it is to the provider."""


def _bucket(reading: Reading, bucket: source.Resource) -> Iterator[Resource]:
    name = bucket.logical_id
    own: Mapping[str, Rule] = {"BucketName": to("bucket"), "Tags": tags}
    rules: Mapping[str, Rule] = {
        **own,
        **dict.fromkeys([*_PARTS, "VersioningConfiguration"], nothing),
    }
    yield Resource(name, "aws_s3_bucket", reading.body(bucket.properties, rules, name))
    mine = Argument("bucket", Attribute(name, "id"))
    if bucket.value("VersioningConfiguration") is not None:
        status = nest("versioning_configuration", {"Status": to("status")})
        versioning = bucket.value("VersioningConfiguration")
        made = tuple(status(reading, versioning, f"{name}.VersioningConfiguration"))
        yield Resource(f"{name}/versioning", "aws_s3_bucket_versioning", (mine, *made))
    for part, (kind, key, inner) in _PARTS.items():
        if bucket.value(part) is not None:
            body = reading.body(bucket.value(part), inner, f"{name}.{part}")
            yield Resource(f"{name}/{key}", kind, (mine, *body), _before(reading, bucket, key))


def _before(reading: Reading, bucket: source.Resource, key: str) -> tuple[str, ...]:
    """Return what S3 wants to be there before it calls a function: the permission to call it."""
    if key != "notification":
        return ()
    called = {
        target.logical_id
        for each in items(bucket.value("NotificationConfiguration", "LambdaConfigurations"))
        if (target := reading.target(below(each, "Function")))
    }
    return tuple(
        each.logical_id
        for each in reading.source.resources.values()
        if each.kind == "AWS::Lambda::Permission"
        and flat(each.value("Principal")) == "s3.amazonaws.com"
        and (target := reading.target(each.value("FunctionName")))
        and target.logical_id in called
    )


def _bucket_policy(reading: Reading, policy: source.Resource) -> Iterator[Resource]:
    name = policy.logical_id
    body = (
        Argument("bucket", reading.value(policy.value("Bucket"), name)),
        Argument("policy", Encoded(reading.value(policy.value("PolicyDocument"), name))),
    )
    yield Resource(name, "aws_s3_bucket_policy", body)


CUSTOM: Final[Mapping[str, Custom]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::S3::BucketPolicy": _bucket_policy,
}
