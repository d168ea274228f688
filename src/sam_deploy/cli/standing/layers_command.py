"""`sam-deploy layers list | prune`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click

from sam_deploy.amounts import plural
from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.terminal.console import Console
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.provide.prune import Verdict

EPILOG = """\b
Examples:
  sam-deploy layers list             every version, its size, and who uses it
  sam-deploy layers prune --dry-run  what would go, and what keeps the others
  sam-deploy layers prune --keep 5   keep five, and all that is used
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
    from sam_deploy.cli.settings import settings_survey  # noqa: PLC0415 - the same
    from sam_deploy.cli.standing import layers_screens  # noqa: PLC0415 - the same
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
    click.echo(layers_screens.list_text(versions, bytes_by_arn, columns_of()))


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
    from sam_deploy.cli.settings import settings_survey  # noqa: PLC0415 - the same
    from sam_deploy.cli.standing import layers_screens  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    meant = settings_survey.checked_regions(app, regions) or settings_survey.regions_of(app)
    asks = _must_ask(chosen, target, dry_run=dry_run, approved=auto_approve)
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    console = consoles.make("plain")
    console.say(place.line(meant))
    provide.guard_account(place.aws, meant[0], place.expected_account)
    work = _Pruning(app, place, meant, keep, function_versions, console)
    verdicts = work.judge()
    if not dry_run:
        verdicts = work.approved(verdicts) if asks else verdicts
        work.remove(verdicts)
    click.echo(
        layers_screens.prune_json(verdicts, keep=keep, dry_run=dry_run)
        if as_json
        else said(layers_screens.prune_text(verdicts, done=not dry_run), sys.stdout)
    )


def _must_ask(chosen: Globals, target: str | None, *, dry_run: bool, approved: bool) -> bool:
    """Return whether a person has to say yes. Raises `RefusedError` when there is nobody."""
    where, _ = wiring.choose_target(chosen, target, writing=not dry_run)
    if where != "aws" or approved or dry_run:
        return False
    if not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to remove layer versions on AWS",
            why="standard input is no terminal",
            hint="add `--auto-approve` when this is meant, as in CI",
        )
    return True


@dataclass(frozen=True, slots=True)
class _Pruning:
    app: App
    place: Place
    regions: tuple[str, ...]
    keep: int
    function_versions: int | None
    console: Console
    stop: Stop = field(default_factory=Stop)

    def judge(self) -> tuple[Verdict, ...]:
        """Return a verdict on every version. Raises `RefusedError` while a stack is at work."""
        from sam_deploy.provide import prune, survey  # noqa: PLC0415 - boto3

        def read() -> tuple[Verdict, ...]:
            found = survey.survey(
                self.app,
                self.place.aws,
                self.regions,
                function_versions=self.function_versions,
                stop=self.stop,
            )
            survey.refuse_unsettled(found)
            return prune.decide((v for each in found for v in each.versions), self.keep)

        return wiring.watched(self.place, self.stop, read, self.console)

    def approved(self, before: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """Return the verdicts after a yes, judged anew: what was shown and is still unused goes.

        Raises `RefusedError` for any other answer.
        """
        from sam_deploy.cli.standing import layers_screens  # noqa: PLC0415 - boto3

        agreed = {each.version.arn for each in before if each.removed}
        if not agreed:
            return before
        self.console.say(layers_screens.prune_text(before, done=False))
        where = ", ".join(self.regions)
        question = f"Remove {plural(len(agreed), 'layer version')} on AWS in {where}? (yes/no)"
        if click.prompt(question, default="no", err=True).strip().lower() != "yes":
            raise RefusedError(
                "Nothing was removed", why="the answer was not yes", hint="answer yes to go on"
            )
        now = self.judge()
        return tuple(
            each if not each.removed or each.version.arn in agreed else _spared(each)
            for each in now
        )

    def remove(self, verdicts: tuple[Verdict, ...]) -> None:
        """What the verdicts let go is gone. Nobody deploys meanwhile."""
        from sam_deploy import delivery  # noqa: PLC0415 - boto3
        from sam_deploy.provide import survey  # noqa: PLC0415 - the same

        going = [each.version for each in verdicts if each.removed]
        if not going:
            return

        def delete() -> None:
            home, aws = self.app.home_region, self.place.aws
            account = aws.account(home)
            with delivery.exclusive(
                self.app.name, home, aws, self.stop, command="layers prune", account=account
            ) as entry:
                delivery.refuse_open(entry, "No layer version is removed")
                survey.remove(going, aws, stop=self.stop)

        wiring.watched(self.place, self.stop, delete, self.console)


def _spared(verdict: Verdict) -> Verdict:
    return replace(verdict, removed=False, why="not among those that were agreed to")
