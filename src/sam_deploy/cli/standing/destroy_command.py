"""`sam-deploy destroy [FEATURE_SET]...`."""

from __future__ import annotations

import functools
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, sam_options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.cli.standing import declared_data, destroy_screens, standing_stacks
from sam_deploy.cli.standing.destroy_screens import Ways
from sam_deploy.cli.standing.standing_stacks import Stacks
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.questions import Questions
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.cli.wiring import Place
    from sam_deploy.deploy.destroy import Destroyed
    from sam_deploy.deploy.ground import Ground
    from sam_deploy.deploy.wanted import Wanted

EPILOG = """\b
Examples:
  sam-deploy destroy                     everything; data stays
  sam-deploy destroy ams                 one feature set
  sam-deploy destroy --delete-data OrdersDevTable
  sam-deploy destroy --target aws        asks for the app's name first
  sam-deploy destroy --target aws --auto-approve --confirm shop
"""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agrees: a person who types the name, or options that say it. Never by a `yes` alone."""

    name: str
    """Of the app."""
    confirm: str
    auto_approve: bool

    def early(self) -> None:
        """Raise `RefusedError` when it is known already that nobody can agree."""
        if self.confirm and self.confirm != self.name:
            raise RefusedError(
                "Nothing was destroyed",
                why=f"`--confirm {self.confirm}` is not the name of this app",
                hint=f"its name is {self.name}: look where you are, and at `--target`",
            )
        if not (self.confirm and self.auto_approve) and not sys.stdin.isatty():
            raise RefusedError(
                "Nobody was asked whether to destroy this on AWS",
                why="there is no terminal, and `--auto-approve` alone is not enough for this",
                hint=f"when this is meant: `--auto-approve --confirm {self.name}`",
            )

    def ask(self, ask: Callable[[str], str]) -> None:
        """Raise `RefusedError` unless the name is typed."""
        if self.confirm and self.auto_approve:
            return
        typed = ask(f"To destroy this, type {self.name}")
        if typed.strip() != self.name:
            raise RefusedError(
                "Nothing was destroyed",
                why="what was typed is not the name of the app",
                hint=f"type {self.name} to go on",
            )


@click.command("destroy", epilog=EPILOG, cls=SamCommand)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@options.environment_option
@options.region_option
@click.option(
    "--delete-data",
    multiple=True,
    metavar="NAME",
    help="Delete this bucket, table, pool or secret with all it holds; repeatable.",
)
@click.option("--layers-too", is_flag=True, help="Delete all versions of the app's layers.")
@click.option(
    "--artifacts-too",
    is_flag=True,
    help="Delete the artifact buckets: archives, history and records.",
)
@click.option("--auto-approve", is_flag=True, help="Do not ask; on AWS only with --confirm.")
@click.option("--confirm", default="", metavar="APP", help="The app's name, instead of typing it.")
@options.target_option
@options.json_option
@options.progress_options
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    environment: str | None,
    regions: tuple[str, ...],
    delete_data: tuple[str, ...],
    layers_too: bool,  # noqa: FBT001 - click passes options by name
    artifacts_too: bool,  # noqa: FBT001 - the same
    auto_approve: bool,  # noqa: FBT001 - the same
    confirm: str,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    sam: SamChoice,
) -> None:
    """Delete the app's stacks in every region, later feature sets first, the home region last.

    Buckets, tables, pools and secrets stay, unless they are named. Run again after an
    interruption: it goes on.
    """
    stacks = standing_stacks.of_project(chosen, sam, feature_sets, regions, environment)
    place = standing_stacks.reach(chosen, stacks, target)
    consent = consent_of(stacks, place, confirm, auto_approve=auto_approve)
    wanted = wanted_of(stacks, delete_data, layers=layers_too, artifacts=artifacts_too)
    ways = ways_of(stacks, place, wanted)
    console = consoles.make(progress, verbose=verbose)
    console.say(place.line(stacks.regions))
    started, words = time.monotonic(), said(feature_sets, environment, regions)
    ground = standing_stacks.ground(stacks, place, console, words)
    try:
        destroyed = _watched(place, ground, Job(wanted, ways, consent), console)
    finally:
        console.close()
    seconds = time.monotonic() - started
    told(stacks.who.name, ways, destroyed, console, seconds)
    if as_json:
        name, target = stacks.who.name, place.target
        click.echo(destroy_screens.destroyed_json(destroyed, name, target, seconds))


@dataclass(frozen=True, slots=True)
class Job:
    """What is to go, what to say of what stays, and who agrees; nobody has to where it is None."""

    wanted: Wanted
    ways: Ways
    consent: Consent | None


def wanted_of(
    stacks: Stacks, delete_data: tuple[str, ...], *, layers: bool, artifacts: bool
) -> Wanted:
    """Return what is to go, and what else the app has."""
    from sam_deploy.deploy.wanted import Wanted  # noqa: PLC0415 - boto3

    return Wanted(
        stacks.meant,
        stacks.every,
        frozenset(delete_data),
        stacks.layers if layers else (),
        artifacts,
        declared_data.declared(stacks.app, stacks.meant) if stacks.app else (),
        stacks.layers,
    )


def ways_of(stacks: Stacks, place: Place, wanted: Wanted) -> Ways:
    """Return how the user can go on with what stays."""
    return Ways(
        stacks.who.home_region,
        stacks.app is None,
        frozenset(part.logical_id for _, part in wanted.declared),
        declared_data.listened_to(stacks.app, stacks.meant) if stacks.app else frozenset(),
        "" if place.target == "aws" else f"{options.program()} cloud reset",
    )


def _watched(place: Place, ground: Ground, job: Job, console: Console) -> Destroyed | None:
    questions = Questions(ground.stop)
    work = functools.partial(run, ground, job, console, questions)
    return wiring.watched(place, ground.stop, work, console, questions)


def consent_of(stacks: Stacks, place: Place, confirm: str, *, auto_approve: bool) -> Consent | None:
    """Return who agrees; nobody has to on the embedded cloud. Raises what `Consent.early` does."""
    if place.target != "aws":
        return None
    consent = Consent(stacks.who.name, confirm, auto_approve)
    consent.early()
    return consent


def said(feature_sets: tuple[str, ...], environment: str | None, regions: tuple[str, ...]) -> str:
    """Return the command as others are told, so that they can go on with it."""
    where = [part for region in regions for part in ("--region", region)]
    whose = ["--environment", environment] if environment else []
    return " ".join(["destroy", *feature_sets, *whose, *where])


def run(ground: Ground, job: Job, console: Console, questions: Questions) -> Destroyed | None:
    """Look, show, ask, destroy; nothing is returned when there was nothing to destroy."""
    from sam_deploy.deploy import destroy  # noqa: PLC0415 - boto3

    found = destroy.look(ground, job.wanted)
    if not found.acts:
        return None
    console.close()
    columns = columns_of(sys.stderr)
    console.say(destroy_screens.farewell_text(found.farewell, job.ways, columns))
    if job.consent is not None:
        job.consent.ask(questions.ask)
    return destroy.carry_out(ground, job.wanted, found)


def told(
    name: str, ways: Ways, destroyed: Destroyed | None, console: Console, seconds: float
) -> None:
    """Say what is gone, what stays, and how to have it back."""
    if destroyed is None:
        console.say(f"Nothing to destroy: {name} has no stacks here")
        return
    columns = columns_of(sys.stderr)
    console.say(destroy_screens.destroyed_text(destroyed, ways, seconds, columns))
    if not destroyed.kept:
        console.say(f"\nnext: {options.program()} deploy")
