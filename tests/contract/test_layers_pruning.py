"""Layer versions, what has them, and their removal, on a real Lambda of the embedded cloud."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from typing import Any, TypeAlias

import pytest
from tests.contract import faults

from sam_deploy import App, Environment, FeatureSet, Function, Layer, local
from sam_deploy.aws import Aws, CloudFormation, Endpoint, Functions, Layers
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.lanes import Stop
from sam_deploy.provide.prune import decide
from sam_deploy.provide.survey import Survey, refuse_unsettled, remove, sizes, survey

HERE, THERE = "eu-west-1", "us-east-1"
REGIONS = (HERE, THERE)
NUMBERS = itertools.count()
Client: TypeAlias = Any


@pytest.fixture
def app() -> App:
    """An app of its own name, with one function and one layer in two regions."""
    name = f"prune{next(NUMBERS)}"
    return App(
        name=name,
        home_region=HERE,
        environments=(Environment("dev"), Environment("prod", promote_from="dev")),
        feature_sets=(FeatureSet("core", regions=REGIONS),),
        layers=(Layer("deps", requirements=("six",)),),
        functions=(Function(f"Api{name}", source="x", layers=("deps",)),),
    )


@pytest.fixture
def aws(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud through clients of its own, so that hooks reach no other test."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


def archive(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("python/app.py", text)
    return data.getvalue()


def publish(aws: Aws, app: App, region: str, count: int) -> list[str]:
    """Publish versions as a deployment does, and return their ARNs."""
    client: Client = aws.client("lambda", region)
    return [
        client.publish_layer_version(
            LayerName=f"{app.name}-deps",
            Description=f"sam-deploy sha256:{number:064x}",
            Content={"ZipFile": archive(f"{number}")},
        )["LayerVersionArn"]
        for number in range(1, count + 1)
    ]


def create(aws: Aws, name: str, *layers: str) -> None:
    """Make a function with these layers, and publish its first version."""
    client: Client = aws.client("lambda", HERE)
    client.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": archive(name)},
        Layers=list(layers),
    )
    client.publish_version(FunctionName=name)


def change(aws: Aws, name: str, *layers: str) -> str:
    """Give a function other layers, and publish that."""
    client: Client = aws.client("lambda", HERE)
    client.update_function_configuration(FunctionName=name, Layers=list(layers))
    version: str = client.publish_version(FunctionName=name)["Version"]
    return version


def read(aws: Aws, app: App, *regions: str) -> tuple[Survey, ...]:
    return survey(app, aws, regions or REGIONS, stop=Stop())


def users(found: Survey) -> dict[int, list[str]]:
    return {each.version: [user.text for user in each.users] for each in found.versions}


def there(aws: Aws, app: App, region: str) -> list[int]:
    return [each.version for each in Layers(aws, region).versions(f"{app.name}-deps")]


def prune(aws: Aws, app: App, keep: int = 3) -> list[int]:
    verdicts = decide((v for each in read(aws, app) for v in each.versions), keep)
    gone = remove([each.version for each in verdicts if each.removed], aws, stop=Stop())
    return [each.version for each in gone]


@pytest.mark.fault(13)
def test_the_newest_and_the_used_stay_in_every_region(aws: Aws, app: App) -> None:
    """R125, fault 13: 3 of 6 stay; so do 1 (version 1 and prod) and 2 ($LATEST of another app)."""
    function = f"{app.functions[0].name}Function"
    arns = publish(aws, app, HERE, 6)
    publish(aws, app, THERE, 5)
    create(aws, function, arns[0])
    aws.client("lambda", HERE).create_alias(FunctionName=function, Name="prod", FunctionVersion="1")
    assert "2" == change(aws, function, arns[5])
    create(aws, f"Other{app.name}", arns[1])
    here, other = read(aws, app)
    assert [f"{function}:prod (1)"] == users(here)[1]
    assert [f"Other{app.name}:$LATEST", f"Other{app.name}:1"] == users(here)[2]
    assert [] == users(here)[3]
    assert {f"{function}:$LATEST", f"{function}:2"} == set(users(here)[6])
    assert {number: [] for number in range(1, 6)} == users(other)
    assert [3, 2, 1] == prune(aws, app)
    assert [6, 5, 4, 2, 1] == there(aws, app, HERE)
    assert [5, 4, 3] == there(aws, app, THERE)
    assert [] == prune(aws, app)


@pytest.mark.fault(13)
def test_a_stack_that_names_a_version_keeps_it(aws: Aws, app: App) -> None:
    """Fault 13: no function has it yet, but the next update would ask for it."""
    arns = publish(aws, app, HERE, 5)
    template = {
        "Parameters": {"DepsLayerArn": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    formation: Client = aws.client("cloudformation", HERE)
    formation.create_stack(
        StackName=f"{app.name}-sam",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": "DepsLayerArn", "ParameterValue": arns[0]}],
    )
    formation.get_waiter("stack_create_complete").wait(
        StackName=f"{app.name}-sam", WaiterConfig={"Delay": 0.1, "MaxAttempts": 100}
    )
    (here,) = read(aws, app, HERE)
    assert [f"stack {app.name}-sam"] == users(here)[1]
    assert [f"{app.name}-sam"] == [each.name for each in here.stacks]
    refuse_unsettled([here])
    assert [2] == prune(aws, app)


@pytest.mark.parametrize(
    "status", ["UPDATE_ROLLBACK_FAILED", "UPDATE_IN_PROGRESS", "REVIEW_IN_PROGRESS"]
)
@pytest.mark.fault(13)
def test_nothing_goes_while_a_stack_may_need_it(aws: Aws, app: App, status: str) -> None:
    """Fault 13: a stack that is stuck or at work must find the version that it named before."""
    publish(aws, app, HERE, 1)
    aws.client("cloudformation", HERE).meta.events.register(
        "before-send.cloudformation.DescribeStacks",
        lambda **_: faults.answer(200, page(f"{app.name}-sam", status)),
    )
    found = read(aws, app)
    with pytest.raises(RefusedError) as raised:
        refuse_unsettled(found)
    assert f"`{app.name}-sam` in `{HERE}` is {status}" == raised.value.why
    assert 5 == raised.value.exit_code


def test_what_could_not_be_removed_is_told(aws: Aws, app: App) -> None:
    """Exit code 7: the region that failed, what is gone elsewhere; the next run does the rest."""
    for region in REGIONS:
        publish(aws, app, region, 5)
    events = aws.client("lambda", THERE).meta.events
    events.register(
        "before-send.lambda.DeleteLayerVersion", lambda **_: faults.answer(403), unique_id="no"
    )
    with pytest.raises(IncompleteError) as raised:
        prune(aws, app)
    error = raised.value
    assert ("2 of 4 layer versions were not removed", 7) == (error.what, error.exit_code)
    assert error.why.startswith(f"{THERE}: ")
    name = f"{app.name}-deps"
    assert f"removed: {name}:2 in {HERE}, {name}:1 in {HERE}" in error.state
    assert [5, 4, 3, 2, 1] == there(aws, app, THERE)
    events.unregister("before-send.lambda.DeleteLayerVersion", unique_id="no")
    assert [2, 1] == prune(aws, app)


def test_sizes_are_those_of_the_archives(aws: Aws, app: App) -> None:
    """In bytes; a version that went meanwhile has none."""
    first, second = publish(aws, app, HERE, 2)
    (here,) = read(aws, app, HERE)
    Layers(aws, HERE).delete(f"{app.name}-deps", 2)
    assert {first: len(archive("1"))} == sizes(here.versions, aws)
    assert second not in {each.arn for each in read(aws, app, HERE)[0].versions}


def test_a_removed_version_is_not_found_for_a_deployment(aws: Aws, app: App) -> None:
    """So it is published anew when its content comes back; deleting it again is no error."""
    publish(aws, app, HERE, 1)
    name, description = f"{app.name}-deps", f"sam-deploy sha256:{1:064x}"
    functions = Functions(aws, HERE)
    assert functions.find_layer(name, description) is not None
    for _ in range(2):
        Layers(aws, HERE).delete(name, 1)
    assert functions.find_layer(name, description) is None


def test_all_pages_are_read(aws: Aws, app: App) -> None:
    """Of stacks, layer versions, functions and their versions: what pins may be on the last one."""
    arns = publish(aws, app, HERE, 3)
    names = [f"{app.name}A", f"{app.name}B"]
    for name, arn in zip(names, arns, strict=False):
        create(aws, name, arn)
        change(aws, name)
    events = aws.client("lambda", HERE).meta.events
    asked: list[str] = []

    def small_pages(params: dict[str, Any], event_name: str, **_: object) -> None:
        params["MaxItems"] = 1
        asked.append(event_name.rpartition(".")[2])

    for operation in ("ListLayerVersions", "ListFunctions", "ListVersionsByFunction"):
        events.register(f"provide-client-params.lambda.{operation}", small_pages)
    layers = Layers(aws, HERE)
    assert [3, 2, 1] == there(aws, app, HERE)
    assert set(names) <= {each.function for each in layers.of_all_functions()}
    assert ["$LATEST", "1", "2"] == [each.version for each in layers.of_function(names[0])]
    assert () == layers.of_function("NoSuchFunction")
    assert 3 == asked.count("ListLayerVersions")
    assert asked.count("ListFunctions") >= len(names)


def page(name: str, status: str, token: str = "") -> bytes:
    """An answer of DescribeStacks with one stack, and maybe more to come."""
    more = f"<NextToken>{token}</NextToken>" if token else ""
    return f"""<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
      <DescribeStacksResult><Stacks><member><StackName>{name}</StackName>
      <StackStatus>{status}</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>
      </member></Stacks>{more}</DescribeStacksResult></DescribeStacksResponse>""".encode()


def test_stacks_are_read_to_the_last_page(aws: Aws) -> None:
    """Those of others, too; what is deleted is not among them."""
    pages = [page("a", "CREATE_COMPLETE", "2"), page("b", "DELETE_COMPLETE", "3")]
    answers = [faults.answer(200, body) for body in [*pages, page("c", "UPDATE_COMPLETE")]]
    aws.client("cloudformation", HERE).meta.events.register(
        "before-send.cloudformation.DescribeStacks", lambda **_: answers.pop(0)
    )
    assert ["a", "c"] == [each.name for each in CloudFormation(aws, HERE).stacks()]
