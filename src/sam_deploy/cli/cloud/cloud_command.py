"""`sam-deploy cloud start | stop | status | reset | url`, and the groups below it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.cloud import (
    fault_command,
    invoke_command,
    mail_command,
    queues_command,
    schedule_command,
    send_commands,
    url_command,
)
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal import console as consoles

if TYPE_CHECKING:
    from sam_deploy.local import RunningCloud

EPILOG = """\b
Examples:
  sam-deploy cloud start                  start it, empty
  sam-deploy cloud url --environment dev  where the deployed API answers
  sam-deploy cloud mail --follow          mails that are sent
  sam-deploy cloud invoke Api             call a function once
  sam-deploy cloud send-queue Jobs --body '{"id": 1}'
  sam-deploy cloud fault add --region eu-west-1 --outage
  sam-deploy cloud stop                   stop it; what it held is gone
"""


@click.group("cloud", epilog=EPILOG)
def command() -> None:
    """Start, stop and look into the embedded cloud: AWS on this laptop, without an account.

    It belongs to the project, keeps everything in memory, and listens on 127.0.0.1 only.
    """


for _each in (
    mail_command.command,
    invoke_command.command,
    send_commands.send_queue,
    send_commands.put_object,
    schedule_command.command,
    queues_command.command,
    fault_command.command,
    url_command.command,
):
    command.add_command(_each)


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
        click.echo(json.dumps({"running": False}) if as_json else _not_running(chosen))
        return
    _show(cloud, as_json=as_json)


def _not_running(chosen: Globals) -> str:
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    if local.is_partly_there(chosen.project):
        start = f"`{options.program()} cloud start`"
        return f"not running as a whole: {start} starts what has ended, nothing deployed is lost"
    return "not running"


def _show(cloud: RunningCloud, *, as_json: bool) -> None:
    from sam_deploy.local.faults import client  # noqa: PLC0415 - only when embedded

    faults = len(client.in_force(cloud))
    facts = {
        "running": True,
        "gateway": cloud.gateway,
        "endpoint": cloud.endpoint,
        "account": wiring.EMBEDDED_ACCOUNT,
        "python": str(cloud.python),
        "pids": list(cloud.pids),
        "started": cloud.started.isoformat(timespec="seconds"),
        "faults": faults,
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    click.echo(f"running since {facts['started']}")
    click.echo(f"  gateway   {cloud.gateway}   (APIs, function URLs and domains)")
    click.echo(f"  endpoint  {cloud.endpoint}   (AWS_ENDPOINT_URL for the AWS CLI and SDKs)")
    click.echo(f"  account   {wiring.EMBEDDED_ACCOUNT}, keys test/test")
    if faults:
        click.echo(f"  faults    {faults} in force: `{options.program()} cloud fault list`")


@command.command("reset", short_help="Empty the cloud; it still runs.")
@click.pass_obj
def reset(chosen: Globals) -> None:
    """Empty the cloud: everything deployed is gone, the cloud still runs."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded

    local.reset(chosen.project)
    consoles.make("plain").say("emptied; run `sam-deploy deploy` to fill it again")
