"""What `sam-deploy settings` needs to know first: the place, the environment, the value, a yes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import identity, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sam_deploy.aws import Aws
    from sam_deploy.cli.settings.settings_survey import Known
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App

STANDARD_INPUT: Final = "-"


def chosen_environment(chosen: Globals, app: App, given: str | None) -> str:
    """Return the environment that was given, else what ENV says. Raises `ConfigError`."""
    from sam_deploy.cli.settings.settings_survey import checked_environment  # noqa: PLC0415 - pydantic
    from sam_deploy.config import settings  # noqa: PLC0415 - reads `.env`

    named = given or settings.read(chosen.project).environment
    if not named:
        raise ConfigError(
            "It is not said which environment is meant",
            why="every environment has values of its own",
            hint=f"add `--environment {app.environments[0].name}`",
        )
    return checked_environment(app, named)


def refuse_argument(name: str, value: str | None, *, secret: bool) -> None:
    """Raise `RefusedError` for a secret that stands on the command line."""
    if secret and value not in {None, STANDARD_INPUT}:
        raise RefusedError(
            f"`{name}` is a secret, and its value stands on the command line",
            why="the shell keeps it in its history, and other programs can see it",
            hint="leave it out to be asked for it, or write `-` and send it to standard input; "
            "consider this value known",
        )


def given_value(name: str, environment: str, value: str | None) -> str:
    """Return the value: the argument, standard input for `-`, else what is typed unseen.

    One line break at the end of standard input is not part of it. Raises `ConfigError` when there
    is no terminal to ask at.
    """
    if value == STANDARD_INPUT:
        text = sys.stdin.read()
        return text.removesuffix("\n").removesuffix("\r")
    if value is not None:
        return value
    if not sys.stdin.isatty():
        raise ConfigError(
            f"`{name}` has no value to be set to",
            why="none was given, and there is no terminal to ask at",
            hint="write `-` in its place to read it from standard input",
        )
    question = f"Value of {name} in {environment} (not shown)"
    return str(click.prompt(question, hide_input=True, confirmation_prompt=True, err=True))


def kept_by_stack(known: Known, environment: str) -> RefusedError:
    """Return why a value cannot be changed here."""
    if known.made_in:
        why = "Secrets Manager makes it up for the stack (`generate=True`)"
        hint = "take `generate=True` out of `deploy.py` and deploy first"
    else:
        why = "`deploy.py` gives it, and the next deployment would write it again"
        hint = "change `value=` in `deploy.py` and deploy; or take it out, deploy, and set it here"
    return RefusedError(
        f"The stack keeps the value of `{known.name}` in `{environment}`", why=why, hint=hint
    )


def writing_place(
    chosen: Globals, target: str | None, app: App, regions: tuple[str, ...]
) -> wiring.Place:
    """Return where to write: the account is the right one. Starts the embedded cloud if need be."""
    from sam_deploy import provide  # noqa: PLC0415 - boto3

    console = consoles.make("auto")
    try:
        place = wiring.reach(chosen, target, console, writing=True, runtime=app.runtime)
        console.say(place.line(regions))
        provide.guard_account(place.aws, regions[0], place.expected_account)
    finally:
        console.close()
    return place


def approve(what: str, regions: tuple[str, ...]) -> None:
    """Raise `RefusedError` unless a person says yes to writing to AWS."""
    question = f"{what} on AWS in {', '.join(regions)}? (yes/no)"
    if click.prompt(question, default="no", err=True).strip().lower() != "yes":
        raise RefusedError(
            "Nothing was changed", why="the answer was not yes", hint="answer yes to go on"
        )


def carried_out(
    chosen: Globals,
    target: str | None,
    app: App,
    regions: tuple[str, ...],
    work: Callable[[Aws], str],
    what: str,
    *,
    environment: str,
    approved: bool,
) -> str:
    """Do `work`; ask first when that is on AWS. Return what it says came of it.

    Raises `RefusedError`, before anything is reached, when there is nobody to ask, and
    `IncompleteError` while a promotion or rollback of the environment is not at its end.
    """
    named, _ = wiring.choose_target(chosen, target, writing=True)
    if named == "aws" and not approved and not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to write to AWS",
            why="standard input is no terminal",
            hint="add `--auto-approve` when this is meant, as in CI",
        )
    place = writing_place(chosen, target, app, regions)
    _refuse_unfinished(app, place, environment)
    if place.target == "aws" and not approved:
        approve(what, regions)
    return work(place.aws)


def _refuse_unfinished(app: App, place: Place, environment: str) -> None:
    """Two versions may be served, or none is certain: both would read another value at once."""
    from sam_deploy.aws import DeniedError  # noqa: PLC0415 - boto3
    from sam_deploy.cli.standing import status_command  # noqa: PLC0415 - the same
    from sam_deploy.deploy import promotions  # noqa: PLC0415 - the same

    records = identity.records(identity.Identity(app.name, app.home_region, app.runtime), place)
    try:
        entry = promotions.read(records, app.name)
        running = entry.is_open and status_command.is_at_work(records, app.name)
    except DeniedError:
        return  # whoever may write settings alone reads no journal
    if entry.is_open and entry.environment == environment:
        raise promotions.unfinished(entry, running=running)
