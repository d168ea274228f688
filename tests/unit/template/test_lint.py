from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from sam_deploy import App, Function
from sam_deploy.template import lint


@pytest.fixture
def template(make_app: Callable[..., App], render_app: Callable[..., Any]) -> Any:
    return render_app(make_app(functions=[Function("Job", source="job")])).template


def test_a_rendered_template_has_no_findings(template: Any) -> None:
    """What `render` makes passes AWS's rules in the regions it goes to."""
    assert () == lint(template, ["eu-west-1", "us-east-1"])


def test_a_dangling_reference_is_named_with_its_resource(template: Any) -> None:
    """The embedded cloud would deploy it: here it is an error with its logical id."""
    body = template.body.replace("- JobLambdaRole\n", "- NoSuchRole\n")
    (finding,) = lint(dataclasses.replace(template, body=body), ["eu-west-1"])
    assert finding.startswith("JobFunction.Role.Fn::GetAtt")
    assert "NoSuchRole" in finding


def test_a_value_that_aws_does_not_know_is_an_error(template: Any) -> None:
    """The embedded cloud accepts any runtime; the rules know Lambda's."""
    body = template.body.replace("Runtime: python3.12", "Runtime: python9.9")
    (finding,) = lint(dataclasses.replace(template, body=body), ["eu-west-1"])
    assert finding.startswith("JobFunction.Runtime: ")


def test_text_that_is_no_yaml_is_an_error(template: Any) -> None:
    """It is reported like any other finding, not raised."""
    (finding,) = lint(dataclasses.replace(template, body="a: [1\n"), ["eu-west-1"])
    assert finding.startswith("template: ")


def test_importing_the_phase_does_not_import_the_rules() -> None:
    """cfn-lint takes seconds to import; only a check of a template pays for it."""
    script = "import sys, sam_deploy.template; print('cfnlint' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert "False\n" == answer.stdout
