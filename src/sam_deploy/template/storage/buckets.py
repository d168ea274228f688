"""Renders buckets: private, encrypted, TLS only, kept when their stack goes. Pure."""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Bucket, Cors, Environment, Function, UploadTrigger
from sam_deploy.template.arns import bucket_arn, bucket_name_text, objects_arn
from sam_deploy.template.compute.roles import POLICY_VERSION
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.scope import Scope

Uploads = list[tuple[Function, UploadTrigger]]

ABANDONED_UPLOAD_DAYS: Final = 7
S3_CORS_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE")


def buckets(scope: Scope) -> Entries:
    """Yield each bucket of each environment, its policy, and whom its uploads may call."""
    for bucket in scope.buckets:
        for environment in scope.environments:
            uploads = _uploads(scope, bucket, environment)
            permissions = _permissions(bucket, environment, uploads)
            yield from permissions.items()
            properties = _properties(scope, bucket, environment, uploads)
            yield (
                naming.bucket_id(bucket.name, environment.name),
                Resource(
                    "AWS::S3::Bucket",
                    properties,
                    # S3 asks Lambda whether it may call before it accepts a notification.
                    depends_on=tuple(permissions),
                    retention="RetainExceptOnCreate",
                    environment=environment.name,
                    declared=bucket,
                ),
            )
            policy_id = naming.bucket_policy_id(bucket.name, environment.name)
            yield policy_id, _policy(bucket, environment)


def _uploads(scope: Scope, bucket: Bucket, environment: Environment) -> Uploads:
    """Return the triggers of a bucket in one environment, each with its function."""
    return [
        (function, trigger)
        for function, trigger in scope.triggers(UploadTrigger)
        if trigger.bucket == bucket.name and environment in scope.among(trigger.environments)
    ]


def _permissions(bucket: Bucket, environment: Environment, uploads: Uploads) -> dict[str, Resource]:
    """Return one permission per function, however many of its triggers name the bucket."""
    source = naming.title(bucket.name)
    return {
        naming.permission_id(function.name, environment.name, source): Resource(
            "AWS::Lambda::Permission",
            {
                "FunctionName": ref(naming.alias_id(function.name, environment.name)),
                "Action": "lambda:InvokeFunction",
                "Principal": "s3.amazonaws.com",
                # A bucket's ARN names no account: another one could take the name over.
                "SourceAccount": ref("AWS::AccountId"),
                "SourceArn": bucket_arn(bucket, environment.name),
            },
            environment=environment.name,
            declared=trigger,
        )
        for function, trigger in uploads
    }


def _properties(
    scope: Scope, bucket: Bucket, environment: Environment, uploads: Uploads
) -> dict[str, Json]:
    properties = private(sub(bucket_name_text(bucket, environment.name)), bucket.kms_key)
    if bucket.versioned:
        properties["VersioningConfiguration"] = {"Status": "Enabled"}
    properties["LifecycleConfiguration"] = {"Rules": _lifecycle(bucket)}
    if bucket.cors:
        rule = _cors(scope, bucket, bucket.cors, environment)
        properties["CorsConfiguration"] = {"CorsRules": [rule]}
    if uploads:
        properties["NotificationConfiguration"] = {
            "LambdaConfigurations": [
                _notification(function, trigger, environment) for function, trigger in uploads
            ]
        }
    return properties | {"Tags": scope.tag_list(environment)}


def private(name: Json, kms_key: str | None = None) -> dict[str, Json]:
    """Return the properties of a bucket that nobody outside the account reaches, encrypted."""
    by_default: dict[str, Json] = {"SSEAlgorithm": "AES256"}
    if kms_key:
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key}
    encryption: dict[str, Json] = {"ServerSideEncryptionByDefault": by_default}
    if kms_key:
        # One call to KMS for many objects instead of one for each.
        encryption["BucketKeyEnabled"] = True
    return {
        "BucketName": name,
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption]},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
    }


def _lifecycle(bucket: Bucket) -> list[Json]:
    rules: list[Json] = []
    if bucket.expire_days:
        rules.append(
            {
                "Id": f"ExpireAfter{bucket.expire_days}Days",
                "Status": "Enabled",
                "ExpirationInDays": bucket.expire_days,
            }
        )
    if bucket.versioned:
        rules.append(old_versions(bucket.noncurrent_days))
    return [*rules, abandoned_uploads()]


def old_versions(days: int) -> Json:
    """Return the rule that ends replaced and deleted objects, and the markers of deletion."""
    return {
        "Id": f"ExpireOldVersionsAfter{days}Days",
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
        "ExpiredObjectDeleteMarker": True,
    }


def abandoned_uploads() -> Json:
    """Return the rule that ends uploads in parts that were never completed."""
    return {
        "Id": "AbortIncompleteUploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABANDONED_UPLOAD_DAYS},
    }


def _cors(scope: Scope, bucket: Bucket, cors: Cors, environment: Environment) -> Json:
    who = f"The CORS rule of bucket `{bucket.name}` in {environment.name}"
    return {
        "AllowedOrigins": allowed_origins(scope.app, cors, [environment], who),
        "AllowedMethods": list(S3_CORS_METHODS if "ANY" in cors.methods else cors.methods),
        "AllowedHeaders": list(cors.headers),
        "MaxAge": cors.max_age_seconds,
    }


def _notification(function: Function, trigger: UploadTrigger, environment: Environment) -> Json:
    notification: dict[str, Json] = {
        "Event": trigger.event,
        "Function": ref(naming.alias_id(function.name, environment.name)),
    }
    given = {"prefix": trigger.prefix, "suffix": trigger.suffix}
    rules = [{"Name": name, "Value": value} for name, value in given.items() if value]
    if rules:
        notification["Filter"] = {"S3Key": {"Rules": rules}}
    return notification


def _policy(bucket: Bucket, environment: Environment) -> Resource:
    arns = [bucket_arn(bucket, environment.name), objects_arn(bucket, environment.name)]
    return Resource(
        "AWS::S3::BucketPolicy",
        {
            "Bucket": ref(naming.bucket_id(bucket.name, environment.name)),
            "PolicyDocument": {"Version": POLICY_VERSION, "Statement": [deny_plain_http(arns)]},
        },
        environment=environment.name,
        declared=bucket,
    )


def deny_plain_http(arns: list[Json]) -> Json:
    """Return the statement that lets nobody reach these without TLS."""
    return {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": arns,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
