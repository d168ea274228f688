"""Finds what a template's stack has in the embedded cloud: functions, and where APIs answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sam_deploy.cli.cloud.running import running
from sam_deploy.cli.options import Globals, program
from sam_deploy.cli.sam_options import SamChoice, refuse_parts
from sam_deploy.cli.standing import stack_options
from sam_deploy.errors import RefusedError

if TYPE_CHECKING:
    from sam_deploy.aws import Aws
    from sam_deploy.cli.standing.stack_options import StackPlace
    from sam_deploy.local import RunningCloud

APIS: Final = ("AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi")


def meant(
    chosen: Globals, sam: SamChoice, region: str | None, environment: str | None
) -> StackPlace | None:
    """Return the template's stack that is meant, None when it is the app of `deploy.py`.

    Raises `ConfigError` when its name or its region is not said anywhere, and `RefusedError` when
    the cloud does not run.
    """
    if not stack_options.is_stack(chosen, sam):
        return None
    refuse_parts((), environment)
    running(chosen)
    return stack_options.find(chosen, sam, (region,) if region else (), "embedded")


def addresses(cloud: RunningCloud, aws: Aws, stack: str, region: str) -> list[str]:
    """Return the URL of each stage of each API in a stack."""
    from sam_deploy import local  # noqa: PLC0415 - only when embedded
    from sam_deploy.aws import CloudFormation  # noqa: PLC0415 - half a second

    apis = [
        each.physical_id
        for each in CloudFormation(aws, region).resources(stack)
        if each.resource_type in APIS and each.physical_id
    ]
    return [url for api in apis for url in local.addresses(cloud, region, api)]


def function(stack: StackPlace, name: str) -> str:
    """Return what Lambda calls a function of a stack; `name` is that, or the logical id.

    Raises `ConfigError` for one that the stack does not have, `RefusedError` without any.
    """
    from sam_deploy import watching  # noqa: PLC0415 - boto3

    region = stack.regions[0]
    found = watching.of_stack(stack.name, (region,), (name,), stack.place.aws)
    for error in found.failed.values():
        raise error
    if not found.sources:
        raise absent("functions", stack.name, region)
    return found.sources[0].physical


def absent(what: str, stack: str, region: str) -> RefusedError:
    """Return what to raise when a stack has no functions, or no APIs, in a region."""
    return RefusedError(
        f"The stack `{stack}` has no {what} in `{region}`",
        why="it is not deployed there, or its template declares none",
        hint=f"deploy it (`{program()} deploy`), or name another `--region`",
    )
