"""The role of the schedules that take canaries back: it goes with the app's last stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sam_deploy.aws import CloudFormation, DeniedError, Roles
from sam_deploy.deploy.ground import Ground
from sam_deploy.deploy.survey import Place
from sam_deploy.errors import SamDeployError
from sam_deploy.events import Note

POLICY: Final = "move-aliases"
"""Name of its one inline policy, which says all that it may do."""


def name_of(app: str) -> str:
    """Return the name of the role: one for an app, in all regions."""
    return f"sam-deploy-{app}-guard"


def delete_with_the_last(ground: Ground, others: Sequence[Place]) -> None:
    """The role is gone, if there was one and none of these stacks stands.

    An app can have more stacks than were ever made: that of `local`, those of other environments.
    Whoever may not look at roles has never made one.
    """
    name = name_of(ground.name)
    try:
        if _any_stands(ground, others):
            return
        gone = Roles(ground.aws, ground.home_region).delete(name, POLICY)
    except DeniedError:
        return
    except SamDeployError as error:
        ground.report(Note(f"the role `{name}` stays: {error}", "warning"))
        return
    if gone:
        ground.report(Note(f"the role `{name}` is deleted, too"))


def _any_stands(ground: Ground, places: Sequence[Place]) -> bool:
    found = (CloudFormation(ground.aws, region).describe_stack(name) for name, region in places)
    return any(each is not None and each.status != "DELETE_COMPLETE" for each in found)
