"""`sam-deploy resume`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import identity, options, sam_options
from sam_deploy.cli.deploying import carry_out, jobs
from sam_deploy.cli.deploying.contexts import REGIONS_AT_ONCE, How
from sam_deploy.cli.deploying.deploy_command import told
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import resume_promotion
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.cli.identity import Identity
    from sam_deploy.cli.wiring import Place
    from sam_deploy.deploy.journal import Entry
    from sam_deploy.manifest import Manifest

EPILOG = """\b
Examples:
  sam-deploy resume               finish what was begun, here or elsewhere
  sam-deploy resume --target aws  the same on AWS
  sam-deploy resume --abort       take an unfinished promotion back
"""
GONE: Final = (
    "what it held is gone, and what was to be resumed with it: a deployment begins anew there"
)


@click.command("resume", epilog=EPILOG, cls=SamCommand)
@options.target_option
@options.json_option
@options.progress_options
@click.option("--auto-approve", is_flag=True, help="Do not ask before writing to AWS.")
@click.option("--sequential", is_flag=True, help="One region at a time.")
@click.option("--wait", is_flag=True, help="Wait while somebody else's operation runs.")
@click.option(
    "--allow-replace",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Let this be lost, beside what was allowed before; repeatable.",
)
@click.option(
    "--recreate", is_flag=True, help="Make a stack anew that never came up, data left or not."
)
@click.option("--abort", is_flag=True, help="Take an unfinished promotion back.")
@click.option(
    "--without-region",
    "without",
    multiple=True,
    metavar="REGION",
    help="Go on with a promotion without a region that is down; repeatable.",
)
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    auto_approve: bool,  # noqa: FBT001 - the same
    sequential: bool,  # noqa: FBT001 - the same
    wait: bool,  # noqa: FBT001 - the same
    allow_replace: tuple[str, ...],
    recreate: bool,  # noqa: FBT001 - the same
    abort: bool,  # noqa: FBT001 - the same
    without: tuple[str, ...],
    sam: SamChoice,
) -> None:
    """Finish a deployment or promotion that was interrupted.

    A promotion ends with all aliases in all regions on the new version, or with all as before.
    A deployment goes on with the very archives it had.

    Nothing is built: what was to be deployed is kept beside the journal in the artifact bucket.
    Only what is left is done, on any machine. The lock of a process that has been silent for five
    minutes is taken over.
    """
    who = identity.of_project(chosen, sam)
    place = identity.reach(chosen, who, target, GONE)
    lines = consoles.make(progress, verbose=verbose)
    asked = resume_promotion.Asked(chosen, target, lines, abort, without, as_json)
    if resume_promotion.resumed(asked, who, place):
        return
    entry, manifest = left(who, place)
    how = How(
        approved=auto_approve,
        regions_at_once=1 if sequential else REGIONS_AT_ONCE,
        allow_replace=frozenset((*allow_replace, *entry.allowed)),
        console=functools.partial(consoles.make, progress, verbose=verbose),
        wait=wait,
        recreate=recreate,
        command="resume",
        take_expired_lock=True,
        goes_on_with=(entry.id, entry.epoch),
    )
    console = how.console()
    if manifest is None:
        latest = last_of(entry, resume_promotion.last(who, place))
        _tell_nothing(nothing_left(latest, who), console, as_json=as_json)
        return
    _tell_begin(entry, console)
    _go_on(chosen, manifest, target, console, how, as_json=as_json)


def _tell_begin(entry: Entry, console: Console) -> None:
    from sam_deploy.deploy.way_on import is_unhealthy  # noqa: PLC0415 - boto3

    console.say(f"Going on with `{entry.command}`, begun {entry.started} by {entry.who}")
    if is_unhealthy(entry):
        console.say("its code did not work; this brings the same code again, not what is changed")


def _tell_nothing(why: str, console: Console, *, as_json: bool) -> None:
    console.say(why)
    if as_json:
        click.echo(document({"resumed": False, "why": why}))


def _go_on(
    chosen: Globals,
    manifest: Manifest,
    target: str | None,
    console: Console,
    how: How,
    *,
    as_json: bool,
) -> None:
    """What is left of a deployment is done."""
    job = jobs.of_manifest(manifest, {})
    try:
        carried = carry_out.deploy(chosen, job, target, console, how)
    finally:
        console.close()
    told(job, carried, console, as_json=as_json)


def last_of(*entries: Entry) -> Entry:
    """Return the journal that was written last, of deployments or of promotions."""
    return max(entries, key=lambda each: each.updated or each.started)


def nothing_left(entry: Entry, who: Identity) -> str:
    """Return why there is nothing to resume, by the journal that was written last."""
    if not entry.id:
        return f"Nothing to resume: no deployment of {who.name} is on record here"
    back = entry.release.get("outcome") == "returned"
    end = "was taken back" if back else "came to its end"
    return f"Nothing to resume: `{entry.command}`, begun {entry.started}, {end}"


def left(who: Identity, place: Place) -> tuple[Entry, Manifest | None]:
    """Return the journal, and what a deployment that was interrupted was to bring."""
    from sam_deploy import manifest  # noqa: PLC0415 - boto3
    from sam_deploy.deploy import journal  # noqa: PLC0415 - the same

    records = identity.records(who, place)
    entry = journal.read(records, who.name).entry
    if not entry.is_open:
        return entry, None
    if entry.kind != "deploy":
        raise RefusedError(
            f"What was interrupted is no deployment, but `{entry.command}`",
            why=f"begun {entry.started} by {entry.who} on {entry.host}",
            hint=f"run `sam-deploy {entry.command}` again: it goes on from there",
        )
    found = records.read(entry.manifest) if entry.manifest else None
    if found is None:
        raise RefusedError(
            "What was to be deployed is not kept any more",
            why=f"`{entry.manifest}` is not in `{records.bucket}`",
            hint="run `sam-deploy deploy` from the sources; it does only what is left",
        )
    return entry, manifest.read(found.body, f"`{entry.manifest}`")
