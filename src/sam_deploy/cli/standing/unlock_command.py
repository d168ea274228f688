"""`sam-deploy unlock [ID]`."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import identity, options, sam_options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.errors import RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.identity import Identity
    from sam_deploy.cli.wiring import Place
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
    place = identity.reach(chosen, who, target)
    console = identity.quiet()
    console.say(place.line((who.home_region,)))
    records = identity.records(who, place)
    if journal:
        with _locked(records, who, place):
            for kept in set_aside(records, who.name):
                console.say(f"set aside as `{kept}`")
        console.say(
            "The next deployment looks at AWS alone; aliases of a promotion may differ between "
            f"regions\n\nnext: {options.program()} status"
        )
        return
    found = seen(records, who.name)
    if found is None:
        console.say(f"Nobody holds the lock of {who.name}")
        return
    console.say(found.text)
    agreed(found.lock_id, lock_id)
    if not records.delete(found.key, found.etag):
        raise RefusedError(
            "The lock was not taken away",
            why="its holder has shown that it lives, or somebody else holds it by now",
            hint="look again: `sam-deploy unlock`",
        )
    console.say(f"Its hold is ended\n\nnext: {options.program()} resume")


@contextlib.contextmanager
def _locked(records: Documents, who: Identity, place: Place) -> Iterator[None]:
    """Nobody deploys meanwhile, whose journal it is."""
    from sam_deploy.deploy.lock import locked  # noqa: PLC0415 - boto3
    from sam_deploy.deploy.owner import this_process  # noqa: PLC0415 - the same

    caller = place.aws.caller(who.home_region)
    owner = this_process("unlock --journal", caller.arn or caller.account)
    with locked(records, who.name, owner, Stop()):
        yield


@dataclass(frozen=True, slots=True)
class Seen:
    """A lock as it lies there, and what is typed to end its hold."""

    key: str
    etag: str
    lock_id: str
    text: str


def seen(records: Documents, name: str) -> Seen | None:
    """Return the lock of an app; also one that cannot be read, under the id of its state."""
    from sam_deploy.deploy import lock  # noqa: PLC0415 - boto3

    key = lock.key_of(name)
    try:
        held = lock.look(records, name)
    except RefusedError:
        found = records.read(key)
        if found is None:
            return None
        state = found.etag.strip('"')
        return Seen(key, found.etag, state, f"lock {state}\n  it cannot be read")
    if held is None:
        return None
    return Seen(key, held.etag, held.owner.id, holder_text(held, time.time()))


def holder_text(held: Held, now: float) -> str:
    """Return who holds the lock, in full."""
    owner = held.owner
    return (
        f"lock {owner.id}\n  command  {owner.command}\n  by       {owner.who}\n"
        f"  on       {owner.host}, process {owner.pid}\n  since    {owner.started}\n"
        f"  heard of {held.silence(now):.0f} s ago"
    )


def agreed(lock_id: str, typed: str | None) -> None:
    """Raise `RefusedError` unless the lock that was shown is the one that is meant."""
    if typed is None and sys.stdin.isatty():
        typed = click.prompt("To end its hold, type the id of the lock", err=True).strip()
    if typed != lock_id:
        raise RefusedError(
            "The lock is still held",
            why=f"its id is {lock_id}" + (f", not {typed}" if typed else ""),
            hint=f"when that process is gone: `sam-deploy unlock {lock_id}`",
        )


def set_aside(records: Documents, name: str) -> tuple[str, ...]:
    """Journals that cannot be read are kept under other names, which are returned.

    That of deployments and that of promotions are looked at. Raises `RefusedError` when both can
    be read, or when there is none.
    """
    from sam_deploy.deploy import journal as journals  # noqa: PLC0415 - boto3

    every = (name, journals.release_name(name))
    there = [each for each in every if records.read(journals.key_of(each)) is not None]
    if not there:
        raise RefusedError(
            "There is no journal to set aside",
            why=f"`{journals.key_of(name)}` does not exist",
            hint="nothing to do",
        )
    moved = tuple(path for each in there if (path := _set_aside(records, each)))
    if not moved:
        raise RefusedError(
            "The journal can be read, so it is not set aside",
            why="it says what is left of a deployment or promotion, or that the last one came to "
            "its end",
            hint="`sam-deploy resume` finishes what is left",
        )
    return moved


def _set_aside(records: Documents, name: str) -> str:
    """Return the new name of a journal that cannot be read; '' for one that can."""
    from sam_deploy.deploy import journal as journals  # noqa: PLC0415 - boto3

    key = journals.key_of(name)
    found = records.read(key)
    try:
        journals.read(records, name)
    except journals.OtherVersionError:
        raise
    except RefusedError:
        if found is None:
            return ""
        kept = f"{key}.{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        records.create(kept, found.body)
        records.delete(key, found.etag)
        return kept
    return ""
