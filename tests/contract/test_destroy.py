"""Stacks that go, and what they leave behind, in the embedded cloud."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest

from sam_deploy import local
from sam_deploy.aws import (
    Aws,
    Buckets,
    CloudFormation,
    Endpoint,
    Functions,
    Layers,
    Pools,
    Role,
    Roles,
    Tables,
)
from sam_deploy.deploy import destroy, guard_role, journal
from sam_deploy.deploy.ground import Ground
from sam_deploy.deploy.journal import Entry, Journal, PlaceEntry
from sam_deploy.deploy.wanted import Wanted
from sam_deploy.errors import RefusedError
from sam_deploy.events import Event, Note, RegionFinished
from sam_deploy.lanes import Stop
from sam_deploy.plan import StackPlan

HOME, AWAY = "eu-west-1", "us-east-1"
ACCOUNT = "000000000000"
NUMBERS = itertools.count()
ALLOW = {"Effect": "Allow"}
SERVICE = {"Principal": {"Service": "scheduler.amazonaws.com"}}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{**ALLOW, **SERVICE, "Action": "sts:AssumeRole"}],
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{**ALLOW, "Action": "lambda:UpdateAlias", "Resource": ["arn:aws:lambda:*"]}],
}
Json: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, as every command reaches it."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def heard() -> list[Event]:
    """What was told."""
    return []


@pytest.fixture
def ground(account: Aws, heard: list[Event]) -> Ground:
    """An app of its own."""
    name = f"destroy{next(NUMBERS)}"
    return Ground(account, name, HOME, ACCOUNT, heard.append, Stop(), "destroy")


@pytest.fixture
def stacks(ground: Ground) -> Iterator[tuple[StackPlan, StackPlan]]:
    """The app's two feature sets, deployed to two regions; what they leave goes afterwards."""
    plans = tuple(
        StackPlan(f"{ground.name}-{part}", part, (HOME, AWAY), ("dev",), HOME, "shared")
        for part in ("core", "more")
    )
    for plan in plans:
        for region in plan.regions:
            client = ground.aws.client("cloudformation", region)
            client.create_stack(StackName=plan.name, TemplateBody=body(plan.name, region))
            waiter = client.get_waiter("stack_create_complete")
            waiter.wait(StackName=plan.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    yield plans[0], plans[1]
    for plan in plans:
        for region in plan.regions:
            for bucket in names(plan.name, region):
                gateway = Buckets(ground.aws, region, ACCOUNT)
                gateway.empty(bucket)
                gateway.delete(bucket)


def names(stack: str, region: str) -> tuple[str, str]:
    """Return its bucket that is retained, and the one that is not."""
    return f"{stack}-{region}-kept", f"{stack}-{region}-loose"


def body(stack: str, region: str) -> str:
    kept, loose = names(stack, region)
    versions = {"VersioningConfiguration": {"Status": "Enabled"}}
    key = {"AttributeName": "id"}
    resources: Json = {
        "Kept": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "RetainExceptOnCreate",
            "Properties": {"BucketName": kept, **versions},
        },
        "Loose": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": loose, **versions}},
        "Orders": {
            "Type": "AWS::DynamoDB::Table",
            "DeletionPolicy": "Retain",
            "Properties": {
                "TableName": f"{stack}-orders",
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{**key, "KeyType": "HASH"}],
                "AttributeDefinitions": [{**key, "AttributeType": "S"}],
            },
        },
        "People": {
            "Type": "AWS::Cognito::UserPool",
            "DeletionPolicy": "Retain",
            "Properties": {"UserPoolName": f"{stack}-people"},
        },
        "Jobs": {"Type": "AWS::SQS::Queue"},
    }
    return json.dumps({"Resources": resources})


def wanted(stacks: tuple[StackPlan, ...], *named: str, **more: Any) -> Wanted:
    return Wanted(stacks, stacks, frozenset(named), **more)


def destroyed(ground: Ground, what: Wanted) -> destroy.Destroyed:
    return destroy.carry_out(ground, what, destroy.look(ground, what))


def standing(ground: Ground, stacks: tuple[StackPlan, ...]) -> list[tuple[str, str]]:
    return [
        (plan.name, region)
        for plan in stacks
        for region in plan.regions
        if CloudFormation(ground.aws, region).describe_stack(plan.name) is not None
    ]


def fill(ground: Ground, region: str, bucket: str) -> None:
    """Put versions and a delete marker into a bucket."""
    client = ground.aws.client("s3", region)
    for number in range(3):
        client.put_object(Bucket=bucket, Key="a", Body=str(number).encode())
    client.put_object(Bucket=bucket, Key="b/c", Body=b"1")
    client.delete_object(Bucket=bucket, Key="a")


def test_an_app_goes_and_its_data_stays(
    ground: Ground, stacks: tuple[StackPlan, StackPlan], heard: list[Event]
) -> None:
    """Later feature sets first, the home region last; what is retained is told and is there."""
    for plan in stacks:
        for region in plan.regions:
            fill(ground, region, names(plan.name, region)[0])
    with pytest.raises(RefusedError) as raised:
        destroy.look(ground, wanted(stacks))
    assert "4 things are in the way of destroying" == raised.value.what
    assert "AWS::S3::Bucket `Loose`" in raised.value.problems[0]
    assert 4 == len(standing(ground, stacks))

    result = destroyed(ground, wanted(stacks, "Loose"))
    assert [] == standing(ground, stacks)
    core, more = (plan.name for plan in stacks)
    ends = [(e.region, e.stack) for e in heard if isinstance(e, RegionFinished)]
    assert [(AWAY, more), (AWAY, core), (HOME, more), (HOME, core)] == ends
    kept = {part.physical_id for _, part in result.kept if part.kind == "AWS::S3::Bucket"}
    assert {names(plan.name, region)[0] for plan in stacks for region in (HOME, AWAY)} == kept
    for plan in stacks:
        assert Tables(ground.aws, HOME).exists(f"{plan.name}-orders")
        there = Buckets(ground.aws, HOME, ACCOUNT)
        assert [True, False] == [there.exists(each) for each in names(plan.name, HOME)]
        objects = ground.aws.client("s3", HOME).list_object_versions(
            Bucket=names(plan.name, HOME)[0]
        )
        assert (4, 1) == (len(objects["Versions"]), len(objects["DeleteMarkers"]))
    entry = journal.read(ground.documents, ground.name).entry
    assert ("destroy", "done") == (entry.kind, entry.state)
    assert not destroy.look(ground, wanted(stacks)).acts


def test_data_that_is_named_goes_too(ground: Ground, stacks: tuple[StackPlan, StackPlan]) -> None:
    """Buckets with all versions and markers, tables, and pools after their domains."""
    plan = stacks[0]
    pools = {
        region: CloudFormation(ground.aws, region).physical_id(plan.name, "People") or ""
        for region in plan.regions
    }
    ground.aws.client("cognito-idp", HOME).create_user_pool_domain(
        Domain=f"{ground.name}-people", UserPoolId=pools[HOME]
    )
    for region in plan.regions:
        for bucket in names(plan.name, region):
            fill(ground, region, bucket)
    result = destroyed(ground, wanted((plan,), "Kept", "Loose", "Orders", "People"))
    assert () == result.kept
    for region in plan.regions:
        there = Buckets(ground.aws, region, ACCOUNT)
        assert [False, False] == [there.exists(each) for each in names(plan.name, region)]
        assert not Tables(ground.aws, region).exists(f"{plan.name}-orders")
        assert Pools(ground.aws, region).domains_of(pools[region]) is None
    assert Pools(ground.aws, HOME).domain(f"{ground.name}-people") is None
    assert {stacks[1].name} == {name for name, _ in standing(ground, stacks)}


@pytest.mark.long
def test_an_interrupted_destroy_goes_on(
    ground: Ground, stacks: tuple[StackPlan, StackPlan]
) -> None:
    """Killed after the stack and before its data: the next run knows which data was named."""
    plan = stacks[1]
    what = wanted((plan,), "Kept", "Loose", "Orders")
    found = destroy.look(ground, what)
    with ground.held():
        text = found.farewell.written()
        ground.bucket(HOME).put_text(found.farewell.key, text)
        mine = Entry(
            "1", 1, kind="destroy", state="open", command="destroy", manifest=found.farewell.key
        )
        begun = Journal(ground.documents, ground.name, found.journal, mine, lambda: "")
        begun.place((plan.name, AWAY), PlaceEntry("executing"))
    for region in plan.regions:
        client = ground.aws.client("cloudformation", region)
        client.delete_stack(StackName=plan.name)
        client.get_waiter("stack_delete_complete").wait(
            StackName=plan.name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
        )
    again = wanted((plan,))
    assert destroy.look(ground, again).acts
    destroyed(ground, again)
    assert not Tables(ground.aws, HOME).exists(f"{plan.name}-orders")
    assert not Buckets(ground.aws, AWAY, ACCOUNT).exists(names(plan.name, AWAY)[0])
    assert not journal.read(ground.documents, ground.name).entry.is_open


@pytest.mark.long
def test_a_destroy_of_one_part_leaves_the_rest_on_record(
    ground: Ground, stacks: tuple[StackPlan, StackPlan]
) -> None:
    """What an earlier run has not finished stays open, until it is."""
    core, more = stacks
    left = {f"{more.name} {HOME}": PlaceEntry("executing")}
    with ground.held():
        mine = Entry("1", 1, kind="destroy", state="open", command="destroy", places=left)
        before = journal.read(ground.documents, ground.name)
        begun = Journal(ground.documents, ground.name, before, mine, lambda: "")
        begun.place((more.name, HOME), PlaceEntry("executing"))
    destroyed(ground, wanted((core,), "Loose"))
    entry = journal.read(ground.documents, ground.name).entry
    assert (True, [f"{more.name} {HOME}"]) == (
        entry.is_open,
        [name for name, each in entry.places.items() if each.state != "done"],
    )
    destroyed(ground, wanted((more,), "Loose"))
    assert not journal.read(ground.documents, ground.name).entry.is_open


@pytest.mark.long
def test_layers_and_artifacts_go_with_everything(
    ground: Ground, stacks: tuple[StackPlan, StackPlan]
) -> None:
    """Only when no other stack of the app needs them; the bucket with the lock goes last."""
    functions = Functions(ground.aws, AWAY)
    bucket = ground.bucket(AWAY)
    bucket.ensure_bucket()
    layer = f"{ground.name}-utils"
    for content in "12":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as written:
            written.writestr("python/utils.py", content)
        client = ground.aws.client("s3", AWAY)
        client.put_object(Bucket=bucket.bucket, Key="layer.zip", Body=archive.getvalue())
        functions.publish_layer(
            layer,
            content,
            bucket.bucket,
            "layer.zip",
            runtimes=["python3.12"],
            architectures=["x86_64"],
        )
    part = Wanted((stacks[0],), stacks, frozenset({"Loose"}), (layer,), artifacts=True)
    with pytest.raises(RefusedError) as raised:
        destroy.look(ground, part)
    assert "`--layers-too` and `--artifacts-too` would take away" in raised.value.what
    result = destroyed(ground, wanted(stacks, "Loose", layers=(layer,), artifacts=True))
    assert 2 == result.layer_versions
    assert () == Layers(ground.aws, AWAY).versions(layer)
    assert {ground.bucket(region).bucket for region in (HOME, AWAY)} == set(result.buckets)
    there = Buckets(ground.aws, HOME, ACCOUNT)
    assert [False, False] == [there.exists(each) for each in result.buckets]


@pytest.mark.long
def test_somebody_else_in_between_is_noticed(
    ground: Ground, stacks: tuple[StackPlan, StackPlan]
) -> None:
    """What was shown and agreed to is what is done, or nothing is."""
    what = wanted(stacks, "Loose")
    found = destroy.look(ground, what)
    client = ground.aws.client("cloudformation", HOME)
    text = json.loads(body(stacks[0].name, HOME))
    text["Resources"]["New"] = {"Type": "AWS::SQS::Queue"}
    client.update_stack(StackName=stacks[0].name, TemplateBody=json.dumps(text))
    client.get_waiter("stack_update_complete").wait(
        StackName=stacks[0].name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    with pytest.raises(RefusedError) as raised:
        destroy.carry_out(ground, what, found)
    assert "What stands has changed since it was shown" == raised.value.what
    assert 4 == len(standing(ground, stacks))


@pytest.mark.long
def test_a_protected_stack_stays(ground: Ground, stacks: tuple[StackPlan, StackPlan]) -> None:
    """As AWS tells it; nothing else goes either."""
    client = ground.aws.client("cloudformation", AWAY)
    client.update_termination_protection(StackName=stacks[1].name, EnableTerminationProtection=True)
    with pytest.raises(RefusedError) as raised:
        destroy.look(ground, wanted(stacks, "Loose"))
    assert f"Stack `{stacks[1].name}` in `{AWAY}` is protected" == raised.value.what
    client.update_termination_protection(
        StackName=stacks[1].name, EnableTerminationProtection=False
    )


@pytest.mark.long
def test_the_role_of_the_canaries_goes_with_the_last_stack(
    ground: Ground, stacks: tuple[StackPlan, StackPlan], heard: list[Event]
) -> None:
    """It is no part of any stack, and nothing needs it once there is no function.

    A stack that the app could have and was never made, such as that of the environment `local`,
    keeps nothing.
    """
    name = guard_role.name_of(ground.name)
    role = Role(name, "a test", TRUST, guard_role.POLICY, POLICY)
    Roles(ground.aws, HOME).ensure(role)
    every = (*stacks, StackPlan(f"{ground.name}-local", "core", (HOME,), ("local",), HOME, "local"))
    destroyed(ground, Wanted(stacks[1:], every, frozenset({"Loose"})))
    assert not Roles(ground.aws, HOME).ensure(role)[1]
    destroyed(ground, Wanted(stacks, every, frozenset({"Loose"})))
    notes = [each.message for each in heard if isinstance(each, Note)]
    assert [f"the role `{name}` is deleted, too"] == [each for each in notes if name in each]
    assert Roles(ground.aws, HOME).ensure(role)[1]
    Roles(ground.aws, HOME).delete(name, guard_role.POLICY)
