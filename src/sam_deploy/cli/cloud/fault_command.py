"""`sam-deploy cloud fault add | list | remove`."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.cloud.running import running
from sam_deploy.cli.options import Globals, program
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from sam_deploy.local import RunningCloud
    from sam_deploy.local.faults.fault import Fault

EPILOG = """\b
Examples:
  sam-deploy cloud fault add --region eu-west-1 --outage
  sam-deploy cloud fault add --service lambda --throttle 0.2 --latency 300ms
  sam-deploy cloud fault add --service lambda --operation UpdateAlias --outage
  sam-deploy cloud fault add --service s3 --error SlowDown --share 0.5
  sam-deploy cloud fault remove --all
"""
_LATENCY: Final = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<unit>ms|s)")
_LONGEST_SECONDS: Final = 900.0


def seconds_of(
    context: click.Context | None, option: click.Parameter | None, text: str | None
) -> float | None:
    """Return a time such as 300ms or 2s as seconds. Raises `BadParameter` for any other text."""
    if text is None:
        return None
    found = _LATENCY.fullmatch(text)
    seconds = float(found["number"]) / (1000 if found["unit"] == "ms" else 1) if found else -1.0
    if not 0 <= seconds <= _LONGEST_SECONDS:
        words = f"{text!r} is no time such as 300ms or 2s, up to 900s"
        raise click.BadParameter(words, context, option)
    return seconds


@click.group("fault", epilog=EPILOG, short_help="Rehearse throttling, latency, outages.")
def command() -> None:
    """Let AWS calls fail on this laptop: throttling, latency, errors, outages.

    A fault hits calls of commands, of functions and of your own SDK clients on their way to the
    embedded cloud, at once and until it is removed or the cloud is stopped.
    """


@command.command("add", epilog=EPILOG)
@click.option("--service", metavar="NAME", help="As in the SDK: lambda, dynamodb, s3, ...")
@click.option("--operation", metavar="NAME", help="As in its API: UpdateAlias, Get*.")
@click.option("--region", metavar="REGION", help="Default: every region.")
@click.option("--outage", is_flag=True, help="Connections break; nothing is carried out.")
@click.option("--lose-answers", is_flag=True, help="Carried out, and no answer comes.")
@click.option("--error", metavar="CODE", help="Answer with this error code of the service.")
@click.option(
    "--throttle", metavar="SHARE", type=click.FloatRange(0, 1), help="Throttle 0.2 of the calls."
)
@click.option(
    "--latency", metavar="TIME", callback=seconds_of, help="Every call takes so much longer: 300ms."
)
@click.option(
    "--share",
    metavar="SHARE",
    type=click.FloatRange(0, 1, min_open=True),
    help="Of --outage, --error and --lose-answers; default: all calls.",
)
@click.option("--times", type=click.IntRange(1), help="Only so many calls, then no more.")
@click.option("--seed", type=int, default=0, help="Another number picks other calls; default: 0.")
@options.json_option
@click.pass_obj
def add(
    chosen: Globals,
    service: str | None,
    operation: str | None,
    region: str | None,
    outage: bool,  # noqa: FBT001 - click passes options by name
    lose_answers: bool,  # noqa: FBT001 - the same
    error: str | None,
    throttle: float | None,
    latency: float | None,
    share: float | None,
    times: int | None,
    seed: int,
    as_json: bool,  # noqa: FBT001 - the same
) -> None:
    """Put a fault in force: for calls of a service, an operation, a region, or for all.

    With the same --seed the same calls are picked again: the third UpdateAlias in eu-west-1 fails
    each time, whatever else happens at the same time.
    """
    _check_kinds(outage=outage, lose_answers=lose_answers, error=error, share=share)
    if not (outage or lose_answers or error or throttle or latency):
        raise click.UsageError("say what happens, such as --outage, --throttle or --latency")
    from sam_deploy.local.faults import client  # noqa: PLC0415 - only when embedded
    from sam_deploy.local.faults.fault import Fault  # noqa: PLC0415 - the same
    from sam_deploy.local.faults.rules import When  # noqa: PLC0415 - the same

    when = When(_service(service, operation), operation or "", _region(region))
    fault = Fault(
        when=when,
        outage=outage,
        lose_answers=lose_answers,
        error=error or "",
        throttle=throttle or 0.0,
        latency_seconds=latency or 0.0,
        share=share or 1.0,
        times=times,
        seed=seed,
    )
    added = client.add(_warned(chosen, when.region), fault)
    if as_json:
        click.echo(json.dumps(added.as_json(), indent=2))
        return
    click.echo(f"{added.id}  {said(fault)}")
    click.echo(f"\nin force; end it with `{program()} cloud fault remove {added.id}`", err=True)


@command.command("list")
@options.json_option
@click.pass_obj
def list_faults(chosen: Globals, as_json: bool) -> None:  # noqa: FBT001 - click passes by name
    """Show the faults in force, and what each has done so far."""
    from sam_deploy.local.faults import client  # noqa: PLC0415 - only when embedded

    found = client.in_force(running(chosen))
    if as_json:
        click.echo(json.dumps([each.as_json() for each in found], indent=2))
        return
    for each in found:
        calls = "call" if each.calls == 1 else "calls"
        done = f"{each.calls} {calls}, {each.failed} failed, {each.delayed} delayed"
        click.echo(f"{each.id}  {said(each.fault)}\n    {done}")
    if not found:
        click.echo("no faults")


@command.command("remove")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="All of them.")
@click.pass_obj
def remove(chosen: Globals, ids: tuple[str, ...], every: bool) -> None:  # noqa: FBT001 - click
    """End faults: those named, or --all."""
    if bool(ids) == every:
        raise click.UsageError("name the faults to end, such as f1, or give --all")
    from sam_deploy.local.faults import client  # noqa: PLC0415 - only when embedded

    cloud = running(chosen)
    known = [each.id for each in client.in_force(cloud)]
    unknown = sorted(set(ids) - set(known))
    if unknown:
        raise ConfigError(
            f"There is no fault {', '.join(f'`{each}`' for each in unknown)}",
            why=f"in force are {', '.join(known)}" if known else "none is in force",
            hint=f"see `{program()} cloud fault list`; nothing was removed",
        )
    gone = client.remove(cloud, ids)
    for each in gone:
        click.echo(f"{each.id}  {said(each.fault)}: ended")
    if not gone:
        click.echo("no faults")


def said(fault: Fault) -> str:
    """Return a fault in words, such as: lambda in eu-west-1: outage, 300 ms later."""
    when, share = fault.when, f" of {fault.share:.0%}" if fault.share < 1 else ""
    calls = ":".join(part for part in (when.service, when.operation) if part) or "every service"
    where = when.region or "every region"
    parts = [
        f"outage{share}" if fault.outage else "",
        f"no answers{share}" if fault.lose_answers else "",
        f"{fault.error}{share}" if fault.error else "",
        f"throttles {fault.throttle:.0%}" if fault.throttle else "",
        f"{fault.latency_seconds * 1000:.0f} ms later" if fault.latency_seconds else "",
        f"{fault.times} times at most" if fault.times else "",
    ]
    return f"{calls} in {where}: {', '.join(part for part in parts if part)}"


def _check_kinds(
    *, outage: bool, lose_answers: bool, error: str | None, share: float | None
) -> None:
    """Raise `UsageError` for options that exclude each other."""
    kinds = [outage, lose_answers, bool(error)]
    if sum(kinds) > 1:
        raise click.UsageError("--outage, --lose-answers and --error exclude each other")
    if share is not None and not any(kinds):
        raise click.UsageError("--share is of --outage, --error or --lose-answers")


def _service(service: str | None, operation: str | None) -> str:
    """Return the name that a service signs with. Raises `ConfigError` for unknown names."""
    if not service:
        if operation:
            raise click.UsageError("--operation is of a --service; name that, too")
        return ""
    from sam_deploy.aws import services  # noqa: PLC0415 - half a second

    name = services.signing_name(service)
    if operation:
        services.check_operation(service, operation)
    return name


def _region(region: str | None) -> str:
    """Return the region, '' for all. Raises `ConfigError` for one that AWS does not have."""
    if not region:
        return ""
    from sam_deploy.config.text import REGIONS  # noqa: PLC0415 - costs pydantic
    from sam_deploy.config.tree import nearest  # noqa: PLC0415 - the same

    if region not in REGIONS:
        near = nearest(region, REGIONS)
        raise ConfigError(
            f"There is no region `{region}`",
            why="AWS has none of that name",
            hint=f"did you mean `{near}`?" if near else "leave `--region` out for all of them",
        )
    return region


def _warned(chosen: Globals, region: str) -> RunningCloud:
    """Return the project's cloud; say it where the app is not in the region."""
    cloud, warning = running(chosen), elsewhere(chosen, region)
    if warning:
        click.echo(warning, err=True)
    return cloud


def elsewhere(chosen: Globals, region: str) -> str:
    """Return what to say where the project's app is not in the region of a fault, else ''."""
    if not region or not (chosen.project / "deploy.py").is_file():
        return ""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic
    from sam_deploy.watching.sources import regions_of  # noqa: PLC0415 - boto3

    try:
        app = config.load(chosen.project)
    except ConfigError:
        # a fault hits whatever calls the cloud: it needs no project that is right
        return ""
    regions = regions_of(app)
    if region in regions:
        return ""
    return f"warning: `{app.name}` is not in `{region}`, but in {', '.join(regions)}"
