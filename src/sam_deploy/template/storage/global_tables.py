"""Renders global tables: made once, by the first region, for all of their regions. Pure.

A global table is one resource with its replicas inside, and CloudFormation wants it in one stack
of one of these regions. The stacks of other regions refer to their replica by its name.
Source: CloudFormation user guide, "AWS::DynamoDB::GlobalTable".
"""

from __future__ import annotations

from typing import Final

from sam_deploy.config import physical
from sam_deploy.config.model import Capacity, Environment, Index, Table
from sam_deploy.template.document import Json, Resource, Retention
from sam_deploy.template.regional import IS_FIRST_REGION
from sam_deploy.template.scope import Scope
from sam_deploy.template.storage.keys import attribute_definitions, key_schema, projection
from sam_deploy.template.storage.scaling import ranges, target_tracking

REPLICATED_STREAM: Final = "NEW_AND_OLD_IMAGES"
"""What replication works with: no other view is allowed with more than one replica."""


def global_table(
    scope: Scope, table: Table, environment: Environment, retention: Retention
) -> Resource:
    """Return the table with its replicas, which only the first region's stack makes."""
    properties: dict[str, Json] = {
        "TableName": physical.table_name(scope.app, table, environment.name),
        "AttributeDefinitions": attribute_definitions(table),
        "KeySchema": key_schema(table.partition_key, table.sort_key),
        "BillingMode": "PROVISIONED" if table.capacity else "PAY_PER_REQUEST",
    }
    if table.capacity:
        properties["WriteProvisionedThroughputSettings"] = _writing(table.capacity)
    if table.indexes:
        properties["GlobalSecondaryIndexes"] = [
            _index(index, table.capacity) for index in table.indexes
        ]
    if stream := table.stream or (REPLICATED_STREAM if len(table.replicas) > 1 else None):
        properties["StreamSpecification"] = {"StreamViewType": stream}
    if table.time_to_live:
        properties["TimeToLiveSpecification"] = {
            "AttributeName": table.time_to_live,
            "Enabled": True,
        }
    properties["SSESpecification"] = {"SSEEnabled": True, "SSEType": "KMS"}
    properties["Replicas"] = [
        _replica(scope, table, environment, region) for region in table.replicas
    ]
    return Resource(
        "AWS::DynamoDB::GlobalTable",
        properties,
        retention=retention,
        condition=IS_FIRST_REGION,
        environment=environment.name,
        declared=table,
    )


def _index(index: Index, capacity: Capacity | None) -> Json:
    rendered: dict[str, Json] = {
        "IndexName": index.name,
        "KeySchema": key_schema(index.partition_key, index.sort_key),
        "Projection": projection(index),
    }
    if capacity:
        rendered["WriteProvisionedThroughputSettings"] = _writing(capacity)
    return rendered


def _replica(scope: Scope, table: Table, environment: Environment, region: str) -> Json:
    """Return one replica: recovery, protection, tags and reading are each region's own."""
    rendered: dict[str, Json] = {
        "Region": region,
        "PointInTimeRecoverySpecification": {
            "PointInTimeRecoveryEnabled": table.point_in_time_recovery
        },
    }
    if table.deletion_protection:
        rendered["DeletionProtectionEnabled"] = True
    if table.kms_key:
        rendered["SSESpecification"] = {"KMSMasterKeyId": table.kms_key}
    if table.capacity:
        reading = _reading(table.capacity)
        rendered["ReadProvisionedThroughputSettings"] = reading
        if table.indexes:
            rendered["GlobalSecondaryIndexes"] = [
                {"IndexName": each.name, "ReadProvisionedThroughputSettings": reading}
                for each in table.indexes
            ]
    return rendered | {"Tags": scope.tag_list(environment)}


def _writing(capacity: Capacity) -> Json:
    """Return how writing scales: with replicas it must, as every region takes every write."""
    most = capacity.write if capacity.max_write is None else capacity.max_write
    return {"WriteCapacityAutoScalingSettings": _between(capacity, capacity.write, most)}


def _reading(capacity: Capacity) -> Json:
    for side, least, most in ranges(capacity):
        if side == "Read":
            return {"ReadCapacityAutoScalingSettings": _between(capacity, least, most)}
    return {"ReadCapacityUnits": capacity.read}


def _between(capacity: Capacity, least: int, most: int) -> Json:
    return {
        "MinCapacity": least,
        "MaxCapacity": most,
        "TargetTrackingScalingPolicyConfiguration": target_tracking(capacity),
    }
