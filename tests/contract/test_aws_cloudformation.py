"""Stacks, change sets and events on a real CloudFormation of the embedded cloud."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from sam_deploy import local
from sam_deploy.aws import Aws, AwsCallError, ChangeSet, CloudFormation, Endpoint, Objects, Stack
from sam_deploy.deploy.stack import StackDeployment, StackOutcome
from sam_deploy.errors import RolledBackError
from sam_deploy.events import Event, StackEvent
from sam_deploy.lanes import Stop
from sam_deploy.template import Template
from sam_deploy.template.compare.reading import from_text, plain
from sam_deploy.template.yaml_text import to_yaml

ACCOUNT = "000000000000"
REGION = "eu-west-1"
NUMBERS = itertools.count()
Json: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def account(cloud: local.RunningCloud) -> Aws:
    """The embedded cloud, as every command reaches it."""
    return Aws(Endpoint("embedded", cloud.endpoint, "", "test", "test"))


@pytest.fixture
def stacks(account: Aws) -> CloudFormation:
    """The gateway under test."""
    return CloudFormation(account, REGION)


@pytest.fixture
def name() -> str:
    """A stack that does not exist yet."""
    return f"contract-{next(NUMBERS)}"


def body(name: str, *queues: str) -> str:
    """A template of queues, with a parameter and an output."""
    resources: Json = {
        queue: {
            "Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::Sub": f"{name}-{queue}${{Suffix}}"}},
        }
        for queue in queues
    }
    return json.dumps(
        {
            "Parameters": {"Suffix": {"Type": "String", "Default": ""}},
            "Resources": resources,
            "Outputs": {"First": {"Value": {"Fn::GetAtt": [queues[0], "QueueName"]}}},
        }
    )


def awaited(look: Callable[[], Any], wanted: Callable[[Any], bool]) -> Any:
    """What `look` returns as soon as it is wanted; fails after 20 seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = look()
        if wanted(found):
            return found
        time.sleep(0.05)
    pytest.fail("it did not happen within 20 s")


def change_set(
    stacks: CloudFormation, name: str, kind: str, template: str, suffix: str = ""
) -> ChangeSet:
    arn = stacks.create_change_set(
        name,
        f"sd-{next(NUMBERS)}",
        kind=kind,  # type: ignore[arg-type] # CREATE or UPDATE
        template={"TemplateBody": template},
        parameters={"Suffix": suffix},
        tags={"Project": "Shop", "Team": "web"},
    )
    found: ChangeSet = awaited(
        lambda: stacks.describe_change_set(name, arn),
        lambda each: each.status in {"CREATE_COMPLETE", "FAILED"},
    )
    return found


def executed(stacks: CloudFormation, name: str, made: ChangeSet) -> Stack:
    stacks.execute_change_set(name, made.arn, f"token-{next(NUMBERS)}")
    found: Stack = awaited(
        lambda: stacks.describe_stack(name),
        lambda each: each.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"},
    )
    return found


def test_a_stack_that_does_not_exist_is_nothing(stacks: CloudFormation) -> None:
    """CloudFormation says so with a ValidationError; other ones stay errors."""
    assert stacks.describe_stack("no-such-stack") is None


def test_a_stack_is_made_by_a_change_set(stacks: CloudFormation, name: str) -> None:
    """First the list of what would be made, then the stack with outputs and tags."""
    made = change_set(stacks, name, "CREATE", body(name, "One", "Two"), "-x")
    assert not made.empty
    assert [("Add", "One", "AWS::SQS::Queue"), ("Add", "Two", "AWS::SQS::Queue")] == sorted(
        (each.action, each.logical_id, each.resource_type) for each in made.changes
    )
    stack = executed(stacks, name, made)
    assert (name, "CREATE_COMPLETE", {"First": f"{name}-One-x"}) == (
        stack.name,
        stack.status,
        stack.outputs,
    )


def test_the_tags_reach_the_stack(stacks: CloudFormation, account: Aws, name: str) -> None:
    """Costs are told apart by them."""
    executed(stacks, name, change_set(stacks, name, "CREATE", body(name, "One")))
    found = account.client("cloudformation", REGION).describe_stacks(StackName=name)
    tags = {each["Key"]: each["Value"] for each in found["Stacks"][0]["Tags"]}
    assert {"Project": "Shop", "Team": "web"} == tags


@pytest.mark.parametrize("as_yaml", [False, True], ids=["JSON", "YAML"])
def test_a_deployed_template_is_read_back_as_it_was_sent(
    stacks: CloudFormation, name: str, *, as_yaml: bool
) -> None:
    """Before the SAM transform, whichever way it was written; with parameters and tags."""
    sent = json.loads(body(name, "One")) | {"Transform": "AWS::Serverless-2016-10-31"}
    text = to_yaml(sent) if as_yaml else json.dumps(sent)
    stack = executed(stacks, name, change_set(stacks, name, "CREATE", text, "-x"))
    assert plain(sent) == from_text(stacks.template(name), name)
    assert {"Suffix": "-x"} == stack.parameters
    assert {"Project": "Shop", "Team": "web"} == stack.tags


def test_the_template_of_no_stack_is_an_error(stacks: CloudFormation) -> None:
    """Who asks for it has seen the stack a moment before."""
    with pytest.raises(AwsCallError) as raised:
        stacks.template("no-such-stack")
    assert "cloudformation:GetTemplate" == raised.value.action


def test_a_hidden_parameter_is_not_told(stacks: CloudFormation, name: str) -> None:
    """NoEcho: asterisks, whatever the value is."""
    template = json.loads(body(name, "One"))
    template["Parameters"]["Suffix"]["NoEcho"] = True
    made = change_set(stacks, name, "CREATE", json.dumps(template), "-x")
    assert {"Suffix": "****"} == executed(stacks, name, made).parameters


def test_an_update_lists_what_really_changes(stacks: CloudFormation, name: str) -> None:
    """One queue more, one less, one as it was."""
    executed(stacks, name, change_set(stacks, name, "CREATE", body(name, "One", "Two")))
    made = change_set(stacks, name, "UPDATE", body(name, "One", "Three"))
    assert [("Add", "Three"), ("Remove", "Two")] == sorted(
        (each.action, each.logical_id) for each in made.changes
    )
    assert "UPDATE_COMPLETE" == executed(stacks, name, made).status


def test_no_changes_are_an_empty_change_set(stacks: CloudFormation, name: str) -> None:
    """FAILED with a certain text; it can be removed, and the stack is as it was."""
    executed(stacks, name, change_set(stacks, name, "CREATE", body(name, "One")))
    made = change_set(stacks, name, "UPDATE", body(name, "One"))
    assert (True, ()) == (made.empty, made.changes)
    stacks.delete_change_set(name, made.arn)
    live = stacks.describe_stack(name)
    assert live is not None
    assert "CREATE_COMPLETE" == live.status


def test_events_come_oldest_first_and_each_once(stacks: CloudFormation, name: str) -> None:
    """From the last one that was seen on."""
    first = change_set(stacks, name, "CREATE", body(name, "One"))
    before = stacks.last_event(name)
    executed(stacks, name, first)
    events = stacks.events_since(name, before)
    ids = [each.event_id for each in events]
    assert len(set(ids)) == len(ids) > 0
    assert before not in ids
    one = [each.status for each in events if each.logical_id == "One"]
    assert ["CREATE_COMPLETE"] == one[-1:]
    assert stacks.last_event(name) == ids[-1]
    assert () == stacks.events_since(name, ids[-1])
    assert events[1:] == stacks.events_since(name, ids[0])


def test_a_deleted_stack_is_gone(stacks: CloudFormation, name: str) -> None:
    """By its name nothing is found any more."""
    executed(stacks, name, change_set(stacks, name, "CREATE", body(name, "One")))
    stacks.delete_stack(name)
    awaited(
        lambda: stacks.describe_stack(name),
        lambda each: each is None or each.status == "DELETE_COMPLETE",
    )


def test_a_template_that_is_none_is_refused(stacks: CloudFormation, name: str) -> None:
    """At once, with the words of CloudFormation."""
    with pytest.raises(AwsCallError) as raised:
        stacks.create_change_set(
            name,
            "sd-x",
            kind="CREATE",
            template={"TemplateBody": "{"},
            parameters={},
            tags={},
        )
    assert "cloudformation:CreateChangeSet" == raised.value.action


@pytest.mark.fault(37)
def test_a_deployment_goes_all_the_way(
    stacks: CloudFormation, account: Aws, name: str, heard: list[Event]
) -> None:
    """Created, then unchanged, then updated, with the events of the real thing."""
    deploys = [_deployed(account, name, body(name, "One"), heard) for _ in range(2)]
    deploys.append(_deployed(account, name, body(name, "One", "Two"), heard))
    assert ["created", "no changes", "updated"] == [each.outcome for each in deploys]
    assert {"First": f"{name}-One"} == deploys[1].outputs
    told = [each for each in heard if isinstance(each, StackEvent)]
    # the emulator calls what an update creates UPDATE_COMPLETE, where AWS says CREATE_COMPLETE
    assert {"One", "Two", name} == {
        each.logical_id for each in told if each.status.endswith("_COMPLETE")
    }
    live = stacks.describe_stack(name)
    assert live is not None
    assert "UPDATE_COMPLETE" == live.status


@pytest.mark.fault(36)
def test_a_failing_resource_rolls_the_stack_back(
    account: Aws, name: str, heard: list[Event]
) -> None:
    """The error names the resource that failed; then a correct template brings it up."""
    broken = json.loads(body(name, "One"))
    attribute = {"Fn::GetAtt": ["One", "NoSuchAttribute"]}
    broken["Resources"]["Broken"] = {
        "Type": "AWS::SQS::Queue",
        "Properties": {"QueueName": attribute},
    }
    with pytest.raises(RolledBackError) as raised:
        _deployed(account, name, json.dumps(broken), heard)
    assert f"Stack `{name}` in `{REGION}` was not created" == raised.value.what
    assert "Broken" in raised.value.why
    assert "created" == _deployed(account, name, body(name, "One"), heard).outcome


def test_a_large_template_is_read_from_the_bucket(
    account: Aws, name: str, heard: list[Event]
) -> None:
    """More than 51,200 bytes: CloudFormation fetches it by its address."""
    large = json.loads(body(name, "One"))
    large["Metadata"] = {"Padding": "x" * 60_000}
    bucket = Objects(account, REGION, f"{name}-templates", ACCOUNT)
    bucket.ensure_bucket()
    outcome = _deployed(account, name, json.dumps(large), heard, bucket.bucket)
    assert ("created", {"First": f"{name}-One"}) == (outcome.outcome, outcome.outputs)


def _deployed(
    account: Aws, name: str, template: str, heard: list[Event], bucket: str = "unused"
) -> StackOutcome:
    return StackDeployment(
        cloudformation=CloudFormation(account, REGION),
        bucket=Objects(account, REGION, bucket, ACCOUNT),
        template=Template(name, template, ("Suffix",), {}, 1, ("First",)),
        parameters={"Suffix": ""},
        tags={"Project": "Shop"},
        report=heard.append,
        stop=Stop(),
    ).run()
