"""`sam-deploy build`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, sam_options, screens
from sam_deploy.cli.options import Globals, Making
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.events import Planned

if TYPE_CHECKING:
    from sam_deploy.build import Artifacts, Store
    from sam_deploy.build.prune import Size
    from sam_deploy.events import Event
    from sam_deploy.manifest import Manifest
    from sam_deploy.plan import Plan

EPILOG = """\b
Examples:
  sam-deploy build                archives for AWS Lambda
  sam-deploy build core --json    one feature set; the archives as JSON
  sam-deploy build --locked       fail when a lock would change
  sam-deploy build --prune-store  and tidy the store
"""


@click.command("build", epilog=EPILOG, cls=SamCommand)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@options.json_option
@options.progress_options
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="At once.")
@options.build_options
@options.environment_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Put archives, templates and a manifest here, for `deploy --artifacts DIR`.",
)
@click.option("--clean", is_flag=True, help="Remove `.sam-deploy/build` first.")
@click.option(
    "--prune-store", is_flag=True, help="Afterwards, remove from the store what is unused."
)
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click passes options by name
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    jobs: int,
    environment: str | None,
    output: Path | None,
    making: Making,
    clean: bool,  # noqa: FBT001 - the same
    prune_store: bool,  # noqa: FBT001 - the same
    sam: SamChoice,
) -> None:
    """Build every function and layer for AWS Lambda, and deploy nothing.

    Only what changed is built. The archives are in `.sam-deploy/build`.
    """
    from sam_deploy import build  # noqa: PLC0415 - costs pydantic

    planned, notes = _planned(chosen, feature_sets, environment, sam)
    console, store = consoles.make(progress, verbose=verbose), build.Store.default()
    started = time.monotonic()
    try:
        _begin(chosen, notes, console, clean=clean)
        artifacts = build.run(
            planned.builds,
            chosen.project,
            store,
            console.report,
            jobs=jobs,
            upgrade=making.upgrade,
            locked=making.locked,
            containers=making.containers(store),
            layers=planned.layers,
        )
        _write_folder(chosen, sam, planned, artifacts, output)
    finally:
        console.close()
    seconds, sizes = time.monotonic() - started, _store_sizes(store, verbose, prune_store)
    columns = columns_of(sys.stderr)
    console.say(screens.build_text(artifacts, seconds, sizes, verbose=verbose, columns=columns))
    if as_json:
        click.echo(screens.build_json(artifacts, seconds, sizes))


def _begin(chosen: Globals, notes: tuple[Event, ...], console: Console, *, clean: bool) -> None:
    """What is to be told first is told, and an old build folder is gone when that is wanted."""
    from sam_deploy import build  # noqa: PLC0415 - costs pydantic

    if clean:
        build.clean(chosen.project)
    for event in notes:
        console.report(event)


def _write_folder(
    chosen: Globals, sam: SamChoice, planned: Plan, artifacts: Artifacts, output: Path | None
) -> None:
    """The folder, if one is named, holds all that `deploy --artifacts` needs."""
    if output is None:
        return
    from sam_deploy import manifest, workflow  # noqa: PLC0415 - boto3

    made = _manifest(chosen, sam, planned, artifacts)
    manifest.write_folder(made, workflow.sources_of(artifacts), output)


def _manifest(chosen: Globals, sam: SamChoice, planned: Plan, artifacts: Artifacts) -> Manifest:
    from sam_deploy import config, delivery, lanes, workflow  # noqa: PLC0415 - boto3
    from sam_deploy import manifest as manifests  # noqa: PLC0415 - the same
    from sam_deploy.aws import Aws, Endpoint  # noqa: PLC0415 - the same
    from sam_deploy.events import ignore  # noqa: PLC0415 - the same
    from sam_deploy.provenance import provenance_of  # noqa: PLC0415 - the same

    nowhere = delivery.Delivering(Aws(Endpoint("aws")), ignore, lanes.Stop())
    context = workflow.Context(chosen.project, nowhere)
    made_of = provenance_of(chosen.project)
    if sam_options.is_template(chosen, sam):
        from sam_deploy import sam_workflow  # noqa: PLC0415 - seldom used

        found = sam_options.prepared(chosen, sam, (), deploying=True)
        rendered = sam_workflow.render(context, found.template, found.request, planned, artifacts)
        return manifests.of_template(planned, rendered, artifacts, made_of)
    app = config.load(chosen.project)
    templates = workflow.render(context, app, planned, artifacts)
    return manifests.of_app(app, planned, templates, artifacts, made_of)


def _planned(
    chosen: Globals, feature_sets: tuple[str, ...], environment: str | None, sam: SamChoice
) -> tuple[Plan, tuple[Event, ...]]:
    """Return the plan of the app, or of a SAM template, and what is to be told before it."""
    if sam_options.is_template(chosen, sam):
        from sam_deploy.cli import sam_commands  # noqa: PLC0415 - seldom used

        made, notes = sam_commands.planned(chosen, sam, feature_sets)
        return made, (*notes, Planned(len(made.builds), 0, 0))
    from sam_deploy import config, plan  # noqa: PLC0415 - costs pydantic

    app = config.load(chosen.project)
    where = options.chosen_environment(chosen, app, environment)
    made = plan.make(app, chosen.project, plan.Request(feature_sets, (), where))
    return made, (Planned(len(made.builds), 0, 0),)


def _store_sizes(store: Store, verbose: bool, prune: bool) -> tuple[Size, ...]:  # noqa: FBT001
    """Return the size of the store when it is asked for: after pruning, the one before as well."""
    if not (verbose or prune):
        return ()
    from sam_deploy.build import prune as pruning  # noqa: PLC0415 - seldom asked for

    if prune:
        pruned = pruning.prune(store)
        return pruned.before, pruned.after
    return (pruning.size(store),)
