"""The role of the schedules that take canaries back: it goes with the app's last stack."""

from __future__ import annotations

from typing import Final

from sam_deploy.aws import DeniedError, Roles
from sam_deploy.deploy.ground import Ground
from sam_deploy.errors import SamDeployError
from sam_deploy.events import Note

POLICY: Final = "move-aliases"
"""Name of its one inline policy, which says all that it may do."""


def name_of(app: str) -> str:
    """Return the name of the role: one for an app, in all regions."""
    return f"sam-deploy-{app}-guard"


def delete(ground: Ground) -> None:
    """The role is gone, if there was one. Whoever may not look at roles has never made it."""
    name = name_of(ground.name)
    try:
        gone = Roles(ground.aws, ground.home_region).delete(name, POLICY)
    except DeniedError:
        return
    except SamDeployError as error:
        ground.report(Note(f"the role `{name}` stays: {error}", "warning"))
        return
    if gone:
        ground.report(Note(f"the role `{name}` is deleted, too"))
