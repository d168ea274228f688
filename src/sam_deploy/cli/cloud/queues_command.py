"""`sam-deploy cloud queues`: what waits in the app's queues, and what nobody could handle."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.cloud.addressed import regions_of
from sam_deploy.cli.cloud.running import running
from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.terminal import tables
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.aws import Queues
    from sam_deploy.config import App
    from sam_deploy.config.model import Queue

EPILOG = """\b
Examples:
  sam-deploy cloud queues                     all environments and regions
  sam-deploy cloud queues --environment prod  one environment
"""
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """A queue as it is now. Counts are of messages; the latest body is of its dead letters."""

    queue: str
    environment: str
    region: str
    waiting: int
    in_flight: int
    delayed: int
    dead: int
    latest_dead: str


@click.command("queues", epilog=EPILOG, short_help="Show what waits, and dead letters.")
@options.region_option
@click.option("--environment", metavar="NAME", help="Default: all of them.")
@options.json_option
@click.pass_obj
def command(
    chosen: Globals,
    regions: tuple[str, ...],
    environment: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show the app's queues: messages that wait, are in flight, and ended as dead letters."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.aws import Queues  # noqa: PLC0415 - half a second
    from sam_deploy.watching.sources import check_named  # noqa: PLC0415 - boto3
    from sam_deploy.watching.sources import regions_of as all_regions  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    known = [*(each.name for each in app.environments), "local"]
    check_named("environment", [environment] if environment else [], known)
    check_named("region", regions, all_regions(app))
    place = wiring.embedded(running(chosen), app.runtime)
    found = [
        shown
        for region in regions or all_regions(app)
        for queue in app.queues
        if region in regions_of(app, queue)
        for where in ([environment] if environment else known)
        if (shown := _look(Queues(place.aws, region), queue, where)) is not None
    ]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    if not found:
        raise _none(app)
    click.echo(text(found, columns_of()))


def _look(queues: Queues, queue: Queue, environment: str) -> Shown | None:
    """Return a queue as it is; nothing when it is not deployed."""
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic

    url = queues.url(physical.queue_name(queue, environment))
    if not url:
        return None
    depth = queues.depth(url)
    letters = queues.url(physical.dead_letter_queue_name(queue, environment))
    dead = queues.depth(letters).waiting if letters else 0
    return Shown(
        queue.name,
        environment,
        queues.region,
        depth.waiting,
        depth.in_flight,
        depth.delayed,
        dead,
        queues.latest(letters) if dead else "",
    )


def text(found: list[Shown], columns: int = 0) -> str:
    """Return the queues as a table, and below it the latest dead letter of each that has one."""
    header = ("queue", "environment", "region", "waiting", "in flight", "delayed", "dead letters")
    rows = [
        [
            *(each.queue, each.environment, each.region),
            *map(str, (each.waiting, each.in_flight, each.delayed, each.dead)),
        ]
        for each in found
    ]
    letters = [
        f"latest dead letter of {each.queue}, {each.environment}, {each.region}:\n"
        f"  {each.latest_dead[:_LONGEST]}{'...' if len(each.latest_dead) > _LONGEST else ''}"
        for each in found
        if each.latest_dead
    ]
    return "\n\n".join([tables.table(header, rows, columns), *letters])


def _none(app: App) -> RefusedError:
    return RefusedError(
        "No queue is deployed" if app.queues else "The app has no queues",
        why="the embedded cloud has none of the app's" if app.queues else "`deploy.py` names none",
        hint=f"run `{program()} deploy`" if app.queues else "declare one: `queues=[Queue(...)]`",
    )
