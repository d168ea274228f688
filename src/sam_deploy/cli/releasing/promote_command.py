"""`sam-deploy promote ENVIRONMENT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import approving, promote_screens, shift_options
from sam_deploy.cli.releasing.promoting import Command, app_of, noted
from sam_deploy.cli.releasing.shift_options import ShiftChoice
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.wrapping import columns_of

if TYPE_CHECKING:
    from sam_deploy.promotion import Done, ReleasePlan, Request

EPILOG = """\b
Examples:
  sam-deploy promote staging            what dev serves, in every region
  sam-deploy promote prod --only Api    one function, in all its regions
  sam-deploy promote prod --dry-run     show what would be written
  sam-deploy promote prod --canary 10,50 --every 5m    part of the calls first
  sam-deploy promote prod --check invoke:event.json    once that succeeds
  sam-deploy promote prod --check invoke:Api=a.json --check invoke:Jobs=j.json
  sam-deploy promote prod --approval-file approval.json    in CI (`approve`)
"""


@click.command("promote", epilog=EPILOG)
@click.argument("environment")
@click.option("--only", multiple=True, metavar="FUNCTION", help="Only this one; repeatable.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option(
    "--approval-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="What `approve` made for just this promotion: nobody is asked.",
)
@click.option(
    "--auto-approve", is_flag=True, help="No questions; the one-time code is wanted all the same."
)
@click.option(
    "--allow-replace",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Let this be lost in stacks of its own (isolated topology); repeatable.",
)
@click.option("--note", default="", metavar="TEXT", help="Why; the release keeps it.")
@shift_options.shift_options
@options.target_option
@options.json_option
@options.progress_options
@click.pass_obj
def command(
    chosen: Globals,
    environment: str,
    only: tuple[str, ...],
    dry_run: bool,  # noqa: FBT001 - click passes options by name
    approval_file: Path | None,
    auto_approve: bool,  # noqa: FBT001 - the same
    allow_replace: tuple[str, ...],
    note: str,
    shift: ShiftChoice,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
) -> None:
    """Let ENVIRONMENT serve what the environment before it serves: in every region or in none.

    Nothing is built and nothing is deployed: aliases move, in seconds. Shows what would change,
    asks, and wants the one-time code that goes out by mail.

    Where each environment has stacks of its own (isolated topology), these are deployed first, with
    the very archives that the other environment serves; then aliases move, all or none.

    With --canary or --linear a part of the calls goes to the new version first. Alarms are watched
    in all regions; when one fires, or when nothing is known for long, everything goes back.
    """
    from sam_deploy import promotion  # noqa: PLC0415 - boto3

    console = consoles.make(progress, verbose=verbose)
    request = promotion.Request(
        environment,
        only,
        shift.strategy(chosen.project),
        nonce=_nonce(approval_file),
        allow_replace=allow_replace,
    )
    if not dry_run:
        _needs_somebody(chosen, request, approval_file)
    how = Command(
        chosen,
        target,
        " ".join(("promote", environment, *shift.arguments)),
        console,
        approval_file,
        allow_replace=allow_replace,
        unasked=auto_approve,
        note=noted(note),
    )
    _carry_out(how, request, dry_run=dry_run, as_json=as_json)


def _carry_out(how: Command, request: Request, *, dry_run: bool, as_json: bool) -> None:
    from sam_deploy import promotion  # noqa: PLC0415 - boto3

    if dry_run:
        plan = how.run(lambda to, app: promotion.look(to, app, request), writing=False)
        told_plan(plan, how.console, as_json=as_json)
        return
    done = how.run(lambda to, app: promotion.promote(to, app, request))
    told(done, how.console, as_json=as_json)


def _needs_somebody(chosen: Globals, request: Request, file: Path | None) -> None:
    """Say what can never be promoted before anybody is asked for."""
    from sam_deploy import promotion  # noqa: PLC0415 - boto3

    promotion.environment_of(app_of(chosen), request)
    approving.needs_terminal(f"promote {request.environment}", file)


def _nonce(file: Path | None) -> str:
    """Return that of the plan that was approved, so that the same plan is made again."""
    if file is None:
        return ""
    from sam_deploy.approval import ApprovalFile  # noqa: PLC0415 - only in CI

    return ApprovalFile.load(file).nonce


def told(done: Done, console: Console, *, as_json: bool) -> None:
    """Say what came of it; write the document, when one is wanted."""
    console.say(promote_screens.done_text(done, program=options.program()))
    if as_json:
        click.echo(promote_screens.done_json(done))


def told_plan(plan: ReleasePlan, console: Console, *, as_json: bool) -> None:
    """Show what would be written, and say that nothing was."""
    if plan.moves or plan.deploys:
        console.say(promote_screens.plan_text(plan, final=False, columns=columns_of(sys.stderr)))
        console.say("\nNothing was written: this was a dry run")
    else:
        console.say(promote_screens.nothing_text(plan))
    if as_json:
        click.echo(document(promote_screens.plan_json(plan)))
