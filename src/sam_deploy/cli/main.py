"""The command group: global options, lazily imported commands, and how errors end."""

from __future__ import annotations

import importlib
import re
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from sam_deploy import __version__
from sam_deploy.cli.options import Globals
from sam_deploy.errors import EXIT_BUG, EXIT_INTERRUPTED, ConfigError, SamDeployError
from sam_deploy.lanes import StoppedError

COMMANDS: Final = {
    "demo": "Deploy an example to the embedded cloud, call it, and show what to try next.",
    "deploy": "Build the app once and bring it to every region.",
    "resume": "Finish a deployment that was interrupted, here or elsewhere.",
    "recover": "Lead stacks out of states in which nothing can be deployed.",
    "unlock": "End the hold of a deployment that has died.",
    "status": "Show which version every function serves, by region and environment.",
    "build": "Build every function and layer, and deploy nothing.",
    "inspect": "Show what is in an archive and why: which package brought which bytes.",
    "template": "Show the CloudFormation template of a stack.",
    "diff": "Show what a deployment would change, and write nothing.",
    "logs": "Show the logs of all functions and regions in one order.",
    "outputs": "Show what the deployed stacks tell: addresses, names, ids.",
    "doctor": "Show what could be wrong on this machine and with this project.",
    "settings": "Show and change what functions read: settings and secrets.",
    "layers": "Show layer versions of every region; remove what nothing needs.",
    "destroy": "Take the app down in every region; data stays unless it is named.",
    "cloud": "Start, stop and look into the embedded cloud.",
}
"""Name -> what it does; each lives in the module `sam_deploy.cli.<name>_command`."""

EPILOG: Final = """\b
Examples:
  sam-deploy demo                      the whole story, without an account
  sam-deploy deploy                    everything, to the embedded cloud
  sam-deploy deploy core --target aws  one feature set, to AWS
  sam-deploy -C examples/dzgro status  which version is live where
"""


class LazyGroup(click.Group):
    """Imports a command only when it is called, so that `--help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the day: first the ones to begin with."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; imports its module."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sam_deploy.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which command comes nearest to an unknown one."""
        import difflib  # noqa: PLC0415 - only for a mistake

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else ""
            raise click.UsageError(f"There is no command `{args[0]}`.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.option(
    "-C",
    "project",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The project's folder, instead of the current one.",
)
@click.option(
    "--target",
    type=click.Choice(["embedded", "aws"]),
    help="Where commands go: the cloud on this laptop (default at a terminal), or AWS.",
)
@click.version_option(__version__, "-V", "--version", message="sam-deploy %(version)s")
@click.pass_context
def group(context: click.Context, project: Path | None, target: str | None) -> None:
    """Typed Python config to AWS SAM stacks in every region, built with uv, released by alias."""
    context.obj = Globals((project or _here()).resolve(), target)
    if context.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            click.echo(context.get_help())
            return
        from sam_deploy.cli.menu import open_menu  # noqa: PLC0415 - prompts take half a second

        open_menu(context)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise ConfigError(
            "The current folder does not exist any more",
            why="it was removed after this shell went there",
            hint="go to another folder, or name the project: `sam-deploy -C FOLDER ...`",
        ) from error


def main(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; every error ends here."""
    output = sys.stdout
    try:
        result: Any = group.main(
            args=list(arguments), prog_name="sam-deploy", standalone_mode=False
        )
    except SamDeployError as error:
        return _ended(error, arguments)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt, StoppedError):
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit:
        # When the reader (head, less) has gone click puts a silent stream in the place of standard
        # output and ends the process by itself, with 1. That is no failure of ours.
        if sys.stdout is output:
            raise
        return 0
    except Exception:  # noqa: BLE001 - the last line of defence: never a traceback on the screen
        return _bug(arguments)
    return result if isinstance(result, int) else 0


def _ended(error: SamDeployError, arguments: Sequence[str]) -> int:
    from sam_deploy.cli.console import show_error  # noqa: PLC0415 - only when needed
    from sam_deploy.cli.screens import error_json  # noqa: PLC0415 - only when needed

    show_error(error)
    if "--json" in arguments:
        click.echo(error_json(error))
    return error.exit_code


def _interrupted() -> int:
    click.echo("\ninterrupted", err=True)
    click.echo(
        "  state: what had begun may still go on; nothing that was finished is lost\n\n"
        "hint: run the same command again; it goes on from there",
        err=True,
    )
    return EXIT_INTERRUPTED


def _bug(arguments: Sequence[str]) -> int:
    cause, trace = sys.exc_info()[1], traceback.format_exc()
    try:
        folder = Path.cwd() / ".sam-deploy" / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"bug-{time.strftime('%Y%m%dT%H%M%S')}.txt"
        named = [re.sub("(?s)=.*", "=***", each) for each in arguments]
        text = f"sam-deploy {__version__} {named}\n\n{trace}"
        file.write_text(text, encoding="utf-8")
        where = f"the trace is in `{file}`"
    except OSError:
        where = trace
    click.echo("error: sam-deploy has a bug", err=True)
    click.echo(f"  why: {cause!r}; {where}", err=True)
    click.echo("\nhint: please report it with that file; it holds no secrets of yours", err=True)
    return EXIT_BUG
