"""What a missing permission is called, and whose policy has it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sam_deploy.aws import DeniedError
from sam_deploy.cli import permissions
from sam_deploy.cli.main import COMMANDS
from sam_deploy.errors import IncompleteError, RefusedError, SamDeployError
from sam_deploy.export.iam.operations import EMBEDDED
from sam_deploy.export.iam.roles import DESTROYING, ISOLATED, ROLES, RoleName, role_for
from sam_deploy.export.iam.unrecorded import every

CALLED = sorted(
    {
        (command, action)
        for call in every()
        if call.call not in EMBEDDED
        for action in call.actions
        for command in call.commands
        if command.partition(" ")[0] != "cloud" and not command.startswith(DESTROYING)
    }
)


def advised(error: SamDeployError, *arguments: str) -> str:
    permissions.advise(error, arguments, COMMANDS)
    return error.hint


@pytest.mark.parametrize(("command", "action"), CALLED)
def test_every_permission_that_can_lack_has_a_role(command: str, action: str) -> None:
    """The role that is named is for that command, and its policy has that action."""
    error = DeniedError(action, "eu-west-1", "not authorized", "")
    hint = advised(error, *command.split(), "--target", "aws")
    role = role_for(command, action)
    assert f"`sam-deploy export iam --role {role}`" in hint
    assert f"`{action}` is in the policies of the role `{role}`" in hint
    assert action in given(role), role


def given(role: RoleName) -> set[str]:
    """The actions of a role's own calls, whatever app it is for, in any topology."""
    found = ROLES[role]
    duties = found.duties | (ISOLATED if role == "promoter" else frozenset())
    return {
        action
        for call in every()
        if call.duty in duties
        and any(
            f"{made} ".startswith(f"{each} ") for made in call.commands for each in found.commands
        )
        for action in call.actions
    }


@pytest.mark.parametrize(
    ("arguments", "role"),
    [
        (("status",), "reader"),
        (("-C", "somewhere", "audit", "verify"), "reader"),
        (("promote", "prod"), "promoter"),
        (("deploy", "core", "--target", "aws"), "deployer"),
    ],
)
def test_the_command_decides_whose_policy_is_meant(arguments: Sequence[str], role: str) -> None:
    """Reading an object is in all of them: who looks needs no deployer's."""
    error = DeniedError("s3:GetObject", "eu-west-1", "Forbidden", "")
    assert f"--role {role}`" in advised(error, *arguments)


def test_what_cloudformation_lacks_is_the_deployers() -> None:
    """Its events say it in AWS's words."""
    error = IncompleteError(
        "Stack `orders-sam` in `eu-west-1` was not updated",
        why="`ApiRole` failed: User: x is not authorized to perform: iam:PutRolePolicy on resource",
    )
    assert "`iam:PutRolePolicy` is in the policies of the role `deployer`" in advised(
        error, "deploy"
    )


def test_a_denial_behind_another_error_counts() -> None:
    """What was told last is a consequence of it."""
    error = RefusedError("It was not deployed", why="see above", hint="look")
    error.__cause__ = DeniedError("lambda:PublishVersion", "eu-west-1", "no", "")
    assert advised(error, "deploy").endswith("; or look")


def test_destroying_needs_its_option() -> None:
    """The deployer's policy has that only when it was asked for."""
    error = DeniedError("s3:DeleteBucket", "eu-west-1", "no", "")
    assert "--role deployer --with-destroy`" in advised(error, "destroy")


def test_other_errors_stay_as_they_are() -> None:
    """A hint about permissions would mislead."""
    assert "wait" == advised(RefusedError("It is locked", why="by ann", hint="wait"), "deploy")


@pytest.mark.timeout(10)
def test_an_error_that_is_its_own_context_is_looked_at_once() -> None:
    """As when a thread's error is kept and raised again: the look came to no end."""
    error, cause = SamDeployError("no credentials"), ValueError("none")
    error.__context__, cause.__context__ = cause, error
    permissions.advise(error, ["deploy"], COMMANDS)
    assert "" == error.hint
