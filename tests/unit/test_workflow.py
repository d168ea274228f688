from __future__ import annotations

from pathlib import Path

import yaml

from sam_deploy.aws import Aws, Endpoint
from sam_deploy.delivery import Delivering
from sam_deploy.events import Event, Note
from sam_deploy.lanes import Stop
from sam_deploy.template import Template
from sam_deploy.workflow import Context, known_there

RESOURCES = {
    "News": {"Type": "AWS::SNS::Topic", "Properties": {}},
    "Team": {"Type": "AWS::IAM::Group", "Properties": {}},
}
WHOLE = Template("shop", yaml.safe_dump({"Resources": RESOURCES}), (), {}, 2, ())


def context(heard: list[Event], unsupported: frozenset[str]) -> Context:
    """A place that lacks these types of resources."""
    aws = Aws(Endpoint("embedded", "http://127.0.0.1:1", "", "test", "test"))
    return Context(Path(), Delivering(aws, heard.append, Stop()), unsupported=unsupported)


def test_what_a_place_does_not_know_is_left_out_and_told() -> None:
    """A note for each type, with stack and names: nothing is dropped in silence."""
    heard: list[Event] = []
    kept = known_there(context(heard, frozenset({"AWS::IAM::Group"})), WHOLE)
    assert ["News"] == list(yaml.safe_load(kept.body)["Resources"])
    expected = Note(
        "stack `shop`: `Team` is left out, since the embedded cloud knows no AWS::IAM::Group"
    )
    assert [expected] == heard


def test_what_is_left_out_for_one_reason_is_one_note() -> None:
    """A table that scales has several resources of a type; each is named."""
    heard: list[Event] = []
    policy = {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": {}}
    more = {**RESOURCES, "Read": policy, "Write": policy}
    whole = Template("shop", yaml.safe_dump({"Resources": more}, sort_keys=False), (), {}, 4, ())
    known_there(context(heard, frozenset({"AWS::IAM::Group", policy["Type"]})), whole)
    why = "left out, since the embedded cloud knows no"
    assert [
        f"stack `shop`: `Team` is {why} AWS::IAM::Group",
        f"stack `shop`: `Read`, `Write` are {why} AWS::ApplicationAutoScaling::ScalingPolicy",
    ] == [each.message for each in heard if isinstance(each, Note)]


def test_aws_gets_the_whole_template() -> None:
    """A place that lacks nothing changes nothing, not even the text."""
    heard: list[Event] = []
    assert WHOLE is known_there(context(heard, frozenset()), WHOLE)
    assert [] == heard
