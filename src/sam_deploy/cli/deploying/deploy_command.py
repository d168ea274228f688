"""`sam-deploy deploy [FEATURE_SET ...]`."""

from __future__ import annotations

import functools
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, sam_options
from sam_deploy.cli.deploying import carry_out, contexts, deploy_screens, jobs, watch
from sam_deploy.cli.deploying.carry_out import Carried, Planned
from sam_deploy.cli.deploying.contexts import REGIONS_AT_ONCE, How
from sam_deploy.cli.deploying.deploy_options import DeployChoice, deploy_options
from sam_deploy.cli.deploying.executor_options import executor_option
from sam_deploy.cli.deploying.jobs import Job
from sam_deploy.cli.options import Globals, Making
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import SamDeployError

if TYPE_CHECKING:
    from sam_deploy.workflow import Result

EPILOG = """\b
Examples:
  sam-deploy deploy                       every feature set, to every region
  sam-deploy deploy core                  one feature set
  sam-deploy deploy --region eu-west-1    one region of it
  sam-deploy deploy --target aws          to AWS, after a question
  sam-deploy deploy --plan-only --out p   show what would change; keep it
  sam-deploy deploy --plan p              carry out exactly that
  sam-deploy deploy --artifacts dist      what `build --output dist` made
  sam-deploy deploy --watch               then answer every saved file in dev
"""


@click.command("deploy", epilog=EPILOG, cls=SamCommand)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@options.environment_option
@options.region_option
@options.target_option
@options.json_option
@options.progress_options
@deploy_options
@executor_option
@options.build_options
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
    choice: DeployChoice,
    executor: str,
    making: Making,
    sam: SamChoice,
) -> None:
    """Build the app once, bring it to every region, and let the first environment serve it.

    FEATURE_SET limits it to these parts of the app. A second run does only what changed.
    """
    how = replace(_how(choice, making, progress, feature_sets, verbose=verbose), executor=executor)
    if choice.watch:
        if executor != "own":
            raise click.UsageError("--watch deploys by itself: leave --executor away")
        _refuse_unwatchable(chosen, environment, sam, as_json=as_json)
    job = _job(chosen, feature_sets, regions, environment, choice, sam)
    if choice.watch:
        watch.watch(chosen, job, target, how)
        return
    console = how.console()
    try:
        if choice.plan_only:
            planned = carry_out.look(chosen, job, target, console, how, choice.out)
            told_plan(planned, choice.out, console, as_json=as_json)
            return
        carried = carry_out.deploy(chosen, job, target, console, how)
    finally:
        console.close()
    told(job, carried, console, as_json=as_json)


def _how(
    choice: DeployChoice,
    making: Making,
    progress: Progress,
    feature_sets: tuple[str, ...],
    *,
    verbose: bool,
) -> How:
    return How(
        approved=choice.auto_approve,
        regions_at_once=1 if choice.sequential else REGIONS_AT_ONCE,
        allow_replace=frozenset(choice.allow_replace),
        making=making,
        console=functools.partial(consoles.make, progress, verbose=verbose),
        stop_on_failure=choice.stop_on_failure,
        wait=choice.wait,
        recreate=choice.recreate,
        approval_file=choice.approval_file,
        command=" ".join(["deploy", *feature_sets]),
    )


def _job(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    regions: tuple[str, ...],
    environment: str | None,
    choice: DeployChoice,
    sam: SamChoice,
) -> Job:
    """Return what is to be deployed; everything that can be refused without AWS is."""
    if choice.plan_file is not None:
        if feature_sets or regions or environment:
            raise click.UsageError("a plan is carried out whole: name no part of it")
        return jobs.of_plan(choice.plan_file)
    if choice.artifacts is not None:
        if environment:
            raise click.UsageError("the environment was chosen when the archives were built")
        return jobs.of_folder(choice.artifacts, feature_sets, regions)
    if sam_options.is_template(chosen, sam):
        sam_options.refuse_parts(feature_sets, environment)
        return jobs.of_template(chosen, sam, regions)
    return jobs.of_app(chosen, feature_sets, regions, environment)


def _refuse_unwatchable(
    chosen: Globals, environment: str | None, sam: SamChoice, *, as_json: bool
) -> None:
    """Raise what keeps a project from being watched, before anything is begun."""
    if as_json:
        raise click.UsageError("--watch comes to no result: use --progress json for its events")
    if sam_options.is_template(chosen, sam):
        raise click.UsageError("--watch needs a `deploy.py`: a template has no environments")
    contexts.refuse_other_environments(chosen, environment)


def told(job: Job, carried: Carried, console: Console, *, as_json: bool) -> None:
    """Say what came of it; write the document, when one is wanted."""
    result, seconds, target = reachable(carried), carried.seconds, carried.place.target
    if job.of_template:
        console.say(deploy_screens.template_text(result, seconds, columns_of(sys.stderr)))
        ending = deploy_screens.template_end(
            addresses(carried), options.program(), job.look, target
        )
        if ending:
            console.say(ending)
        if as_json:
            click.echo(deploy_screens.template_json(result, target, seconds))
        return
    console.say(deploy_screens.deploy_text(result, seconds))
    console.say(next_commands(result, target))
    if as_json:
        click.echo(deploy_screens.deploy_json(result, target, seconds))


def reachable(carried: Carried) -> Result:
    """Return what came of it, with outputs that answer: see `Place.address`."""
    result, address = carried.result, carried.place.address
    if address is None:
        return result
    done = {
        where: replace(
            each, outputs={name: address(each.region, text) for name, text in each.outputs.items()}
        )
        for where, each in result.deployment.done.items()
    }
    deployment = replace(result.deployment, done=done)
    return replace(result, delivery=replace(result.delivery, deployment=deployment))


def addresses(carried: Carried) -> list[str]:
    """Return where the APIs of a template's stack answer; none on AWS, whose outputs tell it."""
    from sam_deploy.cli.cloud import stacked  # noqa: PLC0415 - only when embedded

    place, made = carried.place, carried.result.manifest
    if place.cloud is None:
        return []
    stack, regions = made.stacks[0].name, made.regions
    try:
        # what was deployed stands, whether or not it is known where it answers
        return [u for r in regions for u in stacked.addresses(place.cloud, place.aws, stack, r)]
    except SamDeployError:
        return []


def told_plan(planned: Planned, out: Path | None, console: Console, *, as_json: bool) -> None:
    """Say that nothing was changed, and what to do with the plan."""
    changed = [each for each in planned.reviews if not each.empty]
    console.say(f"\nNo stack was changed; {len(changed)} of {len(planned.reviews)} would be")
    if changed and out is not None:
        console.say(f"\nnext: {options.program()} deploy --plan {out}")
    elif changed:
        console.say(f"\nnext: {options.program()} deploy")
    if as_json:
        click.echo(
            deploy_screens.plan_json(planned.manifest, planned.reviews, planned.place.target)
        )


def next_commands(result: Result, target: str) -> str:
    """Return the lines that say what to run next: how it stands, and where it answers."""
    program = options.program()
    environment = result.release.environment
    region = result.manifest.regions[0]
    if not environment:
        return f"\nnext: {program} deploy"
    where = f"cloud url --region {region} --environment {environment}"
    if target != "embedded" or not _has_api(result):
        where = "outputs"
    return f"\nnext: {program} status\n      {program} {where}"


def _has_api(result: Result) -> bool:
    templates = result.manifest.templates.values()
    kinds = {"AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"}
    return any(kinds.intersection(each.kinds.values()) for each in templates)
