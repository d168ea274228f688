from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Function, Layer, Queue, on_queue
from sam_deploy.errors import BuildError
from sam_deploy.plan.model import StackPlan
from sam_deploy.template import render

STATIC = ["JobFunctionFirstVersion", "JobFunctionAliasDev", "JobFunctionAliasProd"]


@pytest.mark.parametrize(
    "changed",
    [
        {"memory_mb": 2048},
        {"timeout_seconds": 3},
        {"description": "another"},
        {"environment": {"MODE": "other"}},
        {"runtime": "python3.13"},
        {"architecture": "arm64"},
        {"layers": ["web"]},
        {"handler": "other.handler"},
        {"uses": ["Jobs"]},
        {"settings": ["KEY"]},
        {"triggers": [on_queue("Jobs")]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_first_version_and_aliases_stay_the_same_text_whatever_changes(
    changed: dict[str, Any], make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """CloudFormation makes them once and never touches them again (C13-C16)."""
    shared = {"layers": [Layer("web", requirements=["six"])], "queues": [Queue("Jobs")]}
    before = render_app(make_app(functions=[Function("Job", source="job")], **shared))
    after = render_app(make_app(functions=[Function("Job", source="job", **changed)], **shared))
    assert before.template.body != after.template.body or "handler" in changed
    assert [before.text_of(each) for each in STATIC] == [after.text_of(each) for each in STATIC]


def test_new_code_changes_one_line_of_the_template(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """A deployment of new code lists the function, and nothing else, as changed."""
    app = make_app(functions=[Function("Job", source="job"), Function("Other", source="other")])
    before = render_app(app).template.body.splitlines()
    after = render_app(app, Job="new.zip").template.body.splitlines()
    assert ["        Key: new.zip"] == [
        new for old, new in zip(before, after, strict=True) if old != new
    ]


def test_a_first_version_says_nothing_but_its_function(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """No description, no provisioned concurrency; kept when it leaves the stack."""
    version = render_app(make_app(functions=[Function("Job", source="job")])).resources[STATIC[0]]
    expected = {
        "Type": "AWS::Lambda::Version",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"FunctionName": {"Ref": "JobFunction"}},
    }
    assert expected == version


def test_every_environment_gets_an_alias_of_its_name(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """R041: the alias is the environment, and starts at the first version."""
    aliases = render_app(make_app(functions=[Function("Job", source="job")])).of_type(
        "AWS::Lambda::Alias"
    )
    first = {"Fn::GetAtt": ["JobFunctionFirstVersion", "Version"]}
    expected = {
        "JobFunctionAliasDev": ("dev", first),
        "JobFunctionAliasProd": ("prod", first),
    }
    found = {
        name: (each["Properties"]["Name"], each["Properties"]["FunctionVersion"])
        for name, each in aliases.items()
    }
    assert expected == found


def test_a_function_is_rendered_with_the_apps_defaults_and_our_handler(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """128 MB, 900 s, the app's runtime; the shim calls the user's handler."""
    app = make_app(functions=[Function("Job", source="job", handler="a.b")], runtime="python3.11")
    expected = {
        "FunctionName": "JobFunction",
        "Role": {"Fn::GetAtt": ["JobLambdaRole", "Arn"]},
        "Handler": "sam_deploy_runtime.shim.handler",
        "Runtime": "python3.11",
        "Architectures": ["x86_64"],
        "CodeUri": {"Bucket": {"Ref": "ArtifactBucket"}, "Key": "abc.zip"},
        "MemorySize": 128,
        "Timeout": 900,
        "LoggingConfig": {"LogGroup": {"Ref": "JobFunctionLogGroup"}},
        "Tags": {"Project": "Shop", "Environment": "shared"},
    }
    assert expected == render_app(app, Job="abc.zip").properties("JobFunction")


def test_roles_have_no_name_since_role_names_are_global(
    make_app: Callable[..., App], render_app: Callable[..., Any]
) -> None:
    """C06: the same stack goes to several regions of one account."""
    roles = render_app(make_app(functions=[Function("Job", source="job")])).of_type(
        "AWS::IAM::Role"
    )
    assert ["JobLambdaRole"] == list(roles)
    assert "RoleName" not in roles["JobLambdaRole"]["Properties"]


def test_a_function_without_an_archive_is_refused(make_app: Callable[..., App]) -> None:
    """The embedded cloud would accept a missing zip; here it stops with the function's name."""
    app = make_app(functions=[Function("Job", source="job")])
    stack = StackPlan("shop-sam", "core", ("eu-west-1",), ("dev", "prod"))
    with pytest.raises(BuildError) as raised:
        render(app, stack, {"function/Other": "abc.zip"})
    assert "Function `Job` has no archive" == raised.value.what
