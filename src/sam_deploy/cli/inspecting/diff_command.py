"""`sam-deploy diff [FEATURE_SET ...]`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.deploying import contexts
from sam_deploy.cli.deploying.contexts import How
from sam_deploy.cli.options import Globals, Making
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.deploy.difference import StackDifference
    from sam_deploy.plan import Plan

REGIONS_AT_ONCE: Final = 8
NOT_BUILT: Final = "artifacts/not-built.zip"
EPILOG = """\b
Examples:
  sam-deploy diff                     every stack, in every region
  sam-deploy diff core --target aws   one feature set, against AWS
  sam-deploy diff -v                  nothing shortened
  sam-deploy diff --exit-code --json  for scripts: 5 when anything differs
"""


@click.command("diff", epilog=EPILOG)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@options.environment_option
@options.region_option
@options.target_option
@options.json_option
@click.option(
    "-v", "--verbose", is_flag=True, help="Shorten nothing, and tell what new resources are."
)
@options.progress_option
@options.build_options
@click.option("--exit-code", is_flag=True, help="Exit 5 when there are differences.")
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
    making: Making,
    exit_code: bool,  # noqa: FBT001 - the same
) -> int:
    """Show what a deployment would change of what is deployed, and write nothing.

    Resources of other environments than the first, such as those of prod, are listed apart. The
    archives are built first, since the template names them by their content.
    """
    from sam_deploy import config, plan  # noqa: PLC0415 - costs pydantic
    from sam_deploy.cli.inspecting import diff_screens  # noqa: PLC0415 - boto3

    app = config.load(chosen.project)
    where = options.chosen_environment(chosen, app, environment)
    # before anything is built: what cannot be planned is refused at once
    planned = plan.make(app, chosen.project, plan.Request(feature_sets, regions, where))
    named, _ = wiring.choose_target(chosen, target, writing=False)
    console = consoles.make(progress, verbose=verbose)
    try:
        place = wiring.look(chosen, named, app.runtime)
        if place is None:
            console.say(f"embedded · not running · {', '.join(planned.regions)}")
            found = _nothing_deployed(app, planned)
        else:
            request = plan.Request(feature_sets, regions, where, place.host_target)
            planned = plan.make(app, chosen.project, request)
            found = _read(chosen, place, app, planned, console, making)
    finally:
        console.close()
    text = diff_screens.diff_text(found, verbose=verbose, columns=columns_of())
    click.echo(diff_screens.diff_json(found, named) if as_json else text)
    if all(each.empty for each in found):
        return 0
    usual, _ = wiring.choose_target(Globals(chosen.project, None), None, writing=False)
    compared = Compared(feature_sets, environment, regions, named if named != usual else None)
    console.say(f"\nnext: {options.program()} {deployment(compared, found)}")
    return RefusedError.exit_code if exit_code else 0


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared, as the command line says it."""

    feature_sets: tuple[str, ...] = ()
    environment: str | None = None
    regions: tuple[str, ...] = ()
    target: str | None = None
    """Nothing for the one that a command without `--target` goes to."""


def deployment(compared: Compared, found: Sequence[StackDifference]) -> str:
    """Return the `deploy` of what was compared, with all that it would be refused without."""
    from sam_deploy.deploy import guard  # noqa: PLC0415 - boto3

    lost = [name for each in found for name in guard.to_be_allowed(each.differences)]
    given = [
        ("--environment", compared.environment),
        *(("--region", each) for each in compared.regions),
        ("--target", compared.target),
        *(("--allow-replace", each) for each in dict.fromkeys(lost)),
    ]
    words = [f"{name} {value}" for name, value in given if value]
    return " ".join(["deploy", *compared.feature_sets, *words])


def _nothing_deployed(app: App, planned: Plan) -> tuple[StackDifference, ...]:
    """Return that everything is new. No archive is built for that: only names are told."""
    from sam_deploy import template  # noqa: PLC0415 - costs pydantic
    from sam_deploy.deploy import difference  # noqa: PLC0415 - boto3

    keys = {unit.key: NOT_BUILT for unit in planned.builds}
    templates = {stack.name: template.render(app, stack, keys) for stack in planned.stacks}
    return difference.nothing_deployed(planned.stacks, templates)


def _read(
    chosen: Globals, place: Place, app: App, planned: Plan, console: Console, making: Making
) -> tuple[StackDifference, ...]:
    from sam_deploy import manifest, provide, template, workflow  # noqa: PLC0415 - boto3, pydantic
    from sam_deploy.deploy import difference  # noqa: PLC0415 - the same

    console.say(place.line(planned.regions))
    stop = Stop()
    context = contexts.make(chosen, place, console, stop, How(making=making))

    def work() -> tuple[StackDifference, ...]:
        artifacts = workflow.build_archives(context, planned)
        keys = {key: provide.artifact_key(artifacts[key]) for key in artifacts}
        rendered = {stack.name: template.render(app, stack, keys) for stack in planned.stacks}
        lacks = place.unsupported
        templates = {name: template.without(each, lacks)[0] for name, each in rendered.items()}
        made = manifest.of_app(app, planned, templates, artifacts, manifest.Provenance())
        return difference.read(
            made,
            place.aws,
            expected_account=place.expected_account,
            at_once=REGIONS_AT_ONCE,
            stop=stop,
        )

    return wiring.watched(place, stop, work, console)
