"""Renders buckets: private, encrypted, TLS only, kept when their stack goes. Pure."""

from __future__ import annotations

from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Bucket, Cors, Environment, Function, UploadTrigger
from sam_deploy.template.arns import bucket_arn, bucket_name_text, objects_arn
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.origins import allowed_origins
from sam_deploy.template.roles import POLICY_VERSION
from sam_deploy.template.scope import Scope

Uploads = list[tuple[Function, UploadTrigger]]

ABANDONED_UPLOAD_DAYS: Final = 7
S3_CORS_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE")


def buckets(scope: Scope) -> Entries:
    """Yield each bucket of each environment, its policy, and whom its uploads may call."""
    for bucket in scope.buckets:
        uploads = [each for each in scope.triggers(UploadTrigger) if each[1].bucket == bucket.name]
        for environment in scope.environments:
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
                ),
            )
            policy_id = naming.bucket_policy_id(bucket.name, environment.name)
            yield policy_id, _policy(bucket, environment)


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
                "SourceArn": bucket_arn(bucket.name, environment.name),
            },
        )
        for function, _ in uploads
    }


def _properties(
    scope: Scope, bucket: Bucket, environment: Environment, uploads: Uploads
) -> dict[str, Json]:
    properties: dict[str, Json] = {
        "BucketName": sub(bucket_name_text(bucket.name, environment.name)),
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            ]
        },
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "LifecycleConfiguration": {"Rules": _lifecycle(bucket)},
    }
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
    rules.append(
        {
            "Id": "AbortIncompleteUploads",
            "Status": "Enabled",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABANDONED_UPLOAD_DAYS},
        }
    )
    return rules


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
    deny: Json = {
        "Sid": "DenyPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [
            bucket_arn(bucket.name, environment.name),
            objects_arn(bucket.name, environment.name),
        ],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return Resource(
        "AWS::S3::BucketPolicy",
        {
            "Bucket": ref(naming.bucket_id(bucket.name, environment.name)),
            "PolicyDocument": {"Version": POLICY_VERSION, "Statement": [deny]},
        },
    )
