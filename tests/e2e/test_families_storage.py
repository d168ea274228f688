"""Everything that keeps data, deployed for real: tables, replicas, buckets, settings, a CDN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

Project: TypeAlias = Any
"""The fixture's type: a conftest cannot be imported."""

pytestmark = pytest.mark.long

FIRST, SECOND = "eu-west-1", "us-east-1"
CONFIG = """
from sam_deploy import (
    App, Bucket, Capacity, Cors, Distribution, Environment, FeatureSet, Function, Index, Key, Queue,
    Secret, Setting, Table, on_table, on_upload,
)

app = App(
    name="store",
    domain="example.com",
    home_region="eu-west-1",
    environments=[Environment("dev"), Environment("prod", promote_from="dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1", "us-east-1"])],
    queues=[Queue("Lost")],
    buckets=[Bucket("store-files", expire_days=3, cors=Cors(["GET"]))],
    tables=[
        Table(
            "orders",
            Key("id"),
            Key("at", "N"),
            indexes=[Index("by-day", Key("day"), Key("at", "N"), include=["total"])],
            capacity=Capacity(read=1, write=1, max_read=10, max_write=10),
            stream="NEW_IMAGE",
            time_to_live="ends",
        ),
        Table("trail", Key("id")),
        Table("world", Key("id"), replicas=["eu-west-1", "us-east-1"]),
    ],
    settings=[
        Setting("PAGE_SIZE", value={"dev": "10", "prod": "50"}),
        Secret("KEY", generate=True),
    ],
    distributions=[Distribution("assets", bucket="store-assets", domain_label="assets")],
    functions=[
        Function(
            "Audit",
            source="functions/Audit",
            timeout_seconds=10,
            uses=["trail.write"],
            settings=["PAGE_SIZE", "KEY"],
            triggers=[
                on_table(
                    "orders",
                    filters=[{"dynamodb": {"NewImage": {"kind": {"S": ["sale"]}}}}],
                    starting_position="TRIM_HORIZON",
                    on_failure="Lost",
                ),
                on_upload("store-files", prefix="in/", suffix=".csv"),
            ],
        )
    ],
)
"""
HANDLER = '''
import os

import boto3


def handler(event, context):
    """Write what came to the trail of the environment that it came from."""
    table = boto3.client("dynamodb", region_name=os.environ["AWS_REGION"])
    for record in event["Records"]:
        if "s3" in record:
            name = record["s3"]["object"]["key"]
            environment = record["s3"]["bucket"]["name"].split("-")[2]
        else:
            name = record["dynamodb"]["Keys"]["id"]["S"]
            environment = record["eventSourceARN"].split("/")[1].split("-")[2]
        table.put_item(TableName=f"store-trail-{environment}", Item={"id": {"S": name}})
    return {"batchItemFailures": []}
'''


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, deployed: Callable[..., Project]) -> Project:
    """The project, deployed once to its own cloud."""
    folder = tmp_path_factory.mktemp("e2e") / "store"
    (folder / "functions" / "Audit").mkdir(parents=True)
    (folder / "deploy.py").write_text(CONFIG, encoding="utf-8")
    (folder / "functions" / "Audit" / "handler.py").write_text(HANDLER, encoding="utf-8")
    return deployed(folder)


def _items(project: Project, region: str, table: str) -> list[str]:
    answer = project.client("dynamodb", region).scan(TableName=table)
    return sorted(each["id"]["S"] for each in answer["Items"])


def test_every_stack_is_created(store: Project) -> None:
    """Both regions stand, with what the embedded cloud does not know left out and said."""
    outcomes = [(each["region"], each["outcome"]) for each in store.first.json["stacks"]]
    assert [(FIRST, "created"), (SECOND, "created")] == outcomes
    assert "AWS::ApplicationAutoScaling::ScalableTarget" in store.first.err


def test_a_table_has_its_keys_indexes_and_stream(store: Project) -> None:
    """What `deploy.py` says of a table is what DynamoDB says of it (R300).

    Expiry and recovery are not asked for: the emulator takes neither from CloudFormation.
    """
    client = store.client("dynamodb", SECOND)
    table = client.describe_table(TableName="store-orders-prod")["Table"]
    keys = [(each["AttributeName"], each["KeyType"]) for each in table["KeySchema"]]
    assert [("id", "HASH"), ("at", "RANGE")] == keys
    (index,) = table["GlobalSecondaryIndexes"]
    carried = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]}
    assert ("by-day", carried) == (index["IndexName"], index["Projection"])
    assert "NEW_IMAGE" == table["StreamSpecification"]["StreamViewType"]


def test_an_item_calls_the_function_of_its_environment(
    store: Project, until: Callable[..., Any]
) -> None:
    """The stream of prod's table leads to prod's trail, and the filter keeps the rest away."""
    put = store.client("dynamodb", FIRST).put_item
    for number, kind in enumerate(("gift", "sale")):
        item = {"id": {"S": kind}, "at": {"N": str(number)}, "kind": {"S": kind}}
        put(TableName="store-orders-prod", Item=item)
    until("the function", lambda: _items(store, FIRST, "store-trail-prod"))
    assert ["sale"] == _items(store, FIRST, "store-trail-prod")


def test_an_upload_calls_the_function_of_its_environment(
    store: Project, until: Callable[..., Any]
) -> None:
    """Only what matches prefix and suffix arrives; the region is in the bucket's name."""
    put = store.client("s3", SECOND).put_object
    for key in ("in/a.txt", "out/b.csv", "in/c.csv"):
        put(Bucket="store-files-dev-us-east-1", Key=key, Body=b"x")
    until("the function", lambda: _items(store, SECOND, "store-trail-dev"))
    assert ["in/c.csv"] == _items(store, SECOND, "store-trail-dev")


@pytest.mark.parametrize(("writer", "reader"), [(FIRST, SECOND), (SECOND, FIRST)])
def test_an_item_written_in_one_region_is_read_in_another(
    store: Project, until: Callable[..., Any], writer: str, reader: str
) -> None:
    """A global table is one table in both regions, whichever of them writes (R166, R302)."""
    item = {"id": {"S": f"from-{writer}"}}
    store.client("dynamodb", writer).put_item(TableName="store-world-dev", Item=item)
    read = store.client("dynamodb", reader).get_item
    arrived = until("the replica", lambda: read(TableName="store-world-dev", Key=item).get("Item"))
    assert item == arrived


def test_replicas_that_the_cloud_did_not_make_are_told(store: Project) -> None:
    """What is done after the stack, for the embedded cloud alone, is on the screen."""
    for environment in ("dev", "prod"):
        words = f"table `store-world-{environment}` got its replica in `{SECOND}` after the stack"
        assert words in store.first.err


def test_settings_are_where_functions_look_for_them(store: Project) -> None:
    """Each environment has its own value in every region (R261)."""
    found = {
        (region, environment): store.client("ssm", region).get_parameter(
            Name=f"/store/{environment}/PAGE_SIZE"
        )["Parameter"]["Value"]
        for region in (FIRST, SECOND)
        for environment in ("dev", "prod")
    }
    expected = {(r, e): v for r in (FIRST, SECOND) for e, v in (("dev", "10"), ("prod", "50"))}
    assert expected == found


def test_a_secret_is_made_up_once_for_all_regions(store: Project) -> None:
    """The regions hold one value, the environments different ones (R261)."""
    values = [
        store.client("secretsmanager", region).get_secret_value(SecretId=f"/store/{name}/KEY")[
            "SecretString"
        ]
        for name in ("dev", "prod")
        for region in (FIRST, SECOND)
    ]
    assert [40] * 4 == [len(value) for value in values]
    assert values[0] == values[1]
    assert values[2] == values[3]
    assert values[0] != values[2]


def test_a_cdn_exists_once_and_only_it_may_read_its_bucket(store: Project) -> None:
    """The first region has a distribution per environment; the other one has none."""
    outputs = {each["region"]: each["outputs"] for each in store.first.json["stacks"]}
    assert "AssetsDevDistributionUrl" in outputs[FIRST]
    assert "AssetsDevDistributionUrl" not in outputs[SECOND]
    assert "store-assets-dev" == outputs[FIRST]["AssetsDevDistributionBucketName"]
    listed = store.client("cloudfront", FIRST).list_distributions()["DistributionList"]["Items"]
    assert ["store assets dev", "store assets prod"] == sorted(each["Comment"] for each in listed)
    policy = store.client("s3", FIRST).get_bucket_policy(Bucket="store-assets-dev")["Policy"]
    mine = next(each["Id"] for each in listed if each["Comment"] == "store assets dev")
    assert f"distribution/{mine}" in policy


def test_a_second_deployment_changes_nothing(store: Project) -> None:
    """Replicas that were added after the stack are no reason to touch it again."""
    again = store.deploy()
    assert 0 == again.code, again.err
    assert ["no changes"] * 2 == [each["outcome"] for each in again.json["stacks"]]
    assert "got its replica" not in again.err
