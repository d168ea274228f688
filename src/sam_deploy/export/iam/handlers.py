"""What CloudFormation calls, with the caller's rights, for what a template holds.

AWS says it itself: the provider schema of each resource type names the permissions of its handlers
(`handlers.create.permissions`). They cover whatever a resource of that type can be told; what
belongs to a property that the template does not use is left out here, where it reaches beyond the
resource: other services, and what would let a deployer raise itself.
Source: CloudFormation CLI user guide, "Resource type schema"; the schemas come with cfn-lint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sam_deploy.export.iam import reference
from sam_deploy.export.iam.reference import Action
from sam_deploy.export.source import Resource, Source
from sam_deploy.template.compare.provider_schemas import OLDEST_REGION, provider_schema

ALIKE: Final = {"AWS::Serverless::Function": ("AWS::Lambda::Function",)}
"""What the SAM transform makes of a type; our own templates use no other one of SAM's."""
HANDLERS: Final = ("create", "read", "update", "delete")
NEVER: Final = "(never)"
"""For what a schema names although no property of the type ends there."""

_KMS: Final = r"kms:.*"
_PLANE: Final = r"dynamodb:(Query|Scan|\w+Item)"
ONLY_WITH: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "AWS::ApiGateway::RestApi": {
        "s3:.*": ("BodyS3Location",),
        "iam:PassRole": ("Body", "BodyS3Location"),
    },
    "AWS::ApiGatewayV2::Api": {"s3:.*": ("BodyS3Location",)},
    "AWS::ApiGatewayV2::Authorizer": {"iam:PassRole": ("AuthorizerCredentialsArn",)},
    "AWS::ApiGatewayV2::DomainName": {"s3:.*": ("DomainNameConfigurations.TruststoreUri",)},
    "AWS::ApiGatewayV2::Integration": {"iam:PassRole": ("CredentialsArn",)},
    "AWS::Cognito::UserPool": {
        _KMS: ("LambdaConfig.KMSKeyID",),
        "iam:PassRole": ("SmsConfiguration",),
        # Cognito makes its role for mails of one's own address
        "iam:CreateServiceLinkedRole": ("EmailConfiguration",),
    },
    "AWS::Cognito::UserPoolClient": {
        "iam:.*": ("AnalyticsConfiguration",),
        "mobiletargeting:.*": ("AnalyticsConfiguration",),
    },
    "AWS::Cognito::UserPoolGroup": {"iam:.*": ("RoleArn",)},
    "AWS::DynamoDB::GlobalTable": {
        "kinesis:.*": ("Replicas.KinesisStreamSpecification",),
        "dynamodb:.*KinesisStreamingDestination": ("Replicas.KinesisStreamSpecification",),
        "application-autoscaling:.*": ("WriteProvisionedThroughputSettings",),
        "cloudwatch:PutMetricData": (NEVER,),
    },
    "AWS::DynamoDB::Table": {
        "kinesis:.*": ("KinesisStreamSpecification",),
        "dynamodb:.*KinesisStreamingDestination": ("KinesisStreamSpecification",),
        "(s3|logs):.*": ("ImportSourceSpecification",),
        "dynamodb:(ImportTable|DescribeImport)": ("ImportSourceSpecification",),
        _KMS: ("SSESpecification.KMSMasterKeyId",),
        _PLANE: (NEVER,),
        "iam:.*": (NEVER,),
    },
    "AWS::Events::Archive": {_KMS: ("KmsKeyIdentifier",)},
    "AWS::Events::EventBus": {_KMS: ("KmsKeyIdentifier",)},
    "AWS::Events::Rule": {"iam:PassRole": ("RoleArn", "Targets.RoleArn")},
    "AWS::IAM::Policy": {
        "iam:.*UserPolicy": ("Users",),
        "iam:.*GroupPolicy": ("Groups",),
        "iam:.*RolePolicy": ("Roles",),
    },
    "AWS::IAM::Role": {
        "iam:(Attach|Detach)RolePolicy": ("ManagedPolicyArns",),
        "iam:.*PermissionsBoundary": ("PermissionsBoundary",),
    },
    "AWS::Lambda::Alias": {"codedeploy:.*": (NEVER,)},
    "AWS::Lambda::EventSourceMapping": {_KMS: ("KmsKeyArn",)},
    "AWS::Lambda::Function": {
        "ec2:.*": ("VpcConfig",),
        "elasticfilesystem:.*": ("FileSystemConfigs",),
        "s3files:.*": ("FileSystemConfigs",),
        _KMS: ("KmsKeyArn",),
        "lambda:(PassCapacityProvider|PutFunctionScalingConfig)": ("CapacityProviderConfig",),
        "lambda:.*CodeSigningConfig": ("CodeSigningConfigArn",),
    },
    "AWS::Logs::LogGroup": {
        "(firehose|s3):.*": (NEVER,),
        _KMS: ("KmsKeyId",),
        "iam:.*": (NEVER,),
    },
    "AWS::S3::Bucket": {
        "s3:(DeleteObject|PutObjectAcl|GetObject.*)": (NEVER,),
        "s3tables:.*": ("MetadataTableConfiguration", "MetadataConfiguration"),
        "s3:.*MetadataTable.*": ("MetadataTableConfiguration", "MetadataConfiguration"),
        "s3:.*Metadata(Journal|Inventory|Annotation)Table.*": ("MetadataConfiguration",),
        "iam:PassRole": ("ReplicationConfiguration",),
        _KMS: (NEVER,),
    },
    "AWS::SNS::Subscription": {"iam:.*": ("SubscriptionRoleArn",)},
    "AWS::SNS::Topic": {"iam:.*": ("DeliveryStatusLogging",)},
    "AWS::SecretsManager::Secret": {_KMS: ("KmsKeyId",)},
    "AWS::WAFv2::WebACL": {"payments:.*": (NEVER,)},
    "AWS::WAFv2::WebACLAssociation": {
        # of what a list can protect, our templates have APIs and user pools
        r"(?!wafv2:|apigateway:|cognito-idp:).*": (NEVER,),
    },
}
"""Type -> permission (a pattern) -> the properties that need it; one of them must be there."""
PASSED_TO: Final = {
    "AWS::ApiGateway": "apigateway.amazonaws.com",
    "AWS::ApiGatewayV2": "apigateway.amazonaws.com",
    "AWS::Cognito": "cognito-idp.amazonaws.com",
    "AWS::Events": "events.amazonaws.com",
    "AWS::Lambda": "lambda.amazonaws.com",
    "AWS::Pipes": "pipes.amazonaws.com",
    "AWS::S3": "s3.amazonaws.com",
    "AWS::SNS": "sns.amazonaws.com",
    "AWS::Scheduler": "scheduler.amazonaws.com",
    "AWS::StepFunctions": "states.amazonaws.com",
}
"""Which service takes the roles that a resource of these types names."""


@dataclass(frozen=True, slots=True)
class Needed:
    """An action that CloudFormation needs for a resource of the app."""

    action: Action
    kind: str
    """The resource's type."""

    @property
    def passed_to(self) -> str:
        """Return the service that a role is passed to; '' where none is, or it is not known."""
        return PASSED_TO.get(self.kind.rpartition("::")[0], "")


def needed(source: Source) -> Iterator[Needed]:
    """Yield what CloudFormation needs to make, read, change and delete the resources of a stack."""
    for resource in source.resources.values():
        for kind in ALIKE.get(resource.kind, (resource.kind,)):
            for name in _permissions(kind):
                if _used(kind, name, resource):
                    yield from (Needed(action, kind) for action in reference.known(name))


def unknown(source: Source) -> tuple[str, ...]:
    """Return the types of a stack that AWS does not say the permissions of."""
    kinds = {each for r in source.resources.values() for each in ALIKE.get(r.kind, (r.kind,))}
    return tuple(sorted(kind for kind in kinds if not _permissions(kind)))


def _permissions(kind: str) -> tuple[str, ...]:
    schema = provider_schema(kind, OLDEST_REGION)
    handlers = schema.get("handlers") or {}
    found = {
        str(name) for each in HANDLERS for name in handlers.get(each, {}).get("permissions", ())
    }
    tagging = schema.get("tagging")
    if isinstance(tagging, dict):
        found.update(map(str, tagging.get("permissions", ())))
    return tuple(sorted(found))


def _used(kind: str, name: str, resource: Resource) -> bool:
    rules = ONLY_WITH.get(kind, {})
    fits = [
        properties
        for pattern, properties in rules.items()
        if re.fullmatch(pattern, name, flags=re.IGNORECASE)
    ]
    return all(any(_has(resource, each) for each in properties) for properties in fits)


def _has(resource: Resource, path: str) -> bool:
    """Whether a property is there, also in one entry of a list on the way."""
    values: list[object] = [resource.properties]
    for part in path.split("."):
        values = [each[part] for each in values if isinstance(each, Mapping) and part in each]
        values = [
            item
            for each in values
            for item in (each if isinstance(each, list | tuple) else (each,))
        ]
    return bool(values)
