"""`sam-deploy init`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import click

from sam_deploy.cli import options
from sam_deploy.cli.options import Globals
from sam_deploy.cli.sam_options import CONFIGURATIONS, NAMES
from sam_deploy.cli.terminal.wrapping import said
from sam_deploy.errors import ConfigError, RefusedError

REGION: Final = "eu-west-1"

EPILOG = """\b
Examples:
  sam-deploy init                          asks what to begin with
  sam-deploy init orders --template api    a new folder with an HTTP API
  sam-deploy init orders --template worker --region us-east-1
  sam-deploy init --from-template template.yaml
  sam-deploy init --from-template template.yaml --derive
  sam-deploy init orders --from-stack orders-prod --target aws
"""


@click.command("init", epilog=EPILOG)
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--template",
    "kind",
    type=click.Choice(["api", "worker", "full"]),
    help="api: HTTP and a table. worker: a queue and a bucket. full: all of these.",
)
@click.option(
    "--from-template",
    "existing",
    metavar="FILE",
    help="Around a SAM template that is there; it stays as it is.",
)
@click.option(
    "--derive", is_flag=True, help="With it: also a draft of what a `deploy.py` would say."
)
@click.option(
    "--from-stack",
    "stack",
    metavar="STACK",
    help="Of a stack that is deployed, its functions' code included; it is only read.",
)
@click.option("--profile", metavar="NAME", help="With it: profile of ~/.aws/config to read with.")
@click.option("--name", metavar="NAME", help="Name of the app; the folder's when not given.")
@click.option(
    "--region",
    metavar="REGION",
    show_default=REGION,
    help="Its home region; with --from-stack the stack's, else that of AWS_REGION.",
)
@options.target_option
@click.pass_obj
def command(
    chosen: Globals,
    folder: Path | None,
    kind: str | None,
    existing: str | None,
    derive: bool,  # noqa: FBT001 - click passes options by name
    stack: str | None,
    profile: str | None,
    name: str | None,
    region: str | None,
    target: str | None,
) -> None:
    """Write a small, complete project that `sam-deploy deploy` brings up at once.

    Typed configuration, functions that work, tests, README. FOLDER is the current one when not
    given. Nothing that exists is overwritten.
    """
    from sam_deploy.cli.starting import projects  # noqa: PLC0415 - not for --help

    typed = _typed(folder, name, region)
    region = projects.checked_region(region or _usual_region(stack))
    _refuse_mixed(kind, existing, stack, derive=derive, profile=profile, target=target)
    if existing:
        from sam_deploy.cli.starting import from_template as given  # noqa: PLC0415 - costs yaml

        given.write_around(chosen, folder, existing, name or "", region, derive=derive)
        return
    where = projects.absolute(chosen.project / (folder or "."))
    _refuse_template(where)
    if stack:
        from sam_deploy.cli.starting import from_stack as deployed  # noqa: PLC0415 - the same

        asked = deployed.Asked(stack, region, name or "", target, profile or "")
        deployed.write_project(chosen, where, asked)
        return
    app = projects.checked_name(name or "", where)
    projects.refuse_long(app, region)
    kind = kind or _asked(app, typed)
    files = projects.files_of(kind, app, region)
    projects.write(where, files)
    projects.tell_files(f"Created `{app}`, from the template `{kind}`", where, files)
    click.echo(said(f"\n{projects.next_text(kind, where)}"), err=True)


def _refuse_mixed(
    kind: str | None,
    existing: str | None,
    stack: str | None,
    *,
    derive: bool,
    profile: str | None,
    target: str | None,
) -> None:
    """Raise a usage error for two ways to begin at once, and for options of another one."""
    ways = (("--template", kind), ("--from-template", existing), ("--from-stack", stack))
    given = [option for option, value in ways if value]
    if given[1:]:
        raise click.UsageError(f"{' and '.join(given)} are two ways to begin")
    if derive and not existing:
        raise click.UsageError("--derive goes with --from-template")
    if (profile or target) and not stack:
        raise click.UsageError("--profile and --target go with --from-stack")


def _usual_region(stack: str | None) -> str:
    """Return the region that is not said: that of the shell, where a stack is looked for."""
    own = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return own if stack and own else REGION


def _refuse_template(folder: Path) -> None:
    """Raise `RefusedError` where a SAM template is, since `deploy.py` would take its place."""
    there = [each for each in (*NAMES, *CONFIGURATIONS) if (folder / each).is_file()]
    if there:
        raise RefusedError(
            f"`{folder}` has a project already: {', '.join(f'`{each}`' for each in there)}",
            why="with a `deploy.py` beside it, `sam-deploy deploy` would no longer deploy it",
            hint="`sam-deploy deploy` deploys it as it is; for a new project name another folder",
        )


def _typed(folder: Path | None, name: str | None, region: str | None) -> str:
    """Return what was typed of a project without its kind: a folder, options, or ''."""
    given = (("", folder and str(folder)), ("--name ", name), ("--region ", region))
    return "".join(f" {option}{options.quoted(value)}" for option, value in given if value)


def _asked(app: str, typed: str) -> str:
    """Return the kind of project that the person at the terminal wants.

    Raises `ConfigError` when there is nobody to ask; `typed` is what else was typed.
    """
    from sam_deploy.cli.starting.projects import KINDS  # noqa: PLC0415 - not for --help

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        way = f"{typed} --template {KINDS[0].name}".strip()
        raise ConfigError(
            "What kind of project is not said",
            why="there is no terminal to ask at",
            problems=tuple(f"--template {each.name}: {each.title}" for each in KINDS),
            hint=f"such as `{options.program()} init {way}`",
        )
    import questionary  # noqa: PLC0415 - half a second that only a question pays

    answer = questionary.select(
        f"What shall `{app}` begin with?",
        choices=[questionary.Choice(f"{each.name}: {each.title}", each.name) for each in KINDS],
    ).ask()
    if answer is None:
        raise click.Abort
    return str(answer)
