"""`sam-deploy broker template | policy | status`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.releasing import broker_screens
from sam_deploy.cli.releasing.promoting import app_of, place_of
from sam_deploy.cli.screens import document
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.broker.policies import Audience, PolicyScope
    from sam_deploy.config.model import App

EPILOG = """\b
Examples:
  sam-deploy broker template --out broker.yaml  the stack of this app's broker
  sam-deploy broker policy people               ask it, never go around it
  sam-deploy broker policy pipeline             for what deploys
  sam-deploy broker status --target aws         can I go around it?
"""
OUT = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it there, instead of showing it.",
)


@click.group("broker", epilog=EPILOG)
def command() -> None:
    """Set up the function that alone may move promoted environments, and look after it.

    Optional. With it the one-time code is more than a guard against mistakes: who holds
    credentials cannot move prod without it. See docs/concepts/broker.md.
    """


@command.command("template")
@OUT
@click.pass_obj
def template(chosen: Globals, out: Path | None) -> None:
    """Write the broker's template: one stack, in the home region.

    It names every function and promoted environment of the app. When those change, write and
    deploy it again.
    """
    from sam_deploy.broker import guard  # noqa: PLC0415 - costs pydantic
    from sam_deploy.broker.template import broker_template  # noqa: PLC0415 - the same

    app = app_of(chosen)
    names = guard.names_of(app)
    _write(broker_template(guard.settings_of(app), names), out)
    if out is not None:
        consoles.make("plain").say(broker_screens.after_template(out, names, options.program()))


@command.command("policy")
@click.argument("audience", type=click.Choice(["people", "pipeline", "account"]))
@click.option("--account", default="", metavar="ID", help="Account; else that of the settings.")
@click.option(
    "--administrator",
    default="",
    metavar="ARN",
    help="Who may still change the broker, for `account`.",
)
@click.option("--part", default=1, metavar="N", help="Which one, when it takes several.")
@OUT
@click.pass_obj
def policy(
    chosen: Globals,
    audience: str,
    account: str,
    administrator: str,
    part: int,
    out: Path | None,
) -> None:
    """Write the IAM policy that makes it the only way.

    people: may call the broker, and neither move aliases, nor deploy, nor change the broker.
    pipeline: the same, but may deploy. account: a service control policy for everybody in the
    account, for who can change IAM there.
    """
    from sam_deploy.broker.policies import policies  # noqa: PLC0415 - costs pydantic

    scope = _scope(chosen, app_of(chosen), account, administrator)
    made = policies(scope, cast("Audience", audience))
    if not 1 <= part <= len(made):
        raise ConfigError(
            f"There is no part {part} of this policy",
            why=f"it has {len(made)}",
            hint="`--part 1` is the first one",
        )
    _write(json.dumps(made[part - 1], indent=2) + "\n", out)
    if len(made) > 1:
        more = f"this is part {part} of {len(made)}: attach all of them (`--part N`)"
        consoles.make("plain").say(more)


@command.command("status")
@options.target_option
@options.json_option
@click.pass_obj
def status(chosen: Globals, target: str | None, as_json: bool) -> None:  # noqa: FBT001 - click
    """Show what it guards, and what can or did go around it."""
    from sam_deploy.broker import client, guard  # noqa: PLC0415 - costs pydantic
    from sam_deploy.broker.around import ways_around  # noqa: PLC0415 - boto3

    app = app_of(chosen)
    place = place_of(chosen, app, target, writing=False)
    where = (app.promotion.broker if app.promotion else None) or ""
    if not where:
        raise ConfigError(
            "This app has no broker",
            why="`deploy.py` names none",
            hint=guard.HINT.format(name=guard.names_of(app).name),
        )
    broker = client.named(place.aws, where, app.home_region)
    said = broker.status()
    stale = broker_screens.differences(guard.settings_of(app), said)
    scope = _scope_of(app, said.account, "")
    around = ways_around(place.aws, scope, app.home_region)
    if as_json:
        click.echo(document(broker_screens.status_json(where, said, stale, around)))
        return
    console = consoles.make("plain")
    console.say(broker_screens.status_text(where, said, stale, around))


def _scope(chosen: Globals, app: App, account: str, administrator: str) -> PolicyScope:
    found = options.account_id(chosen, account, "the policy is")
    return _scope_of(app, found, administrator)


def _scope_of(app: App, account: str, administrator: str) -> PolicyScope:
    from sam_deploy.broker import guard  # noqa: PLC0415 - costs pydantic
    from sam_deploy.broker.policies import PolicyScope  # noqa: PLC0415 - the same

    return PolicyScope(
        guard.settings_of(app),
        guard.names_of(app),
        account,
        guard.stacks_of(app),
        administrator,
    )


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"`{out}` cannot be written",
            why=error.strerror or str(error),
            hint="name another place, in a folder that exists",
        ) from error
