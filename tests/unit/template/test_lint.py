from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Function
from sam_deploy.template import Origin, check, find, lint

ROLE = "- JobLambdaRole\n"


@pytest.fixture
def template(make_app: Callable[..., App], render_app: Callable[..., Any]) -> Any:
    rendered = render_app(make_app(functions=[Function("Job", source="job")])).template
    origins = {"JobFunction": Origin('functions["Job"]', 12)}
    return dataclasses.replace(rendered, origins=origins)


def changed(template: Any, old: str, new: str) -> Any:
    assert old in template.body
    return dataclasses.replace(template, body=template.body.replace(old, new))


def test_a_rendered_template_has_no_findings(template: Any) -> None:
    """What `render` makes passes AWS's rules in the regions it goes to."""
    assert () == lint(template, ["eu-west-1", "us-east-1"])


def test_a_dangling_reference_is_named_with_its_resource(template: Any) -> None:
    """The embedded cloud would deploy it: here it is an error with its line in deploy.py."""
    (finding,) = lint(changed(template, ROLE, "- NoSuchRole\n"), ["eu-west-1"])
    assert finding.startswith('deploy.py:12: functions["Job"] (JobFunction.Role.Fn::GetAtt')
    assert "NoSuchRole" in finding


def test_a_value_that_aws_does_not_know_is_an_error(template: Any) -> None:
    """The embedded cloud accepts any runtime; the rules know Lambda's."""
    wrong = changed(template, "Runtime: python3.12", "Runtime: python9.9")
    (finding,) = lint(wrong, ["eu-west-1"])
    assert finding.startswith('deploy.py:12: functions["Job"] (JobFunction.Runtime): ')


def test_a_service_that_a_region_lacks_is_named_with_the_region(template: Any) -> None:
    """App Runner is in Ireland and not in Stockholm: found before anything is deployed there."""
    service = "  Web: {Type: AWS::AppRunner::Service, Properties: {SourceConfiguration: {}}}"
    wrong = changed(template, "Resources:\n", f"Resources:\n{service}\n")
    found = [each for each in lint(wrong, ["eu-west-1", "eu-north-1"]) if "AppRunner" in each]
    assert [True] == ["does not exist in 'eu-north-1' (E3006)" in each for each in found]


def test_text_that_is_no_yaml_is_an_error(template: Any) -> None:
    """It is reported like any other finding, not raised, by every check at once too."""
    broken = dataclasses.replace(template, body="a: [1\n")
    for found in (lint(broken, ["eu-west-1"]), check(broken, ["eu-west-1"])):
        assert [True] == [each.startswith("template: ") for each in found]


def test_every_check_reports_at_once(template: Any) -> None:
    """References, limits, rules and AWS's own, each with its cause (R035, R317)."""
    wrong = changed(template, ROLE, "- NoSuchRole\n")
    wrong = changed(wrong, "Runtime: python3.12", "Runtime: python9.9")
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    wrong = changed(wrong, "MemorySize: 128", f"MemorySize: 128\n      Description: '{secret}'")
    found = check(wrong, ["eu-west-1"])
    assert 3 == len(found)
    assert ["dangling-reference", "plaintext-secret", "E3030"] == [
        each.rpartition("(")[2].rstrip(")") for each in found
    ]
    assert [] == [each for each in found if "functions[" not in each]


def test_a_waived_rule_and_a_warning_block_nothing(template: Any) -> None:
    """Unless the environment is strict; cfn-lint is not asked when its answer is known."""
    assert () == check(template, ["eu-west-1"], with_lint=False)
    body = "Resources: {B: {Type: AWS::S3::Bucket, Properties: {AccessControl: PublicRead}}}\n"
    public = dataclasses.replace(template, body=body, origins={"B": Origin('buckets["b"]')})
    rule = "bucket-public-access"
    given = {"with_lint": False, "waivers": {'buckets["b"]': {rule: "a public site"}}}
    assert [True] == [rule in each for each in check(public, ["eu-west-1"], with_lint=False)]
    assert () == check(public, ["eu-west-1"], **given)
    strict = check(public, ["eu-west-1"], strict=["prod"], **given)
    assert [True] * 4 == ["(bucket-" in each for each in strict]
    everything = find(public, ["eu-west-1"], **given)
    assert {rule} == {each.rule for each in everything if each.waived_reason}


def test_importing_the_phase_does_not_import_the_rules() -> None:
    """cfn-lint takes seconds to import; only a check of a template pays for it."""
    script = "import sys, sam_deploy.template; print('cfnlint' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert "False\n" == answer.stdout
