"""Which stacks an environment joins, and how its aliases are made alone."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError

from sam_deploy import App, Environment, FeatureSet, Function
from sam_deploy.config.declare import changed
from sam_deploy.deploy import Added, Engine, Options, add_aliases, find_added, survey
from sam_deploy.deploy.journal import Entry
from sam_deploy.errors import IncompleteError, RefusedError
from sam_deploy.events import Event, Note, StepFinished, StepStarted
from sam_deploy.lanes import Stop
from sam_deploy.manifest import Manifest
from sam_deploy.plan import Request, make
from sam_deploy.provide import Needs
from sam_deploy.template import render

HOME, EAST, WEST = "eu-west-1", "us-east-1", "us-west-2"
APP = App(
    name="shop",
    home_region=HOME,
    environments=(Environment("dev"), Environment("prod", promote_from="dev")),
    feature_sets=(FeatureSet("core", regions=(HOME, EAST, WEST)),),
    functions=(Function("Api", source="x"),),
)
QA = Environment("qa", promote_from="dev")
WITH_QA = changed(APP, environments=(*APP.environments, QA))
ALIAS = "ApiFunctionAliasQa"
NEVER = Entry()


class _Aws:
    """An account that holds stacks: (status, template) by region."""

    def __init__(self, **stacks: tuple[str, str]) -> None:
        self.stacks = {region.replace("_", "-"): each for region, each in stacks.items()}
        self.sent: dict[str, dict[str, Any]] = {}
        self.order: list[str] = []
        self.updated: dict[str, datetime] = {}
        self.refusing: tuple[str, ...] = ()
        self.lock = threading.Lock()

    def client(self, service: str, region: str, *, retries: bool = True) -> _Client:
        """Return the only service that is asked for a stack."""
        assert retries
        assert service in {"cloudformation", "s3"}
        return _Client(self, region)


class _Client:
    """The calls of one region, as botocore's clients make them."""

    def __init__(self, aws: _Aws, region: str) -> None:
        self.aws, self.region = aws, region

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        if self.region not in self.aws.stacks:
            raise refusal(f"Stack with id {StackName} does not exist")
        given = [{"ParameterKey": "ArtifactBucket", "ParameterValue": "bucket-of-before"}]
        tags = [{"Key": "Team", "Value": "web"}]
        status = self.aws.stacks[self.region][0]
        found = {"StackName": StackName, "StackStatus": status, "Parameters": given, "Tags": tags}
        found["LastUpdatedTime"] = self.aws.updated.get(
            self.region, datetime(2026, 1, 1, tzinfo=UTC)
        )
        return {"Stacks": [found]}

    def get_template(self, *, StackName: str, TemplateStage: str) -> dict[str, Any]:  # noqa: N803
        assert (True, "Original") == (StackName.startswith("shop-sam"), TemplateStage)
        return {"TemplateBody": self.aws.stacks[self.region][1]}

    def create_change_set(self, **given: Any) -> dict[str, str]:
        with self.aws.lock:
            self.aws.order.append(self.region)
            self.aws.sent[self.region] = given
        if self.region in self.aws.refusing:
            raise refusal("as asked")
        return {"Id": "arn"}

    def describe_change_set(self, **_: object) -> dict[str, Any]:
        change = {"Action": "Add", "LogicalResourceId": ALIAS, "ResourceType": "AWS::Lambda::Alias"}
        return {"Status": "CREATE_COMPLETE", "Changes": [{"ResourceChange": change}]}

    def describe_stack_events(self, **_: object) -> dict[str, Any]:
        return {"StackEvents": []}

    def list_change_sets(self, **_: object) -> dict[str, Any]:
        return {"Summaries": []}

    def execute_change_set(self, **_: object) -> None:
        """Be done at once."""
        self.aws.updated[self.region] = datetime(2026, 1, 2, tzinfo=UTC)


def refusal(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "Call")


class _Patience(Stop):
    """Pauses that take no time."""

    def pause(self, seconds: float) -> None:
        """Go on at once."""
        del seconds


def manifest(app: App, environment: str = "") -> Manifest:
    plan = make(app, Path("/nowhere"), Request(environment=environment))
    keys = {"function/Api": "key.zip"}
    return Manifest(
        name=plan.name,
        home_region=plan.home_region,
        environment=plan.environment,
        stacks=plan.stacks,
        templates={stack.name: render(app, stack, keys) for stack in plan.stacks},
        needs=Needs(plan.name, plan.home_region, plan.regions, (), ()),
        tags=plan.tags,
    )


def body(app: App) -> str:
    (template,) = manifest(app).templates.values()
    return template.body


def found_in(aws: _Aws, app: App = WITH_QA, environment: str = "") -> tuple[Added, ...]:
    wanted = manifest(app, environment)
    found = survey(
        wanted.places,
        aws,  # type: ignore[arg-type] # has the one method that is used
        at_once=8,
        stop=Stop(),
    )
    return find_added(wanted, found.live)


def add(aws: _Aws, joined: tuple[Added, ...], heard: list[Event], before: Entry = NEVER) -> None:
    engine = Engine(
        manifest(WITH_QA),
        aws,  # type: ignore[arg-type] # has the one method that is used
        "123456789012",
        Options(),
        heard.append,
        _Patience(),
        before=before,
    )
    add_aliases(joined, engine)


def everywhere(status: str = "UPDATE_COMPLETE", app: App = APP) -> _Aws:
    text = body(app)
    return _Aws(eu_west_1=(status, text), us_east_1=(status, text), us_west_2=(status, text))


def test_an_environment_joins_every_stack_that_stands() -> None:
    """C13: in each region, with the parameters and tags that it was deployed with."""
    joined = found_in(everywhere())
    assert [(region, (ALIAS,)) for region in (HOME, EAST, WEST)] == [
        (each.region, each.joining.missing) for each in joined
    ]
    assert {"ArtifactBucket": "bucket-of-before"} == joined[0].parameters
    assert {"Team": "web"} == joined[0].tags


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"])
def test_a_stack_that_never_came_up_is_made_with_all_environments(status: str) -> None:
    """And so is one in a region that has none: the first version is all that there is."""
    aws = _Aws(eu_west_1=("UPDATE_COMPLETE", body(APP)), us_east_1=(status, body(APP)))
    assert [HOME] == [each.region for each in found_in(aws)]


def test_nothing_joins_an_app_that_is_as_it_was() -> None:
    """No change set is made then."""
    assert () == found_in(everywhere(), APP)
    assert () == found_in(everywhere(app=WITH_QA))


def test_a_stack_with_one_environment_joins_nothing() -> None:
    """An environment of an isolated app comes with a stack of its own; so does the local one."""
    aws = everywhere()
    aws.stacks = dict.fromkeys(aws.stacks, ("UPDATE_COMPLETE", "no template"))
    assert () == found_in(aws, changed(WITH_QA, topology="isolated"), "qa")
    assert () == found_in(aws, WITH_QA, "local")


def test_a_deployed_template_that_cannot_be_read_ends_the_deployment() -> None:
    """Without it nobody knows whether the environment is new."""
    aws = everywhere()
    aws.stacks[EAST] = ("UPDATE_COMPLETE", "no template")
    with pytest.raises(RefusedError) as raised:
        found_in(aws)
    assert "`shop-sam` in `us-east-1` cannot be read" in raised.value.what


def test_the_first_change_set_holds_what_is_deployed_and_the_aliases(heard: list[Event]) -> None:
    """C13, C15: what is deployed stays, with its own parameters and tags, word for word."""
    aws = everywhere()
    add(aws, found_in(aws), heard)
    sent = aws.sent[EAST]
    before, now = yaml.safe_load(body(APP)), yaml.safe_load(sent["TemplateBody"])
    assert {**before["Resources"], ALIAS: now["Resources"][ALIAS]} == now["Resources"]
    assert before["Outputs"] == now["Outputs"]
    assert "UPDATE" == sent["ChangeSetType"]
    assert [{"ParameterKey": "ArtifactBucket", "ParameterValue": "bucket-of-before"}] == sent[
        "Parameters"
    ]
    assert [{"Key": "Team", "Value": "web"}] == sent["Tags"]


def test_the_first_region_goes_first_and_no_step_is_counted_twice(heard: list[Event]) -> None:
    """The eight steps of a region belong to the deployment that follows; a note tells of this."""
    aws = everywhere()
    add(aws, found_in(aws), heard)
    assert (HOME, {EAST, WEST}) == (aws.order[0], set(aws.order[1:]))
    assert [] == [each for each in heard if isinstance(each, (StepStarted, StepFinished))]
    words = "eu-west-1 shop-sam: new aliases (1) come first, by themselves"
    assert Note(words, region=HOME) in heard


def test_aliases_that_are_there_are_not_made_again(heard: list[Event]) -> None:
    """After a kill between the two change sets there is nothing to add, but all to move."""
    aws = everywhere()
    alone = found_in(aws)[0].joining.body
    aws.stacks[HOME] = ("UPDATE_COMPLETE", alone)
    joined = found_in(aws)
    assert [((ALIAS,), ()), ((ALIAS,), (ALIAS,)), ((ALIAS,), (ALIAS,))] == [
        (each.joining.aliases, each.joining.missing) for each in joined
    ]
    add(aws, joined, heard)
    assert {EAST, WEST} == set(aws.order)


def test_a_failing_first_region_holds_back_the_rest(heard: list[Event]) -> None:
    """Its own error is raised: nothing has changed anywhere."""
    aws = everywhere()
    aws.refusing = (HOME,)
    with pytest.raises(Exception, match="as asked") as raised:
        add(aws, found_in(aws), heard)
    assert not isinstance(raised.value, IncompleteError)
    assert [HOME] == aws.order


def test_a_later_region_that_fails_is_told_with_those_that_succeeded(heard: list[Event]) -> None:
    """The same command goes on from there."""
    aws = everywhere()
    aws.refusing = (EAST,)
    with pytest.raises(IncompleteError) as raised:
        add(aws, found_in(aws), heard)
    assert "The new aliases of `shop-sam` were not made in `us-east-1`" == raised.value.what
    assert "as asked" in raised.value.why
    assert (
        "they are there in eu-west-1, us-west-2, where nobody can reach them; "
        "every other environment is as before"
    ) == raised.value.state
