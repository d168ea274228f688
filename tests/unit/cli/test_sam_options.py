from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, is_template, prepared, refuse_parts, spread
from sam_deploy.errors import ConfigError

TEMPLATE = (
    "Parameters: {Stage: {Type: String, Default: dev}}\n"
    "Resources: {Queue: {Type: 'AWS::SQS::Queue'}}\n"
)


def project(folder: Path, *names: str, text: str = TEMPLATE) -> Globals:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Globals(folder, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("--parameter-overrides A=1 B=2", "--parameter-overrides A=1 --parameter-overrides B=2"),
        ("core --tags A=1 B=2 --json", "core --tags A=1 --tags B=2 --json"),
        ("--region a b", "--region a b"),
        ("--capabilities X Y -t f", "--capabilities X --capabilities Y -t f"),
        ("--tags --json", "--tags --json"),
    ],
)
def test_several_values_after_one_option_are_spread(given: str, expected: str) -> None:
    """`--parameter-overrides A=1 B=2` is understood as the SAM CLI does (R148)."""
    assert expected.split() == spread(given.split())


def test_a_template_is_deployed_where_there_is_no_deploy_py(tmp_path: Path) -> None:
    """`sam-deploy deploy` in a SAM project needs no option."""
    chosen = project(tmp_path, "template.yaml")
    assert is_template(chosen, SamChoice())
    (tmp_path / "deploy.py").touch()
    assert not is_template(chosen, SamChoice())
    assert is_template(chosen, SamChoice(template="template.yaml"))


@pytest.mark.parametrize(
    "said", [SamChoice(stack_name="a"), SamChoice(profile="a"), SamChoice(tags=("a=b",))]
)
def test_options_of_a_template_are_not_ignored_without_one(tmp_path: Path, said: SamChoice) -> None:
    """A stack name or a profile that nobody follows would be a surprise."""
    with pytest.raises(ConfigError, match="about a SAM template, and none is named"):
        is_template(project(tmp_path, "deploy.py"), said)


def test_the_command_line_comes_before_samconfig(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is typed wins; parameters and tags are merged by name."""
    chosen = project(tmp_path, "app.yaml")
    (tmp_path / "samconfig.toml").write_text(
        '[default.deploy.parameters]\nstack_name = "a"\nregion = "eu-west-1"\n'
        'template_file = "app.yaml"\nparameter_overrides = "Stage=x Other=y"\ntags = "A=1"\n'
    )
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    found = prepared(chosen, SamChoice(), (), deploying=True)
    assert ("a", ("eu-west-1",), {"Stage": "x", "Other": "y"}, {"A": "1"}) == (
        found.request.stack_name,
        found.request.regions,
        found.request.parameter_overrides,
        found.request.tags,
    )
    said = SamChoice(stack_name="b", parameter_overrides=("Stage=z",), tags=("B=2",))
    found = prepared(chosen, said, ("us-east-1",), deploying=True)
    assert ("b", ("us-east-1",), {"Stage": "z", "Other": "y"}, {"A": "1", "B": "2"}) == (
        found.request.stack_name,
        found.request.regions,
        found.request.parameter_overrides,
        found.request.tags,
    )


def test_another_template_does_not_get_the_stack_of_samconfig(tmp_path: Path) -> None:
    """A stack name beside a `template_file` is that template's: another would overwrite it."""
    chosen = project(tmp_path, "app.yaml", "other.yaml")
    (tmp_path / "samconfig.toml").write_text(
        '[default.deploy.parameters]\nstack_name = "a"\ntemplate_file = "app.yaml"\n'
    )
    found = [
        prepared(chosen, SamChoice(template=name), (), deploying=True).request.stack_name
        for name in ("app.yaml", "other.yaml")
    ]
    assert ["a", ""] == found


def test_the_region_of_the_shell_is_the_last_resort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_REGION is where the SAM CLI would go, too."""
    chosen = project(tmp_path, "template.yaml")
    assert () == prepared(chosen, SamChoice(), (), deploying=True).request.regions
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    assert ("eu-central-1",) == prepared(chosen, SamChoice(), (), deploying=True).request.regions


def test_building_needs_neither_stack_name_nor_region(tmp_path: Path) -> None:
    """Archives are the same for every stack and region (R165)."""
    found = prepared(project(tmp_path, "template.yaml"), SamChoice(), (), deploying=False)
    assert ("template", 1) == (found.request.stack_name, len(found.request.regions))


def test_a_template_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Also when samconfig names it."""
    with pytest.raises(ConfigError, match=r"`other.yaml` does not exist"):
        prepared(project(tmp_path), SamChoice(template="other.yaml"), (), deploying=True)


def test_a_template_has_no_parts() -> None:
    """Feature sets and environments are of `deploy.py`."""
    refuse_parts(())
    with pytest.raises(ConfigError, match="neither feature sets nor environments: `core`, `dev`"):
        refuse_parts(("core",), "dev")


def test_a_region_that_is_not_one_has_the_nearest_name(tmp_path: Path) -> None:
    """Also from samconfig; cfn-lint would answer it with a traceback."""
    chosen = project(tmp_path, "template.yaml")
    with pytest.raises(ConfigError) as raised:
        prepared(chosen, SamChoice(stack_name="a"), ("us-esat-1",), deploying=True)
    assert ("There is no region `us-esat-1`", "did you mean `us-east-1`?") == (
        raised.value.what,
        raised.value.hint,
    )
