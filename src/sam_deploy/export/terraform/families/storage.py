"""Tables and their scaling, parameters, secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sam_deploy.export import source
from sam_deploy.export.source import Node, below, flat, items
from sam_deploy.export.terraform.families.family import Custom, Family
from sam_deploy.export.terraform.reading import Reading, Rule
from sam_deploy.export.terraform.rules import inside, nest, nothing, tags, to
from sam_deploy.export.terraform.values import (
    Argument,
    Attribute,
    Code,
    Items,
    Resource,
)

PROTECT: Final = Code(("var.protect_data",))
_CAPACITY: Final[Mapping[str, Rule]] = {
    "ReadCapacityUnits": to("read_capacity"),
    "WriteCapacityUnits": to("write_capacity"),
}
_PROJECTION: Final[Mapping[str, Rule]] = {
    "ProjectionType": to("projection_type"),
    "NonKeyAttributes": to("non_key_attributes"),
}


def _keys(reading: Reading, node: Node, path: str) -> Iterator[Argument]:
    for each in items(node):
        name = "hash_key" if flat(below(each, "KeyType")) == "HASH" else "range_key"
        yield Argument(name, reading.value(below(each, "AttributeName"), path))


def _stream(reading: Reading, node: Node, path: str) -> Iterator[Argument]:
    yield Argument("stream_enabled", True)
    yield Argument("stream_view_type", reading.value(below(node, "StreamViewType"), path))


_TABLE: Final[Mapping[str, Rule]] = {
    "TableName": to("name"),
    "BillingMode": to("billing_mode"),
    "ProvisionedThroughput": inside(_CAPACITY),
    "KeySchema": _keys,
    "AttributeDefinitions": nest(
        "attribute", {"AttributeName": to("name"), "AttributeType": to("type")}
    ),
    "GlobalSecondaryIndexes": nest(
        "global_secondary_index",
        {
            "IndexName": to("name"),
            "KeySchema": _keys,
            "Projection": inside(_PROJECTION),
            "ProvisionedThroughput": inside(_CAPACITY),
        },
    ),
    "LocalSecondaryIndexes": nest(
        "local_secondary_index",
        {"IndexName": to("name"), "KeySchema": _keys, "Projection": inside(_PROJECTION)},
    ),
    "StreamSpecification": _stream,
    "PointInTimeRecoverySpecification": nest(
        "point_in_time_recovery", {"PointInTimeRecoveryEnabled": to("enabled")}
    ),
    "SSESpecification": nest(
        "server_side_encryption",
        {"SSEEnabled": to("enabled"), "SSEType": nothing, "KMSMasterKeyId": to("kms_key_arn")},
    ),
    "TimeToLiveSpecification": nest(
        "ttl", {"AttributeName": to("attribute_name"), "Enabled": to("enabled")}
    ),
    "TableClass": to("table_class"),
    "DeletionProtectionEnabled": nothing,
    "Tags": tags,
}

FAMILIES: Final[Mapping[str, Family]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": Family(
        "aws_appautoscaling_target",
        {
            "ServiceNamespace": to("service_namespace"),
            "ResourceId": to("resource_id"),
            "ScalableDimension": to("scalable_dimension"),
            "MinCapacity": to("min_capacity"),
            "MaxCapacity": to("max_capacity"),
        },
        {"": "id"},
    ),
    "AWS::SSM::Parameter": Family(
        "aws_ssm_parameter",
        {
            "Name": to("name"),
            "Type": to("type"),
            "Value": to("value"),
            "Description": to("description"),
            "Tags": tags,
        },
        {"": "name"},
    ),
    "AWS::SecretsManager::Secret": Family(
        "aws_secretsmanager_secret",
        {
            "Name": to("name"),
            "Description": to("description"),
            "KmsKeyId": to("kms_key_id"),
            # a value that Terraform makes would be in its state: it is set afterwards, see README
            "GenerateSecretString": nothing,
            "ReplicaRegions": nest("replica", {"Region": to("region")}),
            "Tags": tags,
        },
        {"": "arn"},
    ),
}
REFERENCES: Final = {
    "AWS::DynamoDB::Table": {"": "name", "Arn": "arn", "StreamArn": "stream_arn"},
}


def _table(reading: Reading, table: source.Resource) -> Iterator[Resource]:
    """What scales by itself is no change that Terraform would take back."""
    name = table.logical_id
    body = reading.body(table.properties, _TABLE, name)
    scaled = [
        each.text("ResourceId")
        for each in reading.source.resources.values()
        if each.kind == "AWS::ApplicationAutoScaling::ScalableTarget"
        and f"${{{name}}}" in each.text("ResourceId")
    ]
    ignored = [*(("read_capacity", "write_capacity") if scaled else ())]
    ignored += ["global_secondary_index"] if any("/index/" in each for each in scaled) else []
    changes = Items(tuple(Code((each,)) for each in ignored))
    yield Resource(
        name,
        "aws_dynamodb_table",
        (*body, Argument("deletion_protection_enabled", PROTECT)),
        lifecycle=(Argument("ignore_changes", changes),) if ignored else (),
    )


def _scaling(reading: Reading, policy: source.Resource) -> Iterator[Resource]:
    target = reading.target(policy.value("ScalingTargetId"))
    if target is None:
        reading.note(policy.logical_id, "its target is not in the stack")
        return
    name = "TargetTrackingScalingPolicyConfiguration"
    metric = nest(
        "predefined_metric_specification", {"PredefinedMetricType": to("predefined_metric_type")}
    )
    rules: Mapping[str, Rule] = {
        "PolicyName": to("name"),
        "PolicyType": to("policy_type"),
        "ScalingTargetId": nothing,
        name: nest(
            "target_tracking_scaling_policy_configuration",
            {
                "TargetValue": to("target_value"),
                "ScaleInCooldown": to("scale_in_cooldown"),
                "ScaleOutCooldown": to("scale_out_cooldown"),
                "PredefinedMetricSpecification": metric,
            },
        ),
    }
    where = tuple(
        Argument(each, Attribute(target.logical_id, each))
        for each in ("resource_id", "scalable_dimension", "service_namespace")
    )
    body = reading.body(policy.properties, rules, policy.logical_id)
    yield Resource(policy.logical_id, "aws_appautoscaling_policy", (*where, *body))


CUSTOM: Final[Mapping[str, Custom]] = {
    "AWS::DynamoDB::Table": _table,
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling,
}
