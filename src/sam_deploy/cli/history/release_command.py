"""`sam-deploy release show`."""

from __future__ import annotations

import sys
import time

import click

from sam_deploy.cli import options
from sam_deploy.cli.history import screens
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import RefusedError

EPILOG = """\b
Examples:
  sam-deploy release show prod-12         versions, commits, code, everywhere
  sam-deploy release show prod-12 --json  the same as a document
"""


@click.group("release", epilog=EPILOG)
def command() -> None:
    """Show one release in full; `sam-deploy history` lists them."""


@command.command("show")
@click.argument("release_id", metavar="ID")
@options.target_option
@options.json_option
@click.pass_obj
def show(
    chosen: Globals,
    release_id: str,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show everything of a release such as prod-12, and what it changed."""
    from sam_deploy.cli.history import reading  # noqa: PLC0415 - boto3

    shelves = reading.reach(chosen, target)
    releases = shelves.releases
    found = releases.find(release_id)
    before, console = None, consoles.make("plain")
    try:
        if found.number > 1:
            before = releases.find(f"{found.environment}-{found.number - 1}")
    except RefusedError as error:
        console.say(f"what it changed is not known: {error}")
    if as_json:
        click.echo(screens.release_json(found, before))
        return
    console.say(shelves.place.line((shelves.app.home_region,)))
    click.echo(said(screens.release_text(found, before, time.time(), columns_of()), sys.stdout))
