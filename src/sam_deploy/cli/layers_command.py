"""`sam-deploy layers list | prune`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.cli.console import Console
    from sam_deploy.cli.wiring import Place
    from sam_deploy.provide.prune import Verdict

EPILOG = """\b
Examples:
  sam-deploy layers list               every version, its size, and who uses it
  sam-deploy layers prune --dry-run    what would be removed, and what keeps the others
  sam-deploy layers prune --keep 5     keep the newest five of each, and all that is used
"""


@click.group("layers", epilog=EPILOG)
def command() -> None:
    """Show the layer versions of the app in every region, and remove those that nothing needs."""


@command.command("list")
@options.region_option
@options.target_option
@options.json_option
@click.pass_obj
def list_layers(
    chosen: Globals,
    regions: tuple[str, ...],
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show each version: size, age, content hash, and what refers to it."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli import layers_screens, settings_survey  # noqa: PLC0415 - the same
    from sam_deploy.provide.survey import sizes, survey  # noqa: PLC0415 - boto3

    app = config.load(chosen.project)
    meant = settings_survey.checked_regions(app, regions) or settings_survey.regions_of(app)
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    found = survey(app, place.aws, meant, stop=Stop())
    versions = [version for each in found for version in each.versions]
    bytes_by_arn = sizes(versions, place.aws)
    if as_json:
        click.echo(layers_screens.list_json(versions, bytes_by_arn))
        return
    consoles.make("plain").say(place.line(meant))
    click.echo(layers_screens.list_text(versions, bytes_by_arn))


@command.command("prune")
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="Newest versions of each layer and region that stay in any case.",
)
@click.option(
    "--function-versions",
    type=click.IntRange(min=10),
    metavar="N",
    help="Of each function only the newest N published versions count as users, and those near "
    "an alias; without it all of them do.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be removed, and remove nothing.")
@click.option("--auto-approve", is_flag=True, help="Do not ask before removing on AWS.")
@options.region_option
@options.target_option
@options.json_option
@click.pass_obj
def prune(
    chosen: Globals,
    keep: int,
    function_versions: int | None,
    dry_run: bool,  # noqa: FBT001 - click passes options by name
    auto_approve: bool,  # noqa: FBT001 - the same
    regions: tuple[str, ...],
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
) -> None:
    """Remove old layer versions that nothing refers to.

    A version stays while an alias, $LATEST, a published function version or a stack has it,
    whosever they are. Nothing is removed while a stack of the app is not in a *_COMPLETE state.
    """
    from sam_deploy import config, provide  # noqa: PLC0415 - boto3 and pydantic
    from sam_deploy.cli import layers_screens, settings_survey  # noqa: PLC0415 - the same
    from sam_deploy.provide.survey import remove  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    meant = settings_survey.checked_regions(app, regions) or settings_survey.regions_of(app)
    where, _ = wiring.choose_target(chosen, target, writing=not dry_run)
    asks = where == "aws" and not (auto_approve or dry_run)
    if asks and not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to remove layer versions on AWS",
            why="standard input is no terminal",
            hint="add `--auto-approve` when this is meant, as in CI",
        )
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    console, stop = consoles.make("plain"), Stop()
    console.say(place.line(meant))
    provide.guard_account(place.aws, meant[0], place.expected_account)

    def judge() -> tuple[Verdict, ...]:
        from sam_deploy.provide.prune import decide  # noqa: PLC0415 - beside its only use
        from sam_deploy.provide.survey import refuse_unsettled, survey  # noqa: PLC0415 - the same

        found = survey(app, place.aws, meant, function_versions=function_versions, stop=stop)
        refuse_unsettled(found)
        return decide((version for each in found for version in each.versions), keep)

    verdicts = wiring.watched(place, stop, judge, console)
    going = [each.version for each in verdicts if each.removed]
    if going and not dry_run:
        if asks:
            console.say(layers_screens.prune_text(verdicts, done=False))
            verdicts = _approved(len(going), meant, verdicts, judge, place, stop, console)
            going = [each.version for each in verdicts if each.removed]
        wiring.watched(place, stop, lambda: remove(going, place.aws, stop=stop), console)
    click.echo(
        layers_screens.prune_json(verdicts, keep=keep, dry_run=dry_run)
        if as_json
        else layers_screens.prune_text(verdicts, done=not dry_run)
    )


def _approved(
    count: int,
    regions: tuple[str, ...],
    before: tuple[Verdict, ...],
    judge: Callable[[], tuple[Verdict, ...]],
    place: Place,
    stop: Stop,
    console: Console,
) -> tuple[Verdict, ...]:
    """Return the verdicts after a yes, judged anew: what was agreed to and is still unused goes.

    Raises `RefusedError` for any other answer.
    """
    question = f"Remove {count} layer versions on AWS in {', '.join(regions)}? (yes/no)"
    if click.prompt(question, default="no", err=True).strip().lower() != "yes":
        raise RefusedError(
            "Nothing was removed", why="the answer was not yes", hint="answer yes to go on"
        )
    agreed = {each.version.arn for each in before if each.removed}
    now = wiring.watched(place, stop, judge, console)
    return tuple(each for each in now if not each.removed or each.version.arn in agreed)
