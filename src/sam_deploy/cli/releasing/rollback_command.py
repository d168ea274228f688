"""`sam-deploy rollback ENVIRONMENT`."""

from __future__ import annotations

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import approving
from sam_deploy.cli.releasing.promote_command import told, told_plan
from sam_deploy.cli.releasing.promoting import Command, noted
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Progress
from sam_deploy.errors import RefusedError

EPILOG = """\b
Examples:
  sam-deploy rollback prod              to the release before, in every region
  sam-deploy rollback prod --to prod-7  that one; `history prod` lists them
  sam-deploy rollback prod --only Api   one function, in all its regions
  sam-deploy rollback prod --without-region us-east-1    while it is down
"""


@click.command("rollback", epilog=EPILOG)
@click.argument("environment")
@click.option("--to", "release", default="", metavar="RELEASE", help="Such as prod-7.")
@click.option("--only", multiple=True, metavar="FUNCTION", help="Only this one; repeatable.")
@click.option(
    "--without-region",
    "without",
    multiple=True,
    metavar="REGION",
    help="Leave out a region that is down; the record says so; repeatable.",
)
@click.option("--note", default="", metavar="TEXT", help="Why; the release keeps it.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and move nothing.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@options.target_option
@options.json_option
@options.progress_options
@click.pass_obj
def command(
    chosen: Globals,
    environment: str,
    release: str,
    only: tuple[str, ...],
    without: tuple[str, ...],
    note: str,
    dry_run: bool,  # noqa: FBT001 - click passes options by name
    auto_approve: bool,  # noqa: FBT001 - the same
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
) -> None:
    """Let ENVIRONMENT serve an earlier release again: in every region or in none.

    Nothing is built: the versions of then are still there. One question, no code: going back is
    what one does when something is wrong.
    """
    from sam_deploy.promotion import rollback  # noqa: PLC0415 - boto3

    if not (dry_run or auto_approve or approving.is_terminal()):
        raise RefusedError(
            f"Nobody was asked whether to roll back {environment}",
            why="standard input or standard error is not a terminal",
            state="nothing was changed",
            hint="add `--auto-approve` when this is meant",
        )
    console = consoles.make(progress, verbose=verbose)
    request = rollback.Request(environment, release, only, without)
    how = Command(
        chosen,
        target,
        f"rollback {environment}",
        console,
        ready=auto_approve,
        note=noted(note),
    )
    if dry_run:
        plan = how.run(lambda to, app: rollback.look(to, app, request), writing=False)
        told_plan(plan, console, as_json=as_json)
    else:
        done = how.run(lambda to, app: rollback.rollback(to, app, request))
        told(done, console, as_json=as_json)
