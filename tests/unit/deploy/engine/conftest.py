"""An app of two feature sets, deployed by an engine whose stacks a test brings up itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sam_deploy import App, Environment, FeatureSet
from sam_deploy.deploy import Deployment, Engine, Options, Review, StackOutcome, survey
from sam_deploy.deploy.journal import PlaceEntry
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import RolledBackError
from sam_deploy.events import Event
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import Request, make
from sam_deploy.provide import Needs, RegionProvisions
from sam_deploy.template import Template

HOME, EAST, WEST = "eu-west-1", "us-east-1", "us-west-2"
CORE, EXTRA = "shop-sam", "shop-sam-extra"
ASKED = ("ArtifactBucket", "RegionSuffix", "FirstRegion")
READY = {
    region: RegionProvisions(f"bucket-{region}", {"deps": f"arn:{region}:deps"})
    for region in (HOME, EAST, WEST)
}
REMOVE = {"Action": "Remove", "LogicalResourceId": "Orders", "ResourceType": "AWS::DynamoDB::Table"}
ADD = {"Action": "Add", "LogicalResourceId": "New", "ResourceType": "AWS::SNS::Topic"}


class _Aws:
    """An account whose stacks all stand; change sets say what a test tells them to."""

    def __init__(self) -> None:
        self.changes: dict[Place, list[dict[str, str]]] = {}
        self.refusing: set[str] = set()
        self.parameters: dict[Place, dict[str, str]] = {}
        self.tags: dict[str, str] = {}
        self.left: dict[Place, str] = {}
        """Change sets that nobody deleted."""
        self.unlisted: set[str] = set()
        """Regions in which nobody may list change sets."""
        self.creating: Callable[[], None] = lambda: None
        """Called whenever a change set is made."""
        self.lock = threading.Lock()

    def client(self, service: str, region: str, *, retries: bool = True) -> _Client:
        assert retries
        return _Client(self, service, region)


class _Client:
    """The calls of one region, as botocore's clients make them."""

    def __init__(self, aws: _Aws, service: str, region: str) -> None:
        self.aws, self.service, self.region = aws, service, region

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        return {"Stacks": [{"StackName": StackName, "StackStatus": "CREATE_COMPLETE"}]}

    def get_template(self, **_: str) -> dict[str, str]:
        return {"TemplateBody": "something else"}

    def create_change_set(self, **given: Any) -> dict[str, str]:
        place = (given["StackName"], self.region)
        with self.aws.lock:
            self.aws.parameters[place] = {
                each["ParameterKey"]: each["ParameterValue"] for each in given["Parameters"]
            }
            self.aws.tags = {each["Key"]: each["Value"] for each in given["Tags"]}
            if self.region in self.aws.refusing:
                error = {"Error": {"Code": "ValidationError", "Message": "as asked"}}
                raise ClientError(error, "CreateChangeSet")
            self.aws.left[place] = f"arn:{place}"
        self.aws.creating()
        return {"Id": f"arn:{place}"}

    def describe_change_set(self, *, StackName: str, ChangeSetName: str) -> dict[str, Any]:  # noqa: N803 - AWS's names
        changes = self.aws.changes.get((StackName, self.region), [])
        if changes:
            told = [{"ResourceChange": each} for each in changes]
            return {"Status": "CREATE_COMPLETE", "Changes": told, "ChangeSetId": ChangeSetName}
        reason = "The submitted information didn't contain changes."
        return {"Status": "FAILED", "StatusReason": reason, "ChangeSetId": ChangeSetName}

    def list_change_sets(self, **_: object) -> dict[str, Any]:
        if self.region in self.aws.unlisted:
            error = {"Error": {"Code": "AccessDenied", "Message": "as asked"}}
            raise ClientError(error, "ListChangeSets")
        return {"Summaries": []}

    def delete_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803 - AWS's names
        with self.aws.lock:
            assert ChangeSetName == self.aws.left.pop((StackName, self.region))


class _Run:
    """A deployment whose stacks are brought up by the test itself."""

    def __init__(self) -> None:
        self.aws = _Aws()
        self.order: list[Place] = []
        self.tokens: list[str] = []
        self.book: list[tuple[Place, str]] = []
        self.failing: set[Place] = set()
        self.stop = Stop()
        self.heard: list[Event] = []
        self.lock = threading.Lock()
        self.meanwhile: Callable[[Place], None] = lambda _: None

    def engine(
        self, options: Options | None = None, layers: Mapping[str, str] | None = None
    ) -> Engine:
        return Engine(
            manifest(layers or {}),
            self.aws,  # type: ignore[arg-type] # has the one method that is used
            "123456789012",
            options or Options(),
            self.heard.append,
            self.stop,
            book=self,
            executor=self.execute,
        )

    def review(self, engine: Engine) -> tuple[Review, ...]:
        """Look at everything, then ask CloudFormation."""
        aws: Any = self.aws
        found = survey(engine.manifest.places, aws, at_once=8, stop=self.stop)
        return replace(engine, live=found.live).review(READY)

    def place(self, place: Place, entry: PlaceEntry) -> None:
        """Be the journal."""
        with self.lock:
            self.book.append((place, entry.state))

    def execute(self, work: object, found: Review, token: str) -> StackOutcome:
        """Be CloudFormation."""
        del work
        with self.lock:
            self.order.append(found.place)
            self.tokens.append(token)
        self.meanwhile(found.place)
        if found.place in self.failing:
            raise RolledBackError("as asked")
        return StackOutcome(*found.place, "no changes" if found.empty else "updated", (), {}, 0.1)

    def deploy(self, then: Any = None, **options: Any) -> Deployment:
        """Review, then execute."""
        engine = self.engine(Options(**options))
        given = (then,) if then else ()
        return engine.execute(self.review(engine), READY, *given)


@pytest.fixture
def run() -> Iterator[_Run]:
    """Two feature sets; the first region of the second one is the last of the first."""
    return _Run()


def manifest(layers: Mapping[str, str]) -> Manifest:
    app = App(
        name="shop",
        home_region=HOME,
        tags={"Team": "web"},
        environments=(Environment("dev"),),
        feature_sets=(
            FeatureSet("core", regions=(HOME, EAST, WEST)),
            FeatureSet("extra", regions=(WEST, EAST)),
        ),
    )
    plan = make(app, Path("/nowhere"), Request())
    return Manifest(
        name=plan.name,
        home_region=HOME,
        environment="dev",
        stacks=plan.stacks,
        templates={
            stack.name: Template(stack.name, "Resources: {}\n", ASKED, layers, 1, ())
            for stack in plan.stacks
        },
        needs=Needs("shop", HOME, plan.regions, (), ()),
        tags=plan.tags,
    )
