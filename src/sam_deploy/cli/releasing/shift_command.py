"""`sam-deploy shift status | advance | abort`."""

from __future__ import annotations

import socket
import sys
import time
import uuid
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import identity, options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import promote_screens, resume_promotion, shift_screens
from sam_deploy.cli.sam_options import SamChoice
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Progress
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.aws import Records
    from sam_deploy.cli.identity import Identity
    from sam_deploy.cli.wiring import Place
    from sam_deploy.promotion.shifting.requests import Act, Ask
    from sam_deploy.promotion.shifting.standing import Standing

ANSWER_SECONDS: Final = 45.0
"""Looks are ten seconds apart; one at a region that does not answer takes longer."""
LOOK_SECONDS: Final = 0.5
EPILOG: Final = """\b
Examples:
  sam-deploy shift status    step, weights, calls, alarms, and who watches it
  sam-deploy shift advance   end this step's waiting, unless an alarm fires
  sam-deploy shift abort     every call back to the old version
"""


@click.group("shift", epilog=EPILOG)
def command() -> None:
    """Look at a canary under way, from another terminal: end its waiting, or take it back."""


@command.command("status")
@options.target_option
@options.json_option
@click.pass_obj
def status(chosen: Globals, target: str | None, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show how far a shift is, and what is seen of it. Reads only, and needs no lock."""
    from sam_deploy.promotion.shifting import standing as standings  # noqa: PLC0415 - boto3

    who, place, records = _reach(chosen, target, writing=False)
    standing = standings.read(records, who.name)
    if standing is None:
        if as_json:
            click.echo(document({"shift": None}))
        else:
            consoles.make("plain").say(f"No shift of {who.name} is under way")
        return
    seen = standings.look(standing, place.aws)
    if as_json:
        click.echo(document(shift_screens.standing_json(standing, seen)))
        return
    text = shift_screens.standing_text(standing, seen, options.program(), columns_of())
    click.echo(said(text, sys.stdout))


@command.command("advance")
@options.target_option
@click.pass_obj
def advance(chosen: Globals, target: str | None) -> None:
    """End this step's waiting early: for its time, and for calls that do not come.

    Refused while an alarm fires, or is not known to be well. The audit says who has asked.
    """
    who, place, records = _reach(chosen, target)
    standing = _under_way(records, who)
    if not standing.watched:
        raise RefusedError(
            "Nobody watches this shift, so it cannot be advanced",
            why=shift_screens.watcher_text(standing),
            state=shift_screens.deadline_text(standing),
            hint="`sam-deploy resume` goes on with it; `sam-deploy shift abort` takes it back",
        )
    asked = _ask(records, place, who, standing, "advance")
    answer = _answer(records, who, asked)
    if answer is None:
        raise _no_answer(standing, "it goes on as before")
    if not answer.done:
        raise RefusedError(
            "The shift was not advanced",
            why=answer.answer,
            state="it goes on as before",
            hint="`sam-deploy shift status` shows what it waits for",
        )
    consoles.make("plain").say(answer.answer)


@command.command("abort")
@options.target_option
@options.json_option
@options.progress_options
@click.option("--auto-approve", is_flag=True, help="Do not ask when nobody watches it.")
@click.pass_obj
def abort(
    chosen: Globals,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    auto_approve: bool,  # noqa: FBT001 - the same
) -> None:
    """Take everything back: every call to the old version, in every region.

    The process that watches it does that. When it is dead or silent, this command does, as
    `resume --abort` would.
    """
    who, place, records = _reach(chosen, target)
    standing = _under_way(records, who)
    console = consoles.make(progress, verbose=verbose)
    if standing.watched:
        asked = _ask(records, place, who, standing, "abort")
        answer = _answer(records, who, asked)
        if answer is not None:
            console.say(answer.answer)
            _wait_for_end(records, who, standing)
            if as_json:
                told = {**promote_screens.plan_json(standing.plan), "outcome": "returned"}
                click.echo(document(told))
            console.say(f"\nTaken back: {standing.plan.environment} serves what it served before")
            return
    console.say(shift_screens.watcher_text(standing))
    console.say(shift_screens.deadline_text(standing))
    _agree(auto_approve=auto_approve)
    asked_for = resume_promotion.Asked(chosen, target, console, True, (), as_json)
    resume_promotion.resume(asked_for, standing.entry)


def _reach(
    chosen: Globals, target: str | None, *, writing: bool = True
) -> tuple[Identity, Place, Records]:
    who = identity.of_project(chosen, SamChoice())
    place = identity.reach(chosen, who, target, writing=writing)
    return who, place, identity.records(who, place)


def _under_way(records: Records, who: Identity) -> Standing:
    from sam_deploy.promotion.shifting import standing as standings  # noqa: PLC0415 - boto3

    found = standings.read(records, who.name)
    if found is None:
        raise RefusedError(
            f"No shift of {who.name} is under way",
            why="no promotion with steps is open",
            state="nothing was changed",
            hint="`sam-deploy status` shows what is live; `sam-deploy rollback` goes back",
        )
    return found


def _ask(records: Records, place: Place, who: Identity, standing: Standing, act: Act) -> Ask:
    from sam_deploy.deploy.journal import utc_now  # noqa: PLC0415 - boto3
    from sam_deploy.promotion.shifting import requests  # noqa: PLC0415 - the same

    caller = place.aws.caller(who.home_region)
    ask = requests.Ask(
        promotion=standing.entry.id,
        epoch=standing.entry.epoch,
        step=str(standing.step),
        act=act,
        who=caller.arn or caller.account,
        host=socket.gethostname(),
        made=utc_now(),
        id=uuid.uuid4().hex[:12],
    )
    requests.make(records, who.name, ask)
    return ask


def _answer(records: Records, who: Identity, asked: Ask) -> Ask | None:
    """Return the answer to a request; nothing when none comes in time."""
    from sam_deploy.promotion.shifting import requests  # noqa: PLC0415 - boto3

    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        found = requests.read(records, who.name)
        if found is None or found.id != asked.id:
            return None  # somebody else has asked for something since
        if found.answer:
            return found
        time.sleep(LOOK_SECONDS)
    return None


def _wait_for_end(records: Records, who: Identity, standing: Standing) -> None:
    """Wait until it is taken back. Raises `RefusedError` when that is not seen in time."""
    from sam_deploy.deploy import promotions  # noqa: PLC0415 - boto3

    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        entry = promotions.read(records, who.name)
        if entry.id != standing.entry.id or not entry.is_open:
            return
        time.sleep(LOOK_SECONDS)
    raise _no_answer(standing, "it has begun to take everything back")


def _no_answer(standing: Standing, state: str) -> RefusedError:
    return RefusedError(
        "Whoever watches the shift gives no answer",
        why=shift_screens.watcher_text(standing),
        state=f"{state}; {shift_screens.deadline_text(standing)}",
        hint="`sam-deploy shift status` shows how it stands; `sam-deploy resume --abort` takes it "
        "back once its lock is free",
    )


def _agree(*, auto_approve: bool) -> None:
    if auto_approve:
        return
    if not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to take the shift back",
            why="there is no terminal",
            hint="add `--auto-approve` when this is meant, or run `sam-deploy resume --abort`",
        )
    if click.prompt("Take everything back now? (yes/no)", default="no", err=True).strip() != "yes":
        raise RefusedError(
            "The shift was not taken back",
            why="the answer was not `yes`",
            state="nothing was changed by this command",
            hint="`sam-deploy resume` goes on with it",
        )
