"""What a stack that never came up has left behind: it must not be lost by making it anew."""

from __future__ import annotations

from typing import Final

from sam_deploy.aws import StackResource
from sam_deploy.deploy.guard import HOLD_DATA
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import RefusedError

GONE: Final = frozenset({"DELETE_COMPLETE", "CREATE_FAILED"})


def guard(work: StackWork) -> None:
    """Raise `RefusedError` when deleting the stack would leave data that nobody holds any more.

    A first creation that is rolled back deletes what it made, unless it was to be retained or
    could not be deleted. With `recreate` it is made anew all the same; what is left stays.
    """
    kept = [each for each in work.cloudformation.resources(work.name) if _holds_data(each)]
    if not kept or work.recreate:
        return
    named = ", ".join(f"{each.logical_id} ({each.physical_id})" for each in kept)
    raise RefusedError(
        f"Stack `{work.name}` in `{work.region}` never came up, but has left data behind",
        why=f"its status is ROLLBACK_COMPLETE, and these were not deleted: {named}",
        hint="save what they hold and delete them, or keep them by `existing=True`; "
        "`--recreate` deletes the stack and leaves them",
    )


def _holds_data(resource: StackResource) -> bool:
    return (
        resource.resource_type in HOLD_DATA
        and resource.status not in GONE
        and bool(resource.physical_id)
    )
