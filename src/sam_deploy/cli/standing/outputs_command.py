"""`sam-deploy outputs [FEATURE_SET ...]`."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, refuse_parts
from sam_deploy.cli.standing import stack_options
from sam_deploy.cli.standing.failed_regions import refuse_failed
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import ConfigError, RefusedError
from sam_deploy.lanes import Stop

if TYPE_CHECKING:
    from sam_deploy.cli.wiring import Place
    from sam_deploy.config.model import App
    from sam_deploy.watching.outputs import Outputs

EPILOG = """\b
Examples:
  sam-deploy outputs                     every stack, in every region
  sam-deploy outputs --environment prod  what is prod's, and what is shared
  sam-deploy outputs --name ApiHttpApiId --region eu-west-1  # bare value
  eval "$(sam-deploy outputs --format env --region eu-west-1)"
"""


@click.command("outputs", epilog=EPILOG)
@click.argument("feature_sets", nargs=-1, metavar="[FEATURE_SET]...")
@click.option("--environment", metavar="NAME", help="Only what belongs to it or to all.")
@options.region_option
@click.option("--name", metavar="OUTPUT", help="Only this one: bare values, a line each.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "env", "dotenv"]),
    help="How to write them; env is for `eval`, dotenv for a `.env` file.",
)
@options.target_option
@options.json_option
@stack_options.stack_options
@click.pass_obj
def command(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    environment: str | None,
    regions: tuple[str, ...],
    name: str | None,
    form: str | None,
    target: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    sam: SamChoice,
) -> None:
    """Show the outputs of every stack in every region: addresses, names, ids."""
    from sam_deploy.watching import outputs  # noqa: PLC0415 - boto3

    if as_json and form not in {None, "json"}:
        raise click.UsageError(f"--json and --format {form} contradict each other")
    place, places, keep = _places(chosen, feature_sets, environment or "", regions, target, sam)
    where = tuple(dict.fromkeys(region for _, region in places))
    console, stop = consoles.make("quiet" if as_json else "plain"), Stop()
    console.say(place.line(where))
    work = functools.partial(outputs.read, places, place.aws, stop)
    found = wiring.watched(place, stop, work, console)
    stacks = _reachable(place, keep(found.stacks))
    if not any(each.deployed for each in stacks):
        refuse_failed(found.failed, where)
        raise _nothing_deployed(places, where)
    shown = outputs.named(stacks, name) if name else stacks
    if name and not shown:
        raise _unknown(name, stacks)
    click.echo(_text(shown, "json" if as_json else form or ("bare" if name else "table")))
    refuse_failed(found.failed, where, answered=True)


def _reachable(place: Place, stacks: Sequence[Outputs]) -> list[Outputs]:
    """Return the outputs with addresses that answer: in the embedded cloud the gateway's own."""
    told = place.address
    if told is None:
        return list(stacks)
    return [
        replace(each, values={name: told(each.region, v) for name, v in each.values.items()})
        for each in stacks
    ]


def _text(stacks: Sequence[Outputs], form: str) -> str:
    from sam_deploy.cli.standing import outputs_screens as screens  # noqa: PLC0415 - with its only user

    write = {
        "json": screens.outputs_json,
        "env": screens.shell_text,
        "dotenv": screens.dotenv_text,
        "bare": screens.bare_values,
    }
    return write[form](stacks) if form in write else screens.outputs_table(stacks, columns_of())


class _Keep:
    """Leaves out what belongs to other environments, where they share a stack."""

    def __init__(self, environment: str = "", every: Sequence[str] = ()) -> None:
        self._environment, self._every = environment, every

    def __call__(self, stacks: Sequence[Outputs]) -> list[Outputs]:
        """Return what is wanted of the stacks."""
        from sam_deploy.watching import outputs  # noqa: PLC0415 - boto3

        if not self._environment:
            return list(stacks)
        return outputs.of_environment(stacks, self._environment, self._every)


def _places(
    chosen: Globals,
    feature_sets: tuple[str, ...],
    environment: str,
    regions: tuple[str, ...],
    target: str | None,
    sam: SamChoice,
) -> tuple[Place, list[tuple[str, str]], _Keep]:
    """Return where to look, the stacks as (name, region), and what of them is wanted."""
    from sam_deploy import config  # noqa: PLC0415 - costs pydantic

    if stack_options.is_stack(chosen, sam):
        refuse_parts(feature_sets, environment)
        stack = stack_options.find(chosen, sam, regions, target)
        return stack.place, [(stack.name, region) for region in stack.regions], _Keep()
    app = config.load(chosen.project)
    places = _stacks(app, feature_sets, environment, regions)
    every = [each.name for each in app.environments]
    keep = _Keep(environment, every) if app.topology == "shared" else _Keep()
    return wiring.look_or_refuse(chosen, target, app.runtime, "deploy"), places, keep


def _stacks(
    app: App, feature_sets: tuple[str, ...], environment: str, regions: tuple[str, ...]
) -> list[tuple[str, str]]:
    """Return the stacks that are meant, as (name, region).

    Raises `ConfigError` for an unknown feature set, environment or region.
    """
    from sam_deploy.config.physical import LOCAL  # noqa: PLC0415 - costs pydantic
    from sam_deploy.plan import Request  # noqa: PLC0415 - the same
    from sam_deploy.plan.stacks import stacks_of  # noqa: PLC0415 - the same
    from sam_deploy.watching.sources import check_named  # noqa: PLC0415 - boto3

    known = [each.name for each in app.environments]
    asked = [environment] if environment else []
    beside = (LOCAL.name,) if app.buckets or app.queues else ()
    check_named("environment", asked, known, beside=beside)
    if app.topology == "isolated" and not environment:
        owners = known
    elif app.topology == "isolated" or environment == LOCAL.name:
        owners = asked
    else:
        owners = [""]
    return [
        (stack.name, region)
        for owner in owners
        for stack in stacks_of(app, Request(feature_sets, regions, owner))
        for region in stack.regions
    ]


def _nothing_deployed(places: Sequence[tuple[str, str]], regions: Sequence[str]) -> RefusedError:
    names = ", ".join(dict.fromkeys(f"`{name}`" for name, _ in places))
    return RefusedError(
        "Nothing is deployed that could have outputs",
        why=f"{names} is not in {', '.join(regions)}",
        hint=f"run `{options.program()} deploy` first, or look elsewhere with `--target`",
    )


def _unknown(name: str, stacks: Sequence[Outputs]) -> ConfigError:
    from sam_deploy.config.tree import nearest  # noqa: PLC0415 - costs pydantic

    known = sorted({each for stack in stacks for each in stack.values})
    near = nearest(name, known)
    return ConfigError(
        f"There is no output `{name}`",
        why=f"the stacks have {', '.join(known) or 'none'}",
        hint=f"did you mean `{near}`?" if near else f"see `{options.program()} outputs`",
    )
