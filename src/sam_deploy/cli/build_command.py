"""`sam-deploy build`."""

from __future__ import annotations

import time

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli import options, screens
from sam_deploy.cli.console import Progress
from sam_deploy.cli.options import Globals

EPILOG = """\b
Examples:
  sam-deploy build                 archives for AWS Lambda, in .sam-deploy/build
  sam-deploy build core --json     one feature set; the archives as JSON
"""


@click.command("build", epilog=EPILOG)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@options.json_option
@options.progress_options
@click.option("--jobs", type=click.IntRange(1, 64), default=4, show_default=True, help="At once.")
@click.option("--upgrade", is_flag=True, help="Resolve dependencies anew, ignoring the locks.")
@click.pass_obj
def command(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    as_json: bool,  # noqa: FBT001 - click passes options by name
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    jobs: int,
    upgrade: bool,  # noqa: FBT001 - the same
) -> None:
    """Build every function and layer for AWS Lambda, and deploy nothing.

    Only what changed is built. The archives are in `.sam-deploy/build`.
    """
    from sam_deploy import build, config, plan  # noqa: PLC0415 - costs pydantic
    from sam_deploy.events import Planned  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    planned = plan.make(app, chosen.project, plan.Request(feature_sets))
    console = consoles.make(progress, verbose=verbose)
    started = time.monotonic()
    try:
        console.report(Planned(len(planned.builds), 0, 0))
        artifacts = build.run(
            planned.builds,
            chosen.project,
            build.Store.default(),
            console.report,
            jobs=jobs,
            upgrade=upgrade,
        )
    finally:
        console.close()
    seconds = time.monotonic() - started
    console.say(screens.build_text(artifacts, seconds))
    if as_json:
        click.echo(screens.build_json(artifacts, seconds))
