"""`sam-deploy audit verify | list`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.history import screens
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.cli.history.reading import Shelves
    from sam_deploy.history import Releases, Verdict

AT_ONCE: Final = 16
EARLIER: Final = "earlier states are in the bucket (versioning): compare them before anything else"
EPILOG = """\b
Examples:
  sam-deploy audit verify           walk all of it; exit 5 names the bad event
  sam-deploy audit list --limit 50  what happened, the newest first
"""


@click.group("audit", epilog=EPILOG)
def command() -> None:
    """Show what happened to the app, and whether that was changed since."""


@command.command("verify")
@options.target_option
@options.json_option
@click.pass_obj
def verify(
    chosen: Globals,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Walk the whole audit: every event is as it was written, and none is missing.

    The records of releases that it tells of are compared, too.
    """
    from sam_deploy.cli.history import reading  # noqa: PLC0415 - boto3

    shelves = reading.reach(chosen, target)
    verdict = shelves.chain.verify()
    refuse_faults(verdict, shelves)
    if as_json:
        click.echo(screens.verdict_json(verdict))
        return
    consoles.make("plain").say(shelves.place.line((shelves.app.home_region,)))
    click.echo(said(screens.verdict_text(verdict), sys.stdout))


def refuse_faults(verdict: Verdict, shelves: Shelves) -> None:
    """Raise `RefusedError` that names the first event or record that is not as it was written."""
    fault = verdict.fault
    if fault is not None:
        whole = f"events 1 to {verdict.links} are as they were written"
        raise RefusedError(
            f"Event {fault.number} of the audit is not as it was written"
            if fault.number
            else "The end of the audit is not known",
            why=f"`{fault.key}`: {fault.why}",
            state=whole if verdict.links else "",
            hint=f"{EARLIER}: `{shelves.records.bucket}` in `{shelves.records.region}`",
        )
    releases = shelves.releases
    if not verdict.links and releases.environments():
        raise RefusedError(
            "The audit is empty, although releases are on record",
            why="it was taken away, or could not be written when they were made",
            hint=f"{EARLIER}: `{shelves.records.bucket}` in `{shelves.records.region}`",
        )
    wrong = _wrong_records(verdict, releases)
    if wrong:
        release_id, why = wrong[0]
        raise RefusedError(
            f"The record of release `{release_id}` is not as it was written",
            why=why,
            state=f"all {verdict.links} events of the audit are as they were written",
            problems=tuple(f"`{each}`: {said}" for each, said in wrong) if wrong[1:] else (),
            hint=f"{EARLIER}: `{shelves.records.bucket}` in `{shelves.records.region}`",
        )


def _wrong_records(verdict: Verdict, releases: Releases) -> list[tuple[str, str]]:
    """Return release and reason for each record that is not the one that the audit tells of."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        stored = list(pool.map(releases.stored_sha256, verdict.records))
    return [
        (release_id, "its hash is another one than the audit tells" if found else "it is gone")
        for (release_id, told), found in zip(verdict.records.items(), stored, strict=True)
        if found != told
    ]


@command.command("list")
@options.limit_option(10_000)
@options.target_option
@options.json_option
@click.pass_obj
def list_events(
    chosen: Globals,
    limit: int,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Show the events, the newest first."""
    from sam_deploy.cli.history import reading  # noqa: PLC0415 - boto3

    shelves = reading.reach(chosen, target)
    found = shelves.chain.newest(limit)
    if as_json:
        click.echo(screens.events_json(found))
        return
    consoles.make("plain").say(shelves.place.line((shelves.app.home_region,)))
    if found:
        click.echo(screens.events_text(found, columns_of()))
    else:
        click.echo("nothing is on record yet: the first deployment begins the audit")
