"""Says why CloudFormation refused a template: what its checks found, not only which they were."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sam_deploy.aws import ChangeSet
from sam_deploy.deploy.work import StackWork
from sam_deploy.errors import RefusedError, SamDeployError

ELSEWHERE: Final = ("DescribeEvents", "hook")
"""Words of a reason that only names checks or hooks: what they found is told elsewhere."""


def refusal(work: StackWork, found: ChangeSet) -> RefusedError:
    """Return the error for a change set that has failed, with all that was found wrong.

    To be asked while the change set is there: what was found goes with it.
    """
    return RefusedError(
        f"CloudFormation refused the template of `{work.name}` in `{work.region}`",
        why=found.reason,
        hint=f"`sam-deploy template` shows it; correct `{work.template.source}` and run it again",
        problems=tuple(_problems(work, found)),
    )


def _problems(work: StackWork, found: ChangeSet) -> Iterator[str]:
    """Yield what each check found, or why that is not known. Raises nothing of AWS's."""
    try:
        events = work.cloudformation.failed_events(found.arn)
    except SamDeployError as error:
        # a right that is missing, or an endpoint that does not know the call
        if any(word in found.reason for word in ELSEWHERE):
            yield f"what was found is not known: {error}"
        return
    for each in events:
        place = f" at {each.path}" if each.path else ""
        yield f"`{each.logical_id or work.name}`{place}: {each.reason}"
