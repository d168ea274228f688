"""`sam-deploy history`."""

from __future__ import annotations

import sys
import time

import click

from sam_deploy.cli import options
from sam_deploy.cli.history import screens
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of, said

EPILOG = """\b
Examples:
  sam-deploy history                  the newest releases of every environment
  sam-deploy history prod --limit 50  more of one
  sam-deploy release show prod-12     everything of one release
"""


@click.command("history", epilog=EPILOG)
@click.argument("environment", required=False)
@options.limit_option()
@options.target_option
@options.json_option
@click.pass_obj
def command(
    chosen: Globals,
    environment: str | None,
    limit: int,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show what was released, the newest first, and which release is live.

    Where aliases do not serve what the newest release has put there, that is said.
    """
    from sam_deploy.cli.guiding.known_releases import remember  # noqa: PLC0415 - with the others
    from sam_deploy.cli.history import reading  # noqa: PLC0415 - boto3
    from sam_deploy.cli.standing import status_command  # noqa: PLC0415 - with the others

    shelves = reading.reach(chosen, target)
    told = reading.read(shelves, reading.environments(shelves.app, environment), limit)
    remember(chosen.project, (each.id for each in told.records))
    if as_json:
        click.echo(screens.history_json(told))
        return
    console, program = consoles.make("plain"), options.program()
    console.say(shelves.place.line((shelves.app.home_region,)))
    begun = status_command.unfinished(shelves.records, shelves.app.name)
    for each in begun.unfinished:
        console.say(f"{each}\n\nnext: {program} {begun.way_on}\n")
    if told.records:
        click.echo(said(screens.history_text(told, time.time(), columns_of()), sys.stdout))
    else:
        where = f" to {environment}" if environment else ""
        click.echo(f"nothing was released{where} yet")
        first = reading.first_release(shelves.app, environment, shelves.releases)
        console.say(f"\nnext: {program} {first}")
