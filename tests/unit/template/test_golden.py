from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from sam_deploy import App
from sam_deploy.template.lint import find

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = [
    "dzgro_core",
    "dzgro_ams",
    "function_only",
    "queue_trigger",
    "upload_trigger",
    "user_pool",
    "http_api",
]

Render = Callable[..., Any]
GoldenApp = Callable[[str], tuple[App, str]]


@pytest.mark.parametrize("case", CASES)
def test_each_case_renders_to_its_golden_template(
    case: str, golden_app: GoldenApp, render_app: Render
) -> None:
    """The text is exactly the reviewed one. UPDATE_GOLDEN=1 writes it anew."""
    body = render_app(*golden_app(case)).template.body
    golden = GOLDEN / case / "template.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(body, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == body


@pytest.mark.slow
def test_aws_rules_find_nothing_in_any_case(golden_app: GoldenApp, render_app: Render) -> None:
    """cfn-lint has neither errors nor warnings, in every region of every case."""
    for case in CASES:
        app, feature_set = golden_app(case)
        regions = next(each.regions for each in app.feature_sets if each.name == feature_set)
        findings = find(render_app(app, feature_set).template, regions)
        assert ((), ()) == (findings.errors, findings.warnings), case


class NoManagedPolicies:
    """Stands for the IAM call with which the translator looks up managed policies by name."""

    def load(self) -> dict[str, str]:
        """Return no policy: roles are ours."""
        return {}


@pytest.mark.parametrize("case", CASES)
def test_the_sam_transform_adds_nothing_of_its_own(
    case: str, golden_app: GoldenApp, render_app: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After AWS's transform there are the same resources: no hidden roles, stages, versions."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    before = render_app(*golden_app(case)).document
    after = transform(before, {}, NoManagedPolicies())
    kinds = {name: each["Type"] for name, each in after["Resources"].items()}
    expected = {
        name: each["Type"].replace("AWS::Serverless::", "AWS::Lambda::")
        for name, each in before["Resources"].items()
    }
    assert expected == kinds


def test_the_sam_transform_takes_the_archive_from_the_regions_bucket(
    golden_app: GoldenApp, render_app: Render, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bucket by parameter, key by content: one template for every region and account."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    before = render_app(*golden_app("function_only"))
    key = before.properties("HelloFunction")["CodeUri"]["Key"]
    after = transform(before.document, {}, NoManagedPolicies())
    code = after["Resources"]["HelloFunction"]["Properties"]["Code"]
    assert {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": key} == code
