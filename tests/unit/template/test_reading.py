"""Templates as people and CloudFormation write them, read into one form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sam_deploy.errors import RefusedError
from sam_deploy.template.compare.difference import compare
from sam_deploy.template.compare.reading import from_text, plain, restored
from sam_deploy.template.yaml_text import to_yaml

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*/template.yaml"))
SHORT = """\
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Condition: IsProd
    DependsOn: Role
    Properties:
      QueueName: !Sub "${AWS::StackName}-jobs"
      Kms: !GetAtt Key.Arn
      Nested: !GetAtt Child.Outputs.Url
      Other: !Ref Parameter
      Chosen: !If [IsProd, !Ref A, !Sub ["${x}", {x: !Ref B}]]
      Zones: !GetAZs ''
      Both: !And [!Condition IsProd, !Equals [a, b]]
"""
LONG = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Resources": {
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Condition": "IsProd",
            "DependsOn": ["Role"],
            "Properties": {
                "QueueName": {"Fn::Sub": "${AWS::StackName}-jobs"},
                "Kms": {"Fn::GetAtt": ["Key", "Arn"]},
                "Nested": {"Fn::GetAtt": ["Child", "Outputs.Url"]},
                "Other": {"Ref": "Parameter"},
                "Chosen": {
                    "Fn::If": ["IsProd", {"Ref": "A"}, {"Fn::Sub": ["${x}", {"x": {"Ref": "B"}}]}]
                },
                "Zones": {"Fn::GetAZs": ""},
                "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Fn::Equals": ["a", "b"]}]},
            },
        }
    },
}


def test_short_and_long_functions_are_read_alike() -> None:
    """Tags of YAML become the functions that JSON writes; a date stays text."""
    assert LONG == from_text(SHORT, "it")


@pytest.mark.parametrize("write", [json.dumps, to_yaml])
def test_json_and_yaml_are_read_alike(write: Any) -> None:
    """Stacks of other tools are often JSON."""
    assert LONG == from_text(write(LONG), "it")


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.parent.name)
def test_a_golden_template_means_the_same_as_json(file: Path) -> None:
    """Reading our own YAML loses nothing."""
    text = file.read_text(encoding="utf-8")
    document = from_text(text, file.parent.name)
    assert document["Resources"]
    assert () == compare(document, from_text(json.dumps(yaml.safe_load(text)), "it"), {})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"Fn::GetAtt": "Key.Arn"}, {"Fn::GetAtt": ["Key", "Arn"]}),
        ({"Fn::Sub": ["text"]}, {"Fn::Sub": "text"}),
        ({"Fn::Sub": ["text", {}]}, {"Fn::Sub": "text"}),
        ({"Fn::Sub": []}, {"Fn::Sub": []}),
        (
            {"Statement": {"Action": "sqs:*", "Resource": ["*"], "Effect": "Allow"}},
            {"Statement": [{"Action": ["sqs:*"], "Resource": ["*"], "Effect": "Allow"}]},
        ),
        ({"Statement": "text"}, {"Statement": "text"}),
    ],
)
def test_what_can_be_written_in_two_ways_is_read_in_one(written: Any, read: Any) -> None:
    """Attributes with a dot or as a list, one entry of a policy or a list of it."""
    assert {"It": read} == plain({"It": written})


@pytest.mark.parametrize("text", ["- a list", "{", "a: [", "just text", ""])
def test_what_is_no_template_is_refused(text: str) -> None:
    """The error names the template and says what is wrong."""
    with pytest.raises(RefusedError) as raised:
        from_text(text, "The deployed template of `shop-sam`")
    assert "The deployed template of `shop-sam` cannot be read" == raised.value.what
    assert raised.value.why
    assert raised.value.hint


def test_letters_that_cloudformation_has_lost_are_put_back() -> None:
    """GetTemplate answers with question marks for what is not ASCII; that is no difference."""
    rendered = plain({"Description": "Grüße 請", "Metadata": {"é": ["ok?", "Größe"]}})
    deployed = plain({"Description": "Gr??e ?", "Metadata": {"?": ["ok?", "Gr????e"]}})
    assert rendered == restored(deployed, rendered)


def test_a_question_mark_of_the_user_stays() -> None:
    """Only what agrees with a text of the new template is put back."""
    deployed = plain({"Description": "really?", "Metadata": {"a": "Gru?"}})
    assert deployed == restored(deployed, plain({"Description": "Grüße"}))
    assert deployed == restored(deployed, plain({"Description": "Gruss"}))
