"""`sam-deploy recover`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options, sam_options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, SamCommand
from sam_deploy.cli.standing import recover_screens, standing_stacks
from sam_deploy.cli.standing.standing_stacks import Stacks
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.cli.terminal.console import Console, Progress
from sam_deploy.cli.terminal.questions import Questions
from sam_deploy.cli.terminal.wrapping import columns_of
from sam_deploy.errors import ConfigError, IncompleteError, RefusedError, SamDeployError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sam_deploy.cli.wiring import Place
    from sam_deploy.deploy.cases import Case, Wish
    from sam_deploy.deploy.ground import Ground
    from sam_deploy.deploy.recover import Recovered

EPILOG = """\b
Examples:
  sam-deploy recover                    mend what is stuck, in every region
  sam-deploy recover --stack shop-sam --region eu-west-1
  sam-deploy recover --skip OrdersQ     leave out what cannot be put back
  sam-deploy recover --retain FilesB    let stay what cannot be deleted
"""


@click.command("recover", epilog=EPILOG, cls=SamCommand)
@click.option("--stack", "stack_names", multiple=True, metavar="NAME", help="Only this one.")
@options.region_option
@click.option(
    "--skip",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Go on rolling back without this resource: it no longer matches its template.",
)
@click.option(
    "--retain",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Delete the stack, and leave this resource that could not be deleted.",
)
@click.option(
    "--delete-data",
    multiple=True,
    metavar="LOGICAL_ID",
    help="Let this bucket, table, pool, queue or secret go with a stack that is deleted.",
)
@click.option("--auto-approve", is_flag=True, help="Do not ask before writing to AWS.")
@options.target_option
@options.json_option
@options.progress_options
@sam_options.sam_options
@click.pass_obj
def command(
    chosen: Globals,
    stack_names: tuple[str, ...],
    regions: tuple[str, ...],
    skip: tuple[str, ...],
    retain: tuple[str, ...],
    delete_data: tuple[str, ...],
    auto_approve: bool,  # noqa: FBT001 - click passes options by name
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
    progress: Progress,
    verbose: bool,  # noqa: FBT001 - the same
    sam: SamChoice,
) -> None:
    """Lead stacks out of states in which nothing can be deployed.

    A rollback that got stuck goes on. A stack that never came up, or whose deletion got stuck, is
    deleted; no other stack ever is. What is left of change sets is removed.
    """
    from sam_deploy.deploy.cases import Wish  # noqa: PLC0415 - boto3

    wish = Wish(frozenset(skip), frozenset(retain), frozenset(delete_data))
    of_template = sam_options.is_template(chosen, sam)
    found = standing_stacks.of_project(chosen, sam, (), regions if of_template else (), None)
    stacks = meant(found, stack_names, regions)
    place = standing_stacks.reach(chosen, stacks, target)
    console = consoles.make(progress, verbose=verbose)
    console.say(place.line(stacks.regions))
    ground = standing_stacks.ground(stacks, place, console, "recover")
    asks = place.target == "aws" and not auto_approve
    questions = Questions(ground.stop)
    ask = questions.ask if asks else None
    try:
        cases, recovered = wiring.watched(
            place, ground.stop, lambda: run(ground, stacks, wish, console, ask), console, questions
        )
    finally:
        console.close()
    told(stacks, place, cases, recovered, console, as_json=as_json)


def meant(stacks: Stacks, names: tuple[str, ...], regions: tuple[str, ...]) -> Stacks:
    """Return all stacks of the app, in all environments, or those that were named.

    Raises `ConfigError` for a stack or a region that the app has not.
    """
    known = {each.name: each for each in stacks.every}
    for what, given, there in (
        ("stack", names, tuple(known)),
        ("region", regions, tuple(dict.fromkeys(r for s in stacks.every for r in s.regions))),
    ):
        for name in given:
            if name not in there:
                raise ConfigError(
                    f"This app has no {what} `{name}`",
                    why=f"it has {', '.join(there)}",
                    hint=f"name one of these, or leave `--{what}` out",
                )
    chosen = (
        replace(each, regions=tuple(r for r in each.regions if not regions or r in regions))
        for each in known.values()
        if not names or each.name in names
    )
    return replace(stacks, meant=tuple(each for each in chosen if each.regions))


def run(
    ground: Ground,
    stacks: Stacks,
    wish: Wish,
    console: Console,
    ask: Callable[[str], str] | None,
) -> tuple[Mapping[tuple[str, str], Case], Recovered]:
    """Look, show, ask, and do it under the lock, when what stands is still the same."""
    from sam_deploy.deploy import recover  # noqa: PLC0415 - boto3

    places = tuple((stack.name, region) for stack in stacks.meant for region in stack.regions)
    cases = recover.look(ground, places, wish)
    console.close()
    console.say(recover_screens.cases_text(cases.values(), wish))
    recover.guard(cases, wish)
    if not any(each.acts for each in cases.values()):
        return cases, recover.Recovered({}, {})
    if ask is not None:
        agreed(ask)
    with ground.held():
        if recover.look(ground, places, wish) != cases:
            raise RefusedError(
                "What stands has changed since it was shown",
                why="somebody has deployed or recovered in between",
                hint="run the same command again, and look at it anew",
            )
        return cases, recover.carry_out(ground, cases, wish)


def agreed(ask: Callable[[str], str]) -> None:
    """Raise `RefusedError` unless a person says yes."""
    if not sys.stdin.isatty():
        raise RefusedError(
            "Nobody was asked whether to do this on AWS",
            why="there is no terminal",
            hint="add `--auto-approve` when this is meant, as in CI",
        )
    if ask("Do this? (yes/no)").strip().lower() != "yes":
        raise RefusedError(
            "Nothing was recovered", why="the answer was not yes", hint="answer yes to go on"
        )


def told(
    stacks: Stacks,
    place: Place,
    cases: Mapping[tuple[str, str], Case],
    recovered: Recovered,
    console: Console,
    *,
    as_json: bool,
) -> None:
    """Say what came of it, and what is live now. Raises when something is not recovered."""
    from sam_deploy.deploy.standing import look_at_all  # noqa: PLC0415 - boto3
    from sam_deploy.lanes import Stop  # noqa: PLC0415 - beside its only use

    found = look_at_all(cases, place.aws, at_once=len(cases) or 1, stop=Stop())
    now = {each: standing.status for each, standing in found.items()}
    served = None
    if recovered.done or recovered.failed:
        if stacks.app is not None:
            from sam_deploy import release  # noqa: PLC0415 - boto3

            served = release.read(stacks.app, place.aws, regions_of(stacks))
        console.say(recover_screens.now_text(now, recovered, served, columns_of(sys.stderr)))
    error = failure(recovered)
    if error is not None:
        raise error
    console.say(recover_screens.last_text(cases.values(), recovered, options.program()))
    if as_json:
        click.echo(recover_screens.recover_json(cases, recovered, now, place.target))


def regions_of(stacks: Stacks) -> tuple[str, ...]:
    """Return the regions of what is meant in which the app has functions."""
    app = stacks.app
    having = {region for each in app.feature_sets for region in each.regions} if app else set()
    return tuple(region for region in stacks.regions if region in having)


def failure(recovered: Recovered) -> SamDeployError | None:
    """Return the error that says what is not recovered; nothing when all is."""
    if not recovered.failed:
        return None
    first = next(iter(recovered.failed.values()))
    if len(recovered.failed) == 1:
        return first
    return IncompleteError(
        f"{len(recovered.failed)} stacks are not recovered",
        why=str(first),
        state="every one stands as it is shown",
        problems=tuple(f"{each}\n{each.hint}" for each in recovered.failed.values()),
        hint="remove the causes, then run the same command again",
    )
