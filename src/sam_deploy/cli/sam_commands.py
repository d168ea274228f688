"""What deploy, build and template do when they are given a SAM template."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import click

from sam_deploy.amounts import plural
from sam_deploy.cli import console as consoles
from sam_deploy.cli import contexts, sam_options, screens, wiring
from sam_deploy.cli.console import Console
from sam_deploy.cli.options import Globals
from sam_deploy.events import Note
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.contexts import How
    from sam_deploy.cli.sam_options import Prepared, SamChoice
    from sam_deploy.cli.wiring import Place
    from sam_deploy.plan import Plan
    from sam_deploy.workflow import Result


def deploy(
    chosen: Globals,
    found: Prepared,
    target: str | None,
    how: How,
    *,
    as_json: bool,
) -> None:
    """Bring the template's stack to every region, and say what came of it."""
    from dataclasses import replace  # noqa: PLC0415 - beside its only use

    from sam_deploy import sam  # noqa: PLC0415 - costs yaml

    sam.plan(found.template, found.request)  # before the cloud is started
    _use_profile(chosen, found)
    console = how.console()
    started = time.monotonic()
    try:
        _say(found, console)
        place = wiring.reach(chosen, target, console, writing=True, runtime=found.runtime)
        request = replace(found.request, host_target=place.host_target)
        console.say(place.line(request.regions))
        result = _run(chosen, replace(found, request=request), place, console, how)
    finally:
        console.close()
    seconds = time.monotonic() - started
    console.say(deploy_text(result, seconds))
    if as_json:
        click.echo(deploy_json(result, place.target, seconds))


def _run(chosen: Globals, found: Prepared, place: Place, console: Console, how: How) -> Result:
    from sam_deploy import sam_workflow  # noqa: PLC0415 - boto3
    from sam_deploy.cli.deploy_command import approval, refuse_unasked  # noqa: PLC0415 - a circle

    stop = Stop()
    asks = place.target == "aws" and not how.approved
    if asks:
        refuse_unasked()
    context = contexts.make(chosen, place, console, stop, how, approval(console, asks=asks))
    work = lambda: sam_workflow.run(context, found.template, found.request)  # noqa: E731 - one use
    return wiring.watched(place, stop, work, console)


def planned(
    chosen: Globals, sam: SamChoice, feature_sets: tuple[str, ...]
) -> tuple[Plan, tuple[Note, ...]]:
    """Return what is built for a template on Lambda, and what the user should know of it."""
    from sam_deploy import sam as templates  # noqa: PLC0415 - costs yaml

    sam_options.refuse_parts(feature_sets)
    found = sam_options.prepared(chosen, sam, (), deploying=False)
    made = templates.plan(found.template, found.request)
    warnings = (
        Note(f"{each.path} {each.message} [{each.rule}]", "warning") for each in made.warnings
    )
    return made, (*map(Note, found.notes), *warnings)


def show(chosen: Globals, sam: SamChoice, *, lint: bool) -> None:
    """Write the template as it goes to CloudFormation; its archives are built first."""
    from sam_deploy import build, provide, sam_workflow  # noqa: PLC0415 - costs yaml, boto3
    from sam_deploy import sam as templates  # noqa: PLC0415 - the same

    found = sam_options.prepared(chosen, sam, (), deploying=False)
    made = templates.plan(found.template, found.request)
    store, console = build.Store.default(), consoles.make("quiet")
    artifacts = build.run(made.builds, chosen.project, store, console.report)
    keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
    overrides = found.request.parameter_overrides
    click.echo(templates.render(found.template, made.stacks[0], keys, overrides).body, nl=False)
    if lint:
        sam_workflow.refuse_wrong(found.template, made.regions)


def _use_profile(chosen: Globals, found: Prepared) -> None:
    """The credentials are those that samconfig or the command line names."""
    from sam_deploy.config import settings  # noqa: PLC0415 - beside its only use

    if found.profile and settings.read(chosen.project).profile != found.profile:
        os.environ["AWS_PROFILE"] = found.profile


def _say(found: Prepared, console: Console) -> None:
    for note in found.notes:
        console.report(Note(note))


def deploy_text(result: Result, seconds: float) -> str:
    """Return the last lines of a deployment: what changed, how long it took, what it tells."""
    done = result.deployment.done.values()
    stack = result.manifest.stacks[0].name
    changed = [each for each in done if each.outcome != "no changes"]
    if changed:
        what = f"Deployed `{stack}` to {plural(len(changed), 'region')}"
    else:
        what = f"No changes: `{stack}` is as it should be in {plural(len(done), 'region')}"
    lines = [f"{what}, in {seconds:.1f} s"]
    rows = [
        [each.region, name, value] for each in done for name, value in sorted(each.outputs.items())
    ]
    if rows:
        lines += ["", screens.table(["region", "output", "value"], rows)]
    return "\n".join(lines)


def deploy_json(result: Result, target: str, seconds: float) -> str:
    """Return what a deployment did. Schema: docs/reference/json.md, without a release."""
    document: dict[str, Any] = {
        "app": result.manifest.stacks[0].name,
        "target": target,
        "account": result.provisions.account,
        "changed": not result.deployment.unchanged,
        "seconds": round(seconds, 3),
        "build": {"built": result.artifacts.built, "reused": result.artifacts.reused},
        "regions": screens.regions_json(result.provisions),
        "stacks": [screens.stack_json(each) for each in result.deployment.done.values()],
        "release": None,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)
