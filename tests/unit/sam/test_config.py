from __future__ import annotations

from pathlib import Path

import pytest

from sam_deploy import sam
from sam_deploy.errors import ConfigError
from sam_deploy.sam.pairs import pairs

TOML = """
version = 0.1

[default.global.parameters]
stack_name = "orders"

[default.deploy.parameters]
region = "eu-west-1"
parameter_overrides = "Stage=dev Size=\\"one two\\""
tags = "Team=a"

[staging.deploy.parameters]
region = ["eu-west-1", "us-east-1"]
parameter_overrides = ["Stage=staging"]

[prod]
extends = "staging"

[prod.deploy.parameters]
stack_name = "orders-prod"
parameter_overrides = "Stage=prod"
tags = "Cost=1"
"""


def written(folder: Path, text: str, name: str = "samconfig.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_without_a_file_nothing_is_said(tmp_path: Path) -> None:
    """A samconfig is optional."""
    assert sam.SamConfig() == sam.config(tmp_path)


def test_an_environment_inherits_what_it_does_not_say(tmp_path: Path) -> None:
    """Each takes from `default`, or from what it extends; the SAM CLI makes one repeat it all."""
    project = written(tmp_path, TOML)
    default, staging, prod = (sam.config(project, each) for each in ("default", "staging", "prod"))
    assert ("orders", ("eu-west-1",), {"Stage": "dev", "Size": "one two"}) == (
        default.stack_name,
        default.regions,
        default.parameter_overrides,
    )
    assert ("orders", ("eu-west-1", "us-east-1"), {"Stage": "staging", "Size": "one two"}) == (
        staging.stack_name,
        staging.regions,
        staging.parameter_overrides,
    )
    assert ("orders-prod", ("eu-west-1", "us-east-1"), {"Stage": "prod", "Size": "one two"}) == (
        prod.stack_name,
        prod.regions,
        prod.parameter_overrides,
    )
    assert {"Team": "a", "Cost": "1"} == prod.tags


def test_an_inherited_stack_name_is_said(tmp_path: Path) -> None:
    """Two environments that deploy one stack may be meant, and may not."""
    project = written(tmp_path, TOML)
    note = "`staging` deploys stack `orders`, whose name it has from [default]"
    assert (note,) == sam.config(project, "staging").notes
    assert () == sam.config(project, "prod").notes


def test_yaml_says_the_same(tmp_path: Path) -> None:
    """samconfig.yaml has the same keys; overrides may be a mapping there."""
    text = """
        version: 0.1
        default:
          deploy:
            parameters:
              stack_name: orders
              template_file: infra/app.yaml
              region: eu-west-1, us-east-1
              parameter_overrides: {Stage: dev, Debug: true}
              capabilities: [CAPABILITY_IAM]
        """
    found = sam.config(written(tmp_path, text, "samconfig.yaml"))
    assert ("orders", "infra/app.yaml", ("eu-west-1", "us-east-1")) == (
        found.stack_name,
        found.template,
        found.regions,
    )
    assert ({"Stage": "dev", "Debug": "true"}, ()) == (found.parameter_overrides, found.notes)


def test_what_has_no_effect_is_said(tmp_path: Path) -> None:
    """A key that sam-deploy does not follow is named with the reason, an unknown one as well."""
    text = '[default.deploy.parameters]\ns3_bucket = "b"\nconfirm_changeset = true\nfoo = 1\n'
    text += '[default.build.parameters]\ntemplate_file = "src.yaml"\ncached = true\n'
    text += 'parallel = true\n[default.global.parameters]\nprofile = "work"\n'
    found = sam.config(written(tmp_path, text))
    assert ("src.yaml", "work") == (found.template, found.profile)
    assert (
        "samconfig.toml: `s3_bucket` has no effect: each region gets an artifact bucket of its own",
        "samconfig.toml: `foo` is not known, and has no effect",
    ) == found.notes


def test_what_sam_build_made_is_not_the_source(tmp_path: Path) -> None:
    """`.aws-sam/build/template.yaml` is another tool's output; the source is what we build."""
    text = '[default.deploy.parameters]\ntemplate_file = ".aws-sam/build/template.yaml"\n'
    found = sam.config(written(tmp_path, text))
    assert ("", 1) == (found.template, len(found.notes))


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        (TOML, "stagin", "did you mean `staging`?"),
        ("[default]\nx = ", "default", "Invalid value"),
        (
            '[a]\nextends = "b"\n[b]\nextends = "a"\n',
            "a",
            "a extends b extends a: that is a circle",
        ),
        ('[a]\nextends = "b"\n', "a", "[a] extends `b`, which is not there"),
        ("[default.deploy]\nparameters = 1\n", "default", "must be a table"),
        ("[default.deploy.parameters]\nstack_name = 1\n", "default", "`stack_name` must be a text"),
        ("[default.deploy.parameters]\nregion = [1]\n", "default", "`region` must be a text"),
        ("[default.deploy.parameters]\ntags = ['x']\n", "default", "it is a list of `Name=Value`"),
    ],
)
def test_a_wrong_samconfig_is_refused(
    tmp_path: Path, text: str, environment: str, expected: str
) -> None:
    """Each mistake is exit 2, with what is wrong."""
    with pytest.raises(ConfigError) as caught:
        sam.config(written(tmp_path, text), environment)
    assert expected in f"{caught.value.why} {caught.value.hint}"


def test_what_was_asked_for_must_be_there(tmp_path: Path) -> None:
    """A file or environment that is named and missing is a mistake."""
    with pytest.raises(ConfigError, match=r"other.toml` does not exist"):
        sam.config(tmp_path, "default", "other.toml")
    with pytest.raises(ConfigError, match="There is no environment `prod`"):
        sam.config(tmp_path, "prod")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("A=1 B=2", {"A": "1", "B": "2"}),
        ("A='x y' B=\"z w\"", {"A": "x y", "B": "z w"}),
        ("A=x y", {"A": "x y"}),
        ("A=", {"A": ""}),
        ("A=b=c", {"A": "b=c"}),
        (("A=1", "B=x y"), {"A": "1", "B": "x y"}),
        (["A=a,b"], {"A": "a,b"}),
        (
            'ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue="x y"',
            {"A": "1", "B": "x y"},
        ),
        ({"A": True, "B": [1, 2], "C": 1.5}, {"A": "true", "B": "1,2", "C": "1.5"}),
        ([{"A": 1}, "B=2"], {"A": "1", "B": "2"}),
        (None, {}),
    ],
)
def test_pairs_are_read_as_the_sam_cli_writes_them(given: object, expected: dict[str, str]) -> None:
    """Texts, lists and mappings, quoted or not, in both of the SAM CLI's forms."""
    assert expected == pairs(given, "`--parameter-overrides`")


@pytest.mark.parametrize("given", ["A", "A='x", "ParameterKey=A", 7])
def test_what_is_no_pair_is_refused(given: object) -> None:
    """The value is shown, and how it is written."""
    with pytest.raises(ConfigError) as caught:
        pairs(given, "`--tags`")
    assert "`--tags` cannot be read" == caught.value.what
    assert 1 == len(caught.value.problems)
