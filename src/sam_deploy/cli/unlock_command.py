"""`sam-deploy unlock [ID]`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import identity, options, sam_options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.deploy.lock import Documents, Held

EPILOG = """\b
Examples:
  sam-deploy unlock               show who holds the lock, and ask
  sam-deploy unlock 3f1c09ab77de  end that hold, without a question
"""


@click.command("unlock", epilog=EPILOG, cls=SamCommand)
@click.argument("lock_id", required=False, metavar="[ID]")
@click.option("--journal", is_flag=True, help="Set a journal aside that cannot be read.")
@options.target_option
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    lock_id: str | None,
    journal: bool,  # noqa: FBT001 - click passes options by name
    target: str | None,
    sam: SamChoice,
) -> None:
    """End the hold of a deployment that has died, so that others can deploy.

    Whoever still runs under that lock stops at its next write. Ask before: the screen says who it
    is, on which machine, and when it was last heard of.
    """
    who = identity.of_project(chosen, sam)
    place = identity.reach(chosen, who, target, "deploy")
    console = identity.quiet()
    console.say(place.line((who.home_region,)))
    records = identity.records(who, place)
    if journal:
        set_aside(records, who.name)
        console.say("The journal was set aside; the next deployment looks at AWS alone")
        return
    from sam_deploy.deploy import lock  # noqa: PLC0415 - boto3

    held = lock.look(records, who.name)
    if held is None:
        console.say(f"Nobody holds the lock of {who.name}")
        return
    console.say(holder_text(held, time.time()))
    agreed(held, lock_id)
    if not records.delete(lock.key_of(who.name), held.etag):
        raise RefusedError(
            "The lock was not taken away",
            why="its holder has shown that it lives, or somebody else holds it by now",
            hint="look again: `sam-deploy unlock`",
        )
    console.say("Its hold is ended\n\nnext: sam-deploy resume")


def holder_text(held: Held, now: float) -> str:
    """Return who holds the lock, in full."""
    owner = held.owner
    return (
        f"lock {owner.id}\n  command  {owner.command}\n  by       {owner.who}\n"
        f"  on       {owner.host}, process {owner.pid}\n  since    {owner.started}\n"
        f"  heard of {now - held.beat:.0f} s ago"
    )


def agreed(held: Held, lock_id: str | None) -> None:
    """Raise `RefusedError` unless the lock that was shown is the one that is meant."""
    if lock_id is None and sys.stdin.isatty():
        lock_id = click.prompt("To end its hold, type the id of the lock", err=True).strip()
    if lock_id != held.owner.id:
        raise RefusedError(
            "The lock is still held",
            why=f"its id is {held.owner.id}" + (f", not {lock_id}" if lock_id else ""),
            hint=f"when that process is gone: `sam-deploy unlock {held.owner.id}`",
        )


def set_aside(records: Documents, name: str) -> None:
    """A journal that cannot be read is kept under another name. Raises when it can be read."""
    from sam_deploy.deploy import journal as journals  # noqa: PLC0415 - boto3

    key = journals.key_of(name)
    found = records.read(key)
    if found is None:
        raise RefusedError(
            "There is no journal to set aside", why=f"`{key}` does not exist", hint="nothing to do"
        )
    try:
        journals.read(records, name)
    except RefusedError:
        records.create(f"{key}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}", found.body)
        records.delete(key, found.etag)
        return
    raise RefusedError(
        "The journal can be read, so it is not set aside",
        why="it says what is left of a deployment, or that the last one came to its end",
        hint="`sam-deploy resume` finishes what is left",
    )
