"""What stands, read side by side; and when no change set has to be made to know it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sam_deploy.aws import Stack
from sam_deploy.deploy import Live, StackWork, is_as_it_should_be
from sam_deploy.deploy.survey import RESOLVED_BY_AWS, look_at, means_the_same
from sam_deploy.template import Template

Scripted = Any
GOLDEN = sorted((Path(__file__).parents[2] / "golden").rglob("*.yaml"))
TEMPLATE = Template("shop-sam", "Resources: {}\n", (), {}, 1, ())
GIVEN, TAGS = {"ArtifactBucket": "artifacts"}, {"Project": "Shop"}
STACK = Stack("shop-sam", "UPDATE_COMPLETE", "", {}, GIVEN, TAGS)


def same(stack: Stack | None, body: str = TEMPLATE.body, template: Template = TEMPLATE) -> bool:
    return is_as_it_should_be(Live(stack, body), template, GIVEN, TAGS)


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"])
def test_the_same_text_with_the_same_values_changes_nothing(status: str) -> None:
    """A second deployment asks CloudFormation for no change set."""
    assert same(replace(STACK, status=status))


@pytest.mark.parametrize(
    "stack",
    [
        None,
        replace(STACK, status="UPDATE_ROLLBACK_COMPLETE"),
        replace(STACK, status="UPDATE_IN_PROGRESS"),
        replace(STACK, parameters={"ArtifactBucket": "another"}),
        replace(STACK, parameters={**GIVEN, "Old": "1"}),
        replace(STACK, parameters={"ArtifactBucket": "****"}),
        replace(STACK, tags={}),
    ],
)
def test_anything_else_is_left_to_a_change_set(stack: Stack | None) -> None:
    """Another status, value or tag; a hidden parameter; no stack at all."""
    assert not same(stack)


def test_another_text_is_left_to_a_change_set() -> None:
    """By one letter; what a letter means is for CloudFormation to say."""
    assert not same(STACK, TEMPLATE.body + "#")


@pytest.mark.parametrize("text", RESOLVED_BY_AWS)
def test_a_text_that_means_something_else_tomorrow_is_left_to_a_change_set(text: str) -> None:
    """What AWS resolves itself: secrets, parameters, included files."""
    body = f"Resources: {{}} # {text}\n"
    assert not same(STACK, body, replace(TEMPLATE, body=body))


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        ("", False),
        ("REVIEW_IN_PROGRESS", False),
        ("ROLLBACK_COMPLETE", False),
        ("UPDATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
    ],
)
def test_only_what_came_up_has_a_template(
    work: StackWork, stacks: Scripted, status: str, *, asked: bool
) -> None:
    """Of a stack that never did, everything is made anew."""
    stacks.before = status
    live = look_at(work.cloudformation, work.name)
    assert (status, stacks.body if asked else "") == (live.status, live.template)
    assert asked == ("template" in {call[0] for call in stacks.calls})


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_template_of_ours_means_tomorrow_what_it_means_today(file: Path) -> None:
    """Else a second deployment would ask CloudFormation for change sets again."""
    body = file.read_text(encoding="utf-8")
    assert "Resources:" in body
    assert means_the_same(body)


@pytest.mark.parametrize(
    "head",
    [
        "",
        "Transform: AWS::Serverless-2016-10-31\n",
        "Transform: 'AWS::Serverless-2016-10-31'\n",
        "Transform:\n- AWS::LanguageExtensions\n- AWS::Serverless-2016-10-31\n",
        "Transform:\n  - AWS::LanguageExtensions\n\n  - AWS::Serverless-2016-10-31\n",
        "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\n",
        "Description: |\n  Transform: of everything\n",
    ],
)
def test_transforms_of_aws_make_the_same_of_the_same(head: str) -> None:
    """SAM and the language extensions, however they are written down."""
    assert means_the_same(f"{head}Resources:\n  Transform: {{Type: 'AWS::SNS::Topic'}}\n")


@pytest.mark.parametrize(
    "head",
    [
        "Transform: Own\n",
        "Transform: 123456789012::Own\n",
        "Transform:\n- AWS::Serverless-2016-10-31\n- Own\n",
        "Transform:\n- AWS::Serverless-2016-10-31\n# and\n\n- Own\n",
        "Transform: [AWS::Serverless-2016-10-31, Own]\n",
        "Transform: [AWS::Serverless-2016-10-31,\n  Own]\n",
        "Transform:\n  Name: Own\n",
        "Transform:\n- Name: Own\n  Parameters: {A: b}\n",
        '"Transform": Own\n',
        "Transform : Own\n",
        "Transform:\n  Name: AWS::Include\n  Parameters: {Location: s3://bucket/key}\n",
    ],
)
def test_a_macro_may_make_something_else_tomorrow(head: str) -> None:
    """Its code can change without a letter of the template."""
    assert not means_the_same(f"{head}Resources: {{}}\n")


@pytest.mark.parametrize(
    "body",
    [
        '{"Resources": {}}',
        ' \n{"Transform": "Own", "Resources": {}}',
        "Resources:\n  Nested: {Type: AWS::CloudFormation::Stack}\n",
        "Resources:\n  Nested: {Type: AWS::Serverless::Application}\n",
        "Resources:\n  Fn::Transform: {Name: AWS::Include}\n",
        "Resources:\n  A: !Transform {Name: Own}\n",
        "Resources:\n  A: {Type: T, Properties: {P: '{{resolve:ssm:/shop/key}}'}}\n",
        "Parameters:\n  P: {Type: 'AWS::SSM::Parameter::Value<String>'}\n",
    ],
)
def test_in_doubt_a_template_means_something_else_tomorrow(body: str) -> None:
    """Nested stacks whose templates lie elsewhere, JSON, included text, values of parameters."""
    assert not means_the_same(body)
