"""What a stack's status allows. Pure. Source: CloudFormation user guide, "Stack status codes"."""

from __future__ import annotations

from typing import Final, Literal

from sam_deploy.errors import IncompleteError, RefusedError

Way = Literal["create", "update", "recreate"]
CAN_BE_UPDATED: Final = frozenset(
    {"UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "UPDATE_FAILED"}
)
"""UPDATE_FAILED is left by an update that was told not to roll back."""


def succeeded(status: str) -> bool:
    """Whether the last operation did what it was asked to do."""
    return status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


def in_progress(status: str) -> bool:
    """Whether CloudFormation is at work on the stack."""
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"


def advice(stack: str, region: str, status: str) -> str:
    """Return the command that leads out of a status in which nothing can be deployed; else ''."""
    named = f"--stack {stack} --region {region}"
    if status == "UPDATE_ROLLBACK_FAILED":
        return f"`sam-deploy recover {named}` shows what is in the way and goes on rolling back"
    if status in {"DELETE_FAILED", "ROLLBACK_FAILED", "CREATE_FAILED"}:
        return (
            f"`sam-deploy recover {named}` shows what is in the way and deletes what never served"
        )
    return ""


def way_forward(stack: str, region: str, status: str, since: str = "") -> Way:
    """Return how a stack in this status can be brought to the template.

    Raises `RefusedError` while someone else's operation runs, and `IncompleteError` when the
    stack must be repaired first; both say how. `since` is when its last operation began.
    """
    name = f"Stack `{stack}` in `{region}`"
    if status in {"", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"}:
        return "create"
    if status == "ROLLBACK_COMPLETE":
        return "recreate"
    if succeeded(status) or status in CAN_BE_UPDATED:
        return "update"
    if in_progress(status):
        began = f" since {since}" if since else ""
        raise RefusedError(
            f"{name} is busy",
            why=f"its status is {status}{began}: another deployment is at work on it",
            hint="`--wait` waits until it has ended",
        )
    way_out = advice(stack, region, status)
    raise IncompleteError(
        f"{name} is stuck in {status}",
        why="an operation failed, and so did taking it back",
        state="nothing was changed; what the aliases serve is not touched by this",
        hint=way_out
        or f"look at its events: `aws cloudformation describe-stack-events "
        f"--stack-name {stack} --region {region}`",
    )
