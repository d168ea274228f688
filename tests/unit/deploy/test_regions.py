from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.deploy import Deployment, Options, run
from sam_deploy.events import Event, RegionFinished
from sam_deploy.lanes import Stop
from sam_deploy.plan import Request, make
from sam_deploy.provide import Provisions, RegionProvisions
from sam_deploy.template import Template


class _Aws:
    """An account whose stacks are as they should be, except where they shall fail."""

    def __init__(self, failing: tuple[str, ...] = ()) -> None:
        self.failing = failing
        self.parameters: dict[tuple[str, str], dict[str, str]] = {}
        self.tags: dict[str, str] = {}
        self.order: list[tuple[str, str]] = []
        self.lock = threading.Lock()

    def client(self, service: str, region: str) -> _Client:
        return _Client(self, service, region)


class _Client:
    """The calls of one region, as botocore's clients make them."""

    def __init__(self, aws: _Aws, service: str, region: str) -> None:
        self.aws, self.service, self.region = aws, service, region

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        return {"Stacks": [{"StackName": StackName, "StackStatus": "CREATE_COMPLETE"}]}

    def create_change_set(self, **given: Any) -> dict[str, str]:
        place = (given["StackName"], self.region)
        with self.aws.lock:
            self.aws.order.append(place)
            self.aws.parameters[place] = {
                each["ParameterKey"]: each["ParameterValue"] for each in given["Parameters"]
            }
            self.aws.tags = {each["Key"]: each["Value"] for each in given["Tags"]}
        if self.region in self.aws.failing:
            error = {"Error": {"Code": "ValidationError", "Message": "as asked"}}
            raise ClientError(error, "CreateChangeSet")
        return {"Id": "arn"}

    def describe_change_set(self, **_: object) -> dict[str, Any]:
        reason = "The submitted information didn't contain changes."
        return {"Status": "FAILED", "StatusReason": reason, "Changes": []}

    def delete_change_set(self, **_: object) -> None:
        """Remove nothing."""


ASKED = ("ArtifactBucket", "RegionSuffix", "FirstRegion")


def deployed(
    heard: list[Event],
    *,
    failing: tuple[str, ...] = (),
    at_once: int = 8,
    layers: Mapping[str, str] | None = None,
) -> tuple[Deployment, _Aws]:
    """What comes of an app of two stacks, whose home region is the first of one of them."""
    app = App(
        name="shop",
        home_region="eu-west-1",
        tags={"Team": "web"},
        environments=(Environment("dev"),),
        feature_sets=(
            FeatureSet("core", regions=("eu-west-1", "us-east-1", "us-west-2")),
            FeatureSet("extra", regions=("us-west-2", "us-east-1")),
        ),
    )
    planned = make(app, Path("/nowhere"), Request())
    templates = {
        stack.name: Template(stack.name, "Resources: {}\n", ASKED, layers or {}, 1, ())
        for stack in planned.stacks
    }
    ready = {
        region: RegionProvisions(f"bucket-{region}", {"deps": f"arn:{region}:deps"}, 0, 0, 0)
        for region in planned.regions
    }
    aws = _Aws(failing)
    outcome = run(
        planned,
        templates,
        Provisions("123456789012", ready),
        aws,  # type: ignore[arg-type] # has the one method that is used
        options=Options(at_once),
        report=heard.append,
        stop=Stop(),
    )
    return outcome, aws


@pytest.mark.parametrize("at_once", [1, 8])
def test_the_first_region_is_the_gatekeeper(heard: list[Event], at_once: int) -> None:
    """The others of a stack come after it, and the stacks of a region one after the other."""
    outcome, aws = deployed(heard, at_once=at_once)
    place = aws.order.index
    core, extra = "shop-sam", "shop-sam-extra"
    assert (core, "eu-west-1") == aws.order[0]
    assert place((core, "us-west-2")) < place((extra, "us-west-2")) < place((extra, "us-east-1"))
    assert place((core, "us-east-1")) < place((extra, "us-east-1"))
    assert set(aws.order) == set(outcome.done)
    assert outcome.unchanged


def test_each_region_gets_its_own_parameters(heard: list[Event]) -> None:
    """One template for all: bucket, suffix of global names and layer versions come from outside."""
    _, aws = deployed(heard, layers={"deps": "DepsLayerArn"})
    assert {
        "ArtifactBucket": "bucket-eu-west-1",
        "RegionSuffix": "",
        "FirstRegion": "yes",
        "DepsLayerArn": "arn:eu-west-1:deps",
    } == aws.parameters["shop-sam", "eu-west-1"]
    assert {
        "ArtifactBucket": "bucket-us-east-1",
        "RegionSuffix": "-us-east-1",
        "FirstRegion": "no",
        "DepsLayerArn": "arn:us-east-1:deps",
    } == aws.parameters["shop-sam-extra", "us-east-1"]
    assert {"Project": "Shop", "Team": "web"} == aws.tags


def test_a_failing_gatekeeper_holds_back_the_rest(heard: list[Event]) -> None:
    """Nothing behind it is begun, neither its other regions nor the stacks after it."""
    outcome, aws = deployed(heard, failing=("eu-west-1",))
    assert [("shop-sam", "eu-west-1")] == aws.order
    assert {("shop-sam", "eu-west-1")} == set(outcome.failed)
    assert {
        ("shop-sam", "us-east-1"),
        ("shop-sam", "us-west-2"),
        ("shop-sam-extra", "us-west-2"),
        ("shop-sam-extra", "us-east-1"),
    } == set(outcome.not_started)


@pytest.mark.fault(30)
def test_a_failing_region_does_not_stop_its_neighbours(heard: list[Event]) -> None:
    """Only what waits for it is not begun."""
    outcome, _ = deployed(heard, failing=("us-east-1",))
    assert {("shop-sam", "us-east-1")} == set(outcome.failed)
    assert {
        ("shop-sam", "eu-west-1"),
        ("shop-sam", "us-west-2"),
        ("shop-sam-extra", "us-west-2"),
    } == set(outcome.done)
    assert (("shop-sam-extra", "us-east-1"),) == outcome.not_started


def test_the_end_of_each_region_is_told(heard: list[Event]) -> None:
    """Also of one that failed."""
    deployed(heard, failing=("us-east-1",), at_once=1)
    told = [each for each in heard if isinstance(each, RegionFinished)]
    assert {
        ("shop-sam", "eu-west-1", "no changes"),
        ("shop-sam", "us-east-1", "failed"),
        ("shop-sam", "us-west-2", "no changes"),
        ("shop-sam-extra", "us-west-2", "no changes"),
    } == {(each.stack, each.region, each.outcome) for each in told}
    assert all(each.seconds >= 0 for each in told)
