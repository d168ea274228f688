"""The running cloud that commands below `sam-deploy cloud` work on, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sam_deploy.cli.options import program
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.cli.options import Globals
    from sam_deploy.local import RunningCloud


def running(chosen: Globals) -> RunningCloud:
    """Return the project's cloud. Raises `RefusedError` when it does not run."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.find(chosen.project)
    if cloud is None and local.is_partly_there(chosen.project):
        raise RefusedError(
            "A part of this project's embedded cloud has ended",
            why="its emulator still runs, and holds what was deployed",
            hint=f"run `{program()} cloud start`: it starts what is missing",
        )
    if cloud is None:
        raise RefusedError(
            "The embedded cloud of this project does not run",
            why="there is nothing to look into",
            hint=f"run `{program()} cloud start`, or `{program()} deploy`",
        )
    return cloud
