"""`sam-deploy runs` and `sam-deploy runs show`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.terminal.wrapping import columns_of, said
from sam_deploy.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from sam_deploy.runs import Run

EPILOG = """\b
Examples:
  sam-deploy runs               the newest 20: when, what, how it ended
  sam-deploy runs show          everything of the newest one
  sam-deploy runs show 1a2b -v  of that one, and what libraries told
  sam-deploy runs show --json   the same as a document
"""


@click.group("runs", epilog=EPILOG, invoke_without_command=True)
@options.limit_option(50)
@options.json_option
@click.pass_context
def command(context: click.Context, limit: int, as_json: bool) -> None:  # noqa: FBT001 - click
    """Show what commands did in this project, the newest first, and how they ended.

    Reads `.sam-deploy/runs` and nothing else. Commands that only look are not in it.
    """
    if context.invoked_subcommand is not None:
        if as_json:
            raise click.UsageError("`--json` belongs after `show`", context)
        return
    from sam_deploy import runs  # noqa: PLC0415 - only when it runs
    from sam_deploy.cli.runs import runs_screens as screens  # noqa: PLC0415 - the same

    folder = runs.folder_of(_project(context))
    found = runs.listed(folder)[:limit]
    if as_json:
        click.echo(screens.list_json(found))
    elif found:
        click.echo(screens.list_text(found, time.time(), columns_of()))
        click.echo(said(f"\nnext: {options.program()} runs show"), err=True)
    else:
        click.echo("no command has worked here yet")
        click.echo(said(f"\nnext: {options.program()} deploy"), err=True)


@command.command("show", short_help="Everything that one run wrote down.")
@click.argument("run", required=False)
@options.json_option
@click.option("-v", "--verbose", is_flag=True, help="Also what libraries told: every AWS call.")
@click.pass_obj
def show(
    chosen: Globals,
    run: str | None,
    as_json: bool,  # noqa: FBT001 - click passes options by name
    verbose: bool,  # noqa: FBT001 - the same
) -> None:
    """Show the log of RUN: its name, or a part of it that no other has; the newest if not given."""
    from sam_deploy import runs  # noqa: PLC0415 - only when it runs
    from sam_deploy.cli.runs import runs_screens as screens  # noqa: PLC0415 - the same

    found = _found(runs.folder_of(chosen.project), run or "")
    try:
        lines = list(runs.lines(found.path))
    except OSError as error:
        raise _missing(found.run, str(error.strerror)) from error
    click.echo(
        screens.run_json(found, lines) if as_json else screens.run_text(found, lines, all=verbose)
    )


def _project(context: click.Context) -> Path:
    chosen = context.find_object(Globals)
    if chosen is None:
        raise TypeError("the command belongs to the command group")
    return chosen.project


def _found(folder: Path, name: str) -> Run:
    """Return the run that is meant. Raises `ConfigError` when there is none, or more than one."""
    from sam_deploy import runs  # noqa: PLC0415 - only when it runs

    if not name:
        every = runs.listed(folder)
        if not every:
            raise ConfigError(
                "There is no run to show",
                why=f"no command has worked in `{folder.parents[1]}` yet",
                hint=f"run `{options.program()} deploy`, or name the project with `-C`",
            )
        return every[0]
    paths = runs.find(folder, name)
    if len(paths) > 1:
        raise ConfigError(
            f"`{name}` is a part of the names of {len(paths)} runs",
            hint="name one of them whole",
            problems=tuple(path.stem for path in paths),
        )
    found = runs.read(paths[0]) if paths else None
    if found is None:
        raise _missing(name, f"it is not in `{options.relative(folder)}`")
    return found


def _missing(name: str, why: str) -> ConfigError:
    hint = f"`{options.program()} runs` lists them; the newest 50 are kept"
    return ConfigError(f"There is no run `{name}`", why=why, hint=hint)
