from __future__ import annotations

import pytest

from sam_deploy import errors
from sam_deploy.aws import AwsCallError
from sam_deploy.errors import ConfigError, SamDeployError

EXIT_CODES = {
    errors.SamDeployError: 1,
    errors.ConfigError: 2,
    errors.BuildError: 3,
    errors.RolledBackError: 4,
    errors.RefusedError: 5,
    errors.ApprovalError: 6,
    errors.IncompleteError: 7,
    errors.UnreachableError: 8,
}


@pytest.mark.parametrize(("family", "exit_code"), EXIT_CODES.items())
def test_each_family_has_its_exit_code(family: type[SamDeployError], exit_code: int) -> None:
    """The codes of the command line's documentation."""
    assert exit_code == family("what").exit_code


def test_every_family_is_in_the_tree_of_the_docstring() -> None:
    """The module's first lines are the reference: each class with its code."""
    drawn = errors.__doc__ or ""
    for family, exit_code in EXIT_CODES.items():
        assert family.__name__ in drawn
        assert family is SamDeployError or any(
            line.split()[1:3] == [family.__name__, str(exit_code)] for line in drawn.splitlines()
        )


def test_no_exit_code_has_two_meanings() -> None:
    """Scripts tell failures apart by them; interruption is the shell's 130."""
    codes = [*EXIT_CODES.values(), errors.EXIT_INTERRUPTED]
    assert len(codes) == len(set(codes))
    assert errors.EXIT_BUG == SamDeployError.exit_code


@pytest.mark.parametrize(
    ("why", "expected"), [("", "It failed"), ("of a cause", "It failed: of a cause")]
)
def test_an_error_reads_as_one_line(why: str, expected: str) -> None:
    """As it appears inside another error's cause."""
    assert expected == str(SamDeployError("It failed", why=why, hint="never shown here"))


def test_an_error_keeps_its_parts() -> None:
    """What, why, state and hint, each by itself; problems for configurations."""
    error = ConfigError("what", why="why", state="state", hint="hint", problems=("a", "b"))
    assert ("what", "why", "state", "hint", ("a", "b")) == (
        error.what,
        error.why,
        error.state,
        error.hint,
        error.problems,
    )


def test_a_refused_call_of_aws_names_action_region_and_request() -> None:
    """So that CloudTrail and AWS support can find it."""
    error = AwsCallError("lambda:PublishVersion", "eu-west-1", "TooMany", "slow down", "r-1")
    assert "`lambda:PublishVersion` failed in `eu-west-1`" == error.what
    assert "TooMany: slow down (request r-1)" == error.why
    assert "TooMany: slow down" == AwsCallError("a", "b", "TooMany", "slow down", "").why
    assert 4 == error.exit_code
