"""A project around a SAM template: what is written, what is respected, what is still to be said."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sam_deploy import sam
from sam_deploy.cli.starting.around_template import around
from sam_deploy.errors import ConfigError, RefusedError

TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Parameters: {Size: {Type: Number, Default: 3}, Owner: {Type: String}}
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.12}
  Jobs: {Type: AWS::SQS::Queue}
  Done: {Type: AWS::SQS::Queue}
  News: {Type: AWS::SNS::Topic}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A template and the code that it names."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text("def handler(event, context): ...\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    return tmp_path


def test_what_is_written_is_read_back_by_a_deployment(project: Path) -> None:
    """Stack and region; a parameter without a default is asked for, and named in the file."""
    made = around(project / "template.yaml", "orders", "eu-west-1", "mine\n")
    assert {"samconfig.toml", ".gitignore"} == set(made.files)
    assert "mine\n" == made.files[".gitignore"]
    assert "1 function, 2 queues, 1 other resource" == made.said
    assert ("--parameter-overrides Owner=...",) == made.missing
    text = made.files["samconfig.toml"]
    assert '# parameter_overrides = "Owner=..."' in text
    (project / "samconfig.toml").write_text(text)
    config = sam.config(project)
    assert ("orders", ("eu-west-1",), "") == (config.stack_name, config.regions, config.template)


def test_a_template_of_another_name_is_named(project: Path) -> None:
    """And one that another would be taken before, too."""
    (project / "template.yaml").rename(project / 'it\'s "ä".yml')
    made = around(project / 'it\'s "ä".yml', "orders", "eu-west-1", "")
    said = tomllib.loads(made.files["samconfig.toml"])["default"]["deploy"]["parameters"]
    assert 'it\'s "ä".yml' == said["template_file"]
    (project / "template.yml").write_text(TEMPLATE)
    (project / "template.yaml").write_text(TEMPLATE)
    made = around(project / "template.yml", "orders", "eu-west-1", "")
    assert 'template_file = "template.yml"' in made.files["samconfig.toml"]


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        (
            'stack_name = "a"\nregion = "eu-west-1"\nparameter_overrides = "Owner=me"\n',
            (),
        ),
        ('parameter_overrides = "Owner=me"\n', ("--stack-name NAME", "--region REGION")),
        (
            'template_file = "other.yaml"\nstack_name = "a"\nregion = "eu-west-1"\n',
            ("--template template.yaml", "--stack-name NAME", "--parameter-overrides Owner=..."),
        ),
    ],
)
def test_a_samconfig_is_respected(project: Path, said: str, missing: tuple[str, ...]) -> None:
    """It is left as it is; what it does not say is named as options of `deploy`."""
    (project / "samconfig.toml").write_text(f"[default.deploy.parameters]\n{said}")
    made = around(project / "template.yaml", "", "us-east-1", "")
    assert ("samconfig.toml" in made.files, missing) == (False, made.missing)
    assert "us-east-1" not in made.regions


@pytest.mark.parametrize(("text", "notes"), [("*.pyc\n", 1), (".sam-deploy\n", 0)])
def test_a_gitignore_is_left_and_what_it_lacks_is_said(
    project: Path, text: str, notes: int
) -> None:
    """Nobody's file is edited."""
    (project / ".gitignore").write_text(text)
    made = around(project / "template.yaml", "orders", "eu-west-1", "mine")
    assert (False, notes) == (".gitignore" in made.files, len(made.notes))


def test_what_cannot_be_deployed_is_said_at_once(project: Path) -> None:
    """All mistakes of the template, as a deployment would say them."""
    text = TEMPLATE.replace("src/", "scr/") + "  Nothing: {Properties: {}}\n"
    (project / "template.yaml").write_text(text)
    with pytest.raises(ConfigError, match="cannot be deployed as it is") as error:
        around(project / "template.yaml", "orders", "eu-west-1", "")
    assert 2 == len(error.value.problems)


def test_a_template_beside_a_deploy_py_is_refused(project: Path) -> None:
    """`sam-deploy deploy` would not deploy it."""
    (project / "deploy.py").write_text("")
    with pytest.raises(RefusedError, match=r"has a `deploy\.py`"):
        around(project / "template.yaml", "orders", "eu-west-1", "")


def test_what_the_embedded_cloud_refuses_is_said(project: Path) -> None:
    """CodeDeploy is not there."""
    text = TEMPLATE.replace(
        "python3.12}",
        "python3.12, AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce}}",
    )
    (project / "template.yaml").write_text(text)
    (note,) = around(project / "template.yaml", "orders", "eu-west-1", "").notes
    assert "CodeDeploy" in note
