from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from sam_deploy import App, Function
from sam_deploy.template.checks.lint import find


def test_each_case_renders_to_its_golden_template(golden: Any) -> None:
    """The text is exactly the reviewed one. UPDATE_GOLDEN=1 writes it anew (R311)."""
    body = golden.rendered.template.body
    if os.environ.get("UPDATE_GOLDEN"):
        golden.file.write_text(body, encoding="utf-8")
    assert golden.file.read_text(encoding="utf-8") == body


@pytest.mark.long
def test_aws_rules_find_nothing_in_any_case(golden: Any) -> None:
    """cfn-lint has neither errors nor warnings, in every region of every case (R035)."""
    findings = find(golden.rendered.template, golden.stack.regions)
    assert ((), ()) == (findings.errors, findings.warnings)


class NoManagedPolicies:
    """Stands for the IAM call with which the translator looks up managed policies by name."""

    def load(self) -> dict[str, str]:
        """Return no policy: roles are ours."""
        return {}


def test_the_sam_transform_adds_nothing_of_its_own(
    golden: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After AWS's transform there are the same resources: no hidden roles, stages, versions."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    before = golden.rendered.document
    after = transform(before, {}, NoManagedPolicies())
    kinds = {name: each["Type"] for name, each in after["Resources"].items()}
    expected = {
        name: each["Type"].replace("AWS::Serverless::", "AWS::Lambda::")
        for name, each in before["Resources"].items()
    }
    assert expected == kinds


def test_the_sam_transform_takes_the_archive_from_the_regions_bucket(
    make_app: Callable[..., App], render_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bucket by parameter, key by content: one template for every region and account."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    before = render_app(make_app(functions=[Function("Hello", source="src")]))
    key = before.properties("HelloFunction")["CodeUri"]["Key"]
    after = transform(before.document, {}, NoManagedPolicies())
    code = after["Resources"]["HelloFunction"]["Properties"]["Code"]
    assert {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": key} == code
