"""`sam-deploy cloud start | stop | status | reset | mail | url`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import console as consoles
from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from sam_deploy.config import App
    from sam_deploy.local import RunningCloud

EPILOG = """\b
Examples:
  sam-deploy cloud start                  start it, empty
  sam-deploy cloud url --environment dev  where the deployed API answers
  sam-deploy cloud mail                   mails that were sent
  sam-deploy cloud stop                   stop it; what it held is gone
"""


@click.group("cloud", epilog=EPILOG)
def command() -> None:
    """Start, stop and look into the embedded cloud: AWS on this laptop, without an account.

    It belongs to the project, keeps everything in memory, and listens on 127.0.0.1 only.
    """


@command.command("start")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the gateway; 3000 if free.")
@options.json_option
@click.pass_obj
def start(chosen: Globals, port: int | None, as_json: bool) -> None:  # noqa: FBT001 - click
    """Start the cloud, unless it runs."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    console = consoles.make("auto")
    try:
        cloud = local.start(
            chosen.project,
            console.report,
            gateway_port=port,
            python=_runtime(chosen).removeprefix("python"),
        )
    finally:
        console.close()
    _show(cloud, as_json=as_json)


def _runtime(chosen: Globals) -> str:
    """Return the app's runtime; a folder without an app gets the default one."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic

    if not (chosen.project / "deploy.py").is_file():
        return "python3.12"
    return config.load(chosen.project).runtime


@command.command("stop")
@click.pass_obj
def stop(chosen: Globals) -> None:
    """Stop the cloud. What it held is gone; `sam-deploy deploy` brings it back."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    console = consoles.make("plain")
    console.say("stopped" if local.stop(chosen.project) else "it did not run")


@command.command("status")
@options.json_option
@click.pass_obj
def status(chosen: Globals, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Show whether the cloud runs, and where."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.find(chosen.project)
    if cloud is None:
        click.echo(json.dumps({"running": False}) if as_json else "not running")
        return
    _show(cloud, as_json=as_json)


def _show(cloud: RunningCloud, *, as_json: bool) -> None:
    facts = {
        "running": True,
        "gateway": cloud.gateway,
        "endpoint": cloud.endpoint,
        "account": wiring.EMBEDDED_ACCOUNT,
        "python": str(cloud.python),
        "pids": list(cloud.pids),
        "started": cloud.started.isoformat(timespec="seconds"),
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"running since {facts['started']}")
    click.echo(f"  gateway   {cloud.gateway}   (HTTP APIs of what is deployed)")
    click.echo(f"  endpoint  {cloud.endpoint}   (AWS_ENDPOINT_URL for the AWS CLI and SDKs)")
    click.echo(f"  account   {wiring.EMBEDDED_ACCOUNT}, keys test/test")


@command.command("reset", short_help="Empty the cloud; it still runs.")
@click.pass_obj
def reset(chosen: Globals) -> None:
    """Empty the cloud: everything deployed is gone, the cloud still runs."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    local.reset(chosen.project)
    consoles.make("plain").say("emptied; run `sam-deploy deploy` to fill it again")


@command.command("mail")
@options.json_option
@click.pass_obj
def mail(chosen: Globals, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Show the mails that were sent: one-time codes, sign-ups."""
    from dataclasses import asdict  # noqa: PLC0415 - beside its only use

    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    found = local.mails(_running(chosen))
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        click.echo(f"{each.sent}  {each.sender} -> {', '.join(each.recipients)}")
        click.echo(f"  {each.subject}\n")
        for line in each.text.strip().splitlines():
            click.echo(f"  {line}")
        click.echo()
    if not found:
        click.echo("no mails")


@command.command("url")
@click.option("--region", metavar="REGION", help="Default: the home region.")
@click.option("--environment", metavar="ENVIRONMENT", help="Default: the first environment.")
@click.pass_obj
def url(chosen: Globals, region: str | None, environment: str | None) -> None:
    """Print the base URL at which the deployed HTTP API answers."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - the same

    app = config.load(chosen.project)
    cloud = _running(chosen)
    place = wiring.embedded(cloud, app.runtime)
    where = region or app.home_region
    stage = environment or first_environment(app)
    if stage not in [each.name for each in app.environments]:
        raise ConfigError(
            f"There is no environment `{stage}`",
            why=f"`deploy.py` has {', '.join(each.name for each in app.environments)}",
            hint="choose one of these",
        )
    click.echo(api_url(app, place, where, stage))


def api_url(app: App, place: wiring.Place, region: str, environment: str) -> str:
    """Return the gateway's URL of an environment's stage.

    Raises `RefusedError` when nothing with an API is deployed there.
    """
    from sam_deploy import naming  # noqa: PLC0415 - with the commands that use it
    from sam_deploy.aws import CloudFormation  # noqa: PLC0415 - half a second
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic

    own = physical.owner(app, environment)
    for feature_set in app.feature_sets:
        stack = physical.stack_name(app, feature_set, own)
        found = CloudFormation(place.aws, region).describe_stack(stack)
        outputs = found.outputs if found else {}
        ids = (naming.http_api_id(environment), naming.http_api_id())
        api_id = next((outputs[f"{each}Id"] for each in ids if f"{each}Id" in outputs), "")
        if api_id and place.cloud:
            return place.cloud.url(region, api_id, naming.stage_name(environment))
    raise RefusedError(
        f"No HTTP API is deployed in `{region}`",
        why="no stack of the app there has one",
        hint="run `sam-deploy deploy`, then ask again",
    )


def _running(chosen: Globals) -> RunningCloud:
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    cloud = local.find(chosen.project)
    if cloud is None:
        raise RefusedError(
            "The embedded cloud of this project does not run",
            why="there is nothing to look into",
            hint="run `sam-deploy cloud start`, or `sam-deploy deploy`",
        )
    return cloud
