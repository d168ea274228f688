from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sam_deploy.cli.inspecting.template_command import command
from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError

DEPLOY = """
from sam_deploy import App, Environment, FeatureSet, Queue

app = App(
    name="shop",
    home_region="eu-west-1",
    environments=[Environment("dev")],
    feature_sets=[FeatureSet("core", regions=["eu-west-1"])],
    queues=[Queue("Jobs"%s)],
    resources={"Site": {"Type": "AWS::S3::Bucket", "Properties": %s}},
)
"""
PUBLIC = '{"AccessControl": "PublicRead"}'


def ran(project: Path, *arguments: str, waive: str = "", site: str = "{}") -> Result:
    (project / "deploy.py").write_text(DEPLOY % (waive, site), encoding="utf-8")
    return CliRunner().invoke(command, list(arguments), obj=Globals(project, None))


def test_the_audit_needs_no_archive_and_shows_every_stack(tmp_path: Path) -> None:
    """Warnings alone are no failure."""
    done = ran(tmp_path, "--audit")
    assert 0 == done.exit_code
    assert done.stdout.startswith("shop-sam: ")
    assert 'resources["Site"] (Site.VersioningConfiguration): is not enabled' in done.stdout


def test_errors_of_the_audit_end_with_exit_2_after_the_report(tmp_path: Path) -> None:
    """The report is data on standard output; the error says how to go on."""
    done = ran(tmp_path, "--audit", "--json", site=PUBLIC)
    assert 1 == json.loads(done.stdout)["errors"]
    assert isinstance(done.exception, ConfigError)
    assert 2 == done.exception.exit_code


def test_an_unknown_rule_in_a_waiver_of_the_configuration_is_told(tmp_path: Path) -> None:
    """With the line of its declaration and the nearest rule."""
    done = ran(tmp_path, "--audit", waive=', waive={"queue-tsl": "no"}')
    assert 'deploy.py:9: queues["Jobs"] (waive): there is no rule `queue-tsl`' in done.stdout
    assert "did you mean `queue-tls`?" in done.stdout


@pytest.mark.parametrize("arguments", [["--json"]])
def test_a_document_goes_with_the_audit(tmp_path: Path, arguments: list[str]) -> None:
    """The template itself is YAML."""
    assert 2 == ran(tmp_path, *arguments).exit_code
