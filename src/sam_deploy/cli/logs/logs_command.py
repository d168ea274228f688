"""`sam-deploy logs [FUNCTION ...]`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from sam_deploy.cli import options, wiring
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import SamChoice, refuse_parts
from sam_deploy.cli.standing import stack_options
from sam_deploy.cli.standing.failed_regions import refuse_failed
from sam_deploy.cli.terminal import console as consoles
from sam_deploy.errors import ConfigError, RefusedError

if TYPE_CHECKING:
    from sam_deploy.cli.logs.logs_running import Looked

SINCE: Final = "10m"
EPILOG = """\b
Examples:
  sam-deploy logs                    all functions, the last 10 minutes
  sam-deploy logs Api -f             one function, as it happens
  sam-deploy logs --environment prod --since 2h --filter ERROR
  sam-deploy logs --since 1d --query 'stats count() by bin(1h)'
  sam-deploy logs --json | jq -r .message  # one JSON object a line
"""


@click.command("logs", epilog=EPILOG)
@click.argument("functions", nargs=-1, metavar="[FUNCTION]...")
@click.option("--environment", metavar="NAME", help="Only what this environment's calls logged.")
@options.region_option
@click.option("--since", default=SINCE, show_default=True, metavar="TIME", help="10m, 2h, a date.")
@click.option("--until", metavar="TIME", help="The same; default: now.")
@click.option("--filter", "pattern", metavar="PATTERN", help="CloudWatch filter pattern: ERROR.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is logged from now on.")
@click.option("--query", metavar="QUERY", help="A Logs Insights query instead, as one table.")
@click.option("--all", "every", is_flag=True, help="Also START, END and REPORT lines of Lambda.")
@click.option("--utc", is_flag=True, help="Times in UTC, instead of this computer's zone.")
@options.target_option
@options.json_option
@stack_options.stack_options
@click.pass_obj
def command(
    chosen: Globals,
    functions: tuple[str, ...],
    environment: str | None,
    regions: tuple[str, ...],
    since: str,
    until: str | None,
    pattern: str | None,
    follow: bool,  # noqa: FBT001 - click passes options by name
    query: str | None,
    every: bool,  # noqa: FBT001 - the same
    utc: bool,  # noqa: FBT001 - the same
    target: str | None,
    as_json: bool,  # noqa: FBT001 - the same
    sam: SamChoice,
) -> int:
    """Show the logs of functions in all regions, merged in the order of time.

    FUNCTION is a name in deploy.py; all of them when none is named. Where environments share a
    function, --environment shows the lines of the versions that this environment serves now.
    """
    from sam_deploy import watching  # noqa: PLC0415 - boto3
    from sam_deploy.cli.logs import logs_following, logs_running  # noqa: PLC0415 - the same

    _refuse_mixed(follow=follow, until=until, query=query, pattern=pattern)
    now = datetime.now(UTC)
    start = watching.moment(since, now, utc=utc, option="--since")
    end = watching.moment(until, now, utc=utc, option="--until") if until else now
    _refuse_backwards(start, end, since, until)
    looked = _look(chosen, functions, environment or "", regions, target, sam)
    console = consoles.make("quiet" if as_json else "plain")
    console.say(looked.place.line(looked.regions))
    how = logs_running.How(utc, every, as_json)
    start_ms = watching.milliseconds(start)
    if query:
        question = watching.Question(query, int(start.timestamp()), int(end.timestamp()) + 1)
        return logs_running.ask(looked, question, console, how)
    if follow:
        return logs_following.follow(looked, start_ms, pattern or "", console, how)
    span = watching.Range(start_ms, watching.milliseconds(end) if until else None, pattern or "")
    return logs_running.read(looked, span, console, how)


def _refuse_mixed(
    *, follow: bool, until: str | None, query: str | None, pattern: str | None
) -> None:
    """Raise for options that contradict each other."""
    if follow and (until or query):
        raise click.UsageError(f"--follow goes on, and {'--until' if until else '--query'} ends")
    if query and pattern:
        raise click.UsageError("--query filters by itself: `filter @message like /ERROR/`")


def _refuse_backwards(start: datetime, end: datetime, since: str, until: str | None) -> None:
    """Raise `ConfigError` for a range of time that ends before it begins."""
    if start > end:
        raise ConfigError(
            f"`--since {since}` is after `--until {until or 'now'}`",
            why="nothing can be between them",
            hint="swap them, or leave `--until` out",
        )


def _look(
    chosen: Globals,
    functions: tuple[str, ...],
    environment: str,
    regions: tuple[str, ...],
    target: str | None,
    sam: SamChoice,
) -> Looked:
    """Return the logs that are meant: an app's, or those of a template's stack."""
    from sam_deploy import config, watching  # noqa: PLC0415 - boto3 and pydantic
    from sam_deploy.cli.logs import logs_running  # noqa: PLC0415 - the same

    if stack_options.is_stack(chosen, sam):
        refuse_parts((), environment)
        stack = stack_options.find(chosen, sam, regions, target)
        found = watching.of_stack(stack.name, stack.regions, functions, stack.place.aws)
        if not found.sources:
            refuse_failed(found.failed, stack.regions)
            raise _no_functions(stack.name, stack.regions)
        return logs_running.Looked(stack.place, found.sources, stack.regions, found.failed)
    app = config.load(chosen.project)
    sources = watching.of_app(app, watching.Wanted(functions, environment, regions))
    place = wiring.look_or_refuse(chosen, target, app.runtime, "deploy")
    found = watching.with_versions(app, sources, environment, place.aws)
    where = tuple(dict.fromkeys(each.region for each in sources))
    return logs_running.Looked(place, found.sources, where, found.failed, app, environment)


def _no_functions(stack: str, regions: tuple[str, ...]) -> RefusedError:
    return RefusedError(
        f"The stack `{stack}` has no functions in {', '.join(regions)}",
        why="it is not deployed there, or it holds none",
        hint=f"deploy it (`{options.program()} deploy`), or name another `--region`",
    )
