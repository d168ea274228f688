"""Renders what scales the provisioned capacity of a table and of its indexes. Pure.

No role is named: Application Auto Scaling makes its service-linked role by itself.
Source: Application Auto Scaling user guide, "Amazon DynamoDB and Application Auto Scaling".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy import naming
from sam_deploy.config.model import Capacity, Environment, Table
from sam_deploy.template.document import Entries, Json, Resource, ref, sub
from sam_deploy.template.storage.ids import Side, scalable_target_id, scaling_policy_id

COOLDOWN_SECONDS: Final = 60


def ranges(capacity: Capacity) -> Iterator[tuple[Side, int, int]]:
    """Yield (side, least, most) of what scales: nothing where no larger most is given."""
    if capacity.max_read is not None and capacity.max_read > capacity.read:
        yield "Read", capacity.read, capacity.max_read
    if capacity.max_write is not None and capacity.max_write > capacity.write:
        yield "Write", capacity.write, capacity.max_write


def target_tracking(capacity: Capacity) -> dict[str, Json]:
    """Return how much of the capacity should be in use, and how soon it may change again."""
    return {
        "TargetValue": capacity.target_percent,
        "ScaleInCooldown": COOLDOWN_SECONDS,
        "ScaleOutCooldown": COOLDOWN_SECONDS,
    }


def scaling(table: Table, environment: Environment) -> Entries:
    """Yield a target and a policy for the table and each index, where its capacity scales."""
    if table.capacity is None:
        return
    for index in ("", *(each.name for each in table.indexes)):
        for side, least, most in ranges(table.capacity):
            yield from _pair(table, table.capacity, environment, index, (side, least, most))


def _pair(
    table: Table,
    capacity: Capacity,
    environment: Environment,
    index: str,
    between: tuple[Side, int, int],
) -> Entries:
    side, least, most = between
    table_id = naming.table_id(table.name, environment.name)
    path = f"table/${{{table_id}}}" + (f"/index/{index}" if index else "")
    target: dict[str, Json] = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": sub(path),
        "ScalableDimension": f"dynamodb:{'index' if index else 'table'}:{side}CapacityUnits",
        "MinCapacity": least,
        "MaxCapacity": most,
    }
    target_id = scalable_target_id(table.name, environment.name, side, index)
    yield target_id, _resource("ScalableTarget", target, table, environment)
    policy: dict[str, Json] = {
        "PolicyName": f"{side}Utilization",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": ref(target_id),
        "TargetTrackingScalingPolicyConfiguration": {
            **target_tracking(capacity),
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": f"DynamoDB{side}CapacityUtilization"
            },
        },
    }
    policy_id = scaling_policy_id(table.name, environment.name, side, index)
    yield policy_id, _resource("ScalingPolicy", policy, table, environment)


def _resource(
    kind: str, properties: dict[str, Json], table: Table, environment: Environment
) -> Resource:
    return Resource(
        f"AWS::ApplicationAutoScaling::{kind}",
        properties,
        environment=environment.name,
        declared=table,
    )
