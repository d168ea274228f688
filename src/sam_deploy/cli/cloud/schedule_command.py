"""`sam-deploy cloud schedule NAME`: a schedule of the app runs now."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.cloud import addressed, invoke_command
from sam_deploy.cli.options import Globals
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.aws import Target
    from sam_deploy.config import App
    from sam_deploy.config.model import Function, ScheduleTrigger

EPILOG = """\b
Examples:
  sam-deploy cloud schedule Report         the only schedule of a function
  sam-deploy cloud schedule Report.Weekly  one of several, by its name
"""


@click.command("schedule", epilog=EPILOG, short_help="Let a schedule run now.")
@click.argument("name")
@addressed.where_options
@options.json_option
@click.pass_obj
def command(
    chosen: Globals,
    name: str,
    region: str | None,
    environment: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
) -> None:
    """Call a function as its schedule would now: with its input, or the scheduler's own event.

    NAME is the function in deploy.py, with the schedule's name behind a dot where it has several.
    A disabled schedule runs, too. The answer is shown as by `cloud invoke`; nothing is tried again.
    """
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.aws import Schedules  # noqa: PLC0415 - half a second
    from sam_deploy.config import physical  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.tree import first_environment  # noqa: PLC0415 - the same
    from sam_deploy.watching.sources import check_named  # noqa: PLC0415 - boto3

    app = config.load(chosen.project)
    where = environment or first_environment(app)
    check_named("environment", [where], [each.name for each in app.environments])
    known = schedules(app, where)
    check_named("schedule", [name], known)
    function, trigger = known[name]
    found = addressed.at(chosen, app, function, region, where)
    in_aws = physical.trigger_name(app, function, trigger, where)
    target = Schedules(found.aws, found.region).target(in_aws)
    if target is None:
        raise elsewhere(app, function, trigger, found.region) or found.absent("Schedule", in_aws)
    if not target.enabled and not as_json:
        click.echo("it is disabled, and runs for this once", err=True)
    callee = invoke_command.callee_of(found, target.arn)
    called = invoke_command.call(callee, event(target, found.region, datetime.now(UTC)))
    invoke_command.show(callee, called, as_json=as_json)


def elsewhere(
    app: App, function: Function, trigger: ScheduleTrigger, region: str
) -> RefusedError | None:
    """Return the error for a region that no deployment gives the schedule to, else nothing."""
    first = addressed.first_region(app, function)
    if not trigger.first_region_only or region == first:
        return None
    return RefusedError(
        f"The schedule of `{function.name}` is not in `{region}`",
        why=f"it has `first_region_only=True`, and the first region of its feature set is {first}",
        hint=f"run it there, with `--region {first}`; or take `first_region_only` out of "
        "`deploy.py` and deploy",
    )


def schedules(app: App, environment: str) -> dict[str, tuple[Function, ScheduleTrigger]]:
    """Return an environment's schedules: `Function`, or `Function.Name` where it has several."""
    from sam_deploy.config.model import ScheduleTrigger  # noqa: PLC0415 - costs pydantic

    found: dict[str, tuple[Function, ScheduleTrigger]] = {}
    for function in app.functions:
        mine = [
            each
            for each in function.triggers
            if isinstance(each, ScheduleTrigger)
            and (not each.environments or environment in each.environments)
        ]
        for each in mine:
            alone = len(mine) == 1
            names = {function.name if alone else "", f"{function.name}.{each.name}"}
            found |= {name: (function, each) for name in names if name and name[-1] != "."}
    return found


def event(target: Target, region: str, now: datetime) -> str:
    """Return what Scheduler calls with at a moment: the target's input, or its own event.

    Source: EventBridge Scheduler user guide, "Using templated targets" and "Context attributes".
    """
    moment = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    if target.given is None:
        return json.dumps(
            {
                "version": "0",
                "id": str(uuid.uuid4()),
                "detail-type": "Scheduled Event",
                "source": "aws.scheduler",
                "account": wiring.EMBEDDED_ACCOUNT,
                "time": moment,
                "region": region,
                "resources": [target.schedule],
                "detail": "{}",
            }
        )
    attributes: Mapping[str, str] = {
        "schedule-arn": target.schedule,
        "scheduled-time": moment,
        "execution-id": uuid.uuid4().hex,
        "attempt-number": "1",
    }
    text = target.given
    for name, value in attributes.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text
