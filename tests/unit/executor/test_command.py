from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sam_deploy.errors import RefusedError
from sam_deploy.executor import command
from sam_deploy.executor.command import Order, Program
from sam_deploy.wsl import Wsl

LINUX = Program("/usr/local/bin/sam")
WINDOWS = Program("sam", Wsl("Ubuntu"))


def order(template: str) -> Order:
    return Order(
        template,
        "dzgro-sam",
        "ap-south-1",
        "dzgro-artifacts-ap-south-1",
        {"Suffix": "", "Bucket": "dzgro-artifacts-ap-south-1"},
        {"Project": "dzgro", "Environment": "shared"},
    )


def test_validate_names_template_and_region() -> None:
    """R142: without a region `sam validate` ends with an error."""
    assert [
        *("/usr/local/bin/sam", "validate"),
        *("--template-file", "/app/.sam-deploy/sam/dzgro-sam-ap-south-1.yaml"),
        *("--region", "ap-south-1"),
    ] == command.validate(LINUX, "/app/.sam-deploy/sam/dzgro-sam-ap-south-1.yaml", "ap-south-1")


def test_deploy_says_everything_and_asks_nothing() -> None:
    """R148: all that `sam deploy` could ask or guess is on its command line."""
    assert [
        *("/usr/local/bin/sam", "deploy"),
        *("--template-file", "/app/t.yaml"),
        *("--stack-name", "dzgro-sam"),
        *("--region", "ap-south-1"),
        *("--s3-bucket", "dzgro-artifacts-ap-south-1"),
        *("--s3-prefix", "templates"),
        "--capabilities",
        *("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
        "--parameter-overrides",
        'ParameterKey=Bucket,ParameterValue="dzgro-artifacts-ap-south-1"',
        'ParameterKey=Suffix,ParameterValue=""',
        *("--tags", "Environment=shared", "Project=dzgro"),
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
    ] == command.deploy(LINUX, order("/app/t.yaml"))


def test_windows_goes_through_wsl_with_translated_paths() -> None:
    r"""R141: `wsl -d Ubuntu --exec sam ...`; `D:\app` is `/mnt/d/app`. Only the path differs."""
    linux = command.deploy(LINUX, order("/mnt/d/my app/.sam-deploy/sam/t.yaml"))
    windows = command.deploy(WINDOWS, order("D:\\my app\\.sam-deploy\\sam\\t.yaml"))
    assert ["wsl", "-d", "Ubuntu", "--exec", "sam", *linux[1:]] == windows
    assert [
        *("wsl", "-d", "Ubuntu", "--exec", "sam", "validate"),
        *("--template-file", "/mnt/d/t.yaml", "--region", "eu-west-1"),
    ] == command.validate(WINDOWS, "D:\\t.yaml", "eu-west-1")


def test_a_template_without_parameters_and_tags_has_no_such_options() -> None:
    """An option without values would take the next option for one."""
    bare = command.deploy(LINUX, Order("t.yaml", "s", "eu-west-1", "b", {}, {}))
    assert [] == [each for each in bare if each in {"--parameter-overrides", "--tags"}]


QUOTED = {
    "plain": '"plain"',
    "": '""',
    "two words": '"two words"',
    'say "yes"': '"say \\"yes\\""',
    "it's": '"it\'s"',
    "C:\\temp\\x": '"C:\\temp\\x"',
    "a\\ b": '"a\\\\ b"',
    'x\\"y': "'x\\\\\"y'",
    "A=1 B=2": '"A=1 B=2"',
    "line\nbreak": '"line\nbreak"',
}


@pytest.mark.parametrize("value", QUOTED)
def test_values_are_quoted_for_the_parser_of_the_sam_cli(value: str) -> None:
    """Which knows an escape for quotes and spaces, and none for backslashes."""
    assert QUOTED[value] == command.quoted("X", value)


@given(st.text(alphabet=[*"\\\"' =,ab\n", "é"], max_size=8))
def test_a_value_is_read_back_or_refused(value: str) -> None:
    """Never is another value deployed than the one that was given."""
    try:
        written = command.quoted("X", value)
    except RefusedError:
        assert "\\" in value
    else:
        assert value == command.read_back(written)


def test_a_value_that_ends_in_a_backslash_is_refused() -> None:
    """It would take the closing quote along."""
    with pytest.raises(RefusedError, match="cannot be given the value of parameter `Path`") as why:
        command.quoted("Path", "C:\\")
    assert "--executor own" in why.value.hint


def test_tags_with_equals_signs_are_quoted() -> None:
    """Otherwise nobody knows where the key ends."""
    told = command.deploy(
        LINUX, Order("t", "s", "r", "b", {}, {"Owner": "Ann Lee", "cost=1": "a=b c"})
    )
    assert ["--tags", "Owner=Ann Lee", '"cost=1"="a=b c"'] == told[-6:-3]


@pytest.mark.parametrize("part", ['"', "\\", "'", ";"])
def test_a_tag_that_aws_does_not_allow_is_refused(part: str) -> None:
    """The SAM CLI would drop the letter without a word."""
    with pytest.raises(RefusedError, match="cannot be given the tag"):
        command.deploy(LINUX, Order("t", "s", "r", "b", {}, {"Owner": f"Ann{part}"}))


def test_values_are_safe_in_any_printable_form() -> None:
    """Every printable ASCII character survives the way there."""
    value = string.printable.replace("\\", "").strip()
    assert value == command.read_back(command.quoted("X", value))
