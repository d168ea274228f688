"""`sam-deploy status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli import options, screens, wiring
from sam_deploy.cli.options import Globals

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App

EPILOG = """\b
Examples:
  sam-deploy status                     functions x regions x environments
  sam-deploy status --region eu-west-1  one region
  sam-deploy status --json              one object for each alias
"""


@click.command("status", epilog=EPILOG)
@options.region_option
@options.target_option
@options.json_option
@click.pass_obj
def command(
    chosen: Globals,
    regions: tuple[str, ...],
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show which version every function serves, by region and environment."""
    from sam_deploy import config, plan, release  # noqa: PLC0415 - boto3 and pydantic

    app = config.load(chosen.project)
    planned = plan.make(app, chosen.project, plan.Request((), regions))
    console = consoles.make("plain")
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    served = release.read(app, place.aws, planned.regions)
    open_work = unfinished(app, place)
    if as_json:
        click.echo(screens.status_json(served))
        return
    console.say(place.line(planned.regions))
    click.echo(screens.status_table(served))
    if open_work:
        program = options.program()
        console.say(f"\n{open_work}\n\nnext: {program} resume, or {program} deploy after a fix")


def unfinished(app: App, place: Place) -> str:
    """Return what an earlier command has begun and not finished; '' for nothing."""
    from sam_deploy.cli import identity  # noqa: PLC0415 - boto3
    from sam_deploy.deploy import journal  # noqa: PLC0415 - the same

    who = identity.Identity(app.name, app.home_region, app.runtime)
    entry = journal.read(identity.records(who, place), app.name).entry
    if not entry.is_open:
        return ""
    left = [name.replace(" ", " in ") for name, at in entry.places.items() if at.state != "done"]
    what = f": {', '.join(left)}" if left else ""
    return f"`{entry.command}`, begun {entry.started} by {entry.who}, was not finished{what}"
