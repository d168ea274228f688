"""`sam-deploy status`."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options, screens, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.standing import status_screens
from sam_deploy.cli.standing.failed_regions import refuse_failed
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import SamDeployError, UnreachableError

if TYPE_CHECKING:
    from sam_deploy.aws import Records
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.deploy.journal import Entry
    from sam_deploy.history import ReleaseRecord

PATIENCE_SECONDS: Final = 6.0
"""A region that has answered nothing for so long is told, and the others are shown."""
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
    """Show which version every function serves, by region and environment.

    Then the release of each environment: since when, by whom, of which commit; and where an alias
    is not where that release has put it. What was not finished is shown first.
    """
    from sam_deploy import config, plan, release  # noqa: PLC0415 - boto3 and pydantic
    from sam_deploy.cli.history import reading  # noqa: PLC0415 - with the others

    app = config.load(chosen.project)
    planned = plan.make(app, chosen.project, plan.Request((), regions))
    console = consoles.make("plain")
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    with ThreadPoolExecutor(2) as pool:
        survey = release.Surveyor(PATIENCE_SECONDS)
        surveyed = pool.submit(survey.read, app, place.aws, planned.regions)
        told, silent = _told_or_silent(app, place)
        sight = surveyed.result()
    served, failed = sight.served, {**silent, **sight.failed}
    if not served:
        refuse_failed(failed, planned.regions)
    drifted = tuple(
        drift for each in told.latest.values() for drift in release.drifts(each, served)
    )
    if as_json:
        click.echo(status_screens.status_json(served, told.latest, drifted))
        refuse_failed(failed, planned.regions, answered=True)
        return
    console.say(place.line(planned.regions))
    for each in told.unfinished:
        console.say(f"\n{each}\n")
    click.echo(said(screens.status_table(served, columns_of()), sys.stdout))
    if told.latest:
        releases = status_screens.releases_table(told.latest, drifted, time.time(), columns_of())
        apart = reading.apart(app, told.latest, served)
        click.echo(said("\n" + "\n\n".join((releases, *apart)), sys.stdout))
    if told.unfinished:
        console.say(f"\nnext: {options.program()} {told.way_on}")
    refuse_failed(failed, planned.regions)


def _told_or_silent(app: App, place: Place) -> tuple[Told, Mapping[str, SamDeployError]]:
    """Return what the records say, or that their region does not answer."""
    try:
        return told_of(app, place), {}
    except UnreachableError as error:
        return Told({}, ()), {app.home_region: error}


@dataclass(frozen=True, slots=True)
class Told:
    """What the records of an app say."""

    latest: Mapping[str, ReleaseRecord]
    """Environment -> its newest release."""
    unfinished: tuple[str, ...]
    open: Entry | None = None
    """Of the promotion, else of the deployment that was not finished."""

    @property
    def way_on(self) -> str:
        """Return the command that goes on with it, without the program."""
        from sam_deploy.deploy.way_on import way_on  # noqa: PLC0415 - boto3

        return shlex.join(way_on(self.open)) if self.open else "resume"


def told_of(app: App, place: Place) -> Told:
    """Return the newest release of each environment, and what has not come to its end."""
    from sam_deploy.cli import identity  # noqa: PLC0415 - boto3
    from sam_deploy.history import Releases  # noqa: PLC0415 - the same

    records = identity.records(identity.Identity(app.name, app.home_region, app.runtime), place)
    releases = Releases(records, app.name)
    names = [each.name for each in app.environments]
    with ThreadPoolExecutor(len(names) + 1) as pool:
        open_work = pool.submit(journals, records, app.name)
        found = list(pool.map(releases.latest, names))
        latest = {name: each for name, each in zip(names, found, strict=True) if each}
        promotion, entry = open_work.result()
        first = next((each for each in (promotion, entry) if each.is_open), None)
        return Told(latest, in_words(promotion, entry), first)


def unfinished(records: Records, name: str) -> tuple[str, ...]:
    """Return what earlier commands have begun and not finished, promotions first."""
    return in_words(*journals(records, name))


def journals(records: Records, name: str) -> tuple[Entry, Entry]:
    """Return the journals of the last promotion and of the last deployment."""
    from sam_deploy.deploy import journal, promotions  # noqa: PLC0415 - boto3

    return promotions.read(records, name), journal.read(records, name).entry


def in_words(promotion: Entry, entry: Entry) -> tuple[str, ...]:
    """Return what these journals say is not finished, and how far it is."""
    from sam_deploy.deploy import promotions  # noqa: PLC0415 - boto3

    found = []
    if promotion.is_open:
        found.append(
            f"{promotions.began(promotion)}, was not finished: {promotions.progress(promotion)}.\n"
            "`resume` finishes it, `resume --abort` takes it back"
        )
    if entry.is_open:
        left = [
            each.replace(" ", " in ") for each, at in entry.places.items() if at.state != "done"
        ]
        what = f": {', '.join(left)}" if left else ""
        found.append(f"{promotions.began(entry)}, was not finished{what}{_why(entry)}")
    return tuple(found)


def _why(entry: Entry) -> str:
    from sam_deploy.deploy.way_on import is_unhealthy  # noqa: PLC0415 - boto3

    if not is_unhealthy(entry):
        return ""
    return (
        ".\nIts code did not work in the first region: a deployment of corrected code takes its "
        "place; `resume` brings the same again"
    )
