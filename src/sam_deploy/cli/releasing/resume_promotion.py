"""`sam-deploy resume`, when a promotion or rollback is what was interrupted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import identity, options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import promote_screens
from sam_deploy.cli.releasing.promote_command import told
from sam_deploy.cli.releasing.promoting import Command
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal.console import Console
from sam_deploy.errors import RefusedError, RolledBackError

if TYPE_CHECKING:
    from sam_deploy.cli.identity import Identity
    from sam_deploy.cli.wiring import Place
    from sam_deploy.deploy.journal import Entry
    from sam_deploy.promotion import ReleasePlan


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options say."""

    chosen: Globals
    target: str | None
    console: Console
    abort: bool
    without: tuple[str, ...]
    as_json: bool


def left(who: Identity, place: Place) -> Entry | None:
    """Return the journal of a promotion that has not come to its end; nothing when all have."""
    entry = last(who, place)
    return entry if entry.is_open else None


def last(who: Identity, place: Place) -> Entry:
    """Return the journal of the last promotion or rollback; empty when there was none."""
    from sam_deploy.deploy import promotions  # noqa: PLC0415 - boto3

    return promotions.read(identity.records(who, place), who.name)


def resumed(asked: Asked, who: Identity, place: Place) -> bool:
    """Say whether a promotion was what had been left, which has come to its end then.

    Raises `RefusedError` for options that are about a promotion, when there is none.
    """
    entry = left(who, place)
    if entry is not None:
        resume(asked, entry)
        return True
    if asked.abort or asked.without:
        refuse_nothing()
    return False


def refuse_nothing() -> None:
    """Raise `RefusedError`: there is no promotion to take back."""
    raise RefusedError(
        "No promotion is unfinished",
        why="`--abort` and `--without-region` are about promotions and rollbacks",
        hint="`sam-deploy resume` alone goes on with a deployment; `rollback` goes back to an "
        "earlier release",
    )


def resume(asked: Asked, entry: Entry) -> None:
    """The promotion has come to its end, one way or the other."""
    from sam_deploy.promotion import resume as resuming  # noqa: PLC0415 - boto3

    console = asked.console
    console.say(f"Going on with `{entry.command}`, begun {entry.started} by {entry.who}")
    name = "resume --abort" if asked.abort else "resume"
    how = Command(asked.chosen, asked.target, name, console, take_expired_lock=True)
    request = resuming.Request((entry.id, entry.epoch), asked.abort, asked.without)
    try:
        came = how.run(lambda to, app: resuming.resume(to, app, request))
    finally:
        console.close()
    plan = came.plan
    if came.done is not None:
        told(came.done, console, as_json=asked.as_json)
        if asked.abort:
            raise finished(plan)
        return
    if asked.as_json:
        click.echo(document({**promote_screens.plan_json(plan), "outcome": "returned"}))
    if not asked.abort:
        raise RolledBackError(
            f"The {plan.act} of {plan.environment} had failed, and is taken back now",
            why=came.why
            or entry.release.get("cause", "")
            or "it was being taken back when it stopped",
            state=came.state,
            hint="correct the cause, then run it again",
        )
    console.say(f"\nTaken back: {came.state}\n\nnext: {options.program()} status")


def finished(plan: ReleasePlan) -> RefusedError:
    """Return the error of `--abort` when there was nothing left to take back."""
    return RefusedError(
        f"The {plan.act} of {plan.environment} was finished, and not taken back",
        why="every alias served the new release already when it stopped: only the record of it "
        "was missing",
        state=f"{plan.environment} serves the new release in every region",
        hint=f"`{options.program()} rollback {plan.environment}` goes back to the release before",
    )
