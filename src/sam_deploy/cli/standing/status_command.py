"""`sam-deploy status`."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options, screens, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.standing import status_screens
from sam_deploy.cli.standing.failed_regions import refuse_failed
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import RefusedError, SamDeployError, UnreachableError

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
    newest = told.latest.values()
    drifted = tuple(drift for each in newest for drift in release.drifts(each, served))
    if as_json:
        # the document has promotions alone
        _say_each(console, told.unfinished)
        rows = status_screens.status_rows(served, told.latest, drifted, told.by_environment)
        click.echo(screens.document(rows))
        refuse_failed(failed, planned.regions, answered=True)
        return
    console.say(place.line(planned.regions))
    _say_each(console, [f"\n{each}\n" for each in told.unfinished])
    click.echo(said(screens.status_table(served, columns_of()), sys.stdout))
    if told.latest:
        releases = status_screens.releases_table(told.latest, drifted, time.time(), columns_of())
        apart = reading.apart(app, told.latest, served)
        click.echo(said("\n" + "\n\n".join((releases, *apart)), sys.stdout))
    if told.unfinished:
        console.say(f"\nnext: {options.program()} {told.way_on}")
    refuse_failed(failed, planned.regions)


def _say_each(console: Console, sentences: Sequence[str]) -> None:
    for each in sentences:
        console.say(each)


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
    running: bool = False
    """Whether whoever has begun it is at work, as far as the lock tells."""
    by_environment: Mapping[str, str] = field(default_factory=dict)
    """Environment -> the promotion or rollback of it that is not at its end."""

    @property
    def way_on(self) -> str:
        """Return the command that goes on with it, without the program."""
        from sam_deploy.deploy import promotions  # noqa: PLC0415 - boto3
        from sam_deploy.deploy.way_on import way_on  # noqa: PLC0415 - the same

        if self.running and self.open:
            return "shift status" if promotions.is_shifting(self.open) else "status"
        return shlex.join(way_on(self.open)) if self.open else "resume"


def told_of(app: App, place: Place) -> Told:
    """Return the newest release of each environment, and what has not come to its end."""
    from sam_deploy.cli import identity  # noqa: PLC0415 - boto3
    from sam_deploy.history import Releases  # noqa: PLC0415 - the same

    records = identity.records(identity.Identity(app.name, app.home_region, app.runtime), place)
    releases = Releases(records, app.name)
    names = [each.name for each in app.environments]
    with ThreadPoolExecutor(len(names) + 1) as pool:
        open_work = pool.submit(unfinished, records, app.name)
        found = list(pool.map(releases.latest, names))
        latest = {name: each for name, each in zip(names, found, strict=True) if each}
        return replace(open_work.result(), latest=latest)


def unfinished(records: Records, name: str) -> Told:
    """Return what commands have begun that is not at its end, promotions first; no release."""
    promotion, entry = journals(records, name)
    first = next((each for each in (promotion, entry) if each.is_open), None)
    running = first is not None and is_at_work(records, name)
    words = in_words(promotion, entry, running=running)
    by_environment = {promotion.environment: words[0]} if promotion.is_open else {}
    return Told({}, words, first, running, by_environment)


def is_at_work(records: Records, name: str) -> bool:
    """Whether somebody holds the app's lock and shows that he lives."""
    from sam_deploy.deploy import lock  # noqa: PLC0415 - boto3
    from sam_deploy.deploy.owner import is_dead  # noqa: PLC0415 - the same

    try:
        held = lock.look(records, name)
    except RefusedError:
        return False  # of another version of sam-deploy, whose hold says nothing
    return held is not None and not is_dead(held.owner) and not held.quiet(time.time())


def journals(records: Records, name: str) -> tuple[Entry, Entry]:
    """Return the journals of the last promotion and of the last deployment."""
    from sam_deploy.deploy import journal, promotions  # noqa: PLC0415 - boto3

    return promotions.read(records, name), journal.read(records, name).entry


def in_words(promotion: Entry, entry: Entry, *, running: bool = False) -> tuple[str, ...]:
    """Return what these journals say is not at its end, and how far it is.

    `running`: somebody is at work on the app, on the promotion when that is open.
    """
    from sam_deploy.deploy import promotions  # noqa: PLC0415 - boto3

    found = []
    if promotion.is_open:
        found.append(promotions.open_in_words(promotion, running=running))
    if entry.is_open:
        left = [
            each.replace(" ", " in ") for each, at in entry.places.items() if at.state != "done"
        ]
        what = f": {', '.join(left)}" if left else ""
        alone = running and not promotion.is_open
        verb = "is under way" if alone else "was not finished"
        found.append(f"{promotions.began(entry)}, {verb}{what}{'' if alone else _why(entry)}")
    return tuple(found)


def _why(entry: Entry) -> str:
    from sam_deploy.deploy.way_on import is_unhealthy  # noqa: PLC0415 - boto3

    if not is_unhealthy(entry):
        return ""
    return (
        ".\nIts code did not work in the first region: a deployment of corrected code takes its "
        "place; `resume` brings the same again"
    )
