"""`sam-deploy approve ENVIRONMENT`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import approve_plan, approving, shift_options
from sam_deploy.cli.releasing.promoting import Command
from sam_deploy.cli.releasing.shift_options import ShiftChoice
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Progress

if TYPE_CHECKING:
    from sam_deploy.config.model import App
    from sam_deploy.promotion import Promoting, Request, Session
    from sam_deploy.promotion.model import ReleasePlan

HOUR: Final = 3600
EPILOG = """\b
Examples:
  sam-deploy approve prod --out ok.json --target aws
  sam-deploy approve prod --out ok.json --caller ROLE_ARN   CI will promote
  sam-deploy approve --plan plan.json --out ok.json   a deployment
"""


@click.command("approve", epilog=EPILOG)
@click.argument("environment", required=False)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Agree to a deployment that `deploy --plan-only --out FILE` has kept, instead.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the approval goes; only its owner can read it.",
)
@click.option("--only", multiple=True, metavar="FUNCTION", help="Only this one; repeatable.")
@click.option(
    "--caller",
    default="",
    metavar="ARN",
    help="Who will promote, when that is somebody else, such as the role of CI.",
)
@click.option(
    "--allow-replace",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Let this be lost in stacks of its own (isolated topology); repeatable.",
)
@shift_options.shift_options
@options.target_option
@options.progress_options
@click.pass_obj
def command(
    chosen: Globals,
    environment: str | None,
    plan_file: Path | None,
    out: Path,
    only: tuple[str, ...],
    caller: str,
    allow_replace: tuple[str, ...],
    shift: ShiftChoice,
    target: str | None,
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Agree now to a promotion that CI carries out later: just this one, and once.

    Shows what would change, asks, and wants the one-time code, as `promote` does. The file is good
    for the plan that was shown: when anything is different by then, it is refused. How calls go
    over (--canary and the like) is part of the plan: `promote` needs the same options.
    """
    from sam_deploy import promotion  # noqa: PLC0415 - boto3

    if plan_file is not None and environment is None:
        approve_plan.approve(chosen, plan_file, out, target, caller)
        return
    if environment is None or plan_file is not None:
        raise click.UsageError("name an environment, or a plan of a deployment (`--plan FILE`)")
    approving.needs_terminal(f"approve {environment}", None)
    console = consoles.make(progress, verbose=verbose)
    how = Command(
        chosen,
        target,
        f"approve {environment}",
        console,
        allow_replace=allow_replace,
        for_later=True,
    )
    request = promotion.Request(
        environment,
        only,
        shift.strategy(chosen.project),
        caller=caller,
        allow_replace=allow_replace,
    )
    until = how.run(lambda to, app: _approve(to, app, request, out))
    way = " ".join((environment, *shift.arguments))
    console.say(_told(environment, until, f"promote {way} --approval-file {out}", out))


def _told(environment: str, until: str, then: str, out: Path) -> str:
    """Return what came of it, and the command that carries it out."""
    if not until:
        return f"\nNothing to approve: {environment} serves that already"
    return (
        f"\nApproved until {until}, once; keep `{out}` secret\n\nnext: {options.program()} {then}"
    )


def _approve(to: Promoting, app: App, request: Request, out: Path) -> str:
    """Return until when the approval is good; '' when there is nothing to approve."""
    from sam_deploy import approval  # noqa: PLC0415 - only for promotions
    from sam_deploy.promotion.promote import approved  # noqa: PLC0415 - boto3

    settings = approving.promotion_of(app)

    def agreed(session: Session, plan: ReleasePlan, by: str) -> str:
        made = approval.grant(
            session.documents,
            approving.subject_of(plan),
            nonce=plan.nonce,
            by=f"{session.owner.who} ({by})",
            valid_seconds=settings.approval_hours * HOUR,
        )
        made.save(out)
        return made.expires

    return approved(to, app, request, agreed)
