from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sam_deploy import sam
from sam_deploy.errors import BuildError
from sam_deploy.template import Template

Write = Callable[..., Path]
BUCKET = {"Ref": "SamDeployArtifactBucket"}


def rendered(file: Path, **values: str) -> tuple[Template, dict[str, Any]]:
    template = sam.read(file)
    made = sam.plan(template, sam.SamRequest("orders", ("eu-west-1",), deploying=False))
    keys = {unit.key: f"key-of-{unit.key}" for unit in made.builds}
    result = sam.render(template, made.stacks[0], keys, values)
    document: dict[str, Any] = yaml.safe_load(result.body)
    return result, document


def test_only_the_place_of_the_code_changes(function: Write) -> None:
    """CodeUri names the archive in the bucket of the stack's region; the rest stays (R148)."""
    result, document = rendered(function("Timeout: 7"))
    assert {
        "Runtime": "python3.12",
        "Handler": "app.handler",
        "CodeUri": {"Bucket": BUCKET, "Key": "key-of-function/Hello"},
        "Timeout": 7,
    } == document["Resources"]["Hello"]["Properties"]
    assert ["Transform", "Parameters", "Resources"] == list(document)
    assert ("orders", ("SamDeployArtifactBucket",), 1) == (
        result.stack_name,
        result.parameters,
        result.resource_count,
    )


def test_a_template_without_code_gets_no_parameter(write: Write) -> None:
    """What has nothing to upload is deployed word for word."""
    text = "Parameters: {RegionSuffix: {Type: String, Default: a}}\n"
    result, document = rendered(write(text + "Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n"))
    assert {"RegionSuffix": {"Type": "String", "Default": "a"}} == document["Parameters"]
    assert () == result.parameters


def test_the_file_to_correct_is_the_template(write: Write) -> None:
    """Errors of AWS name it, and not `deploy.py`."""
    file = write("Resources: {Q: {Type: 'AWS::SQS::Queue'}}\n")
    assert file.name == rendered(file)[0].source


def test_values_are_those_of_declared_parameters(write: Write) -> None:
    """CloudFormation would refuse a value for a parameter that is not there."""
    text = "Parameters: {A: {Type: String}}\nResources: {Q: {Type: 'AWS::SQS::Queue'}}\n"
    result, _ = rendered(write(text), A="1", B="2")
    assert {"A": "1"} == result.values


def test_lambda_s_own_resources_name_the_object_their_way(write: Write) -> None:
    """AWS::Lambda::Function has S3Bucket and S3Key, AWS::Include an address."""
    file = write(
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n"
        "    Properties: {Code: src, Runtime: python3.12, Handler: app.handler}\n"
        "Outputs:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: src/app.py}}\n"
    )
    _, document = rendered(file)
    code = document["Resources"]["F"]["Properties"]["Code"]
    assert {"S3Bucket": BUCKET, "S3Key": "key-of-function/F"} == code
    include = document["Outputs"]["Fn::Transform"]["Parameters"]["Location"]
    assert {"Fn::Sub": "s3://${SamDeployArtifactBucket}/key-of-file/Include1"} == include


def test_a_folder_in_globals_is_overridden_by_each_function(write: Write) -> None:
    """Of two mappings SAM makes one, so the inherited one is ignored where it would mix."""
    head = "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n"
    tail = (
        "    Runtime: python3.12\n    Handler: app.handler\n"
        "Resources:\n  A: {Type: AWS::Serverless::Function}\n"
        "  B:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: src}\n"
    )
    _, document = rendered(write(f"{head}    CodeUri: src\n{tail}"))
    assert {"CodeUri": {"Bucket": BUCKET, "Key": "key-of-function/A"}} == document["Resources"][
        "A"
    ]["Properties"]
    assert "IgnoreGlobals" not in document["Resources"]["B"]
    mixed = f"{head}    CodeUri: {{Bucket: b, Key: k, Version: '1'}}\n{tail}"
    _, document = rendered(write(mixed))
    assert ["CodeUri"] == document["Resources"]["B"]["IgnoreGlobals"]
    assert {"Type": "AWS::Serverless::Function"} == document["Resources"]["A"]


def test_an_archive_that_is_not_there_is_an_error(function: Write) -> None:
    """A template is not rendered with a local path left in it."""
    template = sam.read(function())
    stack = sam.plan(template, sam.SamRequest("orders", ("eu-west-1",))).stacks[0]
    with pytest.raises(BuildError, match="`function/Hello` has no archive"):
        sam.render(template, stack, {}, {})


def test_rendering_leaves_the_template_as_it_was(function: Write) -> None:
    """One reading serves any number of stacks."""
    template = sam.read(function())
    stack = sam.plan(template, sam.SamRequest("orders", ("eu-west-1",))).stacks[0]
    bodies = [sam.render(template, stack, {"function/Hello": key}, {}).body for key in ("a", "b")]
    assert [True, True] == ["Key: a" in bodies[0], "Key: b" in bodies[1]]
    assert "src" == template.document["Resources"]["Hello"]["Properties"]["CodeUri"]
