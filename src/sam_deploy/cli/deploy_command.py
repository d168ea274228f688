"""`sam-deploy deploy [FEATURE_SET ...]`."""

from __future__ import annotations

import functools
import sys
import time
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli import contexts, options, review_screens, sam_options, screens, wiring
from sam_deploy.cli.console import Console, Progress
from sam_deploy.cli.contexts import REGIONS_AT_ONCE, How
from sam_deploy.cli.options import Globals, Making
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sam_deploy.cli.wiring import Place
    from sam_deploy.delivery import Approve
    from sam_deploy.deploy import Review
    from sam_deploy.manifest import Manifest
    from sam_deploy.plan import Request
    from sam_deploy.workflow import Result

EPILOG = """\b
Examples:
  sam-deploy deploy                     every feature set, to every region
  sam-deploy deploy core                one feature set
  sam-deploy deploy --region eu-west-1  one region of it
  sam-deploy deploy --target aws        to AWS, after a question
"""


@click.command("deploy", epilog=EPILOG, cls=SamCommand)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@options.environment_option
@options.region_option
@options.target_option
@options.json_option
@options.progress_options
@click.option("--sequential", is_flag=True, help="One region at a time.")
@options.build_options
@click.option("--auto-approve", is_flag=True, help="Do not ask before writing to AWS.")
@click.option(
    "--allow-replace",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Let this function, bucket, table or pool be replaced or removed; repeatable.",
)
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    environment: str | None,
    regions: tuple[str, ...],
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    sequential: bool,  # noqa: FBT001 - the same
    making: Making,
    auto_approve: bool,  # noqa: FBT001 - the same
    allow_replace: tuple[str, ...],
    sam: SamChoice,
) -> None:
    """Build the app once, bring it to every region, and let the first environment serve it.

    FEATURE_SET limits it to these parts of the app. A second run does only what changed.
    """
    how = How(
        approved=auto_approve,
        regions_at_once=1 if sequential else REGIONS_AT_ONCE,
        allow_replace=frozenset(allow_replace),
        making=making,
        console=functools.partial(consoles.make, progress, verbose=verbose),
    )
    if sam_options.is_template(chosen, sam):
        sam_options.refuse_parts(feature_sets, environment)
        _deploy_template(chosen, sam, regions, target, how, as_json=as_json)
    else:
        _deploy_app(chosen, feature_sets, regions, environment, target, how, as_json=as_json)


def _deploy_template(
    chosen: Globals,
    sam: SamChoice,
    regions: tuple[str, ...],
    target: str | None,
    how: How,
    *,
    as_json: bool,
) -> None:
    from sam_deploy.cli import sam_commands  # noqa: PLC0415 - seldom used

    found = sam_options.prepared(chosen, sam, regions, deploying=True)
    sam_commands.deploy(chosen, found, target, how, as_json=as_json)


def _deploy_app(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    regions: tuple[str, ...],
    environment: str | None,
    target: str | None,
    how: How,
    *,
    as_json: bool,
) -> None:
    from sam_deploy import config, plan  # noqa: PLC0415 - costs pydantic
    from sam_deploy.plan import Request  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    # before the cloud is started: what cannot be planned is refused at once
    where = options.chosen_environment(chosen, app, environment)
    plan.make(app, chosen.project, Request(feature_sets, regions, where))
    console = how.console()
    started = time.monotonic()
    try:
        place = wiring.reach(chosen, target, console, writing=True, runtime=app.runtime)
        request = Request(feature_sets, regions, where, place.host_target)
        result = deploy(chosen, place, request, console, how)
    finally:
        console.close()
    _finish(chosen, result, time.monotonic() - started, console, place.target if as_json else "")


def _finish(
    chosen: Globals, result: Result, seconds: float, console: Console, json_for: str
) -> None:
    """Say what came of it; write the document for a target, when one is wanted."""
    console.say(screens.deploy_text(result, seconds))
    console.say(next_commands(chosen, result))
    if json_for:
        click.echo(screens.deploy_json(result, json_for, seconds))


def deploy(
    chosen: Globals,
    place: Place,
    request: Request,
    console: Console,
    how: How,
) -> Result:
    """Run the workflow on a place, asking first when that is AWS."""
    from sam_deploy import config, plan, workflow  # noqa: PLC0415 - boto3 and pydantic

    app = config.load(chosen.project)
    planned = plan.make(app, chosen.project, request)
    console.say(place.line(planned.regions))
    stop = Stop()
    asks = place.target == "aws" and not how.approved
    if asks:
        refuse_unasked()
    context = contexts.make(chosen, place, console, stop, how, approval(console, asks=asks))
    return wiring.watched(place, stop, lambda: workflow.run(context, request), console)


def refuse_unasked() -> None:
    """Raise `RefusedError` when there is nobody to ask, before anything is begun."""
    if not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to deploy to AWS",
            why="there is no terminal",
            hint="add `--auto-approve` when this is meant, as in CI",
        )


def approval(console: Console, *, asks: bool) -> Approve:
    """Return what shows all changes, and raises `RefusedError` unless they may be made."""

    def approve(manifest: Manifest, reviews: Sequence[Review]) -> None:
        console.close()
        text = review_screens.review_text(reviews, manifest.templates, manifest.environment)
        console.say(text)
        if not asks:
            return
        where = ", ".join(dict.fromkeys(each.region for each in reviews if not each.empty))
        question = f"Deploy {manifest.name} to AWS in {where}? (yes/no)"
        if click.prompt(question, default="no", err=True).strip().lower() != "yes":
            raise RefusedError(
                "Nothing was deployed", why="the answer was not yes", hint="answer yes to go on"
            )

    return approve


def next_commands(chosen: Globals, result: Result) -> str:
    """Return the line that says what to run next."""
    from pathlib import Path  # noqa: PLC0415 - beside its only use

    here = "" if chosen.project == Path.cwd().resolve() else f" -C {relative(chosen.project)}"
    program = f"{options.program()}{here}"
    environment = result.release.environment
    region = result.manifest.regions[0]
    if not environment:
        return f"\nnext: {program} deploy"
    return (
        f"\nnext: {program} status\n"
        f"      {program} cloud url --region {region} --environment {environment}"
    )


def relative(project: object) -> str:
    """Return a folder as it is typed: relative to the current one when it is below it."""
    import os  # noqa: PLC0415 - beside its only use

    shown = os.path.relpath(str(project))
    return str(project) if shown.startswith("..") else shown
