from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sam_deploy import App, Capacity, Function, Index, Key, Table

Render = Callable[..., Any]
Make = Callable[..., App]


def test_a_table_says_all_of_its_key_attributes_and_no_others(
    make_app: Make, render_app: Render
) -> None:
    """DynamoDB refuses both: a key without a definition, a definition without a key (R300)."""
    table = Table(
        "orders",
        Key("id"),
        Key("at", "N"),
        indexes=[
            Index("by-day", Key("day"), Key("at", "N"), include=["total"]),
            Index("by-hash", Key("hash", "B"), keys_only=True),
            Index("all", Key("day")),
        ],
        time_to_live="ends",
    )
    properties = render_app(make_app(tables=[table])).properties("OrdersDevTable")
    defined = [
        (each["AttributeName"], each["AttributeType"])
        for each in properties["AttributeDefinitions"]
    ]
    assert [("id", "S"), ("at", "N"), ("day", "S"), ("hash", "B")] == defined
    keys = [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "at", "KeyType": "RANGE"},
    ]
    assert keys == properties["KeySchema"]
    projections = [each["Projection"] for each in properties["GlobalSecondaryIndexes"]]
    assert [
        {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
        {"ProjectionType": "KEYS_ONLY"},
        {"ProjectionType": "ALL"},
    ] == projections
    expires = {"AttributeName": "ends", "Enabled": True}
    assert expires == properties["TimeToLiveSpecification"]


def test_a_table_is_encrypted_recoverable_and_kept(make_app: Make, render_app: Render) -> None:
    """Removing it keeps it; a failed first deployment takes it away, so nothing protects it."""
    rendered = render_app(make_app(tables=[Table("orders", Key("id"))]))
    table = rendered.resources["OrdersProdTable"]
    kept = ("RetainExceptOnCreate", "Retain")
    assert kept == (table["DeletionPolicy"], table["UpdateReplacePolicy"])
    properties = table["Properties"]
    assert "shop-orders-prod" == properties["TableName"]
    assert "PAY_PER_REQUEST" == properties["BillingMode"]
    assert {"SSEEnabled": True, "SSEType": "KMS"} == properties["SSESpecification"]
    recovery = {"PointInTimeRecoveryEnabled": True}
    assert recovery == properties["PointInTimeRecoverySpecification"]
    assert "DeletionProtectionEnabled" not in properties
    assert "StreamSpecification" not in properties
    tags = [{"Key": "Project", "Value": "Shop"}, {"Key": "Environment", "Value": "prod"}]
    assert tags == properties["Tags"]


def test_a_table_takes_a_key_protection_a_stream_and_a_name(
    make_app: Make, render_app: Render
) -> None:
    """What is asked for is there; the logical id does not depend on the chosen name."""
    table = Table(
        "orders",
        Key("id"),
        kms_key="alias/orders",
        deletion_protection=True,
        stream="KEYS_ONLY",
        physical_name="{environment}-old-orders",
    )
    properties = render_app(make_app(tables=[table])).properties("OrdersDevTable")
    assert "dev-old-orders" == properties["TableName"]
    assert "alias/orders" == properties["SSESpecification"]["KMSMasterKeyId"]
    assert True is properties["DeletionProtectionEnabled"]
    assert {"StreamViewType": "KEYS_ONLY"} == properties["StreamSpecification"]


def test_an_existing_table_is_never_rendered(make_app: Make, render_app: Render) -> None:
    """Another stack made it: functions know it by its name alone (R027, R302)."""
    table = Table("orders", physical_name="{environment}-portfolio", existing=True)
    reader = Function("Reader", source="x", uses=["orders.read"])
    rendered = render_app(make_app(tables=[table], functions=[reader]))
    assert {} == rendered.of_type("AWS::DynamoDB::Table")
    assert "table/dev-portfolio" in rendered.template.body


def test_provisioned_capacity_is_that_of_the_table_and_its_indexes(
    make_app: Make, render_app: Render
) -> None:
    """Without a larger most nothing scales."""
    table = Table(
        "orders", Key("id"), indexes=[Index("by-day", Key("day"))], capacity=Capacity(3, 2)
    )
    rendered = render_app(make_app(tables=[table]))
    properties = rendered.properties("OrdersDevTable")
    units = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}
    assert "PROVISIONED" == properties["BillingMode"]
    assert units == properties["ProvisionedThroughput"]
    (index,) = properties["GlobalSecondaryIndexes"]
    assert units == index["ProvisionedThroughput"]
    assert {} == rendered.of_type("AWS::ApplicationAutoScaling::ScalableTarget")


def test_capacity_scales_where_there_is_room(make_app: Make, render_app: Render) -> None:
    """The table and each index have a target and a policy of their own per side (R300)."""
    table = Table(
        "orders",
        Key("id"),
        indexes=[Index("by-day", Key("day"))],
        capacity=Capacity(1, 2, max_read=10, max_write=2, target_percent=60),
    )
    rendered = render_app(make_app(tables=[table]))
    targets = rendered.of_type("AWS::ApplicationAutoScaling::ScalableTarget")
    assert [
        "OrdersDevTableReadTarget",
        "OrdersDevTableByDayReadTarget",
        "OrdersProdTableReadTarget",
        "OrdersProdTableByDayReadTarget",
    ] == list(targets)
    assert {
        "ServiceNamespace": "dynamodb",
        "ResourceId": {"Fn::Sub": "table/${OrdersDevTable}/index/by-day"},
        "ScalableDimension": "dynamodb:index:ReadCapacityUnits",
        "MinCapacity": 1,
        "MaxCapacity": 10,
    } == rendered.properties("OrdersDevTableByDayReadTarget")
    policy = rendered.properties("OrdersDevTableReadPolicy")
    tracking = policy["TargetTrackingScalingPolicyConfiguration"]
    assert {"Ref": "OrdersDevTableReadTarget"} == policy["ScalingTargetId"]
    assert 60 == tracking["TargetValue"]
    metric = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
    assert metric == tracking["PredefinedMetricSpecification"]


def test_a_stack_tells_the_names_of_its_tables(make_app: Make, render_app: Render) -> None:
    """By name, as a global table is a resource of one stack and a table in all regions."""
    table = Table("orders", Key("id"), replicas=["eu-west-1", "us-east-1"])
    outputs = render_app(make_app(tables=[table])).document["Outputs"]
    assert "shop-orders-dev" == outputs["OrdersDevTableName"]["Value"]
    assert "Condition" not in outputs["OrdersDevTableName"]


def test_each_isolated_stack_has_the_tables_of_its_environment(
    make_app: Make, render_app: Render
) -> None:
    """Names and logical ids are those of the shared topology."""
    app = make_app(topology="isolated", tables=[Table("orders", Key("id"))])
    rendered = render_app(app, "core", "prod")
    assert ["OrdersProdTable"] == list(rendered.of_type("AWS::DynamoDB::Table"))
