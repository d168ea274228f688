"""Every region is asked, nothing is written, and what is not there yet is said."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy.deploy.difference import (
    NEW_LAYER,
    StackDifference,
    ValueDifference,
    nothing_deployed,
    read,
)
from sam_deploy.errors import RefusedError, SamDeployError
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import StackPlan
from sam_deploy.provide import Layer, Needs
from sam_deploy.template import Template

HERE, THERE = "eu-west-1", "us-east-1"
ACCOUNT = "123456789012"
LAYER = "arn:aws:lambda:{}:123456789012:layer:shop-deps:{}"
DOCUMENT: dict[str, Any] = {
    "Parameters": {
        "ArtifactBucket": {"Type": "String"},
        "DepsLayerArn": {"Type": "String"},
        "Size": {"Type": "Number", "Default": 3},
        "Password": {"Type": "String", "NoEcho": True, "Default": "secret"},
    },
    "Resources": {
        "Api": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Layers": [{"Ref": "DepsLayerArn"}], "MemorySize": 256},
        }
    },
}
OLDER: dict[str, Any] = json.loads(json.dumps(DOCUMENT).replace("256", "128"))
PARAMETERS = {
    "ArtifactBucket": f"shop-sam-{ACCOUNT}-{{region}}",
    "Size": "3",
    "Password": "****",
}


class _Aws:
    """An account in which stacks are as they are told; it can only be looked at."""

    def __init__(
        self, stacks: Mapping[str, tuple[str, Any, dict[str, str]]], published: str = ""
    ) -> None:
        self.stacks = stacks
        self.published = published
        self.calls: set[str] = set()
        self.lock = threading.Lock()

    def account(self, region: str) -> str:
        del region
        return ACCOUNT

    def client(self, service: str, region: str, *, retries: bool = True) -> _Client:
        del service, retries
        return _Client(self, region)


class _Client:
    """The calls of one region, as botocore's clients make them; others do not exist."""

    def __init__(self, aws: _Aws, region: str) -> None:
        self.aws, self.region = aws, region

    def _called(self, name: str) -> None:
        with self.aws.lock:
            self.aws.calls.add(name)

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self._called("describe_stacks")
        if self.region not in self.aws.stacks:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError(
                {"Error": {"Code": "ValidationError", "Message": message}}, "DescribeStacks"
            )
        status, _, parameters = self.aws.stacks[self.region]
        told = [
            {"ParameterKey": key, "ParameterValue": value.format(region=self.region)}
            for key, value in parameters.items()
        ]
        tags = [{"Key": "Project", "Value": "Shop"}]
        stack = {"StackName": StackName, "StackStatus": status, "Parameters": told, "Tags": tags}
        return {"Stacks": [stack]}

    def get_template(self, *, StackName: str, TemplateStage: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        self._called("get_template")
        assert ("shop-sam", "Original") == (StackName, TemplateStage)
        return {"TemplateBody": self.aws.stacks[self.region][1]}

    def list_layer_versions(self, *, LayerName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self._called("list_layer_versions")
        assert LayerName == "shop-deps"
        version = {
            "LayerVersionArn": LAYER.format(self.region, 5),
            "Version": 5,
            "Description": self.aws.published,
        }
        return {"LayerVersions": [version]}


CONTENT = "sam-deploy sha256:" + "ab" * 32
"""Description of the layer version that holds what was built."""


def stacks(regions: tuple[str, ...] = (HERE, THERE)) -> tuple[StackPlan, ...]:
    return (StackPlan("shop-sam", "core", regions, ("dev", "prod"), HERE),)


def manifest(regions: tuple[str, ...] = (HERE, THERE), tags: str = "Shop") -> Manifest:
    layer = Layer(
        "deps", "shop-deps", "layer/deps", "artifacts/deps.zip", CONTENT, "python3.12", "x"
    )
    return Manifest(
        name="shop",
        home_region=HERE,
        environment="dev",
        stacks=stacks(regions),
        templates={"shop-sam": TEMPLATE},
        needs=Needs("shop", HERE, regions, (), (layer,)),
        tags={"Project": tags},
    )


TEMPLATE = Template(
    "shop-sam",
    json.dumps(DOCUMENT),
    ("ArtifactBucket", "DepsLayerArn"),
    {"deps": "DepsLayerArn"},
    1,
    (),
)


def compared(aws: _Aws, wanted: Manifest, account: str = "") -> list[StackDifference]:
    found = read(
        wanted,
        aws,  # type: ignore[arg-type] # has the two methods that are used
        expected_account=account,
        at_once=4,
        stop=Stop(),
    )
    return list(found)


def stack(template: Any, layer: int, status: str = "UPDATE_COMPLETE") -> Any:
    return status, template, PARAMETERS | {"DepsLayerArn": LAYER.format("{region}", layer)}


def test_what_is_as_it_should_be_differs_in_nothing() -> None:
    """Template, parameters and tags; asked by four calls that only look."""
    published = CONTENT
    aws = _Aws({HERE: stack(DOCUMENT, 5), THERE: stack(json.dumps(DOCUMENT), 5)}, published)
    found = compared(aws, manifest())
    assert [(HERE, True), (THERE, True)] == [(each.region, each.empty) for each in found]
    assert {"describe_stacks", "get_template", "list_layer_versions"} == aws.calls


def test_each_region_is_compared_with_its_own() -> None:
    """One is behind, the other has no stack."""
    here, there = compared(_Aws({HERE: stack(OLDER, 3)}), manifest())
    assert (True, "UPDATE_COMPLETE") == (here.deployed, here.status)
    assert [("Api", 128, 256)] == [
        (each.name, each.properties[0].old, each.properties[0].new) for each in here.differences
    ]
    assert (False, "", (("Api", "AWS::Lambda::Function"),)) == (
        there.deployed,
        there.status,
        there.resources,
    )
    assert not there.empty


def test_a_layer_is_named_by_its_version_only_when_that_exists() -> None:
    """The hash in its description says so; the functions that use it are named."""
    old = LAYER.format(HERE, 3)
    (unknown,) = compared(_Aws({HERE: stack(DOCUMENT, 3)}), manifest((HERE,)))
    assert (ValueDifference("parameter", "DepsLayerArn", old, NEW_LAYER, ("Api",)),) == (
        unknown.values
    )
    aws = _Aws({HERE: stack(DOCUMENT, 3)}, CONTENT)
    (known,) = compared(aws, manifest((HERE,)))
    assert [LAYER.format(HERE, 5)] == [each.new for each in known.values]


def test_parameters_and_tags_are_compared_and_secrets_are_not() -> None:
    """A default counts as a value; NoEcho shows asterisks, so nothing is said but that."""
    status, document, given = stack(DOCUMENT, 5)
    aws = _Aws({HERE: (status, document, given | {"Size": "4"})}, CONTENT)
    (found,) = compared(aws, manifest((HERE,), tags="Store"))
    assert (
        ValueDifference("parameter", "Size", "4", "3"),
        ValueDifference("tag", "Project", "Shop", "Store"),
    ) == found.values
    assert ("Password",) == found.hidden
    assert "secret" not in repr(found.values)


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_that_never_came_up_is_made_anew(status: str) -> None:
    """Its template is not even asked for."""
    aws = _Aws({HERE: stack(OLDER, 3, status)})
    (found,) = compared(aws, manifest((HERE,)))
    assert (False, status) == (found.deployed, found.status)
    assert {"describe_stacks"} == aws.calls


def test_credentials_of_another_account_are_refused() -> None:
    """Comparing with somebody else's stack of the same name would mislead."""
    aws = _Aws({})
    with pytest.raises(RefusedError):
        compared(aws, manifest(), account="999999999999")
    assert set() == aws.calls


def test_a_deployed_template_that_cannot_be_read_is_an_error() -> None:
    """With the region that has it."""
    with pytest.raises(SamDeployError) as raised:
        compared(_Aws({HERE: stack("- a\n- list", 3)}), manifest((HERE,)))
    assert "The deployed template of `shop-sam` in `eu-west-1` cannot be read" == (
        raised.value.what
    )


def test_where_nothing_is_deployed_nobody_is_asked() -> None:
    """Every stack of every region has everything to create."""
    found = nothing_deployed(stacks(), {"shop-sam": TEMPLATE})
    assert [(HERE, False, 1), (THERE, False, 1)] == [
        (each.region, each.deployed, len(each.resources)) for each in found
    ]
