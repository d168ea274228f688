from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Capacity, Function, Index, Key, Table, on_table

Render = Callable[..., Any]
Make = Callable[..., App]
BOTH = ["eu-west-1", "us-east-1"]


def test_a_global_table_is_made_once_with_a_replica_in_every_region(
    make_app: Make, render_app: Render
) -> None:
    """One text for all regions: a condition says which of them makes the table (R166)."""
    rendered = render_app(make_app(tables=[Table("world", Key("id"), replicas=BOTH)]))
    table = rendered.resources["WorldDevTable"]
    assert ("AWS::DynamoDB::GlobalTable", "IsFirstRegion") == (table["Type"], table["Condition"])
    assert "RetainExceptOnCreate" == table["DeletionPolicy"]
    tags = [{"Key": "Project", "Value": "Shop"}, {"Key": "Environment", "Value": "dev"}]
    recovery = {"PointInTimeRecoveryEnabled": True}
    replicas = [
        {"Region": region, "PointInTimeRecoverySpecification": recovery, "Tags": tags}
        for region in BOTH
    ]
    assert replicas == table["Properties"]["Replicas"]
    stream = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert stream == table["Properties"]["StreamSpecification"]
    assert "FirstRegion" in rendered.template.parameters
    assert {} == rendered.of_type("AWS::DynamoDB::Table")


def test_one_replica_needs_no_stream(make_app: Make, render_app: Render) -> None:
    """It can be given others later, and then gets one."""
    table = Table("world", Key("id"), replicas=["eu-west-1"])
    properties = render_app(make_app(tables=[table])).properties("WorldDevTable")
    assert "StreamSpecification" not in properties


def test_replicas_are_protected_and_encrypted_each_for_itself(
    make_app: Make, render_app: Render
) -> None:
    """DynamoDB asks for both per region: an alias names a key in each of them."""
    table = Table(
        "world", Key("id"), replicas=BOTH, deletion_protection=True, kms_key="alias/world"
    )
    properties = render_app(make_app(tables=[table])).properties("WorldDevTable")
    assert {"SSEEnabled": True, "SSEType": "KMS"} == properties["SSESpecification"]
    for replica in properties["Replicas"]:
        assert True is replica["DeletionProtectionEnabled"]
        assert {"KMSMasterKeyId": "alias/world"} == replica["SSESpecification"]


def test_writing_scales_for_all_regions_and_reading_for_each(
    make_app: Make, render_app: Render
) -> None:
    """A global table with provisioned capacity takes no plain write units (R300)."""
    table = Table(
        "world",
        Key("id"),
        replicas=BOTH,
        indexes=[Index("by-day", Key("day"))],
        capacity=Capacity(5, 2, max_write=20),
    )
    properties = render_app(make_app(tables=[table])).properties("WorldDevTable")
    tracking = {"TargetValue": 70, "ScaleInCooldown": 60, "ScaleOutCooldown": 60}
    between = {
        "MinCapacity": 2,
        "MaxCapacity": 20,
        "TargetTrackingScalingPolicyConfiguration": tracking,
    }
    writing = {"WriteCapacityAutoScalingSettings": between}
    assert writing == properties["WriteProvisionedThroughputSettings"]
    (index,) = properties["GlobalSecondaryIndexes"]
    assert writing == index["WriteProvisionedThroughputSettings"]
    reading = {"ReadCapacityUnits": 5}
    for replica in properties["Replicas"]:
        assert reading == replica["ReadProvisionedThroughputSettings"]
        (own,) = replica["GlobalSecondaryIndexes"]
        assert {"IndexName": "by-day", "ReadProvisionedThroughputSettings": reading} == own


def test_changes_of_all_regions_are_handled_once(make_app: Make, render_app: Render) -> None:
    """The mapping is in the first region, where the table's stack is; policies name all."""
    job = Function("Job", source="x", triggers=[on_table("world")])
    app = make_app(functions=[job], tables=[Table("world", Key("id"), replicas=BOTH)])
    rendered = render_app(app)
    assert "IsFirstRegion" == rendered.resources["JobWorldDevStreamMapping"]["Condition"]
