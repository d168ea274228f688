"""What a stack's status allows. Pure. Source: CloudFormation user guide, "Stack status codes"."""

from __future__ import annotations

from typing import Literal

from sam_deploy.errors import IncompleteError, RefusedError

Way = Literal["create", "update", "recreate"]


def succeeded(status: str) -> bool:
    """Whether the last operation did what it was asked to do."""
    return status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


def in_progress(status: str) -> bool:
    """Whether CloudFormation is at work on the stack."""
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def way_forward(stack: str, region: str, status: str) -> Way:
    """Return how a stack in this status can be brought to the template.

    Raises `RefusedError` while someone else's operation runs, and `IncompleteError` when the
    stack must be repaired first; both say how.
    """
    name = f"Stack `{stack}` in `{region}`"
    if status in {"", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}:
        return "create"
    if status == "ROLLBACK_COMPLETE":
        return "recreate"
    if succeeded(status) or status in {"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}:
        return "update"
    if in_progress(status):
        raise RefusedError(
            f"{name} is busy",
            why=f"its status is {status}: another deployment is at work on it",
            hint="wait until it has ended, then run the same command again",
        )
    if status == "UPDATE_ROLLBACK_FAILED":
        raise IncompleteError(
            f"{name} is stuck in {status}",
            why="an update failed, and so did going back",
            state="what the aliases serve is not touched by this",
            hint=f"look at its events, repair the cause, then run `aws cloudformation "
            f"continue-update-rollback --stack-name {stack} --region {region}`",
        )
    raise IncompleteError(
        f"{name} cannot be updated",
        why=f"its status is {status}",
        state="nothing was changed",
        hint=f"delete the stack or repair it: `aws cloudformation describe-stack-events "
        f"--stack-name {stack} --region {region}` shows what happened",
    )
